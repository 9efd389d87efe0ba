#include "wire/npy/npy_writer.h"

#include <algorithm>

#include "base/strings.h"
#include "wire/npy/utf8.h"

namespace tundish {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPreambleBytes = 10;  // magic, version, length
/// numpy leaves room for the first size to grow (GROWTH_AXIS_MAX_DIGITS of numpy.lib.format).
constexpr size_t kFirstSizeDigits = 21;
/// Rows wait until a write is worth a system call.
constexpr size_t kPendingBytes = size_t{1} << 18;

std::string_view number_descr(DType dtype) {
  switch (dtype) {
    case DType::kFloat16: return "<f2";
    case DType::kFloat32: return "<f4";
    case DType::kFloat64: return "<f8";
    case DType::kInt8: return "|i1";
    case DType::kInt16: return "<i2";
    case DType::kInt32: return "<i4";
    case DType::kInt64: return "<i8";
    case DType::kUint8: return "|u1";
    case DType::kUint16: return "<u2";
    case DType::kUint32: return "<u4";
    case DType::kUint64: return "<u8";
    case DType::kBool: return "|b1";
    default: return "";
  }
}

Status append_string(std::string& out, std::string_view text, uint64_t string_characters) {
  if (!is_valid_utf8(text)) {
    return InvalidArgument(cat("the string ", quoted(text, 60), " is not UTF-8"));
  }
  uint64_t written = 0;
  for_each_character(text, [&](uint32_t code) {
    if (written++ >= string_characters) return;
    const uint32_t word = code;
    out.append(reinterpret_cast<const char*>(&word), sizeof word);
  });
  if (written > string_characters) {
    return InvalidArgument(cat("the string ", quoted(text, 60), " has ", written,
                               " characters, the array holds ", string_characters));
  }
  out.append((string_characters - written) * 4, '\0');
  return ok();
}

uint64_t longest_string(const TensorView& view) {
  uint64_t longest = 1;
  for (const std::string& text : view.values<std::string>()) {
    longest = std::max(longest, count_characters(text));
  }
  return longest;
}

}  // namespace

Result<std::string> npy_descr(DType dtype, uint64_t string_characters) {
  if (dtype == DType::kString) return cat("<U", std::max<uint64_t>(string_characters, 1));
  const std::string_view descr = number_descr(dtype);
  if (descr.empty()) return Unsupported(cat(".npy has no type for ", dtype_name(dtype)));
  return std::string(descr);
}

std::string npy_header(std::string_view descr, std::span<const int64_t> dims) {
  std::string shape = "(";
  for (size_t i = 0; i < dims.size(); ++i) {
    shape += cat(i == 0 ? "" : ", ", dims[i]);
  }
  shape += dims.size() == 1 ? ",)" : ")";
  std::string text =
      cat("{'descr': '", descr, "', 'fortran_order': False, 'shape': ", shape, ", }");
  if (!dims.empty()) {
    const size_t digits = cat(dims[0]).size();
    text.append(kFirstSizeDigits - std::min(kFirstSizeDigits, digits), ' ');
  }
  const size_t unpadded = kPreambleBytes + text.size() + 1;
  text.append(kAlignment - unpadded % kAlignment, ' ');
  text += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(text.size() & 0xFF);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

uint64_t count_characters(std::string_view text) {
  return static_cast<uint64_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
  }));
}

Status append_npy_items(std::string& out, const TensorView& view, uint64_t string_characters) {
  if (view.dtype != DType::kString) {
    const auto bytes = static_cast<size_t>(view.shape.element_count()) * dtype_bytes(view.dtype);
    if (bytes > 0) out.append(static_cast<const char*>(view.data), bytes);
    return ok();
  }
  for (const std::string& text : view.values<std::string>()) {
    TRY(append_string(out, text, std::max<uint64_t>(string_characters, 1)));
  }
  return ok();
}

Result<std::string> npy_bytes(const TensorView& view) {
  const uint64_t characters = view.dtype == DType::kString ? longest_string(view) : 0;
  TRY_ASSIGN(const std::string descr, npy_descr(view.dtype, characters));
  std::string out = npy_header(descr, view.shape.dims());
  TRY(append_npy_items(out, view, characters));
  return out;
}

Result<NpyFileWriter> NpyFileWriter::create(const std::string& path, DType dtype,
                                            std::span<const int64_t> row_shape,
                                            uint64_t string_characters) {
  TRY_ASSIGN(std::string descr, npy_descr(dtype, string_characters));
  std::vector<int64_t> dims{0};
  dims.insert(dims.end(), row_shape.begin(), row_shape.end());
  TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
  TRY(file.write(npy_header(descr, dims)));
  return NpyFileWriter(std::move(file), dtype, std::move(descr), std::move(dims),
                       string_characters);
}

Status NpyFileWriter::append(const TensorView& rows) {
  const auto dims = rows.shape.dims();
  if (rows.dtype != dtype_ || dims.size() != dims_.size() ||
      !std::equal(dims.begin() + 1, dims.end(), dims_.begin() + 1)) {
    return InvalidArgument(cat("rows of ", dtype_name(rows.dtype), " ", rows.shape.to_string(),
                               " do not fit an array of ", descr_));
  }
  TRY(append_npy_items(pending_, rows, string_characters_));
  dims_[0] += dims[0];
  if (pending_.size() < kPendingBytes) return ok();
  TRY(file_.write(pending_));
  pending_.clear();
  return ok();
}

Status NpyFileWriter::finish() {
  TRY(file_.write(pending_));
  TRY(file_.write_at(0, npy_header(descr_, dims_)));
  return file_.commit();
}

}  // namespace tundish
