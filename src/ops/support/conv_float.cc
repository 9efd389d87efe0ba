#include "ops/support/conv_float.h"

#include <algorithm>
#include <atomic>
#include <bit>

#include "base/checked.h"
#include "kernels/conv.h"
#include "kernels/table.h"
#include "kernels/winograd.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

using kernels::ConvGeometry;
using kernels::ConvPlan;
using kernels::ConvTensors;
using kernels::ConvWorkers;
using kernels::WinogradPlan;
using kernels::WinogradStage;

constexpr size_t kMostWorkers = 64;

/// Memory that each of several threads has to itself for a while.
class Workplaces {
 public:
  Workplaces(char* memory, size_t bytes_each, size_t count)
      : memory_(memory), bytes_each_(bytes_each), free_(~uint64_t{0} >> (kMostWorkers - count)) {}

  /// There are as many places as ranges run at once.
  size_t take() {
    uint64_t free = free_.load(std::memory_order_relaxed);
    while (free == 0 ||
           !free_.compare_exchange_weak(free, free & (free - 1), std::memory_order_acquire)) {
      if (free == 0) free = free_.load(std::memory_order_relaxed);
    }
    return static_cast<size_t>(std::countr_zero(free));
  }
  void give_back(size_t place) { free_.fetch_or(uint64_t{1} << place, std::memory_order_release); }
  void* at(size_t place) const { return memory_ + place * bytes_each_; }

 private:
  char* memory_;
  size_t bytes_each_;
  std::atomic<uint64_t> free_;
};

ConvGeometry geometry_of(const ConvShape& shape, const WindowPlan& plan) {
  const auto size = [](int64_t value) { return static_cast<size_t>(value); };
  ConvGeometry geometry;
  geometry.groups = size(shape.groups);
  geometry.group_inputs = size(shape.group_inputs);
  geometry.group_outputs = size(shape.group_outputs);
  geometry.rank = plan.rank;
  for (size_t i = 0; i < plan.rank; ++i) {
    const AxisWindow& axis = plan.axes[i];
    geometry.axes[i] = {size(plan.in[i]),  size(plan.out[i]),   size(axis.kernel),
                        size(axis.stride), size(axis.dilation), size(axis.pad_begin)};
  }
  return geometry;
}

bool has_nothing(const ConvShape& shape) {
  bool nothing = shape.group_inputs == 0 || shape.outputs() == 0 || shape.taps == 0;
  for (size_t i = 0; i < shape.plan.rank; ++i) {
    nothing = nothing || shape.plan.in[i] == 0 || shape.plan.out[i] == 0;
  }
  return nothing;
}

struct Memory {
  void* shared = nullptr;
  char* own = nullptr;
  size_t workers = 1;
};

Result<Memory> memory_for(ExecContext& context, size_t shared_bytes, size_t bytes_each) {
  Memory memory;
  memory.workers = std::clamp<size_t>(static_cast<size_t>(context.thread_count()), 1, kMostWorkers);
  if (shared_bytes > 0) {
    TRY_ASSIGN(memory.shared, context.scratch(shared_bytes));
  }
  if (bytes_each > 0) {
    const auto own =
        checked_mul(static_cast<int64_t>(memory.workers), static_cast<int64_t>(bytes_each));
    if (!own) return Error(ErrorCode::kLimit, "scratch of a convolution overflows");
    TRY_ASSIGN(void* bytes, context.scratch(static_cast<size_t>(*own)));
    memory.own = static_cast<char*>(bytes);
  }
  return memory;
}

void run_image(ExecContext& context, const ConvWorkers& workers, const ConvPlan& plan,
               const ConvTensors& tensors, const Memory& memory) {
  if (!plan.layout.direct) {
    auto lay_out = [&](int64_t begin, int64_t end) {
      lay_out_channels(workers, plan, tensors.x, memory.shared, static_cast<size_t>(begin),
                       static_cast<size_t>(end));
    };
    context.parallel_for(static_cast<int64_t>(plan.shape.inputs()),
                         static_cast<int64_t>(plan.channel_grain), lay_out);
  }
  Workplaces places(memory.own, plan.unit_bytes, memory.workers);
  auto units = [&](int64_t begin, int64_t end) {
    const size_t place = places.take();
    run_conv(workers, plan, tensors, memory.shared, places.at(place), static_cast<size_t>(begin),
             static_cast<size_t>(end));
    places.give_back(place);
  };
  const size_t grain = std::max(plan.grain, (plan.units - 1) / kMostWorkers + 1);
  context.parallel_for(static_cast<int64_t>(plan.units),
                       static_cast<int64_t>(memory.workers == 1 ? plan.units : grain), units);
}

