#include "kernels/vector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernels/table.h"
#include "kernels/testing.h"
#include "kernels/vector_testing.h"

namespace tundish::kernels {
namespace {

using testing::available;
using testing::Function;
using testing::kFunctions;
using testing::ulps;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const VectorKernels& kernels_of(Isa isa) { return *table_for(isa).vector; }

// Every 8,191st float, both signs (the benchmark goes over all).
std::vector<float> sampled_floats() {
  std::vector<float> values;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 8191) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (!std::isnan(x)) values.push_back(x);
  }
  return values;
}

TEST(Vector, errors_are_as_stated) {
  const std::vector<float> x = sampled_floats();
  std::vector<float> y(x.size());
  for (const Function& function : kFunctions) {
    for (const Isa isa : available()) {
      (kernels_of(isa).*function.kernel)(x.data(), x.size(), y.data());
      double worst = 0;
      float where = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        const double error = ulps(y[i], function.exact(x[i]));
        if (error > worst) worst = error, where = x[i];
      }
      // Without fused operations some rounding errors remain.
      EXPECT_LE(worst, isa == Isa::kGeneric ? 6.0 : 4.0)
          << isa_name(isa) << " " << function.name << " at " << where;
    }
  }
}

TEST(Vector, nan_stays_nan_and_infinities_have_their_limits) {
  const float x[] = {NAN, -kInfinity, kInfinity, -0.0f, 0.0f};
  for (const Isa isa : available()) {
    for (const Function& function : kFunctions) {
      float y[5];
      (kernels_of(isa).*function.kernel)(x, 5, y);
      EXPECT_TRUE(std::isnan(y[0])) << isa_name(isa) << " " << function.name;
      EXPECT_EQ(y[1], function.at_minus_infinity) << isa_name(isa) << " " << function.name;
      EXPECT_EQ(y[2], function.at_infinity) << isa_name(isa) << " " << function.name;
      EXPECT_EQ(y[3], function.at_zero) << isa_name(isa) << " " << function.name;
      EXPECT_EQ(y[4], function.at_zero) << isa_name(isa) << " " << function.name;
    }
  }
}

// Lengths 0 ... 65 at each alignment: nothing beyond the end is written, and an element's bits do
// not depend on where it stands.
TEST(Vector, every_length_and_alignment) {
  constexpr size_t kLongest = 65;
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-8, 8);
  std::vector<float> x(kLongest + 3);
  for (float& value : x) value = uniform(random);
  for (const Isa isa : available()) {
    for (const Function& function : kFunctions) {
      const VectorFunction run = kernels_of(isa).*function.kernel;
      for (size_t count = 0; count <= kLongest; ++count) {
        const size_t at = count % 3;
        std::vector<float> y(kLongest + 4, 77.0f);
        run(x.data() + at, count, y.data() + at);
        for (size_t i = 0; i < count; ++i) {
          float alone = 0;
          run(&x[at + i], 1, &alone);
          ASSERT_EQ(y[at + i], alone) << isa_name(isa) << " " << function.name;
        }
        ASSERT_EQ(y[at + count], 77.0f) << isa_name(isa) << " " << function.name;
        ASSERT_EQ(y[at == 0 ? kLongest + 3 : at - 1], 77.0f);
        std::vector<float> in_place(x.begin(), x.end());
        run(in_place.data() + at, count, in_place.data() + at);
        ASSERT_TRUE(count == 0 || std::memcmp(&in_place[at], &y[at], count * sizeof(float)) == 0);
      }
    }
  }
}

struct Exact {
  const char* name;
  VectorFunction VectorKernels::*kernel;
  float (*exact)(float x);
};
constexpr Exact kExact[] = {
    {"relu", &VectorKernels::relu, [](float x) { return x < 0 ? 0.0f : x; }},
    {"abs", &VectorKernels::abs, [](float x) { return std::fabs(x); }},
    {"neg", &VectorKernels::neg, [](float x) { return -x; }},
    {"sqrt", &VectorKernels::sqrt, [](float x) { return std::sqrt(x); }},
    {"reciprocal", &VectorKernels::reciprocal, [](float x) { return 1 / x; }},
};
struct ExactPair {
  const char* name;
  PairFunction VectorKernels::*kernel;
  float (*exact)(float a, float b);
};
constexpr ExactPair kExactPairs[] = {
    {"add", &VectorKernels::add, [](float a, float b) { return a + b; }},
    {"sub", &VectorKernels::sub, [](float a, float b) { return a - b; }},
    {"mul", &VectorKernels::mul, [](float a, float b) { return a * b; }},
    {"div", &VectorKernels::div, [](float a, float b) { return a / b; }},
    {"min", &VectorKernels::min, [](float a, float b) { return a <= b || a != a ? a : b; }},
    {"max", &VectorKernels::max, [](float a, float b) { return a >= b || a != a ? a : b; }},
};

