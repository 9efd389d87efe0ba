#include "engines/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <thread>

#include "heap_count.h"
#include "ir/builder.h"
#include "ir/tree_ensemble.h"
#include "ops/index.h"

namespace tundish {
namespace {

using SharedGraph = std::shared_ptr<const Graph>;

ValueType rows_of(DType dtype, int64_t columns) {
  return ValueType::tensor(dtype, std::vector<Dim>{Dim::symbol("N"), Dim(columns)});
}

SharedGraph finished(Builder builder,
                     std::initializer_list<std::pair<ValueId, const char*>> outputs) {
  for (const auto& [value, name] : outputs) {
    const Status named = builder.output(value, name);
    EXPECT_TRUE(named.has_value()) << named.error().to_string();
  }
  Result<Graph> graph = std::move(builder).finish();
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  return std::make_shared<Graph>(std::move(graph).value());
}

std::unique_ptr<EngineSession> session_of(const SharedGraph& graph,
                                          std::string_view engine = "native",
                                          EngineOptions options = {1, ""}) {
  auto session = create_engine_session(engine, graph, builtin_ops(), options);
  EXPECT_TRUE(session.has_value()) << session.error().to_string();
  return std::move(session).value();
}

std::vector<double> numbers(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> out(count);
  for (double& x : out) x = normal(random);
  return out;
}

std::string bytes_of(const TensorView& view) {
  const size_t bytes = static_cast<size_t>(view.shape.element_count()) * dtype_bytes(view.dtype);
  return view.shape.to_string() + std::string(static_cast<const char*>(view.data), bytes);
}

/// (x - mean) / scale, a row sum, a comparison and an arg max: several outputs, places to share.
SharedGraph small_model() {
  Builder b(builtin_ops(), "small");
  const ValueId x = b.input("x", rows_of(DType::kFloat64, 3)).value();
  const double mean[] = {0.1, 0.2, 0.3};
  const double scale[] = {1.5, 2.5, 3.5};
  const int64_t last_axis = 1;
  const ValueId axis = b.constant(Tensor::of(std::span(&last_axis, 1)));
  const ValueId centred =
      b.op("Sub", {x, b.constant(Tensor::of(std::span<const double>(mean)))}).value();
  const ValueId scaled =
      b.op("Div", {centred, b.constant(Tensor::of(std::span<const double>(scale)))}).value();
  const ValueId bent = b.op("Sigmoid", {b.op("Neg", {scaled}).value()}).value();
  const ValueId sum = b.op("ReduceSum", {bent, axis}).value();
  const ValueId share = b.op("Div", {bent, sum}).value();
  AttributeList by_column;
  by_column.set("axis", int64_t{1});
  const ValueId label = b.op("ArgMax", {share}, by_column).value();
  return finished(std::move(b), {{label, "label"}, {share, "share"}, {sum, "sum"}});
}

/// A forest of stumps on x[0] > i.
SharedGraph stumps(int tree_count) {
  Builder b(builtin_ops(), "stumps");
  const ValueId x = b.input("x", rows_of(DType::kFloat64, 2)).value();
  TreeBuilder trees({.feature_count = 2, .target_count = 1});
  for (int i = 0; i < tree_count; ++i) {
    const TreeNode nodes[] = {{.feature = i % 2,
                               .threshold = 0.01 * (i - tree_count / 2),
                               .true_child = 1,
                               .false_child = 2},
                              {.leaf_row = 0},
                              {.leaf_row = 1}};
    const double weights[] = {0.1 * i, -0.3};
    EXPECT_TRUE(trees.add_tree(nodes, weights).has_value());
  }
  const ValueId y = add_tree_ensemble(b, x, std::move(trees).finish().value()).value();
  return finished(std::move(b), {{y, "y"}});
}

TEST(Engine, lists_and_refuses_names) {
  EXPECT_EQ(engine_names(), (std::vector<std::string>{"native", "ort", "reference"}));
  const auto unknown = create_engine_session("fast", small_model(), builtin_ops(), {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(unknown.error().message().find("native, ort, reference"), std::string::npos);
  for (const char* engine : {"native", "reference"}) {
    const auto isa = create_engine_session(engine, small_model(), builtin_ops(), {1, "sse9"});
    ASSERT_FALSE(isa.has_value());
    EXPECT_EQ(isa.error().code(), ErrorCode::kInvalidArgument);
    const auto threads = create_engine_session(engine, small_model(), builtin_ops(), {-1, ""});
    EXPECT_FALSE(threads.has_value());
  }
  EXPECT_EQ(session_of(small_model(), "native", {1, "generic"})->isa(), "generic");
  EXPECT_GE(session_of(small_model(), "native", {0, ""})->thread_count(), 1);
}

TEST(Engine, native_equals_reference) {
  for (const SharedGraph& graph : {small_model(), stumps(50)}) {
    const int64_t columns = (*graph->value(graph->inputs()[0]).type.shape)[1].size();
    const auto native = session_of(graph);
    const auto reference = session_of(graph, "reference");
    for (const int64_t rows : {0, 1, 2, 63, 64, 65, 500, 1, 65}) {
      const std::vector<double> x = numbers(static_cast<size_t>(rows * columns) + 1, 7);
      const TensorView in[] = {matrix_view(x.data(), rows, columns)};
      // Twice: the call that makes the plan, and one that follows it.
      for (int call = 0; call < 3; ++call) {
        const auto ours = native->run(in, {});
        const auto truth = reference->run(in, {});
        ASSERT_TRUE(ours.has_value()) << ours.error().to_string();
        ASSERT_TRUE(truth.has_value()) << truth.error().to_string();
        ASSERT_EQ(ours.value().size(), truth.value().size());
        for (size_t i = 0; i < ours.value().size(); ++i) {
          EXPECT_EQ(bytes_of(ours.value()[i]), bytes_of(truth.value()[i])) << rows << " " << i;
        }
      }
    }
  }
}

/// Random graphs of element-wise operators over values of shapes [N, 4], [N, 1], [4] and scalars.
SharedGraph random_graph(uint32_t seed) {
  std::mt19937 random(seed);
  Builder b(builtin_ops(), "random");
  std::vector<ValueId> values = {b.input("x", rows_of(DType::kFloat64, 4)).value(),
                                 b.input("c", rows_of(DType::kFloat64, 1)).value()};
  const std::vector<double> row = numbers(4, seed);
  values.push_back(b.constant(Tensor::of(std::span<const double>(row))));
  values.push_back(b.scalar(0.5));
  constexpr const char* kBinary[] = {"Add", "Sub", "Mul", "Div", "Max", "Min"};
  constexpr const char* kUnary[] = {"Neg", "Abs", "Sigmoid", "Tanh", "Identity", "Floor"};
  for (int i = 0; i < 25; ++i) {
    const ValueId first = values[random() % values.size()];
    const ValueId second = values[random() % values.size()];
    values.push_back(random() % 2 == 0 ? b.op(kBinary[random() % 6], {first, second}).value()
                                       : b.op(kUnary[random() % 6], {first}).value());
  }
  return finished(std::move(b), {{values.back(), "last"}, {values[values.size() - 3], "other"}});
}

TEST(Engine, random_graphs_agree) {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    const SharedGraph graph = random_graph(seed);
    const auto native = session_of(graph);
    const auto reference = session_of(graph, "reference");
    for (const int64_t rows : {5, 1, 5}) {
      const std::vector<double> x = numbers(static_cast<size_t>(rows * 5), seed + 1);
      const TensorView in[] = {matrix_view(x.data(), rows, 4),
                               matrix_view(x.data() + rows * 4, rows, 1)};
      for (int call = 0; call < 2; ++call) {
        const auto truth = reference->run(in, {}).value();
        const auto ours = native->run(in, {}).value();
        for (size_t i = 0; i < truth.size(); ++i) {
          EXPECT_EQ(bytes_of(ours[i]), bytes_of(truth[i])) << "seed " << seed << " output " << i;
        }
        std::vector<std::vector<double>> memory;
        std::vector<MutableTensorView> into;
        for (const TensorView& view : truth) {
          memory.emplace_back(static_cast<size_t>(view.shape.element_count()));
          into.push_back({view.dtype, view.shape, memory.back().data()});
        }
        ASSERT_TRUE(native->run_into(in, into, {}).has_value());
        for (size_t i = 0; i < truth.size(); ++i) {
          EXPECT_EQ(bytes_of(into[i]), bytes_of(truth[i])) << "seed " << seed << " output " << i;
        }
      }
    }
  }
}

TEST(Engine, rows_do_not_depend_on_their_batch) {
  for (const SharedGraph& graph : {small_model(), stumps(300)}) {
    const int64_t columns = (*graph->value(graph->inputs()[0]).type.shape)[1].size();
    const std::vector<double> x = numbers(static_cast<size_t>(200 * columns), 3);
    const auto session = session_of(graph);
    const TensorView all[] = {matrix_view(x.data(), 200, columns)};
    std::vector<std::string> whole;
    const std::span<const TensorView> answers = session->run(all, {}).value();
    for (const TensorView& view : answers) {
      const size_t bytes =
          static_cast<size_t>(view.shape.element_count()) * dtype_bytes(view.dtype);
      whole.emplace_back(static_cast<const char*>(view.data), bytes);
    }
    std::vector<std::string> joined(whole.size());
    for (int64_t row = 0; row < 200; ++row) {
      const TensorView one[] = {matrix_view(x.data() + row * columns, 1, columns)};
      const auto views = session->run(one, {}).value();
      for (size_t i = 0; i < views.size(); ++i) {
        const size_t bytes =
            static_cast<size_t>(views[i].shape.element_count()) * dtype_bytes(views[i].dtype);
        joined[i].append(static_cast<const char*>(views[i].data), bytes);
      }
    }
    EXPECT_EQ(whole, joined);
  }
}

TEST(Engine, threads_change_nothing) {
  for (const SharedGraph& graph : {small_model(), stumps(300)}) {
    const int64_t columns = (*graph->value(graph->inputs()[0]).type.shape)[1].size();
    const int64_t rows = 60'000;
    const std::vector<double> x = numbers(static_cast<size_t>(rows * columns), 3);
    const TensorView in[] = {matrix_view(x.data(), rows, columns)};
    const auto one = session_of(graph);
    const auto two = session_of(graph, "native", {2, ""});
    for (int call = 0; call < 2; ++call) {
      const auto a = one->run(in, {}).value();
      const auto b = two->run(in, {}).value();
      for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(bytes_of(a[i]) == bytes_of(b[i])) << i;
    }
  }
}

TEST(Engine, sessions_in_many_threads_share_a_graph) {
  const SharedGraph graph = stumps(100);
  const std::vector<double> x = numbers(4000, 3);
  const TensorView in[] = {matrix_view(x.data(), 2000, 2)};
  const std::string want = bytes_of(session_of(graph)->run(in, {}).value()[0]);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto session = session_of(graph, "native", {2, ""});
      for (int call = 0; call < 5; ++call) {
        EXPECT_TRUE(bytes_of(session->run(in, {}).value()[0]) == want);
      }
    });
  }
}

