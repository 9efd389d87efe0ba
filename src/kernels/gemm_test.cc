#include "kernels/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "kernels/table.h"
#include "kernels/testing.h"
#include "kernels/vector_testing.h"

namespace tundish::kernels {
namespace {

using testing::available;
using testing::random_floats;

const GemmKernels& kernels_of(Isa isa) { return *table_for(isa).gemm; }

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

// A product of odd sizes with all that an epilogue can do.
struct Case {
  size_t m = 13, n = 0, k = 9;
  std::vector<float> a, b, c, row_bias, column_bias, residual;
  Gemm gemm;
  Case(Isa isa, size_t columns) : n(columns) {
    a = random_floats(m * k, 1);
    b = random_floats(k * n, 2);
    c.assign(m * (n + 2), 77.0f);
    row_bias = random_floats(m, 3);
    column_bias = random_floats(n, 4);
    residual = random_floats(m * n, 5);
    gemm.m = m;
    gemm.n = n;
    gemm.k = k;
    gemm.a = {a.data(), k, 1};
    gemm.b = {b.data(), n, 1};
    gemm.c = c.data();
    gemm.c_row_stride = n + 2;
    sums = chain(isa, gemm);
  }
  std::vector<float> sums;
};

double activated(Activation activation, double x, double low, double high) {
  switch (activation) {
    case Activation::kNone: return x;
    case Activation::kRelu: return std::max(x, 0.0);
    case Activation::kClip: return std::min(std::max(x, low), high);
    case Activation::kLeakyRelu: return x < 0 ? low * x : x;
    case Activation::kSigmoid: return testing::exact_sigmoid(x);
    case Activation::kTanh: return std::tanh(x);
    case Activation::kSilu: return testing::exact_silu(x);
    case Activation::kGeluErf: return testing::exact_gelu_erf(x);
    case Activation::kGeluTanh: return testing::exact_gelu_tanh(x);
  }
  return x;
}

void check_epilogue(Isa isa, size_t columns, Activation activation, ResidualOrder order) {
  Case test(isa, columns);
  GemmEpilogue& e = test.gemm.epilogue;
  e = {.scale = 0.75f, .row_bias = test.row_bias.data(), .column_bias = test.column_bias.data()};
  e.residual = test.residual.data();
  e.residual_row_stride = test.n;
  e.residual_scale = 0.5f;
  e.residual_order = order;
  e.activation = activation;
  e.low = -0.25f;
  e.high = 0.5f;
  const Panels panels(kernels_of(isa), test.gemm.b, test.k, test.n);
  for (const float* packed : std::initializer_list<const float*>{nullptr, panels.data}) {
    test.gemm.packed = packed;
    run_gemm(kernels_of(isa), test.gemm);
    for (size_t i = 0; i < test.m; ++i) {
      for (size_t j = 0; j < test.n; ++j) {
        const double more = 0.5 * test.residual[i * test.n + j];
        double x = 0.75 * test.sums[i * test.n + j] + test.row_bias[i] + test.column_bias[j];
        if (order == ResidualOrder::kBeforeActivation) x += more;
        x = activated(activation, x, -0.25, 0.5);
        if (order == ResidualOrder::kAfterActivation) x += more;
        ASSERT_NEAR(test.c[i * (test.n + 2) + j], x, 2e-6)
            << isa_name(isa) << " activation " << static_cast<int>(activation) << " " << i << " "
            << j;
      }
      ASSERT_EQ(test.c[i * (test.n + 2) + test.n], 77.0f);
    }
  }
}

// Rows of A that fall into one set of the first cache are taken in lower tiles.
TEST(Gemm, rows_that_collide_in_the_cache) {
  constexpr size_t kStride = 1024, kDepth = 6;
  for (const Isa isa : available()) {
    for (size_t m = 1; m <= 26; ++m) {
      const size_t n = kernels_of(isa).panel_width * 4 + 3;
      const std::vector<float> a = random_floats(m * kStride, 1), b = random_floats(kDepth * n, 2);
      std::vector<float> c(m * n);
      Gemm gemm{.m = m, .n = n, .k = kDepth, .a = {a.data(), kStride, 1}};
      gemm.b = {b.data(), n, 1};
      gemm.c = c.data();
      gemm.c_row_stride = n;
      run_gemm(kernels_of(isa), gemm);
      expect_rows(c, n, chain(isa, gemm), m, n, isa_name(isa));
    }
  }
}

TEST(Gemm, epilogues) {
  for (const Isa isa : available()) {
    for (const size_t columns : {size_t{1}, kernels_of(isa).panel_width + 3}) {
      for (size_t i = 0; i < kActivationCount; ++i) {
        const Activation activation = static_cast<Activation>(i);
        check_epilogue(isa, columns, activation, ResidualOrder::kBeforeActivation);
        check_epilogue(isa, columns, activation, ResidualOrder::kAfterActivation);
      }
    }
  }
}

TEST(Gemm, residual_may_be_the_result_where_b_is_packed) {
  for (const Isa isa : available()) {
    for (const size_t columns : {size_t{3}, 2 * kernels_of(isa).panel_width}) {
      Case test(isa, columns);
      const Panels panels(kernels_of(isa), test.gemm.b, test.k, test.n);
      test.gemm.packed = panels.data;
      test.gemm.c = test.residual.data();
      test.gemm.c_row_stride = test.n;
      test.gemm.epilogue.residual = test.residual.data();
      test.gemm.epilogue.residual_row_stride = test.n;
      std::vector<float> expected = test.residual;
      for (size_t i = 0; i < expected.size(); ++i) expected[i] = test.sums[i] + expected[i];
      run_gemm(kernels_of(isa), test.gemm);
      expect_rows(test.residual, test.n, expected, test.m, test.n, isa_name(isa));
    }
  }
}

TEST(Gemm, nan_and_infinity_stay_in_their_rows_and_columns) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Isa isa : available()) {
    Case test(isa, kernels_of(isa).panel_width + 1);
    test.a[2 * test.k + 4] = NAN;
    test.a[3 * test.k + 4] = kInfinity;
    test.b[4 * test.n + 5] = -kInfinity;
    test.b[6 * test.n + 6] = -0.0f;
    const Panels panels(kernels_of(isa), test.gemm.b, test.k, test.n);
    const std::vector<float> expected = chain(isa, test.gemm);
    EXPECT_TRUE(std::isnan(expected[2 * test.n]));
    for (const float* packed : std::initializer_list<const float*>{nullptr, panels.data}) {
      test.gemm.packed = packed;
      run_gemm(kernels_of(isa), test.gemm);
      expect_rows(test.c, test.n + 2, expected, test.m, test.n, isa_name(isa));
    }
    // An activation leaves NaN as it is.
    for (size_t i = 0; i < kActivationCount; ++i) {
      test.gemm.epilogue.activation = static_cast<Activation>(i);
      test.gemm.epilogue.high = 1;
      run_gemm(kernels_of(isa), test.gemm);
      EXPECT_TRUE(std::isnan(test.c[2 * (test.n + 2)])) << isa_name(isa) << " " << i;
    }
  }
}

