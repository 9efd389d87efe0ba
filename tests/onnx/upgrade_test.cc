// Operators of old opsets answer what the ONNX specification says, once they are upgraded.
#include <cmath>

#include "import/onnx/test_models.h"
#include "import/onnx/upgrade/support/test_trees.h"
#include "run_graph.h"

namespace tundish {
namespace {

using namespace test_models;

/// The first output for these rows; undefined with a failure when there is none.
Tensor answer(const OneNode& one, const Tensor& rows, size_t output = 0) {
  const Result<Graph> graph = read_one(one, builtin_ops());
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  if (!graph.has_value()) return {};
  std::vector<Tensor> answers = answers_of(*graph, rows);
  EXPECT_GT(answers.size(), output);
  return answers.size() > output ? answers[output] : Tensor();
}

template <class T> void expect_values(const Tensor& tensor, const std::vector<T>& wanted) {
  constexpr bool kIsText = std::is_same_v<T, std::string>;
  ASSERT_EQ(tensor.dtype(), kIsText ? DType::kString : dtype_of<T>);
  const auto values = tensor.values<T>();
  ASSERT_EQ(values.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(wanted[i])) {
        EXPECT_TRUE(std::isnan(values[i])) << i;
        continue;
      }
    }
    EXPECT_EQ(values[i], wanted[i]) << i;
  }
}

const Tensor kSix = tensor_of<float>({1, 2, 3, 4, 5, 6}, Shape{2, 3});
const ValueType kSixType = floats({2, 3});

TEST(Upgraded, cast) {
  expect_values<int64_t>(
      answer({.op = "Cast", .opset = 1, .inputs = {floats({3})}, .attributes = {{"to", "INT64"}}},
             list_tensor<float>({-1.5F, 2.9F, 0})),
      {-1, 2, 0});
}

TEST(Upgraded, clip) {
  const Tensor rows = list_tensor<float>({-INFINITY, -2, NAN, 0.25F, INFINITY});
  const ValueType type = floats({5});
  const float most = std::numeric_limits<float>::max();
  for (const int64_t opset : {1, 6, 10}) {
    expect_values<float>(answer({.op = "Clip",
                                 .opset = opset,
                                 .inputs = {type},
                                 .attributes = {{"min", -1.0F}, {"max", 0.5F}}},
                                rows),
                         {-1, -1, NAN, 0.25F, 0.5F});
  }
  expect_values<float>(
      answer({.op = "Clip", .opset = 6, .inputs = {type}, .attributes = {{"min", -1.0F}}}, rows),
      {-1, -1, NAN, 0.25F, most});
  expect_values<float>(
      answer({.op = "Clip", .opset = 5, .inputs = {type}, .attributes = {{"min", -1.0F}}}, rows),
      {-1, -1, NAN, 0.25F, INFINITY});
  expect_values<float>(answer({.op = "Clip", .opset = 11, .inputs = {type}}, rows),
                       {-INFINITY, -2, NAN, 0.25F, INFINITY});
}

TEST(Upgraded, broadcast_along_an_axis) {
  const Attributes along_rows = {{"broadcast", int64_t{1}}, {"axis", int64_t{0}}};
  expect_values<float>(answer({.op = "Sub",
                               .opset = 6,
                               .inputs = {kSixType, list_tensor<float>({1, 10})},
                               .attributes = along_rows},
                              kSix),
                       {0, 1, 2, -6, -5, -4});
  expect_values<float>(answer({.op = "Sub",
                               .opset = 6,
                               .inputs = {kSixType, list_tensor<float>({1, 10, 100})},
                               .attributes = {{"broadcast", int64_t{1}}}},
                              kSix),
                       {0, -8, -97, 3, -5, -94});
  const Tensor less = answer({.op = "Less",
                              .opset = 1,
                              .inputs = {kSixType, list_tensor<float>({3, 5})},
                              .attributes = along_rows},
                             kSix);
  expect_values<bool>(less, {true, true, false, true, false, false});
}

TEST(Upgraded, concat) {
  const Tensor joined = answer(
      {.op = "Concat", .opset = 1, .inputs = {kSixType, tensor_of<float>({7, 8}, {2, 1})}}, kSix);
  EXPECT_EQ(joined.shape(), (Shape{2, 4}));
  expect_values<float>(joined, {1, 2, 3, 7, 4, 5, 6, 8});
}

