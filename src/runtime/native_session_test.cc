// Plans, storage and evaluation with made-up operators: none is named by the runtime itself.
#include "runtime/native_session.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "ir/builder.h"
#include "runtime/copy.h"
#include "runtime/inputs.h"
#include "runtime/plan.h"
#include "runtime/program.h"
#include "runtime/reference.h"

namespace tundish {
namespace {

Status infer_same(InferContext& context) {
  context.set_output(0, context.input(0));
  return ok();
}

// y = x + 1, in place where allowed.
Status run_increment(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  for (size_t i = 0; i < y.values<double>().size(); ++i) {
    y.values<double>()[i] = x.values<double>()[i] + 1;
  }
  return ok();
}

// y = x + second input, which need not be there.
Status run_sum(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  const bool two = context.input_count() > 1 && context.has_input(1);
  for (size_t i = 0; i < y.values<double>().size(); ++i) {
    y.values<double>()[i] =
        x.values<double>()[i] + (two ? context.input(1).values<double>()[i] : 0);
  }
  return ok();
}

// The positive elements: how many depends on values.
Status infer_some(InferContext& context) {
  context.set_output(0, ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim()}));
  return ok();
}
Status run_positive(ExecContext& context) {
  std::vector<double> kept;
  for (const double v : context.input(0).values<double>()) {
    if (v > 0) kept.push_back(v);
  }
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, DType::kFloat64, Shape{static_cast<int64_t>(kept.size())}));
  std::ranges::copy(kept, static_cast<double*>(y.data));
  return ok();
}

// A sequence of its input, and back.
Status infer_pack(InferContext& context) {
  ValueType type;
  type.kind = ValueKind::kSequence;
  type.element.push_back(context.input(0));
  context.set_output(0, type);
  return ok();
}
Status run_pack(ExecContext& context) {
  TRY_ASSIGN(Tensor copy, Tensor::copy_of(context.input(0)));
  return context.set_output(0, Sequence{{copy, copy}});
}
Status infer_unpack(InferContext& context) {
  context.set_output(0, context.input(0).element[0]);
  return ok();
}
Status run_unpack(ExecContext& context) {
  return context.set_output(0, context.input_value(0).sequence()->items[1]);
}

// Sum of squares through scratch and threads; prepared with a factor.
class Factor : public KernelState {
 public:
  double value = 3;
  std::string description() const override { return "times three"; }
};
Result<std::unique_ptr<KernelState>> prepare_factor(const PrepareContext& context) {
  if (context.node().attributes.has("broken")) return InvalidModel("broken on purpose");
  return std::unique_ptr<KernelState>(std::make_unique<Factor>());
}
Status run_factor(ExecContext& context) {
  const TensorView& x = context.input(0);
  const auto* state = static_cast<const Factor*>(context.state());
  TRY_ASSIGN(void* memory, context.scratch(x.values<double>().size_bytes()));
  TRY_ASSIGN(void* other, context.scratch(8));
  if (memory == other || reinterpret_cast<uintptr_t>(memory) % 64 != 0) return Internal("scratch");
  auto* piece = static_cast<double*>(memory);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  auto range = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      piece[i] = x.values<double>()[static_cast<size_t>(i)] * (state == nullptr ? 3 : state->value);
    }
  };
  context.parallel_for(x.shape.element_count(), 16, range);
  std::copy_n(piece, y.values<double>().size(), static_cast<double*>(y.data));
  return ok();
}

Status run_fail(ExecContext&) { return InvalidArgument("refused"); }

