// What the tests of this folder share: models, rows, and where a peer is installed.
#ifndef TUNDISH_TOOLS_BENCH_PEER_FOR_TEST_H_
#define TUNDISH_TOOLS_BENCH_PEER_FOR_TEST_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "tools/bench/target.h"

namespace tundish {

/// The value, or a failure with the error's text (and the end of the process: no value, no test).
template <class T> T must(Result<T> result) {
  if (!result) ADD_FAILURE() << result.error().to_string();
  return std::move(result).value();
}

/// The error's text; empty, and a failure, when there is none.
template <class R> std::string refusal_of(const R& result) {
  EXPECT_FALSE(result.has_value()) << "an error was expected";
  return result.has_value() ? std::string() : result.error().to_string();
}

inline std::string golden_path(std::string_view below) {
  return cat(TUNDISH_SOURCE_DIR, "/tests/golden/", below);
}
/// One feature, 8 trees.
inline std::string small_forest() {
  return golden_path("scikit-learn-1.9.1/one_feature/model.z3.joblib");
}
/// Another converter's file: float32 rows of four columns.
inline std::string foreign_model() { return golden_path("onnx_import/random_forest/model.onnx"); }

inline Tensor matrix_of(std::initializer_list<double> values, int64_t columns) {
  const auto rows = static_cast<int64_t>(values.size()) / columns;
  return Tensor::of(std::span<const double>(values.begin(), values.size()), Shape{rows, columns});
}
inline std::shared_ptr<const BenchRows> bench_rows(const Tensor& rows, int64_t largest_batch) {
  return std::make_shared<const BenchRows>(must(BenchRows::make({rows}, largest_batch)));
}

/// The value of an environment variable, empty when it is not set.
inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Sets an environment variable (or takes it away when `value` is null) while it lives.
class VariableForTest {
 public:
  VariableForTest(const char* name, const char* value)
      : name_(name), had_(std::getenv(name) != nullptr), before_(variable(name)) {
    set(value);
  }
  ~VariableForTest() { set(had_ ? before_.c_str() : nullptr); }
  VariableForTest(const VariableForTest&) = delete;
  VariableForTest& operator=(const VariableForTest&) = delete;

 private:
  void set(const char* value) {
    if (value == nullptr) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, value, 1);
    }
  }
  const char* name_;
  bool had_;
  std::string before_;
};

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_PEER_FOR_TEST_H_
