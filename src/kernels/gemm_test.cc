#include "kernels/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernels/table.h"

namespace tundish::kernels {
namespace {

constexpr Isa kEvery[] = {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vbmi, Isa::kNeon};

std::vector<Isa> available() {
  std::vector<Isa> found;
  for (const Isa isa : kEvery) {
    if (isa_available(isa)) found.push_back(isa);
  }
  return found;
}

const GemmKernels& kernels_of(Isa isa) { return *table_for(isa).gemm; }

std::vector<float> random_floats(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

// Panels that begin at a multiple of 64 bytes.
struct Panels {
  std::vector<float> storage;
  float* data;
  Panels(const GemmKernels& kernels, const GemmMatrix& b, size_t k, size_t n)
      : storage(packed_weight_bytes(kernels, k, n) / sizeof(float) + 16, NAN) {
    const uintptr_t at = reinterpret_cast<uintptr_t>(storage.data());
    data = storage.data() + (64 - at % 64) % 64 / sizeof(float);
    pack_weights(kernels, b, k, n, 0, n, data);
  }
};

// The sums by their definition: one chain over k, fused but for the generic set.
std::vector<float> chain(Isa isa, const Gemm& gemm) {
  std::vector<float> sums(gemm.m * gemm.n);
  for (size_t i = 0; i < gemm.m; ++i) {
    for (size_t j = 0; j < gemm.n; ++j) {
      float sum = 0;
      for (size_t p = 0; p < gemm.k; ++p) {
        const float a = gemm.a.data[i * gemm.a.row_stride + p * gemm.a.column_stride];
        const float b = gemm.b.data[p * gemm.b.row_stride + j * gemm.b.column_stride];
        if (table_for(isa).gemm == table_for(Isa::kGeneric).gemm) {
          const float product = a * b;
          sum = product + sum;
        } else {
          sum = std::fma(a, b, sum);
        }
      }
      sums[i * gemm.n + j] = sum;
    }
  }
  return sums;
}

bool same(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::memcmp(&a, &b, sizeof a) == 0 || (a == 0 && b == 0);
}

// Compares the rows of C with `expected`, and sees that nothing beside them was written.
void expect_rows(const std::vector<float>& c, size_t stride, const std::vector<float>& expected,
                 size_t m, size_t n, const std::string& what) {
  size_t wrong = 0;
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < stride; ++j) {
      const float value = c[i * stride + j];
      const float want = j < n ? expected[i * n + j] : 77.0f;
      if (same(value, want)) continue;
      if (++wrong < 4)
        ADD_FAILURE() << what << " [" << i << "," << j << "] " << value << " != " << want;
    }
  }
  EXPECT_EQ(wrong, 0u) << what;
}

// All forms of one product: packed, direct or packed on the way, A and B plain and transposed.
void check_sizes(Isa isa, size_t m, size_t n, size_t k, uint32_t seed) {
  const GemmKernels& kernels = kernels_of(isa);
  const std::vector<float> a = random_floats(m * (k + 1) + 1, seed);
  const std::vector<float> b = random_floats(k * (n + 3) + k + 8, seed + 1);
  for (const bool a_transposed : {false, true}) {
    for (const bool b_transposed : {false, true}) {
      Gemm gemm{.m = m, .n = n, .k = k};
      gemm.a = a_transposed ? GemmMatrix{a.data() + 1, 1, m} : GemmMatrix{a.data() + 1, k + 1, 1};
      gemm.b = b_transposed ? GemmMatrix{b.data() + 1, 1, k} : GemmMatrix{b.data() + 1, n + 3, 1};
      gemm.c_row_stride = n + 1;
      const std::vector<float> expected = chain(isa, gemm);
      const std::string what = std::string(isa_name(isa)) + " " + std::to_string(m) + "x" +
                               std::to_string(n) + "x" + std::to_string(k);
      std::vector<float> c(m * (n + 1), 77.0f);
      gemm.c = c.data();
      run_gemm(kernels, gemm);
      expect_rows(c, n + 1, expected, m, n, what + " unpacked");
      const Panels panels(kernels, gemm.b, k, n);
      gemm.packed = panels.data;
      std::fill(c.begin(), c.end(), 77.0f);
      gemm.prefetch = b_transposed ? Prefetch::kNextPanel : Prefetch::kNone;
      run_gemm(kernels, gemm);
      expect_rows(c, n + 1, expected, m, n, what + " packed");
    }
  }
}

TEST(Gemm, every_remainder_of_rows_and_columns) {
  for (const Isa isa : available()) {
    const size_t width = kernels_of(isa).panel_width;
    const size_t tile = kernels_of(isa).tile_rows;
    for (size_t m = 0; m <= 2 * tile + 1; ++m) {
      for (const size_t n : {size_t{0}, size_t{1}, width / 2, width / 2 + 1, width, 2 * width + 3,
                             4 * width, 5 * width + 1}) {
        check_sizes(isa, m, n, 5, static_cast<uint32_t>(m * 100 + n));
      }
    }
    for (size_t n = 0; n <= 4 * width + 1; ++n) check_sizes(isa, 3, n, 3, static_cast<uint32_t>(n));
  }
}

TEST(Gemm, every_small_depth_and_depths_beyond_the_buffer) {
  for (const Isa isa : available()) {
    const size_t width = kernels_of(isa).panel_width;
    for (size_t k = 0; k <= 2 * width + 1; ++k) {
      check_sizes(isa, 7, width + 2, k, static_cast<uint32_t>(k));
    }
    for (const size_t k : {size_t{383}, size_t{384}, size_t{385}, size_t{1537}, size_t{3100}}) {
      check_sizes(isa, 13, width + 5, k, static_cast<uint32_t>(k));
    }
    check_sizes(isa, 401, width + 5, 17, 5);
  }
}
}  // namespace
}  // namespace tundish::kernels
