// Convolutions as their definition says, for tests. Included by *_test.cc files alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <random>
#include <vector>

#include "kernels/conv.h"
#include "kernels/table.h"

namespace tundish::kernels::testing {

struct Case {
  size_t groups, inputs, outputs;  // of all groups
  size_t height, width, kernel_height, kernel_width;
  size_t stride, dilation, pad;
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << "groups " << c.groups << ", " << c.inputs << " x " << c.height << " x " << c.width
             << " -> " << c.outputs << ", kernel " << c.kernel_height << " x " << c.kernel_width
             << ", stride " << c.stride << ", dilation " << c.dilation << ", pad " << c.pad;
}

inline ConvAxis axis_of(size_t size, size_t kernel, const Case& c) {
  const size_t extent = (kernel - 1) * c.dilation + 1;
  return {size, (size + 2 * c.pad - extent) / c.stride + 1, kernel, c.stride, c.dilation, c.pad};
}

inline ConvGeometry geometry_of(const Case& c) {
  ConvGeometry shape;
  shape.groups = c.groups;
  shape.group_inputs = c.inputs / c.groups;
  shape.group_outputs = c.outputs / c.groups;
  shape.rank = 2;
  shape.axes[0] = axis_of(c.height, c.kernel_height, c);
  shape.axes[1] = axis_of(c.width, c.kernel_width, c);
  return shape;
}

// Values of one case and what they give, in double.
struct Image {
  ConvGeometry shape;
  std::vector<float> x, weights, bias, residual;
  std::vector<double> want;  // bias included

  explicit Image(const Case& c) : shape(geometry_of(c)) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> values(-1, 1);
    const auto fill = [&](std::vector<float>& to, size_t count) {
      to.resize(count);
      for (float& value : to) value = values(random);
    };
    fill(x, shape.inputs() * shape.in_plane());
    fill(weights, shape.outputs() * shape.group_inputs * shape.taps());
    fill(bias, shape.outputs());
    fill(residual, shape.outputs() * shape.out_plane());
    compute();
  }

  void compute() {
    want.clear();
    for (size_t output = 0; output < shape.outputs(); ++output) {
      for (size_t row = 0; row < shape.axes[0].out; ++row) {
        for (size_t column = 0; column < shape.axes[1].out; ++column) {
          want.push_back(at(output, row, column) + static_cast<double>(bias[output]));
        }
      }
    }
  }

 private:
  double at(size_t output, size_t row, size_t column) const {
    const ConvAxis& rows = shape.axes[0];
    const ConvAxis& columns = shape.axes[1];
    double sum = 0;
    for (size_t i = 0; i < shape.group_inputs; ++i) {
      const size_t channel = output / shape.group_outputs * shape.group_inputs + i;
      const float* w = weights.data() + (output * shape.group_inputs + i) * shape.taps();
      for (size_t tap = 0; tap < shape.taps(); ++tap) {
        const size_t y = row * rows.stride + tap / columns.kernel * rows.dilation - rows.pad_begin;
        const size_t z =
            column * columns.stride + tap % columns.kernel * columns.dilation - columns.pad_begin;
        if (y >= rows.in || z >= columns.in) continue;
        sum += static_cast<double>(w[tap]) *
               static_cast<double>(x[(channel * rows.in + y) * columns.in + z]);
      }
    }
    return sum;
  }
};

// Bytes that begin at a multiple of 64, not all zero.
class Memory {
 public:
  explicit Memory(size_t bytes) : storage_(bytes + 64, '\x7f') {}
  void* get() { return storage_.data() + (64 - reinterpret_cast<uintptr_t>(storage_.data()) % 64); }

 private:
  std::vector<char> storage_;
};

inline ConvTensors tensors_of(const Image& image, std::vector<float>& y) {
  y.assign(image.want.size(), -77.0f);
  ConvTensors tensors{image.x.data(), image.weights.data(), nullptr, y.data(), {}};
  tensors.epilogue.row_bias = image.bias.data();
  tensors.epilogue.residual_row_stride = image.shape.out_plane();
  return tensors;
}

}  // namespace tundish::kernels::testing
