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

Outcome read_csv(const std::string& text, const DataContract& contract,
                 const ReadOptions& options = {}) {
  const TestFile file("rows.csv", text);
  return read_all(file.path(), contract, options);
}

TEST(Csv, matches_by_name_when_both_sides_have_names) {
  const Outcome outcome = read_csv("b,a\n1,2\n3,4\n", matrix_contract({"a", "b"}));
  EXPECT_EQ(outcome.values<double>(), (Doubles{2, 1, 4, 3})) << outcome.error;
  EXPECT_EQ(outcome.block.row_numbers, (std::vector<int64_t>{0, 1}));
  contains(outcome.report.notes[0], "matched by name");
}

TEST(Csv, matches_by_position_without_header) {
  EXPECT_EQ(read_csv("1,2\n3,4\n", matrix_contract({"a", "b"})).values<double>(),
            (Doubles{1, 2, 3, 4}));
  EXPECT_EQ(read_csv("x,y\n3,4", matrix_contract({}, 2)).values<double>(), (Doubles{3, 4}));
  EXPECT_EQ(read_csv("5,6,7\n", matrix_contract({})).values<double>(), (Doubles{5, 6, 7}));
}

TEST(Csv, takes_the_header_as_told) {
  ReadOptions options;
  options.header = HeaderRule::kYes;
  EXPECT_EQ(read_csv("1,2\n3,4\n", matrix_contract({}, 2), options).values<double>(),
            (Doubles{3, 4}));
  options.header = HeaderRule::kNo;
  contains(read_csv("a,b\n3,4\n", matrix_contract({"a", "b"}), options).error,
           "row 0 (line 1), column \"a\": \"a\" is not a number");
}

TEST(Csv, lists_all_missing_and_surplus_columns) {
  const Outcome outcome = read_csv("a,x,y\n1,2,3\n", matrix_contract({"a", "b", "c"}));
  EXPECT_EQ(outcome.code, ErrorCode::kInvalidArgument);
  contains(outcome.error,
           "the data lacks \"b\", \"c\"; it has columns that the model does not "
           "know: \"x\", \"y\"");
  ReadOptions ignore;
  ignore.surplus = SurplusRule::kIgnore;
  EXPECT_EQ(read_csv("x,a\n1,2\n", matrix_contract({"a"}), ignore).values<double>(), (Doubles{2}));
}

TEST(Csv, names_missing_and_surplus_columns_by_position) {
  contains(read_csv("1,2\n", matrix_contract({"a", "b", "c"})).error,
           "the model wants 3 columns, the data has 2; missing: \"c\"");
  contains(read_csv("1,2,3\n", matrix_contract({}, 2)).error, "surplus: \"column 3\"");
}

TEST(Csv, reads_quoted_cells_line_ends_and_a_byte_order_mark) {
  const Outcome outcome =
      read_csv("\xEF\xBB\xBFt,n\r\n\"a,\"\"b\"\"\nc\",\"1.5\"\r\n\"\",2\r\n",
               column_contract({{"t", DType::kString}, {"n", DType::kFloat64}}));
  EXPECT_EQ(outcome.values<std::string>(0), (Strings{"a,\"b\"\nc", ""})) << outcome.error;
  EXPECT_EQ(outcome.values<double>(1), (Doubles{1.5, 2}));
}

TEST(Csv, counts_lines_through_quoted_line_feeds) {
  contains(read_csv("t,n\n\"a\nb\",1\nc,x\n",
                    column_contract({{"t", DType::kString}, {"n", DType::kFloat64}}))
               .error,
           "row 1 (line 4), column \"n\": \"x\" is not a number");
}

TEST(Csv, reports_missing_cells_and_leaves_the_rest_to_the_model) {
  const Outcome outcome = read_csv("a,b\n1,\nNA,2\nnan,NULL\n", matrix_contract({"a", "b"}));
  EXPECT_EQ(outcome.report.missing_count, 4);
  EXPECT_EQ(outcome.report.first_missing, "row 0 (line 2), column \"b\"");
  EXPECT_TRUE(std::isnan(outcome.values<double>()[1]));
  DataContract finite = matrix_contract({"a", "b"});
  finite.inputs[0].allowed = AllowedValues::kFinite;
  contains(read_csv("a,b\n1,\n", finite).error,
           "row 0 (line 2), column \"b\": the value is missing, which the model refuses");
}

