#include "wire/onnx/digest.h"

#include <gtest/gtest.h>

#include "wire/onnx/model_writer.h"

namespace tundish {
namespace {

std::string sealed_file() {
  const std::string value = blank_digest_value();
  OnnxModel model;
  model.ir_version = 8;
  model.producer_name = kProducerName;
  model.metadata_props = {{"a", "b"}, {kDigestKey, value}};
  std::string file = write_onnx_model(model);
  EXPECT_TRUE(seal_digest(file).has_value());
  return file;
}

TEST(Digest, holds_until_a_byte_changes) {
  const std::string file = sealed_file();
  ASSERT_TRUE(verify_digest(as_bytes(file)).has_value());
  EXPECT_TRUE(*verify_digest(as_bytes(file)));
  size_t refused = 0;
  for (size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const auto verified = verify_digest(as_bytes(damaged));
    // False only where the key itself is hit: then the producer's name gives it away.
    if (verified.has_value()) {
      EXPECT_FALSE(*verified) << at;
    } else {
      ++refused;
    }
  }
  EXPECT_EQ(refused, file.size() - kDigestKey.size());
}

TEST(Digest, absent_from_other_files) {
  EXPECT_FALSE(*verify_digest(as_bytes("short")));
  EXPECT_FALSE(*verify_digest(as_bytes(std::string(500, 'x'))));
}

TEST(Digest, seals_only_blank_files) {
  std::string file = sealed_file();
  EXPECT_FALSE(seal_digest(file).has_value());
  std::string other(300, 'x');
  EXPECT_FALSE(seal_digest(other).has_value());
}

TEST(Digest, claims) {
  OnnxModel model;
  EXPECT_FALSE(claims_digest(model));
  model.producer_name = "tundish";
  EXPECT_TRUE(claims_digest(model));
  model.producer_name = "skl2onnx";
  model.metadata_props = {{kDigestKey, "x"}};
  EXPECT_TRUE(claims_digest(model));
}

}  // namespace
}  // namespace tundish
