#include <gtest/gtest.h>

#include <cmath>

#include "data/data_for_test.h"

namespace tundish {
namespace {

using data_test::column_contract;
using data_test::contains;
using data_test::matrix_contract;
using data_test::Outcome;
using data_test::read_all;
using data_test::TestFile;
using data_test::text_contract;
using Doubles = std::vector<double>;
using Strings = std::vector<std::string>;

Outcome read_jsonl(const std::string& text, const DataContract& contract,
                   const ReadOptions& options = {}) {
  const TestFile file("rows.jsonl", text);
  return read_all(file.path(), contract, options);
}

TEST(Jsonl, matches_objects_by_name) {
  const Outcome outcome =
      read_jsonl("{\"b\": 1, \"a\": 2.5}\n{\"a\": -0, \"b\": null}\n", matrix_contract({"a", "b"}));
  ASSERT_EQ(outcome.error, "");
  const Doubles values = outcome.values<double>();
  EXPECT_EQ(values[0], 2.5);
  EXPECT_EQ(values[1], 1);
  EXPECT_TRUE(std::signbit(values[2]));
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(outcome.report.first_missing, "row 1 (line 2), column \"b\"");
}

TEST(Jsonl, reads_arrays_and_single_values) {
  EXPECT_EQ(read_jsonl("[1, 2]\n[3,4]\n", matrix_contract({"a", "b"})).values<double>(),
            (Doubles{1, 2, 3, 4}));
  EXPECT_EQ(read_jsonl("[1, 2, 3]\n", matrix_contract({})).values<double>(), (Doubles{1, 2, 3}));
  EXPECT_EQ(read_jsonl(" 1e2 \n\n-0.5\ntrue\n", matrix_contract({}, 1)).values<double>(),
            (Doubles{100, -0.5, 1}));
  EXPECT_EQ(read_jsonl("\"a\\n\\u00fc\"\n\"b\"", text_contract()).values<std::string>(),
            (Strings{"a\nü", "b"}));
}

TEST(Jsonl, takes_objects_for_models_without_names) {
  const Outcome outcome =
      read_jsonl("{\"x\": 1, \"y\": 2}\n{\"y\": 4, \"x\": 3}\n", matrix_contract({}, 2));
  EXPECT_EQ(outcome.values<double>(), (Doubles{1, 2, 3, 4})) << outcome.error;
}

TEST(Jsonl, rounds_decimals_straight_to_the_type) {
  const Outcome outcome =
      read_jsonl("[1.00000005960464477540]\n1e39\n", matrix_contract({}, 1, DType::kFloat32));
  EXPECT_EQ(outcome.values<float>()[0], 0x1.000002p0F) << outcome.error;
  EXPECT_TRUE(std::isinf(outcome.values<float>()[1]));
  EXPECT_EQ(
      read_jsonl("{\"a\": 1e999, \"b\": 2}\n", matrix_contract({"a", "b"})).values<double>()[1], 2);
}

TEST(Jsonl, tells_missing_surplus_and_double_columns) {
  contains(read_jsonl("{\"a\": 1}\n", matrix_contract({"a", "b"})).error,
           "row 0 (line 1): the object lacks \"b\"");
  contains(read_jsonl("{\"a\": 1, \"z\": [1, {\"q\": null}]}\n", matrix_contract({"a"})).error,
           "columns that the model does not know: \"z\"");
  contains(read_jsonl("{\"a\": 1, \"a\": 2}\n", matrix_contract({"a"})).error, "twice");
  contains(read_jsonl("[1, 2, 3]\n", matrix_contract({"a"})).error,
           "the array has 3 values, the model wants 1");
  contains(read_jsonl("5\n", matrix_contract({"a", "b"})).error, "one value on the line");
}

TEST(Jsonl, refuses_values_of_the_wrong_kind) {
  contains(read_jsonl("{\"a\": \"x\"}\n", matrix_contract({"a"})).error,
           "column \"a\": \"x\" is not a number");
  contains(read_jsonl("{\"a\": [1]}\n", matrix_contract({"a"})).error, "nested value");
  contains(read_jsonl("{\"s\": 1}\n", column_contract({{"s", DType::kString}})).error,
           "\"1\" stands where a string should");
  contains(read_jsonl("null\n", text_contract()).error, "the value is missing");
}

TEST(Jsonl, refuses_lines_that_are_not_json) {
  for (const char* line : {"{\"a\": 01}", "{\"a\": +1}", "{\"a\": .5}", "{\"a\": 1", "{\"a\" 1}",
                           "{\"a\": 1} x", "{\"a\": nul}", "{\"a\": 1, \"z\": tru}", "[1,,2]",
                           "\"open", "{\"a\": NaN}", "1 2", "{\"a\": \"\xFF\"}", "nulll", "-"}) {
    ReadOptions options;
    options.surplus = SurplusRule::kIgnore;
    const Outcome outcome = read_jsonl(std::string(line) + "\n", matrix_contract({"a"}), options);
    EXPECT_EQ(outcome.code, ErrorCode::kInvalidArgument) << line;
    contains(outcome.error, "row 0 (line 1)");
  }
}

TEST(Jsonl, bounds_nesting) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(read_jsonl(deep + "\n", matrix_contract({"a"})).code, ErrorCode::kInvalidArgument);
  const std::string object =
      "{\"a\": 1, \"b\": " + std::string(5'000, '[') + "1" + std::string(5'000, ']') + "}\n";
  contains(read_jsonl(object, matrix_contract({"a"})).error, "not JSON");
}

TEST(Jsonl, skips_bad_rows_when_told) {
  ReadOptions options;
  options.bad_rows = BadRowRule::kSkip;
  const Outcome outcome =
      read_jsonl("{\"a\": 1}\nrubbish\n{\"a\": 3}\n", matrix_contract({"a"}), options);
  EXPECT_EQ(outcome.values<double>(), (Doubles{1, 3}));
  EXPECT_EQ(outcome.block.row_numbers, (std::vector<int64_t>{0, 2}));
}

TEST(Jsonl, carries_kept_values_along) {
  ReadOptions options;
  options.keep = {"id", "tags", "a"};
  const Outcome outcome = read_jsonl(
      "{\"id\": 7, \"tags\": [1, \"x\"], \"a\": 2}\n{\"id\": \"r\", \"tags\": null, \"a\": 3}\n",
      matrix_contract({"a"}), options);
  ASSERT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.block.kept[0], (Strings{"7", "r"}));
  EXPECT_EQ(outcome.block.kept[1], (Strings{"[1, \"x\"]", ""}));
  EXPECT_EQ(outcome.block.kept[2], (Strings{"2", "3"}));
}

TEST(Jsonl, picks_the_text_column) {
  ReadOptions options;
  options.text_column = "message";
  EXPECT_EQ(read_jsonl("{\"id\": 1, \"message\": \"hi\"}\n", text_contract(), options)
                .values<std::string>(),
            (Strings{"hi"}));
  contains(read_jsonl("{\"id\": 1}\n", text_contract()).error, "pick the text with --column");
}

TEST(Jsonl, gives_records_as_their_text) {
  DataContract contract = text_contract();
  contract.inputs[0].form = InputForm::kRecord;
  EXPECT_EQ(read_jsonl("{\"city\": \"Ulm\", \"n\": 2}\n", contract).values<std::string>(),
            (Strings{"{\"city\": \"Ulm\", \"n\": 2}"}));
  contains(read_jsonl("[1]\n", contract).error, "no JSON object");
  contains(read_jsonl("{\"a\": }\n", contract).error, "not JSON");
}

TEST(Jsonl, reads_empty_files) {
  EXPECT_EQ(read_jsonl("\n\n", matrix_contract({"a"})).error, "");
  EXPECT_EQ(read_jsonl("", text_contract()).report.row_count, 0);
}

}  // namespace
}  // namespace tundish
