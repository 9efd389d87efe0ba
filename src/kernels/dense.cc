#include "kernels/dense.h"

#include <algorithm>
#include <cstring>

namespace tundish::kernels {
namespace {

// Floats of one of two buffers, half of the first cache together; and what whole tiles of rows of
// the widest layer need.
constexpr size_t kBufferFloats = 4096;
// Every tile's height divides it.
constexpr size_t kRowUnit = 6;
static_assert(kRowUnit * kDenseWidest <= kBufferFloats);

size_t rows_at_once(const DenseKernels& kernels, const DenseNetwork& network, size_t rows) {
  if (rows <= kRowUnit) return kRowUnit;  // without the divisions below
  size_t widest = dense_padded(kernels, network.layers[0].inputs);
  for (size_t i = 0; i < network.layer_count; ++i) {
    widest = std::max(widest, dense_padded(kernels, network.layers[i].outputs));
  }
  return kBufferFloats / widest / kRowUnit * kRowUnit;
}

// Rows without their padding. Answers often have one to four columns, for which a call of memcpy
// takes longer than the copy: kColumns is their number, or 0 for any.
template <size_t kColumns> void copy_rows(const DenseRows& made, size_t columns, float* y) {
  const size_t width = kColumns == 0 ? columns : kColumns;
  for (size_t r = 0; r < made.rows; ++r) {
    std::memcpy(y + r * width, made.y + r * made.y_stride, width * sizeof(float));
  }
}

void finish(const DenseNetwork& network, const DenseRows& made, float* y) {
  const size_t columns = network.layers[network.layer_count - 1].outputs;
  if (made.rows == 1 && network.row_function != nullptr) {
    return network.row_function(made.y, 1, columns, y);
  }
  switch (columns) {
    case 1: copy_rows<1>(made, 1, y); break;
    case 2: copy_rows<2>(made, 2, y); break;
    case 3: copy_rows<3>(made, 3, y); break;
    case 4: copy_rows<4>(made, 4, y); break;
    default: copy_rows<0>(made, columns, y);
  }
  if (network.row_function != nullptr) network.row_function(y, made.rows, columns, y);
}

}  // namespace

size_t dense_padded(const DenseKernels& kernels, size_t columns) {
  return (columns + kernels.lanes - 1) & ~(kernels.lanes - 1);  // lanes: a power of two
}

void pack_dense(const DenseKernels& kernels, const GemmMatrix& w, size_t inputs, size_t outputs,
                float* panels) {
  size_t vectors = dense_padded(kernels, outputs) / kernels.lanes;
  size_t column = 0;
  while (vectors > 0) {
    const size_t count = dense_group_vectors(kernels.group, vectors, outputs);
    const size_t width = count * kernels.lanes;
    for (size_t k = 0; k < inputs; ++k) {
      for (size_t j = column; j < column + width; ++j) {
        *panels++ = j < outputs ? w.data[k * w.row_stride + j * w.column_stride] : 0.0f;
      }
    }
    column += width;
    vectors -= count;
  }
}

void run_dense(const DenseKernels& kernels, const DenseNetwork& network, const float* x,
               size_t rows, float* y) {
  alignas(64) float buffers[2][kBufferFloats];
  const size_t inputs = network.layers[0].inputs;
  const size_t outputs = network.layers[network.layer_count - 1].outputs;
  const size_t most = rows_at_once(kernels, network, rows);
  for (size_t first = 0; first < rows; first += most) {
    DenseRows part{x + first * inputs, inputs, nullptr, 0, std::min(most, rows - first)};
    size_t next = 0;
    const auto turn = [&](size_t columns) {
      part.y = buffers[next];
      part.y_stride = dense_padded(kernels, columns);
      next = 1 - next;
    };
    if (network.step_count > 0) {
      turn(inputs);
      kernels.run_steps(network.steps, network.step_count, part, inputs);
      part.x = part.y;
      part.x_stride = part.y_stride;
    }
    for (size_t i = 0; i < network.layer_count; ++i) {
      const DenseLayer& layer = network.layers[i];
      turn(layer.outputs);
      kernels.run_layer(layer, part);
      if (network.functions[i] != nullptr) {
        network.functions[i](part.y, part.rows * part.y_stride, part.y);
      }
      part.x = part.y;
      part.x_stride = part.y_stride;
    }
    finish(network, part, y + first * outputs);
  }
}

}  // namespace tundish::kernels
