// Running one operator in a test: inference, plain run and prepared run, which must agree. For
// *_test.cc files alone; what it does is compiled once, in testing.cc.
#ifndef TUNDISH_OPS_SUPPORT_TESTING_H_
#define TUNDISH_OPS_SUPPORT_TESTING_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ir/builder.h"
#include "ir/exec_context.h"
#include "kernels/table.h"
#include "ops/index.h"
#include "ops/support/move.h"

namespace tundish::ops::testing {

template <class T> Tensor tensor(std::initializer_list<T> values, const Shape& shape);
template <class T> Tensor vector(std::initializer_list<T> values);
inline Tensor strings(std::initializer_list<std::string> values) {
  return Tensor::of_strings(std::span(values.begin(), values.size()));
}

enum class AnswersOf : uint8_t { kPlainRun, kPreparedRun };

struct OpCall {
  std::string op;
  std::vector<Tensor> inputs;  ///< undefined: left out
  std::vector<std::pair<std::string, Attribute>> attributes;
  std::string domain;
  int thread_count = 1;
  size_t constant_from = SIZE_MAX;  ///< inputs from here on must be constants
  size_t output_count = 1;
  int version = 0;              ///< of the operator, where an older meaning is tested
  double kernel_tolerance = 0;  ///< of float32 between kernels of instruction sets; 0: equal bits
  AnswersOf answers = AnswersOf::kPlainRun;
};

/// One node with what the operator may look at before it runs.
class TestPrepareContext : public PrepareContext {
 public:
  TestPrepareContext(const Graph& graph, const Node& node, const KernelTable& kernels)
      : graph_(graph), node_(node), kernels_(kernels) {}
  const Node& node() const override { return node_; }
  size_t input_count() const override { return node_.inputs.size(); }
  const ValueType& input(size_t i) const override;
  const Tensor* constant(size_t i) const override {
    return i < node_.inputs.size() ? graph_.constant(node_.inputs[i]) : nullptr;
  }
  void set_output(size_t, ValueType) override {}
  const KernelTable& kernels() const override { return kernels_; }

 private:
  const Graph& graph_;
  const Node& node_;
  const KernelTable& kernels_;
};

/// Runs on tensors; ranges of parallel_for run in threads of their own.
class TestContext : public ExecContext {
 public:
  TestContext(const Node& node, std::span<const Tensor> inputs, const KernelState* state,
              const KernelTable& kernels, int thread_count);
  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  bool has_input(size_t i) const override { return inputs_[i].defined(); }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override { return inputs_[i]; }
  size_t output_count() const override { return results.size(); }
  bool output_wanted(size_t i) const override { return i < results.size(); }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override;
  Status set_output(size_t i, Value value) override {
    results[i] = *value.tensor();
    return ok();
  }
  Result<void*> scratch(size_t bytes) override;
  const KernelState* state() const override { return state_; }
  const KernelTable& kernels() const override { return kernels_; }
  int thread_count() const override { return threads_; }
  void parallel_for(int64_t count, int64_t grain, RangeFunction body) override;
  Status interrupted() const override { return ok(); }

  std::vector<Tensor> results;  ///< one per output

 private:
  const Node& node_;
  std::span<const Tensor> inputs_;
  const KernelState* state_;
  const KernelTable& kernels_;
  int threads_;
  std::vector<TensorView> views_;
  std::vector<Tensor> scratch_;
};

enum class Known { kConstants, kTypes, kSymbols, kNothing };

/// A graph of this one call, whose inputs are known to this degree.
Result<Graph> graph_of(const OpCall& call, Known known);

void expect_type_holds(const Tensor& value, const ValueType& type, Known known);

bool same_bits(const Tensor& a, const Tensor& b);

/// Equal bits, or float32 as close as the call says.
void expect_agreement(const OpCall& call, const Tensor& a, const Tensor& b);

/// Expects floats alike to within what a fused multiply-add or another exp may change; all else
/// bit by bit.
void expect_alike(const Tensor& got, const Tensor& want, const std::string& op);

/// The answers, or the error of inference on constants or else of running. On each instruction set
/// the plain run and the run with prepared state must agree bit by bit, the sets up to rounding,
/// and inference must never contradict them however little it knows.
Result<std::vector<Tensor>> run_all(const OpCall& call);
/// The first of them.
Result<Tensor> run_op(const OpCall& call);
/// As an answer of its own, for expect_values().
Result<Tensor> nth(const Result<std::vector<Tensor>>& results, size_t i);

/// Expects these values; NaN equals NaN, zeros differ by sign.
template <class T>
void expect_values(const Result<Tensor>& got, const Shape& shape, std::initializer_list<T> want);
/// Expects these numbers up to `tolerance`, as a share of 1 plus their size. Halves are widened.
void expect_close(const Tensor& got, const Shape& shape, std::initializer_list<double> want,
                  double tolerance = 1e-6);
void expect_close(const Result<Tensor>& got, const Shape& shape, std::initializer_list<double> want,
                  double tolerance = 1e-6);
/// A tensor of halves.
template <class Half> Tensor halves(std::initializer_list<float> values, const Shape& shape);
void expect_strings(const Result<Tensor>& got, std::initializer_list<std::string> want);

/// As expect_values(), to within `relative` of each value; a wanted 0 is met exactly.
template <class T>
void expect_near(const Result<Tensor>& got, const Shape& shape, std::initializer_list<T> want,
                 double relative);

/// Halves made of floats, and an answer in halves as floats.
template <class Half> Tensor halves(std::initializer_list<float> values);
template <class Half>
void expect_halves(const Result<Tensor>& got, std::initializer_list<float> want);

/// `error` is null where there was none.
void expect_error_is(const Error* error, ErrorCode code, std::string_view part);
template <class R> void expect_error(const R& got, ErrorCode code, std::string_view part) {
  expect_error_is(got.has_value() ? nullptr : &got.error(), code, part);
}

/// What a model of this one call, all of whose inputs are constants, is refused with. Expects the
/// fault to be found before anything runs, at the node.
void expect_refused(const OpCall& call, std::string_view part,
                    ErrorCode code = ErrorCode::kInvalidModel);

/// The operator itself, where inference knows no shape (and nothing but constant_from is constant),
/// fails with kInvalidArgument.
void expect_fails_to_run(const OpCall& call, std::string_view part);

/// Type of the answer where the first inputs have these shapes and no known values, and all others
/// are constants; or the error. Types of several outputs stand side by side.
std::string inferred(const OpCall& call, const std::vector<SymbolicShape>& shapes);

/// A symbolic shape: {symbol("N"), 3}.
inline Dim symbol(std::string name) { return Dim::symbol(std::move(name)); }
inline SymbolicShape dims(std::initializer_list<Dim> sizes) { return std::vector<Dim>(sizes); }

/// Traits in force in canonical graphs, as letters: p(ure), e(lementwise), i(n place), n(an is
/// passed on), m(onotone somewhere).
std::string traits_of(std::string_view op, std::string_view domain = kDomainOnnx);

/// Direction of the operator in argument `index`, whose tensor is taken as not constant.
Monotone direction(OpCall call, size_t index);

}  // namespace tundish::ops::testing

#endif  // TUNDISH_OPS_SUPPORT_TESTING_H_
