// Cast and CastLike: numbers, truth and text from one element type to another. BitCast: the same
// bits under another type.
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/number_text.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kCastable = kConvertible | kStrings;

bool is_signed_integer(DType dtype) {
  return dtype == DType::kInt2 || dtype == DType::kInt4 || dtype == DType::kInt8 ||
         dtype == DType::kInt16 || dtype == DType::kInt32 || dtype == DType::kInt64;
}

// ---- Attributes

Result<DType> target_of(const Node& node) {
  TRY_ASSIGN(const int64_t to, node.attributes.require_int("to"));
  if (to < 1 || to > static_cast<int64_t>(DType::kInt2)) {
    return InvalidModel(cat("attribute \"to\": no element type has number ", to));
  }
  return static_cast<DType>(to);
}

Result<NarrowRounding> rounding_of(const Node& node) {
  NarrowRounding rounding;
  TRY_ASSIGN(const int64_t saturate, node.attributes.get_int("saturate", 1));
  if (saturate == 0) rounding.out_of_range = NarrowRounding::OutOfRange::kSpecial;
  TRY_ASSIGN(const std::string mode, node.attributes.get_string("round_mode", "up"));
  if (mode == "down") {
    rounding.direction = NarrowRounding::Direction::kDown;
  } else if (mode == "nearest") {
    rounding.direction = NarrowRounding::Direction::kNearest;
  } else if (mode != "up") {
    return InvalidModel(cat("attribute \"round_mode\" is ", quoted(mode),
                            ", expected \"up\", \"down\" or \"nearest\""));
  }
  return rounding;
}

Status infer_conversion(InferContext& context, DType target) {
  TRY(expect_tensor(context, 0, kCastable));
  TRY(rounding_of(context.node()));
  if (!kCastable.contains(target)) {
    return InvalidModel(cat("conversion to ", dtype_name(target), " is not allowed"));
  }
  context.set_output(0, ValueType::tensor(target, context.input(0).shape));
  return ok();
}

Status infer_cast(InferContext& context) {
  TRY_ASSIGN(const DType target, target_of(context.node()));
  return infer_conversion(context, target);
}

Status infer_cast_like(InferContext& context) {
  TRY(expect_tensor(context, 1, kCastable));
  return infer_conversion(context, context.input(1).dtype);
}

// ---- Text

Status write_texts(const TensorView& x, std::string* out) {
  const int64_t count = x.shape.element_count();
  CarrierBlock room;
  for (int64_t begin = 0; begin < count; begin += kBlockElements) {
    const int64_t length = std::min(kBlockElements, count - begin);
    const void* carried = widen_block(x.dtype, x.data, begin, length, room);
    const auto write = [&]<class T, class Text>(const T* values, Text) {
      for (int64_t i = 0; i < length; ++i) {
        out[begin + i] = number_text(static_cast<Text>(values[i]));
      }
    };
    switch (carrier_of(x.dtype)) {
      case Carrier::kFloat32: write(static_cast<const float*>(carried), float{}); break;
      case Carrier::kFloat64: write(static_cast<const double*>(carried), double{}); break;
      case Carrier::kInt32: write(static_cast<const int32_t*>(carried), int64_t{}); break;
      case Carrier::kInt64: write(static_cast<const int64_t*>(carried), int64_t{}); break;
      case Carrier::kUint64: write(static_cast<const uint64_t*>(carried), uint64_t{}); break;
    }
  }
  return ok();
}

// An integer within [least, most]; fractions are cut off ("100.5" is 100, as the text of ONNX Cast
// suggests).
template <class Int> std::optional<Int> parse_within(const std::string& text, Int least, Int most) {
  std::optional<Int> value;
  if constexpr (std::is_same_v<Int, uint64_t>) {
    value = parse_uint64(text);
  } else {
    value = parse_int64(text);
  }
  if (!value) {
    const std::optional<double> number = parse_float64(text);
    // One more than the greatest is a power of two, which a double holds.
    const Int half = most / 2 + 1;
    if (!number || !(std::trunc(*number) >= static_cast<double>(least)) ||
        !(*number < 2.0 * static_cast<double>(half))) {
      return std::nullopt;
    }
    value = static_cast<Int>(*number);
  }
  if (*value < least || *value > most) return std::nullopt;
  return value;
}

// Bounds of an integer type of up to 32 bits, or of int64.
std::optional<int64_t> parse_integer_of(DType dtype, const std::string& text) {
  const bool is_signed = is_signed_integer(dtype);
  const size_t bits = dtype_bits(dtype);
  const uint64_t most = ~uint64_t{0} >> (64 - bits + (is_signed ? 1 : 0));
  const auto signed_most = static_cast<int64_t>(most);
  return parse_within<int64_t>(text, is_signed ? -signed_most - 1 : 0, signed_most);
}

std::optional<bool> parse_truth(const std::string& text) {
  if (const std::optional<double> number = parse_float64(text)) return *number != 0;
  if (text == "True" || text == "true" || text == "TRUE") return true;
  if (text == "False" || text == "false" || text == "FALSE") return false;
  return std::nullopt;
}

template <class To, class Parsed> bool assign(To& to, const std::optional<Parsed>& parsed) {
  if (parsed) to = static_cast<To>(*parsed);
  return parsed.has_value();
}

