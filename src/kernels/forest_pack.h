// How a forest becomes tables: inner part of pack(), shared by the files that build each part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/forest.h"
#include "kernels/forest_layout.h"

namespace tundish::kernels {

// The forest in normal form, before it is laid out. Owned by pack().
struct NormalForest {
  std::vector<ForestNode> nodes;
  std::vector<uint8_t> modes;  // empty where every node is a plain `<=`
  std::vector<uint32_t> roots;
  bool nan_left = false;  // some node sends NaN left
};

// Turns every comparison into `<=` where that is exact for all values of the input type (`<` by the
// number just below, `>` and `>=` by exchanging children); where one node cannot be turned, all
// nodes keep their mode.
NormalForest normalise(const ForestView& forest);

// Element `index` of an array of `type`.
double number_at(const void* array, Scalar type, size_t index);

}  // namespace tundish::kernels
