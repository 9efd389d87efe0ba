#include "ops/support/byte_table.h"

#include <algorithm>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/integer_product.h"
#include "ops/support/move.h"
#include "ops/support/quantization.h"

namespace tundish::ops {
namespace {

Status expect_one(const InferContext& context, size_t i) {
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr) return ok();
  for (const Dim& dim : *dims) {
    if (dim.is_known() && dim.size() != 1) {
      return InvalidModel(
          cat("input ", i, ": expected one number, got shape ", tundish::to_string(*dims)));
    }
  }
  return ok();
}

}  // namespace

Status infer_byte_scale(const InferContext& context, size_t like, size_t scale, size_t zero_point) {
  TRY(expect_tensor(context, like, kByteTypes));
  TRY(expect_tensor(context, scale, {DType::kFloat32}));
  TRY(expect_one(context, scale));
  if (!context.has_input(zero_point)) return ok();
  TRY(expect_same_dtype(context, like, zero_point));
  return expect_one(context, zero_point);
}

Result<ByteScale> read_byte_scale(ExecContext& context, size_t scale, size_t zero_point) {
  ByteScale made;
  TRY_ASSIGN(made.scale, read_number(context, scale));
  if (optional_input(context, zero_point) != nullptr) {
    TRY_ASSIGN(made.zero_point, read_number(context, zero_point));
  }
  return made;
}

ByteNumbers byte_numbers(DType dtype, ByteScale scale) {
  ByteTable codes;
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(i);
  ByteNumbers numbers;
  load_block(dtype, codes.data(), 0, 256, numbers.data());
  for (float& number : numbers) number = (number - scale.zero_point) * scale.scale;
  return numbers;
}

void store_codes(DType dtype, ByteScale scale, float* numbers, int64_t count, uint8_t* codes) {
  float zeros[kBlockElements];
  std::fill_n(zeros, std::min(kBlockElements, count), scale.zero_point);
  const IntegerBounds bounds = bounds_of(dtype);
  for (int64_t begin = 0; begin < count; begin += kBlockElements) {
    const int64_t block = std::min(kBlockElements, count - begin);
    float* values = numbers + begin;
    for (int64_t i = 0; i < block; ++i) values[i] /= scale.scale;
    quantize_to_integers(values, zeros, bounds, block);
    store_block(dtype, values, block, {}, codes + begin, 0);
  }
}

ByteTable byte_table(ByteNumbers numbers, DType dtype, ByteScale scale) {
  ByteTable table;
  store_codes(dtype, scale, numbers.data(), 256, table.data());
  return table;
}

void translate(ExecContext& context, const ByteTable& table, const uint8_t* x, int64_t count,
               uint8_t* y) {
  run_loop(context, BroadcastLoop<1>::flat(count), kCheapGrain,
           [&](int64_t at, const auto&, const auto&, int64_t run) {
             for (int64_t i = at; i < at + run; ++i) y[i] = table[x[i]];
           });
}

}  // namespace tundish::ops
