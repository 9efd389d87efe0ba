// Opening readers and writers: formats, names, targets, whole inputs.
#include <gtest/gtest.h>

#include "data/data_for_test.h"
#include "data/row_faults.h"
#include "data/row_writer.h"

namespace tundish {
namespace {

using data_test::column_contract;
using data_test::contains;
using data_test::golden;
using data_test::matrix_contract;
using data_test::read_all;
using data_test::TestFile;
using data_test::text_contract;

TEST(RowReader, tells_formats_by_suffix_and_name) {
  EXPECT_EQ(*data_format_of_path("a/b.CSV"), DataFormat::kCsv);
  EXPECT_EQ(*data_format_of_path("x.ndjson"), DataFormat::kJsonl);
  contains(data_format_of_path("a.b/c").error().to_string(), "--format names it");
  EXPECT_EQ(*data_format_from_name("npz"), DataFormat::kNpz);
  contains(data_format_from_name("csw").error().to_string(), "unknown data format \"csw\" (csv?)");
  contains(read_all("-", matrix_contract({})).error, "standard input needs --format");
}

TEST(RowReader, names_inputs_that_do_not_match) {
  const DataContract contract = column_contract({{"a", DType::kFloat64}, {"b", DType::kFloat64}});
  const InputFile files[] = {{"a", golden("i2.npy")}, {"c", golden("i2.npy")}};
  auto reader = RowReader::open(files, contract, {});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().to_string(),
            "no input is called \"c\"; no data for \"b\"; the model's inputs are \"a\", \"b\"");
  const InputFile twice[] = {{"a", "x.npy"}, {"a", "y.npy"}};
  contains(RowReader::open(twice, contract, {}).error().to_string(), "given twice");
  EXPECT_FALSE(RowReader::open("x.csv", DataContract{}, {}));
  const InputFile keep[] = {{"a", golden("i2.npy")}, {"b", golden("i2.npy")}};
  contains(RowReader::open(keep, contract, {.keep = {"id"}}).error().to_string(), "--keep");
  EXPECT_EQ(RowReader::open("x.csv", matrix_contract({"a"}, 2), {}).error().code(),
            ErrorCode::kInternal);
}

TEST(RowReader, reads_whole_inputs_of_any_shape) {
  DataContract contract;
  DataInput cube;
  cube.name = "cube";
  cube.form = InputForm::kTensor;
  cube.dtype = DType::kFloat32;
  cube.dims = {-1, 3, 4};
  DataInput scalar = cube;
  scalar.name = "scalar";
  scalar.dtype = DType::kFloat64;
  scalar.dims = {};
  contract.inputs = {cube, scalar};
  const InputFile files[] = {{"scalar", golden("scalar.npy")}, {"cube", golden("cube.npy")}};
  Result<std::vector<Value>> values = read_whole_inputs(files, contract, {});
  ASSERT_TRUE(values) << values.error().to_string();
  EXPECT_EQ((*values)[0].tensor()->shape(), (Shape{2, 3, 4}));
  EXPECT_EQ((*values)[1].tensor()->values<double>()[0], 2.5);
  contract.inputs[0].dims = {-1, 5, -1};
  contains(read_whole_inputs(files, contract, {}).error().to_string(),
           "the array has shape [2, 3, 4], the model wants [?, 5, ?]");
}

TEST(RowReader, reads_whole_inputs_from_npz_csv_and_sparse) {
  DataContract contract = matrix_contract({}, 3);
  contract.inputs[0].form = InputForm::kTensor;
  contract.inputs[0].dims = {-1, 3};
  for (const char* name : {"stored.npz", "csr.npz", "f8.npy"}) {
    const InputFile file{"", golden(name)};
    Result<std::vector<Value>> values = read_whole_inputs(std::span(&file, 1), contract, {});
    ASSERT_TRUE(values) << name << ": " << values.error().to_string();
    EXPECT_EQ((*values)[0].tensor()->shape(), (Shape{4, 3})) << name;
  }
  const TestFile csv("whole.csv", "1,2,3\n4,5,6\n");
  const InputFile file{"", csv.path()};
  Result<std::vector<Value>> values = read_whole_inputs(std::span(&file, 1), contract, {});
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)[0].tensor()->values<double>()[5], 6);
  const DataContract two = column_contract({{"a", DType::kFloat64}, {"b", DType::kFloat64}});
  const TestFile named("named.csv", "b,a\n1,2\n");
  const InputFile both{"", named.path()};
  values = read_whole_inputs(std::span(&both, 1), two, {});
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)[0].tensor()->values<double>()[0], 2);
  const InputFile array{"", golden("f8.npy")};
  EXPECT_FALSE(read_whole_inputs(std::span(&array, 1), two, {}));
  const TestFile empty("empty.csv", "");
  const InputFile nothing{"", empty.path()};
  contains(read_whole_inputs(std::span(&nothing, 1), contract, {}).error().to_string(), "no rows");
}

