// All operators of this build.
#ifndef TUNDISH_OPS_INDEX_H_
#define TUNDISH_OPS_INDEX_H_

#include "ir/op_def.h"

namespace tundish {

/// Every operator in this folder, one file per operator or family, found by file name. Made at the
/// first call; immutable; lives as long as the process.
const OpTable& builtin_ops();

}  // namespace tundish

#endif  // TUNDISH_OPS_INDEX_H_