TEST(Upgraded, label_encoder) {
  const Attributes attributes = {{"classes_strings", Strings{"a", "b"}}};
  const Strings words = {"b", "a", "z"};
  expect_values<int64_t>(answer({.op = "LabelEncoder",
                                 .inputs = {type_of(DType::kString, {3})},
                                 .attributes = attributes,
                                 .ml_opset = 1},
                                Tensor::of_strings(words)),
                         {1, 0, -1});
  expect_values<std::string>(answer({.op = "LabelEncoder",
                                     .inputs = {type_of(DType::kInt64, {3})},
                                     .attributes = with(attributes, {{"default_string", "?"}}),
                                     .ml_opset = 1},
                                    list_tensor<int64_t>({1, 0, 2})),
                             {"b", "a", "?"});
}

TEST(Upgraded, reductions) {
  struct Case {
    const char* op;
    int64_t opset;
    std::vector<float> rows, all;
  };
  const Case cases[] = {{"ReduceSum", 12, {6, 15}, {21}},
                        {"ReduceMean", 17, {2, 5}, {3.5F}},
                        {"ReduceMax", 17, {3, 6}, {6}},
                        {"ReduceMin", 17, {1, 4}, {1}},
                        {"ReduceProd", 17, {6, 120}, {720}}};
  for (const Case& one : cases) {
    for (const int64_t opset : {int64_t{1}, int64_t{11}, one.opset}) {
      const Tensor rows = answer({.op = one.op,
                                  .opset = opset,
                                  .inputs = {kSixType},
                                  .attributes = {{"axes", Ints{1}}, {"keepdims", int64_t{0}}}},
                                 kSix);
      EXPECT_EQ(rows.shape(), Shape{2});
      expect_values<float>(rows, one.rows);
      const Tensor all = answer({.op = one.op, .opset = opset, .inputs = {kSixType}}, kSix);
      EXPECT_EQ(all.shape(), (Shape{1, 1}));
      expect_values<float>(all, one.all);
    }
  }
}

TEST(Upgraded, shapes) {
  const auto shape = [](const char* op, int64_t opset, const Attributes& attributes,
                        const Shape& from) {
    std::vector<Dim> dims(from.dims().begin(), from.dims().end());
    const Tensor rows = kSix.reshaped(from);
    return answer({.op = op,
                   .opset = opset,
                   .inputs = {ValueType::tensor(DType::kFloat32, dims)},
                   .attributes = attributes},
                  rows)
        .shape();
  };
  EXPECT_EQ(shape("Reshape", 1, {{"shape", Ints{0, -1, 1}}}, {2, 3}), (Shape{2, 3, 1}));
  EXPECT_EQ(shape("Squeeze", 11, {{"axes", Ints{-1}}}, {1, 6, 1}), (Shape{1, 6}));
  EXPECT_EQ(shape("Squeeze", 1, {}, {1, 6, 1}), Shape{6});
  EXPECT_EQ(shape("Unsqueeze", 1, {{"axes", Ints{0, 3}}}, {2, 3}), (Shape{1, 2, 3, 1}));
}

TEST(Upgraded, slice) {
  expect_values<float>(
      answer(
          {.op = "Slice",
           .opset = 1,
           .inputs = {kSixType},
           .attributes = {{"starts", Ints{-2, 0}}, {"ends", Ints{1000, 1}}, {"axes", Ints{1, 0}}}},
          kSix),
      {2, 3});
  expect_values<float>(answer({.op = "Slice",
                               .opset = 9,
                               .inputs = {kSixType},
                               .attributes = {{"starts", Ints{1}}, {"ends", Ints{2}}}},
                              kSix),
                       {4, 5, 6});
}

TEST(Upgraded, sum) {
  expect_values<float>(
      answer({.op = "Sum",
              .opset = 1,
              .inputs = {floats({2}), list_tensor<float>({1, 2}), list_tensor<float>({10, 20})}},
             list_tensor<float>({100, 200})),
      {111, 222});
}

// x0 <= 0.5 or missing: 10; else x1 < 2: 20, else 30; and 100 from the other tree.
const Tensor kTreeRows = tensor_of<float>({0.5F, 9, 0.6F, 1.9F, 0.6F, 2, NAN, 0, 1, NAN}, {5, 2});
const ValueType kTreeType = floats({Dim::symbol("N"), 2});

TEST(Upgraded, trees_of_every_version) {
  const std::vector<float> wanted = {110, 120, 130, 110, 130};
  for (const int64_t version : {1, 3, 5}) {
    expect_values<float>(answer({.op = "TreeEnsembleRegressor",
                                 .inputs = {kTreeType},
                                 .attributes = regressor(),
                                 .ml_opset = version},
                                kTreeRows),
                         wanted);
  }
  expect_values<float>(answer({.op = "TreeEnsemble",
                               .inputs = {kTreeType},
                               .attributes = tree_ensemble<float>(),
                               .ml_opset = 5},
                              kTreeRows),
                       wanted);
}

