// EmbedLayerNormalization and QEmbedLayerNormalization of com.microsoft: the sum of the embeddings
// of a word, its position and its segment, normalised; and the number of tokens of each text.
#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/integer_product.h"
#include "ops/support/moments.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t {
  kWords,
  kSegments,
  kWordTable,
  kPositionTable,
  kSegmentTable,
  kGamma,
  kBeta,
  kMask,
  kPositions
};
// Of the quantized operator, whose first eight are those above: scales, then zero points, of the
// five tables in the same order.
constexpr size_t kScales = 8;
constexpr size_t kZeros = 13;
constexpr DTypeSet kReals = DTypeSet{DType::kFloat32} | kHalves;
constexpr DTypeSet kBytes{DType::kInt8, DType::kUint8};

Status infer_rows(InferContext& context, DType out) {
  for (const size_t i : {kSegments, kMask}) {
    if (context.has_input(i)) TRY(expect_tensor(context, i, {DType::kInt32}));
  }
  TRY(expect_tensor(context, kWords, {DType::kInt32}));
  if (context.has_input(kSegments) != context.has_input(kSegmentTable)) {
    return InvalidModel("segment_ids and segment_embedding must come together");
  }
  TRY(context.node().attributes.get_float("epsilon", 0));
  std::vector<Dim> shape(3);
  if (const std::vector<Dim>* words = known_dims(context, kWords)) {
    if (words->size() != 2) return InvalidModel(cat("input_ids have ", words->size(), " axes"));
    shape[0] = (*words)[0];
    shape[1] = (*words)[1];
  }
  const std::vector<Dim>* table = known_dims(context, kWordTable);
  if (table != nullptr) {
    if (table->size() != 2) return InvalidModel(cat("input 2 has ", table->size(), " axes"));
    shape[2] = (*table)[1];
  }
  const size_t outputs = context.node().outputs.size();
  if (outputs > 1) {
    context.set_output(1, ValueType::tensor(DType::kInt32, std::vector<Dim>{shape[0]}));
  }
  if (outputs > 2) context.set_output(2, ValueType::tensor(out, shape));
  context.set_output(0, ValueType::tensor(out, std::move(shape)));
  return ok();
}

Status infer_embed(InferContext& context) {
  for (const size_t i : {kWordTable, kPositionTable, kSegmentTable, kGamma, kBeta}) {
    if (i == kSegmentTable && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, kReals));
    TRY(expect_same_dtype(context, kWordTable, i));
  }
  if (context.has_input(kPositions)) TRY(expect_tensor(context, kPositions, {DType::kInt32}));
  TRY(context.node().attributes.get_int("mask_index_type", 0));
  return infer_rows(context, context.input(kWordTable).dtype);
}

Status infer_quantized(InferContext& context) {
  for (size_t i = kWordTable; i <= kBeta; ++i) {
    if (i == kSegmentTable && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, kBytes));
    TRY(expect_tensor(context, kScales + i - kWordTable, {DType::kFloat32}));
    TRY(expect_same_dtype(context, i, kZeros + i - kWordTable));
  }
  return infer_rows(context, DType::kFloat32);
}

// Numbers of a table: as they are, or of bytes.
struct Table {
  TensorView view;
  const float* numbers = nullptr;
  float scale = 1;
  float zero = 0;

  int64_t rows() const { return view.shape[0]; }
  void add_row(int64_t row, int64_t size, float* sum) const;
};

template <class T>
void add_bytes(const T* codes, float scale, float zero, int64_t size, float* sum) {
  for (int64_t i = 0; i < size; ++i) sum[i] += (static_cast<float>(codes[i]) - zero) * scale;
}

void Table::add_row(int64_t row, int64_t size, float* sum) const {
  if (numbers != nullptr) {
    const float* from = numbers + row * size;
    for (int64_t i = 0; i < size; ++i) sum[i] += from[i];
  } else if (view.dtype == DType::kInt8) {
    add_bytes(static_cast<const int8_t*>(view.data) + row * size, scale, zero, size, sum);
  } else {
    add_bytes(static_cast<const uint8_t*>(view.data) + row * size, scale, zero, size, sum);
  }
}

