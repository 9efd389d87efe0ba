// Attention as com.microsoft's operators define it: softmax(scale * Q K^T + mask + bias) V, where a
// mask of integers says which keys take part.
#ifndef TUNDISH_OPS_SUPPORT_MASKED_ATTENTION_H_
#define TUNDISH_OPS_SUPPORT_MASKED_ATTENTION_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Rows of features of one head each; row r of head h of batch entry b begins at
/// data + b * batch_stride + h * head_stride + r * row_stride.
template <class T> struct HeadRows {
  T* data = nullptr;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;

  T* at(int64_t b, int64_t h, int64_t r) const {
    return data + b * batch_stride + h * head_stride + r * row_stride;
  }
};

/// [batch, length, heads * size]: as layers without transposes leave them.
template <class T> HeadRows<T> packed_rows(T* data, int64_t length, int64_t heads, int64_t size) {
  return {data, length * heads * size, size, heads * size};
}
/// [batch, heads, length, size]
template <class T> HeadRows<T> split_rows(T* data, int64_t length, int64_t heads, int64_t size) {
  return {data, length * heads * size, length * size, size};
}

struct AttentionSizes {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t length = 0;  ///< queries
  int64_t keys = 0;    ///< keys and values, without those of the past
  int64_t past = 0;
  int64_t key_size = 0;  ///< features of a head
  int64_t value_size = 0;

  int64_t total() const { return past + keys; }
};

/// What the operators have in common, with their defaults.
struct MaskedOptions {
  int64_t heads = 0;
  float filter = -10000;  ///< added where the mask says no
  float scale = 0;        ///< 0: 1 / sqrt(size of a head)
  bool is_unidirectional = false;
};
/// Attributes num_heads, mask_filter_value, scale, unidirectional. kInvalidModel without heads.
Result<MaskedOptions> read_masked_options(const Node& node);

struct MaskedAttention {
  MaskedOptions options;
  AttentionSizes sizes;
  HeadRows<const float> q, k, v;
  HeadRows<float> y;
  const TensorView* mask = nullptr;  ///< int32, see check_mask()
  const TensorView* bias = nullptr;  ///< [batch or 1, heads or 1, length, total], float32
  float* scores = nullptr;           ///< [batch, heads, length, total] before softmax; null: none
};

/// Inference: a mask is int32 and has one to four axes.
Status infer_mask(const InferContext& context, size_t i);

/// Keys or values of the past followed by those at `fresh`, [batch, heads, past + keys, size] at
/// `joined`. Returns joined rows.
HeadRows<const float> join_past(const AttentionSizes& sizes, int64_t size, const float* past,
                                const HeadRows<const float>& fresh, float* joined);

/// Computes y. Forms of the mask: [batch] lengths; [2 * batch] ends, then starts; [3 * batch + 2]
/// lengths, and what only packed rows need; [batch, total], [batch, length, total] and
/// [batch, 1, M, M] with M >= total (rows past and after) 0 where a key takes no part.
/// kInvalidArgument for another form.
Status attend_masked(ExecContext& context, const MaskedAttention& work);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_MASKED_ATTENTION_H_
