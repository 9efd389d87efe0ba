// Errors of the functions of vector.h over the floats, and their time. Run by hand:
//
//   vector_bench [ISA] errors|time...
#include <time.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/table.h"
#include "kernels/vector.h"
#include "kernels/vector_testing.h"

namespace tundish::kernels {
namespace {

using testing::Function;
using testing::kFunctions;

// Of this thread: the machine may be shared.
double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class Call> double least_time(Call call) {
  double best = 1e9;
  const double begin = now();
  for (int i = 0; i < 20 || now() - begin < 0.2; ++i) {
    const double t = now();
    call();
    best = std::min(best, now() - t);
  }
  return best;
}

// Every float with 2^-30 <= |x| < 256; of the others, where the functions are a line or have come
// to their limits, every 64th block of 65,536.
void errors(const VectorKernels& kernels) {
  constexpr size_t kBlock = 1 << 16;
  std::vector<float> x(kBlock), y(kBlock);
  for (const Function& function : kFunctions) {
    double worst = 0;
    float where = 0;
    for (uint64_t first = 0; first < (uint64_t{1} << 32); first += kBlock) {
      const uint64_t exponent = first >> 23 & 255;
      if ((exponent < 97 || exponent > 134) && first / kBlock % 64 != 0) continue;
      for (size_t i = 0; i < kBlock; ++i) {
        x[i] = std::bit_cast<float>(static_cast<uint32_t>(first + i));
      }
      if (std::isnan(x[1])) continue;
      (kernels.*function.kernel)(x.data(), kBlock, y.data());
      for (size_t i = 0; i < kBlock; ++i) {
        if (std::isnan(x[i])) continue;
        const double error = testing::ulps(y[i], function.exact(x[i]));
        if (error > worst) worst = error, where = x[i];
      }
    }
    std::printf("%-10s %.2f ulp at %.9g\n", function.name, worst, static_cast<double>(where));
    std::fflush(stdout);
  }
}

void times(const VectorKernels& kernels) {
  constexpr size_t kRows = 128, kColumns = 768, kCount = kRows * kColumns;
  std::vector<float> x(kCount), y(kCount), gamma(kColumns, 1), beta(kColumns, 0);
  uint32_t state = 1;
  for (float& value : x) {
    state = state * 1664525u + 1013904223u;
    value = 3 * (static_cast<float>(state >> 8) / (1 << 23) - 1);
  }
  std::printf("128 x 768, us\n");
  const auto print = [](const char* name, double seconds) {
    std::printf("%-12s%8.1f\n", name, 1e6 * seconds);
  };
  for (const Function& function : kFunctions) {
    print(function.name,
          least_time([&] { (kernels.*function.kernel)(x.data(), kCount, y.data()); }));
  }
  print("softmax", least_time([&] { kernels.softmax(x.data(), kRows, kColumns, y.data()); }));
  print("log_softmax", least_time([&] {
          for (size_t r = 0; r < kRows; ++r) {
            kernels.log_softmax(&x[r * kColumns], kColumns, &y[r * kColumns]);
          }
        }));
  const double norm = least_time([&] {
    NormRow row{.x = x.data(), .gamma = gamma.data(), .beta = beta.data(), .epsilon = 1e-5f};
    row.y = y.data();
    for (size_t r = 0; r < kRows; ++r, row.x += kColumns, row.y += kColumns) {
      kernels.normalize(row, kColumns);
    }
  });
  print("layer norm", norm);
}

int run(int count, char** words) {
  Isa isa = detect_isa();
  for (int i = 1; i < count; ++i) isa_from_name(words[i], std::strlen(words[i]), &isa);
  std::printf("%s\n", isa_name(isa));
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "errors") == 0) errors(*table_for(isa).vector);
    if (std::strcmp(words[i], "time") == 0) times(*table_for(isa).vector);
  }
  return 0;
}

}  // namespace
}  // namespace tundish::kernels

int main(int count, char** words) { return tundish::kernels::run(count, words); }
