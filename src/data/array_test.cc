// Rows from and to .npy and .npz.
#include <gtest/gtest.h>

#include <cmath>

#include "data/array_spill.h"
#include "data/data_for_test.h"
#include "data/row_writer.h"
#include "wire/npy/npy_writer.h"
#include "wire/npy/npz.h"

namespace tundish {
namespace {

using data_test::column_contract;
using data_test::contains;
using data_test::golden;
using data_test::matrix_contract;
using data_test::Outcome;
using data_test::read_all;
using data_test::TestFile;
using data_test::text_contract;
using Doubles = std::vector<double>;
using Strings = std::vector<std::string>;

template <class T> std::string npy(const std::vector<T>& values, const Shape& shape) {
  return std::move(npy_bytes({dtype_of<T>, shape, values.data()})).value();
}

TEST(ArrayRows, reads_blocks_of_a_mapped_array) {
  auto reader = RowReader::open(golden("f8.npy"), matrix_contract({"a", "b", "c"}), {});
  ASSERT_TRUE(reader) << reader.error().to_string();
  auto first = (*reader)->next(3);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->row_count(), 3);
  auto second = (*reader)->next(3);
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->row_numbers, (std::vector<int64_t>{3}));
  EXPECT_EQ((*second)->inputs[0].tensor()->values<double>()[2], 0.875);
  EXPECT_FALSE((*reader)->next(3)->has_value());
}

TEST(ArrayRows, widens_and_says_so) {
  const Outcome outcome = read_all(golden("f4.npy"), matrix_contract({}, 3));
  EXPECT_EQ(outcome.values<double>()[1], -0.375) << outcome.error;
  EXPECT_EQ(outcome.report.notes[0], "input \"X\": float32 read as float64");
  EXPECT_EQ(read_all(golden("i4_big.npy"), matrix_contract({}, 3)).values<double>()[0], -6);
  EXPECT_EQ(read_all(golden("f2.npy"), matrix_contract({}, 3)).values<double>()[0], -0.5);
}

TEST(ArrayRows, refuses_wider_rows_unless_cast) {
  const DataContract contract = matrix_contract({}, 3, DType::kFloat32);
  const Outcome outcome = read_all(golden("f8.npy"), contract);
  EXPECT_EQ(outcome.code, ErrorCode::kInvalidArgument);
  contains(outcome.error, "--cast");
  EXPECT_EQ(read_all(golden("f8.npy"), contract, {.cast = CastRule::kAllow}).values<float>()[1],
            -0.375F);
}

TEST(ArrayRows, names_the_row_of_an_integer_that_is_too_large) {
  const TestFile file("big.npy", npy<int64_t>({1, 2, 3, (int64_t{1} << 53) + 1}, Shape{2, 2}));
  contains(read_all(file.path(), matrix_contract({"a", "b"})).error,
           "row 1, column \"b\": 9007199254740993 does not fit float64 exactly");
}

TEST(ArrayRows, names_missing_and_surplus_columns) {
  contains(read_all(golden("f8.npy"), matrix_contract({"a", "b", "c", "d"})).error,
           "the model wants 4 columns, the array has 3; missing: \"d\"");
  contains(read_all(golden("f8.npy"), matrix_contract({}, 2)).error, "surplus: \"column 3\"");
  contains(read_all(golden("i2.npy"), matrix_contract({}, 3)).error, "reshape it to [1, 3]");
  contains(read_all(golden("cube.npy"), matrix_contract({}, 3)).error, "[rows, columns]");
  contains(read_all(golden("scalar.npy"), matrix_contract({}, 3)).error, "the model wants rows");
}

TEST(ArrayRows, feeds_one_column_inputs) {
  const DataContract contract =
      column_contract({{"a", DType::kFloat64}, {"b", DType::kFloat64}, {"c", DType::kFloat64}});
  const Outcome outcome = read_all(golden("f8_fortran.npy"), contract);
  ASSERT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.block.inputs[1].tensor()->shape(), (Shape{4, 1}));
  EXPECT_EQ(outcome.values<double>(1), (Doubles{-0.375, 0, 0.375, 0.75}));
  EXPECT_EQ(read_all(golden("i2.npy"), matrix_contract({}, 1)).block.row_count(), 12);
  contains(
      read_all(golden("f8.npy"), column_contract({{"a", DType::kFloat64}, {"b", DType::kFloat64}}))
          .error,
      "surplus");
}

