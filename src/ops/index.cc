#include "ops/index.h"

#include <span>

namespace tundish {

#define TUNDISH_INDEX(stem) std::span<const OpDef> ops_##stem();
#include "ops/index.inc"
#undef TUNDISH_INDEX

const OpTable& builtin_ops() {
  static const std::span<const OpDef> kGroups[] = {
#define TUNDISH_INDEX(stem) ops_##stem(),
#include "ops/index.inc"
#undef TUNDISH_INDEX
  };
  static const ListedOps kTable(kGroups);
  return kTable;
}

}  // namespace tundish
