// Changes to a valid ONNX model that keep it a model: other operators, attributes, wires, shapes,
// types and values. What the mutation makes need not be valid; it is what somebody could send.
#ifndef TUNDISH_TESTS_FUZZ_GRAPH_MUTATOR_H_
#define TUNDISH_TESTS_FUZZ_GRAPH_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "wire/onnx/records.h"

namespace tundish {

/// Mutates records in place. New texts and bytes live as long as the mutator.
class GraphMutator {
 public:
  explicit GraphMutator(uint32_t seed) : random_(seed) {}

  /// One to four changes.
  void mutate(OnnxModel& model);

 private:
  size_t below(size_t count) { return count == 0 ? 0 : random_() % count; }
  bool one_in(size_t count) { return below(count) == 0; }
  int64_t some_integer();
  float some_float();
  std::string_view keep(std::string text);

  void change(OnnxModel& model);
  void change_node(OnnxGraph& graph, OnnxNode& node);
  void change_attribute(OnnxAttribute& attribute);
  void change_wires(OnnxGraph& graph, OnnxNode& node);
  void change_tensor(OnnxTensor& tensor);
  void change_type(OnnxType& type);
  void change_list(OnnxGraph& graph);
  std::string_view some_value(const OnnxGraph& graph);

  std::minstd_rand random_;
  std::deque<std::string> texts_;
};

}  // namespace tundish

#endif  // TUNDISH_TESTS_FUZZ_GRAPH_MUTATOR_H_
