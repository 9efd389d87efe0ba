// DynamicQuantizeLinear: scale and zero point from the numbers themselves, then QuantizeLinear to
// uint8.
#include <algorithm>

#include "ops/support/dynamic_range.h"
#include "ops/support/elementwise.h"
#include "ops/support/quantization.h"

namespace tundish {
namespace {
using namespace ops;

constexpr int64_t kGrain = kCheapGrain / 4;  // a division, and what goes with it

Status infer_dynamic_quantize(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kFloat32}));
  const SymbolicShape scalar = std::vector<Dim>();
  context.set_output(0, ValueType::tensor(DType::kUint8, context.input(0).shape));
  context.set_output(1, ValueType::tensor(DType::kFloat32, scalar));
  context.set_output(2, ValueType::tensor(DType::kUint8, scalar));
  return ok();
}

Status run_dynamic_quantize(ExecContext& context) {
  const TensorView& x = context.input(0);
  const auto* from = static_cast<const float*>(x.data);
  const int64_t count = x.shape.element_count();
  const IntegerBounds bounds = bounds_of(DType::kUint8);
  TRY_ASSIGN(const DynamicRange range, dynamic_range(context, from, count));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kUint8, x.shape));
  if (context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView out, context.output(1, DType::kFloat32, {}));
    *static_cast<float*>(out.data) = range.scale;
  }
  if (context.output_wanted(2)) {
    TRY_ASSIGN(const MutableTensorView out, context.output(2, DType::kUint8, {}));
    *static_cast<uint8_t*>(out.data) = static_cast<uint8_t>(range.zero_point);
  }
  auto* to = static_cast<uint8_t*>(y.data);
  auto piece = [&](int64_t begin, int64_t end) {
    constexpr int64_t kBlock = 512;
    float values[kBlock];
    float zero_points[kBlock];
    std::fill_n(zero_points, kBlock, range.zero_point);
    for (; begin < end; begin += kBlock) {
      const int64_t length = std::min(kBlock, end - begin);
      for (int64_t i = 0; i < length; ++i) values[i] = from[begin + i] / range.scale;
      quantize_to_integers(values, zero_points, bounds, length);
      for (int64_t i = 0; i < length; ++i) to[begin + i] = static_cast<uint8_t>(values[i]);
    }
  };
  if (count <= kGrain) {
    piece(0, count);
  } else {
    context.parallel_for(count, kGrain, piece);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "DynamicQuantizeLinear",
     .since = 11,
     .inputs = {1, 1},
     .outputs = {3, 3},
     .infer = infer_dynamic_quantize,
     .run = run_dynamic_quantize},
};

}  // namespace

std::span<const OpDef> ops_dynamic_quantize_linear() { return kOps; }

}  // namespace tundish