constexpr OpDef kFakes[] = {
    {.name = "Increment",
     .inputs = {1, 1},
     .traits = {.in_place = true},
     .infer = infer_same,
     .run = run_increment},
    {.name = "Sum",
     .inputs = {1, 2},
     .traits = {.in_place = true},
     .infer = infer_same,
     .run = run_sum},
    {.name = "Positive", .inputs = {1, 1}, .infer = infer_some, .run = run_positive},
    {.name = "Pack", .inputs = {1, 1}, .infer = infer_pack, .run = run_pack},
    {.name = "Unpack", .inputs = {1, 1}, .infer = infer_unpack, .run = run_unpack},
    {.name = "Factor",
     .inputs = {1, 1},
     .infer = infer_same,
     .run = run_factor,
     .prepare = prepare_factor},
    {.name = "Fail", .inputs = {1, 1}, .infer = infer_same, .run = run_fail},
    {.name = "Unrunnable", .inputs = {1, 1}, .infer = infer_same},
};

const OpTable& fakes() {
  static const std::span<const OpDef> kGroups[] = {kFakes};
  static const ListedOps kTable(kGroups);
  return kTable;
}

ValueType numbers() {
  return ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim::symbol("N")});
}

/// x through these operators one after the other.
std::shared_ptr<const Graph> chain(std::initializer_list<const char*> ops) {
  Builder b(fakes(), "chain");
  ValueId value = b.input("x", numbers()).value();
  for (const char* op : ops) value = b.op(op, {value}).value();
  EXPECT_TRUE(b.output(value, "y").has_value());
  return std::make_shared<Graph>(std::move(b).finish().value());
}

std::unique_ptr<NativeSession> session_of(std::shared_ptr<const Graph> graph, int threads = 1) {
  auto session = NativeSession::create(std::move(graph), fakes(), {threads, ""});
  EXPECT_TRUE(session.has_value()) << session.error().to_string();
  return std::move(session).value();
}

std::vector<double> run(NativeSession& session, const std::vector<double>& x) {
  const TensorView in[] = {{DType::kFloat64, Shape{static_cast<int64_t>(x.size())}, x.data()}};
  const auto got = session.run(in, {});
  EXPECT_TRUE(got.has_value()) << got.error().to_string();
  const auto values = got.value()[0].values<double>();
  return {values.begin(), values.end()};
}

TEST(NativeSession, works_in_place) {
  const auto session = session_of(chain({"Increment", "Increment", "Increment", "Increment"}));
  for (int call = 0; call < 3; ++call) {
    EXPECT_EQ(run(*session, {1, 2, 3}), (std::vector<double>{5, 6, 7}));
  }
  EXPECT_EQ(session->in_place_count(), 3u);  // the first one reads the caller's memory
  EXPECT_EQ(session->arena_bytes(), 64u);
}

TEST(NativeSession, never_overwrites_what_is_still_read) {
  Builder b(fakes(), "shared");
  const ValueId x = b.input("x", numbers()).value();
  const ValueId one = b.op("Increment", {x}).value();
  const ValueId two = b.op("Increment", {one}).value();   // `one` is read later: not in place
  const ValueId twice = b.op("Sum", {two, two}).value();  // reads it twice: not in place
  const ValueId sum = b.op("Sum", {twice, one}).value();  // in place of `twice`
  const ValueId last = b.op("Increment", {sum}).value();  // `sum` is an output: not in place
  EXPECT_TRUE(b.output(sum, "sum").has_value());
  EXPECT_TRUE(b.output(last, "last").has_value());
  const auto session = session_of(std::make_shared<Graph>(std::move(b).finish().value()));
  const double values[] = {1, 10};
  const TensorView in[] = {{DType::kFloat64, Shape{2}, values}};
  for (int call = 0; call < 3; ++call) {
    const std::span<const TensorView> out = session->run(in, {}).value();
    EXPECT_EQ(out[0].values<double>()[0], 8);   // 2 * 3 + 2
    EXPECT_EQ(out[0].values<double>()[1], 35);  // 2 * 12 + 11
    EXPECT_EQ(out[1].values<double>()[1], 36);
    EXPECT_EQ(values[1], 10);
  }
  EXPECT_EQ(session->in_place_count(), 1u);
}

