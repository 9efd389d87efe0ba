// Running one operator in a test: inference, plain run and prepared run, which must agree. Header
// only, included by *_test.cc files alone.
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

template <class T> Tensor tensor(std::initializer_list<T> values, const Shape& shape) {
  std::unique_ptr<T[]> copy = std::make_unique<T[]>(values.size() + 1);  // vector<bool> has no data
  std::copy(values.begin(), values.end(), copy.get());
  return Tensor::of(std::span<const T>(copy.get(), values.size()), shape);
}
template <class T> Tensor vector(std::initializer_list<T> values) {
  return tensor<T>(values, Shape{static_cast<int64_t>(values.size())});
}
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
  const ValueType& input(size_t i) const override {
    static const ValueType kNone;
    if (i >= node_.inputs.size() || node_.inputs[i] == kNoValue) return kNone;
    return graph_.value(node_.inputs[i]).type;
  }
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
              const KernelTable& kernels, int thread_count)
      : results(std::max<size_t>(1, node.outputs.size())),
        node_(node),
        inputs_(inputs),
        state_(state),
        kernels_(kernels),
        threads_(thread_count) {
    for (const Tensor& input : inputs) views_.push_back(input.view());
  }
  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  bool has_input(size_t i) const override { return inputs_[i].defined(); }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override { return inputs_[i]; }
  size_t output_count() const override { return results.size(); }
  bool output_wanted(size_t i) const override { return i < results.size(); }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    TRY_ASSIGN(results[i], Tensor::allocate(dtype, shape));
    if (dtype != DType::kString) {
      std::memset(results[i].mutable_data(), 0xa5, results[i].byte_count());
    }
    return results[i].mutable_view();
  }
  Status set_output(size_t i, Value value) override {
    results[i] = *value.tensor();
    return ok();
  }
  Result<void*> scratch(size_t bytes) override {
    TRY_ASSIGN(Tensor made, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes)}));
    scratch_.push_back(std::move(made));
    return scratch_.back().mutable_data();
  }
  const KernelState* state() const override { return state_; }
  const KernelTable& kernels() const override { return kernels_; }
  int thread_count() const override { return threads_; }
  void parallel_for(int64_t count, int64_t grain, RangeFunction body) override {
    if (threads_ == 1) return body(0, count);
    for (int64_t begin = 0; begin < count; begin += threads_ * grain) {
      std::vector<std::jthread> threads;
      for (int t = 0; t < threads_ && begin + t * grain < count; ++t) {
        const int64_t at = begin + t * grain;
        threads.emplace_back([=] { body(at, std::min(count, at + grain)); });
      }
    }
  }
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
inline Result<Graph> graph_of(const OpCall& call, Known known) {
  Builder builder(builtin_ops(), "one");
  NodeSpec spec;
  spec.op = call.op;
  spec.domain = call.domain;
  spec.name = "node";
  for (const auto& [name, value] : call.attributes) spec.attributes.set(name, value);
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const Tensor& input = call.inputs[i];
    if (!input.defined()) {
      spec.inputs.push_back(kNoValue);
    } else if (known == Known::kConstants || i >= call.constant_from) {
      spec.inputs.push_back(builder.constant(input));
    } else {
      SymbolicShape shape = symbolic(input.shape());
      if (known == Known::kNothing) shape.reset();
      if (known == Known::kSymbols) {
        for (Dim& dim : *shape) dim = Dim::symbol("S" + dim.to_string());
      }
      TRY_ASSIGN(const ValueId id,
                 builder.input("in" + std::to_string(i), ValueType::tensor(input.dtype(), shape)));
      spec.inputs.push_back(id);
    }
  }
  spec.version = call.version;
  spec.output_count = call.output_count;
  TRY_ASSIGN(const std::vector<ValueId> outputs, builder.add(std::move(spec)));
  for (const ValueId id : outputs) {
    TRY(builder.output(
        id, id == outputs[0] ? "result" : "result_" + std::to_string(static_cast<size_t>(id))));
  }
  return std::move(builder).finish();
}

