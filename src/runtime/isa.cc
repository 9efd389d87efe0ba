#include "runtime/isa.h"

#include "base/strings.h"

namespace tundish {

std::vector<std::string> runnable_isas() {
  std::vector<std::string> names;
  for (size_t i = 0; i < kernels::kIsaCount; ++i) {
    const auto isa = static_cast<kernels::Isa>(i);
    if (kernels::isa_available(isa)) names.emplace_back(kernels::isa_name(isa));
  }
  return names;
}

Result<const kernels::KernelTable*> select_kernels(std::string_view isa) {
  kernels::Isa wanted = kernels::detect_isa();
  const bool known = isa.empty() || kernels::isa_from_name(isa.data(), isa.size(), &wanted);
  if (!known || !kernels::isa_available(wanted)) {
    std::string names;
    for (const std::string& name : runnable_isas()) names += (names.empty() ? "" : ", ") + name;
    return InvalidArgument(cat("instruction set ", quoted(isa),
                               known ? " is not available on this processor" : " is unknown",
                               "; there are ", names));
  }
  return &kernels::table_for(wanted);
}

}  // namespace tundish
