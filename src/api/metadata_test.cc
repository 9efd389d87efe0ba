#include "api/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "api/model_for_test.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

FeatureContract whole_contract() {
  FeatureContract contract;
  contract.present = true;
  contract.input_kind = "columns";
  contract.names = {"amount",
                    "gr\xc3\xb6\xc3\x9f"
                    "e \"x\""};
  contract.count = 2;
  contract.dtype = DType::kFloat32;
  contract.accepts_nan = true;
  contract.accepts_float32_overflow = true;
  contract.estimator = "IsolationForest";
  contract.hash = "0123";
  return contract;
}

TEST(Metadata, contract_comes_back_whole) {
  FeatureContract contract = whole_contract();
  const FeatureContract back = must(parse_contract(contract_json(contract)));
  EXPECT_TRUE(back.present);
  EXPECT_EQ(back.input_kind, contract.input_kind);
  EXPECT_EQ(back.names, contract.names);
  EXPECT_EQ(back.count, 2);
  EXPECT_EQ(back.dtype, DType::kFloat32);
  EXPECT_TRUE(back.accepts_nan);
  EXPECT_FALSE(back.accepts_infinity);
  EXPECT_TRUE(back.accepts_float32_overflow);
  EXPECT_FALSE(back.accepts_no_rows);
  EXPECT_EQ(back.estimator, contract.estimator);
  EXPECT_EQ(back.hash, contract.hash);
  contract.accepts_nan = false;
  contract.accepts_infinity = contract.accepts_no_rows = true;
  const FeatureContract other = must(parse_contract(contract_json(contract)));
  EXPECT_FALSE(other.accepts_nan);
  EXPECT_TRUE(other.accepts_infinity);
  EXPECT_TRUE(other.accepts_no_rows);
}

