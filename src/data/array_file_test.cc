#include "data/array_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/mapped_file.h"

namespace tundish {
namespace {

std::string temporary(const std::string& name, std::string_view contents) {
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  EXPECT_TRUE(write_file(path, contents));
  return path;
}

TEST(ArrayFile, reads_type_and_shape) {
  std::string file("\x93NUMPY\x01\x00", 8);
  std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }";
  header.resize(117, ' ');
  header += '\n';
  file += static_cast<char>(header.size());
  file += '\0';
  file += header;
  file += std::string("\x07\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
  const std::string path = temporary("tundish_array_file.npy", file);
  const auto array = read_array_file(path);
  ASSERT_TRUE(array) << array.error().to_string();
  EXPECT_EQ(array->shape(), (Shape{2}));
  EXPECT_EQ(array->values<int64_t>()[0], 7);
  EXPECT_EQ(array->values<int64_t>()[1], -1);
  std::filesystem::remove(path);
}

TEST(ArrayFile, names_the_file_and_blames_the_data) {
  const std::string path = temporary("tundish_array_damaged.npy", "\x93NUMPY\x01");
  const auto damaged = read_array_file(path);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(damaged.error().to_string().find("tundish_array_damaged"), std::string::npos);
  std::filesystem::remove(path);
  const auto missing = read_array_file("/nowhere/x.npy");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tundish
