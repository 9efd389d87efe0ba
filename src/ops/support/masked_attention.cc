#include "ops/support/masked_attention.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/move.h"
#include "ops/support/softmax_lanes.h"
#include "ops/support/types.h"

namespace tundish::ops {
namespace {

// The mask as rows of integers, or as a range of keys for each batch entry.
struct Mask {
  const int32_t* allowed = nullptr;
  int64_t batch_stride = 0;
  int64_t row_stride = 0;
  const int32_t* ends = nullptr;
  const int32_t* starts = nullptr;
};

Result<Mask> read_mask(const MaskedAttention& work) {
  Mask mask;
  if (work.mask == nullptr) return mask;
  const AttentionSizes& sizes = work.sizes;
  const Shape& shape = work.mask->shape;
  const auto* values = static_cast<const int32_t*>(work.mask->data);
  const int64_t total = sizes.total();
  const int64_t batch = sizes.batch;
  if (shape.rank() == 1) {
    mask.ends = values;
    if (shape[0] == 2 * batch) mask.starts = values + batch;
    if (shape[0] == batch || shape[0] == 2 * batch || shape[0] == 3 * batch + 2) return mask;
  }
  mask.allowed = values;
  if (shape == Shape{batch, total}) {
    mask.batch_stride = total;
    return mask;
  }
  if (shape == Shape{batch, sizes.length, total}) {
    mask.batch_stride = sizes.length * total;
    mask.row_stride = total;
    return mask;
  }
  if (shape.rank() == 4 && shape[0] == batch && shape[1] == 1 && shape[2] == shape[3] &&
      shape[2] >= std::max(total, sizes.past + sizes.length)) {
    mask.batch_stride = shape[2] * shape[2];
    mask.row_stride = shape[2];
    mask.allowed += sizes.past * shape[2];
    return mask;
  }
  return InvalidArgument(cat("a mask of shape ", shape.to_string(), " for scores of shape ",
                             Shape{batch, sizes.heads, sizes.length, total}.to_string()));
}

struct Bias {
  const float* values = nullptr;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
};

Result<Bias> read_bias(const MaskedAttention& work) {
  Bias bias;
  if (work.bias == nullptr) return bias;
  const AttentionSizes& sizes = work.sizes;
  const Shape& shape = work.bias->shape;
  const int64_t matrix = sizes.length * sizes.total();
  if (shape.rank() != 4 || (shape[0] != 1 && shape[0] != sizes.batch) ||
      (shape[1] != 1 && shape[1] != sizes.heads) || shape[2] != sizes.length ||
      shape[3] != sizes.total()) {
    return InvalidArgument(
        cat("attention_bias of shape ", shape.to_string(), " for scores of shape ",
            Shape{sizes.batch, sizes.heads, sizes.length, sizes.total()}.to_string()));
  }
  bias.values = static_cast<const float*>(work.bias->data);
  bias.head_stride = shape[1] == 1 ? 0 : matrix;
  bias.batch_stride = shape[0] == 1 ? 0 : shape[1] * matrix;
  return bias;
}

// As ONNX Runtime has it: the mask adds its value, which may let a row through where nothing is
// allowed; keys that a unidirectional head must not see are out whatever the mask says.
void mask_row(const MaskedAttention& work, const Mask& mask, int64_t b, int64_t row,
              float* scores) {
  const int64_t total = work.sizes.total();
  if (mask.allowed != nullptr) {
    const int32_t* allowed = mask.allowed + b * mask.batch_stride + row * mask.row_stride;
    for (int64_t j = 0; j < total; ++j) scores[j] += allowed[j] > 0 ? 0 : work.options.filter;
  } else if (mask.ends != nullptr) {
    const int64_t end = std::clamp<int64_t>(mask.ends[b], 0, total);
    const int64_t start =
        mask.starts != nullptr ? std::clamp<int64_t>(mask.starts[b], 0, total) : 0;
    for (int64_t j = 0; j < std::min(start, total); ++j) scores[j] += work.options.filter;
    for (int64_t j = std::max(start, end); j < total; ++j) scores[j] += work.options.filter;
  }
  if (!work.options.is_unidirectional) return;
  const int64_t seen = std::min(work.sizes.past + row + 1, total);
  std::fill(scores + seen, scores + total, -std::numeric_limits<float>::infinity());
}

// Rows [row, row + count) of one head; `scores` holds count * total.
void attend_tile(const KernelTable& table, const MaskedAttention& work, const Mask& mask,
                 const Bias& bias, int64_t b, int64_t h, int64_t row, int64_t count,
                 float* scores) {
  const AttentionSizes& sizes = work.sizes;
  const int64_t total = sizes.total();
  MatrixProduct<float> product;
  product.rows = count;
  product.columns = total;
  product.inner = sizes.key_size;
  product.a = work.q.at(b, h, row);
  product.a_stride = work.q.row_stride;
  product.b = work.k.at(b, h, 0);
  product.b_stride = work.k.row_stride;
  product.b_order = Transposed::kYes;
  product.c = scores;
  product.c_stride = total;
  const float scale = work.options.scale != 0 ? work.options.scale
                                              : 1 / std::sqrt(static_cast<float>(sizes.key_size));
  multiply_here(table, product, scale);
  for (int64_t r = 0; r < count; ++r) {
    float* line = scores + r * total;
    mask_row(work, mask, b, row + r, line);
    if (bias.values == nullptr) continue;
    const float* added =
        bias.values + b * bias.batch_stride + h * bias.head_stride + (row + r) * total;
    for (int64_t j = 0; j < total; ++j) line[j] += added[j];
  }
  if (work.scores != nullptr) {
    const int64_t first = (b * sizes.heads + h) * sizes.length + row;
    std::copy_n(scores, count * total, work.scores + first * total);
  }
  for (int64_t r = 0; r < count; ++r) {
    softmax_row(table, scores + r * total, scores + r * total, total);
  }
  product.columns = sizes.value_size;
  product.inner = total;
  product.a = scores;
  product.a_stride = total;
  product.b = work.v.at(b, h, 0);
  product.b_stride = work.v.row_stride;
  product.b_order = Transposed::kNo;
  product.c = work.y.at(b, h, row);
  product.c_stride = work.y.row_stride;
  multiply_here(table, product, 1.0F);
}

}  // namespace

Result<MaskedOptions> read_masked_options(const Node& node) {
  MaskedOptions options;
  TRY_ASSIGN(options.heads, node.attributes.require_int("num_heads"));
  if (options.heads <= 0) return InvalidModel(cat("num_heads ", options.heads));
  TRY_ASSIGN(options.filter, node.attributes.get_float("mask_filter_value", -10000));
  TRY_ASSIGN(options.scale, node.attributes.get_float("scale", 0));
  TRY_ASSIGN(const int64_t causal, node.attributes.get_int("unidirectional", 0));
  options.is_unidirectional = causal != 0;
  return options;
}

Status infer_mask(const InferContext& context, size_t i) {
  if (!context.has_input(i)) return ok();
  TRY(expect_tensor(context, i, {DType::kInt32}));
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr || (!dims->empty() && dims->size() <= 4)) return ok();
  return InvalidModel(cat("input ", i, ": a mask of ", dims->size(), " axes"));
}