TEST(Metadata, methods_keep_their_order) {
  MethodTable table;
  table.default_method = "score";
  table.methods = {{"score", {"a", "b"}, "as is", DType::kFloat64},
                   {"label", {"c"}, "rows", DType::kInt64}};
  const MethodTable back = must(parse_methods(methods_json(table)));
  EXPECT_EQ(back.default_method, "score");
  ASSERT_EQ(back.methods.size(), 2u);
  EXPECT_EQ(back.methods[0].name, "score");
  EXPECT_EQ(back.methods[0].outputs, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(back.methods[1].shape, "rows");
  EXPECT_EQ(back.methods[1].dtype, DType::kInt64);
}

TEST(Metadata, source_comes_back_whole) {
  const SourceDescription source{"model.joblib", "ab12", "scikit-learn", "1.2.2", "Pipeline(A, B)"};
  const SourceDescription back = must(parse_source(source_json(source)));
  EXPECT_EQ(back.file_name, source.file_name);
  EXPECT_EQ(back.sha256, source.sha256);
  EXPECT_EQ(back.library, source.library);
  EXPECT_EQ(back.version, source.version);
  EXPECT_EQ(back.estimator, source.estimator);
}

template <class T> Tensor tensor_of(std::initializer_list<T> values) {
  return Tensor::of(std::span<const T>(values.begin(), values.size()));
}

TEST(Metadata, golden_rows_keep_every_bit) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  GoldenRows rows;
  rows.inputs = {{"X", tensor_of<double>({0.1, -0.0, nan, inf, -inf, 5e-324})},
                 {"f", tensor_of<float>({0.1f, 3.4028235e38f})}};
  const std::vector<std::string> texts = {"a \"b\"", ""};
  rows.outputs = {
      {"text", Tensor::of_strings(texts)},        {"i64", tensor_of<int64_t>({-1, INT64_MAX})},
      {"i32", tensor_of<int32_t>({INT32_MIN})},   {"i16", tensor_of<int16_t>({-7})},
      {"i8", tensor_of<int8_t>({-128})},          {"u64", tensor_of<uint64_t>({UINT64_MAX})},
      {"u32", tensor_of<uint32_t>({UINT32_MAX})}, {"u16", tensor_of<uint16_t>({65'535})},
      {"u8", tensor_of<uint8_t>({255})}};
  const GoldenRows back = must(parse_golden_rows(golden_rows_json(rows)));
  ASSERT_EQ(back.inputs.size(), 2u);
  ASSERT_EQ(back.outputs.size(), rows.outputs.size());
  const auto wanted = rows.inputs[0].second.values<double>();
  const auto found = back.inputs[0].second.values<double>();
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (std::isnan(wanted[i])) {
      EXPECT_TRUE(std::isnan(found[i]));
    } else {
      EXPECT_EQ(std::bit_cast<uint64_t>(found[i]), std::bit_cast<uint64_t>(wanted[i])) << i;
    }
  }
  EXPECT_EQ(back.inputs[1].second.values<float>()[0], 0.1f);
  EXPECT_EQ(back.outputs[0].second.values<std::string>()[0], "a \"b\"");
  EXPECT_EQ(back.outputs[1].second.values<int64_t>()[1], INT64_MAX);
  EXPECT_EQ(back.outputs[4].second.values<int8_t>()[0], -128);
  EXPECT_EQ(back.outputs[5].second.values<uint64_t>()[0], UINT64_MAX);
  EXPECT_EQ(back.outputs[8].second.values<uint8_t>()[0], 255);
}

TEST(Metadata, golden_rows_of_booleans) {
  Tensor flags = must(Tensor::allocate(DType::kBool, Shape{2, 1}));
  flags.mutable_values<uint8_t>()[1] = 1;
  GoldenRows rows;
  rows.outputs = {{"flag", flags}};
  std::string json = golden_rows_json(rows);
  const GoldenRows back = must(parse_golden_rows(json));
  EXPECT_EQ(back.outputs[0].second.shape(), (Shape{2, 1}));
  EXPECT_EQ(back.outputs[0].second.values<uint8_t>()[0], 0);
  EXPECT_EQ(back.outputs[0].second.values<uint8_t>()[1], 1);
  json.replace(json.find("\"true\""), 6, "\"trve\"");
  EXPECT_THAT(refusal_of(parse_golden_rows(json)), HasSubstr("damaged"));
}

std::string golden_with(std::string_view tensor) {
  return cat(R"({"schema":"tundish.golden_rows/1","inputs":{"X":)", tensor, R"(},"outputs":{}})");
}

TEST(Metadata, refuses_damaged_golden_rows) {
  EXPECT_TRUE(
      parse_golden_rows(golden_with(R"({"dtype":"float64","shape":[2],"values":["1","2"]})")));
  for (const char* tensor : {
           R"(7)",
           R"({"dtype":"float64","shape":[3],"values":["1","2"]})",
           R"({"dtype":"float64","shape":[-1],"values":[]})",
           R"({"dtype":"float64","shape":[4294967296,4294967296],"values":[]})",
           R"({"dtype":"float64","shape":["2"],"values":["1","2"]})",
           R"({"dtype":"float64","shape":[1],"values":["1x"]})",
           R"({"dtype":"float64","shape":[1],"values":[""]})",
           R"({"dtype":"uint8","shape":[1],"values":["256"]})",
           R"({"dtype":"complex64","shape":[1],"values":["1"]})",
           R"({"dtype":"nonsense","shape":[1],"values":["1"]})",
           R"({"shape":[1],"values":["1"]})",
       }) {
    EXPECT_FALSE(parse_golden_rows(golden_with(tensor))) << tensor;
  }
  EXPECT_FALSE(parse_golden_rows(R"({"schema":"tundish.golden_rows/1"})"));
}

TEST(Metadata, texts_do_not_change) {
  EXPECT_EQ(contract_json(whole_contract()),
            R"({"schema":"tundish.contract/1","kind":"columns","count":2,)"
            "\"names\":[\"amount\",\"gr\xc3\xb6\xc3\x9f"
            R"(e \"x\""],"dtype":"float32","hash":"0123","estimator":"IsolationForest",)"
            R"("accepts":{"nan":true,"infinity":false,"float32_overflow":true,"no_rows":false}})");
  EXPECT_EQ(methods_json({{{"label", {"c"}, "rows", DType::kInt64}}, "label"}),
            R"({"schema":"tundish.methods/1","default":"label",)"
            R"("methods":{"label":{"outputs":["c"],"shape":"rows","dtype":"int64"}}})");
  EXPECT_EQ(methods_json({}), R"({"schema":"tundish.methods/1","default":"","methods":{}})");
  GoldenRows rows;
  rows.inputs = {{"X", tensor_of<double>({0.1, -0.0})}};
  EXPECT_EQ(golden_rows_json(rows),
            R"({"schema":"tundish.golden_rows/1","inputs":{"X":{"dtype":"float64","shape":[2],)"
            R"("values":["0.1","-0"]}},"outputs":{}})");
}

