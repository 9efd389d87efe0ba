#include "api/object_tree.h"

#include <algorithm>

#include "base/strings.h"

namespace tundish {

namespace {

using pickle::ObjectId;
using pickle::ObjectKind;

constexpr size_t kLabelBytes = 60;  // of a text that is shown

// One line to come: an object under a label at a depth.
struct Open {
  std::string label;
  ObjectId id;
  uint32_t depth;
};

std::string sizes_text(std::span<const int64_t> dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i) text += cat(i > 0 ? ", " : "", dims[i]);
  return text + "]";
}

class TreePrinter {
 public:
  TreePrinter(const pickle::ObjectGraph& graph, const ObjectTreeOptions& options)
      : graph_(graph), options_(options), seen_(graph.object_count(), 0) {}

  std::vector<std::string> print() {
    if (graph_.root() == pickle::kNoObject) return {};
    open_.push_back({"", graph_.root(), 0});
    while (!open_.empty() && lines_.size() < options_.max_lines) {
      const Open next = std::move(open_.back());
      open_.pop_back();
      print_one(next);
    }
    if (!open_.empty()) lines_.push_back(cat("... (", graph_.object_count(), " objects in all)"));
    return std::move(lines_);
  }

 private:
  void print_one(const Open& item);
  std::string value_text(ObjectId id) const;
  void push_children(const Open& parent);
  void push_pairs(std::span<const ObjectId> pairs, uint32_t depth, std::vector<Open>& children);
  void push_items(std::span<const ObjectId> items, uint32_t depth, std::vector<Open>& children);

  const pickle::ObjectGraph& graph_;
  const ObjectTreeOptions& options_;
  std::vector<uint8_t> seen_;
  std::vector<Open> open_;
  std::vector<std::string> lines_;
};

std::string TreePrinter::value_text(ObjectId id) const {
  const pickle::Object& object = graph_.at(id);
  switch (object.kind) {
    case ObjectKind::kNone: return "None";
    case ObjectKind::kBool: return object.integer != 0 ? "True" : "False";
    case ObjectKind::kInt: return cat(object.integer);
    case ObjectKind::kBigInt: return graph_.big_integer(id).substr(0, 60);
    case ObjectKind::kFloat: return double_text(object.number);
    case ObjectKind::kString: return quoted(graph_.text(id), kLabelBytes);
    case ObjectKind::kBytes: return cat("bytes (", object.size, ")");
    case ObjectKind::kGlobal: return quoted(graph_.type_name(id));
    case ObjectKind::kList:
    case ObjectKind::kTuple:
    case ObjectKind::kSet:
    case ObjectKind::kFrozenSet:
      return cat(pickle::object_kind_name(object.kind), " of ", graph_.items(id).size());
    case ObjectKind::kDict: return cat("dict of ", graph_.items(id).size() / 2);
    case ObjectKind::kArray: {
      const pickle::Array* array = graph_.array(id);
      if (array->dtype == nullptr) return "array";
      return cat("array ", array->dtype->to_string(), sizes_text(array->dims));
    }
    case ObjectKind::kRecord: {
      const std::string name = graph_.type_name(id);
      const bool plain = std::ranges::all_of(
          name, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
      return plain ? name : quoted(name, 200);
    }
    case ObjectKind::kDType: return "dtype";
  }
  return "?";
}

void TreePrinter::print_one(const Open& item) {
  std::string line(2 * item.depth, ' ');
  if (!item.label.empty()) line += cat(item.label, ": ");
  if (item.id == pickle::kNoObject) {
    lines_.push_back(line + "...");
    return;
  }
  const ObjectKind kind = graph_.kind(item.id);
  const bool holds_others = kind == ObjectKind::kRecord || kind == ObjectKind::kList ||
                            kind == ObjectKind::kTuple || kind == ObjectKind::kDict ||
                            kind == ObjectKind::kArray;
  line += value_text(item.id);
  if (holds_others && seen_[item.id] != 0) {
    lines_.push_back(line + " (shown above)");
    return;
  }
  seen_[item.id] = 1;
  lines_.push_back(std::move(line));
  if (holds_others && item.depth < options_.max_depth) push_children(item);
}

void TreePrinter::push_pairs(std::span<const ObjectId> pairs, uint32_t depth,
                             std::vector<Open>& children) {
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (children.size() > options_.max_lines) return;  // more would never be printed
    std::string label;
    if (graph_.kind(pairs[i]) == ObjectKind::kString) {
      const std::string_view text = graph_.text(pairs[i]);
      label = quoted(text, kLabelBytes);
      const bool plain = text.size() <= kLabelBytes && label.size() == text.size() + 2;
      if (plain) label = text;  // neither cut nor escaped
    } else {
      label = value_text(pairs[i]);
    }
    children.push_back({std::move(label), pairs[i + 1], depth});
  }
}

void TreePrinter::push_items(std::span<const ObjectId> items, uint32_t depth,
                             std::vector<Open>& children) {
  const size_t shown = items.size() > options_.long_list ? options_.max_items : items.size();
  for (size_t i = 0; i < shown; ++i) children.push_back({cat("[", i, "]"), items[i], depth});
  if (shown < items.size()) {
    children.push_back({cat("[", shown, "..", items.size() - 1, "]"), pickle::kNoObject, depth});
  }
}

void TreePrinter::push_children(const Open& parent) {
  std::vector<Open> children;
  const uint32_t depth = parent.depth + 1;
  if (const pickle::Record* record = graph_.record(parent.id)) {
    if (record->args != pickle::kNoObject) push_items(graph_.items(record->args), depth, children);
    if (record->state != pickle::kNoObject && seen_[record->state] == 0) {
      seen_[record->state] = 1;
      if (graph_.kind(record->state) == ObjectKind::kDict) {
        push_pairs(graph_.items(record->state), depth, children);
      } else {
        children.push_back({"state", record->state, depth});
        seen_[record->state] = 0;
      }
    }
    push_items(record->list.span(), depth, children);
    push_pairs(record->dict.span(), depth, children);
  } else if (graph_.kind(parent.id) == ObjectKind::kDict) {
    push_pairs(graph_.items(parent.id), depth, children);
  } else if (const pickle::Array* array = graph_.array(parent.id)) {
    push_items(array->objects, depth, children);
  } else {
    push_items(graph_.items(parent.id), depth, children);
  }
  open_.insert(open_.end(), std::make_move_iterator(children.rbegin()),
               std::make_move_iterator(children.rend()));
}

}  // namespace

std::vector<std::string> object_tree(const pickle::ObjectGraph& graph,
                                     const ObjectTreeOptions& options) {
  return TreePrinter(graph, options).print();
}

}  // namespace tundish