TEST(Csv, reads_infinities_where_they_are_allowed) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(read_csv("inf,-Infinity,1e400\n", matrix_contract({}, 3)).values<double>(),
            (Doubles{inf, -inf, inf}));
  DataContract contract = matrix_contract({}, 1);
  contract.inputs[0].allowed = AllowedValues::kFiniteOrNan;
  contains(read_csv("-inf\n", contract).error, "\"-inf\" is infinite in float64");
}

TEST(Csv, rounds_decimals_straight_to_the_type) {
  // Halfway between two float32 after rounding to double, but not before.
  const std::string text = "1.00000005960464477540\n";
  const Outcome outcome = read_csv(text, matrix_contract({}, 1, DType::kFloat32));
  EXPECT_EQ(outcome.values<float>()[0], 0x1.000002p0F);
  EXPECT_EQ(read_csv("0.1\n", matrix_contract({}, 1)).values<double>(), (Doubles{0.1}));
}

TEST(Csv, tells_several_faults_at_once) {
  const Outcome outcome = read_csv("a,b\nx,1\n2,y\n3\n", matrix_contract({"a", "b"}));
  contains(outcome.error, "row 0 (line 2), column \"a\": \"x\" is not a number");
  contains(outcome.error, "row 1 (line 3), column \"b\": \"y\" is not a number");
  contains(outcome.error, "row 2 (line 4): the row has 1 cell, expected 2");
  contains(outcome.error, "--on-error");
}

TEST(Csv, skips_or_blanks_bad_rows_when_told) {
  ReadOptions options;
  options.bad_rows = BadRowRule::kSkip;
  const std::string text = "a,b\n1,2\nx,3\n4,5\n6,7,8\n";
  Outcome outcome = read_csv(text, matrix_contract({"a", "b"}), options);
  EXPECT_EQ(outcome.values<double>(), (Doubles{1, 2, 4, 5}));
  EXPECT_EQ(outcome.block.row_numbers, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(outcome.report.row_count, 4);
  EXPECT_EQ(outcome.report.bad_row_count, 2);
  contains(outcome.report.bad_rows[1], "the row has 3 cells, expected 2");
  options.bad_rows = BadRowRule::kNull;
  outcome = read_csv(text, matrix_contract({"a", "b"}), options);
  EXPECT_EQ(outcome.block.bad, (std::vector<uint8_t>{0, 1, 0, 1}));
  EXPECT_TRUE(std::isnan(outcome.values<double>()[3]));
}

TEST(Csv, carries_kept_columns_along) {
  ReadOptions options;
  options.keep = {"id", "a"};
  const Outcome outcome = read_csv("id,a\nr1,2\nr2,03\n", matrix_contract({"a"}), options);
  EXPECT_EQ(outcome.values<double>(), (Doubles{2, 3})) << outcome.error;
  EXPECT_EQ(outcome.block.kept[0], (Strings{"r1", "r2"}));
  EXPECT_EQ(outcome.block.kept[1], (Strings{"2", "03"}));
  options.keep = {"nothing"};
  contains(read_csv("id,a\nr1,2\n", matrix_contract({"a"}), options).error, "\"nothing\"");
}

TEST(Csv, picks_the_text_column) {
  const std::string text = "id,message\n1,hello\n2,\n";
  contains(read_csv(text, text_contract(), {.header = HeaderRule::kYes}).error,
           "no text column \"text\"; the data has \"id\", \"message\": pick one with --column");
  ReadOptions options;
  options.text_column = "message";
  EXPECT_EQ(read_csv(text, text_contract(), options).values<std::string>(), (Strings{"hello", ""}));
  EXPECT_EQ(read_csv("text,id\nhello,1\n", text_contract()).values<std::string>(),
            (Strings{"hello"}));
  EXPECT_EQ(read_csv("one\n\ntwo\n", text_contract()).values<std::string>(),
            (Strings{"one", "", "two"}));
}

TEST(Csv, reads_integers_and_bools) {
  const auto contract = column_contract({{"i", DType::kInt64}, {"b", DType::kBool}});
  const Outcome outcome = read_csv("i,b\n-7,True\n3.0,0\n", contract);
  EXPECT_EQ(outcome.values<int64_t>(0), (std::vector<int64_t>{-7, 3})) << outcome.error;
  EXPECT_EQ(outcome.values<uint8_t>(1), (std::vector<uint8_t>{1, 0}));
  contains(read_csv("i,b\n1.5,0\n", contract).error, "\"1.5\" is not an integer (int64)");
  contains(read_csv("i,b\n,0\n", contract).error, "the value is missing");
  contains(read_csv("i,b\n1,2\n", contract).error, "\"2\" does not fit bool");
  contains(read_csv("i,b\n99999999999999999999,1\n", contract).error, "does not fit int64");
  EXPECT_EQ(read_csv("True\nFalse\n", matrix_contract({}, 1)).values<double>(), (Doubles{1, 0}));
}

TEST(Csv, gives_missing_strings_the_models_word) {
  DataContract contract = column_contract({{"s", DType::kString}});
  contract.inputs[0].missing_text = "nan";
  EXPECT_EQ(read_csv("s\na\n\n", contract).values<std::string>(), (Strings{"a", "nan"}));
}

TEST(Csv, refuses_broken_quoting_and_bad_utf8) {
  const auto contract = column_contract({{"s", DType::kString}, {"t", DType::kString}});
  contains(read_csv("s,t\n\"a\"b,c\n", contract).error, "broken quoting");
  contains(read_csv("s,t\na,\"b\n", contract).error, "broken quoting");
  contains(read_csv("s,t\n\xFF,b\n", contract).error, "is not UTF-8");
  EXPECT_EQ(read_csv("s,t\n5\" pipe,b\nc,d\n", contract).values<std::string>(0),
            (Strings{"5\" pipe", "c"}));
}

TEST(Csv, reads_empty_files_and_headers_alone) {
  EXPECT_EQ(read_csv("", matrix_contract({"a"})).report.row_count, 0);
  EXPECT_EQ(read_csv("\n\n", matrix_contract({"a"})).error, "");
  const Outcome outcome = read_csv("a,b\n", matrix_contract({"a", "b"}));
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.block.row_count(), 0);
}

