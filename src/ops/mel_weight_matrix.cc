// MelWeightMatrix: triangles on the mel scale, one per column, over the bins of a one-sided DFT.
//
// mel(f) = 2595 log10(1 + f / 700), as ONNX's text has it. Edges are bins: the frequencies of
// num_mel_bins + 2 points a constant step apart, rounded down. Computed in double.
#include <cmath>
#include <vector>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/signal.h"
#include "ops/support/values.h"
#include "ops/support/written.h"

namespace tundish {
namespace {
using namespace ops;

Result<DType> output_type(const Node& node) {
  return read_dtype(node, "output_datatype", DType::kFloat32, AllNumbers::kSet);
}

// Inputs 0 to 2 as far as they are known must be positive.
Status check_count(int64_t value, size_t input, ErrorCode code) {
  if (value >= 1) return ok();
  return Error(code, cat("input ", input, " is ", value, ", expected at least 1"));
}

Status infer_mel(InferContext& context) {
  TRY_ASSIGN(const DType dtype, output_type(context.node()));
  std::array<std::optional<int64_t>, 3> counts;
  for (size_t i = 0; i < 3; ++i) {
    if (!context.has_input(i)) return InvalidModel(cat("input ", i, " is missing"));
    TRY_ASSIGN(counts[i], constant_integer(context, i));
    if (counts[i]) TRY(check_count(*counts[i], i, ErrorCode::kInvalidModel));
  }
  for (size_t i = 3; i < 5; ++i) TRY(expect_tensor(context, i, AllFloats::kSet, {}));
  context.set_output(
      0, ValueType::tensor(dtype, std::vector<Dim>{counts[1] ? Dim(*counts[1] / 2 + 1) : Dim(),
                                                   counts[0] ? Dim(*counts[0]) : Dim()}));
  return ok();
}

Result<double> read_frequency(const ExecContext& context, size_t i) {
  const TensorView& view = context.input(i);
  if (view.shape.element_count() != 1) {
    return InvalidArgument(
        cat("input ", i, ": expected one number, got shape ", view.shape.to_string()));
  }
  Complex read;
  read_signal(view, 0, 1, 1, Parts::kReal, &read);
  return read.re;
}

struct Bank {
  int64_t filters, transform, rate;
  double lowest, highest;
};

double mel_of(double frequency) { return 2595 * std::log10(1 + frequency / 700); }

// The bin below each of the points; kInvalidArgument where one lies outside the spectrum.
Result<std::vector<int64_t>> edge_bins(const Bank& bank) {
  const double low = mel_of(bank.lowest);
  const auto points = static_cast<double>(bank.filters + 2);
  const double step = (mel_of(bank.highest) - low) / points;
  const double scale = static_cast<double>(bank.transform) + 1;
  const auto last = static_cast<double>(bank.transform / 2);
  std::vector<int64_t> bins;
  for (int64_t i = 0; i < bank.filters + 2; ++i) {
    const double mel = static_cast<double>(i) * step + low;
    const double frequency = 700 * (std::pow(10, mel / 2595) - 1);
    const double bin = std::floor(scale * frequency / static_cast<double>(bank.rate));
    // The last point is an end that is not reached.
    const double most = i == bank.filters + 1 ? last + 1 : last;
    if (!(bin >= 0 && bin <= most)) {
      return InvalidArgument(cat("edges of ", bank.lowest, " to ", bank.highest, " Hz: point ", i,
                                 " lies outside the spectrum of ", bank.transform, " samples at ",
                                 bank.rate, " Hz"));
    }
    bins.push_back(static_cast<int64_t>(bin));
  }
  return bins;
}

Result<Bank> read_bank(const ExecContext& context) {
  Bank bank{};
  int64_t* const counts[] = {&bank.filters, &bank.transform, &bank.rate};
  for (size_t i = 0; i < 3; ++i) {
    TRY_ASSIGN(*counts[i], read_integer(context, i));
    TRY(check_count(*counts[i], i, ErrorCode::kInvalidArgument));
  }
  TRY_ASSIGN(bank.lowest, read_frequency(context, 3));
  TRY_ASSIGN(bank.highest, read_frequency(context, 4));
  return bank;
}

// More filters than this no spectrum has; each needs an edge.
constexpr int64_t kMostFilters = int64_t{1} << 24;

Status run_mel(ExecContext& context) {
  TRY_ASSIGN(const DType dtype, output_type(context.node()));
  TRY_ASSIGN(const Bank bank, read_bank(context));
  if (bank.filters > kMostFilters) {
    return Limit(cat(bank.filters, " filters, the limit is ", kMostFilters));
  }
  TRY_ASSIGN(const std::vector<int64_t> bins, edge_bins(bank));
  const Shape shape{bank.transform / 2 + 1, bank.filters};
  TRY_ASSIGN(Tensor made, Tensor::allocate(DType::kFloat64, shape));
  auto* weights = static_cast<double*>(made.mutable_data());
  for (int64_t i = 0; i < bank.filters; ++i) {
    const auto at = static_cast<size_t>(i);
    const int64_t left = bins[at];
    const int64_t centre = bins[at + 1];
    const int64_t right = bins[at + 2];
    if (left == centre) weights[centre * bank.filters + i] = 1;
    for (int64_t k = left; left < centre && k <= centre; ++k) {
      weights[k * bank.filters + i] =
          static_cast<double>(k - left) / static_cast<double>(centre - left);
    }
    for (int64_t k = centre; k < right; ++k) {
      weights[k * bank.filters + i] =
          static_cast<double>(right - k) / static_cast<double>(right - centre);
    }
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  write_numbers(made.values<double>(), y, 0);
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "MelWeightMatrix", .since = 17, .inputs = {5, 5}, .infer = infer_mel, .run = run_mel},
};

}  // namespace

std::span<const OpDef> ops_mel_weight_matrix() { return kOps; }

}  // namespace tundish
