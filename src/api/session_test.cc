#include "tundish/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "api/metadata.h"
#include "api/model_for_test.h"
#include "proof/compare.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kFolder = "scikit-learn-1.9.1/one_feature/";
constexpr std::string_view kScaler = "scikit-learn-1.9.1/standard/model.joblib";

Tensor rows_of_forest() { return golden_array(cat(kFolder, "X.npy")); }

bool same_bytes(const TensorView& a, const Tensor& b) {
  return a.dtype == b.dtype() && a.shape.element_count() == b.element_count() &&
         std::memcmp(a.data, b.data(), b.byte_count()) == 0;
}

// numpy's pow and log differ from the C library's in the last bits: scores are near, labels equal.
void expect_near(const TensorView& answer, const Tensor& wanted) {
  ASSERT_EQ(answer.shape.element_count(), wanted.element_count());
  const TensorView shaped{answer.dtype, wanted.shape(), answer.data};
  const TensorDifference found = must(compare_tensors(shaped, wanted.view()));
  EXPECT_LE(found.max_abs, is_label_dtype(wanted.dtype()) ? 0 : 1e-15);
}

TEST(Session, answers_what_scikit_learn_answered) {
  const auto model = converted();
  for (const char* method : {"decision_function", "predict", "score_samples"}) {
    for (const std::string engine : {"native", "reference"}) {
      Session session = must(Session::create(model, {.engine = engine, .method = method}));
      const Tensor rows = rows_of_forest();
      const TensorView answer = must(session.run(rows.view()));
      SCOPED_TRACE(cat(method, " by ", engine));
      expect_near(answer, golden_array(cat(kFolder, method, ".npy")));
      ASSERT_EQ(session.outputs().size(), 1u);
      EXPECT_EQ(session.engine(), engine);
    }
  }
}

TEST(Session, every_instruction_set_gives_the_same) {
  const auto model = converted();
  const Tensor rows = rows_of_forest();
  const SessionOptions reference{.engine = "reference", .method = "decision_function"};
  Session plain = must(Session::create(model, reference));
  const Tensor wanted = must(Tensor::copy_of(must(plain.run(rows.view()))));
  for (const std::string& isa : available_isas()) {
    Session session = must(Session::create(model, {.method = "decision_function", .isa = isa}));
    EXPECT_EQ(session.isa(), isa);
    EXPECT_TRUE(same_bytes(must(session.run(rows.view())), wanted)) << isa;
  }
}

TEST(Session, unknown_names_list_the_choices) {
  const auto model = converted();
  const std::string method = refusal_of(Session::create(model, {.method = "transform"}));
  EXPECT_THAT(method, HasSubstr("\"transform\""));
  EXPECT_THAT(method, HasSubstr("decision_function"));
  EXPECT_THAT(method, HasSubstr("score_samples"));
  const std::string output = refusal_of(Session::create(model, {.outputs = {"scroes"}}));
  EXPECT_THAT(output, HasSubstr("\"scroes\""));
  for (const ValueDescription& known : model->outputs()) {
    EXPECT_THAT(output, HasSubstr(known.name));
  }
  const std::string engine = refusal_of(Session::create(model, {.engine = "quick"}));
  EXPECT_THAT(engine, HasSubstr("\"quick\""));
  EXPECT_THAT(engine, HasSubstr("native"));
  EXPECT_THAT(engine, HasSubstr("reference"));
  const std::string isa = refusal_of(Session::create(model, {.isa = "avx9"}));
  EXPECT_THAT(isa, HasSubstr("avx9"));
  EXPECT_THAT(isa, HasSubstr("generic"));
  SessionOptions both;
  both.method = "predict";
  both.outputs = {"label"};
  EXPECT_THAT(refusal_of(Session::create(model, both)), HasSubstr("not both"));
  const auto plain = open_golden("onnx_import/random_forest/model.onnx");
  EXPECT_THAT(refusal_of(Session::create(plain, {.method = "predict"})), HasSubstr("no methods"));
}

