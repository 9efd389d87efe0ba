// HannWindow, HammingWindow, BlackmanWindow: sums of cosines over one period.
//
// Factors as in the function bodies of ONNX 1.22 (after F. J. Harris, "On the use of windows for
// harmonic analysis with the discrete Fourier transform", 1978): Hamming's are 25/46 and 21/46.
#include <cmath>
#include <numbers>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/signal.h"
#include "ops/support/values.h"
#include "ops/support/written.h"

namespace tundish {
namespace {
using namespace ops;

struct Cosines {
  double constant, first, second;  ///< constant - first cos(x) + second cos(2x)
};
constexpr Cosines kHann = {0.5, 0.5, 0};
constexpr Cosines kHamming = {25.0 / 46, 21.0 / 46, 0};
constexpr Cosines kBlackman = {0.42, 0.5, 0.08};

Result<DType> output_type(const Node& node) {
  return read_dtype(node, "output_datatype", DType::kFloat32, AllNumbers::kSet);
}

Status infer_window(InferContext& context) {
  if (!context.has_input(0)) return InvalidModel("input 0 is missing");
  TRY_ASSIGN(const DType dtype, output_type(context.node()));
  TRY(context.node().attributes.get_int("periodic", 1));
  TRY_ASSIGN(const auto size, constant_integer(context, 0));
  if (size && *size < 0) return InvalidModel(cat("input 0: a window of ", *size, " samples"));
  context.set_output(0, ValueType::tensor(dtype, std::vector<Dim>{size ? Dim(*size) : Dim()}));
  return ok();
}

// A symmetric window of one sample is that sample of a period of length 0: not a number, as in the
// function bodies.
Status run_window(ExecContext& context, const Cosines& cosines) {
  TRY_ASSIGN(const DType dtype, output_type(context.node()));
  TRY_ASSIGN(const int64_t periodic, context.node().attributes.get_int("periodic", 1));
  TRY_ASSIGN(const int64_t size, read_integer(context, 0));
  if (size < 0) return InvalidArgument(cat("input 0: a window of ", size, " samples"));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, Shape{size}));
  const auto period = static_cast<double>(periodic != 0 ? size : size - 1);
  double block[256];
  for (int64_t at = 0; at < size; at += 256) {
    const auto count = static_cast<size_t>(std::min<int64_t>(256, size - at));
    for (size_t i = 0; i < count; ++i) {
      const double n = static_cast<double>(at) + static_cast<double>(i);
      const double x = 2 * std::numbers::pi * n / period;
      block[i] = cosines.constant - cosines.first * std::cos(x) + cosines.second * std::cos(2 * x);
    }
    write_numbers(std::span(block, count), y, at);
  }
  return ok();
}

template <const Cosines& cosines> Status run(ExecContext& context) {
  return run_window(context, cosines);
}

constexpr OpDef kOps[] = {
    {.name = "HannWindow", .since = 17, .inputs = {1, 1}, .infer = infer_window, .run = run<kHann>},
    {.name = "HammingWindow",
     .since = 17,
     .inputs = {1, 1},
     .infer = infer_window,
     .run = run<kHamming>},
    {.name = "BlackmanWindow",
     .since = 17,
     .inputs = {1, 1},
     .infer = infer_window,
     .run = run<kBlackman>},
};

}  // namespace

std::span<const OpDef> ops_window() { return kOps; }

}  // namespace tundish