// As heads of attention lie: products with strides of their own, B transposed.
TEST(Gemm, batches_of_strided_products) {
  constexpr size_t kHeads = 3, kLength = 21, kHead = 20, kStride = 3 * kHeads * kHead;
  const std::vector<float> qkv = random_floats(kLength * kStride, 8);
  const std::vector<float> mask = random_floats(kLength, 9);
  for (const Isa isa : available()) {
    std::vector<float> scores(kHeads * kLength * kLength);
    Gemm gemm{.m = kLength, .n = kLength, .k = kHead, .a = {qkv.data(), kStride, 1}};
    gemm.b = {qkv.data() + kHeads * kHead, 1, kStride};
    gemm.c = scores.data();
    gemm.c_row_stride = kLength;
    gemm.epilogue.residual = mask.data();  // one row for all
    gemm.batch = kHeads;
    gemm.a_batch_stride = gemm.b_batch_stride = kHead;
    gemm.c_batch_stride = kLength * kLength;
    run_gemm(kernels_of(isa), gemm);
    for (size_t h = 0; h < kHeads; ++h) {
      Gemm one = gemm;
      one.a.data += h * kHead;
      one.b.data += h * kHead;
      const std::vector<float> sums = chain(isa, one);
      for (size_t i = 0; i < sums.size(); ++i) {
        ASSERT_EQ(scores[h * sums.size() + i], sums[i] + mask[i % kLength]) << isa_name(isa);
      }
    }
  }
}