TEST(RowWriter, tells_formats_by_suffix_and_name) {
  EXPECT_EQ(*output_format_of_path("-"), OutputFormat::kCsv);
  EXPECT_EQ(*output_format_of_path("out/"), OutputFormat::kFolder);
  EXPECT_EQ(*output_format_of_path("out"), OutputFormat::kFolder);
  EXPECT_EQ(*output_format_of_path("/"), OutputFormat::kFolder);
  EXPECT_EQ(*output_format_of_path("a.npz"), OutputFormat::kNpz);
  EXPECT_FALSE(output_format_of_path("a.xlsx"));
  EXPECT_EQ(*output_format_from_name("jsonl"), OutputFormat::kJsonl);
  contains(output_format_from_name("nyp").error().to_string(), "unknown output format");
}

TEST(RowWriter, refuses_what_the_format_cannot_hold) {
  const DataOutput a{"a", DType::kFloat64, {}};
  const DataOutput b{"b", DType::kFloat64, {3}, true};
  const auto error = [](const std::string& path, std::vector<DataOutput> outputs,
                        const WriteOptions& options = {}) {
    auto writer = RowWriter::open(path, std::move(outputs), options);
    return writer ? std::string("accepted") : writer.error().to_string();
  };
  contains(error("x.npy", {a, {"c", DType::kFloat64, {}}}), "2 arrays do not fit one .npy");
  contains(error("x.npz", {a, b}), "fills an .npz alone");
  contains(error("x.npy", {b}), "sparse");
  contains(error("x.npy", {a}, {.keep = {"id"}}), "kept columns go into");
  contains(error("x.csv", {a, a}), "given twice");
  contains(error("x.csv", {}), "nothing to write");
  contains(error("out/", {{"../a", DType::kFloat64, {}}}), "cannot be a file name");
}

TEST(RowWriter, replaces_only_when_told) {
  const TestFile file("there.csv", "old\n");
  const std::vector<DataOutput> outputs = {{"a", DType::kInt64, {}}};
  auto refused = RowWriter::open(file.path(), outputs, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kIo);
  contains(refused.error().to_string(), "is there already; --force replaces it");
  WriteOptions options;
  options.replace = ReplaceRule::kReplace;
  {
    auto dropped = RowWriter::open(file.path(), outputs, options);
    ASSERT_TRUE(dropped);
  }
  EXPECT_EQ(file.contents(), "old\n");
  auto writer = RowWriter::open(file.path(), outputs, options);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ(file.contents(), "row,a\n");
}

TEST(RowWriter, refuses_answers_of_another_shape) {
  const TestFile file("shape.csv");
  auto writer = RowWriter::open(file.path(), {{"a", DType::kInt64, {}}}, {});
  ASSERT_TRUE(writer);
  const double numbers[] = {1, 2};
  const std::vector<Value> values = {Value(Tensor::of(std::span<const double>(numbers)))};
  const int64_t rows[] = {0, 1};
  EXPECT_EQ((*writer)->write({rows, values, {}, {}}).error().code(), ErrorCode::kInternal);
  EXPECT_EQ((*writer)->write({rows, {}, {}, {}}).error().code(), ErrorCode::kInternal);
}

TEST(RowFaults, stops_after_several_faults_and_lists_names_shortly) {
  ReadReport report;
  RowFaults faults(BadRowRule::kFail, report);
  EXPECT_TRUE(faults.status());
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(faults.add({i, 0, "a"}, "bad"));
  EXPECT_TRUE(faults.add({4, 0, "a"}, "bad"));
  contains(faults.status().error().to_string(), "row 4, column \"a\": bad");
  const std::vector<std::string> names(20, "n");
  contains(name_list(names), "and 8 more");
}

}  // namespace
}  // namespace tundish
