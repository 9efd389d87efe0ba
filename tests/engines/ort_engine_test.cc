// The engine "ort" against ours, on files of other tools: an installed ONNX Runtime is needed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tundish/model.h"
#include "tundish/session.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

std::string library() {
  const char* path = std::getenv("TUNDISH_ORT_LIBRARY");
  return path == nullptr ? "" : path;
}

/// Small numbers of both signs for every input; 3 rows. Empty when an input is no float tensor.
std::vector<Value> some_rows(const Model& model) {
  std::vector<Value> values;
  for (const ValueDescription& input : model.inputs()) {
    std::vector<int64_t> dims = input.dims;
    for (int64_t& dim : dims) dim = dim < 0 ? 3 : dim;
    if (input.dtype != DType::kFloat32 || dims.empty()) return {};
    Tensor tensor = Tensor::allocate(input.dtype, Shape::from_dims(dims).value()).value();
    const std::span<float> cells = tensor.mutable_values<float>();
    for (size_t i = 0; i < cells.size(); ++i) cells[i] = static_cast<float>(i % 13) / 4 - 1;
    values.emplace_back(std::move(tensor));
  }
  return values;
}

void expect_near(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  ASSERT_EQ(a.dtype(), b.dtype());
  if (a.dtype() == DType::kInt64) {
    EXPECT_TRUE(std::ranges::equal(a.values<int64_t>(), b.values<int64_t>()));
  } else if (a.dtype() == DType::kFloat32) {
    for (size_t i = 0; i < a.values<float>().size(); ++i) {
      EXPECT_NEAR(a.values<float>()[i], b.values<float>()[i], 1e-5);
    }
  }
}

TEST(OrtEngine, answers_as_the_native_engine_does) {
  if (library().empty()) GTEST_SKIP() << "TUNDISH_ORT_LIBRARY names no library";
  int compared = 0;
  const std::string folder = std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/onnx_import";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path() / "model.onnx";
    if (!std::filesystem::exists(path)) continue;
    SCOPED_TRACE(path);
    const auto model = Model::open(path).value();
    const std::vector<Value> rows = some_rows(*model);
    if (rows.empty()) continue;
    auto theirs =
        Session::create(model, {.engine = "ort", .thread_count = 1, .ort_library = library()});
    if (!theirs) continue;  // an operator of its newer opset that the installed version lacks
    EXPECT_EQ(theirs->engine(), "ort");
    auto ours = Session::create(model).value();
    const auto a = theirs->run_values(rows);
    const auto b = ours.run_values(rows);
    ASSERT_TRUE(a.has_value()) << a.error().to_string();
    ASSERT_TRUE(b.has_value()) << b.error().to_string();
    ASSERT_EQ(a->size(), b->size());
    for (size_t i = 0; i < a->size(); ++i) {
      if ((*a)[i].tensor() != nullptr) expect_near(*(*a)[i].tensor(), *(*b)[i].tensor());
    }
    ++compared;
  }
  EXPECT_GT(compared, 3);
}

TEST(OrtEngine, runs_dense_calls_into_buffers_and_refuses_providers_it_lacks) {
  if (library().empty()) GTEST_SKIP() << "TUNDISH_ORT_LIBRARY names no library";
  const std::string path =
      std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/onnx_import/random_forest/model.onnx";
  const auto model = Model::open(path).value();
  SessionOptions options{.engine = "ort", .thread_count = 1, .ort_library = library()};
  options.outputs = {model->outputs()[0].name};
  auto created = Session::create(model, options);
  ASSERT_TRUE(created) << created.error().to_string();
  Session session = std::move(created).value();
  const std::vector<Value> rows = some_rows(*model);
  const TensorView row = rows[0].tensor()->view();
  const auto answer = session.run({&row, 1});
  ASSERT_TRUE(answer.has_value()) << answer.error().to_string();
  Tensor buffer = Tensor::allocate((*answer)[0].dtype, (*answer)[0].shape).value();
  const MutableTensorView into = buffer.mutable_view();
  ASSERT_TRUE(session.run_into({&row, 1}, {&into, 1}));
  const std::atomic<bool> cancel{true};
  EXPECT_EQ(session.run({&row, 1}, {.cancel = &cancel}).error().code(), ErrorCode::kCancelled);
  options.providers = {"CUDA"};
  const auto refused = Session::create(model, options);
  if (refused.has_value()) GTEST_SKIP() << "this library has CUDA";
  EXPECT_THAT(refused.error().to_string(), HasSubstr("CUDA"));
}

}  // namespace
}  // namespace tundish