TEST(Gemm, parts_cover_everything_and_change_no_bit) {
  for (const Isa isa : available()) {
    const size_t sizes[][3] = {{1, 900, 600}, {150, 200, 60}, {500, 33, 40}, {64, 64, 4000}};
    for (const auto& [m, n, k] : sizes) {
      const std::vector<float> a = random_floats(2 * m * k, 1), b = random_floats(k * n, 2);
      std::vector<float> whole(2 * m * n), pieces(2 * m * n, 77.0f);
      Gemm gemm{.m = m, .n = n, .k = k, .a = {a.data(), k, 1}};
      gemm.b = {b.data(), n, 1};
      gemm.c = whole.data();
      gemm.c_row_stride = n;
      gemm.batch = 2;
      gemm.a_batch_stride = m * k;
      gemm.c_batch_stride = m * n;
      gemm.epilogue.activation = Activation::kTanh;
      run_gemm(kernels_of(isa), gemm);
      gemm.c = pieces.data();
      for (const size_t threads : {1, 2, 3, 16}) {
        std::fill(pieces.begin(), pieces.end(), 77.0f);
        const GemmParts parts = gemm_parts(kernels_of(isa), gemm, threads);
        EXPECT_LE(parts.count(), 2 * std::max<size_t>(8 * threads, 2));
        for (size_t i = parts.count(); i-- > 0;) {
          run_gemm(kernels_of(isa), gemm, parts, i, i + 1);
        }
        EXPECT_EQ(std::memcmp(whole.data(), pieces.data(), whole.size() * sizeof(float)), 0)
            << isa_name(isa) << " " << m << " " << n << " " << k << " threads " << threads;
      }
    }
  }
}

// Rows and a product beside them against run_gemm(): the same bits, whatever the depths.
void check_rows_beside(Isa isa, size_t depth, size_t beside_depth, ptrdiff_t sign) {
  const GemmKernels& kernels = kernels_of(isa);
  constexpr size_t kSteps = 40;
  const size_t n = 2 * kernels.row_columns, columns = 2 * kernels.panel_width;
  const size_t rows = 2 * kernels.beside_rows;
  const auto x = random_floats(kSteps * depth, 1), b = random_floats(depth * n, 2);
  const auto a = random_floats(rows * beside_depth, 3),
             w = random_floats(beside_depth * columns, 4);
  const auto bias = random_floats(columns, 5);
  const Panels b_panels(kernels, {b.data(), n, 1}, depth, n);
  const Panels w_panels(kernels, {w.data(), columns, 1}, beside_depth, columns);
  std::vector<float> c(rows * columns), expected(rows * columns);
  Gemm gemm{.m = rows, .n = columns, .k = beside_depth, .a = {a.data(), beside_depth, 1}};
  gemm.packed = w_panels.data;
  gemm.c = expected.data();
  gemm.c_row_stride = columns;
  gemm.epilogue.column_bias = bias.data();
  run_gemm(kernels, gemm);
  const size_t first = sign < 0 ? rows - 1 : 0;
  BesideProduct beside;
  beside.a = a.data() + first * beside_depth;
  beside.a_row_stride = sign * static_cast<ptrdiff_t>(beside_depth);
  beside.panels = w_panels.data;
  beside.depth = beside_depth;
  beside.columns = columns;
  beside.bias = bias.data();
  beside.c = c.data() + first * columns;
  beside.c_row_stride = sign * static_cast<ptrdiff_t>(columns);
  beside.rows = rows;
  for (size_t step = 0; step < kSteps; ++step) {
    std::vector<float> y(n, 0.5f), y_expected(n, 0.5f);
    kernels.multiply_row({&x[step * depth], depth, b_panels.data, 2, y.data()}, beside);
    Gemm row{.m = 1, .n = n, .k = depth, .a = {&x[step * depth], depth, 1}};
    row.packed = b_panels.data;
    row.c = y_expected.data();
    row.c_row_stride = n;
    row.epilogue.residual = row.c;
    run_gemm(kernels, row);
    ASSERT_EQ(y, y_expected) << isa_name(isa) << " " << depth;
  }
  ASSERT_EQ(beside.row, rows);
  ASSERT_EQ(c, expected) << isa_name(isa) << " " << depth << " " << beside_depth;
}

