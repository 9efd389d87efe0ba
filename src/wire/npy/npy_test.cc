#include "wire/npy/npy.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/mapped_file.h"
#include "wire/npy/npy_writer.h"

namespace tundish {
namespace {

std::string golden(const std::string& name) {
  return std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/data/" + name + ".npy";
}

Result<NpyArray> open_golden(const std::string& name, const Limits& limits = {}) {
  TRY_ASSIGN(const auto file, MappedFile::open(golden(name)));
  return NpyArray::open(file->bytes(), file, limits);
}

Tensor read_golden(const std::string& name) {
  Result<NpyArray> array = open_golden(name);
  EXPECT_TRUE(array) << name << ": " << array.error().to_string();
  Result<Tensor> tensor = array->all();
  EXPECT_TRUE(tensor) << name;
  return std::move(tensor).value();
}

std::string error_of(const std::string& name) {
  Result<NpyArray> array = open_golden(name);
  if (array) return "";
  return std::string(error_code_name(array.error().code())) + ": " + array.error().to_string();
}

/// A file of version 1 with this header text and data.
std::string with_header(std::string header, const std::string& data = "") {
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size() & 0xFF);
  out += static_cast<char>(header.size() >> 8);
  return out + header + data;
}

Error parse_error(const std::string& file, const Limits& limits = {}) {
  Result<NpyArray> array = NpyArray::open(as_bytes(file), nullptr, limits);
  if (array) return Internal("accepted");
  return std::move(array).error();
}

double matrix_value(int64_t i) { return static_cast<double>(i) / 8 - 0.5; }

TEST(Npy, reads_every_layout_of_one_matrix) {
  for (const char* name : {"f8", "f8_fortran", "f8_big", "f8_v2", "f8_v3"}) {
    const Tensor tensor = read_golden(name);
    ASSERT_EQ(tensor.dtype(), DType::kFloat64) << name;
    ASSERT_EQ(tensor.shape(), (Shape{4, 3})) << name;
    for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(tensor.values<double>()[i], matrix_value(i)) << name;
  }
  for (const char* name : {"f4", "f4_big_fortran"}) {
    const Tensor tensor = read_golden(name);
    ASSERT_EQ(tensor.dtype(), DType::kFloat32) << name;
    for (int64_t i = 0; i < 12; ++i) {
      EXPECT_EQ(tensor.values<float>()[i], static_cast<float>(matrix_value(i))) << name;
    }
  }
  EXPECT_EQ(read_golden("f2").dtype(), DType::kFloat16);
}

TEST(Npy, borrows_what_is_stored_as_wanted) {
  Result<NpyArray> array = open_golden("f8");
  ASSERT_TRUE(array);
  Result<Tensor> rows = array->rows(1, 2);
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->data(), array->data().data() + 24);
  EXPECT_EQ(rows->shape(), (Shape{2, 3}));
}

TEST(Npy, reads_rows_of_converted_layouts) {
  for (const char* name : {"f8_fortran", "f8_big"}) {
    Result<NpyArray> array = open_golden(name);
    ASSERT_TRUE(array);
    Result<Tensor> rows = array->rows(2, 2);
    ASSERT_TRUE(rows);
    for (int64_t i = 0; i < 6; ++i) EXPECT_EQ(rows->values<double>()[i], matrix_value(6 + i));
  }
  Result<NpyArray> cube = open_golden("cube_fortran");
  ASSERT_TRUE(cube);
  Result<Tensor> rows = cube->rows(1, 1);
  ASSERT_TRUE(rows);
  for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(rows->values<float>()[i], static_cast<float>(12 + i));
}

TEST(Npy, reads_rows_at_an_odd_address) {
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(golden("f8"));
  ASSERT_TRUE(file);
  const std::string shifted = "x" + std::string(as_text((*file)->bytes()));
  Result<NpyArray> array = NpyArray::open(as_bytes(shifted).subspan(1), nullptr, {});
  ASSERT_TRUE(array);
  Result<Tensor> tensor = array->all();
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->values<double>()[11], matrix_value(11));
}

template <class T> void expect_range(const std::string& name, DType dtype, int first) {
  const Tensor tensor = read_golden(name);
  ASSERT_EQ(tensor.dtype(), dtype) << name;
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(tensor.values<T>()[static_cast<size_t>(i)], static_cast<T>(first + i)) << name;
  }
}

TEST(Npy, reads_integers_and_bools) {
  expect_range<int64_t>("i8", DType::kInt64, -6);
  expect_range<int32_t>("i4_big", DType::kInt32, -6);
  expect_range<int16_t>("i2", DType::kInt16, -6);
  expect_range<int8_t>("i1", DType::kInt8, -6);
  expect_range<uint8_t>("u1", DType::kUint8, 0);
  expect_range<uint16_t>("u2_big", DType::kUint16, 0);
  expect_range<uint32_t>("u4", DType::kUint32, 0);
  EXPECT_EQ(read_golden("u8").values<uint64_t>()[3], UINT64_MAX);
  const Tensor bools = read_golden("bool");
  EXPECT_EQ(bools.dtype(), DType::kBool);
  EXPECT_TRUE(bools.values<bool>()[0]);
  EXPECT_FALSE(bools.values<bool>()[1]);
}

TEST(Npy, reads_strings_as_utf8) {
  const Tensor text = read_golden("text");
  const std::vector<std::string> expected = {"a", "", "Grüße", "日本", "🙂 x"};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(text.values<std::string>()[i], expected[i]);
  }
  EXPECT_EQ(read_golden("text_big").values<std::string>()[1], "ü");
  EXPECT_EQ(read_golden("bytes").values<std::string>()[0], "ab");
}

