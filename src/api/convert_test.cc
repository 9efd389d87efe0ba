#include "tundish/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/metadata.h"
#include "api/model_for_test.h"
#include "base/hash.h"
#include "tundish/session.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kFrame = "scikit-learn-1.9.1/frame_iforest/model.z3.joblib";

TEST(Convert, gives_the_same_bytes_twice) {
  ConvertOptions options;
  options.metadata = {{"team", "fraud"}};
  const Conversion one = must(convert(open_golden(), options));
  options.check.thread_count = 2;  // how it was checked is not what it is
  const Conversion two = must(convert(open_golden(), options));
  EXPECT_TRUE(one.bytes == two.bytes);
  ASSERT_TRUE(one.check);
  EXPECT_TRUE(one.check->equal);
  EXPECT_TRUE(one.check->bit_identical);
  EXPECT_EQ(one.check->model_sha256, sha256_hex(as_bytes(one.bytes)));
}

TEST(Convert, the_file_tells_where_it_came_from) {
  const auto source = open_golden(kFrame);
  ConvertOptions options;
  options.metadata = {{"team", "fraud"}, {"note", "a \"quoted\" line\nand more"}};
  options.name = "door";
  const auto model = must(model_of(must(convert(source, options)).bytes));
  EXPECT_EQ(model->source().sha256, source->sha256());
  EXPECT_EQ(model->source().version, source->source().version);
  EXPECT_EQ(model->source().estimator, source->source().estimator);
  EXPECT_EQ(model->contract().names, source->contract().names);
  EXPECT_FALSE(model->contract().names.empty());
  EXPECT_EQ(model->contract().hash, source->contract().hash);
  EXPECT_EQ(model->contract().accepts_nan, source->contract().accepts_nan);
  EXPECT_EQ(model->default_method(), source->default_method());
  EXPECT_EQ(model->impl().graph->name(), "door");
  const Graph& graph = *model->impl().graph;
  ASSERT_NE(graph.find_metadata("note"), nullptr);
  EXPECT_EQ(*graph.find_metadata("note"), "a \"quoted\" line\nand more");
  EXPECT_EQ(*graph.find_metadata("team"), "fraud");
  ASSERT_NE(graph.find_metadata(kCertificateKey), nullptr);
  EXPECT_THAT(*graph.find_metadata(kCertificateKey), HasSubstr("\"equal\":true"));
  ASSERT_NE(graph.find_metadata(kGoldenRowsKey), nullptr);
}

TEST(Convert, a_file_may_go_without_a_certificate_but_keeps_golden_rows) {
  ConvertOptions options;
  options.check_model = false;
  const Conversion conversion = must(convert(open_golden(), options));
  EXPECT_FALSE(conversion.check);
  const auto model = must(model_of(conversion.bytes));
  EXPECT_EQ(model->impl().graph->find_metadata(kCertificateKey), nullptr);
  Session session = must(Session::create(model));
  EXPECT_TRUE(session.self_test());
}

TEST(Convert, an_old_certificate_does_not_outlive_a_conversion_without_check) {
  ConvertOptions options;
  options.check_model = false;
  const auto again = must(model_of(must(convert(converted(), options)).bytes));
  const std::string* certificate = again->impl().graph->find_metadata(kCertificateKey);
  ASSERT_NE(certificate, nullptr);
  EXPECT_THAT(*certificate, HasSubstr("\"equal\":false"));
  EXPECT_THAT(*certificate, HasSubstr("not checked"));
  EXPECT_EQ(again->source().version, "1.9.1");
}

TEST(Convert, plain_onnx_does_not_gain_a_contract) {
  const auto source = open_golden("onnx_import/random_forest/model.onnx");
  const auto model = must(model_of(must(convert(source)).bytes));
  EXPECT_FALSE(model->contract().present);
  EXPECT_TRUE(model->methods().empty());
}

TEST(Convert, refuses_metadata_keys_that_are_its_own) {
  ConvertOptions options;
  options.metadata = {{"tundish.contract", "{}"}};
  const std::string text = refusal_of(convert(open_golden(), options));
  EXPECT_THAT(text, HasSubstr("tundish.contract"));
  EXPECT_THAT(text, HasSubstr("one_feature"));  // the file
  options.metadata = {{"", "x"}};
  EXPECT_THAT(refusal_of(convert(open_golden(), options)), HasSubstr("empty"));
}

TEST(Convert, refuses_an_opset_that_there_is_not) {
  ConvertOptions options;
  options.opset = 9999;
  const auto conversion = convert(open_golden(), options);
  ASSERT_FALSE(conversion);
  EXPECT_EQ(conversion.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(conversion.error().to_string(), HasSubstr("9999"));
}

TEST(Convert, a_model_with_other_labels_is_not_given_out) {
  const auto source = open_golden();
  CheckRows rows{{golden_array("scikit-learn-1.9.1/one_feature/X.npy")}};
  Tensor labels =
      must(Tensor::copy_of(golden_array("scikit-learn-1.9.1/one_feature/predict.npy").view()));
  labels.mutable_values<int64_t>()[17] *= -1;
  ConvertOptions options;
  options.check.data = rows;
  options.check.expected = {{"predict", labels}};
  const Conversion conversion = must(convert(source, options));
  EXPECT_TRUE(conversion.bytes.empty());
  ASSERT_TRUE(conversion.check && conversion.check->expected);
  EXPECT_FALSE(conversion.check->equal);
  EXPECT_EQ(conversion.check->expected->worst, "predict of row 17");
}

TEST(Convert, can_be_cancelled) {
  ConvertOptions options;
  options.check.progress = [](uint64_t, uint64_t) { return false; };
  const auto conversion = convert(open_golden(), options);
  ASSERT_FALSE(conversion);
  EXPECT_EQ(conversion.error().code(), ErrorCode::kCancelled);
}

TEST(Convert, lists_the_formats_it_reads) {
  bool forest = false;
  for (const FormatRow& row : supported_formats()) {
    EXPECT_FALSE(row.library.empty() || row.name.empty());
    forest |= row.name.find("IsolationForest") != std::string::npos;
  }
  EXPECT_TRUE(forest);
}

}  // namespace
}  // namespace tundish
