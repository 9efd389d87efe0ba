// Forest kernels for AArch64; see ForestRun in table.h.
#pragma once

#include "kernels/forest_layout.h"

namespace tundish::kernels {

void forest_rows_neon(const ForestTables& forest, const void* x, size_t row_count,
                      size_t row_stride_elements, void* out, void* scratch);

}  // namespace tundish::kernels
