// The user's operators beside those of the build.
#ifndef TUNDISH_API_CUSTOM_OPS_H_
#define TUNDISH_API_CUSTOM_OPS_H_

#include <memory>
#include <vector>

#include "ir/op_def.h"
#include "tundish/custom_op.h"
#include "tundish/result.h"

namespace tundish {

/// The operators of the build and these. The build's own table when there are none.
/// kInvalidArgument for an operator without name, domain or functions, in a domain of ours, or
/// given twice.
Result<std::shared_ptr<const OpTable>> extended_ops(const std::vector<CustomOp>& custom_ops);

}  // namespace tundish

#endif  // TUNDISH_API_CUSTOM_OPS_H_