TEST(ArrayRows, reads_texts) {
  EXPECT_EQ(read_all(golden("text.npy"), text_contract()).values<std::string>()[2], "Grüße");
  contains(read_all(golden("f8.npy"), text_contract()).error, "the model wants 1 column");
  contains(read_all(golden("i2.npy"), text_contract()).error, "the model wants strings");
}

TEST(ArrayRows, reads_tensors_of_any_rank) {
  DataContract contract = matrix_contract({}, -1, DType::kFloat32);
  contract.inputs[0].form = InputForm::kTensor;
  contract.inputs[0].dims = {-1, 3, 4};
  EXPECT_EQ(read_all(golden("cube.npy"), contract).block.inputs[0].tensor()->shape(),
            (Shape{2, 3, 4}));
  contract.inputs[0].dims = {-1, 3, 5};
  contains(read_all(golden("cube.npy"), contract).error, "the size 5 in dimension 2");
  contract.inputs[0].dims = {-1, 3};
  contains(read_all(golden("cube.npy"), contract).error, "2 dimensions");
}

TEST(ArrayRows, applies_the_rule_for_bad_rows) {
  const TestFile file("nan.npy", npy<double>({1, NAN, 3, 4, HUGE_VAL, 6}, Shape{3, 2}));
  DataContract contract = matrix_contract({"a", "b"});
  EXPECT_EQ(read_all(file.path(), contract).report.first_missing, "row 0, column \"b\"");
  contract.inputs[0].allowed = AllowedValues::kFinite;
  contains(
      read_all(file.path(), contract).error,
      "row 0, column \"b\": the value is missing (NaN), which the model refuses; row 2, column "
      "\"a\": inf is infinite");
  ReadOptions options;
  options.bad_rows = BadRowRule::kSkip;
  Outcome outcome = read_all(file.path(), contract, options);
  EXPECT_EQ(outcome.values<double>(), (Doubles{3, 4}));
  EXPECT_EQ(outcome.block.row_numbers, (std::vector<int64_t>{1}));
  EXPECT_EQ(outcome.report.bad_row_count, 2);
  options.bad_rows = BadRowRule::kNull;
  outcome = read_all(file.path(), contract, options);
  EXPECT_EQ(outcome.block.bad, (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_TRUE(std::isnan(outcome.values<double>()[4]));
}

TEST(ArrayRows, reads_npz_by_name_or_alone) {
  DataContract both = matrix_contract({}, 3);
  both.inputs.push_back(text_contract().inputs[0]);
  both.inputs[1].name = "names";
  contains(read_all(golden("stored.npz"), both).error, "has 4 rows, input \"names\" has 2");
  contains(read_all(golden("stored.npz"), matrix_contract({}, 3)).error,
           "arrays that the model does not know: \"names\"");
  EXPECT_EQ(
      read_all(golden("stored.npz"), matrix_contract({}, 3), {.surplus = SurplusRule::kIgnore})
          .values<double>()[11],
      0.875);
  DataContract other = matrix_contract({}, 3);
  other.inputs[0].name = "input";
  EXPECT_EQ(read_all(golden("deflated.npz"), other).block.row_count(), 200);
  contains(read_all(golden("stored.npz"), other).error, "lacks \"input\"");
}

TEST(ArrayRows, makes_sparse_rows_dense) {
  const Outcome outcome = read_all(golden("csr.npz"), matrix_contract({}, 3));
  EXPECT_EQ(outcome.values<double>(), (Doubles{0, 1.5, 0, 0, 0, 0, -2, 0, 3.25, 0, 0, 0}))
      << outcome.error;
  DataContract missing = matrix_contract({}, 3);
  missing.inputs[0].absent_value = NAN;
  EXPECT_TRUE(std::isnan(read_all(golden("csr.npz"), missing).values<double>()[0]));
  contains(read_all(golden("csr.npz"), matrix_contract({}, 2)).error, "surplus");
  contains(read_all(golden("csc.npz"), matrix_contract({}, 3)).error, "form \"csc\"");
}

TEST(ArrayRows, tells_damage_as_faults_of_the_data) {
  const TestFile file("cut.npy", npy<double>({1, 2}, Shape{2, 1}).substr(0, 130));
  const Outcome outcome = read_all(file.path(), matrix_contract({}, 1));
  EXPECT_EQ(outcome.code, ErrorCode::kInvalidArgument);
  contains(outcome.error, "promises 16 bytes");
  EXPECT_EQ(read_all(golden("object.npy"), matrix_contract({})).code, ErrorCode::kUntrusted);
  EXPECT_EQ(read_all(golden("no.npy"), matrix_contract({})).code, ErrorCode::kNotFound);
}

TEST(ArrayRows, reads_files_larger_than_the_pages_it_keeps) {
  std::vector<double> values(3'000'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const TestFile file("large.npy", npy<double>(values, Shape{1'000'000, 3}));
  auto reader = RowReader::open(file.path(), matrix_contract({}, 3), {});
  ASSERT_TRUE(reader);
  int64_t row = 0;
  auto first = (*reader)->next(1);
  ASSERT_TRUE(first);
  while (true) {
    auto block = (*reader)->next(4096);
    ASSERT_TRUE(block);
    if (!*block) break;
    row = (*block)->row_numbers.back();
    EXPECT_EQ((*block)->inputs[0].tensor()->values<double>().back(),
              static_cast<double>(row * 3 + 2));
  }
  EXPECT_EQ(row, 999'999);
  EXPECT_EQ((**first).inputs[0].tensor()->values<double>()[2], 2.0);
}

TEST(ArrayRows, joins_inputs_from_several_files) {
  const TestFile numbers("n.csv", "1\nx\n3\n");
  const TestFile texts("t.txt", "a\nb\nc\n");
  DataContract contract = matrix_contract({}, 1);
  contract.inputs.push_back(text_contract().inputs[0]);
  const InputFile files[] = {{"text", texts.path()}, {"X", numbers.path()}};
  ReadOptions options;
  options.bad_rows = BadRowRule::kSkip;
  auto reader = RowReader::open(files, contract, options);
  ASSERT_TRUE(reader) << reader.error().to_string();
  auto block = (*reader)->next(10);
  ASSERT_TRUE(block && *block);
  EXPECT_EQ((*block)->row_numbers, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ((*block)->inputs[1].tensor()->values<std::string>()[1], "c");
  EXPECT_EQ((*reader)->report().bad_row_count, 1);
  const TestFile longer("u.txt", "a\nb\nc\nd\n");
  const InputFile uneven[] = {{"text", longer.path()}, {"X", numbers.path()}};
  auto second = RowReader::open(uneven, contract, options);
  ASSERT_TRUE(second);
  contains((*second)->next(10).error().to_string(), "input \"X\" ends after 3 rows");
}

/// Writes one block to a file of this name and gives it back as rows.
std::vector<Value> sample_values() {
  const double scores[] = {0.25, 0.75, 1, 0};
  const std::string labels[] = {"ham", "späm"};
  const int64_t starts[] = {0, 1, 1};
  const int64_t columns[] = {2};
  const double entries[] = {1.5};
  return {Value(Tensor::of_strings(labels)),
          Value(Tensor::of(std::span<const double>(scores), Shape{2, 2})),
          Value(SparseCsr{2, 3, Tensor::of(std::span<const int64_t>(starts)),
                          Tensor::of(std::span<const int64_t>(columns)),
                          Tensor::of(std::span<const double>(entries))})};
}
std::vector<DataOutput> sample_outputs() {
  return {{"predict", DType::kString, {}},
          {"predict_proba", DType::kFloat64, {2}},
          {"transform", DType::kFloat64, {3}, true}};
}

TEST(ArrayWriter, writes_a_folder_of_methods) {
  const std::string folder = TestFile("folder").path();
  auto writer = RowWriter::open(folder + "/", sample_outputs(), {});
  ASSERT_TRUE(writer) << writer.error().to_string();
  const std::vector<Value> values = sample_values();
  const int64_t rows[] = {0, 1};
  ASSERT_TRUE((*writer)->write({rows, values, {}, {}}));
  ASSERT_TRUE((*writer)->write({rows, values, {}, {}}));
  EXPECT_NE(::access((folder + "/predict.npy").c_str(), F_OK), 0);
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ((*writer)->paths().size(), 3U);
  EXPECT_EQ(read_all(folder + "/predict.npy", text_contract()).values<std::string>(),
            (Strings{"ham", "späm", "ham", "späm"}));
  EXPECT_EQ(read_all(folder + "/predict_proba.npy", matrix_contract({}, 2)).values<double>(),
            (Doubles{0.25, 0.75, 1, 0, 0.25, 0.75, 1, 0}));
  EXPECT_EQ(read_all(folder + "/transform.npz", matrix_contract({}, 3)).values<double>(),
            (Doubles{0, 0, 1.5, 0, 0, 0, 0, 0, 1.5, 0, 0, 0}));
  auto again = RowWriter::open(folder, sample_outputs(), {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::kIo);
  contains(again.error().to_string(), "are there already; --force replaces them");
  for (const std::string& path : (*writer)->paths()) ::unlink(path.c_str());
  ::rmdir(folder.c_str());
}

TEST(ArrayWriter, writes_an_npz_of_several_arrays) {
  const TestFile file("answers.npz");
  WriteOptions options;
  options.sparse = SparseRule::kDense;
  auto writer = RowWriter::open(file.path(), sample_outputs(), options);
  ASSERT_TRUE(writer) << writer.error().to_string();
  const std::vector<Value> values = sample_values();
  const int64_t rows[] = {0, 1};
  ASSERT_TRUE((*writer)->write({rows, values, {}, {}}));
  EXPECT_FALSE(file.exists());
  ASSERT_TRUE((*writer)->finish());
  const std::string bytes = file.contents();
  Result<NpzFile> npz = NpzFile::open(as_bytes(bytes), nullptr, {});
  ASSERT_TRUE(npz);
  EXPECT_EQ(npz->names(), (Strings{"predict", "predict_proba", "transform"}));
  EXPECT_EQ(npz->array("predict")->all()->values<std::string>()[1], "späm");
  EXPECT_EQ(npz->array("transform")->all()->values<double>()[2], 1.5);
}

TEST(ArrayWriter, writes_scipy_matrices_with_scipys_index_type) {
  const TestFile file("matrix.npz");
  auto writer = RowWriter::open(file.path(), {sample_outputs()[2]}, {});
  ASSERT_TRUE(writer);
  const std::vector<Value> values = {sample_values()[2]};
  const int64_t rows[] = {0, 1};
  ASSERT_TRUE((*writer)->write({rows, values, {}, {}}));
  ASSERT_TRUE((*writer)->finish());
  const std::string bytes = file.contents();
  Result<NpzFile> npz = NpzFile::open(as_bytes(bytes), nullptr, {});
  ASSERT_TRUE(npz);
  EXPECT_EQ(npz->array("indices")->dtype(), DType::kInt32);
  EXPECT_EQ(npz->array("indptr")->all()->values<int32_t>()[2], 1);
  EXPECT_EQ(npz->csr()->rows, 2);
}

TEST(ArrayWriter, blanks_bad_rows_where_the_type_can) {
  const uint8_t bad[] = {0, 1};
  const int64_t rows[] = {0, 1};
  const TestFile file("blank.npy");
  auto writer = RowWriter::open(file.path(), {sample_outputs()[1]}, {});
  ASSERT_TRUE(writer);
  const std::vector<Value> values = {sample_values()[1]};
  ASSERT_TRUE((*writer)->write({rows, values, {}, bad}));
  ASSERT_TRUE((*writer)->finish());
  EXPECT_TRUE(std::isnan(read_all(file.path(), matrix_contract({}, 2)).values<double>()[2]));
  const TestFile other("blank_int.npy");
  auto integers = RowWriter::open(other.path(), {{"predict", DType::kInt64, {}}}, {});
  ASSERT_TRUE(integers);
  const int64_t labels[] = {1, 2};
  const std::vector<Value> answers = {Value(Tensor::of(std::span<const int64_t>(labels)))};
  const Status status = (*integers)->write({rows, answers, {}, bad});
  ASSERT_FALSE(status);
  contains(status.error().to_string(), "has no null for a bad row");
}

TEST(ArraySpill, refuses_other_rows_and_bad_strings) {
  const TestFile file("spill");
  Result<ArraySpill> spill = ArraySpill::create(file.path(), DType::kString, {});
  ASSERT_TRUE(spill);
  const std::string bad[] = {"\xFF"};
  EXPECT_FALSE(spill->append({DType::kString, Shape{1}, bad}));
  EXPECT_FALSE(spill->append({DType::kFloat64, Shape{1}, bad}));
  EXPECT_FALSE(ArraySpill::create(file.path(), DType::kInt4, {}));
  EXPECT_FALSE(ArraySpill::create("/nowhere/x.npy", DType::kInt64, {}));
}

TEST(ArraySpill, holds_more_than_one_chunk_of_strings) {
  const TestFile file("strings.npy");
  auto writer = RowWriter::open(file.path(), {{"predict", DType::kString, {}}}, {});
  ASSERT_TRUE(writer);
  std::vector<std::string> labels;
  for (int i = 0; i < 30'000; ++i) labels.push_back("label " + std::to_string(i));
  std::vector<int64_t> rows(labels.size());
  const std::vector<Value> values = {Value(Tensor::of_strings(labels))};
  ASSERT_TRUE((*writer)->write({rows, values, {}, {}}));
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ(read_all(file.path(), text_contract()).values<std::string>(), labels);
}

}  // namespace
}  // namespace tundish