// All stages of one unit on this thread.
bool run_unit(const ConvWorkers& workers, const WinogradPlan& plan, const ConvTensors& tensors,
              const void* shared, void* own, size_t unit) {
  bool finite = true;
  for (const WinogradStage stage : kernels::kWinogradStages) {
    finite &= run_winograd(workers, plan, tensors, shared, own, unit, stage, 0,
                           winograd_items(plan, stage));
  }
  return finite;
}

// False where a sum is not finite: the answer then has to be computed in another way.
bool run_winograd_image(ExecContext& context, const ConvWorkers& workers, const WinogradPlan& plan,
                        const ConvTensors& tensors, const Memory& memory) {
  if (!plan.layout.direct) {
    auto lay_out = [&](int64_t begin, int64_t end) {
      lay_out_winograd(workers, plan, tensors.x, memory.shared, static_cast<size_t>(begin),
                       static_cast<size_t>(end));
    };
    context.parallel_for(static_cast<int64_t>(plan.shape.inputs()),
                         static_cast<int64_t>(plan.channel_grain), lay_out);
  }
  std::atomic<bool> finite{true};
  if (plan.shares_units) {
    for (size_t unit = 0; unit < plan.units; ++unit) {
      for (const WinogradStage stage : kernels::kWinogradStages) {
        auto items = [&](int64_t begin, int64_t end) {
          if (!run_winograd(workers, plan, tensors, memory.shared, memory.own, unit, stage,
                            static_cast<size_t>(begin), static_cast<size_t>(end))) {
            finite.store(false, std::memory_order_relaxed);
          }
        };
        context.parallel_for(static_cast<int64_t>(winograd_items(plan, stage)), 1, items);
      }
    }
  } else {
    Workplaces places(memory.own, plan.unit_bytes, memory.workers);
    auto units = [&](int64_t begin, int64_t end) {
      const size_t place = places.take();
      for (int64_t unit = begin; unit < end; ++unit) {
        if (!run_unit(workers, plan, tensors, memory.shared, places.at(place),
                      static_cast<size_t>(unit))) {
          finite.store(false, std::memory_order_relaxed);
        }
      }
      places.give_back(place);
    };
    const size_t grain = (plan.units - 1) / kMostWorkers + 1;
    context.parallel_for(static_cast<int64_t>(plan.units), static_cast<int64_t>(grain), units);
  }
  if (!finite.load(std::memory_order_relaxed)) return false;
  if (winograd_finishes(tensors.epilogue)) return true;
  auto finish = [&](int64_t begin, int64_t end) {
    finish_winograd(workers, plan, tensors, static_cast<size_t>(begin), static_cast<size_t>(end));
  };
  context.parallel_for(static_cast<int64_t>(plan.shape.outputs()), 4, finish);
  return true;
}

/// One way to compute images, and the memory it takes.
struct Method {
  bool winograd = false;
  const float* ready = nullptr;  ///< weights as the method reads them, or null
  WinogradPlan winograd_plan;
  ConvPlan plan;
  Memory memory;
};

Status prepare_products(ExecContext& context, Method& method) {
  TRY_ASSIGN(method.memory, memory_for(context, method.plan.shared_bytes, method.plan.unit_bytes));
  begin_conv(method.plan, method.memory.shared);
  return ok();
}

Status prepare_winograd(ExecContext& context, Method& method) {
  TRY_ASSIGN(method.memory, memory_for(context, method.winograd_plan.shared_bytes,
                                       method.winograd_plan.unit_bytes));
  begin_winograd(method.winograd_plan, method.memory.shared);
  return ok();
}

