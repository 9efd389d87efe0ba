// Small networks of dense layers, row by row through all layers while everything is in the first
// cache: y = f2(f1(x W1 + b1) W2 + b2) ..., after a few operations with constant rows.
//
// float32. Sums are fused chains over k as in gemm.h, but for layers of at most 32 columns, whose
// sums are four chains (simd/dense_layer.inl.h). Every row's answer is the same whatever rows stand
// beside it. NaN and infinities propagate. No allocation, no failure.
#pragma once

#include <cstddef>

#include "kernels/dense_layer.h"
#include "kernels/gemm.h"
#include "kernels/table.h"
#include "kernels/vector.h"

namespace tundish::kernels {

// Widest layer (inputs and outputs) that fits the buffers.
inline constexpr size_t kDenseWidest = 512;

// Columns of packed weights and of a padded row.
size_t dense_padded(const DenseKernels& kernels, size_t columns);

// Packs W [inputs][outputs] to inputs * dense_padded(outputs) floats, 64-byte aligned, the padding
// zeros.
void pack_dense(const DenseKernels& kernels, const GemmMatrix& w, size_t inputs, size_t outputs,
                float* panels);

struct DenseNetwork {
  const DenseStep* steps;
  size_t step_count;
  const DenseLayer* layers;
  const VectorFunction* functions;  // of each layer's result, null for none
  size_t layer_count;               // at least 1
  // Of the rows of the last layer, in place (VectorKernels::softmax), or null.
  void (*row_function)(const float* x, size_t rows, size_t columns, float* y);
};

// y [rows][outputs of the last layer] of x [rows][inputs of the first]. Uses 33 KB of stack.
void run_dense(const DenseKernels& kernels, const DenseNetwork& network, const float* x,
               size_t rows, float* y);

}  // namespace tundish::kernels
