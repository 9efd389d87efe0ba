// Attention: softmax(scale * Q K^T + mask) V with caches, grouped heads and optional scores.
//
// Rows of scores are made in tiles, so no whole score matrix is held unless somebody reads it.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/as_type.h"
#include "ops/support/half_adapter.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/move.h"
#include "ops/support/softmax_lanes.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kValidLength };
enum Output : size_t { kResult, kPresentKey, kPresentValue, kScores };
// Which stage of the scores output 3 shows (attribute qk_matmul_output_mode).
enum class Stage : int64_t { kProduct, kSoftcap, kMasked, kSoftmax };

struct AttentionOptions {
  float scale = 0;  // NaN: 1 / sqrt(head size)
  float softcap = 0;
  bool is_causal = false;
  int64_t query_heads = 0;
  int64_t kv_heads = 0;
  DType precision = DType::kUndefined;
  Stage stage = Stage::kProduct;
};

Result<AttentionOptions> read_options(const Node& node) {
  const AttributeList& attributes = node.attributes;
  AttentionOptions options;
  TRY_ASSIGN(options.scale, attributes.get_float("scale", std::nanf("")));
  TRY_ASSIGN(options.softcap, attributes.get_float("softcap", 0));
  TRY_ASSIGN(const int64_t causal, attributes.get_int("is_causal", 0));
  options.is_causal = causal != 0;
  TRY_ASSIGN(options.query_heads, attributes.get_int("q_num_heads", 0));
  TRY_ASSIGN(options.kv_heads, attributes.get_int("kv_num_heads", 0));
  TRY_ASSIGN(const int64_t mode, attributes.get_int("qk_matmul_output_mode", 0));
  if (mode < 0 || mode > 3) return InvalidModel(cat("qk_matmul_output_mode ", mode));
  options.stage = static_cast<Stage>(mode);
  TRY_ASSIGN(const int64_t precision, attributes.get_int("softmax_precision", 0));
  options.precision = static_cast<DType>(precision);
  if (precision != 0 && !AllFloats::kSet.contains(options.precision)) {
    return InvalidModel(cat("softmax_precision ", precision, " is no floating-point type"));
  }
  return options;
}

// ---- Inference

struct HeadDims {
  Dim batch, heads, length, size;
};

// Rank 3 is [batch, length, heads * size], rank 4 [batch, heads, length, size].
Result<HeadDims> head_dims(const InferContext& context, size_t i, int64_t heads) {
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr) return HeadDims();
  if (dims->size() == 4) return HeadDims{(*dims)[0], (*dims)[1], (*dims)[2], (*dims)[3]};
  if (dims->size() != 3) return InvalidModel(cat("input ", i, " has ", dims->size(), " axes"));
  if (heads <= 0) return InvalidModel("inputs of 3 axes need q_num_heads and kv_num_heads");
  HeadDims made{(*dims)[0], Dim(heads), (*dims)[1], Dim()};
  const Dim& hidden = (*dims)[2];
  if (!hidden.is_known()) return made;
  if (hidden.size() % heads != 0) {
    return InvalidModel(cat("input ", i, ": ", hidden.size(), " columns for ", heads, " heads"));
  }
  made.size = Dim(hidden.size() / heads);
  return made;
}

Status expect_equal(const Dim& a, const Dim& b, std::string_view what) {
  if (!a.is_known() || !b.is_known() || a == b) return ok();
  return InvalidModel(cat("inputs differ in ", what, ": ", a.size(), " and ", b.size()));
}

Status expect_types(const InferContext& context) {
  for (const size_t i : {kQuery, kKey, kValue}) TRY(expect_tensor(context, i, AllFloats::kSet));
  TRY(expect_same_dtype(context, kQuery, kKey));
  if (context.has_input(kMask)) {
    TRY(expect_tensor(context, kMask, AllNumbers::kSet | kBools));
  }
  if (context.has_input(kPastKey) != context.has_input(kPastValue)) {
    return InvalidModel("past_key and past_value must come together");
  }
  if (context.has_input(kPastKey)) {
    TRY(expect_same_dtype(context, kPastKey, kKey));
    TRY(expect_same_dtype(context, kPastValue, kValue));
    if (context.has_input(kValidLength)) {
      return InvalidModel("nonpad_kv_seqlen does not go with past_key");
    }
  }
  if (context.has_input(kValidLength)) TRY(expect_tensor(context, kValidLength, {DType::kInt64}));
  return ok();
}

