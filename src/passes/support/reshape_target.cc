#include "passes/support/reshape_target.h"

#include "passes/support/constants.h"

namespace tundish {

std::optional<std::vector<int64_t>> reshape_target(const SymbolicShape& from,
                                                   std::span<const Dim> to) {
  std::vector<int64_t> target;
  size_t copied = 0;
  size_t unknown = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    if (to[i].is_known()) {
      if (to[i].size() == 0) return std::nullopt;
      target.push_back(to[i].size());
    } else if (from && i < from->size() && same_size((*from)[i], to[i])) {
      target.push_back(0);
      ++copied;
    } else {
      target.push_back(-1);
      ++unknown;
    }
  }
  if (unknown > 1 || (unknown == 1 && copied > 0)) return std::nullopt;
  return target;
}

}  // namespace tundish
