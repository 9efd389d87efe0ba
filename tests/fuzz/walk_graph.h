// Reads everything an importer could read from a graph: nothing may crash on what was accepted.
#ifndef TUNDISH_TESTS_FUZZ_WALK_GRAPH_H_
#define TUNDISH_TESTS_FUZZ_WALK_GRAPH_H_

#include "wire/pickle/object_view.h"

namespace tundish::pickle {

inline void walk_graph(const ObjectGraph& graph) {
  for (ObjectId id = 0; id < graph.object_count(); ++id) {
    const ObjectView view(graph, id, "x");
    static_cast<void>(graph.described(id));
    static_cast<void>(graph.big_integer(id));
    for (const ObjectId item : graph.items(id)) static_cast<void>(graph.kind(item));
    static_cast<void>(view.find("_sklearn_version"));
    static_cast<void>(view.key("x").has_value());
    static_cast<void>(view.as_double().has_value());
    static_cast<void>(view.as_bool().has_value());
    static_cast<void>(view.as_string().has_value());
    static_cast<void>(view.as_tensor().has_value());
    static_cast<void>(view.as_array_f64().has_value());
    static_cast<void>(view.as_array_i64().has_value());
    static_cast<void>(view.as_strings().has_value());
    const auto nodes = view.as_structured();
    if (!nodes) continue;
    for (const NumpyField& field : nodes->array->dtype->fields) {
      const auto column = nodes->field(field.name);
      if (!column) continue;
      for (size_t i = 0; i < column->count; ++i) {
        static_cast<void>(column->integer(i));
        static_cast<void>(column->number(i));
      }
    }
  }
}

}  // namespace tundish::pickle

#endif  // TUNDISH_TESTS_FUZZ_WALK_GRAPH_H_