Dim times(const Dim& a, const Dim& b) {
  return a.is_known() && b.is_known() ? Dim(a.size() * b.size()) : Dim();
}

Status infer_attention(InferContext& context) {
  TRY_ASSIGN(const AttentionOptions options, read_options(context.node()));
  TRY(expect_types(context));
  TRY_ASSIGN(HeadDims q, head_dims(context, kQuery, options.query_heads));
  TRY_ASSIGN(HeadDims k, head_dims(context, kKey, options.kv_heads));
  TRY_ASSIGN(HeadDims v, head_dims(context, kValue, options.kv_heads));
  TRY(expect_equal(q.batch, k.batch, "batch size"));
  TRY(expect_equal(q.batch, v.batch, "batch size"));
  TRY(expect_equal(q.size, k.size, "head size"));
  TRY(expect_equal(k.heads, v.heads, "heads"));
  TRY(expect_equal(k.length, v.length, "sequence length"));
  if (q.heads.is_known() && k.heads.is_known() &&
      (k.heads.size() == 0 || q.heads.size() % k.heads.size() != 0)) {
    return InvalidModel(
        cat(q.heads.size(), " query heads over ", k.heads.size(), " key and value heads"));
  }
  Dim total = k.length;
  if (context.has_input(kPastKey)) {
    const std::vector<Dim>* past = known_dims(context, kPastKey);
    if (past != nullptr && past->size() != 4) return InvalidModel("past_key must have 4 axes");
    const Dim before = past != nullptr ? (*past)[2] : Dim();
    total = before.is_known() && total.is_known() ? Dim(before.size() + total.size()) : Dim();
  }
  const std::vector<Dim>* query = known_dims(context, kQuery);
  SymbolicShape result;
  if (query != nullptr && query->size() == 4) result = {q.batch, q.heads, q.length, v.size};
  if (query != nullptr && query->size() == 3) result = {q.batch, q.length, times(q.heads, v.size)};
  const DType dtype = context.input(kQuery).dtype;
  context.set_output(kResult, ValueType::tensor(dtype, std::move(result)));
  const size_t outputs = context.node().outputs.size();
  using Dims = std::vector<Dim>;
  if (outputs > kPresentKey) {
    context.set_output(kPresentKey,
                       ValueType::tensor(dtype, Dims{k.batch, k.heads, total, k.size}));
  }
  if (outputs > kPresentValue) {
    context.set_output(kPresentValue, ValueType::tensor(context.input(kValue).dtype,
                                                        Dims{v.batch, v.heads, total, v.size}));
  }
  if (outputs > kScores) {
    context.set_output(kScores, ValueType::tensor(dtype, Dims{q.batch, q.heads, q.length, total}));
  }
  return ok();
}

// ---- Geometry of the running node

struct HeadSizes {
  int64_t batch, heads, length, size;
  bool is_packed;  // [batch, length, heads * size]
};

Result<HeadSizes> head_sizes(const ExecContext& context, size_t i, int64_t heads) {
  const Shape& shape = context.input(i).shape;
  if (shape.rank() == 4) return HeadSizes{shape[0], shape[1], shape[2], shape[3], false};
  if (shape.rank() != 3 || heads <= 0 || shape[2] % heads != 0) {
    return InvalidArgument(cat("input ", i, " of shape ", shape.to_string(),
                               " does not divide into ", heads, " heads"));
  }
  return HeadSizes{shape[0], heads, shape[1], shape[2] / heads, true};
}

struct Geometry {
  HeadSizes q, k, v;
  int64_t past = 0;
  int64_t total = 0;
};

Result<Geometry> read_geometry(const ExecContext& context, const AttentionOptions& options) {
  Geometry sizes;
  TRY_ASSIGN(sizes.q, head_sizes(context, kQuery, options.query_heads));
  TRY_ASSIGN(sizes.k, head_sizes(context, kKey, options.kv_heads));
  TRY_ASSIGN(sizes.v, head_sizes(context, kValue, options.kv_heads));
  const auto& [q, k, v] = std::tie(sizes.q, sizes.k, sizes.v);
  bool fits = q.batch == k.batch && k.batch == v.batch && q.size == k.size &&
              k.length == v.length && k.heads == v.heads && k.heads > 0 && q.heads % k.heads == 0;
  if (context.input_count() > kPastKey && context.has_input(kPastKey)) {
    const Shape& key = context.input(kPastKey).shape;
    const Shape& value = context.input(kPastValue).shape;
    fits = fits && key.rank() == 4 && value.rank() == 4;
    if (fits) sizes.past = key[2];
    fits = fits && key == Shape{k.batch, k.heads, sizes.past, k.size} &&
           value == Shape{k.batch, k.heads, sizes.past, v.size};
  }
  if (!fits) {
    return InvalidArgument(cat("query ", context.input(kQuery).shape.to_string(), ", key ",
                               context.input(kKey).shape.to_string(), " and value ",
                               context.input(kValue).shape.to_string(),
                               " (or what is kept of the past) do not fit each other"));
  }
  sizes.total = sizes.past + k.length;
  return sizes;
}

