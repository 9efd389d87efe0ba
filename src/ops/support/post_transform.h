// What ai.onnx.ml's operators do to the scores of a row at the end, as ONNX Runtime does it.
#ifndef TUNDISH_OPS_SUPPORT_POST_TRANSFORM_H_
#define TUNDISH_OPS_SUPPORT_POST_TRANSFORM_H_

#include <cstdint>
#include <span>

#include "ir/graph.h"
#include "tundish/result.h"

namespace tundish::ops {

enum class PostTransform : uint8_t { kNone, kSoftmax, kLogistic, kSoftmaxZero, kProbit };

/// The attribute post_transform of a node; kInvalidModel for an unknown name.
Result<PostTransform> read_post_transform(const Node& node);

/// 1 / (1 + exp(-x)) without overflow.
float logistic(float x);

/// Transforms the scores of one row, at least two of them, in place.
void transform_scores(std::span<float> scores, PostTransform transform);

/// The scores of two classes from the one score of the second. `negated`: without a transform the
/// first is -score, else 1 - score.
enum class FirstScore : uint8_t { kComplement, kNegated };
void split_score(float score, PostTransform transform, FirstScore first, std::span<float, 2> out);

/// A transform of one score alone: none but PROBIT does anything.
float transform_one(float score, PostTransform transform);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_POST_TRANSFORM_H_
