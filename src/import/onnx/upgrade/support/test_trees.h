// Attributes of small tree operators, for tests.
#ifndef TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TEST_TREES_H_
#define TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TEST_TREES_H_

#include "import/onnx/test_models.h"

namespace tundish::test_models {

/// Two trees: x0 <= 0.5 ? leaf : (x1 < 2 ? leaf : leaf), and a single leaf. Ids have gaps and the
/// lists an order of their own.
inline Attributes node_lists() {
  return {{"nodes_treeids", Ints{4, 4, 4, 4, 4, 1}},
          {"nodes_nodeids", Ints{10, 30, 20, 7, 8, 0}},
          {"nodes_featureids", Ints{0, 1, 0, 0, 0, 0}},
          {"nodes_values", Floats{0.5F, 2, 0, 0, 0, 0}},
          {"nodes_modes", Strings{"BRANCH_LEQ", "BRANCH_LT", "LEAF", "LEAF", "LEAF", "LEAF"}},
          {"nodes_truenodeids", Ints{20, 7, 0, 0, 0, 0}},
          {"nodes_falsenodeids", Ints{30, 8, 0, 0, 0, 0}},
          {"nodes_missing_value_tracks_true", Ints{1, 0, 0, 0, 0, 0}}};
}

inline Attributes regressor() {
  return with(node_lists(), {{"n_targets", int64_t{1}},
                             {"target_treeids", Ints{4, 4, 4, 1}},
                             {"target_nodeids", Ints{8, 7, 20, 0}},
                             {"target_ids", Ints{0, 0, 0, 0}},
                             {"target_weights", Floats{30, 20, 10, 100}}});
}

/// Leaf i of the first tree scores class i alone, the other tree class 2, all of them 1.
inline Attributes classifier() {
  return with(node_lists(), {{"class_treeids", Ints{4, 4, 4, 4, 1, 1, 1}},
                             {"class_nodeids", Ints{20, 7, 8, 8, 0, 0, 0}},
                             {"class_ids", Ints{0, 1, 2, 0, 2, 1, 0}},
                             {"class_weights", Floats{1, 1, 1, 0.25F, 0.5F, 0, 0}},
                             {"classlabels_int64s", Ints{10, 11, 12}}});
}

/// Version 5 of the same two trees as node_lists(), weights 10, 20, 30 and 100.
template <class T> Attributes tree_ensemble() {
  return {{"n_targets", int64_t{1}},
          {"tree_roots", Ints{0, 2}},
          {"nodes_featureids", Ints{0, 1, 0}},
          {"nodes_splits", list_tensor<T>({T{0.5}, T{2}, T{0}})},
          {"nodes_modes", list_tensor<uint8_t>({0, 1, 0})},
          {"nodes_missing_value_tracks_true", Ints{1, 0, 0}},
          {"nodes_truenodeids", Ints{0, 1, 3}},
          {"nodes_trueleafs", Ints{1, 1, 1}},
          {"nodes_falsenodeids", Ints{1, 2, 3}},
          {"nodes_falseleafs", Ints{0, 1, 1}},
          {"leaf_targetids", Ints{0, 0, 0, 0}},
          {"leaf_weights", list_tensor<T>({T{10}, T{20}, T{30}, T{100}})}};
}

}  // namespace tundish::test_models

#endif  // TUNDISH_IMPORT_ONNX_UPGRADE_SUPPORT_TEST_TREES_H_
