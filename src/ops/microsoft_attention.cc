// Attention and QAttention of com.microsoft: one projection makes queries, keys and values, which
// stay where it leaves them.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/integer_product.h"
#include "ops/support/masked_attention.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kData, kWeights, kBias, kMask, kPast, kAttentionBias, kPastLength };
enum QInput : size_t { kInputScale = 3, kWeightScale, kQMask, kInputZero, kWeightZero, kQPast };

constexpr DTypeSet kReals = DTypeSet{DType::kFloat32} | kHalves;
constexpr DTypeSet kBytes{DType::kInt8, DType::kUint8};

struct Options {
  MaskedOptions masked;
  // Columns of queries and keys, and of values; 0: a third of the projection each.
  int64_t key_width = 0;
  int64_t value_width = 0;
};

Result<Options> read_options(const Node& node) {
  Options options;
  TRY_ASSIGN(options.masked, read_masked_options(node));
  for (const std::string_view name : {"do_rotary", "past_present_share_buffer"}) {
    TRY_ASSIGN(const int64_t value, node.attributes.get_int(name, 0));
    if (value != 0) return Unsupported(cat(node.op, " with ", name));
  }
  TRY_ASSIGN(const std::vector<int64_t> widths, node.attributes.get_ints("qkv_hidden_sizes"));
  if (widths.empty()) return options;
  const int64_t heads = options.masked.heads;
  bool fits = widths.size() == 3 && widths[0] == widths[1];
  for (const int64_t width : widths) {
    fits = fits && width > 0 && width < (int64_t{1} << 31) && width % heads == 0;
  }
  if (!fits) return InvalidModel(cat("qkv_hidden_sizes do not fit ", heads, " heads"));
  options.key_width = widths[0];
  options.value_width = widths[2];
  return options;
}

// Sets the widths from the columns of the weights. False when they do not fit.
bool fit_widths(Options& options, int64_t columns) {
  if (options.key_width == 0) {
    if (columns % (3 * options.masked.heads) != 0) return false;
    options.key_width = options.value_width = columns / 3;
  }
  return columns == 2 * options.key_width + options.value_width;
}

Status infer_outputs(InferContext& context, size_t past, DType dtype) {
  TRY_ASSIGN(Options options, read_options(context.node()));
  Dim batch;
  Dim length;
  if (const std::vector<Dim>* x = known_dims(context, kData)) {
    if (x->size() != 3) return InvalidModel(cat("input has ", x->size(), " axes, not 3"));
    batch = (*x)[0];
    length = (*x)[1];
  }
  const std::vector<Dim>* weights = known_dims(context, kWeights);
  if (weights != nullptr) {
    if (weights->size() != 2) return InvalidModel(cat("weights have ", weights->size(), " axes"));
    const Dim& columns = weights->back();
    if (columns.is_known() && !fit_widths(options, columns.size())) {
      return InvalidModel(cat("weights of ", columns.size(),
                              " columns do not divide into queries, ", "keys and values of ",
                              options.masked.heads, " heads"));
    }
  }
  const bool is_known = options.key_width > 0;
  const int64_t heads = options.masked.heads;
  using Dims = std::vector<Dim>;
  context.set_output(
      0,
      ValueType::tensor(dtype, Dims{batch, length, is_known ? Dim(options.value_width) : Dim()}));
  Dim total = length;
  if (context.has_input(past)) {
    TRY(expect_tensor(context, past, {dtype}));
    const std::vector<Dim>* kept = known_dims(context, past);
    if (kept != nullptr && kept->size() != 5) return InvalidModel("past must have 5 axes");
    const Dim before = kept != nullptr ? (*kept)[3] : Dim();
    const bool both = before.is_known() && total.is_known();
    const std::optional<int64_t> sum = checked_add(before.size(), total.size());
    total = both && sum ? Dim(*sum) : Dim();
  }
  if (context.node().outputs.size() > 1) {
    context.set_output(
        1, ValueType::tensor(dtype, Dims{Dim(2), batch, Dim(heads), total,
                                         is_known ? Dim(options.key_width / heads) : Dim()}));
  }
  return ok();
}

Status infer_attention(InferContext& context) {
  if (context.has_input(kPastLength)) {
    return Unsupported("Attention with buffers shared by past and present");
  }
  for (const size_t i : {kData, kWeights, kBias, kAttentionBias}) {
    if (i >= kBias && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, kReals));
    TRY(expect_same_dtype(context, kData, i));
  }
  TRY(infer_mask(context, kMask));
  return infer_outputs(context, kPast, context.input(kData).dtype);
}