void expect_same_float(float got, float want, const std::string& what) {
  if (std::isnan(want)) {
    EXPECT_TRUE(std::isnan(got)) << what;
  } else {
    EXPECT_EQ(std::bit_cast<uint32_t>(got), std::bit_cast<uint32_t>(want)) << what;
  }
}

// Every pair of these, in every length up to their number.
constexpr float kNotable[] = {0.0f,   -0.0f,   1.0f,  -1.0f,  3.5f,      -2.25f,
                              1e-40f, -1e-40f, 3e38f, -3e38f, kInfinity, -kInfinity,
                              NAN,    0.1f,    7.0f,  -9.0f,  1e-20f,    5e19f};

TEST(Vector, arithmetic_is_rounded_once) {
  constexpr size_t kCount = std::size(kNotable);
  for (const Isa isa : available()) {
    for (const Exact& function : kExact) {
      for (size_t count = 0; count <= kCount; ++count) {
        std::vector<float> y(kCount + 1, 77.0f);
        (kernels_of(isa).*function.kernel)(kNotable, count, y.data());
        for (size_t i = 0; i < count; ++i) {
          expect_same_float(y[i], function.exact(kNotable[i]), function.name);
        }
        EXPECT_EQ(y[count], 77.0f);
      }
    }
  }
}

TEST(Vector, arithmetic_of_pairs_is_rounded_once) {
  constexpr size_t kCount = std::size(kNotable);
  for (const Isa isa : available()) {
    for (const ExactPair& function : kExactPairs) {
      const PairFunction run = kernels_of(isa).*function.kernel;
      for (const float other : kNotable) {
        const std::vector<float> others(kCount, other);
        for (size_t steps = 0; steps < 4; ++steps) {
          for (size_t count = 0; count <= kCount; ++count) {
            std::vector<float> y(kCount + 1, 77.0f);
            run(kNotable, steps & 1, others.data(), steps >> 1, count, y.data());
            for (size_t i = 0; i < count; ++i) {
              const float a = kNotable[(steps & 1) != 0 ? i : 0];
              expect_same_float(y[i], function.exact(a, other), function.name);
            }
            ASSERT_EQ(y[count], 77.0f) << function.name;
          }
        }
      }
    }
  }
}

TEST(Vector, transposes_every_size) {
  for (const Isa isa : available()) {
    for (size_t rows = 0; rows <= 35; rows += rows < 18 ? 1 : 5) {
      for (size_t columns = 0; columns <= 35; columns += columns < 18 ? 1 : 5) {
        const size_t from_stride = columns + 2;
        const size_t to_stride = rows + 3;
        std::vector<float> from(rows * from_stride + 1);
        for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i);
        std::vector<float> to(columns * to_stride + 1, -1.0f);
        kernels_of(isa).transpose(from.data(), from_stride, rows, columns, to.data(), to_stride);
        for (size_t j = 0; j < columns; ++j) {
          for (size_t i = 0; i < to_stride; ++i) {
            ASSERT_EQ(to[j * to_stride + i], i < rows ? from[i * from_stride + j] : -1.0f)
                << isa_name(isa) << " " << rows << " x " << columns;
          }
        }
        ASSERT_EQ(to.back(), -1.0f);
      }
    }
  }
}

std::vector<float> random_row(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.5f, 2);
  std::vector<float> x(count + 1);
  for (float& value : x) value = normal(random);
  return x;
}

