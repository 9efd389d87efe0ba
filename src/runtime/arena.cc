#include "runtime/arena.h"

#include <algorithm>

namespace tundish {

Status Arena::reserve(size_t bytes) {
  if (data_ != nullptr && bytes <= size_) return ok();
  const size_t wanted = std::max(bytes, kBufferAlignment);  // a place to point to, even for nothing
  storage_ = Tensor();                                      // frees before it allocates
  data_ = nullptr;
  size_ = 0;
  ++epoch_;
  TRY_ASSIGN(storage_, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(wanted)}));
  data_ = static_cast<char*>(storage_.mutable_data());
  size_ = wanted;
  return ok();
}

size_t PlaceFinder::take(size_t bytes) {
  bytes = rounded(bytes);
  if (bytes == 0) return 0;
  auto best = free_.end();
  for (auto piece = free_.begin(); piece != free_.end(); ++piece) {
    if (piece->second >= bytes && (best == free_.end() || piece->second < best->second)) {
      best = piece;
    }
  }
  if (best == free_.end()) {
    // The last free piece may reach the end: then only what is missing is added.
    if (!free_.empty()) {
      const auto last = std::prev(free_.end());
      if (last->first + last->second == end_) {
        const size_t offset = last->first;
        free_.erase(last);
        end_ = offset + bytes;
        return offset;
      }
    }
    end_ += bytes;
    return end_ - bytes;
  }
  const size_t offset = best->first;
  const size_t rest = best->second - bytes;
  free_.erase(best);
  if (rest > 0) free_.emplace(offset + bytes, rest);
  return offset;
}

void PlaceFinder::give_back(size_t offset, size_t bytes) {
  bytes = rounded(bytes);
  if (bytes == 0) return;
  const auto after = free_.lower_bound(offset);
  if (after != free_.end() && offset + bytes == after->first) {
    bytes += after->second;
    free_.erase(after);
  }
  const auto next = free_.lower_bound(offset);
  if (next != free_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == offset) {
      before->second += bytes;
      return;
    }
  }
  free_.emplace(offset, bytes);
}

Layout lay_out(std::vector<Lifetime> buffers) {
  Layout layout;
  PlaceFinder places;
  std::multimap<int, size_t> ends;  // last step -> buffer
  for (size_t i = 0; i < buffers.size(); ++i) {
    while (!ends.empty() && ends.begin()->first < buffers[i].first_step) {
      const size_t done = ends.begin()->second;
      places.give_back(layout.offsets[done], buffers[done].bytes);
      ends.erase(ends.begin());
    }
    layout.offsets.push_back(places.take(buffers[i].bytes));
    ends.emplace(buffers[i].last_step, i);
  }
  layout.total_bytes = places.total_bytes();
  return layout;
}

}  // namespace tundish
