#include "kernels/table.h"

#include "kernels/generic/conv.h"
#include "kernels/generic/forest.h"
#include "kernels/generic/gemm.h"
#include "kernels/generic/vector.h"
#include "kernels/neon/conv.h"
#include "kernels/neon/forest.h"
#include "kernels/neon/gemm.h"
#include "kernels/neon/vector.h"

namespace tundish::kernels {

// AArch64 always has NEON.
bool isa_available(Isa isa) { return isa == Isa::kGeneric || isa == Isa::kNeon; }

Isa detect_isa() { return Isa::kNeon; }

const KernelTable& table_for(Isa isa) {
  static const KernelTable kTables[] = {
      {Isa::kGeneric, nullptr, nullptr, 0, 0, LeafLayout::kBySlot, nullptr, nullptr, &kGemmGeneric,
       &kVectorGeneric, &kConvGeneric, &kDenseGeneric},
      {Isa::kNeon, forest_rows_neon, forest_generic, 16, 8, LeafLayout::kBySlot,
       "neon/rank-bytes/16", nullptr, &kGemmNeon, &kVectorNeon, &kConvNeon, &kDenseNeon},
  };
  return kTables[isa == Isa::kNeon ? 1 : 0];
}

}  // namespace tundish::kernels
