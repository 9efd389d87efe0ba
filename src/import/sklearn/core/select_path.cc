#include "import/sklearn/core/select_path.h"

#include <charconv>
#include <optional>

#include "base/strings.h"

namespace tundish::sklearn {
namespace {

using pickle::ObjectGraph;
using pickle::ObjectId;
using pickle::ObjectKind;
using pickle::ObjectView;

// Choices named in a message.
constexpr size_t kMaxNamed = 20;

Error bad_path(std::string_view path, size_t at) {
  return InvalidArgument(cat("--select ", quoted(path), ": cannot read it from character ", at + 1,
                             " on (examples: model, [\"model\"], [1], steps[1])"));
}

// Reads "[...]" at `at`, which it moves behind it.
std::optional<PathStep> parse_bracket(std::string_view path, size_t& at) {
  const std::string_view rest = path.substr(at + 1);
  if (rest.empty()) return std::nullopt;
  if (rest[0] == '"' || rest[0] == '\'') {
    const size_t close = rest.find(rest[0], 1);
    if (close == std::string_view::npos || rest.substr(close + 1, 1) != "]") return std::nullopt;
    at += close + 3;
    return std::string(rest.substr(1, close - 1));
  }
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const auto length = static_cast<size_t>(end - rest.data());
  if (error != std::errc() || rest.substr(length, 1) != "]") return std::nullopt;
  at += length + 2;
  return number;
}

// What could have been meant, for messages.
std::string choices(const ObjectView& object) {
  const ObjectGraph& graph = object.graph();
  if (object.is(ObjectKind::kList) || object.is(ObjectKind::kTuple)) {
    return object.size() == 0 ? "it is empty" : cat("it has [0] to [", object.size() - 1, "]");
  }
  ObjectId dict = object.id();
  if (const pickle::Record* record = graph.record(object.id()); record != nullptr) {
    if (record->dict.size == 0) dict = record->state;
  }
  std::string text;
  if (dict == pickle::kNoObject) return "it has no parts";
  const auto items = graph.items(dict);
  for (size_t i = 0; i + 1 < items.size() && i / 2 < kMaxNamed; i += 2) {
    if (graph.kind(items[i]) != ObjectKind::kString) continue;
    text += cat(text.empty() ? "it has " : ", ", quoted(graph.text(items[i]), 40));
  }
  return text.empty() ? "it has no parts" : text;
}

// A pipeline's (name, estimator) stands for the estimator.
Result<ObjectView> step_estimator(const ObjectView& owner, const ObjectView& item) {
  const bool is_pair = item.is(ObjectKind::kTuple) && item.size() == 2;
  if (!is_pair || !owner.path().ends_with("steps")) return item;
  TRY_ASSIGN(const ObjectView first, item.item(0));
  if (!first.is(ObjectKind::kString)) return item;
  TRY_ASSIGN(const ObjectView second, item.item(1));
  return second.named(item.path());
}

std::optional<ObjectView> by_name(const ObjectView& object, const std::string& name) {
  const ObjectGraph& graph = object.graph();
  const ObjectId entry = graph.find_key(object.id(), name);
  if (entry != pickle::kNoObject) {
    return ObjectView(graph, entry, cat(object.path(), "[", quoted(name), "]"));
  }
  if (!object.is(ObjectKind::kRecord)) return std::nullopt;
  const ObjectId attribute = graph.find_attribute(object.id(), name);
  if (attribute == pickle::kNoObject) return std::nullopt;
  return ObjectView(graph, attribute, object.path().empty() ? name : cat(object.path(), ".", name));
}

// steps["scaler"]: the step of that name.
std::optional<ObjectView> by_step_name(const ObjectView& steps, const std::string& name) {
  for (size_t i = 0; steps.is(ObjectKind::kList) && i < steps.size(); ++i) {
    Result<ObjectView> pair = steps.item(i);
    if (!pair || !pair->is(ObjectKind::kTuple) || pair->size() != 2) continue;
    Result<ObjectView> first = pair->item(0);
    if (!first || !first->is(ObjectKind::kString)) continue;
    if (steps.graph().text(first->id()) != name) continue;
    return steps.graph().items(pair->id()).size() == 2
               ? std::optional(ObjectView(steps.graph(), steps.graph().items(pair->id())[1],
                                          cat(steps.path(), "[", i, "]")))
               : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<PathStep>> parse_path(std::string_view path) {
  std::vector<PathStep> steps;
  size_t at = 0;
  while (at < path.size()) {
    const size_t start = at;
    if (path[at] == '[') {
      const std::optional<PathStep> step = parse_bracket(path, at);
      if (!step) return bad_path(path, start);
      steps.push_back(*step);
      continue;
    }
    if (path[at] == '.') ++at;
    const size_t end = std::min(path.find_first_of(".[]", at), path.size());
    if (end == at) return bad_path(path, start);
    steps.emplace_back(std::string(path.substr(at, end - at)));
    at = end;
  }
  if (steps.empty()) return bad_path(path, 0);
  return steps;
}

Result<ObjectView> select_object(const ObjectView& root, std::string_view path) {
  TRY_ASSIGN(const std::vector<PathStep> steps, parse_path(path));
  ObjectView object = root;
  for (size_t i = 0; i < steps.size(); ++i) {
    std::optional<ObjectView> next;
    if (const auto* position = std::get_if<uint64_t>(&steps[i])) {
      if (*position < object.size() && !object.is(ObjectKind::kDict)) {
        TRY_ASSIGN(const ObjectView item, object.item(*position));
        TRY_ASSIGN(next, step_estimator(object, item));
      }
    } else {
      const std::string& name = std::get<std::string>(steps[i]);
      next = by_name(object, name);
      if (!next) next = by_step_name(object, name);
      if (!next && i == 0 && name == root.path()) next = root;
    }
    if (!next) {
      return InvalidArgument(cat("--select ", quoted(path), ": ",
                                 object.path().empty() ? "the file's object" : object.path(),
                                 ", a ", object.type_name(), ", has no such part (",
                                 choices(object), ")"));
    }
    object = *std::move(next);
  }
  return object;
}

}  // namespace tundish::sklearn
