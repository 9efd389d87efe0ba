#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

const OpTable& recurrent_ops() {
  static constexpr OpDef kRows[] = {{.name = "GRU", .inputs = {3, 6}, .infer = infer_first},
                                    {.name = "LSTM", .inputs = {3, 8}, .infer = infer_first},
                                    {.name = "RNN", .inputs = {3, 6}, .infer = infer_first}};
  static const std::span<const OpDef> kGroups[] = {kRows};
  static const ListedOps kOps(kGroups);
  return kOps;
}

TEST(LiftRecurrent, the_flag_for_outputs_is_dropped) {
  for (const char* op : {"GRU", "LSTM", "RNN"}) {
    const std::string text = text_of(
        read_one({.op = op,
                  .opset = 6,
                  .inputs = {floats({1, 1, 1}), floats({1, 4, 1}), floats({1, 4, 1})},
                  .attributes = {{"output_sequence", int64_t{1}}, {"hidden_size", int64_t{1}}}},
                 recurrent_ops()));
    EXPECT_NE(text.find("(%A, %B, %C) : float32[?...] {hidden_size = 1}\n"), std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace tundish
