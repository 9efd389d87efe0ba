// Passes found by file name.
#ifndef TUNDISH_PASSES_INDEX_H_
#define TUNDISH_PASSES_INDEX_H_

#include <span>

#include "passes/pass.h"

namespace tundish {

/// One entry per file of this folder, in alphabetical order.
std::span<const PassDef* const> indexed_passes();

}  // namespace tundish

#endif  // TUNDISH_PASSES_INDEX_H_
