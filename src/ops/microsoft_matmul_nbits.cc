// MatMulNBits of com.microsoft: A times the transpose of B, whose numbers are kept in 2, 4 or 8
// bits with a scale, and a zero point, for each block of a row.
//
// Rows of B are widened a few at a time and multiplied at once, so that B is never held whole.
#include <algorithm>
#include <array>
#include <bit>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kA, kB, kScales, kZeroPoints, kGroups, kBias };
constexpr DTypeSet kReals = DTypeSet{DType::kFloat32} | kHalves;

struct Format {
  int64_t inner = 0;    // K
  int64_t columns = 0;  // N
  int64_t bits = 4;
  int64_t block = 0;
  int64_t blocks() const { return (inner + block - 1) / block; }
  // Bytes of a row of B, and of a row of packed zero points.
  int64_t row_bytes() const { return blocks() * (block / 8) * bits; }
  int64_t zero_bytes() const { return (blocks() * bits + 7) / 8; }
};

Result<Format> read_format(const Node& node) {
  constexpr int64_t kMost = int64_t{1} << 31;
  Format format;
  TRY_ASSIGN(format.inner, node.attributes.require_int("K"));
  TRY_ASSIGN(format.columns, node.attributes.require_int("N"));
  TRY_ASSIGN(format.bits, node.attributes.get_int("bits", 4));
  TRY_ASSIGN(format.block, node.attributes.require_int("block_size"));
  if (format.inner <= 0 || format.inner > kMost || format.columns <= 0 || format.columns > kMost) {
    return InvalidModel(cat("a matrix of K = ", format.inner, " and N = ", format.columns));
  }
  if (format.block < 16 || format.block > kMost ||
      !std::has_single_bit(static_cast<uint64_t>(format.block))) {
    return InvalidModel(cat("block_size ", format.block, " is no power of two from 16 on"));
  }
  if (format.bits != 2 && format.bits != 4 && format.bits != 8) {
    return Unsupported(cat("MatMulNBits of ", format.bits, " bits"));
  }
  TRY_ASSIGN(const int64_t packed, node.attributes.get_int("weight_prepacked", 0));
  if (packed != 0) return Unsupported("MatMulNBits with weight_prepacked");
  return format;
}

Status infer_nbits(InferContext& context) {
  TRY_ASSIGN(const Format format, read_format(context.node()));
  TRY(expect_tensor(context, kA, kReals));
  TRY(expect_tensor(context, kB, {DType::kUint8}));
  TRY(expect_tensor(context, kScales, kReals));
  TRY(expect_same_dtype(context, kA, kScales));
  if (context.has_input(kZeroPoints)) {
    TRY(expect_tensor(context, kZeroPoints, kReals | DTypeSet{DType::kUint8}));
  }
  if (context.has_input(kGroups)) TRY(expect_tensor(context, kGroups, {DType::kInt32}));
  if (context.has_input(kBias)) TRY(expect_same_dtype(context, kA, kBias));
  SymbolicShape out = context.input(kA).shape;
  if (out) {
    if (out->empty()) return InvalidModel("input 0 is a scalar");
    Dim& last = out->back();
    if (last.is_known() && last.size() != format.inner) {
      return InvalidModel(cat("A has ", last.size(), " columns, K is ", format.inner));
    }
    last = Dim(format.columns);
  }
  context.set_output(0, ValueType::tensor(context.input(kA).dtype, std::move(out)));
  return ok();
}

struct Weights {
  Format format;
  const uint8_t* codes = nullptr;
  const float* scales = nullptr;
  const uint8_t* packed_zeros = nullptr;  // one of these two, or none: 2^(bits - 1)
  const float* zeros = nullptr;
  const int32_t* groups = nullptr;  // the block of each k; null: in order

  void widen_row(int64_t row, float* out) const;
};

uint32_t code_at(const uint8_t* bytes, int64_t index, int64_t bits) {
  const int64_t bit = index * bits;
  return static_cast<uint32_t>(bytes[bit / 8]) >> (bit % 8) & ((1U << bits) - 1);
}

void Weights::widen_row(int64_t row, float* out) const {
  const int64_t blocks = format.blocks();
  const uint8_t* from = codes + row * format.row_bytes();
  const auto zero_of = [&](int64_t block) {
    if (zeros != nullptr) return zeros[row * blocks + block];
    if (packed_zeros == nullptr) return static_cast<float>(1U << (format.bits - 1));
    const uint8_t* packed = packed_zeros + row * format.zero_bytes();
    return static_cast<float>(code_at(packed, block, format.bits));
  };
  if (groups != nullptr) {
    for (int64_t k = 0; k < format.inner; ++k) {
      const auto code = static_cast<float>(code_at(from, k, format.bits));
      out[k] = (code - zero_of(groups[k])) * scales[row * blocks + groups[k]];
    }
    return;
  }
  for (int64_t block = 0; block < blocks; ++block) {
    const float zero = zero_of(block);
    const float scale = scales[row * blocks + block];
    const int64_t end = std::min(format.inner, (block + 1) * format.block);
    for (int64_t k = block * format.block; k < end; ++k) {
      out[k] = (static_cast<float>(code_at(from, k, format.bits)) - zero) * scale;
    }
  }
}

