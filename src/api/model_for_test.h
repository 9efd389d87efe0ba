// Models and arrays of tests/golden for the tests of this folder.
#ifndef TUNDISH_API_MODEL_FOR_TEST_H_
#define TUNDISH_API_MODEL_FOR_TEST_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "api/model_impl.h"
#include "base/mapped_file.h"
#include "base/strings.h"
#include "export/onnx.h"
#include "ops/index.h"
#include "tundish/convert.h"
#include "tundish/model.h"
#include "wire/npy/npy.h"

namespace tundish {

/// An isolation forest over one feature, 8 trees; the smallest whole model there is.
inline constexpr std::string_view kSmallForest = "scikit-learn-1.9.1/one_feature/model.z3.joblib";

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

inline std::shared_ptr<const Model> open_golden(std::string_view below = kSmallForest) {
  return must(Model::open(golden_path(below)));
}

inline Tensor golden_array(std::string_view below) {
  const auto file = must(MappedFile::open(golden_path(below)));
  return must(must(NpyArray::open(file->bytes(), file, Limits{})).all());
}

/// The model in these bytes of an .onnx file.
inline Result<std::shared_ptr<const Model>> model_of(std::string bytes) {
  const auto owner = std::make_shared<const std::string>(std::move(bytes));
  return Model::from_bytes(as_bytes(*owner), owner);
}

inline std::shared_ptr<const Model> converted(std::string_view below = kSmallForest) {
  return must(model_of(must(convert(open_golden(below))).bytes));
}

/// The model with one metadata entry changed and the digest made anew.
inline std::shared_ptr<const Model> resealed(const Model& model, std::string_view key,
                                             std::string value) {
  Graph graph = *model.impl().graph;
  graph.set_metadata(std::string(key), std::move(value));
  return must(model_of(must(export_onnx(graph, builtin_ops()))));
}

/// A file in the test's folder; removed with the object.
class FileForTest {
 public:
  FileForTest(std::string_view name, std::string_view contents)
      : path_(cat(::testing::TempDir(), "tundish_", ::getpid(), "_", name)) {
    std::ofstream(path_, std::ios::binary) << contents;
  }
  ~FileForTest() { std::remove(path_.c_str()); }
  FileForTest(const FileForTest&) = delete;
  FileForTest& operator=(const FileForTest&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tundish

#endif  // TUNDISH_API_MODEL_FOR_TEST_H_