inline void expect_type_holds(const Tensor& value, const ValueType& type, Known known) {
  EXPECT_EQ(value.dtype(), type.dtype);
  if (!type.shape) {
    EXPECT_NE(known, Known::kConstants) << "constant inputs, but the shape is not known";
    return;
  }
  ASSERT_EQ(value.shape().rank(), type.shape->size()) << type.to_string();
  for (size_t i = 0; i < value.shape().rank(); ++i) {
    const Dim& dim = (*type.shape)[i];
    const std::string size = std::to_string(value.shape()[i]);
    if (dim.is_known()) {
      EXPECT_EQ(dim.size(), value.shape()[i]) << type.to_string();
    } else if (dim.is_symbol()) {
      EXPECT_EQ(dim.name(), "S" + size) << type.to_string();
    }
  }
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  if (a.dtype() == DType::kString) {
    return std::ranges::equal(a.values<std::string>(), b.values<std::string>());
  }
  return a.byte_count() == 0 || std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

/// Equal bits, or float32 as close as the call says.
inline void expect_agreement(const OpCall& call, const Tensor& a, const Tensor& b) {
  if (call.kernel_tolerance == 0 || a.dtype() != DType::kFloat32 || !(a.shape() == b.shape())) {
    EXPECT_TRUE(same_bits(a, b)) << call.op;
    return;
  }
  for (size_t i = 0; i < a.values<float>().size(); ++i) {
    const double x = static_cast<double>(a.values<float>()[i]);
    const double y = static_cast<double>(b.values<float>()[i]);
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    ASSERT_NEAR(x, y, call.kernel_tolerance) << call.op << ", element " << i;
  }
}

/// Expects floats alike to within what a fused multiply-add or another exp may change; all else
/// bit by bit.
inline void expect_alike(const Tensor& got, const Tensor& want, const std::string& op) {
  if (!Floats::kSet.contains(want.dtype())) {
    EXPECT_TRUE(same_bits(got, want)) << op;
    return;
  }
  ASSERT_EQ(got.shape().to_string(), want.shape().to_string()) << op;
  const Status status = dispatch(Floats(), want.dtype(), [&]<class T>() {
    for (size_t i = 0; i < want.values<T>().size(); ++i) {
      const auto a = static_cast<double>(got.values<T>()[i]);
      const auto b = static_cast<double>(want.values<T>()[i]);
      const bool is_alike =
          a == b || (a != a && b != b) || std::fabs(a - b) <= 2e-5 * (1 + std::fabs(b));
      EXPECT_TRUE(is_alike) << op << ", element " << i << ": " << a << " and " << b;
    }
    return ok();
  });
  EXPECT_TRUE(status.has_value());
}

/// The answers, or the error of inference on constants or else of running. On each instruction set
/// the plain run and the run with prepared state must agree bit by bit, the sets up to rounding,
/// and inference must never contradict them however little it knows.
inline Result<std::vector<Tensor>> run_all(const OpCall& call) {
  TRY_ASSIGN(const Graph graph, graph_of(call, Known::kConstants));
  const Node& node = graph.node(graph.order()[0]);
  const OpDef* def = builtin_ops().find(node);
  const KernelTable& generic = kernels::table_for(kernels::Isa::kGeneric);
  TestContext plain(node, call.inputs, nullptr, generic, call.thread_count);
  TRY(def->run(plain));
  std::vector<Tensor> answers;
  for (const kernels::Isa isa : {kernels::Isa::kGeneric, kernels::detect_isa()}) {
    if (def->prepare == nullptr) continue;
    const KernelTable& table = kernels::table_for(isa);
    TestContext bare(node, call.inputs, nullptr, table, call.thread_count);
    TRY(def->run(bare));
    TRY_ASSIGN(const auto state, def->prepare(TestPrepareContext(graph, node, table)));
    TestContext prepared(node, call.inputs, state.get(), table, call.thread_count);
    TRY(def->run(prepared));
    for (size_t i = 0; i < call.output_count; ++i) {
      expect_agreement(call, bare.results[i], prepared.results[i]);
      expect_alike(bare.results[i], plain.results[i], call.op);
    }
    if (call.answers == AnswersOf::kPreparedRun) answers = std::move(prepared.results);
  }
  for (const Known known : {Known::kConstants, Known::kTypes, Known::kSymbols, Known::kNothing}) {
    const Result<Graph> less = graph_of(call, known);
    if (!less) {
      ADD_FAILURE() << less.error().to_string();
      continue;
    }
    const Graph& typed = less.value();
    for (size_t i = 0; i < call.output_count; ++i) {
      expect_type_holds(plain.results[i], typed.value(typed.outputs()[i]).type, known);
    }
  }
  return answers.empty() ? std::move(plain.results) : std::move(answers);
}
/// The first of them.
inline Result<Tensor> run_op(const OpCall& call) {
  TRY_ASSIGN(const std::vector<Tensor> results, run_all(call));
  return results[0];
}
/// As an answer of its own, for expect_values().
inline Result<Tensor> nth(const Result<std::vector<Tensor>>& results, size_t i) {
  if (!results) return Error(results.error());
  return results.value()[i];
}

/// Expects these values; NaN equals NaN, zeros differ by sign.
template <class T>
void expect_values(const Result<Tensor>& got, const Shape& shape, std::initializer_list<T> want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().dtype(), dtype_of<T>);
  ASSERT_EQ(got.value().shape().to_string(), shape.to_string());
  ASSERT_EQ(static_cast<size_t>(shape.element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    const Computed<T> value{got.value().values<T>()[i]};
    const Computed<T> expected{want.begin()[i]};
    if constexpr (std::is_floating_point_v<Computed<T>>) {
      if (expected != expected) {
        EXPECT_NE(value, value) << "element " << i;
        continue;
      }
      EXPECT_EQ(std::signbit(value), std::signbit(expected)) << "element " << i;
    }
    EXPECT_EQ(value, expected) << "element " << i;
  }
}
/// Expects these numbers up to `tolerance`, as a share of 1 plus their size. Halves are widened.
inline void expect_close(const Tensor& got, const Shape& shape, std::initializer_list<double> want,
                         double tolerance = 1e-6) {
  ASSERT_EQ(got.shape().to_string(), shape.to_string());
  ASSERT_EQ(static_cast<size_t>(shape.element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    const double expected = want.begin()[i];
    double value = 0;
    const Status found = dispatch(AllNumbers(), got.dtype(), [&]<class T>() {
      value = static_cast<double>(got.values<T>()[i]);
      return ok();
    });
    ASSERT_TRUE(found.has_value());
    if (expected != expected || std::isinf(expected)) {
      EXPECT_TRUE(value == expected || (value != value && expected != expected)) << i << value;
      continue;
    }
    EXPECT_NEAR(value, expected, tolerance * (1 + std::fabs(expected))) << "element " << i;
  }
}
inline void expect_close(const Result<Tensor>& got, const Shape& shape,
                         std::initializer_list<double> want, double tolerance = 1e-6) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  expect_close(got.value(), shape, want, tolerance);
}
/// A tensor of halves.
template <class Half> Tensor halves(std::initializer_list<float> values, const Shape& shape) {
  std::vector<Half> rounded(values.begin(), values.end());
  return Tensor::of(std::span<const Half>(rounded), shape);
}
inline void expect_strings(const Result<Tensor>& got, std::initializer_list<std::string> want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  const auto values = got.value().values<std::string>();
  EXPECT_EQ(std::vector<std::string>(values.begin(), values.end()), std::vector<std::string>(want));
}

/// As expect_values(), to within `relative` of each value; a wanted 0 is met exactly.
template <class T>
void expect_near(const Result<Tensor>& got, const Shape& shape, std::initializer_list<T> want,
                 double relative) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().dtype(), dtype_of<T>);
  ASSERT_EQ(got.value().shape().to_string(), shape.to_string());
  ASSERT_EQ(static_cast<size_t>(shape.element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    const double value = got.value().values<T>()[i];
    const double expected = want.begin()[i];
    if (expected != expected || std::isinf(expected)) {
      EXPECT_TRUE(value == expected || (value != value && expected != expected)) << "element " << i;
    } else {
      EXPECT_NEAR(value, expected, relative * std::fabs(expected)) << "element " << i;
    }
  }
}