Status infer_quantized(InferContext& context) {
  TRY(expect_tensor(context, kData, kBytes));
  TRY(expect_tensor(context, kWeights, kBytes));
  for (const size_t i : {size_t{kBias}, size_t{kInputScale}, size_t{kWeightScale}}) {
    TRY(expect_tensor(context, i, kReals));
    TRY(expect_same_dtype(context, kBias, i));
  }
  for (const size_t i : {kInputZero, kWeightZero}) {
    if (!context.has_input(i)) continue;
    TRY(expect_tensor(context, i, kBytes));
    TRY(expect_same_dtype(context, i - kInputZero, i));
  }
  TRY(infer_mask(context, kQMask));
  return infer_outputs(context, kQPast, context.input(kBias).dtype);
}

// ---- The running node

// The shapes of the projection, checked.
struct Projection {
  Options options;
  int64_t rows = 0;     // batch * length
  int64_t depth = 0;    // features of the input
  int64_t columns = 0;  // of the weights
};

Result<Projection> read_projection(const ExecContext& context) {
  Projection made;
  TRY_ASSIGN(made.options, read_options(context.node()));
  const Shape& x = context.input(kData).shape;
  const Shape& weights = context.input(kWeights).shape;
  bool fits = x.rank() == 3 && weights.rank() == 2 && x[2] == weights[0] &&
              fit_widths(made.options, weights[1]);
  const TensorView* bias = optional_input(context, kBias);
  fits = fits && (bias == nullptr || bias->shape == Shape{weights[1]});
  if (!fits) {
    return InvalidArgument(cat("input ", x.to_string(), ", weights ", weights.to_string(),
                               " and bias do not fit each other or ", made.options.masked.heads,
                               " heads"));
  }
  made.rows = x[0] * x[1];
  made.depth = x[2];
  made.columns = weights[1];
  return made;
}

// Keys and values after those of the past; writes what is present.
Status join(ExecContext& context, const TensorView* past, MaskedAttention& work) {
  AttentionSizes& sizes = work.sizes;
  const int64_t size = sizes.key_size;
  const bool is_read = context.output_count() > 1 && context.output_wanted(1);
  if (past == nullptr && !is_read) return ok();
  if (sizes.value_size != size) {
    return InvalidArgument("past and present need values as wide as keys");
  }
  if (past != nullptr) {
    if (past->shape.rank() == 5) sizes.past = past->shape[3];
    if (!(past->shape == Shape{2, sizes.batch, sizes.heads, sizes.past, size})) {
      return InvalidArgument(cat("past of shape ", past->shape.to_string(), " for ", sizes.batch,
                                 " batch entries of ", sizes.heads, " heads of ", size));
    }
  }
  const Shape shape{2, sizes.batch, sizes.heads, sizes.total(), size};
  float* joined = nullptr;
  if (is_read) {
    TRY_ASSIGN(const MutableTensorView out, context.output(1, DType::kFloat32, shape));
    joined = static_cast<float*>(out.data);
  } else {
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(float)));
    TRY_ASSIGN(void* const storage, context.scratch(bytes));
    joined = static_cast<float*>(storage);
  }
  const float* kept = past != nullptr ? static_cast<const float*>(past->data) : nullptr;
  const int64_t half_of_past = sizes.batch * sizes.heads * sizes.past * size;
  const int64_t half = sizes.batch * sizes.heads * sizes.total() * size;
  work.k = join_past(sizes, size, kept, work.k, joined);
  work.v = join_past(sizes, size, kept + half_of_past, work.v, joined + half);
  return ok();
}

// `projected` is [batch, length, queries | keys | values].
Status attend(ExecContext& context, const Projection& projection, const float* projected,
              const TensorView* mask, const TensorView* past, const TensorView* bias) {
  const Options& options = projection.options;
  const Shape& x = context.input(kData).shape;
  MaskedAttention work;
  work.options = options.masked;
  AttentionSizes& sizes = work.sizes;
  sizes.batch = x[0];
  sizes.heads = options.masked.heads;
  sizes.length = sizes.keys = x[1];
  sizes.key_size = options.key_width / sizes.heads;
  sizes.value_size = options.value_width / sizes.heads;
  const int64_t columns = projection.columns;
  work.q = {projected, x[1] * columns, sizes.key_size, columns};
  work.k = work.q;
  work.k.data += options.key_width;
  work.v = {projected + 2 * options.key_width, x[1] * columns, sizes.value_size, columns};
  TRY(join(context, past, work));
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, DType::kFloat32, {x[0], x[1], options.value_width}));
  work.y = packed_rows(static_cast<float*>(y.data), x[1], sizes.heads, sizes.value_size);
  work.mask = mask;
  work.bias = bias;
  return attend_masked(context, work);
}

