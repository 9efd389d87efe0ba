// What tests of kernels share. Header only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/table.h"

namespace tundish::kernels::testing {

// Every instruction set that runs here.
inline std::vector<Isa> available() {
  std::vector<Isa> found;
  for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vbmi, Isa::kNeon}) {
    if (isa_available(isa)) found.push_back(isa);
  }
  return found;
}

// Values from -1 to 1, the same ones for a seed.
inline std::vector<float> random_floats(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

}  // namespace tundish::kernels::testing
