#include "tundish/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tundish {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return InvalidArgument("odd");
  return number / 2;
}

Result<int> quarter(int number) {
  TRY_ASSIGN(const int once, half(number));
  TRY_ASSIGN(const int twice, half(once));
  return twice;
}

Status counted(int* calls, Status answer) {
  ++*calls;
  return answer;
}

Status tries(int* calls, Status answer) {
  TRY(counted(calls, std::move(answer)));
  return ok();
}

TEST(Result, holds_a_value_or_an_error) {
  EXPECT_EQ(half(4).value(), 2);
  const Result<int> failed = half(3);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code(), ErrorCode::kInvalidArgument);
}

TEST(Result, moves_values_that_cannot_be_copied) {
  Result<std::unique_ptr<int>> first = std::make_unique<int>(7);
  Result<std::unique_ptr<int>> second = std::move(first);
  EXPECT_EQ(**second, 7);
  second = Result<std::unique_ptr<int>>(Io("gone"));
  EXPECT_FALSE(second.has_value());
  second = Result<std::unique_ptr<int>>(std::make_unique<int>(8));
  EXPECT_EQ(**second, 8);
}

TEST(Result, try_assign_passes_the_first_error_on) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_FALSE(quarter(6).has_value());
  EXPECT_FALSE(quarter(3).has_value());
}

TEST(Result, try_evaluates_once) {
  int calls = 0;
  EXPECT_TRUE(tries(&calls, ok()).has_value());
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(tries(&calls, Internal("no")).has_value());
  EXPECT_EQ(calls, 2);
}

TEST(ResultDeathTest, reading_the_value_of_an_error_ends_the_process) {
  const Result<int> failed = half(3);
  EXPECT_DEATH(static_cast<void>(failed.value()), "");
}

TEST(Error, shows_places_outermost_first) {
  const Error error =
      InvalidModel("expected 4 values, got 3").in("node \"conv1\"").in("model \"m.onnx\"");
  EXPECT_EQ(error.to_string(), "model \"m.onnx\": node \"conv1\": expected 4 values, got 3");
  EXPECT_EQ(error.message(), "expected 4 values, got 3");
}

TEST(Error, in_adds_a_place_to_failures_only) {
  EXPECT_EQ(in("here", half(4)).value(), 2);
  EXPECT_EQ(in("here", half(3)).error().to_string(), "here: odd");
  EXPECT_TRUE(in("here", ok()).has_value());
  EXPECT_EQ(in("here", Status(Limit("too much"))).error().to_string(), "here: too much");
}

TEST(Error, every_code_has_its_name) {
  EXPECT_EQ(error_code_name(InvalidModel("").code()), "invalid_model");
  EXPECT_EQ(error_code_name(Unsupported("").code()), "unsupported");
  EXPECT_EQ(error_code_name(InvalidArgument("").code()), "invalid_argument");
  EXPECT_EQ(error_code_name(NotFound("").code()), "not_found");
  EXPECT_EQ(error_code_name(Untrusted("").code()), "untrusted");
  EXPECT_EQ(error_code_name(Io("").code()), "io");
  EXPECT_EQ(error_code_name(Limit("").code()), "limit");
  EXPECT_EQ(error_code_name(Cancelled("").code()), "cancelled");
  EXPECT_EQ(error_code_name(Internal("").code()), "internal");
}

}  // namespace
}  // namespace tundish