// Where row `r` of head `h` of batch entry `b` lies.
template <class T> struct Heads {
  T* data = nullptr;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;

  static Heads over(T* data, const HeadSizes& sizes) {
    const int64_t all = sizes.heads * sizes.size;
    if (sizes.is_packed) return {data, sizes.length * all, sizes.size, all};
    return {data, sizes.length * all, sizes.length * sizes.size, sizes.size};
  }
  T* at(int64_t b, int64_t h, int64_t r = 0) const {
    return data + b * batch_stride + h * head_stride + r * row_stride;
  }
};

// Keys or values with the past before them. Writes output `present` when it is wanted; without a
// past and without that reader nothing is copied.
template <class T>
Result<Heads<const T>> with_past(ExecContext& context, size_t input, size_t past, size_t present,
                                 const HeadSizes& sizes, int64_t past_length) {
  TRY_ASSIGN(const T* const fresh, as_type<T>(context, context.input(input)));
  const Heads<const T> from = Heads<const T>::over(fresh, sizes);
  const bool is_read = context.output_count() > present && context.output_wanted(present);
  if (!is_read && past_length == 0) return from;
  const HeadSizes joined{sizes.batch, sizes.heads, past_length + sizes.length, sizes.size, false};
  const Shape shape{joined.batch, joined.heads, joined.length, joined.size};
  TypedOutput<T> output;
  if (is_read) {
    TRY_ASSIGN(output, typed_output<T>(context, present, context.input(input).dtype, shape));
  } else {
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(T)));
    TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(T)));
    output.values = static_cast<T*>(storage);
  }
  const Heads<T> to = Heads<T>::over(output.values, joined);
  const T* kept = nullptr;
  if (past_length > 0) {
    TRY_ASSIGN(kept, as_type<T>(context, context.input(past)));
  }
  const int64_t kept_size = past_length * sizes.size;
  for (int64_t b = 0; b < sizes.batch; ++b) {
    for (int64_t h = 0; h < sizes.heads; ++h) {
      std::copy_n(kept + (b * sizes.heads + h) * kept_size, kept_size, to.at(b, h));
      for (int64_t r = 0; r < sizes.length; ++r) {
        std::copy_n(from.at(b, h, r), sizes.size, to.at(b, h, past_length + r));
      }
    }
  }
  if (is_read) finish_output(output);
  return Heads<const T>{to.data, to.batch_stride, to.head_stride, to.row_stride};
}

// ---- Masks

template <class T> struct Mask {
  const T* added = nullptr;  // one of these two, or none
  const uint8_t* allowed = nullptr;
  int64_t strides[3] = {0, 0, 0};          // batch, head, row; 0: the same for all
  int64_t columns = 0;                     // beyond them nothing takes part
  const int64_t* valid_lengths = nullptr;  // per batch entry
};

template <class T> Result<Mask<T>> read_mask(ExecContext& context, const Geometry& sizes) {
  Mask<T> mask;
  if (context.input_count() > kValidLength && context.has_input(kValidLength)) {
    const TensorView& lengths = context.input(kValidLength);
    if (!(lengths.shape == Shape{sizes.q.batch})) {
      return InvalidArgument(cat("nonpad_kv_seqlen of shape ", lengths.shape.to_string(), " for ",
                                 sizes.q.batch, " batch entries"));
    }
    mask.valid_lengths = static_cast<const int64_t*>(lengths.data);
  }
  if (context.input_count() <= kMask || !context.has_input(kMask)) return mask;
  const TensorView& view = context.input(kMask);
  const Shape& shape = view.shape;
  const int64_t wanted[3] = {sizes.q.batch, sizes.q.heads, sizes.q.length};
  bool fits = shape.rank() >= 1 && shape.rank() <= 4 && shape[shape.rank() - 1] <= sizes.total;
  int64_t step = fits ? shape[shape.rank() - 1] : 0;
  mask.columns = step;
  for (size_t back = 1; fits && back < shape.rank(); ++back) {
    const int64_t size = shape[shape.rank() - 1 - back];
    fits = size == 1 || size == wanted[3 - back];
    mask.strides[3 - back] = size == 1 ? 0 : step;
    step *= size;
  }
  if (!fits) {
    return InvalidArgument(cat("mask of shape ", shape.to_string(), " for scores of shape ",
                               Shape{wanted[0], wanted[1], wanted[2], sizes.total}.to_string()));
  }
  if (view.dtype == DType::kBool) {
    mask.allowed = static_cast<const uint8_t*>(view.data);
  } else {
    TRY_ASSIGN(mask.added, as_type<T>(context, view));
  }
  return mask;
}