Result<float*> projected_storage(ExecContext& context, const Projection& projection) {
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array{projection.rows, projection.columns}, sizeof(float)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  return static_cast<float*>(storage);
}

template <class T>
MatrixProduct<T> projecting(const Projection& projection, const T* x, const T* weights, T* out) {
  MatrixProduct<T> product;
  product.rows = projection.rows;
  product.columns = product.b_stride = product.c_stride = projection.columns;
  product.inner = product.a_stride = projection.depth;
  product.a = x;
  product.b = weights;
  product.c = out;
  return product;
}

Status run_attention(ExecContext& context) {
  TRY_ASSIGN(const Projection projection, read_projection(context));
  TRY_ASSIGN(float* const projected, projected_storage(context, projection));
  auto product = projecting(projection, static_cast<const float*>(context.input(kData).data),
                            static_cast<const float*>(context.input(kWeights).data), projected);
  if (const TensorView* bias = optional_input(context, kBias)) {
    product.addend = static_cast<const float*>(bias->data);
    product.addend_column_stride = 1;
  }
  if (projection.rows > 0) multiply(context, product);
  return attend(context, projection, projected, optional_input(context, kMask),
                optional_input(context, kPast), optional_input(context, kAttentionBias));
}

// A scale or zero point: one, or one per column of the weights.
Result<Parameter> read_parameter(ExecContext& context, size_t i, int64_t columns) {
  TRY_ASSIGN(Parameter made, load_parameter(context, i));
  if (made.shape.element_count() == 1) {
    made.shape = Shape{};
  } else if (!(made.shape == Shape{columns})) {
    return InvalidArgument(cat("input ", i, " of shape ", made.shape.to_string(),
                               " is neither one number nor one for each of ", columns, " columns"));
  }
  return made;
}

Status run_quantized(ExecContext& context) {
  TRY_ASSIGN(const Projection projection, read_projection(context));
  Parameter zeros[2] = {no_zero_point(), no_zero_point()};
  for (const size_t i : {kInputZero, kWeightZero}) {
    if (optional_input(context, i) == nullptr) continue;
    TRY_ASSIGN(zeros[i - kInputZero],
               read_parameter(context, i, i == kInputZero ? 1 : projection.columns));
  }
  TRY_ASSIGN(const Parameter input_scale, read_parameter(context, kInputScale, 1));
  TRY_ASSIGN(const Parameter scale, read_parameter(context, kWeightScale, projection.columns));
  TRY_ASSIGN(const int32_t* const x, shifted<int32_t>(context, context.input(kData), zeros[0]));
  TRY_ASSIGN(const int32_t* const weights,
             shifted<int32_t>(context, context.input(kWeights), zeros[1]));
  TRY_ASSIGN(float* const projected, projected_storage(context, projection));
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array{projection.rows, projection.columns}, sizeof(int32_t)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const sums = static_cast<int32_t*>(storage);
  if (projection.rows > 0) multiply(context, projecting(projection, x, weights, sums));
  const auto* bias = static_cast<const float*>(context.input(kBias).data);
  const int64_t step = scale.shape.rank() == 0 ? 0 : 1;
  for (int64_t r = 0; r < projection.rows; ++r) {
    const int64_t at = r * projection.columns;
    for (int64_t j = 0; j < projection.columns; ++j) {
      projected[at + j] =
          static_cast<float>(sums[at + j]) * (input_scale.values[0] * scale.values[j * step]) +
          bias[j];
    }
  }
  return attend(context, projection, projected, optional_input(context, kQMask),
                optional_input(context, kQPast), nullptr);
}

constexpr OpDef kOps[] = {
    {.name = "Attention",
     .domain = kDomainMicrosoft,
     .inputs = {2, 7},
     .outputs = {1, 2},
     .infer = infer_attention,
     .run = run_with_halves<run_attention>},
    {.name = "QAttention",
     .domain = kDomainMicrosoft,
     .inputs = {5, 9},
     .outputs = {1, 2},
     .infer = infer_quantized,
     .run = run_with_halves<run_quantized>},
};

}  // namespace

std::span<const OpDef> ops_microsoft_attention() { return kOps; }

}  // namespace tundish
