#include "wire/pickle/numpy_dtype.h"

#include <charconv>

#include "base/strings.h"

namespace tundish::pickle {

namespace {

struct NumericCode {
  char kind;
  uint64_t bytes;
  DType element;
};

// Array-protocol type strings, numpy reference "Data type objects".
constexpr NumericCode kNumericCodes[] = {
    {'b', 1, DType::kBool},      {'i', 1, DType::kInt8},       {'i', 2, DType::kInt16},
    {'i', 4, DType::kInt32},     {'i', 8, DType::kInt64},      {'u', 1, DType::kUint8},
    {'u', 2, DType::kUint16},    {'u', 4, DType::kUint32},     {'u', 8, DType::kUint64},
    {'f', 2, DType::kFloat16},   {'f', 4, DType::kFloat32},    {'f', 8, DType::kFloat64},
    {'c', 8, DType::kComplex64}, {'c', 16, DType::kComplex128}};

Error unknown_code(std::string_view code) {
  return InvalidModel(cat("unknown numpy dtype ", quoted(code, 40)));
}

}  // namespace

std::string NumpyDType::to_string() const {
  const bool ordered = item_bytes > 1 && kind != 'O' && kind != 'V' && kind != 'S';
  const char mark = !ordered ? '|' : order == ByteOrder::kBig ? '>' : '<';
  if (kind == 'O') return "|O";
  return cat(mark, kind, kind == 'U' ? item_bytes / 4 : item_bytes);
}

const NumpyField* NumpyDType::field(std::string_view name) const {
  for (const NumpyField& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

Result<NumpyDType> parse_dtype_code(std::string_view code, const Limits& limits) {
  NumpyDType dtype;
  std::string_view rest = code;
  if (!rest.empty() && std::string_view("<>=|").find(rest[0]) != std::string_view::npos) {
    TRY(set_byte_order(dtype, rest.substr(0, 1)));
    rest.remove_prefix(1);
  }
  if (rest == "?") rest = "b1";
  if (rest == "O") rest = "O8";
  if (rest.empty()) return unknown_code(code);
  dtype.kind = rest[0];
  const std::string_view digits = rest.substr(1);
  uint64_t size = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (parsed.ec == std::errc::result_out_of_range || size > limits.max_item_bytes) {
    return InvalidModel(cat("numpy dtype ", quoted(code, 40), " has elements of more than ",
                            limits.max_item_bytes, " bytes"));
  }
  if (!digits.empty() && (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()))
    return unknown_code(code);
  switch (dtype.kind) {
    case 'O': dtype.item_bytes = 8; return dtype;
    case 'U': dtype.item_bytes = size * 4; break;
    case 'S':
    case 'V': dtype.item_bytes = size; break;
    case 'M':
    case 'm': dtype.item_bytes = 8; return dtype;
    default:
      for (const NumericCode& numeric : kNumericCodes) {
        if (numeric.kind != dtype.kind || numeric.bytes != size) continue;
        dtype.element = numeric.element;
        dtype.item_bytes = size;
        return dtype;
      }
      if ((dtype.kind == 'f' && (size == 12 || size == 16)) || (dtype.kind == 'c' && size >= 24))
        return Unsupported(cat("numpy dtype ", quoted(code, 40), " (extended precision)"));
      return unknown_code(code);
  }
  if (dtype.item_bytes > limits.max_item_bytes) {
    return InvalidModel(cat("numpy dtype ", quoted(code, 40), " has elements of ", dtype.item_bytes,
                            " bytes, more than ", limits.max_item_bytes));
  }
  if (dtype.kind != 'V') dtype.element = DType::kString;
  return dtype;
}

Status set_byte_order(NumpyDType& dtype, std::string_view mark) {
  if (mark.size() != 1 || std::string_view("<>=|").find(mark[0]) == std::string_view::npos)
    return InvalidModel(cat("unknown byte order ", quoted(mark, 40), " of a numpy dtype"));
  dtype.order = mark[0] == '>' ? ByteOrder::kBig : ByteOrder::kLittle;
  return ok();
}

}  // namespace tundish::pickle
