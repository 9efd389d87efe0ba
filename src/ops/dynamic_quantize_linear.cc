// DynamicQuantizeLinear: scale and zero point from the numbers themselves, then QuantizeLinear to
// uint8.
#include <algorithm>

#include "ops/support/elementwise.h"
#include "ops/support/quantization.h"

namespace tundish {
namespace {
using namespace ops;

constexpr int64_t kGrain = kCheapGrain / 4;  // a division, and what goes with it

struct Extent {
  float least = 0;
  float most = 0;
};

/// The range of the numbers and 0; NaN is passed over.
Extent extent_of(const float* x, int64_t count) {
  constexpr int64_t kLanes = 8;  // so that one comparison need not wait for the other
  float least[kLanes] = {};
  float most[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float value = x[i + lane];
      least[lane] = value < least[lane] ? value : least[lane];
      most[lane] = value > most[lane] ? value : most[lane];
    }
  }
  for (; i < count; ++i) {
    least[0] = x[i] < least[0] ? x[i] : least[0];
    most[0] = x[i] > most[0] ? x[i] : most[0];
  }
  return {*std::min_element(least, least + kLanes), *std::max_element(most, most + kLanes)};
}

Result<Extent> extent_of(ExecContext& context, const float* x, int64_t count) {
  const int64_t parts = (count + kGrain - 1) / kGrain;
  if (parts <= 1) return extent_of(x, count);
  TRY_ASSIGN(void* memory, context.scratch(static_cast<size_t>(parts) * sizeof(Extent)));
  auto* extents = static_cast<Extent*>(memory);
  auto piece = [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const int64_t at = part * kGrain;
      extents[part] = extent_of(x + at, std::min(kGrain, count - at));
    }
  };
  context.parallel_for(parts, 1, piece);
  Extent all;
  for (int64_t part = 0; part < parts; ++part) {
    all.least = std::min(all.least, extents[part].least);
    all.most = std::max(all.most, extents[part].most);
  }
  return all;
}

Status infer_dynamic_quantize(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kFloat32}));
  const SymbolicShape scalar = std::vector<Dim>();
  context.set_output(0, ValueType::tensor(DType::kUint8, context.input(0).shape));
  context.set_output(1, ValueType::tensor(DType::kFloat32, scalar));
  context.set_output(2, ValueType::tensor(DType::kUint8, scalar));
  return ok();
}

// Every step in float32 and in the order of the function body of ONNX: one more digit anywhere
// rounds some elements the other way.
Status run_dynamic_quantize(ExecContext& context) {
  const TensorView& x = context.input(0);
  const auto* from = static_cast<const float*>(x.data);
  const int64_t count = x.shape.element_count();
  const IntegerBounds bounds = bounds_of(DType::kUint8);
  TRY_ASSIGN(const Extent extent, extent_of(context, from, count));
  // Nothing but zeros: the body divides 0 by 0, the reference evaluator takes a range of 1.
  const float range = extent.most == extent.least ? 1.0F : extent.most - extent.least;
  const float scale = range / bounds.most;
  float zero_point = bounds.least - extent.least / scale;
  const float none = 0;
  quantize_to_integers(&zero_point, &none, bounds, 1);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kUint8, x.shape));
  if (context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView out, context.output(1, DType::kFloat32, {}));
    *static_cast<float*>(out.data) = scale;
  }
  if (context.output_wanted(2)) {
    TRY_ASSIGN(const MutableTensorView out, context.output(2, DType::kUint8, {}));
    *static_cast<uint8_t*>(out.data) = static_cast<uint8_t>(zero_point);
  }
  auto* to = static_cast<uint8_t*>(y.data);
  auto piece = [&](int64_t begin, int64_t end) {
    constexpr int64_t kBlock = 512;
    float values[kBlock];
    float zero_points[kBlock];
    std::fill_n(zero_points, kBlock, zero_point);
    for (; begin < end; begin += kBlock) {
      const int64_t length = std::min(kBlock, end - begin);
      for (int64_t i = 0; i < length; ++i) values[i] = from[begin + i] / scale;
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
