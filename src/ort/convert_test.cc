#include "ort/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "ort/session.h"

namespace tundish {
namespace {

constexpr const char* kVariable = "TUNDISH_ORT_LIBRARY";
constexpr const char* kModel =
    TUNDISH_SOURCE_DIR "/tests/golden/onnx_import/random_forest/model.onnx";

Tensor rows_of(std::initializer_list<float> values) {
  return Tensor::of(std::span<const float>(values.begin(), values.size()),
                    Shape{static_cast<int64_t>(values.size())});
}

TEST(OrtConversion, keeps_every_kind_of_value) {
  const char* path = std::getenv(kVariable);
  if (path == nullptr || *path == 0) GTEST_SKIP() << kVariable << " names no library";
  const auto library = ort::Library::load(path).value();
  const auto session = ort::Session::open(library, kModel, {}).value();
  const std::vector<std::string> words = {"", "a", "\xc3\xa9t\xc3\xa9"};
  const Tensor texts = Tensor::of_strings(words);
  const Value kinds[] = {
      Value(texts),
      Value(Sequence{{Value(rows_of({1, 2})), Value(rows_of({3}))}}),
  };
  for (const Value& value : kinds) {
    const auto feed = session->feed({&value, 1}).value();
    const Value back = session->copy(*feed, 0).value();
    if (const Tensor* tensor = value.tensor()) {
      const auto got = back.tensor()->values<std::string>();
      EXPECT_TRUE(std::equal(got.begin(), got.end(), tensor->values<std::string>().begin()));
    } else {
      ASSERT_EQ(back.sequence()->items.size(), 2u);
      EXPECT_EQ(back.sequence()->items[1].tensor()->values<float>()[0], 3.0F);
    }
  }
}

}  // namespace
}  // namespace tundish