TEST(Engine, known_shapes_allocate_nothing) {
  for (const SharedGraph& graph : {small_model(), stumps(50)}) {
    const int64_t columns = (*graph->value(graph->inputs()[0]).type.shape)[1].size();
    for (const int threads : {1, 2}) {
      const auto session = session_of(graph, "native", {threads, ""});
      const std::vector<double> x = numbers(static_cast<size_t>(30'000 * columns), 3);
      std::vector<MutableTensorView> into;
      std::vector<std::vector<char>> memory;
      for (const int64_t rows : {int64_t{1}, int64_t{30'000}}) {
        const TensorView in[] = {matrix_view(x.data(), rows, columns)};
        const auto views = session->run(in, {}).value();
        into.clear();
        for (const TensorView& view : views) {
          memory.emplace_back(static_cast<size_t>(view.shape.element_count()) *
                              dtype_bytes(view.dtype));
          into.push_back({view.dtype, view.shape, memory.back().data()});
        }
        const int64_t before = testing::heap_allocations();
        bool good = true;
        for (int call = 0; call < 3; ++call) {
          good &= session->run(in, {}).has_value();
          good &= session->run_into(in, into, {}).has_value();
        }
        EXPECT_EQ(testing::heap_allocations(), before) << rows << " rows, threads " << threads;
        EXPECT_TRUE(good);
      }
    }
  }
}

TEST(Engine, inputs_and_constants_may_be_outputs) {
  Builder b(builtin_ops(), "through");
  const ValueId x = b.input("x", rows_of(DType::kFloat64, 2)).value();
  const ValueId twice = b.op("Add", {x, x}).value();
  const ValueId pi = b.scalar(3.25);
  const SharedGraph graph = finished(std::move(b), {{x, "same"}, {twice, "twice"}, {pi, "pi"}});
  const double values[] = {1, 2, 3, 4};
  for (const char* engine : {"native", "reference"}) {
    const auto session = session_of(graph, engine);
    const TensorView in[] = {matrix_view(values, 2, 2)};
    for (int call = 0; call < 2; ++call) {
      const std::span<const TensorView> views = session->run(in, {}).value();
      EXPECT_EQ(bytes_of(views[0]), bytes_of(in[0]));
      EXPECT_NE(views[0].data, in[0].data);
      EXPECT_EQ(static_cast<const double*>(views[1].data)[3], 8);
      EXPECT_EQ(static_cast<const double*>(views[2].data)[0], 3.25);
      double first[4] = {};
      double second[4] = {};
      double third = 0;
      const MutableTensorView into[] = {{DType::kFloat64, Shape{2, 2}, first},
                                        {DType::kFloat64, Shape{2, 2}, second},
                                        {DType::kFloat64, Shape{}, &third}};
      ASSERT_TRUE(session->run_into(in, into, {}).has_value());
      EXPECT_EQ(first[2], 3);
      EXPECT_EQ(second[2], 6);
      EXPECT_EQ(third, 3.25);
      // Afterwards answers lie in the session's memory again.
      const std::span<const TensorView> again = session->run(in, {}).value();
      EXPECT_NE(again[1].data, static_cast<const void*>(second));
    }
  }
}

TEST(Engine, sizes_that_depend_on_values_may_change) {
  Builder b(builtin_ops(), "dynamic");
  const ValueId x =
      b.input("x", ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim(6)})).value();
  const ValueId end =
      b.input("end", ValueType::tensor(DType::kInt64, std::vector<Dim>{Dim(1)})).value();
  const int64_t zero = 0;
  const ValueId start = b.constant(Tensor::of(std::span(&zero, 1)));
  const ValueId part = b.op("Slice", {x, start, end}).value();
  const ValueId y = b.op("Neg", {b.op("Neg", {part}).value()}).value();
  const SharedGraph graph = finished(std::move(b), {{y, "y"}});
  const auto session = session_of(graph);
  const double values[] = {1, 2, 3, 4, 5, 6};
  for (const int64_t count : {2, 6, 0, 3, 2, 6, 6}) {
    const TensorView in[] = {{DType::kFloat64, Shape{6}, values},
                             {DType::kInt64, Shape{1}, &count}};
    const auto views = session->run(in, {});
    ASSERT_TRUE(views.has_value()) << views.error().to_string();
    EXPECT_EQ(bytes_of(views.value()[0]), bytes_of({DType::kFloat64, Shape{count}, values}));
    double answer[6] = {};
    const MutableTensorView right[] = {{DType::kFloat64, Shape{count}, answer}};
    ASSERT_TRUE(session->run_into(in, right, {}).has_value());
    EXPECT_EQ(std::memcmp(answer, values, static_cast<size_t>(count) * 8), 0);
    const MutableTensorView wrong[] = {{DType::kFloat64, Shape{count + 1}, answer}};
    const Status refused = session->run_into(in, wrong, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().to_string().find("output \"y\""), std::string::npos);
  }
}

TEST(Engine, carries_strings) {
  Builder b(builtin_ops(), "strings");
  const ValueId x =
      b.input("x", ValueType::tensor(DType::kInt64, std::vector<Dim>{Dim::symbol("N")})).value();
  NodeSpec spec{.op = "LabelEncoder", .domain = std::string(kDomainMl), .inputs = {x}};
  spec.attributes.set("keys_int64s", std::vector<int64_t>{0, 1});
  spec.attributes.set("values_strings",
                      std::vector<std::string>{"no", "yes, and long enough for the heap"});
  const ValueId y = b.add(std::move(spec)).value()[0];
  const ValueId same = b.op("Identity", {y}).value();
  const SharedGraph graph = finished(std::move(b), {{same, "y"}});
  const int64_t keys[] = {1, 0, 5};
  const TensorView in[] = {{DType::kInt64, Shape{3}, keys}};
  for (const char* engine : {"native", "reference"}) {
    const auto session = session_of(graph, engine);
    for (int call = 0; call < 3; ++call) {
      const auto views = session->run(in, {}).value();
      const auto text = views[0].values<std::string>();
      EXPECT_EQ(text[0], "yes, and long enough for the heap");
      EXPECT_EQ(text[1], "no");
      EXPECT_EQ(text[2], "_Unused");
      std::string mine[3];
      const MutableTensorView into[] = {{DType::kString, Shape{3}, mine}};
      ASSERT_TRUE(session->run_into(in, into, {}).has_value());
      EXPECT_EQ(mine[1], "no");
    }
    const std::vector<Value> values =
        session->run_values(std::vector<Value>{Tensor::of(std::span<const int64_t>(keys))}, {})
            .value();
    EXPECT_EQ(values[0].tensor()->values<std::string>()[1], "no");
  }
}

TEST(Engine, refuses_what_does_not_fit) {
  const SharedGraph graph = small_model();
  const double x[12] = {};
  const float narrow[3] = {};
  for (const char* engine : {"native", "reference"}) {
    const auto session = session_of(graph, engine);
    auto expect_refused = [&](std::vector<TensorView> in, std::string_view part) {
      for (int call = 0; call < 2; ++call) {
        const auto got = session->run(in, {});
        ASSERT_FALSE(got.has_value());
        EXPECT_EQ(got.error().code(), ErrorCode::kInvalidArgument);
        EXPECT_NE(got.error().to_string().find(part), std::string::npos) << got.error().to_string();
        const TensorView good[] = {matrix_view(x, 4, 3)};
        EXPECT_TRUE(session->run(good, {}).has_value());
      }
    };
    expect_refused({}, "1 inputs, got 0");
    expect_refused({matrix_view(narrow, 1, 3)}, "input \"x\": expected float64, got float32");
    expect_refused({matrix_view(x, 3, 4)}, "expected shape [N, 3], got [3, 4]");
    expect_refused({{DType::kFloat64, Shape{3}, x}}, "expected 2 dimensions");
    expect_refused({{DType::kFloat64, Shape{4, 3}, nullptr}}, "null");
    const TensorView good[] = {matrix_view(x, 4, 3)};
    EXPECT_FALSE(session->run_into(good, {}, {}).has_value());
  }
}

TEST(Engine, errors_in_values_name_the_node) {
  Builder b(builtin_ops(), "division");
  const ValueId x = b.input("x", rows_of(DType::kInt64, 1)).value();
  const ValueId y = b.input("y", rows_of(DType::kInt64, 1)).value();
  NodeSpec spec{.op = "Div", .inputs = {x, y}, .name = "ratio"};
  const ValueId z = b.add(std::move(spec)).value()[0];
  const SharedGraph graph = finished(std::move(b), {{z, "z"}});
  const auto session = session_of(graph);
  const int64_t numbers[] = {8, 2};
  const int64_t zeros[] = {0, 1};
  const TensorView good[] = {matrix_view(numbers, 2, 1), matrix_view(numbers, 2, 1)};
  const TensorView bad[] = {matrix_view(numbers, 2, 1), matrix_view(zeros, 2, 1)};
  const TensorView uneven[] = {matrix_view(numbers, 2, 1), matrix_view(numbers, 1, 1)};
  for (int call = 0; call < 2; ++call) {
    const auto got = session->run(bad, {});
    ASSERT_FALSE(got.has_value());
    EXPECT_NE(got.error().to_string().find("node \"ratio\" (Div-27)"), std::string::npos)
        << got.error().to_string();
    EXPECT_EQ(static_cast<const int64_t*>(session->run(good, {}).value()[0].data)[1], 1);
    const auto refused = session->run(uneven, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().to_string().find("dimension N"), std::string::npos);
  }
}

TEST(Engine, stops_when_asked) {
  const double x[3] = {};
  const TensorView in[] = {matrix_view(x, 1, 3)};
  for (const char* engine : {"native", "reference"}) {
    const auto session = session_of(small_model(), engine);
    std::atomic<bool> cancel{true};
    for (int call = 0; call < 2; ++call) {
      const auto stopped = session->run(in, {.cancel = &cancel});
      ASSERT_FALSE(stopped.has_value());
      EXPECT_EQ(stopped.error().code(), ErrorCode::kCancelled);
      const auto late = session->run(
          in, {.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1)});
      ASSERT_FALSE(late.has_value());
      EXPECT_EQ(late.error().code(), ErrorCode::kCancelled);
      EXPECT_TRUE(session->run(in, {}).has_value());
    }
    cancel = false;
    EXPECT_TRUE(session->run(in, {.cancel = &cancel}).has_value());
  }
}

TEST(Engine, profiles_each_node) {
  const double x[3] = {};
  const TensorView in[] = {matrix_view(x, 1, 3)};
  for (const char* engine : {"native", "reference"}) {
    const auto session = session_of(small_model(), engine);
    session->set_profiling(true);
    for (int call = 0; call < 3; ++call) ASSERT_TRUE(session->run(in, {}).has_value());
    session->set_profiling(false);
    ASSERT_TRUE(session->run(in, {}).has_value());
    const std::vector<NodeReport> report = session->report();
    ASSERT_EQ(report.size(), 7u);
    EXPECT_EQ(report[0].op, "Sub");
    for (const NodeReport& node : report) {
      EXPECT_EQ(node.calls, 3);
      EXPECT_GT(node.nanoseconds, 0);
    }
  }
  const std::vector<NodeReport> forest = session_of(stumps(5))->report();
  EXPECT_NE(forest[0].kernel.find("for batches"), std::string::npos) << forest[0].kernel;
}

}  // namespace
}  // namespace tundish
