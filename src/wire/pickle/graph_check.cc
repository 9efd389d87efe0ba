#include "wire/pickle/graph_check.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace tundish::pickle {

namespace {

// The parts of an object: up to five runs of object numbers, taken one after the other.
struct Parts {
  std::array<ObjectId, 3> single = {};
  std::array<std::span<const ObjectId>, 3> runs = {};

  explicit Parts(const ObjectGraph& graph, ObjectId id) {
    if (const Record* record = graph.record(id)) {
      single = {record->args, record->kwargs, record->state};
      runs = {std::span<const ObjectId>(single), record->list.span(), record->dict.span()};
    } else {
      runs[0] = graph.items(id);
    }
  }
  Parts(const Parts&) = delete;

  // Part `index`, or nothing past the last.
  const ObjectId* at(size_t index) const {
    for (const auto& run : runs) {
      if (index < run.size()) return &run[index];
      index -= run.size();
    }
    return nullptr;
  }
};

struct Step {
  ObjectId id = kNoObject;
  size_t next_part = 0;
  uint32_t height = 1;  // of what was walked below so far, itself included
};

constexpr uint32_t kUnseen = 0;
constexpr uint32_t kOpen = ~uint32_t{0};

}  // namespace

Status check_structure(const ObjectGraph& graph, const Limits& limits) {
  std::vector<uint32_t> heights(graph.object_count(), kUnseen);
  std::vector<Step> path = {{graph.root()}};
  heights[graph.root()] = kOpen;
  while (!path.empty()) {
    Step& step = path.back();
    const Parts parts(graph, step.id);
    const ObjectId* part = nullptr;
    while ((part = parts.at(step.next_part)) != nullptr) {
      ++step.next_part;
      if (*part == kNoObject) continue;
      const uint32_t height = heights[*part];
      if (height == kOpen) {
        return InvalidModel(cat("the ", graph.type_name(*part), " at offset ",
                                graph.at(*part).offset, " contains itself"));
      }
      if (height == kUnseen) break;
      step.height = std::max(step.height, height + 1);
    }
    // Both the way down and the height of what was walked before count.
    if (path.size() + step.height > limits.max_nesting) {
      return Limit(cat("objects nest deeper than ", limits.max_nesting, " at offset ",
                       graph.at(step.id).offset));
    }
    if (part != nullptr) {
      heights[*part] = kOpen;
      path.push_back({*part});
      continue;
    }
    const uint32_t height = step.height;
    heights[step.id] = height;
    path.pop_back();
    if (!path.empty()) path.back().height = std::max(path.back().height, height + 1);
  }
  return ok();
}

}  // namespace tundish::pickle
