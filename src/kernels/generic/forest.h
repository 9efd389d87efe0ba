// The portable forest kernel: any aggregate, any mode.
#pragma once

#include "kernels/forest_layout.h"

namespace tundish::kernels {

void forest_generic(const ForestTables& forest, const void* x, size_t row_count,
                    size_t row_stride_elements, void* out, void* scratch);

}  // namespace tundish::kernels
