// What a call costs beyond its kernels: nanoseconds of an Identity of one number through run and
// run_into, of each further node, and of small models' element-wise tails.
//
//   call_bench
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "engines/engine.h"
#include "ir/builder.h"
#include "ops/index.h"

namespace tundish {
namespace {

std::shared_ptr<const Graph> chain(const char* op, int length, int64_t columns) {
  Builder builder(builtin_ops(), "chain");
  ValueId x = builder
                  .input("x", ValueType::tensor(DType::kFloat64,
                                                std::vector<Dim>{Dim::symbol("N"), Dim(columns)}))
                  .value();
  const ValueId one = builder.scalar(1.0);
  for (int i = 0; i < length; ++i) {
    const bool unary = std::string_view(op) == "Identity" || std::string_view(op) == "Neg";
    x = unary ? builder.op(op, {x}).value() : builder.op(op, {x, one}).value();
  }
  if (!builder.output(x, "y")) return nullptr;
  return std::make_shared<Graph>(std::move(builder).finish().value());
}

template <class Call> double nanoseconds(Call call) {
  using Clock = std::chrono::steady_clock;
  double best = 1e18;
  for (int round = 0; round < 30; ++round) {
    constexpr int kCalls = 20'000;
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < kCalls; ++i) call();
    const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
    best = std::min(best, took.count() / kCalls);
  }
  return best;
}

void measure(const char* op, int length, int64_t rows, int64_t columns) {
  auto session =
      create_engine_session("native", chain(op, length, columns), builtin_ops(), {1, ""}).value();
  const std::vector<double> x(static_cast<size_t>(rows * columns), 1.5);
  std::vector<double> y(x.size());
  const TensorView in[] = {matrix_view(x.data(), rows, columns)};
  const MutableTensorView out[] = {{DType::kFloat64, in[0].shape, y.data()}};
  double sum = 0;
  const double run = nanoseconds(
      [&] { sum += *static_cast<const double*>(session->run(in, {}).value()[0].data); });
  const double into = nanoseconds([&] {
    if (session->run_into(in, out, {})) sum += y[0];
  });
  std::printf("%-10s x %3d on [%ld, %ld]: run %8.1f ns, run_into %8.1f ns (%g)\n", op, length, rows,
              columns, run, into, sum > 0 ? 1.0 : 0.0);
}

}  // namespace
}  // namespace tundish

int main() {
  using tundish::measure;
  measure("Identity", 1, 1, 1);
  measure("Identity", 11, 1, 1);
  measure("Neg", 1, 1, 1);
  measure("Neg", 11, 1, 1);
  measure("Add", 1, 1, 1);
  measure("Add", 11, 1, 1);
  measure("Add", 1, 1000, 8);
  measure("Add", 11, 1000, 8);
  return 0;
}
