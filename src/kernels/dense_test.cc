#include "kernels/dense.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/table.h"
#include "kernels/testing.h"

namespace tundish::kernels {
namespace {

using testing::available;
using testing::random_floats;

// A chain of layers of these widths, each with its bias and lower limit.
struct Network {
  const DenseKernels& kernels;
  std::vector<size_t> widths;
  std::vector<std::vector<float>> weights, biases, panels, padded_biases;
  std::vector<DenseLayer> layers;
  std::vector<VectorFunction> functions;

  Network(Isa isa, const std::vector<size_t>& sizes)
      : kernels(*table_for(isa).dense), widths(sizes) {
    for (size_t i = 0; i + 1 < sizes.size(); ++i) {
      weights.push_back(random_floats(sizes[i] * sizes[i + 1], static_cast<uint32_t>(i)));
      biases.push_back(random_floats(sizes[i + 1], static_cast<uint32_t>(100 + i)));
      const size_t padded = dense_padded(kernels, sizes[i + 1]);
      panels.emplace_back(sizes[i] * padded, NAN);
      padded_biases.emplace_back(biases[i]);
      padded_biases[i].resize(padded);
      pack_dense(kernels, {weights[i].data(), sizes[i + 1], 1}, sizes[i], sizes[i + 1],
                 panels[i].data());
    }
    for (size_t i = 0; i + 1 < sizes.size(); ++i) {
      const bool is_last = i + 2 == sizes.size();
      layers.push_back({panels[i].data(), padded_biases[i].data(), sizes[i], sizes[i + 1],
                        is_last ? -INFINITY : 0});
      functions.push_back(nullptr);
    }
  }

  std::vector<float> run(const std::vector<float>& x, size_t rows) const {
    std::vector<float> y(rows * widths.back() + 1, -7);
    const DenseNetwork network{nullptr, 0, layers.data(), functions.data(), layers.size(), nullptr};
    run_dense(kernels, network, x.data(), rows, y.data());
    EXPECT_EQ(y.back(), -7) << "written beyond the end";
    y.pop_back();
    return y;
  }
};

// Sums by their definition: chains of fused (generic: rounded twice) multiply-adds.
float product(bool is_fused, const float* x, const float* w, size_t w_stride, size_t count,
              size_t chains) {
  float sums[4] = {};
  for (size_t k = 0; k < count; ++k) {
    float& sum = sums[k % chains];
    const float b = w[k * w_stride];
    if (is_fused) {
      sum = std::fma(x[k], b, sum);
    } else {
      const float rounded = x[k] * b;
      sum = sum + rounded;
    }
  }
  return chains == 1 ? sums[0] : (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

std::vector<float> by_definition(const Network& net, bool is_fused, std::vector<float> x,
                                 size_t rows) {
  for (size_t i = 0; i < net.layers.size(); ++i) {
    const size_t from = net.widths[i];
    const size_t to = net.widths[i + 1];
    std::vector<float> y(rows * to);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t j = 0; j < to; ++j) {
        const float sum = product(is_fused, x.data() + r * from, net.weights[i].data() + j, to,
                                  from, to <= kDenseNarrow ? 4 : 1) +
                          net.biases[i][j];
        y[r * to + j] = net.layers[i].least == 0 && sum < 0 ? 0 : sum;
      }
    }
    x = y;
  }
  return x;
}

TEST(Dense, follows_its_definition_to_the_bit) {
  const std::vector<std::vector<size_t>> shapes = {
      {29, 64, 32, 2}, {1, 1},          {3, 5, 7}, {17, 33, 48, 100},
      {5, 512, 16},    {64, 31, 65, 1}, {4, 96}};
  for (const Isa isa : available()) {
    SCOPED_TRACE(isa_name(isa));
    const bool is_fused = table_for(isa).dense != table_for(Isa::kGeneric).dense;
    for (const std::vector<size_t>& shape : shapes) {
      const Network net(isa, shape);
      for (const size_t rows : {1, 2, 6, 7, 130}) {
        const std::vector<float> x = random_floats(rows * shape[0], 9);
        const std::vector<float> got = net.run(x, rows);
        const std::vector<float> want = by_definition(net, is_fused, x, rows);
        ASSERT_EQ(std::memcmp(got.data(), want.data(), got.size() * sizeof(float)), 0)
            << rows << " rows of " << shape[0] << " and " << shape.size() - 1 << " layers";
      }
    }
  }
}

TEST(Dense, keeps_nan_and_infinity) {
  for (const Isa isa : available()) {
    SCOPED_TRACE(isa_name(isa));
    const Network net(isa, {2, 40, 3});
    EXPECT_TRUE(std::isnan(net.run({NAN, 1}, 1)[0]));
    const std::vector<float> y = net.run({INFINITY, 1, 1, 1}, 2);
    EXPECT_FALSE(std::isfinite(y[0]));
    EXPECT_TRUE(std::isfinite(y[3])) << "a row must not see its neighbour";
  }
}

TEST(Dense, does_steps_before_and_functions_behind) {
  for (const Isa isa : available()) {
    SCOPED_TRACE(isa_name(isa));
    Network net(isa, {3, 2});
    std::vector<float> rows[4];
    const float values[4][3] = {{1, 2, 3}, {2, 2, 4}, {0.5F, 1, -1}, {1, 4, 8}};
    std::vector<DenseStep> steps;
    const DenseStepKind kinds[] = {DenseStepKind::kSubtract, DenseStepKind::kDivide,
                                   DenseStepKind::kAdd, DenseStepKind::kMultiply};
    for (size_t s = 0; s < 4; ++s) {
      rows[s].assign(values[s], values[s] + 3);
      rows[s].resize(dense_padded(net.kernels, 3), 1);
      steps.push_back({kinds[s], rows[s].data()});
    }
    const VectorKernels& vector = *table_for(isa).vector;
    net.functions[0] = vector.tanh;
    const DenseNetwork network{steps.data(),         4, net.layers.data(),
                               net.functions.data(), 1, vector.softmax};
    const float x[] = {5, 6, 7};
    std::vector<float> v(3);
    for (size_t i = 0; i < 3; ++i) {
      v[i] = ((x[i] - values[0][i]) / values[1][i] + values[2][i]) * values[3][i];
    }
    const bool is_fused = table_for(isa).dense != table_for(Isa::kGeneric).dense;
    std::vector<float> want = by_definition(net, is_fused, v, 1);
    vector.tanh(want.data(), 2, want.data());
    vector.softmax(want.data(), 1, 2, want.data());
    float y[2];
    run_dense(net.kernels, network, x, 1, y);
    EXPECT_EQ(y[0], want[0]);
    EXPECT_EQ(y[1], want[1]);
  }
}

TEST(Dense, of_no_rows_does_nothing) {
  const Network net(Isa::kGeneric, {3, 2});
  EXPECT_TRUE(net.run({}, 0).empty());
}

}  // namespace
}  // namespace tundish::kernels
