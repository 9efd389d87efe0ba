#include "import/onnx/external_data.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tundish {
namespace {

namespace fs = std::filesystem;

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "external-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fs::create_directory(folder_ / "model");
    write(folder_ / "outside.bin");
    write(folder_ / "model/w.bin");
    fs::create_symlink(folder_ / "outside.bin", folder_ / "model/link.bin");
    fs::create_directory_symlink(folder_, folder_ / "model/up");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static void write(const fs::path& path) {
    const float values[] = {1, 2, 3, 4};
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(values), sizeof values);
  }

  std::string read(const OnnxStringMap& place, std::vector<int64_t> dims = {2}) {
    OnnxTensor record;
    record.name = "W";
    record.dims = std::move(dims);
    record.data_type = 1;
    record.is_external = true;
    record.external_data = place;
    ExternalData data((folder_ / "model/model.onnx").string());
    const Result<Tensor> tensor = data.tensor(record);
    if (!tensor) return tensor.error().to_string();
    std::string text;
    for (const float value : tensor->values<float>()) text += std::to_string(int(value)) + " ";
    return text;
  }

  fs::path folder_;
};

TEST_F(ExternalDataTest, offset_and_length_count) {
  EXPECT_EQ(read({{"location", "w.bin"}, {"offset", "4"}, {"length", "8"}}), "2 3 ");
  EXPECT_EQ(read({{"location", "w.bin"}}, {4}), "1 2 3 4 ");
  EXPECT_EQ(read({{"location", "w.bin"}, {"offset", "8"}}), "3 4 ");
}

TEST_F(ExternalDataTest, only_files_inside_the_folder) {
  for (const char* location :
       {"../outside.bin", "/etc/passwd", "a/../../outside.bin", "./w.bin", "a//b", "", "up/.."}) {
    EXPECT_NE(read({{"location", location}}).find("external data"), std::string::npos) << location;
  }
  EXPECT_NE(read({{"location", "link.bin"}}).find("symbolic link"), std::string::npos);
  EXPECT_NE(read({{"location", "up/outside.bin"}}).find("cannot open"), std::string::npos);
  EXPECT_NE(read({{"location", "none.bin"}}).find("cannot open"), std::string::npos);
}

TEST_F(ExternalDataTest, places_outside_the_file) {
  EXPECT_NE(
      read({{"location", "w.bin"}, {"offset", "12"}, {"length", "8"}}).find("the file has 16"),
      std::string::npos);
  EXPECT_NE(read({{"location", "w.bin"}, {"offset", "99"}}).find("the file has 16"),
            std::string::npos);
  EXPECT_NE(read({{"location", "w.bin"}, {"offset", "-1"}}).find("offset is \"-1\""),
            std::string::npos);
  EXPECT_NE(read({{"location", "w.bin"}}, {8}), "");
  EXPECT_NE(read({{"location", "w.bin"}}, {int64_t{1} << 62, 8}), "");
}

TEST(ExternalData, needs_a_folder) {
  ExternalData data("");
  OnnxTensor record;
  record.is_external = true;
  EXPECT_EQ(data.tensor(record).error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace tundish
