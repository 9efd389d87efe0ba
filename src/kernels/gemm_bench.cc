// Time of matrix products against the core's own peak, which is measured first. Run by hand:
//
//   gemm_bench [ISA] [hot|cold|gemv|epilogue|dynamic|attention]...
//
// hot: one matrix again and again, least of many runs. cold: each call another matrix out of
// 96 MB, median of calls. Shares are of the multiply-add peak of one core, measured first.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/table.h"

namespace tundish::kernels {
namespace {

// Of this thread: the machine may be shared.
double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class Call> double least_time(Call call) {
  double best = 1e9;
  const double begin = now();
  for (int i = 0; i < 9 || (now() - begin < 0.15 && i < 50000); ++i) {
    const double t = now();
    call();
    best = std::min(best, now() - t);
  }
  return best;
}

float next_random() {
  static unsigned state = 1;
  state = state * 1664525u + 1013904223u;
  return static_cast<float>(state >> 8) / (1 << 23) - 1;
}

struct Floats {
  std::vector<float> storage;
  float* data;
  explicit Floats(size_t count) : storage(count + 16) {
    data = storage.data() + (64 - reinterpret_cast<uintptr_t>(storage.data()) % 64) % 64 / 4;
    for (float& x : storage) x = next_random();
  }
};

// GFLOP/s of one core: twelve chains of multiply-adds in registers.
#if defined(__x86_64__)
#define TUNDISH_CHAIN(r, i) "vfmadd231ps %%" r "14, %%" r "15, %%" r #i "\n"
#define TUNDISH_CHAINS(r) \
  TUNDISH_CHAIN(r, 0)     \
  TUNDISH_CHAIN(r, 1)     \
  TUNDISH_CHAIN(r, 2)     \
  TUNDISH_CHAIN(r, 3)     \
  TUNDISH_CHAIN(r, 4)     \
  TUNDISH_CHAIN(r, 5)     \
  TUNDISH_CHAIN(r, 6)     \
  TUNDISH_CHAIN(r, 7)     \
  TUNDISH_CHAIN(r, 8) TUNDISH_CHAIN(r, 9) TUNDISH_CHAIN(r, 10) TUNDISH_CHAIN(r, 11)
#define TUNDISH_LOOP(r)                                                                        \
  asm volatile("vzeroall\n1:\n" TUNDISH_CHAINS(r) "dec %0\njnz 1b\n"                           \
               : "+r"(times)                                                                   \
               :                                                                               \
               : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
                 "xmm9", "xmm10", "xmm11", "xmm14", "xmm15")
double peak(Isa isa) {
  constexpr long kTimes = 200000;
  const bool wide = isa == Isa::kAvx512 || isa == Isa::kAvx512Vbmi;
  const double t = least_time([&] {
    long times = kTimes;
    if (wide) {
      TUNDISH_LOOP("zmm");
    } else if (isa == Isa::kAvx2) {
      TUNDISH_LOOP("ymm");
    }
  });
  return 1e-9 * static_cast<double>(kTimes) * 12 * 2 * (wide ? 16 : 8) / t;
}
// GB/s of plain reads of so many bytes, over and over.
double read_bandwidth(Isa isa, size_t bytes) {
  const std::vector<float> data(bytes / sizeof(float), 1.0f);
  const bool wide = isa == Isa::kAvx512 || isa == Isa::kAvx512Vbmi;
  const double t = least_time([&] {
    const float* at = data.data();
    size_t times = bytes / (wide ? 256 : 64);
    if (wide) {
      asm volatile(
          "1:\nvmovups (%0), %%zmm0\nvmovups 64(%0), %%zmm1\nvmovups 128(%0), %%zmm2\n"
          "vmovups 192(%0), %%zmm3\nadd $256, %0\ndec %1\njnz 1b\n"
          : "+r"(at), "+r"(times)
          :
          : "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3");
    } else {
      asm volatile(
          "1:\nmovups (%0), %%xmm0\nmovups 16(%0), %%xmm1\nmovups 32(%0), %%xmm2\n"
          "movups 48(%0), %%xmm3\nadd $64, %0\ndec %1\njnz 1b\n"
          : "+r"(at), "+r"(times)
          :
          : "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3");
    }
  });
  return 1e-9 * static_cast<double>(bytes) / t;
}
#else
double peak(Isa) { return 0; }
double read_bandwidth(Isa, size_t) { return 0; }
#endif

struct Shape {
  size_t n, k;
};
constexpr Shape kShapes[] = {{384, 384},  {1536, 384}, {384, 1536}, {768, 768},
                             {3072, 768}, {768, 3072}, {512, 512}};
constexpr size_t kRows[] = {1, 2, 4, 7, 12, 16, 32, 128, 512};

void heads(const char* what) {
  std::printf("\n%s\n%12s", what, "n x k");
  for (const size_t m : kRows) std::printf("%12zu", m);
  std::printf("\n");
}

double share(size_t m, const Shape& s, double seconds, double best) {
  return 2e-7 * static_cast<double>(m * s.n * s.k) / seconds / best;
}

void hot(const GemmKernels& kernels, double best) {
  heads("hot: share of peak, %");
  for (const Shape& s : kShapes) {
    const Floats weights(s.n * s.k);
    std::printf("%5zu x %4zu", s.n, s.k);
    for (const size_t m : kRows) {
      Floats a(m * s.k), c(m * s.n);
      Gemm gemm{.m = m, .n = s.n, .k = s.k, .a = {a.data, s.k, 1}, .packed = weights.data};
      gemm.c = c.data;
      gemm.c_row_stride = s.n;
      std::printf("%12.1f", share(m, s, least_time([&] { run_gemm(kernels, gemm); }), best));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

// Calls without and with prefetch take turns.
void cold(const GemmKernels& kernels, double best) {
  heads("cold: share of peak, % (without / with prefetch)");
  for (const Shape& s : kShapes) {
    const size_t copies = (size_t{24} << 20) / (s.n * s.k);
    std::vector<Floats> weights;
    for (size_t i = 0; i < copies; ++i) weights.emplace_back(s.n * s.k);
    std::printf("%5zu x %4zu", s.n, s.k);
    for (const size_t m : kRows) {
      Floats a(m * s.k), c(m * s.n);
      Gemm gemm{.m = m, .n = s.n, .k = s.k, .a = {a.data, s.k, 1}, .c = c.data};
      gemm.c_row_stride = s.n;
      size_t next = 0;
      std::vector<double> times[2];
      const double begin = now();
      while (times[0].size() < 15 || (now() - begin < 0.3 && times[0].size() < 4000)) {
        for (const Prefetch prefetch : {Prefetch::kNone, Prefetch::kNextPanel}) {
          gemm.prefetch = prefetch;
          gemm.packed = weights[next++ % copies].data;
          const double t = now();
          run_gemm(kernels, gemm);
          times[static_cast<size_t>(prefetch)].push_back(now() - t);
        }
      }
      for (std::vector<double>& t : times) std::sort(t.begin(), t.end());
      std::printf("%6.1f%6.1f", share(m, s, times[0][times[0].size() / 2], best),
                  share(m, s, times[1][times[1].size() / 2], best));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

void gemv(const GemmKernels& kernels) {
  std::printf("\nGB/s of weights, n 256, k 384 (rotating)\n%8s%8s%8s%8s\n", "MB", "m=1", "m=2",
              "m=4");
  for (const double megabytes : {0.375, 0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 48.0, 192.0}) {
    const size_t n = 256, k = 384, copies = static_cast<size_t>(megabytes / 0.375);
    std::vector<Floats> weights;
    for (size_t i = 0; i < copies; ++i) weights.emplace_back(n * k);
    std::printf("%8.2f", megabytes);
    for (const size_t m : {1, 2, 4}) {
      Floats a(m * k), c(m * n);
      Gemm gemm{.m = m, .n = n, .k = k, .a = {a.data, k, 1}, .c = c.data};
      gemm.c_row_stride = n;
      const double t = least_time([&] {
        for (const Floats& w : weights) {
          gemm.packed = w.data;
          run_gemm(kernels, gemm);
        }
      });
      std::printf("%8.1f", 4e-9 * static_cast<double>(copies * n * k) / t);
    }
    std::printf("\n");
  }
}

void epilogues(const GemmKernels& kernels) {
  constexpr const char* kNames[] = {"none", "relu", "clip", "leaky", "sigm",
                                    "tanh", "silu", "gelu", "gelut"};
  std::printf("\nextra time of epilogues, %% (bias and ...)\n%16s%8s", "m n k", "us");
  for (const char* name : kNames) std::printf("%8s", name);
  std::printf("%8s\n", "+resid");
  for (const size_t m : {16, 128, 512}) {
    for (const Shape& s : kShapes) {
      Floats a(m * s.k), b(s.n * s.k), c(m * s.n), bias(s.n), residual(m * s.n);
      Gemm gemm{.m = m, .n = s.n, .k = s.k, .a = {a.data, s.k, 1}, .packed = b.data, .c = c.data};
      gemm.c_row_stride = s.n;
      const double plain = least_time([&] { run_gemm(kernels, gemm); });
      std::printf("%5zu %5zu %5zu%8.1f", m, s.n, s.k, plain * 1e6);
      gemm.epilogue.column_bias = bias.data;
      for (size_t i = 0; i < kActivationCount; ++i) {
        gemm.epilogue.activation = static_cast<Activation>(i);
        const double t = least_time([&] { run_gemm(kernels, gemm); });
        std::printf("%8.1f", 100 * (t / plain - 1));
      }
      gemm.epilogue.activation = Activation::kNone;
      gemm.epilogue.residual = residual.data;
      gemm.epilogue.residual_row_stride = s.n;
      const double t = least_time([&] { run_gemm(kernels, gemm); });
      std::printf("%8.1f\n", 100 * (t / plain - 1));
    }
  }
}

void dynamic(const GemmKernels& kernels, double best) {
  heads("B not packed: share of peak, % (plain / transposed)");
  for (const Shape& s : kShapes) {
    std::printf("%5zu x %4zu", s.n, s.k);
    for (const size_t m : kRows) {
      Floats a(m * s.k), b(s.n * s.k), c(m * s.n);
      Gemm gemm{.m = m, .n = s.n, .k = s.k, .a = {a.data, s.k, 1}, .c = c.data};
      gemm.c_row_stride = s.n;
      for (int transposed = 0; transposed < 2; ++transposed) {
        gemm.b = transposed ? GemmMatrix{b.data, 1, s.k} : GemmMatrix{b.data, s.n, 1};
        const double t = least_time([&] { run_gemm(kernels, gemm); });
        std::printf("%6.1f", share(m, s, t, best));
      }
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

// Scores and their product with V for 12 heads, as they lie after one projection of Q, K and V.
void attention(const GemmKernels& kernels, double best) {
  std::printf("\n12 heads, share of peak, %%\n%8s%8s%10s%10s\n", "length", "head", "Q K^T", "P V");
  for (const size_t head : {32, 64}) {
    for (const size_t length : {16, 32, 100, 128, 512}) {
      const size_t heads = 12, stride = 3 * heads * head;
      Floats qkv(length * stride), scores(heads * length * length), out(length * heads * head);
      Gemm first{.m = length, .n = length, .k = head, .a = {qkv.data, stride, 1}};
      first.b = {qkv.data + heads * head, 1, stride};
      first.c = scores.data;
      first.c_row_stride = length;
      first.epilogue.scale = 0.125f;
      first.batch = heads;
      first.a_batch_stride = first.b_batch_stride = head;
      first.c_batch_stride = length * length;
      Gemm second{.m = length, .n = head, .k = length, .a = {scores.data, length, 1}};
      second.b = {qkv.data + 2 * heads * head, stride, 1};
      second.c = out.data;
      second.c_row_stride = heads * head;
      second.batch = heads;
      second.a_batch_stride = length * length;
      second.b_batch_stride = second.c_batch_stride = head;
      const double work = 2e-7 * static_cast<double>(heads * length * length * head);
      const double t1 = least_time([&] { run_gemm(kernels, first); });
      const double t2 = least_time([&] { run_gemm(kernels, second); });
      std::printf("%8zu%8zu%10.1f%10.1f\n", length, head, work / t1 / best, work / t2 / best);
    }
  }
}

int run(int count, char** words) {
  Isa isa = detect_isa();
  const auto wants = [&](const char* what) {
    bool any = false;
    for (int i = 1; i < count; ++i) {
      if (std::strcmp(words[i], what) == 0) return true;
      Isa other;
      any |= !isa_from_name(words[i], std::strlen(words[i]), &other);
    }
    return !any;
  };
  for (int i = 1; i < count; ++i) isa_from_name(words[i], std::strlen(words[i]), &isa);
  const GemmKernels& kernels = *table_for(isa).gemm;
  double best = peak(isa == Isa::kGeneric ? Isa::kAvx2 : isa);
  if (best == 0) best = 1e2;  // unknown: GFLOP/s in place of shares
  std::printf("%s: peak %.1f GFLOP/s\n", isa_name(isa), best);
  if (wants("peak")) {
    std::printf("reads of 0.25 MB %.0f GB/s, of 2.25 MB %.0f GB/s, of 96 MB %.0f GB/s\n",
                read_bandwidth(isa, size_t{1} << 18), read_bandwidth(isa, size_t{9} << 18),
                read_bandwidth(isa, size_t{96} << 20));
  }
  if (wants("hot")) hot(kernels, best);
  if (wants("cold")) cold(kernels, best);
  if (wants("gemv")) gemv(kernels);
  if (wants("epilogue")) epilogues(kernels);
  if (wants("dynamic")) dynamic(kernels, best);
  if (wants("attention")) attention(kernels, best);
  return 0;
}

}  // namespace
}  // namespace tundish::kernels

int main(int count, char** words) { return tundish::kernels::run(count, words); }
