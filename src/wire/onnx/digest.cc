#include "wire/onnx/digest.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"

namespace tundish {

namespace {

constexpr std::string_view kValueStart = R"({"schema":"tundish.digest/1","digest":")";
constexpr std::string_view kValueEnd = R"("})";
constexpr size_t kDigits = 32;
constexpr std::string_view kBlank = "00000000000000000000000000000000";
static_assert(kBlank.size() == kDigits);

constexpr size_t kValueBytes = kValueStart.size() + kDigits + kValueEnd.size();
// Key, tag and length of the value (one byte each), value.
constexpr size_t kTailBytes = kDigestKey.size() + 2 + kValueBytes;

bool has_entry(Bytes file) {
  return file.size() > kTailBytes &&
         as_text(file.last(kTailBytes).first(kDigestKey.size())) == kDigestKey;
}

std::string digest_of(Bytes file) {
  const size_t digits_at = file.size() - kValueEnd.size() - kDigits;
  Digest128 digest;
  digest.add(file.first(digits_at));
  digest.add(kBlank);
  digest.add(file.subspan(digits_at + kDigits));
  return digest.hex();
}

}  // namespace

std::string blank_digest_value() { return cat(kValueStart, kBlank, kValueEnd); }

Status seal_digest(std::string& file) {
  if (!has_entry(as_bytes(file)) || !file.ends_with(blank_digest_value())) {
    return Internal("the file to be sealed does not end in a blank digest");
  }
  const std::string digest = digest_of(as_bytes(file));
  std::copy(digest.begin(), digest.end(),
            file.end() - static_cast<ptrdiff_t>(kValueEnd.size() + kDigits));
  return ok();
}

Result<bool> verify_digest(Bytes file) {
  if (!has_entry(file)) return false;
  const std::string_view stored = as_text(file.last(kValueEnd.size() + kDigits).first(kDigits));
  if (digest_of(file) != stored) {
    return InvalidModel(
        "damaged: the file's bytes do not match the digest it carries (changed after tundish "
        "wrote it, on disk or by another program)");
  }
  return true;
}

bool claims_digest(const OnnxModel& model) {
  return model.producer_name.starts_with(kProducerName) ||
         std::any_of(model.metadata_props.begin(), model.metadata_props.end(),
                     [](const auto& entry) { return entry.first == kDigestKey; });
}

}  // namespace tundish