TEST(Gemm, rows_with_a_product_beside_them) {
  for (const Isa isa : available()) {
    for (const auto& [depth, beside_depth] : {std::pair{13, 13}, {16, 7}, {9, 25}, {33, 1}}) {
      for (const ptrdiff_t sign : {1, -1}) {
        check_rows_beside(isa, static_cast<size_t>(depth), static_cast<size_t>(beside_depth), sign);
      }
    }
  }
}

TEST(Gemm, parts_are_even_and_not_too_small) {
  const GemmKernels& kernels = kernels_of(detect_isa());
  Gemm gemm{.m = 128, .n = 768, .k = 768};
  EXPECT_EQ(gemm_parts(kernels, gemm, 1).count(), 1u);
  const GemmParts parts = gemm_parts(kernels, gemm, 2);
  EXPECT_GE(parts.count(), 2u);
  EXPECT_EQ(parts.grain, 1u);
  EXPECT_LE(2 * parts.rows_each * parts.columns_each, 768u * 132u);  // no more than half each
  gemm = {.m = 16, .n = 16, .k = 32, .batch = 1000};
  EXPECT_EQ(gemm_parts(kernels, gemm, 8).count(), 1000u);
  EXPECT_GE(gemm_parts(kernels, gemm, 8).grain, 20u);
  gemm = {.m = 0, .n = 5, .k = 5};
  run_gemm(kernels, gemm);
  gemm = {.m = 5, .n = 0, .k = 5};
  run_gemm(kernels, gemm);
}

TEST(Gemm, packed_size_is_counted_with_its_padding) {
  for (const Isa isa : available()) {
    const GemmKernels& kernels = kernels_of(isa);
    const size_t width = kernels.panel_width;
    EXPECT_EQ(packed_weight_bytes(kernels, 7, 0), 0u);
    EXPECT_EQ(packed_weight_bytes(kernels, 0, 7), 0u);
    EXPECT_EQ(packed_weight_bytes(kernels, 7, 1), 7 * width / 2 * sizeof(float));
    EXPECT_EQ(packed_weight_bytes(kernels, 7, width / 2 + 1), 7 * width * sizeof(float));
    EXPECT_EQ(packed_weight_bytes(kernels, 7, width + 1), 7 * (width + width / 2) * sizeof(float));
    EXPECT_EQ(packed_weight_bytes(kernels, SIZE_MAX / 8, 64), SIZE_MAX);
    EXPECT_EQ(packed_weight_bytes(kernels, 1, SIZE_MAX), SIZE_MAX);
  }
}

TEST(Gemm, weights_can_be_packed_in_parts) {
  for (const Isa isa : available()) {
    const GemmKernels& kernels = kernels_of(isa);
    const size_t n = 3 * kernels.panel_width + 5, k = 11;
    const std::vector<float> b = random_floats(n * k, 4);
    const Panels whole(kernels, {b.data(), n, 1}, k, n);
    Panels parts(kernels, {b.data(), n, 1}, k, 0);
    parts.storage.assign(whole.storage.size(), NAN);
    const size_t middle = 2 * kernels.panel_width;
    pack_weights(kernels, {b.data(), n, 1}, k, n, middle, n, parts.storage.data());
    pack_weights(kernels, {b.data(), n, 1}, k, n, 0, middle, parts.storage.data());
    EXPECT_EQ(std::memcmp(whole.data, parts.storage.data(), packed_weight_bytes(kernels, k, n)), 0);
  }
}

}  // namespace
}  // namespace tundish::kernels
