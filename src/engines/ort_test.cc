// Refusals; answers on real models are in tests/engines/ort_engine_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engines/engine.h"
#include "ir/builder.h"
#include "ir/test_ops.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const Graph> absolute() {
  Builder b(test_ops::table(), "g");
  const ValueId x =
      b.input("x", ValueType::tensor(DType::kFloat32, std::vector<Dim>{Dim(3)})).value();
  EXPECT_TRUE(b.output(b.op("Abs", {x}).value(), "y"));
  return std::make_shared<const Graph>(std::move(b).finish().value());
}

std::string refusal(const EngineOptions& options) {
  const auto session = create_engine_session("ort", absolute(), test_ops::table(), options);
  return session.has_value() ? "none" : session.error().to_string();
}

TEST(OrtEngine, says_what_it_lacks) {
  EngineOptions options;
  EXPECT_THAT(refusal(options), HasSubstr("reads .onnx files: convert the model first"));
  options.model_path = "model.onnx";
  EXPECT_THAT(refusal(options), HasSubstr("TUNDISH_ORT_LIBRARY"));
  options.ort_library = "/no/such/libonnxruntime.so";
  EXPECT_THAT(refusal(options), HasSubstr("/no/such/libonnxruntime.so"));
  options.isa = "avx2";
  EXPECT_THAT(refusal(options), HasSubstr("chooses its instructions itself"));
  options.thread_count = -1;
  EXPECT_THAT(refusal(options), HasSubstr("thread count -1"));
}

}  // namespace
}  // namespace tundish