TEST(NativeSession, keeps_a_few_plans) {
  const auto session = session_of(chain({"Increment", "Factor"}));
  for (size_t round = 0; round < 2; ++round) {
    for (size_t rows = 1; rows <= 20; ++rows) {
      const std::vector<double> x(rows, 2);
      EXPECT_EQ(run(*session, x), std::vector<double>(rows, 9));
      EXPECT_EQ(session->plan_count(), std::min(rows + 20 * round, NativeSession::kMostPlans));
    }
  }
}

TEST(NativeSession, survives_growth_of_the_arena) {
  const auto session = session_of(chain({"Increment", "Factor", "Increment"}));
  for (const size_t rows : {1, 1, 5000, 1, 5000, 1}) {
    const std::vector<double> x(rows, 2);
    EXPECT_EQ(run(*session, x), std::vector<double>(rows, 10));
  }
}

TEST(NativeSession, spreads_over_threads) {
  const auto session = session_of(chain({"Factor"}), 3);
  for (int call = 0; call < 3; ++call) {
    EXPECT_EQ(run(*session, std::vector<double>(1000, 2)), std::vector<double>(1000, 6));
  }
}

TEST(NativeSession, follows_sizes_that_depend_on_values) {
  const auto session = session_of(chain({"Positive", "Increment", "Increment"}));
  EXPECT_EQ(run(*session, {1, -1, 3}), (std::vector<double>{3, 5}));
  EXPECT_EQ(run(*session, {1, 2, 3}), (std::vector<double>{3, 4, 5}));
  EXPECT_EQ(run(*session, {-1, -2, -3}), std::vector<double>());
  EXPECT_EQ(run(*session, {-1, 5, -3}), (std::vector<double>{7}));
  EXPECT_EQ(run(*session, {1, 5, -3}), (std::vector<double>{3, 7}));
  EXPECT_EQ(session->plan_count(), 1u);
}

TEST(NativeSession, carries_sequences) {
  const auto inside = session_of(chain({"Pack", "Unpack", "Increment"}));
  EXPECT_EQ(run(*inside, {1, 2}), (std::vector<double>{2, 3}));
  EXPECT_EQ(run(*inside, {5, 2}), (std::vector<double>{6, 3}));
  const auto graph = chain({"Increment", "Pack"});
  const auto session = session_of(graph);
  const double values[] = {4, 5};
  const std::vector<Value> in = {Tensor::of(std::span<const double>(values))};
  for (int call = 0; call < 2; ++call) {
    const std::vector<Value> out = session->run_values(in, {}).value();
    ASSERT_NE(out[0].sequence(), nullptr);
    EXPECT_EQ(out[0].sequence()->items[0].tensor()->values<double>()[1], 6);
  }
  const TensorView view[] = {in[0].tensor()->view()};
  const auto dense = session->run(view, {});
  ASSERT_FALSE(dense.has_value());
  EXPECT_NE(dense.error().message().find("dense"), std::string::npos);
  ReferenceRunner reference = ReferenceRunner::create(graph, fakes()).value();
  EXPECT_NE(reference.run(in, {}).value()[0].sequence(), nullptr);
}

TEST(NativeSession, takes_sequences_in) {
  Builder b(fakes(), "g");
  ValueType type{ValueKind::kSequence};
  type.element.push_back(ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim()}));
  const ValueId x = b.input("x", type).value();
  ASSERT_TRUE(b.output(b.op("Unpack", {x}).value(), "y").has_value());
  const auto session = session_of(std::make_shared<Graph>(std::move(b).finish().value()));
  const double values[] = {4, 5};
  const Tensor item = Tensor::of(std::span<const double>(values));
  const std::vector<Value> in = {Sequence{{Tensor::scalar(1.0), item}}};
  for (int call = 0; call < 2; ++call) {
    const Result<std::vector<Value>> out = session->run_values(in, {});
    ASSERT_TRUE(out.has_value()) << out.error().to_string();
    EXPECT_EQ(out.value()[0].tensor()->values<double>()[1], 5);
  }
}

