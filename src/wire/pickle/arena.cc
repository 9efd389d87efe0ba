#include "wire/pickle/arena.h"

#include "base/strings.h"

namespace tundish::pickle {

namespace {
constexpr size_t kBlockBytes = size_t{64} << 10;
}

void* Arena::allocate_block(size_t bytes) {
  used_bytes_ += bytes;
  if (bytes > kBlockBytes / 4) {  // a block of its own; the current one goes on being filled
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
    return blocks_.back().get();
  }
  blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kBlockBytes));
  next_ = blocks_.back().get() + bytes;
  left_ = kBlockBytes - bytes;
  return blocks_.back().get();
}

Error Arena::refuse(uint64_t extra_bytes) const {
  return Limit(cat("the objects of this file need more than ", limit_bytes_, " bytes (",
                   used_bytes_, " in use, ", extra_bytes,
                   " more asked for); --memory-limit raises this"));
}

}  // namespace tundish::pickle