/// Halves made of floats, and an answer in halves as floats.
template <class Half> Tensor halves(std::initializer_list<float> values) {
  std::vector<Half> rounded;
  for (const float value : values) rounded.emplace_back(value);
  return Tensor::of(std::span<const Half>(rounded));
}
template <class Half>
void expect_halves(const Result<Tensor>& got, std::initializer_list<float> want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(got.value().dtype(), dtype_of<Half>);
  ASSERT_EQ(static_cast<size_t>(got.value().shape().element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got.value().values<Half>()[i].bits, Half(want.begin()[i]).bits)
        << "element " << i << ": " << static_cast<float>(got.value().values<Half>()[i]);
  }
}

template <class R> void expect_error(const R& got, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(error_code_name(got.error().code()), error_code_name(code));
  EXPECT_NE(got.error().to_string().find(part), std::string::npos) << got.error().to_string();
}

/// What a model of this one call, all of whose inputs are constants, is refused with. Expects the
/// fault to be found before anything runs, at the node.
inline void expect_refused(const OpCall& call, std::string_view part,
                           ErrorCode code = ErrorCode::kInvalidModel) {
  const Result<Graph> graph = graph_of(call, Known::kConstants);
  expect_error(graph, code, part);
  expect_error(graph, code, "node \"node\" (" + (call.domain.empty() ? "" : call.domain + "."));
  expect_error(graph, code, call.op + "-");
}

