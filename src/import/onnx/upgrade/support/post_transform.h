// What ai.onnx.ml's operators do to scores at the end, as ONNX Runtime does it.
#ifndef TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_POST_TRANSFORM_H_
#define TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_POST_TRANSFORM_H_

#include <string_view>
#include <vector>

#include "import/onnx/lift.h"

namespace tundish {

/// Numbers are those of TreeEnsemble-5's post_transform.
enum class PostTransform : uint8_t { kNone, kSoftmax, kLogistic, kSoftmaxZero, kProbit };

/// From the text of versions 1 and 3. kInvalidModel for an unknown name.
Result<PostTransform> post_transform_of(std::string_view name);

/// Adds the transform of scores [N, K]. Float32 only: kUnsupported otherwise.
Result<ValueId> add_post_transform(Lift& lift, ValueId scores, PostTransform transform);

/// The one output of a regressor: scores [N, target_count] transformed. ONNX Runtime honours
/// nothing but PROBIT for one target, and so does this.
Result<std::vector<ValueId>> finish_scores(Lift& lift, ValueId scores, PostTransform transform,
                                           int64_t target_count);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_POST_TRANSFORM_H_