// `rank` is 2 for a table of embeddings, 1 for gamma and beta.
Result<Table> read_table(ExecContext& context, size_t i, size_t rank, int64_t size) {
  Table table;
  table.view = context.input(i);
  const Shape& shape = table.view.shape;
  if (shape.rank() != rank || shape[rank - 1] != size) {
    return InvalidArgument(
        cat("input ", i, " of shape ", shape.to_string(), ": expected ", size, " columns"));
  }
  if (table.view.dtype == DType::kFloat32) {
    table.numbers = static_cast<const float*>(table.view.data);
    return table;
  }
  TRY_ASSIGN(table.scale, read_number(context, kScales + i - kWordTable));
  TRY_ASSIGN(table.zero, read_number(context, kZeros + i - kWordTable));
  return table;
}

// Integers that choose rows of a table.
struct Choice {
  Table table;
  const int32_t* ids = nullptr;  // null: the place in the text
  int64_t batch_stride = 0;
};

Result<Choice> read_choice(ExecContext& context, size_t ids, size_t table, int64_t size) {
  Choice choice;
  TRY_ASSIGN(choice.table, read_table(context, table, 2, size));
  const Shape& words = context.input(kWords).shape;
  const TensorView* view = optional_input(context, ids);
  if (view == nullptr) {
    if (words[1] <= choice.table.rows()) return choice;
    return InvalidArgument(
        cat("texts of ", words[1], " tokens, ", choice.table.rows(), " positions"));
  }
  const Shape& shape = view->shape;
  const bool is_one_row = ids == kPositions && shape == Shape{1, words[1]};
  if (!is_one_row && !(shape == words)) {
    return InvalidArgument(
        cat("input ", ids, " of shape ", shape.to_string(), ": expected ", words.to_string()));
  }
  choice.ids = static_cast<const int32_t*>(view->data);
  choice.batch_stride = is_one_row ? 0 : words[1];
  for (int64_t i = 0; i < shape.element_count(); ++i) {
    if (choice.ids[i] >= 0 && choice.ids[i] < choice.table.rows()) continue;
    return InvalidArgument(cat("input ", ids, " holds ", choice.ids[i], ", the table has ",
                               choice.table.rows(), " rows"));
  }
  return choice;
}

// Tokens of each text; 0 where no mask says, as ONNX Runtime does.
Status count_tokens(ExecContext& context, const Shape& words) {
  if (context.output_count() < 2 || !context.output_wanted(1)) return ok();
  TRY_ASSIGN(const MutableTensorView out, context.output(1, DType::kInt32, {words[0]}));
  auto* const counts = static_cast<int32_t*>(out.data);
  std::fill_n(counts, words[0], 0);
  const TensorView* mask = optional_input(context, kMask);
  if (mask == nullptr) return ok();
  if (!(mask->shape == words)) {
    return InvalidArgument(
        cat("a mask of shape ", mask->shape.to_string(), ": expected ", words.to_string()));
  }
  const auto* const values = static_cast<const int32_t*>(mask->data);
  for (int64_t i = 0; i < words.element_count(); ++i) {
    if (values[i] == 1) ++counts[i / words[1]];
  }
  return ok();
}

struct Work {
  Choice choices[3];
  size_t choice_count = 0;
  const float* gamma = nullptr;
  const float* beta = nullptr;
  int64_t length = 0;
  int64_t size = 0;
  float epsilon = 0;
  float* sums = nullptr;  // output 2, or null
  float* y = nullptr;

  void make_row(int64_t token) const;
};

