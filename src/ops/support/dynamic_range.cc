#include "ops/support/dynamic_range.h"

#include <algorithm>

#include "ops/support/elementwise.h"
#include "ops/support/quantization.h"

namespace tundish::ops {
namespace {

constexpr int64_t kGrain = kCheapGrain / 4;  // as DynamicQuantizeLinear splits its own work

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

}  // namespace

// Every step in float32 and in the order of the function body of ONNX: one more digit anywhere
// rounds some elements the other way.
Result<DynamicRange> dynamic_range(ExecContext& context, const float* x, int64_t count) {
  const IntegerBounds bounds = bounds_of(DType::kUint8);
  TRY_ASSIGN(const Extent extent, extent_of(context, x, count));
  // Nothing but zeros: the body divides 0 by 0, the reference evaluator takes a range of 1.
  const float range = extent.most == extent.least ? 1.0F : extent.most - extent.least;
  DynamicRange made;
  made.scale = range / bounds.most;
  made.zero_point = bounds.least - extent.least / made.scale;
  const float none = 0;
  quantize_to_integers(&made.zero_point, &none, bounds, 1);
  return made;
}

}  // namespace tundish::ops
