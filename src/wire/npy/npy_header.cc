// The header of a .npy file: numpy writes a Python dict literal; this reads exactly that form.
#include <charconv>
#include <vector>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/cursor.h"
#include "wire/npy/npy.h"

namespace tundish {

namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);

/// Reads the literal from front to back without recursion: the grammar has no nesting.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, uint64_t offset, const Limits& limits)
      : text_(text), offset_(offset), limits_(limits) {}

  Status parse(NpyHeader& header) {
    TRY(expect('{'));
    bool has_descr = false;
    bool has_order = false;
    bool has_shape = false;
    while (!accept('}')) {
      TRY_ASSIGN(const std::string_view key, string("a key"));
      TRY(expect(':'));
      if (key == "descr" && !std::exchange(has_descr, true)) {
        TRY(descr(header));
      } else if (key == "fortran_order" && !std::exchange(has_order, true)) {
        TRY_ASSIGN(header.fortran_order, boolean());
      } else if (key == "shape" && !std::exchange(has_shape, true)) {
        TRY_ASSIGN(header.shape, shape());
      } else {
        return fault(cat("unknown or repeated key ", quoted(key, 40)));
      }
      if (!accept(',')) {
        TRY(expect('}'));
        break;
      }
    }
    if (!has_descr || !has_order || !has_shape) {
      return fault("the header must hold 'descr', 'fortran_order' and 'shape'");
    }
    skip_space();
    return at_ == text_.size() ? ok() : Status(fault("bytes after the header's dict"));
  }

 private:
  Error fault(std::string_view what) const {
    return InvalidModel(cat(".npy header at offset ", offset_ + at_, ": ", what));
  }
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool accept(char wanted) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  Status expect(char wanted) {
    if (accept(wanted)) return ok();
    const std::string found = at_ < text_.size() ? quoted(text_.substr(at_, 12)) : "the end";
    return fault(cat("expected '", wanted, "', found ", found));
  }

  /// A quoted string without escapes (numpy writes none in these headers).
  Result<std::string_view> string(std::string_view what) {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') return fault(cat("expected ", what, " in quotes"));
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return fault("a string without end");
    const std::string_view found = text_.substr(at_ + 1, end - at_ - 1);
    if (found.find_first_of("\\\n") != std::string_view::npos) {
      return fault("a string with escapes");
    }
    at_ = end + 1;
    return found;
  }

  Status descr(NpyHeader& header) {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') {
      return Unsupported("the array holds structures (a list of named fields); save plain columns");
    }
    TRY_ASSIGN(const std::string_view found, string("a type"));
    header.descr = std::string(found);
    TRY_ASSIGN(header.element, parse_npy_descr(found, limits_));
    return ok();
  }

  Result<bool> boolean() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair{std::string_view("True"), true}, std::pair{std::string_view("False"), false}}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    return fault("expected True or False");
  }

  Result<int64_t> size() {
    skip_space();
    int64_t value = 0;
    const char* first = text_.data() + at_;
    const auto [end, code] = std::from_chars(first, text_.data() + text_.size(), value);
    if (code == std::errc::result_out_of_range) return fault("a size over 63 bits");
    if (code != std::errc() || value < 0) return fault("expected a size");
    at_ += static_cast<size_t>(end - first);
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // written by Python 2
    return value;
  }

  Result<Shape> shape() {
    TRY(expect('('));
    std::vector<int64_t> dims;
    while (!accept(')')) {
      if (dims.size() == limits_.max_array_rank) {
        return Limit(cat("an array of more than ", uint64_t{limits_.max_array_rank},
                         " dimensions (numpy's own limit)"));
      }
      TRY_ASSIGN(const int64_t found, size());
      dims.push_back(found);
      if (!accept(',')) {
        if (dims.size() == 1) return fault("expected ',' in a shape of one size");
        TRY(expect(')'));
        break;
      }
    }
    return Shape::from_dims(dims);
  }

  std::string_view text_;
  size_t at_ = 0;
  uint64_t offset_;
  const Limits& limits_;
};

struct KindName {
  char kind;
  std::string_view name;
};
constexpr KindName kOtherKinds[] = {{'c', "complex numbers"},
                                    {'M', "dates (datetime64)"},
                                    {'m', "durations (timedelta64)"},
                                    {'V', "raw bytes or structures"},
                                    {'T', "variable-width strings"}};

