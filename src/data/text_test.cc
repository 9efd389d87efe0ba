// Texts in, and rows out as csv, tsv and JSON Lines.
#include <gtest/gtest.h>

#include <cmath>

#include "data/data_for_test.h"
#include "data/row_writer.h"

namespace tundish {
namespace {

using data_test::contains;
using data_test::matrix_contract;
using data_test::read_all;
using data_test::TestFile;
using data_test::text_contract;
using Strings = std::vector<std::string>;

TEST(TextReader, reads_a_text_a_line) {
  const TestFile file("lines.txt", "one\r\n\nzwei \xE2\x80\xA8 x\nlast");
  EXPECT_EQ(read_all(file.path(), text_contract()).values<std::string>(),
            (Strings{"one", "", "zwei \xE2\x80\xA8 x", "last"}));
}

TEST(TextReader, refuses_models_of_columns_and_bad_utf8) {
  const TestFile file("bad.txt", "ok\n\xFF\n");
  contains(read_all(file.path(), matrix_contract({}, 2)).error, "one text a line");
  contains(read_all(file.path(), text_contract()).error, "row 1 (line 2): \"\\xff\" is not UTF-8");
  contains(read_all(file.path(), text_contract(), {.keep = {"a"}}).error, "--keep");
}

/// What one block looks like in a file of this name.
std::string written(const std::string& name, std::vector<DataOutput> outputs,
                    const std::vector<Value>& values, const WriteOptions& options = {},
                    const std::vector<Strings>& kept = {}, const std::vector<uint8_t>& bad = {}) {
  const TestFile file(name);
  auto writer = RowWriter::open(file.path(), std::move(outputs), options);
  if (!writer) return writer.error().to_string();
  const int64_t rows[] = {0, 5};
  const Status status = (*writer)->write({rows, values, kept, bad});
  if (!status) return status.error().to_string();
  EXPECT_FALSE(file.exists());
  EXPECT_TRUE((*writer)->finish());
  return file.contents();
}

template <class T> Value array(const std::vector<T>& values, const Shape& shape) {
  return Tensor::of(std::span<const T>(values), shape);
}

TEST(TextWriter, writes_csv_with_rows_labels_and_scores) {
  const Strings labels = {"ham", "a,\"b\"\nc"};
  EXPECT_EQ(written("answers.csv",
                    {{"predict", DType::kString, {}}, {"predict_proba", DType::kFloat64, {2}}},
                    {Value(Tensor::of_strings(labels)),
                     array<double>({0.1, 1e300, NAN, -HUGE_VAL}, Shape{2, 2})}),
            "row,predict,predict_proba_0,predict_proba_1\n"
            "0,ham,0.1,1e+300\n"
            "5,\"a,\"\"b\"\"\nc\",nan,-inf\n");
}

TEST(TextWriter, writes_kept_columns_and_given_names) {
  WriteOptions options;
  options.keep = {"id"};
  options.row_column = RowColumn::kLeaveOut;
  EXPECT_EQ(written("kept.tsv", {{"p", DType::kFloat32, {2}, false, {"no", "yes"}}},
                    {array<float>({0.1F, 2, 3, 4}, Shape{2, 2})}, options, {{"a\tb", "c,d"}}),
            "id\tno\tyes\n\"a\tb\"\t0.1\t2\nc,d\t3\t4\n");
}

TEST(TextWriter, writes_json_lines) {
  WriteOptions options;
  options.keep = {"id"};
  EXPECT_EQ(
      written("answers.jsonl", {{"predict", DType::kInt64, {}}, {"score", DType::kFloat64, {2}}},
              {array<int64_t>({1, -2}, Shape{2}),
               array<double>({0.5, NAN, HUGE_VAL, -HUGE_VAL}, Shape{2, 2})},
              options, {{"q\"\n\x01", "\xC3\xBC"}}),
      "{\"row\": 0, \"id\": \"q\\\"\\n\\u0001\", \"predict\": 1, \"score\": [0.5, null]}\n"
      "{\"row\": 5, \"id\": \"\xC3\xBC\", \"predict\": -2, \"score\": [1e999, -1e999]}\n");
}

TEST(TextWriter, writes_bad_rows_as_null) {
  const std::vector<Value> values = {array<int64_t>({1, 2}, Shape{2}),
                                     array<double>({1, 2, 3, 4}, Shape{2, 2})};
  const std::vector<DataOutput> outputs = {{"predict", DType::kInt64, {}},
                                           {"p", DType::kFloat64, {2}}};
  EXPECT_EQ(written("bad.csv", outputs, values, {}, {}, {0, 1}),
            "row,predict,p_0,p_1\n0,1,1,2\n5,,,\n");
  EXPECT_EQ(written("bad.jsonl", outputs, values, {}, {}, {1, 0}),
            "{\"row\": 0, \"predict\": null, \"p\": null}\n"
            "{\"row\": 5, \"predict\": 2, \"p\": [3, 4]}\n");
}

TEST(TextWriter, writes_every_number_type) {
  const std::vector<uint16_t> halves = {0x3800, 0xFC00};
  const std::vector<uint8_t> truths = {1, 0};
  std::vector<DataOutput> outputs;
  std::vector<Value> values;
  const auto add = [&](DType dtype, Value value) {
    outputs.push_back({"o" + std::to_string(outputs.size()), dtype, {}});
    values.push_back(std::move(value));
  };
  add(DType::kInt8, array<int8_t>({-1, 2}, Shape{2}));
  add(DType::kInt16, array<int16_t>({-1, 2}, Shape{2}));
  add(DType::kInt32, array<int32_t>({-1, 2}, Shape{2}));
  add(DType::kUint8, array<uint8_t>({1, 255}, Shape{2}));
  add(DType::kUint16, array<uint16_t>({1, 2}, Shape{2}));
  add(DType::kUint32, array<uint32_t>({1, 2}, Shape{2}));
  add(DType::kUint64, array<uint64_t>({1, UINT64_MAX}, Shape{2}));
  add(DType::kBool, Tensor::borrow({DType::kBool, Shape{2}, truths.data()}, nullptr));
  add(DType::kFloat16, Tensor::borrow({DType::kFloat16, Shape{2}, halves.data()}, nullptr));
  WriteOptions options;
  options.row_column = RowColumn::kLeaveOut;
  EXPECT_EQ(written("types.csv", outputs, values, options),
            "o0,o1,o2,o3,o4,o5,o6,o7,o8\n-1,-1,-1,1,1,1,1,True,0.5\n"
            "2,2,2,255,2,2,18446744073709551615,False,-inf\n");
}

TEST(TextWriter, writes_sparse_answers_only_dense) {
  const std::vector<int64_t> starts = {0, 1, 1};
  const std::vector<int64_t> columns = {1};
  const std::vector<double> entries = {2.5};
  const Value sparse = SparseCsr{2, 2, Tensor::of(std::span<const int64_t>(starts)),
                                 Tensor::of(std::span<const int64_t>(columns)),
                                 Tensor::of(std::span<const double>(entries))};
  const DataOutput output{"t", DType::kFloat64, {2}, true};
  contains(written("sparse.csv", {output}, {sparse}), "--dense");
  WriteOptions options;
  options.sparse = SparseRule::kDense;
  EXPECT_EQ(written("sparse.csv", {output}, {sparse}, options), "row,t_0,t_1\n0,0,2.5\n5,0,0\n");
}

}  // namespace
}  // namespace tundish