TEST(NativeSession, errors_carry_the_node) {
  const double x = 1;
  const TensorView in[] = {{DType::kFloat64, Shape{1}, &x}};
  const auto session = session_of(chain({"Increment", "Fail"}));
  for (int call = 0; call < 2; ++call) {
    const auto got = session->run(in, {});
    ASSERT_FALSE(got.has_value());
    EXPECT_NE(got.error().to_string().find("(Fail-27): refused"), std::string::npos);
  }
  EXPECT_EQ(session->plan_count(), 0u);
  const auto unrunnable = NativeSession::create(chain({"Unrunnable"}), fakes(), {});
  ASSERT_FALSE(unrunnable.has_value());
  EXPECT_EQ(unrunnable.error().code(), ErrorCode::kUnsupported);
  EXPECT_FALSE(ReferenceRunner::create(chain({"Unrunnable"}), fakes()).has_value());
}

TEST(Program, prepares_kernels) {
  const auto session = session_of(chain({"Factor"}));
  EXPECT_EQ(session->report()[0].kernel, "times three");
  Builder b(fakes(), "broken");
  NodeSpec spec{.op = "Factor", .inputs = {b.input("x", numbers()).value()}, .name = "f"};
  spec.attributes.set("broken", int64_t{1});
  const ValueId y = b.add(std::move(spec)).value()[0];
  EXPECT_TRUE(b.output(y, "y").has_value());
  const auto graph = std::make_shared<Graph>(std::move(b).finish().value());
  const auto session2 = NativeSession::create(graph, fakes(), {});
  ASSERT_FALSE(session2.has_value());
  EXPECT_EQ(session2.error().to_string(), "node \"f\" (Factor-27): broken on purpose");
}

TEST(ReferenceEvaluator, runs_single_nodes) {
  ReferenceEvaluator evaluator(fakes());
  const auto graph = chain({"Factor"});
  const Node& node = graph->node(graph->order()[0]);
  const double values[] = {4, 5};
  const std::vector<Value> in = {Tensor::of(std::span<const double>(values))};
  const std::vector<Value> out = evaluator.evaluate(node, in).value();
  EXPECT_EQ(out[0].tensor()->values<double>()[1], 15);
  EXPECT_FALSE(evaluator.evaluate(node, {}).has_value());
  Node sum = node;
  sum.op = "Sum";
  sum.inputs.push_back(kNoValue);
  const std::vector<Value> one = {in[0], Value()};
  EXPECT_EQ(evaluator.evaluate(sum, one).value()[0].tensor()->values<double>()[0], 4);
  sum.op = "Nothing";
  const auto none = evaluator.evaluate(sum, one);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), ErrorCode::kUnsupported);
}

TEST(Inputs, are_checked_by_kind_type_and_symbol) {
  Builder b(fakes(), "two");
  const ValueId x = b.input("x", numbers()).value();
  const ValueId y = b.input("y", numbers()).value();
  EXPECT_TRUE(b.output(b.op("Sum", {x, y}).value(), "z").has_value());
  const Graph graph = std::move(b).finish().value();
  const double values[4] = {};
  auto view = [&](int64_t rows) { return TensorView{DType::kFloat64, Shape{rows}, values}; };
  auto check = [&](std::vector<TensorView> in) {
    const Status fits = check_inputs(graph, in);
    return fits ? std::string() : fits.error().to_string();
  };
  EXPECT_EQ(check({view(2), view(2)}), "");
  EXPECT_EQ(check({view(2), view(3)}),
            "input \"y\": dimension N is 3 here and 2 in an input before");
  EXPECT_EQ(check({view(2)}), "the model has 2 inputs, got 1");
  EXPECT_EQ(check({{DType::kFloat64, Shape{2}, nullptr}, view(2)}),
            "input \"x\": the data pointer is null");
  EXPECT_EQ(check({{DType::kInt64, Shape{2}, values}, view(2)}),
            "input \"x\": expected float64, got int64");
  const std::vector<Value> wrong = {Sequence{}, Tensor::borrow(view(1), nullptr)};
  const Status refused = check_inputs(graph, wrong);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().to_string().find("another kind"), std::string::npos);
}

}  // namespace
}  // namespace tundish