// One row of scores. `last` is the last column that a causal mask allows.
template <class T>
void apply_mask(const Mask<T>& mask, int64_t b, int64_t h, int64_t r, int64_t last, int64_t total,
                T* scores) {
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  const int64_t from = b * mask.strides[0] + h * mask.strides[1] + r * mask.strides[2];
  int64_t end = total;
  if (mask.added != nullptr) {
    const T* row = mask.added + from;
    for (int64_t j = 0; j < mask.columns; ++j) scores[j] += row[j];
    end = mask.columns;
  } else if (mask.allowed != nullptr) {
    const uint8_t* row = mask.allowed + from;
    for (int64_t j = 0; j < mask.columns; ++j) scores[j] = row[j] != 0 ? scores[j] : kNever;
    end = mask.columns;
  }
  if (mask.valid_lengths != nullptr) {
    end = std::clamp<int64_t>(mask.valid_lengths[b], 0, end);
  }
  end = std::min(end, last + 1);
  std::fill(scores + end, scores + total, kNever);
}

// ---- The loop over tiles of rows

template <class T> struct Work {
  const KernelTable* table = nullptr;
  AttentionOptions options;
  Geometry sizes;
  Heads<const T> q, k, v;
  Heads<T> y;
  Mask<T> mask;
  T scale = 1;
  T* shown = nullptr;  // output 3
};

template <class T>
void show(const Work<T>& work, Stage stage, int64_t first, int64_t count, const T* scores) {
  if (work.shown == nullptr || work.options.stage != stage) return;
  std::copy_n(scores, count * work.sizes.total, work.shown + first * work.sizes.total);
}

// Rows [row, row + count) of one head; `scores` holds count * total.
template <class T>
void attend(const Work<T>& work, int64_t b, int64_t h, int64_t row, int64_t count, T* scores) {
  const Geometry& sizes = work.sizes;
  const int64_t total = sizes.total;
  const int64_t kv_head = h / (sizes.q.heads / sizes.k.heads);
  const int64_t first = (b * sizes.q.heads + h) * sizes.q.length + row;
  MatrixProduct<T> product;
  product.rows = count;
  product.columns = total;
  product.inner = sizes.q.size;
  product.a = work.q.at(b, h, row);
  product.a_stride = work.q.row_stride;
  product.b = work.k.at(b, kv_head);
  product.b_stride = work.k.row_stride;
  product.b_order = Transposed::kYes;
  product.c = scores;
  product.c_stride = total;
  multiply_here(*work.table, product, work.scale);
  show(work, Stage::kProduct, first, count, scores);
  if (const T cap = static_cast<T>(work.options.softcap); cap > 0) {
    for (int64_t i = 0; i < count * total; ++i) scores[i] = std::tanh(scores[i] / cap) * cap;
  }
  show(work, Stage::kSoftcap, first, count, scores);
  for (int64_t r = 0; r < count; ++r) {
    const int64_t last = work.options.is_causal ? row + r + sizes.past : total;
    apply_mask(work.mask, b, h, row + r, last, total, scores + r * total);
  }
  show(work, Stage::kMasked, first, count, scores);
  for (int64_t r = 0; r < count; ++r) {
    softmax_row(*work.table, scores + r * total, scores + r * total, total);
  }
  show(work, Stage::kSoftmax, first, count, scores);
  product.columns = sizes.v.size;
  product.inner = total;
  product.a = scores;
  product.a_stride = total;
  product.b = work.v.at(b, kv_head);
  product.b_stride = work.v.row_stride;
  product.b_order = Transposed::kNo;
  product.c = work.y.at(b, h, row);
  product.c_stride = work.y.row_stride;
  multiply_here(*work.table, product, T{1});
}

