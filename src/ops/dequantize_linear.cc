// DequantizeLinear: y = (x - zero_point) * scale, with one scale for all, one per index of an axis,
// or one per block.
#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/quantization.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kSources = kQuantizedIntegers | kQuantizedFloats | DTypeSet{DType::kInt32};
constexpr DTypeSet kTargets = DTypeSet{DType::kFloat32} | kHalves;

Result<DType> target_of(const Node& node, DType scale) {
  TRY_ASSIGN(const int64_t wanted, node.attributes.get_int("output_dtype", 0));
  if (wanted == 0) {
    if (kTargets.contains(scale)) return scale;
    return InvalidModel(
        cat("a scale of type ", dtype_name(scale), " needs the attribute \"output_dtype\""));
  }
  for (const DType dtype : {DType::kFloat32, DType::kFloat16, DType::kBfloat16}) {
    if (wanted == static_cast<int64_t>(dtype)) return dtype;
  }
  return InvalidModel(
      cat("attribute \"output_dtype\": no floating-point type has number ", wanted));
}

Status infer_dequantize(InferContext& context) {
  TRY(expect_tensor(context, 0, kSources));
  TRY(expect_tensor(context, 1, kTargets | DTypeSet{DType::kFloat8E8M0}));
  if (context.has_input(2)) {
    TRY(expect_tensor(context, 2, kSources));
    TRY(expect_same_dtype(context, 0, 2));
  }
  TRY_ASSIGN(const DType target, target_of(context.node(), context.input(1).dtype));
  TRY(infer_granularity(context));
  context.set_output(0, ValueType::tensor(target, context.input(0).shape));
  return ok();
}

/// What every block needs.
struct Dequantizer {
  TensorView x;
  MutableTensorView y;
  Granularity granularity;
  const float* scales = nullptr;
  const float* zero_points = nullptr;  ///< null: 0

  void run(int64_t begin, int64_t end) const;
};

// In float32 and rounded once, as the reference evaluator does, also where the answer is a half.
void Dequantizer::run(int64_t begin, int64_t end) const {
  float values[kBlockElements];
  float scale[kBlockElements];
  float zero_point[kBlockElements];
  for (bool first = true; begin < end; begin += kBlockElements, first = false) {
    const int64_t count = std::min(kBlockElements, end - begin);
    if (first || !granularity.is_per_tensor()) {
      granularity.spread(scales, begin, count, scale);
      if (zero_points != nullptr) granularity.spread(zero_points, begin, count, zero_point);
    }
    load_block(x.dtype, x.data, begin, count, values);
    if (zero_points != nullptr) {
      for (int64_t i = 0; i < count; ++i) values[i] -= zero_point[i];
    }
    for (int64_t i = 0; i < count; ++i) values[i] *= scale[i];
    store_block(y.dtype, values, count, {}, y.data, begin);
  }
}

Status run_dequantize(ExecContext& context) {
  Dequantizer dequantizer;
  TRY_ASSIGN(const DType target, target_of(context.node(), context.input(1).dtype));
  TRY_ASSIGN(dequantizer.granularity, granularity_of(context));
  TRY_ASSIGN(dequantizer.scales, load_floats(context, context.input(1)));
  if (context.input_count() > 2 && context.has_input(2)) {
    TRY_ASSIGN(dequantizer.zero_points, load_floats(context, context.input(2)));
  }
  dequantizer.x = context.input(0);
  TRY_ASSIGN(dequantizer.y, context.output(0, target, dequantizer.x.shape));
  const int64_t count = dequantizer.x.shape.element_count();
  auto piece = [&](int64_t begin, int64_t end) { dequantizer.run(begin, end); };
  if (count <= kCheapGrain) {
    piece(0, count);
  } else {
    context.parallel_for(count, kCheapGrain, piece);
  }
  return ok();
}

// Version 10 has one scale; 13 added axes, 19 8-bit floats, 21 blocks, 23 to 25 types and
// output_dtype. All are one meaning. The operator of com.microsoft is that of version 21.
constexpr OpDef dequantize(std::string_view domain, int since) {
  return {.name = "DequantizeLinear",
          .domain = domain,
          .since = since,
          .inputs = {2, 3},
          .infer = infer_dequantize,
          .run = run_dequantize};
}

constexpr OpDef kOps[] = {dequantize(kDomainOnnx, 10), dequantize(kDomainMicrosoft, 1)};

}  // namespace

std::span<const OpDef> ops_dequantize_linear() { return kOps; }

}  // namespace tundish
