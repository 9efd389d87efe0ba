#include "wire/npy/npy_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "wire/npy/npy.h"
#include "wire/npy/utf8.h"

namespace tundish {
namespace {

std::string golden_bytes(const std::string& name) {
  Result<std::shared_ptr<const MappedFile>> file =
      MappedFile::open(std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/data/" + name + ".npy");
  EXPECT_TRUE(file);
  return std::string(as_text((*file)->bytes()));
}

Tensor read_golden(const std::string& name) {
  const auto text = std::make_shared<std::string>(golden_bytes(name));
  Result<NpyArray> array = NpyArray::open(as_bytes(*text), text, {});
  EXPECT_TRUE(array);
  return std::move(array->all()).value();
}

TEST(NpyWriter, writes_byte_for_byte_as_numpy_does) {
  for (const char* name : {"f8", "f4", "f2", "i8", "i2", "i1", "u1", "u4", "u8", "bool", "text",
                           "scalar", "empty", "cube"}) {
    Result<std::string> bytes = npy_bytes(read_golden(name).view());
    ASSERT_TRUE(bytes) << name;
    EXPECT_EQ(*bytes, golden_bytes(name)) << name;
  }
}

TEST(NpyWriter, streams_rows_into_the_same_file) {
  const std::string path = testing::TempDir() + "npy_writer_stream.npy";
  Result<NpyFileWriter> writer =
      NpyFileWriter::create(path, DType::kFloat64, std::vector<int64_t>{3});
  ASSERT_TRUE(writer);
  const Tensor matrix = read_golden("f8");
  for (int64_t row = 0; row < 4; ++row) {
    ASSERT_TRUE(writer->append(matrix_view(matrix.values<double>().data() + row * 3, 1, 3)));
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
  EXPECT_EQ(writer->row_count(), 4);
  ASSERT_TRUE(writer->finish());
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(as_text((*file)->bytes()), golden_bytes("f8"));
  ::unlink(path.c_str());
}

TEST(NpyWriter, writes_more_rows_than_wait_in_memory) {
  const std::string path = testing::TempDir() + "npy_writer_long.npy";
  Result<NpyFileWriter> writer = NpyFileWriter::create(path, DType::kFloat32, {});
  ASSERT_TRUE(writer);
  std::vector<float> values(100'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const TensorView view{DType::kFloat32, Shape{100'000}, values.data()};
  ASSERT_TRUE(writer->append(view));
  ASSERT_TRUE(writer->append(view));
  ASSERT_TRUE(writer->finish());
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  ASSERT_TRUE(file);
  Result<NpyArray> array = NpyArray::open((*file)->bytes(), *file, {});
  ASSERT_TRUE(array);
  EXPECT_EQ(array->shape(), Shape{200'000});
  EXPECT_EQ(array->all()->values<float>()[199'999], 99'999.0F);
  ::unlink(path.c_str());
}

TEST(NpyWriter, leaves_nothing_behind_without_finish) {
  const std::string path = testing::TempDir() + "npy_writer_dropped.npy";
  { ASSERT_TRUE(NpyFileWriter::create(path, DType::kFloat32, {})); }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(NpyWriter, refuses_rows_of_another_kind) {
  const std::string path = testing::TempDir() + "npy_writer_kind.npy";
  Result<NpyFileWriter> writer =
      NpyFileWriter::create(path, DType::kFloat64, std::vector<int64_t>{2});
  ASSERT_TRUE(writer);
  const double values[6] = {};
  EXPECT_EQ(writer->append(matrix_view(values, 2, 3)).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(npy_descr(DType::kInt4, 0).error().code(), ErrorCode::kUnsupported);
}

TEST(NpyWriter, refuses_strings_that_do_not_fit) {
  std::string out;
  std::string text = "abc";
  const TensorView view{DType::kString, Shape{1}, &text};
  EXPECT_FALSE(append_npy_items(out, view, 2));
  text = "\xFF";
  EXPECT_FALSE(append_npy_items(out, view, 2));
  EXPECT_FALSE(npy_bytes(view));
}

TEST(NpyWriter, converts_every_length_of_utf8_and_back) {
  for (const uint32_t code : {0x41U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text;
    ASSERT_TRUE(append_utf8(text, code));
    uint32_t seen = 0;
    for_each_character(text, [&](uint32_t character) { seen = character; });
    EXPECT_EQ(seen, code);
    EXPECT_EQ(count_characters(text), 1U);
  }
  std::string text;
  EXPECT_FALSE(append_utf8(text, 0x110000));
}

}  // namespace
}  // namespace tundish