TEST(Session, refuses_rows_that_do_not_fit) {
  Session session = must(Session::create(converted(), {.method = "predict"}));
  const std::array<double, 4> values{};
  const std::string wide = refusal_of(session.run(matrix_view(values.data(), 2, 2)));
  EXPECT_THAT(wide, HasSubstr("2 features, IsolationForest expects 1"));
  const std::array<int64_t, 4> integers{};
  const std::string dtype = refusal_of(session.run(matrix_view(integers.data(), 4, 1)));
  EXPECT_THAT(dtype, HasSubstr("int64"));
  EXPECT_THAT(dtype, HasSubstr("float64"));
  EXPECT_THAT(dtype, HasSubstr("\"X\""));
  EXPECT_THAT(refusal_of(session.run(matrix_view(values.data(), 0, 1))), HasSubstr("no rows"));
  EXPECT_FALSE(session.run(TensorView{DType::kFloat64, Shape{4}, values.data()}));
  EXPECT_FALSE(session.run(std::span<const TensorView>()));
  // and goes on working
  EXPECT_TRUE(session.run(matrix_view(values.data(), 4, 1)));
}

TEST(Session, names_row_and_column_of_a_value_that_the_original_refuses) {
  const auto model = converted("scikit-learn-0.24.2/pipe_scaler_iforest/model.joblib");
  const auto width = static_cast<size_t>(model->contract().count);
  std::vector<double> values(3 * width, 0.5);
  values[2 * width + 1] = std::numeric_limits<double>::quiet_NaN();
  const TensorView rows = matrix_view(values.data(), 3, static_cast<int64_t>(width));
  for (const std::string engine : {"native", "reference"}) {
    Session session = must(Session::create(model, {.engine = engine, .method = "predict"}));
    EXPECT_THAT(refusal_of(session.run(rows)), HasSubstr("row 2, column 1"));
    const Value value(Tensor::borrow(rows, nullptr));
    EXPECT_THAT(refusal_of(session.run_values({&value, 1})), HasSubstr("row 2, column 1"));
    std::array<int64_t, 3> labels{};
    const MutableTensorView answer{DType::kInt64, Shape{3, 1}, labels.data()};
    EXPECT_THAT(refusal_of(session.run_into({&rows, 1}, {&answer, 1})),
                HasSubstr("row 2, column 1"));
  }
}

TEST(Session, a_second_run_gives_the_same) {
  Session session = must(Session::create(converted(), {.method = "score_samples"}));
  const Tensor rows = rows_of_forest();
  const Tensor first = must(Tensor::copy_of(must(session.run(rows.view()))));
  TensorView part = rows.view();
  part.shape[0] = 3;
  const Tensor few = must(Tensor::copy_of(must(session.run(part))));
  EXPECT_EQ(std::memcmp(few.data(), first.data(), few.byte_count()), 0);
  EXPECT_TRUE(same_bytes(must(session.run(rows.view())), first));
}

TEST(Session, writes_into_the_callers_buffer) {
  const Tensor rows = rows_of_forest();
  const TensorView input = rows.view();
  for (const std::string engine : {"native", "reference"}) {
    Session session = must(Session::create(converted(), {.engine = engine, .method = "predict"}));
    const Tensor answer = must(Tensor::copy_of(must(session.run(input))));
    Tensor mine = must(Tensor::allocate(answer.dtype(), answer.shape()));
    const MutableTensorView target = mine.mutable_view();
    ASSERT_TRUE(session.run_into({&input, 1}, {&target, 1})) << engine;
    EXPECT_TRUE(same_bytes(mine.view(), answer));
    MutableTensorView small = target;
    small.shape[0] -= 1;
    EXPECT_FALSE(session.run_into({&input, 1}, {&small, 1}));
    MutableTensorView other = target;
    other.dtype = DType::kFloat64;
    EXPECT_FALSE(session.run_into({&input, 1}, {&other, 1}));
    EXPECT_FALSE(session.run_into({&input, 1}, {}));
  }
}

TEST(Session, stops_when_it_is_told_to) {
  Session session = must(Session::create(converted()));
  const Tensor rows = rows_of_forest();
  const TensorView input = rows.view();
  const std::atomic<bool> cancel{true};
  RunOptions options;
  options.cancel = &cancel;
  const auto stopped = session.run({&input, 1}, options);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code(), ErrorCode::kCancelled);
}

