#include "kernels/table.h"

#include <cstring>

namespace tundish::kernels {
namespace {
constexpr const char* kNames[kIsaCount] = {"generic", "avx2", "avx512", "avx512vbmi", "neon"};
}  // namespace

const char* isa_name(Isa isa) { return kNames[static_cast<size_t>(isa)]; }

bool isa_from_name(const char* name, size_t length, Isa* isa) {
  for (size_t i = 0; i < kIsaCount; ++i) {
    if (std::strlen(kNames[i]) == length && std::memcmp(kNames[i], name, length) == 0) {
      *isa = static_cast<Isa>(i);
      return true;
    }
  }
  return false;
}

}  // namespace tundish::kernels