void Work::make_row(int64_t token) const {
  float* const row = y + token * size;
  std::fill_n(row, size, 0.0F);
  for (size_t k = 0; k < choice_count; ++k) {
    const Choice& choice = choices[k];
    const int64_t place = token % length;
    const int64_t id =
        choice.ids == nullptr ? place : choice.ids[token / length * choice.batch_stride + place];
    choice.table.add_row(id, size, row);
  }
  if (sums != nullptr) std::copy_n(row, size, sums + token * size);
  const Moments moments = moments_of(row, size);
  const auto mean = static_cast<float>(moments.mean);
  const auto inverse =
      static_cast<float>(1 / std::sqrt(moments.variance + static_cast<double>(epsilon)));
  for (int64_t i = 0; i < size; ++i) row[i] = (row[i] - mean) * inverse * gamma[i] + beta[i];
}

// Gamma or beta as numbers.
Result<const float*> read_row(ExecContext& context, size_t i, int64_t size) {
  TRY_ASSIGN(const Table table, read_table(context, i, 1, size));
  if (table.numbers != nullptr) return table.numbers;
  TRY_ASSIGN(void* const storage, context.scratch(static_cast<size_t>(size) * sizeof(float)));
  auto* const numbers = static_cast<float*>(storage);
  std::fill_n(numbers, size, 0.0F);
  table.add_row(0, size, numbers);
  return numbers;
}

Status run_embed(ExecContext& context) {
  const Shape& words = context.input(kWords).shape;
  const Shape& table = context.input(kWordTable).shape;
  if (words.rank() != 2 || table.rank() != 2) {
    return InvalidArgument(
        cat("input_ids of shape ", words.to_string(), " and a table of shape ", table.to_string()));
  }
  Work work;
  work.length = words[1];
  work.size = table[1];
  const bool is_quantized = context.input(kWordTable).dtype != DType::kFloat32;
  const size_t positions = is_quantized ? SIZE_MAX : kPositions;
  TRY_ASSIGN(work.choices[0], read_choice(context, kWords, kWordTable, work.size));
  TRY_ASSIGN(work.choices[1], read_choice(context, positions, kPositionTable, work.size));
  work.choice_count = 2;
  if (optional_input(context, kSegments) != nullptr) {
    TRY_ASSIGN(work.choices[2], read_choice(context, kSegments, kSegmentTable, work.size));
    work.choice_count = 3;
  }
  TRY_ASSIGN(work.gamma, read_row(context, kGamma, work.size));
  TRY_ASSIGN(work.beta, read_row(context, kBeta, work.size));
  TRY_ASSIGN(work.epsilon, context.node().attributes.get_float("epsilon", 1e-12F));
  TRY(count_tokens(context, words));
  const Shape shape{words[0], words[1], work.size};
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, DType::kFloat32, shape));
  work.y = static_cast<float*>(y.data);
  if (context.output_count() > 2 && context.output_wanted(2)) {
    TRY_ASSIGN(const MutableTensorView sums, context.output(2, DType::kFloat32, shape));
    work.sums = static_cast<float*>(sums.data);
  }
  const int64_t tokens = words.element_count();
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t token = begin; token < end; ++token) work.make_row(token);
  };
  const int64_t grain = kCheapGrain / 8 / std::max<int64_t>(1, work.size) + 1;
  if (tokens <= grain || context.thread_count() == 1) {
    part(0, tokens);
  } else {
    context.parallel_for(tokens, grain, part);
  }
  return ok();
}

// Arities say what comes before the first input that may be left out; infer asks for the others.
constexpr OpDef kOps[] = {
    {.name = "EmbedLayerNormalization",
     .domain = kDomainMicrosoft,
     .inputs = {1, 9},
     .outputs = {1, 3},
     .infer = infer_embed,
     .run = run_with_halves<run_embed>},
    {.name = "QEmbedLayerNormalization",
     .domain = kDomainMicrosoft,
     .inputs = {1, 18},
     .outputs = {1, 2},
     .infer = infer_quantized,
     .run = run_embed},
};

}  // namespace

std::span<const OpDef> ops_microsoft_embed_layer_normalization() { return kOps; }

}  // namespace tundish