Status expect_count(const ExecContext& context, size_t i, int64_t count) {
  const Shape& shape = context.input(i).shape;
  if (shape.element_count() == count) return ok();
  return InvalidArgument(
      cat("input ", i, " of shape ", shape.to_string(), ": expected ", count, " elements"));
}

Result<Weights> read_weights(const ExecContext& context, const Format& format) {
  Weights made{format};
  TRY(expect_count(context, kB, format.columns * format.row_bytes()));
  TRY(expect_count(context, kScales, format.columns * format.blocks()));
  made.codes = static_cast<const uint8_t*>(context.input(kB).data);
  made.scales = static_cast<const float*>(context.input(kScales).data);
  if (const TensorView* zeros = optional_input(context, kZeroPoints)) {
    const bool is_packed = zeros->dtype == DType::kUint8;
    TRY(expect_count(context, kZeroPoints,
                     format.columns * (is_packed ? format.zero_bytes() : format.blocks())));
    if (is_packed) {
      made.packed_zeros = static_cast<const uint8_t*>(zeros->data);
    } else {
      made.zeros = static_cast<const float*>(zeros->data);
    }
  }
  if (const TensorView* groups = optional_input(context, kGroups)) {
    // One entry for each k, or for each k of whole blocks.
    const int64_t whole = format.blocks() * format.block;
    const int64_t count = groups->shape.element_count();
    if (count != whole) TRY(expect_count(context, kGroups, format.inner));
    made.groups = static_cast<const int32_t*>(groups->data);
    for (int64_t k = 0; k < format.inner; ++k) {
      if (made.groups[k] < 0 || made.groups[k] >= format.blocks()) {
        return InvalidArgument(
            cat("g_idx holds ", made.groups[k], ", there are ", format.blocks(), " blocks"));
      }
    }
  }
  if (optional_input(context, kBias) != nullptr) {
    TRY(expect_count(context, kBias, format.columns));
  }
  return made;
}

constexpr int64_t kTileColumns = 32;

Status run_nbits(ExecContext& context) {
  TRY_ASSIGN(const Format format, read_format(context.node()));
  const TensorView& a = context.input(kA);
  Shape out = a.shape;
  const size_t rank = out.rank();
  if (rank == 0 || out[rank - 1] != format.inner) {
    return InvalidArgument(cat("A of shape ", out.to_string(), ", K is ", format.inner));
  }
  out[rank - 1] = format.columns;
  TRY_ASSIGN(const Weights weights, read_weights(context, format));
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, DType::kFloat32, out));
  if (out.element_count() == 0) return ok();
  MatrixProduct<float> product;
  product.rows = out.element_count() / format.columns;
  product.inner = product.a_stride = product.b_stride = format.inner;
  product.a = static_cast<const float*>(a.data);
  product.b_order = Transposed::kYes;
  product.c_stride = format.columns;
  product.addend_column_stride = 1;
  const TensorView* bias = optional_input(context, kBias);
  const float* const added = bias != nullptr ? static_cast<const float*>(bias->data) : nullptr;
  const int64_t tiles = (format.columns + kTileColumns - 1) / kTileColumns;
  const int64_t slots = std::min<int64_t>(tiles, 4 * context.thread_count());
  const int64_t room = std::min(kTileColumns, format.columns) * format.inner;
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{slots, room}, sizeof(float)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const widened = static_cast<float*>(storage);
  for (int64_t round = 0; round < tiles; round += slots) {
    TRY(context.interrupted());
    auto part = [&](int64_t begin, int64_t end) {
      for (int64_t slot = begin; slot < end; ++slot) {
        const int64_t first = (round + slot) * kTileColumns;
        float* const rows = widened + slot * room;
        MatrixProduct<float> tile = product;
        tile.columns = std::min(kTileColumns, format.columns - first);
        for (int64_t i = 0; i < tile.columns; ++i) {
          weights.widen_row(first + i, rows + i * format.inner);
        }
        tile.b = rows;
        tile.c = static_cast<float*>(y.data) + first;
        tile.addend = added != nullptr ? added + first : nullptr;
        multiply_here(context.kernels(), tile, 1.0F);
      }
    };
    const int64_t count = std::min(slots, tiles - round);
    if (count == 1 || context.thread_count() == 1) {
      part(0, count);
    } else {
      context.parallel_for(count, 1, part);
    }
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "MatMulNBits",
     .domain = kDomainMicrosoft,
     .inputs = {3, 6},
     .infer = infer_nbits,
     .run = run_with_halves<run_nbits>},
};

}  // namespace

std::span<const OpDef> ops_microsoft_matmul_nbits() { return kOps; }

}  // namespace tundish