TEST(Vector, softmax_of_every_length) {
  for (const Isa isa : available()) {
    for (size_t count = 0; count <= 150; ++count) {
      const std::vector<float> x = random_row(count, static_cast<uint32_t>(count));
      std::vector<float> y(count + 1, 77.0f), z(count + 1, 77.0f);
      kernels_of(isa).softmax(x.data(), 1, count, y.data());
      kernels_of(isa).log_softmax(x.data(), count, z.data());
      double most = -INFINITY, sum = 0;
      for (size_t i = 0; i < count; ++i) most = std::max<double>(most, x[i]);
      for (size_t i = 0; i < count; ++i) sum += std::exp(x[i] - most);
      for (size_t i = 0; i < count; ++i) {
        const double exact = std::exp(x[i] - most) / sum;
        ASSERT_NEAR(y[i], exact, 3e-6 * exact) << isa_name(isa) << " " << count;
        ASSERT_NEAR(z[i], std::log(exact), 3e-6) << isa_name(isa) << " " << count;
      }
      ASSERT_EQ(y[count], 77.0f);
      ASSERT_EQ(z[count], 77.0f);
    }
  }
}

TEST(Vector, softmax_of_rows_is_that_of_each_row) {
  constexpr size_t kRows = 37;
  for (const Isa isa : available()) {
    for (const size_t count : {1, 3, 7, 15, 16, 31, 32, 64, 77, 100}) {
      std::vector<float> x = random_row(kRows * count, 5), y(kRows * count), alone(count);
      x[count + count / 2] = NAN;  // in the second row only
      x[2 * count] = -kInfinity;
      x[2 * count + count - 1] = 80;
      kernels_of(isa).softmax(x.data(), kRows, count, y.data());
      for (size_t r = 0; r < kRows; ++r) {
        kernels_of(isa).softmax(&x[r * count], 1, count, alone.data());
        for (size_t i = 0; i < count; ++i) expect_same_float(y[r * count + i], alone[i], "row");
      }
      kernels_of(isa).softmax(x.data(), kRows, count, x.data());
      for (size_t i = 0; i < y.size(); ++i) expect_same_float(x[i], y[i], "in place");
    }
  }
}

TEST(Vector, softmax_of_columns) {
  for (const Isa isa : available()) {
    for (const size_t rows : {0, 1, 5, 64, 150}) {
      for (const size_t columns : {0, 1, 15, 16, 17, 32, 70}) {
        const size_t stride = columns + 3;
        const std::vector<float> x = random_row(rows * stride, 7);
        std::vector<float> y(rows * stride + 1, 77.0f), in_place = x;
        kernels_of(isa).softmax_columns(x.data(), stride, rows, columns, y.data());
        kernels_of(isa).softmax_columns(in_place.data(), stride, rows, columns, in_place.data());
        for (size_t i = 0; i < columns; ++i) {
          double most = -INFINITY, sum = 0;
          for (size_t r = 0; r < rows; ++r) most = std::max<double>(most, x[r * stride + i]);
          for (size_t r = 0; r < rows; ++r) sum += std::exp(x[r * stride + i] - most);
          for (size_t r = 0; r < rows; ++r) {
            const double exact = std::exp(x[r * stride + i] - most) / sum;
            ASSERT_NEAR(y[r * stride + i], exact, 3e-6 * exact) << isa_name(isa) << " " << columns;
            ASSERT_EQ(y[r * stride + i], in_place[r * stride + i]);
          }
        }
        for (size_t r = 0; r < rows; ++r) ASSERT_EQ(y[r * stride + columns], 77.0f);
      }
    }
  }
}

TEST(Vector, softmax_of_infinities_and_nan) {
  for (const Isa isa : available()) {
    for (const size_t count : {1, 5, 16, 37}) {
      std::vector<float> x(count, -kInfinity), y(count);
      kernels_of(isa).softmax(x.data(), 1, count, y.data());
      for (const float value : y) EXPECT_TRUE(std::isnan(value)) << isa_name(isa);
      x[count / 2] = 3;  // the others are masked out
      kernels_of(isa).softmax(x.data(), 1, count, y.data());
      for (size_t i = 0; i < count; ++i) EXPECT_EQ(y[i], i == count / 2 ? 1.0f : 0.0f);
      x[count - 1] = NAN;
      kernels_of(isa).softmax(x.data(), 1, count, y.data());
      for (const float value : y) EXPECT_TRUE(std::isnan(value)) << isa_name(isa) << " " << count;
      x[count - 1] = kInfinity;
      kernels_of(isa).softmax(x.data(), 1, count, y.data());
      EXPECT_TRUE(std::isnan(y[count - 1])) << isa_name(isa);
    }
    // Far apart, but no overflow on the way.
    const float x[] = {1000, 0, -1000};
    float y[3];
    kernels_of(isa).softmax(x, 1, 3, y);
    EXPECT_EQ(y[0], 1.0f);
    EXPECT_EQ(y[1], 0.0f);
  }
}

