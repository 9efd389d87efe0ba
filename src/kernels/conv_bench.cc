// Speed of convolutions of one image on one thread, hot: prints the table of docs/kernels.md.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "kernels/conv_testing.h"
#include "kernels/winograd.h"

namespace tundish::kernels {
namespace {
using namespace testing;

double seconds_now() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Least CPU time of a call, in seconds.
template <class Call> double least_time(double budget, const Call& call) {
  double least = 1e9;
  for (double total = 0; total < budget;) {
    const double begin = seconds_now();
    call();
    const double took = seconds_now() - begin;
    least = std::min(least, took);
    total += took;
  }
  return least;
}

struct Values {
  std::vector<float> x, weights, bias, y;

  explicit Values(const ConvGeometry& shape)
      : x(shape.inputs() * shape.in_plane(), 0.5f),
        weights(shape.outputs() * shape.group_inputs * shape.taps(), 0.25f),
        bias(shape.outputs(), 1.0f),
        y(shape.outputs() * shape.out_plane()) {}

  ConvTensors tensors(const float* packed) {
    ConvTensors tensors{x.data(), weights.data(), packed, y.data(), {}};
    tensors.epilogue.row_bias = bias.data();
    tensors.epilogue.activation = Activation::kRelu;
    return tensors;
  }
};

double time_products(const ConvWorkers& workers, const ConvPlan& plan, double budget) {
  Values values(plan.shape);
  Memory shared(plan.shared_bytes);
  Memory own(plan.unit_bytes);
  Memory packed(packed_conv_count(workers, plan) * sizeof(float) + sizeof(float));
  auto* panels = static_cast<float*>(packed.get());
  const bool packs = packed_conv_count(workers, plan) != 0;
  if (packs) pack_conv_weights(workers, plan, values.weights.data(), panels);
  const ConvTensors tensors = values.tensors(packs ? panels : nullptr);
  return least_time(budget, [&] {
    begin_conv(plan, shared.get());
    if (!plan.layout.direct) {
      lay_out_channels(workers, plan, tensors.x, shared.get(), 0, plan.shape.inputs());
    }
    run_conv(workers, plan, tensors, shared.get(), own.get(), 0, plan.units);
  });
}

double time_winograd(const ConvWorkers& workers, const WinogradPlan& plan, double budget) {
  Values values(plan.shape);
  Memory shared(plan.shared_bytes);
  Memory own(plan.unit_bytes);
  std::vector<float> transformed(winograd_weight_count(plan.shape));
  winograd_weights(workers, plan.shape, values.weights.data(), transformed.data());
  const ConvTensors tensors = values.tensors(transformed.data());
  return least_time(budget, [&] {
    begin_winograd(plan, shared.get());
    if (!plan.layout.direct) {
      lay_out_winograd(workers, plan, tensors.x, shared.get(), 0, plan.shape.inputs());
    }
    for (size_t unit = 0; unit < plan.units; ++unit) {
      for (const WinogradStage stage : kWinogradStages) {
        run_winograd(workers, plan, tensors, shared.get(), own.get(), unit, stage, 0,
                     winograd_items(plan, stage));
      }
    }
  });
}

constexpr Case kCases[] = {
    {1, 3, 64, 224, 224, 7, 7, 2, 1, 3},    {1, 3, 96, 224, 224, 11, 11, 4, 1, 0},
    {2, 96, 256, 27, 27, 5, 5, 1, 1, 2},    {1, 64, 64, 56, 56, 1, 1, 1, 1, 0},
    {1, 64, 256, 56, 56, 1, 1, 1, 1, 0},    {1, 256, 64, 56, 56, 1, 1, 1, 1, 0},
    {1, 512, 128, 28, 28, 1, 1, 1, 1, 0},   {1, 256, 1024, 14, 14, 1, 1, 1, 1, 0},
    {1, 2048, 512, 7, 7, 1, 1, 1, 1, 0},    {1, 512, 512, 7, 7, 3, 3, 1, 1, 1},
    {1, 128, 128, 56, 56, 3, 3, 2, 1, 1},   {1, 64, 64, 56, 56, 3, 3, 1, 1, 1},
    {1, 128, 128, 28, 28, 3, 3, 1, 1, 1},   {1, 256, 256, 14, 14, 3, 3, 1, 1, 1},
    {1, 128, 32, 28, 28, 3, 3, 1, 1, 1},    {1, 64, 64, 224, 224, 3, 3, 1, 1, 1},
    {1, 512, 512, 28, 28, 3, 3, 1, 1, 1},   {112, 112, 112, 56, 56, 3, 3, 1, 1, 1},
    {272, 272, 272, 14, 14, 3, 3, 2, 1, 1}, {4, 272, 272, 28, 28, 1, 1, 1, 1, 0},
};

void measure(double budget) {
  for (const Case& c : kCases) {
    const ConvGeometry shape = geometry_of(c);
    const double operations = 2.0 * static_cast<double>(shape.outputs() * shape.group_inputs) *
                              static_cast<double>(shape.taps() * shape.out_plane());
    std::printf("%4zu x %-3zu -> %4zu, %zux%zu/%zu, groups %-3zu", c.inputs, c.height, c.outputs,
                c.kernel_height, c.kernel_width, c.stride, c.groups);
    for (const Isa isa : {Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
      if (!isa_available(isa)) continue;
      const ConvWorkers workers{table_for(isa).gemm, table_for(isa).conv};
      ConvPlan plan;
      const char* method = "rows";
      if (!plan_pixel_rows(workers, shape, 1, &plan)) {
        method = "columns";
        if (!plan_conv(workers, shape, 1, &plan)) continue;
      }
      if (plan.method == ConvMethod::kDepthwise) method = "depthwise";
      const double direct = time_products(workers, plan, budget);
      std::printf(" | %s %s %.0f us %.1f GFLOP/s", isa_name(isa), method, 1e6 * direct,
                  operations / direct / 1e9);
      WinogradPlan winograd;
      if (!plan_winograd(workers, shape, 1, &winograd)) continue;
      const double tiles = time_winograd(workers, winograd, budget);
      std::printf(", winograd %.0f us %.1f", 1e6 * tiles, operations / tiles / 1e9);
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace tundish::kernels

int main() { tundish::kernels::measure(0.3); }