TEST(Npy, reads_scalars_and_empty_arrays) {
  const Tensor scalar = read_golden("scalar");
  EXPECT_EQ(scalar.shape().rank(), 0U);
  EXPECT_EQ(scalar.values<double>()[0], 2.5);
  EXPECT_EQ(open_golden("scalar")->rows(0, 1).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(read_golden("empty").shape(), (Shape{0, 3}));
  EXPECT_EQ(open_golden("f8")->rows(3, 2).error().code(), ErrorCode::kInvalidArgument);
}

TEST(Npy, refuses_what_is_no_plain_array_by_name) {
  EXPECT_NE(error_of("object").find("untrusted: the array holds Python objects"),
            std::string::npos);
  EXPECT_NE(error_of("structure").find("unsupported: the array holds structures"),
            std::string::npos);
  EXPECT_NE(error_of("complex").find("unsupported: the array holds complex numbers"),
            std::string::npos);
  EXPECT_NE(error_of("date").find("unsupported: the array holds dates"), std::string::npos);
}

TEST(Npy, refuses_hostile_headers) {
  const std::string good = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";
  EXPECT_EQ(parse_error(with_header(good, std::string(8, '\0'))).message(), "accepted");
  const std::pair<const char*, const char*> cases[] = {
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unknown or repeated"},
      {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}", "repeated key"},
      {"{'descr': '<f8', 'fortran_order': False}", "must hold"},
      {"{'descr': '<f8', 'fortran_order': 0, 'shape': ()}", "expected True or False"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2**40,)}", "expected ','"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "expected a size"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (3)}", "expected ','"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", "63 bits"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}",
       "overflow"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)}",
       "overflow"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': ()} + 1", "bytes after"},
      {"__import__('os').system('true')", "expected '{'"},
      {"{'descr': 'f\\x38', 'fortran_order': False, 'shape': ()}", "escapes"},
      {"{'descr': 'f8", "without end"},
      {"{descr: 1}", "in quotes"},
      {"{'descr': '', 'fortran_order': False, 'shape': ()}", "no array type"},
      {"{'descr': '<f3', 'fortran_order': False, 'shape': ()}", "no array type"},
      {"{'descr': '<fx', 'fortran_order': False, 'shape': ()}", "no array type"},
      {"{'descr': '<f16', 'fortran_order': False, 'shape': ()}", "extended floats"},
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", "promises 16 bytes"}};
  for (const auto& [header, expected] : cases) {
    const std::string text = parse_error(with_header(header)).to_string();
    EXPECT_NE(text.find(expected), std::string::npos) << header << " -> " << text;
  }
}

TEST(Npy, refuses_parentheses_and_long_headers_quickly) {
  const std::string nested =
      "{'descr': '<f8', 'fortran_order': False, 'shape': " + std::string(60'000, '(') +
      std::string(5'000, ')');
  EXPECT_EQ(parse_error(with_header(nested)).code(), ErrorCode::kInvalidModel);
  std::string many = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (int i = 0; i < 100; ++i) many += "1, ";
  EXPECT_EQ(parse_error(with_header(many + ")}")).code(), ErrorCode::kLimit);
  std::string version2("\x93NUMPY\x02\x00\xFF\xFF\xFF\x7F", 12);
  EXPECT_EQ(parse_error(version2).code(), ErrorCode::kLimit);
  EXPECT_EQ(parse_error(std::string("\x93NUMPY\x09\x00", 8)).code(), ErrorCode::kUnsupported);
  EXPECT_EQ(parse_error("nothing").code(), ErrorCode::kInvalidModel);
  EXPECT_EQ(parse_error("").code(), ErrorCode::kInvalidModel);
}

TEST(Npy, refuses_memory_that_the_file_does_not_back) {
  const std::string strings = "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}";
  EXPECT_EQ(parse_error(with_header(strings)).code(), ErrorCode::kLimit);
  const std::string wide = "{'descr': '<U99999999', 'fortran_order': False, 'shape': ()}";
  EXPECT_EQ(parse_error(with_header(wide)).code(), ErrorCode::kLimit);
  Limits small;
  small.max_memory_bytes = 64;
  Result<NpyArray> array = open_golden("f8_big", small);
  ASSERT_TRUE(array);
  EXPECT_EQ(array->all().error().code(), ErrorCode::kLimit);
}

TEST(Npy, refuses_values_that_are_none) {
  const std::string bools = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}";
  const std::string file = with_header(bools, std::string("\x01\x02", 2));
  Result<NpyArray> array = NpyArray::open(as_bytes(file), nullptr, {});
  ASSERT_TRUE(array);
  EXPECT_EQ(array->all().error().message(), "bool element 1 is 2");
  const std::string text = "{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}";
  const std::string surrogate = with_header(text, std::string("\x00\xD8\x00\x00", 4));
  Result<NpyArray> strings = NpyArray::open(as_bytes(surrogate), nullptr, {});
  ASSERT_TRUE(strings);
  EXPECT_EQ(strings->all().error().to_string(), "element 0: character 55296 is not Unicode");
}

TEST(Npy, accepts_sizes_as_python_2_wrote_them) {
  const std::string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2L, 1L), }";
  EXPECT_EQ(parse_error(with_header(header, std::string(4, '\0'))).message(), "accepted");
}

}  // namespace
}  // namespace tundish
