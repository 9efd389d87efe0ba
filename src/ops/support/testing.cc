#include "ops/support/testing.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <thread>

namespace tundish::ops::testing {

const ValueType& TestPrepareContext::input(size_t i) const {
  static const ValueType kNone;
  if (i >= node_.inputs.size() || node_.inputs[i] == kNoValue) return kNone;
  return graph_.value(node_.inputs[i]).type;
}

TestContext::TestContext(const Node& node, std::span<const Tensor> inputs, const KernelState* state,
                         const KernelTable& kernels, int thread_count)
    : results(std::max<size_t>(1, node.outputs.size())),
      node_(node),
      inputs_(inputs),
      state_(state),
      kernels_(kernels),
      threads_(thread_count) {
  for (const Tensor& input : inputs) views_.push_back(input.view());
}

Result<MutableTensorView> TestContext::output(size_t i, DType dtype, const Shape& shape) {
  TRY_ASSIGN(results[i], Tensor::allocate(dtype, shape));
  if (dtype != DType::kString) {
    std::memset(results[i].mutable_data(), 0xa5, results[i].byte_count());
  }
  return results[i].mutable_view();
}

Result<void*> TestContext::scratch(size_t bytes) {
  TRY_ASSIGN(Tensor made, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes)}));
  scratch_.push_back(std::move(made));
  return scratch_.back().mutable_data();
}

void TestContext::parallel_for(int64_t count, int64_t grain, RangeFunction body) {
  if (threads_ == 1) return body(0, count);
  for (int64_t begin = 0; begin < count; begin += threads_ * grain) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < threads_ && begin + t * grain < count; ++t) {
      const int64_t at = begin + t * grain;
      threads.emplace_back([=] { body(at, std::min(count, at + grain)); });
    }
  }
}

template <class T> Tensor tensor(std::initializer_list<T> values, const Shape& shape) {
  std::unique_ptr<T[]> copy = std::make_unique<T[]>(values.size() + 1);  // vector<bool> has no data
  std::copy(values.begin(), values.end(), copy.get());
  return Tensor::of(std::span<const T>(copy.get(), values.size()), shape);
}

template <class T> Tensor vector(std::initializer_list<T> values) {
  return tensor<T>(values, Shape{static_cast<int64_t>(values.size())});
}

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

template <class Half> Tensor halves(std::initializer_list<float> values, const Shape& shape) {
  std::vector<Half> rounded(values.begin(), values.end());
  return Tensor::of(std::span<const Half>(rounded), shape);
}

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

Result<Graph> graph_of(const OpCall& call, Known known) {
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

void expect_type_holds(const Tensor& value, const ValueType& type, Known known) {
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

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  if (a.dtype() == DType::kString) {
    return std::ranges::equal(a.values<std::string>(), b.values<std::string>());
  }
  return a.byte_count() == 0 || std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

void expect_agreement(const OpCall& call, const Tensor& a, const Tensor& b) {
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

void expect_alike(const Tensor& got, const Tensor& want, const std::string& op) {
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

Result<std::vector<Tensor>> run_all(const OpCall& call) {
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

Result<Tensor> run_op(const OpCall& call) {
  TRY_ASSIGN(const std::vector<Tensor> results, run_all(call));
  return results[0];
}

Result<Tensor> nth(const Result<std::vector<Tensor>>& results, size_t i) {
  if (!results) return Error(results.error());
  return results.value()[i];
}

void expect_close(const Tensor& got, const Shape& shape, std::initializer_list<double> want,
                  double tolerance) {
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

void expect_close(const Result<Tensor>& got, const Shape& shape, std::initializer_list<double> want,
                  double tolerance) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  expect_close(got.value(), shape, want, tolerance);
}

void expect_strings(const Result<Tensor>& got, std::initializer_list<std::string> want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  const auto values = got.value().values<std::string>();
  EXPECT_EQ(std::vector<std::string>(values.begin(), values.end()), std::vector<std::string>(want));
}

void expect_refused(const OpCall& call, std::string_view part, ErrorCode code) {
  const Result<Graph> graph = graph_of(call, Known::kConstants);
  expect_error(graph, code, part);
  expect_error(graph, code, "node \"node\" (" + (call.domain.empty() ? "" : call.domain + "."));
  expect_error(graph, code, call.op + "-");
}

void expect_fails_to_run(const OpCall& call, std::string_view part) {
  const Result<Graph> graph = graph_of(call, Known::kNothing);
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  const Node& node = graph.value().node(graph.value().order()[0]);
  TestContext context(node, call.inputs, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  expect_error(builtin_ops().find(node)->run(context), ErrorCode::kInvalidArgument, part);
}

std::string inferred(const OpCall& call, const std::vector<SymbolicShape>& shapes) {
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

std::string traits_of(std::string_view op, std::string_view domain) {
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

Monotone direction(OpCall call, size_t index) {
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

void expect_error_is(const Error* error, ErrorCode code, std::string_view part) {
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error_code_name(error->code()), error_code_name(code));
  EXPECT_NE(error->to_string().find(part), std::string::npos) << error->to_string();
}

#define TUNDISH_TESTING(T)                                        \
  template Tensor tensor(std::initializer_list<T>, const Shape&); \
  template Tensor vector(std::initializer_list<T>);               \
  template void expect_values(const Result<Tensor>&, const Shape&, std::initializer_list<T>);
TUNDISH_TESTING(float)
TUNDISH_TESTING(double)
TUNDISH_TESTING(int8_t)
TUNDISH_TESTING(int16_t)
TUNDISH_TESTING(int32_t)
TUNDISH_TESTING(int64_t)
TUNDISH_TESTING(uint8_t)
TUNDISH_TESTING(uint16_t)
TUNDISH_TESTING(uint32_t)
TUNDISH_TESTING(uint64_t)
TUNDISH_TESTING(bool)
TUNDISH_TESTING(Float16)
TUNDISH_TESTING(Bfloat16)
#undef TUNDISH_TESTING

#define TUNDISH_TESTING(Half)                                               \
  template Tensor halves<Half>(std::initializer_list<float>, const Shape&); \
  template Tensor halves<Half>(std::initializer_list<float>);               \
  template void expect_halves<Half>(const Result<Tensor>&, std::initializer_list<float>);
TUNDISH_TESTING(Float16)
TUNDISH_TESTING(Bfloat16)
#undef TUNDISH_TESTING

template void expect_near(const Result<Tensor>&, const Shape&, std::initializer_list<float>,
                          double);
template void expect_near(const Result<Tensor>&, const Shape&, std::initializer_list<double>,
                          double);

}  // namespace tundish::ops::testing
