#include "wire/npy/npy.h"

#include <bit>
#include <vector>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/npy/utf8.h"

namespace tundish {

namespace {

bool is_aligned(const void* at, size_t alignment) {
  return alignment == 0 || reinterpret_cast<uintptr_t>(at) % alignment == 0;
}

/// Gives, for each element of rows [first, ...) in C order, its place in a Fortran-ordered array.
class FortranOrder {
 public:
  FortranOrder(const Shape& whole, const Shape& part, int64_t first_row) : part_(part) {
    int64_t stride = 1;
    for (size_t axis = 0; axis < whole.rank(); ++axis) {
      strides_[axis] = stride;
      stride *= whole[axis];
    }
    place_ = first_row;
  }
  int64_t place() const { return place_; }
  void advance() {
    for (size_t axis = part_.rank(); axis-- > 0;) {
      place_ += strides_[axis];
      if (++index_[axis] < part_[axis]) return;
      place_ -= strides_[axis] * index_[axis];
      index_[axis] = 0;
    }
  }

 private:
  Shape part_;
  std::array<int64_t, Shape::kMaxRank> strides_{};
  std::array<int64_t, Shape::kMaxRank> index_{};
  int64_t place_ = 0;
};

template <class Word> Word swapped(Word word) {
  if constexpr (sizeof(Word) == 2) return __builtin_bswap16(word);
  if constexpr (sizeof(Word) == 4) return __builtin_bswap32(word);
  if constexpr (sizeof(Word) == 8) return __builtin_bswap64(word);
  return word;
}

template <class Word>
void copy_words(const uint8_t* from, FortranOrder* order, bool swap, Word* out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t place = order == nullptr ? i : order->place();
    const Word word = load_unaligned<Word>(from + place * static_cast<int64_t>(sizeof(Word)));
    out[i] = swap ? swapped(word) : word;
    if (order != nullptr) order->advance();
  }
}

/// One string element as UTF-8 (from <U) or as its bytes (from |S), trailing NULs dropped.
Result<std::string> string_item(Bytes item, const NpyElement& element) {
  if (!element.ucs4) {
    size_t length = item.size();
    while (length > 0 && item[length - 1] == 0) --length;
    return std::string(as_text(item.first(length)));
  }
  size_t count = item.size() / 4;
  const auto character = [&](size_t i) {
    const auto word = load_unaligned<uint32_t>(item.data() + i * 4);
    return element.big_endian ? __builtin_bswap32(word) : word;
  };
  while (count > 0 && character(count - 1) == 0) --count;
  std::string text;
  text.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if (!append_utf8(text, character(i))) {
      return InvalidModel(cat("character ", character(i), " is not Unicode"));
    }
  }
  return text;
}

Status check_bools(const Tensor& tensor, int64_t first_element) {
  const auto* bytes = static_cast<const uint8_t*>(tensor.data());
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    if (bytes[i] > 1) {
      return InvalidModel(cat("bool element ", first_element + i, " is ", uint64_t{bytes[i]}));
    }
  }
  return ok();
}

}  // namespace

Result<NpyArray> NpyArray::open(Bytes file, std::shared_ptr<const void> owner,
                                const Limits& limits) {
  TRY_ASSIGN(NpyHeader header, parse_npy_header(file, limits));
  const uint64_t present = file.size() - header.data_offset;
  if (present != header.data_bytes) {
    return InvalidModel(cat("the header promises ", header.data_bytes, " bytes of data (",
                            header.descr, " ", header.shape.to_string(), "), the file has ",
                            present));
  }
  const Bytes data = file.subspan(header.data_offset);
  return NpyArray(std::move(header), data, std::move(owner), limits.max_memory_bytes);
}

Result<Tensor> NpyArray::all() const { return read(header_.shape, 0); }

Result<Tensor> NpyArray::rows(int64_t first, int64_t count) const {
  if (header_.shape.rank() == 0) return InvalidArgument("the array has no rows: it is one value");
  const int64_t present = header_.shape[0];
  if (first < 0 || count < 0 || first > present || count > present - first) {
    return InvalidArgument(cat("rows ", first, " to ", first, " + ", count,
                               " lie outside the array of ", present, " rows"));
  }
  Shape shape = header_.shape;
  shape[0] = count;
  return read(shape, first);
}

Result<Tensor> NpyArray::read(const Shape& shape, int64_t first_row) const {
  const NpyElement& element = header_.element;
  int64_t row_elements = 1;
  for (size_t axis = 1; axis < shape.rank(); ++axis) row_elements *= shape[axis];
  const int64_t first_element = first_row * row_elements;
  const bool stored_as_wanted =
      element.dtype != DType::kString && !header_.fortran_order && !element.big_endian;
  const uint8_t* at = data_.data() + first_element * static_cast<int64_t>(element.item_bytes);
  if (stored_as_wanted && is_aligned(at, dtype_bytes(element.dtype))) {
    Tensor borrowed = Tensor::borrow({element.dtype, shape, at}, owner_);
    if (element.dtype == DType::kBool) TRY(check_bools(borrowed, first_element));
    return borrowed;
  }
  const uint64_t held_bytes =
      element.dtype == DType::kString ? sizeof(std::string) : element.item_bytes;
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), held_bytes));
  if (bytes > max_bytes_) {
    return Limit(cat("an array of ", bytes, " bytes is over the memory limit of ", max_bytes_,
                     " bytes (--memory-limit raises it)"));
  }
  TRY_ASSIGN(Tensor out, Tensor::allocate(element.dtype, shape));
  TRY(convert(first_row, out));
  if (element.dtype == DType::kBool) TRY(check_bools(out, first_element));
  return out;
}

Status NpyArray::convert(int64_t first_row, Tensor& out) const {
  const NpyElement& element = header_.element;
  const int64_t count = out.element_count();
  FortranOrder fortran(header_.shape, out.shape(), first_row);
  FortranOrder* order = header_.fortran_order ? &fortran : nullptr;
  const int64_t rows = out.shape().rank() == 0 ? 1 : out.shape()[0];
  const int64_t first_element = rows == 0 ? 0 : first_row * (count / rows);
  const auto item_bytes = static_cast<int64_t>(element.item_bytes);
  const uint8_t* from = data_.data() + (order == nullptr ? first_element * item_bytes : int64_t{0});
  if (element.dtype == DType::kString) {
    auto* strings = static_cast<std::string*>(out.mutable_data());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t place = order == nullptr ? i : order->place();
      const Bytes item(from + place * item_bytes, element.item_bytes);
      TRY_ASSIGN(strings[i], in(cat("element ", first_element + i), string_item(item, element)));
      if (order != nullptr) order->advance();
    }
    return ok();
  }
  void* to = out.mutable_data();
  switch (element.item_bytes) {
    case 1: copy_words(from, order, false, static_cast<uint8_t*>(to), count); break;
    case 2: copy_words(from, order, element.big_endian, static_cast<uint16_t*>(to), count); break;
    case 4: copy_words(from, order, element.big_endian, static_cast<uint32_t*>(to), count); break;
    default: copy_words(from, order, element.big_endian, static_cast<uint64_t*>(to), count); break;
  }
  return ok();
}

}  // namespace tundish