TEST(Metadata, refuses_members_of_another_kind) {
  for (const char* member :
       {R"("kind":1)", R"("count":"2")", R"("count":2.5)", R"("names":"a")", R"("names":[1])",
        R"("dtype":[])", R"("accepts":[])", R"("accepts":{"nan":1})", R"("hash":"a","hash":"b")"}) {
    const std::string accepts = R"("accepts":{})";
    const bool has_own = std::string_view(member).starts_with("\"accepts");
    const std::string text = cat(R"({"schema":"tundish.contract/1",)", has_own ? "" : accepts,
                                 has_own ? "" : ",", member, "}");
    EXPECT_THAT(refusal_of(parse_contract(text)), HasSubstr("tundish.contract")) << text;
  }
  const auto methods = [](std::string_view value) {
    return refusal_of(
        parse_methods(cat(R"({"schema":"tundish.methods/1","methods":{"label":)", value, "}}")));
  };
  EXPECT_THAT(methods("3"), HasSubstr("\"label\""));
  EXPECT_THAT(methods(R"({"outputs":[[]]})"), HasSubstr("\"outputs\""));
  EXPECT_THAT(refusal_of(parse_source(R"({"schema":"tundish.source/1","file":null})")),
              HasSubstr("\"file\""));
}

TEST(Metadata, names_the_key_that_is_damaged) {
  EXPECT_THAT(refusal_of(parse_contract("{")), HasSubstr("tundish.contract"));
  EXPECT_THAT(refusal_of(parse_contract("[]")), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal_of(parse_contract("{}")), HasSubstr("no schema"));
  const auto newer = parse_contract(R"({"schema":"tundish.contract/2"})");
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(newer.error().to_string(), HasSubstr("tundish.contract/1"));
  EXPECT_THAT(refusal_of(parse_contract(R"({"schema":"tundish.contract/1"})")),
              HasSubstr("accepted"));
  EXPECT_THAT(refusal_of(parse_methods(R"({"schema":"tundish.methods/1","methods":3})")),
              HasSubstr("tundish.methods"));
  EXPECT_FALSE(parse_source("\xff"));
  const std::string deep(100'000, '[');
  EXPECT_FALSE(parse_source(deep));
}

TEST(Metadata, a_model_with_a_damaged_entry_is_refused) {
  Graph graph = *converted()->impl().graph;
  graph.set_metadata(std::string(kMethodsKey), "no table");
  EXPECT_THAT(refusal_of(model_of(must(export_onnx(graph, builtin_ops())))),
              HasSubstr("tundish.methods"));
}

TEST(Metadata, certificate_holds_what_was_proven) {
  CheckReport report;
  report.engine = "native";
  report.isa = "generic";
  report.equal = true;
  report.given_rows = 3;
  report.max_abs = std::numeric_limits<double>::infinity();
  report.statements = {"one", "two"};
  report.expected = CheckReport::Expected{3, 1, 0.5, 7, "predict of row 2"};
  const auto json = nlohmann::json::parse(certificate_json(report));
  EXPECT_EQ(json["schema"], "tundish.certificate/1");
  EXPECT_EQ(json["rows"]["given"], 3);
  EXPECT_EQ(json["scores"]["max_abs"], "inf");
  EXPECT_EQ(json["proven"]["statements"].size(), 2u);
  EXPECT_EQ(json["original_answers"]["labels_different"], 1);
  report.expected.reset();
  EXPECT_FALSE(nlohmann::json::parse(certificate_json(report)).contains("original_answers"));
}

}  // namespace
}  // namespace tundish