DType number_dtype(char kind, uint64_t item_bytes) {
  const auto pick = [&](DType one, DType two, DType four, DType eight) {
    return item_bytes == 1   ? one
           : item_bytes == 2 ? two
           : item_bytes == 4 ? four
           : item_bytes == 8 ? eight
                             : DType::kUndefined;
  };
  switch (kind) {
    case 'f': return pick(DType::kUndefined, DType::kFloat16, DType::kFloat32, DType::kFloat64);
    case 'i': return pick(DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64);
    case 'u': return pick(DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64);
    case 'b': return pick(DType::kBool, DType::kUndefined, DType::kUndefined, DType::kUndefined);
    default: return DType::kUndefined;
  }
}

}  // namespace

Result<NpyElement> parse_npy_descr(std::string_view descr, const Limits& limits) {
  const auto fault = [&] { return InvalidModel(cat(quoted(descr, 40), " is no array type")); };
  std::string_view rest = descr;
  NpyElement element;
  if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
    element.big_endian = rest[0] == '>';
    rest.remove_prefix(1);
  }
  if (rest.empty()) return fault();
  const char kind = rest[0];
  rest.remove_prefix(1);
  if (kind == 'O') {
    return Untrusted(
        "the array holds Python objects, which only a pickle can carry; save it with "
        "a plain dtype (X.astype(float) or astype(str))");
  }
  for (const KindName& other : kOtherKinds) {
    if (kind == other.kind) {
      return Unsupported(cat("the array holds ", other.name, " (", quoted(descr, 40), ")"));
    }
  }
  uint64_t size = 0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  if (code != std::errc() || end != rest.data() + rest.size()) return fault();
  if (kind == 'U' || kind == 'S' || kind == 'a') {
    element.dtype = DType::kString;
    element.ucs4 = kind == 'U';
    if (size > limits.max_item_bytes / (element.ucs4 ? 4 : 1)) {
      return Limit(cat("strings of ", size, " characters (", quoted(descr, 40), "), the limit is ",
                       limits.max_item_bytes, " bytes each"));
    }
    element.item_bytes = element.ucs4 ? size * 4 : size;
    return element;
  }
  element.dtype = number_dtype(kind, size);
  element.item_bytes = size;
  if (element.dtype != DType::kUndefined) return element;
  if (kind == 'f' && (size == 12 || size == 16)) {
    return Unsupported(cat("the array holds extended floats (", quoted(descr, 40), ")"));
  }
  return fault();
}

Result<NpyHeader> parse_npy_header(Bytes file, const Limits& limits) {
  Cursor cursor(file);
  TRY_ASSIGN(const Bytes magic, in("reading the .npy magic", cursor.take(kMagic.size())));
  if (as_text(magic) != kMagic) return InvalidModel("not a .npy file: the magic is missing");
  TRY_ASSIGN(const uint8_t major, cursor.byte());
  TRY_ASSIGN(const uint8_t minor, cursor.byte());
  if (major < 1 || major > 3 || minor != 0) {
    return Unsupported(cat(".npy version ", uint64_t{major}, ".", uint64_t{minor},
                           " (1.0, 2.0 and 3.0 are read)"));
  }
  uint64_t header_bytes = 0;
  if (major == 1) {
    TRY_ASSIGN(header_bytes, cursor.little<uint16_t>());
  } else {
    TRY_ASSIGN(header_bytes, cursor.little<uint32_t>());
  }
  if (header_bytes > limits.max_npy_header_bytes) {
    return Limit(cat("a .npy header of ", header_bytes, " bytes, the limit is ",
                     limits.max_npy_header_bytes));
  }
  const uint64_t header_offset = cursor.offset();
  TRY_ASSIGN(const Bytes text, in("reading the .npy header", cursor.take(header_bytes)));
  NpyHeader header;
  HeaderParser parser(as_text(text), header_offset, limits);
  TRY(parser.parse(header));
  header.data_offset = cursor.position();
  TRY_ASSIGN(header.data_bytes, checked_bytes(header.shape.dims(), header.element.item_bytes));
  if (header.element.item_bytes == 0) {
    // Elements without bytes cost memory that no file size bounds.
    TRY_ASSIGN(const uint64_t held, checked_bytes(header.shape.dims(), sizeof(std::string)));
    if (held > limits.max_memory_bytes) {
      return Limit(cat("an array of ", held, " bytes is over the memory limit"));
    }
  }
  return header;
}

}  // namespace tundish
