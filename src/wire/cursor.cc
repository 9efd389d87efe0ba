#include "wire/cursor.h"

#include <cstring>

#include "base/strings.h"

namespace tundish {

Error Cursor::short_read(uint64_t count) const {
  return InvalidModel(cat("need ", count, count == 1 ? " byte" : " bytes", " at offset ", offset(),
                          ", file has ", base_ + bytes_.size()));
}

Status Cursor::seek(uint64_t position) {
  if (position > bytes_.size()) {
    return InvalidModel(cat("offset ", base_ + position, " lies outside the file of ",
                            base_ + bytes_.size(), " bytes"));
  }
  at_ = position;
  return ok();
}

Result<Bytes> Cursor::line() {
  const void* found =
      at_end() ? nullptr : std::memchr(bytes_.data() + at_, '\n', bytes_.size() - at_);
  if (found == nullptr) return InvalidModel(cat("line at offset ", offset(), " has no end"));
  const size_t length = static_cast<const uint8_t*>(found) - (bytes_.data() + at_);
  const Bytes taken = bytes_.subspan(at_, length);
  at_ += length + 1;
  return taken;
}

}  // namespace tundish
