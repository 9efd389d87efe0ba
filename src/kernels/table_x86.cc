#include "kernels/table.h"

#include <initializer_list>

#include "kernels/avx2/conv.h"
#include "kernels/avx2/forest.h"
#include "kernels/avx2/gemm.h"
#include "kernels/avx2/vector.h"
#include "kernels/avx512/conv.h"
#include "kernels/avx512/forest.h"
#include "kernels/avx512/gemm.h"
#include "kernels/avx512/vector.h"
#include "kernels/avx512vbmi/forest.h"
#include "kernels/generic/conv.h"
#include "kernels/generic/gemm.h"
#include "kernels/generic/vector.h"

namespace tundish::kernels {

bool isa_available(Isa isa) {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("popcnt");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  switch (isa) {
    case Isa::kGeneric: return true;
    case Isa::kAvx2: return avx2;
    case Isa::kAvx512: return avx512;
    case Isa::kAvx512Vbmi:
      return avx512 && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
    case Isa::kNeon: return false;
  }
  return false;
}

Isa detect_isa() {
  for (Isa isa : {Isa::kAvx512Vbmi, Isa::kAvx512, Isa::kAvx2}) {
    if (isa_available(isa)) return isa;
  }
  return Isa::kGeneric;
}

const KernelTable& table_for(Isa isa) {
  static const KernelTable kTables[] = {
      {Isa::kGeneric, nullptr, nullptr, 0, 0, LeafLayout::kBySlot, nullptr, nullptr, &kGemmGeneric,
       &kVectorGeneric, &kConvGeneric, &kDenseGeneric},
      {Isa::kAvx2, forest_rows_avx2, forest_row_avx2, 32, 12, LeafLayout::kBySlot,
       "avx2/rank-bytes/32", "avx2/rank-bytes/row", &kGemmAvx2, &kVectorAvx2, &kConvAvx2,
       &kDenseAvx2},
      {Isa::kAvx512, forest_rows_avx512, forest_row_avx512, 64, 12, LeafLayout::kDictionary,
       "avx512/rank-bytes/64", "avx512/rank-bytes/row", &kGemmAvx512, &kVectorAvx512, &kConvAvx512,
       &kDenseAvx512},
      {Isa::kAvx512Vbmi, forest_rows_avx512vbmi, forest_row_avx512vbmi, 64, 12,
       LeafLayout::kDictionary, "avx512vbmi/rank-bytes/64", "avx512vbmi/rank-bytes/row",
       &kGemmAvx512, &kVectorAvx512, &kConvAvx512, &kDenseAvx512},
  };
  return kTables[isa == Isa::kNeon ? 0 : static_cast<size_t>(isa)];
}

}  // namespace tundish::kernels
