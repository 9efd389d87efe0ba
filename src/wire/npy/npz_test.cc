#include "wire/npy/npz.h"

#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "wire/npy/npy_writer.h"
#include "wire/zip/deflate.h"

namespace tundish {
namespace {

Result<NpzFile> open_golden(const std::string& name) {
  TRY_ASSIGN(const auto file, MappedFile::open(std::string(TUNDISH_SOURCE_DIR) +
                                               "/tests/golden/data/" + name + ".npz"));
  return NpzFile::open(file->bytes(), file, {});
}

Result<NpzFile> open_text(const std::string& text) {
  const auto owner = std::make_shared<std::string>(text);
  return NpzFile::open(as_bytes(*owner), owner, {});
}

TEST(Npz, reads_what_savez_writes) {
  Result<NpzFile> npz = open_golden("stored");
  ASSERT_TRUE(npz) << npz.error().to_string();
  EXPECT_EQ(npz->names(), (std::vector<std::string>{"X", "names"}));
  EXPECT_FALSE(npz->is_sparse());
  Result<NpyArray> array = npz->array("X");
  ASSERT_TRUE(array);
  EXPECT_EQ(array->all()->values<double>()[11], 11.0 / 8 - 0.5);
  EXPECT_EQ(npz->array("names")->all()->values<std::string>()[1], "vw");
  EXPECT_EQ(npz->array("Y").error().to_string(),
            "no array \"Y\" in the .npz; it holds \"X\", \"names\"");
}

TEST(Npz, reads_what_savez_compressed_writes) {
  Result<NpzFile> npz = open_golden("deflated");
  ASSERT_TRUE(npz);
  Result<NpyArray> array = npz->array("X");
  ASSERT_TRUE(array);
  EXPECT_EQ(array->shape(), (Shape{200, 3}));
  EXPECT_EQ(array->all()->values<double>()[599], 11.0 / 8 - 0.5);
}

TEST(Npz, reads_scipy_csr) {
  for (const char* name : {"csr", "csr_stored"}) {
    Result<NpzFile> npz = open_golden(name);
    ASSERT_TRUE(npz) << npz.error().to_string();
    ASSERT_TRUE(npz->is_sparse());
    Result<StoredCsr> csr = npz->csr();
    ASSERT_TRUE(csr) << csr.error().to_string();
    EXPECT_EQ(csr->rows, 4);
    EXPECT_EQ(csr->columns, 3);
    EXPECT_EQ(csr->indptr.values<int64_t>()[4], 3);
    EXPECT_EQ(csr->indices.values<int64_t>()[2], 2);
    EXPECT_EQ(csr->data.values<double>()[1], -2.0);
  }
  EXPECT_EQ(open_golden("csc")->csr().error().code(), ErrorCode::kUnsupported);
}

TEST(Npz, refuses_bzip2_by_name) {
  Result<NpzFile> npz = open_golden("bzip2");
  ASSERT_FALSE(npz);
  EXPECT_EQ(npz.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(npz.error().to_string().find("packed by bzip2"), std::string::npos);
}

SparseCsr small_csr() {
  const int64_t starts[] = {0, 1, 2};
  const int64_t columns[] = {2, 0};
  const double values[] = {1.5, -1};
  return {2, 3, Tensor::of(std::span<const int64_t>(starts)),
          Tensor::of(std::span<const int64_t>(columns)),
          Tensor::of(std::span<const double>(values))};
}

TEST(Npz, writes_csr_that_reads_back) {
  Result<std::string> bytes = csr_npz_bytes(small_csr());
  ASSERT_TRUE(bytes);
  Result<NpzFile> npz = open_text(*bytes);
  ASSERT_TRUE(npz) << npz.error().to_string();
  EXPECT_EQ(npz->array("indices")->dtype(), DType::kInt32);
  Result<StoredCsr> csr = npz->csr();
  ASSERT_TRUE(csr) << csr.error().to_string();
  EXPECT_EQ(csr->columns, 3);
  EXPECT_EQ(csr->data.values<double>()[0], 1.5);
}

TEST(Npz, writes_arrays_that_read_back) {
  const double values[] = {1, 2};
  const std::string text[] = {"x", "yz"};
  Result<std::string> bytes =
      npz_bytes({{"a", matrix_view(values, 2, 1)}, {"b", {DType::kString, Shape{2}, text}}});
  ASSERT_TRUE(bytes);
  Result<NpzFile> npz = open_text(*bytes);
  ASSERT_TRUE(npz);
  EXPECT_EQ(npz->array("b")->all()->values<std::string>()[1], "yz");
}

/// The archive of a matrix with some arrays replaced.
Result<StoredCsr> damaged_csr(const std::vector<std::pair<std::string, TensorView>>& changes) {
  const SparseCsr csr = small_csr();
  const std::string format[] = {"csr"};
  const int64_t shape[] = {2, 3};
  std::vector<std::pair<std::string, TensorView>> arrays = {
      {"indices", csr.indices.view()},
      {"indptr", csr.indptr.view()},
      {"format", {DType::kString, Shape{}, format}},
      {"shape", {DType::kInt64, Shape{2}, shape}},
      {"data", csr.data.view()}};
  for (auto& array : arrays) {
    for (const auto& change : changes) {
      if (change.first == array.first) array.second = change.second;
    }
  }
  TRY_ASSIGN(const std::string bytes, npz_bytes(arrays));
  TRY_ASSIGN(const NpzFile npz, open_text(bytes));
  return npz.csr();
}

TEST(Npz, refuses_damaged_csr) {
  ASSERT_TRUE(damaged_csr({}));
  const int64_t outside[] = {3, 0};
  const int64_t descending[] = {0, 2, 1};
  const int64_t open_end[] = {0, 1, 1};
  const int64_t backwards[] = {0, 3, 2};
  const int64_t three[] = {1, 2, 3};
  const int64_t negative[] = {-1, 3};
  const double one[] = {1};
  const std::string text[] = {"a", "b"};
  const auto numbers = [](const int64_t* at, int64_t n) {
    return TensorView{DType::kInt64, Shape{n}, at};
  };
  for (const auto& [name, view] : std::vector<std::pair<std::string, TensorView>>{
           {"indices", numbers(outside, 2)},
           {"indptr", numbers(descending, 3)},
           {"indptr", numbers(open_end, 3)},
           {"indptr", numbers(backwards, 3)},
           {"indptr", numbers(outside, 2)},
           {"shape", numbers(three, 3)},
           {"shape", numbers(negative, 2)},
           {"shape", {DType::kInt64, Shape{1, 2}, three}},
           {"indices", {DType::kFloat64, Shape{1}, one}},
           {"data", {DType::kFloat64, Shape{1}, one}},
           {"data", {DType::kString, Shape{2}, text}},
           {"format", {DType::kFloat64, Shape{1}, one}}}) {
    Result<StoredCsr> csr = damaged_csr({{name, view}});
    ASSERT_FALSE(csr) << name;
    EXPECT_EQ(csr.error().code(), ErrorCode::kInvalidModel) << csr.error().to_string();
  }
}

TEST(Npz, refuses_members_that_are_no_arrays) {
  std::string out;
  ZipWriter zip([&](std::string_view text) {
    out += text;
    return ok();
  });
  ASSERT_TRUE(zip.begin("readme.txt", 2, crc32_update(0, as_bytes("hi"))));
  ASSERT_TRUE(zip.write("hi"));
  ASSERT_TRUE(zip.finish());
  EXPECT_EQ(open_text(out).error().code(), ErrorCode::kInvalidModel);
}

}  // namespace
}  // namespace tundish
