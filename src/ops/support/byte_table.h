// Functions of quantized bytes as tables of 256 codes.
#ifndef TUNDISH_OPS_SUPPORT_BYTE_TABLE_H_
#define TUNDISH_OPS_SUPPORT_BYTE_TABLE_H_

#include <array>
#include <cstdint>

#include "ir/exec_context.h"
#include "ops/support/types.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

inline constexpr DTypeSet kByteTypes{DType::kInt8, DType::kUint8};

/// Number = (code - zero_point) * scale.
struct ByteScale {
  float scale = 1;
  float zero_point = 0;
};

/// Inference: the scale is one float32 number and the zero point, if there, one of the type of
/// input `like`.
Status infer_byte_scale(const InferContext& context, size_t like, size_t scale, size_t zero_point);
/// kInvalidArgument where one of the two is not one number.
Result<ByteScale> read_byte_scale(ExecContext& context, size_t scale, size_t zero_point);

/// By the bits of a code: the number it stands for.
using ByteNumbers = std::array<float, 256>;
ByteNumbers byte_numbers(DType dtype, ByteScale scale);

/// Writes numbers as codes of `dtype`, rounded to even and saturated; `numbers` is used up.
void store_codes(DType dtype, ByteScale scale, float* numbers, int64_t count, uint8_t* codes);

/// By the bits of a code: the code of what the function makes of it.
using ByteTable = std::array<uint8_t, 256>;
/// Numbers (used up) as a table.
ByteTable byte_table(ByteNumbers numbers, DType dtype, ByteScale scale);
/// y[i] = table[x[i]] over the threads of the context.
void translate(ExecContext& context, const ByteTable& table, const uint8_t* x, int64_t count,
               uint8_t* y);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_BYTE_TABLE_H_