enum class Parts { kNone, kAll };

void check_norm(Isa isa, size_t count, NormKind kind, Parts parts) {
  const uint32_t seed = static_cast<uint32_t>(count);
  const std::vector<float> x = random_row(count, seed), residual = random_row(count, seed + 1),
                           bias = random_row(count, seed + 2), gamma = random_row(count, seed + 3),
                           beta = random_row(count, seed + 4);
  std::vector<float> y(count + 1, 77.0f), v(count + 1, 77.0f);
  float mean_out = 0, deviation_out = 0;
  NormRow row{.x = x.data(), .epsilon = 1e-5f, .kind = kind, .y = y.data()};
  row.mean = &mean_out;
  row.inverse_deviation = &deviation_out;
  if (parts == Parts::kAll) {
    row.residual = residual.data();
    row.bias = bias.data();
    row.gamma = gamma.data();
    row.beta = beta.data();
    row.v = v.data();
  }
  kernels_of(isa).normalize(row, count);
  std::vector<double> sums(count);
  double mean = 0, variance = 0;
  for (size_t i = 0; i < count; ++i) {
    sums[i] = parts == Parts::kAll ? x[i] + residual[i] + bias[i] : x[i];
    if (kind == NormKind::kLayer) mean += sums[i] / static_cast<double>(count);
  }
  for (const double s : sums) variance += (s - mean) * (s - mean) / static_cast<double>(count);
  const double deviation = 1 / std::sqrt(variance + 1e-5);
  for (size_t i = 0; i < count; ++i) {
    double want = (sums[i] - mean) * deviation;
    if (parts == Parts::kAll) want = want * gamma[i] + beta[i];
    // A single value minus its mean is 0: only the size of what was subtracted says what is exact.
    ASSERT_NEAR(y[i], want, 1e-5 + 1e-6 * deviation * std::abs(mean)) << isa_name(isa) << count;
    ASSERT_NEAR(parts == Parts::kAll ? v[i] : sums[i], sums[i], 1e-5);
  }
  ASSERT_EQ(y[count], 77.0f);
  ASSERT_EQ(v[count], 77.0f);
  if (count == 0) return;
  EXPECT_NEAR(mean_out, mean, 1e-5);
  EXPECT_NEAR(deviation_out, deviation, 1e-5 * deviation);
}

TEST(Vector, norms_of_every_length) {
  for (const Isa isa : available()) {
    for (size_t count = 0; count <= 140; ++count) {
      for (const NormKind kind : {NormKind::kLayer, NormKind::kRms}) {
        check_norm(isa, count, kind, Parts::kNone);
        check_norm(isa, count, kind, Parts::kAll);
      }
    }
  }
}

TEST(Vector, norm_in_place_of_its_input_and_nan) {
  for (const Isa isa : available()) {
    std::vector<float> x = random_row(70, 9), y(70);
    kernels_of(isa).normalize({.x = x.data(), .epsilon = 1e-5f, .y = y.data()}, 70);
    kernels_of(isa).normalize({.x = x.data(), .epsilon = 1e-5f, .y = x.data()}, 70);
    EXPECT_EQ(std::memcmp(x.data(), y.data(), 70 * sizeof(float)), 0) << isa_name(isa);
    x[69] = NAN;
    kernels_of(isa).normalize({.x = x.data(), .epsilon = 1e-5f, .y = y.data()}, 70);
    for (const float value : y) EXPECT_TRUE(std::isnan(value)) << isa_name(isa);
  }
}

}  // namespace
}  // namespace tundish::kernels
