// The objects of a pickle as indented lines for people.
#ifndef TUNDISH_API_OBJECT_TREE_H_
#define TUNDISH_API_OBJECT_TREE_H_

#include <string>
#include <vector>

#include "wire/pickle/object_graph.h"

namespace tundish {

struct ObjectTreeOptions {
  size_t max_lines = 400;  ///< a terminal's patience; the last line says how many objects are left
  size_t max_items = 3;    ///< items shown of a long list
  size_t long_list = 8;    ///< lists up to this length are shown whole
  uint32_t max_depth = 12;
};

/// Classes with their attributes, lists with their first items, arrays with dtype and shape; an
/// object met again is shown as a reference. Iterative: any depth and any cycle.
std::vector<std::string> object_tree(const pickle::ObjectGraph& graph,
                                     const ObjectTreeOptions& options = {});

}  // namespace tundish

#endif  // TUNDISH_API_OBJECT_TREE_H_