// Puts the number that `text` stands for at block element i, as narrow_block() takes it.
bool read_text(const std::string& text, DType target, CarrierBlock& block, int64_t i) {
  if (target == DType::kBool) return assign(block.as<bool>()[i], parse_truth(text));
  switch (carrier_of(target)) {
    case Carrier::kFloat32: {
      if (target == DType::kFloat32) return assign(block.as<float>()[i], parse_float32(text));
      const std::optional<double> number = parse_float64(text);
      if (number) block.as<float>()[i] = rounded_to_odd(*number);
      return number.has_value();
    }
    case Carrier::kFloat64: return assign(block.as<double>()[i], parse_float64(text));
    case Carrier::kInt32: return assign(block.as<int32_t>()[i], parse_integer_of(target, text));
    case Carrier::kInt64: return assign(block.as<int64_t>()[i], parse_integer_of(target, text));
    case Carrier::kUint64:
      return assign(block.as<uint64_t>()[i],
                    parse_within<uint64_t>(text, 0, std::numeric_limits<uint64_t>::max()));
  }
  return false;
}

Status read_texts(const TensorView& x, NarrowRounding rounding, const MutableTensorView& y) {
  const auto* texts = static_cast<const std::string*>(x.data);
  const int64_t count = x.shape.element_count();
  CarrierBlock block;
  for (int64_t begin = 0; begin < count; begin += kBlockElements) {
    const int64_t length = std::min(kBlockElements, count - begin);
    for (int64_t i = 0; i < length; ++i) {
      if (read_text(texts[begin + i], y.dtype, block, i)) continue;
      return InvalidArgument(cat("input 0: element ", begin + i, ", ", quoted(texts[begin + i]),
                                 ", is no number that ", dtype_name(y.dtype), " can hold"));
    }
    narrow_block(y.dtype, block.bytes, length, rounding, y.data, begin);
  }
  return ok();
}

// ---- Running

Status run_conversion(ExecContext& context, DType target) {
  const TensorView& x = context.input(0);
  NarrowRounding rounding;
  if (is_narrow_float(target)) {
    TRY_ASSIGN(rounding, rounding_of(context.node()));
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, target, x.shape));
  const int64_t count = x.shape.element_count();
  // Infinities of float8e5m2 saturate as in the text of Cast, also on the way to their own type.
  if (x.dtype == target && target != DType::kFloat8E5M2) {
    copy_elements(target, y.data, x.data, count);
    return ok();
  }
  if (target == DType::kString) return write_texts(x, static_cast<std::string*>(y.data));
  if (x.dtype == DType::kString) return read_texts(x, rounding, y);
  static_assert(kCheapGrain % kBlockElements == 0, "threads must not share a byte");
  auto piece = [&](int64_t begin, int64_t end) {
    for (; begin < end; begin += kBlockElements) {
      convert_block(x.dtype, x.data, target, rounding, y.data, begin,
                    std::min(kBlockElements, end - begin));
    }
  };
  if (count <= kCheapGrain) {
    piece(0, count);
  } else {
    context.parallel_for(count, kCheapGrain, piece);
  }
  return ok();
}

Status run_cast(ExecContext& context) {
  TRY_ASSIGN(const DType target, target_of(context.node()));
  return run_conversion(context, target);
}

Status run_cast_like(ExecContext& context) {
  return run_conversion(context, context.input(1).dtype);
}

// ---- BitCast

Status infer_bit_cast(InferContext& context) {
  constexpr DTypeSet kBits = kConvertible | kComplex;
  TRY(expect_tensor(context, 0, kBits));
  TRY_ASSIGN(const DType target, target_of(context.node()));
  const DType dtype = context.input(0).dtype;
  if (dtype_bits(target) != dtype_bits(dtype)) {
    return InvalidModel(cat("attribute \"to\": ", dtype_name(dtype), " has not as many bits as ",
                            dtype_name(target)));
  }
  context.set_output(0, ValueType::tensor(target, context.input(0).shape));
  return ok();
}

Status run_bit_cast(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const DType target, target_of(context.node()));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, target, x.shape));
  copy_elements(target, y.data, x.data, x.shape.element_count());
  return ok();
}

// ---- Traits

bool never_turns(DType from, DType to) {
  if (from == DType::kString || to == DType::kString) return from == to;
  if (from == to || from == DType::kBool) return to != DType::kFloat8E8M0;
  if (is_floating(to)) return true;                        // rounding to nearest keeps order
  if (!is_integer(from) || !is_integer(to)) return false;  // NaN-like answers out of range
  if (is_signed_integer(from) && !is_signed_integer(to)) return false;
  return is_signed_integer(from) == is_signed_integer(to) ? dtype_bits(to) >= dtype_bits(from)
                                                          : dtype_bits(to) > dtype_bits(from);
}

Monotone monotone_cast(const InferContext& context, size_t) {
  const Result<DType> target = target_of(context.node());
  const bool keeps_order = target && never_turns(context.input(0).dtype, target.value());
  return keeps_order ? Monotone::kIncreasing : Monotone::kNo;
}

// Cast, version 6: `to` is a number. Later versions added types, `saturate` (19) and `round_mode`
// (24). CastLike reads a type, not elements, from its input 1, so it is not element-wise in it.
constexpr OpDef kOps[] = {
    {.name = "Cast",
     .since = 6,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .monotone = monotone_cast},
     .infer = infer_cast,
     .run = run_cast},
    {.name = "CastLike",
     .since = 15,
     .inputs = {2, 2},
     .traits = {.in_place = true},
     .infer = infer_cast_like,
     .run = run_cast_like},
    {.name = "BitCast",
     .since = 26,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true},
     .infer = infer_bit_cast,
     .run = run_bit_cast},
};

}  // namespace

std::span<const OpDef> ops_cast() { return kOps; }

}  // namespace tundish
