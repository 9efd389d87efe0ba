// A written model damaged on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

TEST(Artefact, every_flipped_byte_is_refused) {
  const Folder folder;
  const std::string model = converted(folder);
  std::string bytes = read_text(model);
  ASSERT_GT(bytes.size(), 1000u);
  // a few hundred places of the file; the unit tests of the digest flip every byte of a small one
  for (size_t at = 0; at < bytes.size(); at += bytes.size() / 150 + 1) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    write_text(folder / "damaged.onnx", bytes);
    const Finished run = tundish({"run", folder / "damaged.onnx", "--self-test"});
    EXPECT_TRUE(run.status == 3 || run.status == 4)
        << "byte " << at << ": " << run.status << run.err;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  }
}

}  // namespace
}  // namespace tundish
