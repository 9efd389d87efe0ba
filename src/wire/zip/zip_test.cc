#include "wire/zip/zip.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/mapped_file.h"
#include "wire/zip/deflate.h"

namespace tundish {
namespace {

std::string golden(const std::string& name) {
  Result<std::shared_ptr<const MappedFile>> file =
      MappedFile::open(std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/data/" + name);
  EXPECT_TRUE(file);
  return std::string(as_text((*file)->bytes()));
}

std::string two_members() {
  std::string out;
  ZipWriter zip([&](std::string_view text) {
    out += text;
    return ok();
  });
  for (const std::string_view text : {"hello", "world!"}) {
    EXPECT_TRUE(zip.begin(text, text.size(), crc32_update(0, as_bytes(text))));
    EXPECT_TRUE(zip.write(text));
  }
  EXPECT_TRUE(zip.finish());
  return out;
}

Error open_error(const std::string& archive, const Limits& limits = {}) {
  Result<ZipFile> zip = ZipFile::open(as_bytes(archive), nullptr, limits);
  if (zip) return Internal("accepted");
  return std::move(zip).error();
}

/// `value` at `offset`, low byte first.
template <class T> std::string patched(std::string archive, size_t offset, T value) {
  std::memcpy(archive.data() + offset, &value, sizeof value);
  return archive;
}

constexpr size_t kLocalBytes = 30 + 5 + 20;       // header, name "hello", ZIP64 field
constexpr size_t kSecondLocal = kLocalBytes + 5;  // behind the first member
constexpr size_t kCentral = kSecondLocal + 30 + 6 + 20 + 6;
constexpr size_t kSecondCentral = kCentral + 46 + 5;
constexpr size_t kEnd = kSecondCentral + 46 + 6;

TEST(Zip, reads_back_what_it_writes) {
  const std::string archive = two_members();
  ASSERT_EQ(archive.size(), kEnd + 22);
  EXPECT_TRUE(ZipFile::sniff(as_bytes(archive)));
  EXPECT_FALSE(ZipFile::sniff(as_bytes("short")));
  Result<ZipFile> zip = ZipFile::open(as_bytes(archive), nullptr, {});
  ASSERT_TRUE(zip) << zip.error().to_string();
  ASSERT_EQ(zip->members().size(), 2U);
  Result<ZipContents> contents = zip->read(*zip->find("world!"));
  ASSERT_TRUE(contents);
  EXPECT_EQ(as_text(contents->bytes), "world!");
  EXPECT_EQ(zip->find("nothing"), nullptr);
}

TEST(Zip, writer_refuses_wrong_sizes) {
  ZipWriter zip([](std::string_view) { return ok(); });
  EXPECT_FALSE(zip.begin("", 1, 0));
  ASSERT_TRUE(zip.begin("a", 2, 0));
  EXPECT_FALSE(zip.begin("b", 2, 0));
  EXPECT_FALSE(zip.finish());
  EXPECT_FALSE(zip.write("abc"));
}

TEST(Zip, writes_more_members_than_16_bits_count) {
  std::string out;
  ZipWriter writer([&](std::string_view text) {
    out += text;
    return ok();
  });
  constexpr int kCount = 70'000;
  for (int i = 0; i < kCount; ++i) ASSERT_TRUE(writer.begin(std::to_string(i), 0, 0));
  ASSERT_TRUE(writer.finish());
  Result<ZipFile> zip = ZipFile::open(as_bytes(out), nullptr, {});
  ASSERT_TRUE(zip) << zip.error().to_string();
  EXPECT_EQ(zip->members().size(), static_cast<size_t>(kCount));
  Limits few;
  few.max_zip_members = 10;
  EXPECT_EQ(open_error(out, few).code(), ErrorCode::kLimit);
}

TEST(Zip, refuses_a_damaged_zip64_end) {
  std::string out;
  ZipWriter writer([&](std::string_view text) {
    out += text;
    return ok();
  });
  for (int i = 0; i < 65'535; ++i) ASSERT_TRUE(writer.begin(std::to_string(i), 0, 0));
  ASSERT_TRUE(writer.finish());
  const size_t end64 = out.size() - 22 - 20 - 56;
  EXPECT_EQ(open_error(out).message(), "accepted");
  EXPECT_NE(open_error(patched<uint32_t>(out, end64, 0)).message(), "accepted");
  EXPECT_NE(open_error(patched<uint64_t>(out, end64 + 16, 1)).message(), "accepted");
  EXPECT_NE(open_error(patched<uint64_t>(out, end64 + 48, 5)).message(), "accepted");
  EXPECT_NE(open_error(patched<uint64_t>(out, end64 + 56 + 8, 5)).message(), "accepted");
  EXPECT_NE(open_error(patched<uint16_t>(out, out.size() - 12, 7)).message(), "accepted");
}

TEST(Zip, refuses_damage_with_its_place) {
  const std::string good = two_members();
  EXPECT_EQ(open_error(good).message(), "accepted");
  struct Case {
    std::string archive;
    const char* expected;
  };
  const Case cases[] = {
      {good.substr(0, good.size() - 1), "the end record is missing"},
      {good + "x", "the end record is missing"},
      {"x", "too short"},
      {patched<uint16_t>(good, kEnd + 4, 1), "several disks"},
      {patched<uint16_t>(good, kEnd + 10, 3), "several disks"},
      {patched<uint32_t>(patched<uint16_t>(patched<uint16_t>(good, kEnd + 8, 3), kEnd + 10, 3), 0,
                         0x04034b50),
       "should list 3"},
      {patched<uint16_t>(patched<uint16_t>(good, kEnd + 8, 1), kEnd + 10, 1), "should list 1"},
      {patched<uint32_t>(good, kEnd + 16, 5), "does not end where"},
      {patched<uint32_t>(good, kCentral, 0), "no entry of the central directory"},
      {patched<uint32_t>(good, 0, 0), "no member header"},
      {patched<uint32_t>(good, kCentral + 42, 0x0FFFFFFF), "behind the central directory"},
      {patched<uint32_t>(good, 14, 7), "the CRC differs"},
      {patched<uint16_t>(good, 8, 8), "the method differs"},
      {patched<uint16_t>(good, 6, 2), "the flags differs"},
      {patched<char>(good, 30, 'j'), "the name differs"},
      {patched<uint64_t>(good, 39, 4), "the size differs"},
      {patched<uint64_t>(good, 47, 4), "the packed size differs"},
      {patched<uint16_t>(good, 35, 9), "the ZIP64 field is missing"},
      {patched<uint16_t>(good, kCentral + 34, 1), "several disks"},
      {patched<char>(good, kCentral + 46, '\0'), "bad member name"},
      {patched<uint32_t>(good, kCentral + 24, 4), "states two sizes"},
      {patched<uint32_t>(good, kSecondCentral + 42, 0), "differs"},
  };
  for (const Case& one : cases) {
    const std::string text = open_error(one.archive).to_string();
    EXPECT_NE(text.find(one.expected), std::string::npos) << one.expected << ": " << text;
  }
}

TEST(Zip, refuses_encryption_and_other_methods_by_name) {
  const std::string good = two_members();
  const auto with_flags = [&](uint16_t flags) {
    return open_error(patched(patched(good, 6, flags), kCentral + 8, flags));
  };
  const auto with_method = [&](uint16_t method) {
    return open_error(patched(patched(good, 8, method), kCentral + 10, method));
  };
  EXPECT_EQ(with_flags(1).to_string(), "zip member \"hello\" is encrypted");
  EXPECT_EQ(with_flags(1 << 5).code(), ErrorCode::kUnsupported);
  EXPECT_NE(with_method(14).to_string().find("packed by lzma"), std::string::npos);
  EXPECT_NE(with_method(77).to_string().find("packed by 77"), std::string::npos);
}

TEST(Zip, refuses_members_twice_and_members_that_overlap) {
  std::string out;
  ZipWriter zip([&](std::string_view text) {
    out += text;
    return ok();
  });
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(zip.begin("a", 0, 0));
  }
  ASSERT_TRUE(zip.finish());
  EXPECT_NE(open_error(out).to_string().find("occurs twice"), std::string::npos);

  // The first member claims the bytes of the second.
  std::string overlap = two_members();
  const uint64_t large = 5 + 30 + 6;
  overlap = patched(overlap, 39, large);
  overlap = patched(overlap, 47, large);
  overlap = patched(overlap, kCentral + 20, static_cast<uint32_t>(large));
  overlap = patched(overlap, kCentral + 24, static_cast<uint32_t>(large));
  EXPECT_NE(open_error(overlap).to_string().find("overlap"), std::string::npos);
}

TEST(Zip, finds_damaged_contents_by_crc) {
  std::string archive = two_members();
  archive[kLocalBytes] = 'j';
  Result<ZipFile> zip = ZipFile::open(as_bytes(archive), nullptr, {});
  ASSERT_TRUE(zip);
  EXPECT_NE(zip->read(zip->members()[0]).error().to_string().find("CRC"), std::string::npos);
}

TEST(Zip, finds_damaged_deflate_data) {
  std::string archive = golden("deflated.npz");
  Result<ZipFile> good = ZipFile::open(as_bytes(archive), nullptr, {});
  ASSERT_TRUE(good);
  const ZipMember member = good->members()[0];
  ASSERT_TRUE(good->read(member));
  archive[member.data_offset] = '\x07';
  Result<ZipFile> zip = ZipFile::open(as_bytes(archive), nullptr, {});
  ASSERT_TRUE(zip);
  EXPECT_NE(zip->read(member).error().to_string().find("compressed data is damaged"),
            std::string::npos);
}

TEST(Zip, refuses_members_that_grow_beyond_the_limits) {
  const std::string archive = golden("deflated.npz");
  Limits limits;
  limits.decompression_free_bytes = 0;
  limits.max_decompression_ratio = 2;
  EXPECT_EQ(open_error(archive, limits).code(), ErrorCode::kLimit);
  limits = {};
  limits.max_memory_bytes = 100;
  EXPECT_EQ(open_error(archive, limits).code(), ErrorCode::kLimit);
  // A size that deflate cannot reach is a lie.
  Result<ZipFile> zip = ZipFile::open(as_bytes(archive), nullptr, {});
  ASSERT_TRUE(zip);
  const size_t central = archive.size() - 22 - 46 - 5;
  const std::string lie = patched<uint32_t>(archive, central + 24, 100'000'000);
  EXPECT_NE(open_error(lie).to_string().find("cannot unpack"), std::string::npos);
}

}  // namespace
}  // namespace tundish