HeadRows<const float> join_past(const AttentionSizes& sizes, int64_t size, const float* past,
                                const HeadRows<const float>& fresh, float* joined) {
  const HeadRows<float> to = split_rows(joined, sizes.total(), sizes.heads, size);
  const int64_t kept = sizes.past * size;
  for (int64_t b = 0; b < sizes.batch; ++b) {
    for (int64_t h = 0; h < sizes.heads; ++h) {
      std::copy_n(past + (b * sizes.heads + h) * kept, kept, to.at(b, h, 0));
      for (int64_t r = 0; r < sizes.keys; ++r) {
        std::copy_n(fresh.at(b, h, r), size, to.at(b, h, sizes.past + r));
      }
    }
  }
  return {to.data, to.batch_stride, to.head_stride, to.row_stride};
}

// Tiles run in rounds of as many as there is scratch for.
Status attend_masked(ExecContext& context, const MaskedAttention& work) {
  const AttentionSizes& sizes = work.sizes;
  TRY_ASSIGN(const Mask mask, read_mask(work));
  TRY_ASSIGN(const Bias bias, read_bias(work));
  const int64_t rows = attention_tile_rows(sizes.length, sizes.total());
  const int64_t tiles_of_head = (sizes.length + rows - 1) / rows;
  const int64_t tiles = sizes.batch * sizes.heads * tiles_of_head;
  const int64_t slots = std::min<int64_t>(tiles, 4 * context.thread_count());
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array{slots, rows, sizes.total()}, sizeof(float)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(float)));
  auto* const scores = static_cast<float*>(storage);
  for (int64_t round = 0; round < tiles; round += slots) {
    TRY(context.interrupted());
    auto part = [&](int64_t begin, int64_t end) {
      for (int64_t slot = begin; slot < end; ++slot) {
        const int64_t tile = round + slot;
        const int64_t head = tile / tiles_of_head;
        const int64_t row = tile % tiles_of_head * rows;
        attend_tile(context.kernels(), work, mask, bias, head / sizes.heads, head % sizes.heads,
                    row, std::min(rows, sizes.length - row), scores + slot * rows * sizes.total());
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

}  // namespace tundish::ops
