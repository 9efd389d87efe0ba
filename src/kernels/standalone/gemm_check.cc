// Matrix products and functions of arrays without a test framework: for processors whose programs
// run here only in an emulator. Exit status 1 where an answer is not the expected one.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/table.h"
#include "kernels/vector.h"
#include "kernels/vector_testing.h"

namespace {

using namespace tundish::kernels;

std::vector<float> random_floats(size_t count) {
  static uint32_t state = 1;
  std::vector<float> values(count);
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / (1 << 23) - 1;
  }
  return values;
}

// Outputs that are not the chain of fused multiply-adds.
size_t wrong_sums(const GemmKernels& kernels, size_t m, size_t n, size_t k) {
  const std::vector<float> a = random_floats(m * k), b = random_floats(k * n);
  std::vector<float> c(m * n);
  Gemm gemm{.m = m, .n = n, .k = k, .a = {a.data(), k, 1}};
  gemm.b = {b.data(), n, 1};
  gemm.c = c.data();
  gemm.c_row_stride = n;
  run_gemm(kernels, gemm);
  size_t wrong = 0;
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < n; ++j) {
      float sum = 0;
      for (size_t p = 0; p < k; ++p) sum = std::fma(a[i * k + p], b[p * n + j], sum);
      wrong += c[i * n + j] != sum;
    }
  }
  return wrong;
}

size_t check_products(const GemmKernels& kernels) {
  size_t wrong = 0;
  for (size_t m = 1; m <= 2 * kernels.tile_rows + 1; ++m) {
    for (size_t n = 1; n <= 5 * kernels.panel_width; n += 3) wrong += wrong_sums(kernels, m, n, 7);
  }
  wrong += wrong_sums(kernels, 70, 3 * kernels.panel_width + 1, 1700);
  std::printf("products: %zu outputs are wrong\n", wrong);
  return wrong;
}

size_t check_functions(const VectorKernels& kernels) {
  size_t failures = 0;
  for (const auto& function : tundish::kernels::testing::kFunctions) {
    double worst = 0;
    for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 100003) {
      const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
      if (std::isnan(x)) continue;
      float y = 0;
      (kernels.*function.kernel)(&x, 1, &y);
      worst = std::fmax(worst, tundish::kernels::testing::ulps(y, function.exact(x)));
    }
    std::printf("%s: %.2f ulp\n", function.name, worst);
    failures += worst > function.most_ulps;
  }
  return failures;
}

}  // namespace

int main() {
  const KernelTable& table = table_for(detect_isa());
  std::printf("%s\n", isa_name(table.isa));
  return check_products(*table.gemm) + check_functions(*table.vector) == 0 ? 0 : 1;
}
