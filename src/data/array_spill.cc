#include "data/array_spill.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/strings.h"
#include "wire/npy/npy_writer.h"
#include "wire/zip/deflate.h"

namespace tundish {

namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;

/// Reads a spill file forward.
class SpillReader {
 public:
  explicit SpillReader(SpillFile& file) : file_(file), buffer_(kChunkBytes) {}

  /// The next `count` bytes, at most what the file holds.
  Status read(char* to, size_t count) {
    while (count > 0) {
      if (at_ == end_) {
        TRY_ASSIGN(end_, file_.read_at(offset_, buffer_.data(), buffer_.size()));
        if (end_ == 0) return Internal("a spilled array is shorter than it was");
        offset_ += end_;
        at_ = 0;
      }
      const size_t step = std::min(count, end_ - at_);
      std::copy_n(buffer_.data() + at_, step, to);
      at_ += step;
      to += step;
      count -= step;
    }
    return ok();
  }

 private:
  SpillFile& file_;
  std::vector<char> buffer_;
  size_t at_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace

Result<ArraySpill> ArraySpill::create(const std::string& beside, DType dtype,
                                      std::vector<int64_t> row_shape) {
  TRY(npy_descr(dtype, 1));
  TRY_ASSIGN(SpillFile file, SpillFile::create(beside));
  row_shape.insert(row_shape.begin(), 0);
  return ArraySpill(std::move(file), dtype, std::move(row_shape));
}

Status ArraySpill::append(const TensorView& rows) {
  const auto dims = rows.shape.dims();
  if (rows.dtype != dtype_ || dims.size() != dims_.size() ||
      !std::equal(dims.begin() + 1, dims.end(), dims_.begin() + 1)) {
    return InvalidArgument(cat("rows of ", dtype_name(rows.dtype), " ", rows.shape.to_string(),
                               " do not fit an array of ", dtype_name(dtype_)));
  }
  dims_[0] += dims[0];
  scratch_.clear();
  if (dtype_ != DType::kString) {
    TRY(append_npy_items(scratch_, rows, 0));
    return file_.write(scratch_);
  }
  for (const std::string& text : rows.values<std::string>()) {
    if (!is_valid_utf8(text)) {
      return InvalidArgument(cat("the string ", quoted(text, 60), " is not UTF-8"));
    }
    longest_characters_ = std::max(longest_characters_, count_characters(text));
    const uint64_t size = text.size();
    scratch_.append(reinterpret_cast<const char*>(&size), sizeof size);
    scratch_ += text;
  }
  return file_.write(scratch_);
}

Status ArraySpill::append_number(int64_t number) {
  return append({DType::kInt64, Shape{1}, &number});
}

Result<ArraySpill::Summary> ArraySpill::summarize() {
  Summary summary;
  TRY(emit([&](std::string_view text) {
    summary.bytes += text.size();
    summary.crc = crc32_update(summary.crc, as_bytes(text));
    return ok();
  }));
  return summary;
}

Status ArraySpill::emit(const Write& write) {
  const DType written = narrow_ ? DType::kInt32 : dtype_;
  TRY_ASSIGN(const std::string descr, npy_descr(written, longest_characters_));
  TRY(write(npy_header(descr, dims_)));
  if (dtype_ == DType::kString) return emit_strings(write);
  std::vector<char> chunk(kChunkBytes);
  for (uint64_t offset = 0; offset < file_.byte_count();) {
    TRY_ASSIGN(const size_t count, file_.read_at(offset, chunk.data(), chunk.size()));
    if (count == 0) return Internal("a spilled array is shorter than it was");
    offset += count;
    if (!narrow_) {
      TRY(write({chunk.data(), count}));
      continue;
    }
    // Reads end between numbers: the file holds whole ones and so does a chunk.
    for (size_t i = 0; i < count / sizeof(int64_t); ++i) {
      const auto number = static_cast<int32_t>(load_unaligned<int64_t>(&chunk[i * 8]));
      std::memcpy(&chunk[i * 4], &number, sizeof number);
    }
    TRY(write({chunk.data(), count / 2}));
  }
  return ok();
}

Status ArraySpill::emit_strings(const Write& write) {
  SpillReader reader(file_);
  int64_t count = 1;
  for (const int64_t size : dims_) count *= size;
  std::string text;
  std::string items;
  for (int64_t i = 0; i < count; ++i) {
    std::array<char, sizeof(uint64_t)> prefix;
    TRY(reader.read(prefix.data(), prefix.size()));
    text.resize(load_unaligned<uint64_t>(prefix.data()));
    TRY(reader.read(text.data(), text.size()));
    TRY(append_npy_items(items, {DType::kString, Shape{1}, &text}, longest_characters_));
    if (items.size() < kChunkBytes && i + 1 < count) continue;
    TRY(write(items));
    items.clear();
  }
  return ok();
}

}  // namespace tundish
