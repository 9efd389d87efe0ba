#include "passes/index.h"

#include <array>

namespace tundish {

#define TUNDISH_INDEX(stem) const PassDef& pass_##stem();
#include "passes/index.inc"
#undef TUNDISH_INDEX

std::span<const PassDef* const> indexed_passes() {
#define TUNDISH_INDEX(stem) &pass_##stem(),
  static const std::array kPasses = {
#include "passes/index.inc"
  };
#undef TUNDISH_INDEX
  return kPasses;
}

}  // namespace tundish
