#include "kernels/table.h"

namespace tundish::kernels {

// AArch64 always has NEON.
bool isa_available(Isa isa) { return isa == Isa::kGeneric || isa == Isa::kNeon; }

Isa detect_isa() { return Isa::kNeon; }

const KernelTable& table_for(Isa isa) {
  static const KernelTable kTables[] = {
      {Isa::kGeneric, nullptr, nullptr, 0, 0, nullptr, nullptr},
      {Isa::kNeon, nullptr, nullptr, 0, 0, nullptr, nullptr},
  };
  return kTables[isa == Isa::kNeon ? 1 : 0];
}

}  // namespace tundish::kernels
