// Files that other converters wrote (tests/golden/onnx_import): they import, and the reference
// evaluator answers as ONNX Runtime did.
#include <bit>
#include <cmath>
#include <filesystem>

#include "base/strings.h"
#include "run_graph.h"

namespace tundish {
namespace {

const std::string kFolder = TUNDISH_SOURCE_DIR "/tests/golden/onnx_import/";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Distance in units of the last place; NaN equals NaN.
template <class T, class Bits> uint64_t ulps(T a, T b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  if (std::isnan(a) || std::isnan(b) || std::signbit(a) != std::signbit(b)) return UINT64_MAX;
  const auto x = std::bit_cast<Bits>(a);
  const auto y = std::bit_cast<Bits>(b);
  return x > y ? x - y : y - x;
}

template <class T, class Bits> uint64_t worst(const Tensor& a, const Tensor& b) {
  uint64_t most = 0;
  for (int64_t i = 0; i < a.element_count(); ++i) {
    most = std::max(most, ulps<T, Bits>(a.values<T>()[i], b.values<T>()[i]));
  }
  return most;
}

// Answers that go through exp, log or pow may differ by the last bits of the two libraries; all
// else is equal to the bit. The subtractions of the transforms lengthen such a difference.
uint64_t allowed_ulps(const std::string& name) {
  if (name.find("iforest") != std::string::npos) return 4;
  if (name.find("boosting") != std::string::npos) return 4;
  for (const char* word : {"logistic", "softmax", "operators"}) {
    if (name.find(word) != std::string::npos) return 8;
  }
  return name.find("probit") != std::string::npos ? 64 : 0;
}

void compare(const std::string& place, const Tensor& ours, const Tensor& theirs, uint64_t allowed) {
  ASSERT_EQ(ours.dtype(), theirs.dtype()) << place;
  ASSERT_EQ(ours.shape().to_string(), theirs.shape().to_string()) << place;
  switch (ours.dtype()) {
    case DType::kFloat32:
      EXPECT_LE((worst<float, uint32_t>(ours, theirs)), allowed) << place;
      break;
    case DType::kFloat64:
      EXPECT_LE((worst<double, uint64_t>(ours, theirs)), allowed) << place;
      break;
    case DType::kInt64:
      for (int64_t i = 0; i < ours.element_count(); ++i) {
        ASSERT_EQ(ours.values<int64_t>()[i], theirs.values<int64_t>()[i]) << place << " " << i;
      }
      break;
    case DType::kString:
      for (int64_t i = 0; i < ours.element_count(); ++i) {
        ASSERT_EQ(ours.values<std::string>()[i], theirs.values<std::string>()[i]) << place;
      }
      break;
    default: FAIL() << place << ": " << dtype_name(ours.dtype());
  }
}

class Imported : public testing::TestWithParam<std::string> {};

TEST_P(Imported, answers_as_onnx_runtime) {
  const std::string folder = kFolder + GetParam() + "/";
  auto model = import_bytes(file_text(folder + "model.onnx"));
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  const std::vector<Tensor> answers = answers_of(model->graph, read_npy(folder + "X.npy"));
  ASSERT_EQ(answers.size(), model->graph.outputs().size());
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string& name = model->graph.value(model->graph.outputs()[i]).name;
    compare(cat(GetParam(), " ", name), answers[i], read_npy(folder + name + ".npy"),
            allowed_ulps(GetParam()));
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Imported, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace tundish