TEST(Csv, refuses_columns_twice_and_other_separators) {
  contains(read_csv("a,a\n1,2\n", matrix_contract({"a"})).error, "columns twice: \"a\"");
  contains(read_csv("1;2\n", matrix_contract({})).error, "separated by ';'");
}

TEST(Csv, reads_tabs) {
  const TestFile file("rows.tsv", "a\tb\n1\t2\n");
  EXPECT_EQ(read_all(file.path(), matrix_contract({"b", "a"})).values<double>(), (Doubles{2, 1}));
}

TEST(Csv, reads_a_million_columns_and_limits_them) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += i == 0 ? "1" : ",1";
  EXPECT_EQ(read_csv(text, matrix_contract({})).values<double>().size(), 1'000'000U);
  contains(read_csv(text, matrix_contract({"a"})).error, "and 999987 more");
  ReadOptions options;
  options.limits.max_columns = 1000;
  EXPECT_EQ(read_csv(text, matrix_contract({}), options).code, ErrorCode::kLimit);
  options.limits.max_line_bytes = 1000;
  EXPECT_EQ(read_csv(text, matrix_contract({}), options).code, ErrorCode::kLimit);
}

TEST(Csv, reads_block_by_block) {
  std::string text = "a\n";
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
  const TestFile file("long.csv", text);
  auto reader = RowReader::open(file.path(), matrix_contract({"a"}), {});
  ASSERT_TRUE(reader);
  int64_t next_row = 0;
  while (true) {
    auto block = (*reader)->next(777);
    ASSERT_TRUE(block);
    if (!*block) break;
    const auto values = (*block)->inputs[0].tensor()->values<double>();
    EXPECT_EQ((*block)->row_numbers[0], next_row);
    for (const double value : values) ASSERT_EQ(value, static_cast<double>(next_row++));
  }
  EXPECT_EQ(next_row, 100'000);
}

}  // namespace
}  // namespace tundish