Status run_images(ExecContext& context, const ConvShape& shape, const FloatConv& conv,
                  const ConvWorkers& workers, Method& method) {
  const ConvGeometry& geometry = method.plan.shape;
  ConvTensors tensors{conv.x, conv.weights, method.ready, conv.y, conv.epilogue};
  tensors.epilogue.residual_row_stride = geometry.out_plane();
  for (int64_t n = 0; n < shape.batch; ++n) {
    TRY(context.interrupted());
    if (method.winograd &&
        !run_winograd_image(context, workers, method.winograd_plan, tensors, method.memory)) {
      method.winograd = false;
      TRY(prepare_products(context, method));
      tensors.packed = nullptr;
    }
    if (!method.winograd) run_image(context, workers, method.plan, tensors, method.memory);
    tensors.x += geometry.inputs() * geometry.in_plane();
    const size_t answers = geometry.outputs() * geometry.out_plane();
    tensors.y += answers;
    if (tensors.epilogue.residual != nullptr) tensors.epilogue.residual += answers;
  }
  return ok();
}

}  // namespace

Result<ReadyWeights> ready_conv_weights(const KernelTable& table, const ConvShape& shape,
                                        const Tensor& weights) {
  ReadyWeights ready;
  const bool sized = shape.plan.rank != 0;
  if (weights.dtype() != DType::kFloat32 || weights.element_count() == 0) return ready;
  if (sized && has_nothing(shape)) return ready;
  WindowPlan windows = shape.plan;
  flatten_windows(windows);
  ConvGeometry geometry = geometry_of(shape, windows);
  if (!sized) {
    // What products read does not depend on the image.
    geometry.rank = 1;
    geometry.axes[0].in = geometry.axes[0].kernel = static_cast<size_t>(shape.taps);
  }
  const ConvWorkers workers{table.gemm, table.conv};
  const auto* values = static_cast<const float*>(weights.data());
  WinogradPlan winograd;
  if (sized && plan_winograd(workers, geometry, 1, &winograd)) {
    const auto count = static_cast<int64_t>(winograd_weight_count(geometry));
    TRY_ASSIGN(ready.values, Tensor::allocate(DType::kFloat32, {count}));
    winograd_weights(workers, geometry, values, static_cast<float*>(ready.values.mutable_data()));
    ready.order = ConvOrder::kWinograd;
    return ready;
  }
  ConvPlan plan;
  ConvOrder order = ConvOrder::kPixelRows;
  if (!sized || !plan_pixel_rows(workers, geometry, 1, &plan)) {
    order = ConvOrder::kProducts;
    if (!plan_conv(workers, geometry, 1, &plan)) return ready;
  }
  const auto count = static_cast<int64_t>(packed_conv_count(workers, plan));
  if (count == 0) return ready;
  TRY_ASSIGN(ready.values, Tensor::allocate(DType::kFloat32, {count}));
  pack_conv_weights(workers, plan, values, static_cast<float*>(ready.values.mutable_data()));
  ready.order = order;
  return ready;
}

Result<bool> run_float_conv(ExecContext& context, const ConvShape& shape, const FloatConv& conv) {
  static_assert(kMaxSpatial <= kernels::kConvAxes);
  if (has_nothing(shape)) return false;
  WindowPlan windows = shape.plan;
  flatten_windows(windows);
  const ConvGeometry geometry = geometry_of(shape, windows);
  const ConvWorkers workers{context.kernels().gemm, context.kernels().conv};
  const auto threads = static_cast<size_t>(context.thread_count());
  Method method;
  const ConvOrder order = conv.ready != nullptr ? conv.ready->order : ConvOrder::kPlain;
  const bool pixel_rows =
      order == ConvOrder::kPixelRows && plan_pixel_rows(workers, geometry, threads, &method.plan);
  if (!pixel_rows && !plan_conv(workers, geometry, threads, &method.plan)) return false;
  method.winograd = order == ConvOrder::kWinograd &&
                    plan_winograd(workers, geometry, threads, &method.winograd_plan);
  if (pixel_rows || order == ConvOrder::kProducts || method.winograd) {
    method.ready = static_cast<const float*>(conv.ready->values.data());
  }
  TRY(method.winograd ? prepare_winograd(context, method) : prepare_products(context, method));
  TRY(run_images(context, shape, conv, workers, method));
  return true;
}

}  // namespace tundish::ops
