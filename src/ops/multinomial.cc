// Multinomial: classes drawn by unnormalised log-probabilities, with replacement.
//
// Draw k of a row is the first class whose cumulated exp(x - max) exceeds a uniform number of
// support/random_state.h times their sum; rows follow each other in the same sequence of numbers.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/random_state.h"
#include "ops/support/signal.h"
#include "ops/support/written.h"

namespace tundish {
namespace {
using namespace ops;

struct Draws {
  DType dtype;
  int64_t count;
};

Result<Draws> read_draws(const Node& node) {
  Draws draws{};
  TRY_ASSIGN(draws.dtype, read_dtype(node, "dtype", DType::kInt32, {DType::kInt32, DType::kInt64}));
  TRY_ASSIGN(draws.count, node.attributes.get_int("sample_size", 1));
  if (draws.count < 1) return InvalidModel(cat("attribute \"sample_size\" is ", draws.count));
  return draws;
}

Status infer_multinomial(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet, {}));
  TRY_ASSIGN(const Draws draws, read_draws(context.node()));
  TRY(random_state(context.node()));
  const std::vector<Dim>* dims = known_dims(context, 0);
  Dim rows;
  if (dims != nullptr) {
    if (dims->size() != 2) {
      return InvalidModel(
          cat("input 0: expected shape [batch, classes], got ", to_string(context.input(0).shape)));
    }
    rows = (*dims)[0];
  }
  context.set_output(0, ValueType::tensor(draws.dtype, std::vector<Dim>{rows, draws.count}));
  return ok();
}

// Cumulated weights of a row; kInvalidArgument where none is positive and finite.
Status cumulate(const TensorView& x, int64_t row, std::vector<Complex>& numbers,
                std::vector<double>& sums) {
  const auto classes = static_cast<int64_t>(numbers.size());
  read_signal(x, row * classes, 1, classes, Parts::kReal, numbers.data());
  double largest = -INFINITY;
  for (const Complex& number : numbers) largest = std::max(largest, number.re);
  double sum = 0;
  for (size_t k = 0; k < numbers.size(); ++k) {
    sum += std::exp(numbers[k].re - largest);
    sums[k] = sum;
  }
  if (sum > 0 && std::isfinite(sum)) return ok();
  return InvalidArgument(cat("input 0, row ", row, " is no list of log-probabilities"));
}

Status run_multinomial(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const Draws draws, read_draws(context.node()));
  TRY_ASSIGN(RandomState state, random_state(context.node()));
  if (x.shape.rank() != 2) {
    return InvalidArgument(
        cat("input 0: expected shape [batch, classes], got ", x.shape.to_string()));
  }
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, draws.dtype, Shape{x.shape[0], draws.count}));
  std::vector<Complex> numbers(static_cast<size_t>(x.shape[1]));
  std::vector<double> sums(numbers.size());
  for (int64_t row = 0; row < x.shape[0]; ++row) {
    TRY(context.interrupted());
    TRY(cumulate(x, row, numbers, sums));
    for (int64_t k = 0; k < draws.count; ++k) {
      const auto found = std::ranges::upper_bound(sums, state.uniform() * sums.back());
      const auto drawn = std::min(found - sums.begin(), std::ssize(sums) - 1);
      const double number[] = {static_cast<double>(drawn)};
      write_numbers(number, y, row * draws.count + k);
    }
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Multinomial",
     .since = 7,
     .inputs = {1, 1},
     .traits = {.pure = false},
     .infer = infer_multinomial,
     .run = run_multinomial},
};

}  // namespace

std::span<const OpDef> ops_multinomial() { return kOps; }

}  // namespace tundish
