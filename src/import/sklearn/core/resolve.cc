#include "import/sklearn/core/resolve.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "import/sklearn/core/chain.h"
#include "import/sklearn/core/select_path.h"

namespace tundish::sklearn {
namespace {

using pickle::ObjectGraph;
using pickle::ObjectId;
using pickle::ObjectKind;
using pickle::ObjectView;

// Parts looked at in a container before it is surely no way to save one model: people keep a
// handful, a list of thousands is a search result.
constexpr size_t kMaxParts = 100'000;
// Entries named in a message.
constexpr size_t kMaxNamed = 12;

bool is_container(const ObjectView& object) {
  switch (object.kind()) {
    case ObjectKind::kList:
    case ObjectKind::kTuple:
    case ObjectKind::kDict: return true;
    // Bunch, OrderedDict: instances with entries and no meaning of their own.
    case ObjectKind::kRecord: return object.graph().record(object.id())->dict.size > 0;
    default: return false;
  }
}

struct Parts {
  std::vector<ObjectView> predictors, transformers, unsupported;
  std::vector<std::string> unused;  ///< paths of other entries
  bool too_many = false;
};

std::string key_text(const ObjectGraph& graph, ObjectId key) {
  if (graph.kind(key) == ObjectKind::kString) return quoted(graph.text(key), 60);
  if (graph.kind(key) == ObjectKind::kInt) return cat(graph.at(key).integer);
  return graph.type_name(key);
}

// The entries of a container with paths that `select` understands.
std::vector<ObjectView> children(const ObjectView& container) {
  std::vector<ObjectView> result;
  const ObjectGraph& graph = container.graph();
  const bool is_sequence = container.is(ObjectKind::kList) || container.is(ObjectKind::kTuple);
  const auto items = graph.items(container.id());
  if (is_sequence) {
    for (size_t i = 0; i < items.size(); ++i) {
      result.emplace_back(graph, items[i], cat(container.path(), "[", i, "]"));
    }
    return result;
  }
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    result.emplace_back(graph, items[i + 1],
                        cat(container.path(), "[", key_text(graph, items[i]), "]"));
  }
  return result;
}

// Sorts the entries of a container, and of containers in it, by role, in stored order. Iterative;
// every object is looked at once.
Parts find_parts(Reader& reader, const ObjectView& root) {
  Parts parts;
  std::vector<ObjectView> open = {root};
  std::vector<bool> seen(root.graph().object_count(), false);
  size_t looked_at = 0;
  while (!open.empty()) {
    const ObjectView object = open.back();
    open.pop_back();
    if (seen[object.id()]) continue;
    seen[object.id()] = true;
    if (++looked_at > kMaxParts) {
      parts.too_many = true;
      return parts;
    }
    if (reader.def_of(object) != nullptr) {
      (is_predictor(reader.kind_of(object)) ? parts.predictors : parts.transformers)
          .push_back(object);
    } else if (is_container(object)) {
      std::vector<ObjectView> inner = children(object);
      open.insert(open.end(), std::make_move_iterator(inner.rbegin()),
                  std::make_move_iterator(inner.rend()));
    } else if (object.is(ObjectKind::kRecord) && is_model_library(object.module())) {
      parts.unsupported.push_back(object);
    } else if (parts.unused.size() <= kMaxNamed) {
      parts.unused.push_back(object.path());
    }
  }
  return parts;
}

// The objects that `from` holds, itself included.
std::vector<bool> reachable(const ObjectView& from) {
  const ObjectGraph& graph = from.graph();
  std::vector<bool> seen(graph.object_count(), false);
  std::vector<ObjectId> open = {from.id()};
  while (!open.empty()) {
    const ObjectId id = open.back();
    open.pop_back();
    if (id == pickle::kNoObject || seen[id]) continue;
    seen[id] = true;
    const auto items = graph.items(id);
    open.insert(open.end(), items.begin(), items.end());
    if (const pickle::Record* record = graph.record(id); record != nullptr) {
      open.push_back(record->state);
    }
  }
  return seen;
}

// A dict may hold a pipeline and, beside it, the scaler inside that pipeline: not to be applied
// twice.
std::vector<ObjectView> not_inside(const ObjectView& predictor, std::vector<ObjectView> parts,
                                   Reader& reader) {
  const std::vector<bool> inside = reachable(predictor);
  std::erase_if(parts, [&](const ObjectView& part) {
    if (!inside[part.id()]) return false;
    reader.note(cat(part.path(), " is a part of ", predictor.path(), " already"));
    return true;
  });
  return parts;
}

std::string named(const std::vector<ObjectView>& objects) {
  std::string text;
  for (size_t i = 0; i < objects.size() && i < kMaxNamed; ++i) {
    text += cat(i == 0 ? "" : ", ", objects[i].path(), " (", objects[i].name(), ")");
  }
  if (objects.size() > kMaxNamed) text += cat(" and ", objects.size() - kMaxNamed, " more");
  return text;
}

void note_unused(Reader& reader, const std::vector<std::string>& unused) {
  if (unused.empty()) return;
  std::string text;
  for (size_t i = 0; i < unused.size() && i < kMaxNamed; ++i) {
    text += cat(i == 0 ? "" : ", ", unused[i]);
  }
  if (unused.size() > kMaxNamed) text += " and more";
  reader.note(cat("not used: ", text));
}

Result<EstimatorPointer> join(Reader& reader, const ObjectView& root, const Parts& parts) {
  std::vector<ObjectView> order = parts.transformers;
  if (!parts.predictors.empty()) {
    order = not_inside(parts.predictors.front(), std::move(order), reader);
  }
  order.insert(order.end(), parts.predictors.begin(), parts.predictors.end());
  std::vector<EstimatorPointer> steps;
  for (const ObjectView& part : order) {
    TRY_ASSIGN(EstimatorPointer step, reader.read(part));
    steps.push_back(std::move(step));
  }
  if (order.size() == 1) {
    reader.note(cat("converted ", named(order), " of a ", root.type_name()));
    note_unused(reader, parts.unused);
    return std::move(steps.front());
  }
  reader.note(cat("assumed a pipeline of ", named(order)));
  note_unused(reader, parts.unused);
  Version version = steps.back()->description().version;
  return make_chain(std::move(steps), std::move(version), "pipeline");
}

Result<EstimatorPointer> resolve_container(Reader& reader, const ObjectView& root) {
  const Parts parts = find_parts(reader, root);
  if (parts.too_many) {
    return root.error(ErrorCode::kInvalidModel,
                      cat("a ", root.type_name(), " of more than ", kMaxParts,
                          " parts: choose one with --select PATH"));
  }
  if (!parts.unsupported.empty()) {
    // read() tells damage from lack of support and names the class.
    TRY(reader.read(parts.unsupported.front()));
  }
  const size_t predictor_count = parts.predictors.size();
  const size_t transformer_count = parts.transformers.size();
  if (predictor_count == 0 && transformer_count == 0) {
    return root.error(ErrorCode::kInvalidModel,
                      cat("no model inside: a ", root.type_name(), " of ", root.size(),
                          root.size() == 1 ? " entry" : " entries"));
  }
  if (predictor_count > 1) {
    return InvalidArgument(cat("holds ", predictor_count,
                               " models; choose with --select PATH: ", named(parts.predictors)));
  }
  if (predictor_count == 0 && transformer_count > 1) {
    return InvalidArgument(
        cat("holds ", transformer_count,
            " transformers and no model; choose with --select PATH: ", named(parts.transformers)));
  }
  return join(reader, root, parts);
}

}  // namespace

Result<EstimatorPointer> resolve(Reader& reader, const ObjectView& root, std::string_view select) {
  ObjectView object = root.named(root.is(ObjectKind::kRecord) && !is_container(root)
                                     ? (root.name() == "Pipeline" ? "pipeline" : "model")
                                     : "");
  if (!select.empty()) {
    TRY_ASSIGN(object, select_object(object, select));
  }
  if (reader.def_of(object) == nullptr && is_container(object)) {
    return resolve_container(reader, object);
  }
  if (!object.is(ObjectKind::kRecord)) {
    return object.error(ErrorCode::kInvalidModel,
                        cat("no model inside: the object is a ", object.type_name()));
  }
  return reader.read(object);
}

}  // namespace tundish::sklearn