// Tiles run in rounds of as many as there is scratch for.
template <class T> Status attend_all(ExecContext& context, const Work<T>& work) {
  const Geometry& sizes = work.sizes;
  const int64_t rows = attention_tile_rows(sizes.q.length, sizes.total);
  const int64_t tiles_of_head = (sizes.q.length + rows - 1) / rows;
  const int64_t tiles = sizes.q.batch * sizes.q.heads * tiles_of_head;
  const int64_t slots = std::min<int64_t>(tiles, 4 * context.thread_count());
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{slots, rows, sizes.total}, sizeof(T)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(T)));
  T* const scores = static_cast<T*>(storage);
  for (int64_t round = 0; round < tiles; round += slots) {
    TRY(context.interrupted());
    auto part = [&](int64_t begin, int64_t end) {
      for (int64_t slot = begin; slot < end; ++slot) {
        const int64_t tile = round + slot;
        const int64_t head = tile / tiles_of_head;
        const int64_t row = tile % tiles_of_head * rows;
        attend(work, head / sizes.q.heads, head % sizes.q.heads, row,
               std::min(rows, sizes.q.length - row), scores + slot * rows * sizes.total);
      }
    };
    const int64_t count = std::min(slots, tiles - round);
    if (count == 1 || context.thread_count() == 1) {
      part(0, count);
    } else {
      context.parallel_for(count, 1, part);
    }
  }
  return ok();
}

template <class T> Status run_typed(ExecContext& context, const AttentionOptions& options) {
  Work<T> work;
  work.table = &context.kernels();
  work.options = options;
  TRY_ASSIGN(work.sizes, read_geometry(context, options));
  const auto& [q, k, v] = std::tie(work.sizes.q, work.sizes.k, work.sizes.v);
  const DType dtype = context.input(kQuery).dtype;
  work.scale = std::isnan(options.scale)
                   ? static_cast<T>(1 / std::sqrt(static_cast<double>(q.size)))
                   : static_cast<T>(options.scale);
  TRY_ASSIGN(const T* const query, as_type<T>(context, context.input(kQuery)));
  work.q = Heads<const T>::over(query, q);
  const int64_t past = work.sizes.past;
  TRY_ASSIGN(work.k, with_past<T>(context, kKey, kPastKey, kPresentKey, k, past));
  TRY_ASSIGN(work.v, with_past<T>(context, kValue, kPastValue, kPresentValue, v, past));
  TRY_ASSIGN(work.mask, read_mask<T>(context, work.sizes));
  const HeadSizes made{q.batch, q.heads, q.length, v.size, q.is_packed};
  const Shape shape = q.is_packed ? Shape{q.batch, q.length, q.heads * v.size}
                                  : Shape{q.batch, q.heads, q.length, v.size};
  TRY_ASSIGN(const TypedOutput<T> y, typed_output<T>(context, kResult, dtype, shape));
  work.y = Heads<T>::over(y.values, made);
  TypedOutput<T> shown;
  if (context.output_count() > kScores && context.output_wanted(kScores)) {
    const Shape all{q.batch, q.heads, q.length, work.sizes.total};
    TRY_ASSIGN(shown, typed_output<T>(context, kScores, dtype, all));
    work.shown = shown.values;
  }
  if (q.batch * q.heads * q.length > 0) TRY(attend_all(context, work));
  finish_output(y);
  if (work.shown != nullptr) finish_output(shown);
  return ok();
}

Status run_attention(ExecContext& context) {
  TRY_ASSIGN(const AttentionOptions options, read_options(context.node()));
  const bool is_double = context.input(kQuery).dtype == DType::kFloat64 ||
                         context.input(kValue).dtype == DType::kFloat64 ||
                         options.precision == DType::kFloat64;
  return is_double ? run_typed<double>(context, options) : run_typed<float>(context, options);
}

DType output_type(const ExecContext& outer, size_t i) {
  return outer.input(i == kPresentValue ? kValue : kQuery).dtype;
}

// Version 24 added nonpad_kv_seqlen.
constexpr OpDef kOps[] = {
    {.name = "Attention",
     .since = 23,
     .inputs = {3, 7},
     .outputs = {1, 4},
     .infer = infer_attention,
     .run = run_with_halves<run_attention, output_type>},
};

}  // namespace

std::span<const OpDef> ops_attention() { return kOps; }

}  // namespace tundish