TEST(Session, self_test_passes_with_every_engine_and_instruction_set) {
  const auto model = converted();
  for (const std::string& isa : available_isas()) {
    EXPECT_TRUE(must(Session::create(model, {.isa = isa})).self_test()) << isa;
  }
  EXPECT_TRUE(must(Session::create(model, {.engine = "reference"})).self_test());
  EXPECT_TRUE(must(Session::create(model, {.method = "predict"})).self_test());
}

TEST(Session, self_test_finds_other_answers) {
  const auto model = converted();
  const GoldenRows golden =
      must(parse_golden_rows(*model->impl().graph->find_metadata(kGoldenRowsKey)));
  for (size_t i = 0; i < golden.outputs.size(); ++i) {
    GoldenRows changed = golden;
    auto& [name, tensor] = changed.outputs[i];
    tensor = must(Tensor::copy_of(tensor.view()));
    if (tensor.dtype() == DType::kInt64) {
      tensor.mutable_values<int64_t>()[5] *= -1;
    } else {
      tensor.mutable_values<double>()[5] *= 1.0000001;
    }
    const auto tampered = resealed(*model, kGoldenRowsKey, golden_rows_json(changed));
    const Status status = must(Session::create(tampered)).self_test();
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code(), ErrorCode::kInvalidModel);
    EXPECT_THAT(status.error().to_string(), HasSubstr(tundish::quoted(name)));
    EXPECT_THAT(status.error().to_string(), HasSubstr("row 5"));
  }
}

TEST(Session, self_test_needs_its_rows) {
  const auto none = must(Session::create(open_golden())).self_test();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::kUnsupported);
  const auto model = converted();
  GoldenRows golden = must(parse_golden_rows(*model->impl().graph->find_metadata(kGoldenRowsKey)));
  GoldenRows no_outputs = golden;
  no_outputs.outputs.clear();
  auto changed = resealed(*model, kGoldenRowsKey, golden_rows_json(no_outputs));
  EXPECT_THAT(refusal_of(must(Session::create(changed)).self_test()), HasSubstr("lack output"));
  golden.inputs.clear();
  changed = resealed(*model, kGoldenRowsKey, golden_rows_json(golden));
  EXPECT_THAT(refusal_of(must(Session::create(changed)).self_test()), HasSubstr("lack input"));
}

TEST(Session, two_threads_share_a_model) {
  const auto model = open_golden();  // rewritten for the native engine by whoever comes first
  const Tensor rows = rows_of_forest();
  Session alone = must(Session::create(open_golden(), {.method = "decision_function"}));
  const Tensor wanted = must(Tensor::copy_of(must(alone.run(rows.view()))));
  std::array<int, 2> right{};
  const auto work = [&](size_t which) {
    Session session = must(Session::create(model, {.method = "decision_function"}));
    for (int i = 0; i < 20; ++i) right[which] += same_bytes(must(session.run(rows.view())), wanted);
  };
  std::thread other(work, 0);
  work(1);
  other.join();
  EXPECT_EQ(right, (std::array{20, 20}));
  EXPECT_EQ(model->sha256().size(), 64u);
}

TEST(Session, answers_transform_of_a_scaler) {
  const auto model = converted(kScaler);
  Session session = must(Session::create(model, {.method = "transform"}));
  const Tensor rows = golden_array("scikit-learn-1.9.1/standard/X.npy");
  EXPECT_TRUE(same_bytes(must(session.run(rows.view())),
                         golden_array("scikit-learn-1.9.1/standard/transform.npy")));
}

TEST(Session, reports_its_nodes_and_times_them_when_asked) {
  Session session = must(Session::create(converted()));
  const Tensor rows = rows_of_forest();
  must(session.run(rows.view()));
  ASSERT_FALSE(session.report().empty());
  for (const NodeReport& node : session.report()) EXPECT_EQ(node.nanoseconds, 0) << node.name;
  session.set_profiling(true);
  must(session.run(rows.view()));
  int64_t calls = 0;
  for (const NodeReport& node : session.report()) calls += node.calls;
  EXPECT_GT(calls, 0);
}

TEST(Session, says_its_version) {
  EXPECT_THAT(std::string(version()), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_EQ(available_isas().front(), "generic");
}

}  // namespace
}  // namespace tundish
