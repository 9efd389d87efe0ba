#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/bench/peer_for_test.h"
#include "tools/bench/target.h"

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(BenchRows, a_batch_begins_anywhere_and_wraps) {
  const auto rows = must(BenchRows::make({matrix_of({1, 10, 2, 20, 3, 30}, 2)}, 4));
  EXPECT_EQ(rows.row_count(), 3);
  const auto views = rows.batch(5, 4);  // row 2, then from the start
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].shape, (Shape{4, 2}));
  EXPECT_THAT(views[0].values<double>(), ElementsAre(3, 30, 1, 10, 2, 20, 3, 30));
}

TEST(BenchRows, holds_texts_and_several_inputs) {
  const std::vector<std::string> texts = {"a", "b"};
  const auto rows =
      must(BenchRows::make({Tensor::of_strings(texts, Shape{2, 1}), matrix_of({1, 2}, 1)}, 3));
  const auto views = rows.batch(1, 3);
  ASSERT_EQ(views.size(), 2u);
  EXPECT_THAT(views[0].values<std::string>(), ElementsAre("b", "a", "b"));
  EXPECT_THAT(views[1].values<double>(), ElementsAre(2, 1, 2));
}

TEST(BenchRows, refuses_what_are_no_rows) {
  EXPECT_FALSE(BenchRows::make({}, 1));
  EXPECT_FALSE(BenchRows::make({Tensor::scalar(1.0)}, 1));
  EXPECT_FALSE(BenchRows::make({must(Tensor::allocate(DType::kFloat64, Shape{0, 2}))}, 1));
  EXPECT_THAT(refusal_of(BenchRows::make({matrix_of({1, 2}, 1), matrix_of({1, 2}, 2)}, 1)),
              HasSubstr("same number of rows"));
  EXPECT_FALSE(BenchRows::make({matrix_of({1}, 1)}, 0));
  EXPECT_FALSE(BenchRows::make({matrix_of({1}, 1)}, INT64_MAX));
  EXPECT_FALSE(BenchRows::make({matrix_of({1}, 1)}, INT64_MAX / 16));
}

TEST(NativeTarget, answers_rounds) {
  const auto target = must(NativeTarget::open(small_forest(), {}));
  EXPECT_EQ(target->name(), "native");
  EXPECT_EQ(target->version(), version());
  EXPECT_GT(target->load_ms(), 0);
  EXPECT_EQ(target->model().contract().count, 1);
  target->set_rows(bench_rows(matrix_of({1, 2, 3}, 1), 2));
  ASSERT_TRUE(target->prepare(2));
  BenchSamples samples;
  ASSERT_TRUE(target->run_round(0, 3, samples));
  EXPECT_GE(samples.calls, 3);
  const int64_t first = samples.calls;
  ASSERT_TRUE(target->run_round(0, 3, samples));  // appends
  EXPECT_GE(samples.calls, first + 3);
  EXPECT_GT(samples.cpu_ns, 0);
  for (const double time : samples.call_ns) EXPECT_GT(time, 0);
}

TEST(NativeTarget, passes_errors_on) {
  EXPECT_THAT(refusal_of(NativeTarget::open(golden_path("none.joblib"), {})),
              HasSubstr("none.joblib"));
  NativeTarget::Options options;
  options.method = "transform";
  EXPECT_THAT(refusal_of(NativeTarget::open(small_forest(), options)), HasSubstr("transform"));
  const auto target = must(NativeTarget::open(small_forest(), {}));
  target->set_rows(bench_rows(matrix_of({1, 2, 3, 4}, 2), 1));  // two columns, not one
  EXPECT_THAT(refusal_of(target->prepare(1)), HasSubstr("2 features"));
}

TEST(TimeCalls, short_calls_are_timed_in_groups) {
  int64_t made = 0;
  BenchSamples samples;
  const auto call = [&]() -> Status {
    ++made;
    return ok();
  };
  ASSERT_TRUE(time_calls(call, 0.001, 10, samples));
  EXPECT_LT(samples.calls, made) << "some only show how long a call takes";
  EXPECT_GE(samples.calls, made - 5);
  EXPECT_LT(static_cast<int64_t>(samples.call_ns.size()), samples.calls);
}

TEST(TimeCalls, an_error_ends_them) {
  int64_t made = 0;
  BenchSamples samples;
  const auto call = [&]() -> Status { return ++made == 3 ? Status(Io("third")) : ok(); };
  EXPECT_THAT(refusal_of(time_calls(call, 10, 1'000'000, samples)), HasSubstr("third"));
  EXPECT_EQ(made, 3);
}

TEST(ProcessCpu, goes_on) {
  const double before = process_cpu_ns();
  double sum = 0;
  while (process_cpu_ns() < before + 1e5) sum += 1;
  EXPECT_GT(sum, 0);
}

}  // namespace
}  // namespace tundish
