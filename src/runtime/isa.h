// Which kernels a session uses.
#ifndef TUNDISH_RUNTIME_ISA_H_
#define TUNDISH_RUNTIME_ISA_H_

#include <string>
#include <string_view>
#include <vector>

#include "kernels/table.h"
#include "tundish/result.h"

namespace tundish {

/// Names of the instruction sets this machine can run, best last.
std::vector<std::string> runnable_isas();

/// The kernels of the named instruction set; of the best one for an empty name. kInvalidArgument
/// naming those there are when the name is unknown or the processor lacks it.
Result<const kernels::KernelTable*> select_kernels(std::string_view isa);

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_ISA_H_
