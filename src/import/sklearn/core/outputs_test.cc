#include "import/sklearn/core/outputs.h"

#include <gtest/gtest.h>

#include "import/sklearn/core/test_models.h"

namespace tundish::sklearn {
namespace {

TEST(Outputs, names_are_those_of_skl2onnx_or_the_methods_own) {
  EXPECT_EQ(output_name(EstimatorKind::kTransformer, "transform"), "variable");
  EXPECT_EQ(output_name(EstimatorKind::kRegressor, "predict"), "variable");
  EXPECT_EQ(output_name(EstimatorKind::kClassifier, "predict"), "label");
  EXPECT_EQ(output_name(EstimatorKind::kClassifier, "predict_proba"), "probabilities");
  EXPECT_EQ(output_name(EstimatorKind::kClassifier, "decision_function"), "decision_function");
  EXPECT_EQ(output_name(EstimatorKind::kOutlierDetector, "decision_function"), "scores");
  EXPECT_EQ(output_name(EstimatorKind::kOutlierDetector, "score_samples"), "score_samples");
  EXPECT_EQ(output_name(EstimatorKind::kClusterer, "transform"), "scores");
}

TEST(Outputs, default_method_by_kind) {
  Description description;
  EXPECT_EQ(default_method(description), "transform");
  description.kind = EstimatorKind::kClassifier;
  description.methods = {"predict"};
  EXPECT_EQ(default_method(description), "predict");
  description.methods = {"predict", "decision_function"};
  EXPECT_EQ(default_method(description), "decision_function");
  description.methods = {"predict", "decision_function", "predict_proba"};
  EXPECT_EQ(default_method(description), "predict_proba");
  description.kind = EstimatorKind::kOutlierDetector;
  EXPECT_EQ(default_method(description), "decision_function");
}

TEST(Outputs, contract_hash_sees_names_order_count_and_type) {
  FeatureContract contract;
  contract.count = 2;
  contract.dtype = DType::kFloat64;
  contract.names = {"a", "b"};
  const std::string hash = contract_hash(contract);
  EXPECT_EQ(hash, contract_hash(contract));
  const auto differs = [&](FeatureContract other) { return contract_hash(other) != hash; };
  FeatureContract other = contract;
  other.names = {"b", "a"};
  EXPECT_TRUE(differs(other));
  other.names = {"a b"};
  EXPECT_TRUE(differs(other));
  other = contract;
  other.dtype = DType::kFloat32;
  EXPECT_TRUE(differs(other));
  other = contract;
  other.count = 3;
  EXPECT_TRUE(differs(other));
}

TEST(Outputs, feature_names_enter_the_contract) {
  const std::string names =
      py::array({2},
                py::global("numpy", "dtype") +
                    py::tuple({py::text("O8"), py::boolean(false), py::boolean(true)}) + "R" +
                    py::tuple({py::integer(3), py::text("|"), py::none(), py::none(), py::none(),
                               py::integer(-1), py::integer(-1), py::integer(63)}) +
                    "b",
                "");
  // Object arrays carry a list where numbers carry bytes.
  std::string text = names;
  const std::string empty_bytes = py::bytes("");
  text.replace(text.rfind(empty_bytes), empty_bytes.size(),
               py::list({py::text("bytes_in"), py::text("Gr\xc3\xb6\xc3\x9f"
                                                        "e")}));
  const Result<ImportedModel> model =
      import_value(scaler(with(scaler_state(), "feature_names_in_", text)));
  ASSERT_TRUE(model) << message(model);
  EXPECT_EQ(model->contract.names, (std::vector<std::string>{"bytes_in",
                                                             "Gr\xc3\xb6\xc3\x9f"
                                                             "e"}));
  EXPECT_EQ(model->contract.input_kind, "matrix");
  const Result<ImportedModel> nameless = import_value(scaler());
  EXPECT_NE(model->contract.hash, nameless->contract.hash);
  EXPECT_EQ(model->contract.hash.size(), 64u);
}

}  // namespace
}  // namespace tundish::sklearn
