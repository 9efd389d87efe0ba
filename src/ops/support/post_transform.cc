#include "ops/support/post_transform.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace tundish::ops {
namespace {

// sqrt(2) * erfinv(2p - 1) with the approximation of erfinv by S. Winitzki ("A handy approximation
// for the error function and its inverse", 2008, a = 0.147).
float probit(float p) {
  constexpr float kA = 0.147F;
  constexpr float kPi = 3.14159265F;
  const float x = 2 * p - 1;
  const float log = std::log((1 - x) * (1 + x));
  const float a = 2 / (kPi * kA) + 0.5F * log;
  const float b = 1 / kA * log;
  const float size = std::sqrt(std::sqrt(a * a - b) - a);
  return 1.41421356F * (x < 0 ? -size : size);
}

void softmax(std::span<float> scores, PostTransform kind) {
  // Scores of at most this size count as zero in SOFTMAX_ZERO.
  constexpr float kZero = 0.0000001F;
  const float largest = *std::ranges::max_element(scores);
  const float scale = std::exp(-largest);
  float sum = 0;
  for (float& score : scores) {
    if (kind == PostTransform::kSoftmaxZero && !(std::fabs(score) > kZero)) {
      score *= scale;
      continue;
    }
    score = std::exp(score - largest);
    sum += score;
  }
  for (float& score : scores) score /= sum;
}

}  // namespace

Result<PostTransform> read_post_transform(const Node& node) {
  TRY_ASSIGN(const std::string name, node.attributes.get_string("post_transform", "NONE"));
  if (name == "NONE") return PostTransform::kNone;
  if (name == "SOFTMAX") return PostTransform::kSoftmax;
  if (name == "LOGISTIC") return PostTransform::kLogistic;
  if (name == "SOFTMAX_ZERO") return PostTransform::kSoftmaxZero;
  if (name == "PROBIT") return PostTransform::kProbit;
  return InvalidModel(cat("attribute \"post_transform\": unknown value ", quoted(name)));
}

float logistic(float x) {
  const float upper = 1 / (1 + std::exp(-std::fabs(x)));
  return x < 0 ? 1 - upper : upper;
}

void transform_scores(std::span<float> scores, PostTransform transform) {
  switch (transform) {
    case PostTransform::kNone: return;
    case PostTransform::kLogistic:
      for (float& score : scores) score = logistic(score);
      return;
    case PostTransform::kProbit:
      for (float& score : scores) score = probit(score);
      return;
    default: return softmax(scores, transform);
  }
}

void split_score(float score, PostTransform transform, FirstScore first, std::span<float, 2> out) {
  switch (transform) {
    case PostTransform::kLogistic:
      out[0] = logistic(-score);
      out[1] = logistic(score);
      return;
    case PostTransform::kProbit:
      out[0] = probit(1 - score);
      out[1] = probit(score);
      return;
    default:
      out[0] =
          transform == PostTransform::kNone && first == FirstScore::kNegated ? -score : 1 - score;
      out[1] = score;
  }
}

float transform_one(float score, PostTransform transform) {
  return transform == PostTransform::kProbit ? probit(score) : score;
}

}  // namespace tundish::ops