TEST(Upgraded, tree_aggregates_and_base) {
  const std::pair<const char*, std::vector<float>> aggregates[] = {
      {"SUM", {110.5F, 120.5F, 130.5F, 110.5F, 130.5F}},
      {"AVERAGE", {55.5F, 60.5F, 65.5F, 55.5F, 65.5F}},
      {"MIN", {10.5F, 20.5F, 30.5F, 10.5F, 30.5F}},
      {"MAX", {100.5F, 100.5F, 100.5F, 100.5F, 100.5F}}};
  for (const auto& [name, wanted] : aggregates) {
    expect_values<float>(answer({.op = "TreeEnsembleRegressor",
                                 .inputs = {kTreeType},
                                 .attributes = with(regressor(), {{"aggregate_function", name},
                                                                  {"base_values", Floats{0.5F}}}),
                                 .ml_opset = 3},
                                kTreeRows),
                         wanted);
  }
}

TEST(Upgraded, tree_sets) {
  // x0 in {3, 4}: 10; x0 missing goes there too.
  const Attributes attributes =
      with(tree_ensemble<float>(), {{"tree_roots", Ints{0}},
                                    {"nodes_modes", list_tensor<uint8_t>({6, 1, 0})},
                                    {"membership_values", list_tensor<float>({3, 4, NAN})}});
  expect_values<float>(
      answer({.op = "TreeEnsemble", .inputs = {kTreeType}, .attributes = attributes, .ml_opset = 5},
             tensor_of<float>({3, 9, 4, 9, 3.5F, 1, NAN, 9, NAN, NAN}, {5, 2})),
      {10, 10, 20, 10, 10});
}

// Values of ONNX Runtime 1.31.1 for scores [1, 0] and [0, 2].
TEST(Upgraded, post_transforms) {
  const Attributes two = with(regressor(), {{"n_targets", int64_t{2}},
                                            {"nodes_treeids", Ints{0, 0, 0}},
                                            {"nodes_nodeids", Ints{0, 1, 2}},
                                            {"nodes_featureids", Ints{0, 0, 0}},
                                            {"nodes_values", Floats{0.5F, 0, 0}},
                                            {"nodes_modes", Strings{"BRANCH_LEQ", "LEAF", "LEAF"}},
                                            {"nodes_truenodeids", Ints{1, 0, 0}},
                                            {"nodes_falsenodeids", Ints{2, 0, 0}},
                                            {"nodes_missing_value_tracks_true", Tensor()},
                                            {"target_treeids", Ints{0, 0}},
                                            {"target_nodeids", Ints{1, 2}},
                                            {"target_ids", Ints{0, 1}},
                                            {"target_weights", Floats{1, 2}}});
  const std::pair<const char*, std::vector<float>> transforms[] = {
      {"NONE", {1, 0, 0, 2}},
      {"SOFTMAX", {0.7310586F, 0.26894143F, 0.11920292F, 0.880797F}},
      {"LOGISTIC", {0.7310586F, 0.5F, 0.5F, 0.880797F}},
      {"SOFTMAX_ZERO", {1, 0, 0, 1}},
      {"PROBIT", {INFINITY, -INFINITY, -INFINITY, NAN}}};
  for (const auto& [name, wanted] : transforms) {
    const Tensor scores = answer({.op = "TreeEnsembleRegressor",
                                  .inputs = {kTreeType},
                                  .attributes = with(two, {{"post_transform", name}}),
                                  .ml_opset = 3},
                                 tensor_of<float>({0, 0, 1, 0}, {2, 2}));
    ASSERT_EQ(scores.element_count(), 4) << name;
    for (size_t i = 0; i < 4; ++i) {
      const float value = scores.values<float>()[i];
      if (std::isnan(wanted[i])) {
        EXPECT_TRUE(std::isnan(value)) << name;
      } else {
        EXPECT_FLOAT_EQ(value, wanted[i]) << name << " " << i;
      }
    }
  }
}

TEST(Upgraded, classifier) {
  const OneNode node = {.op = "TreeEnsembleClassifier",
                        .inputs = {kTreeType},
                        .attributes = classifier(),
                        .output_count = 2,
                        .ml_opset = 3};
  expect_values<int64_t>(answer(node, kTreeRows, 0), {10, 11, 12, 10, 12});
  expect_values<float>(answer(node, kTreeRows, 1),
                       {1, 0, 0.5F, 0, 1, 0.5F, 0.25F, 0, 1.5F, 1, 0, 0.5F, 0.25F, 0, 1.5F});
}

}  // namespace
}  // namespace tundish