/// The operator itself, where inference knows no shape (and nothing but constant_from is constant),
/// fails with kInvalidArgument.
inline void expect_fails_to_run(const OpCall& call, std::string_view part) {
  const Result<Graph> graph = graph_of(call, Known::kNothing);
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const Node& node = graph.value().node(graph.value().order()[0]);
  TestContext context(node, call.inputs, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  expect_error(builtin_ops().find(node)->run(context), ErrorCode::kInvalidArgument, part);
}

/// Type of the answer where the first inputs have these shapes and no known values, and all others
/// are constants; or the error. Types of several outputs stand side by side.
inline std::string inferred(const OpCall& call, const std::vector<SymbolicShape>& shapes) {
  Builder builder(builtin_ops(), "one");
  NodeSpec spec;
  spec.op = call.op;
  spec.domain = call.domain;
  for (const auto& [name, value] : call.attributes) spec.attributes.set(name, value);
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const Tensor& input = call.inputs[i];
    if (!input.defined()) {
      spec.inputs.push_back(kNoValue);
    } else if (i < shapes.size()) {
      const ValueType type = ValueType::tensor(input.dtype(), shapes[i]);
      spec.inputs.push_back(builder.input("in" + std::to_string(i), type).value());
    } else {
      spec.inputs.push_back(builder.constant(input));
    }
  }
  spec.version = call.version;
  spec.output_count = call.output_count;
  const Result<std::vector<ValueId>> outputs = builder.add(std::move(spec));
  if (!outputs) return outputs.error().to_string();
  std::string types;
  for (const ValueId id : outputs.value()) {
    types += (types.empty() ? "" : " ") + builder.graph().value(id).type.to_string();
  }
  return types;
}

/// A symbolic shape: {symbol("N"), 3}.
inline Dim symbol(std::string name) { return Dim::symbol(std::move(name)); }
inline SymbolicShape dims(std::initializer_list<Dim> sizes) { return std::vector<Dim>(sizes); }

/// Traits in force in canonical graphs, as letters: p(ure), e(lementwise), i(n place), n(an is
/// passed on), m(onotone somewhere).
inline std::string traits_of(std::string_view op, std::string_view domain = kDomainOnnx) {
  const OpDef* def = builtin_ops().find(domain, op, canonical_version(domain));
  if (def == nullptr) return "no such operator";
  const OpTraits& traits = def->traits;
  std::string letters;
  if (traits.pure) letters += 'p';
  if (traits.elementwise) letters += 'e';
  if (traits.in_place) letters += 'i';
  if (traits.propagates_nan) letters += 'n';
  if (traits.monotone != nullptr) letters += 'm';
  return letters;
}

/// Direction of the operator in argument `index`, whose tensor is taken as not constant.
inline Monotone direction(OpCall call, size_t index) {
  Builder builder(builtin_ops(), "one");
  NodeSpec spec;
  spec.op = call.op;
  spec.domain = call.domain;
  for (const auto& [name, value] : call.attributes) spec.attributes.set(name, value);
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const Tensor& input = call.inputs[i];
    if (i == index) {
      spec.inputs.push_back(
          builder.input("x", ValueType::tensor(input.dtype(), symbolic(input.shape()))).value());
    } else {
      spec.inputs.push_back(input.defined() ? builder.constant(input) : kNoValue);
    }
  }
  builder.add(std::move(spec)).value();
  const Graph& graph = builder.graph();
  return monotone_direction(builtin_ops(), graph, graph.node(graph.order()[0]), index);
}

}  // namespace tundish::ops::testing

#endif  // TUNDISH_OPS_SUPPORT_TESTING_H_
