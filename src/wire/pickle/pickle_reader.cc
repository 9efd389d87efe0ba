#include "wire/pickle/pickle_reader.h"

#include <algorithm>
#include <new>
#include <set>
#include <utility>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/pickle/graph_check.h"

namespace tundish::pickle {

namespace {

constexpr uint64_t kFreeObjectBytes = uint64_t{64} << 20;  // small files need no proportion

// Bytes behind STOP: Python's joblib.load would not look at them, a second load() would.
Error trailing_error(Session& session, Bytes stream, size_t at, const ArrayReader* arrays) {
  const std::string message =
      cat(stream.size() - at, " bytes follow the pickle's STOP at offset ", at);
  Machine rest(session, stream, at, arrays);
  const Status status = rest.run();
  if (!status && status.error().code() == ErrorCode::kUntrusted)
    return Untrusted(cat(message, ", and they are a program: ", status.error().to_string()));
  return InvalidModel(message);
}

// What the pickle gives back has to be, or hold, an instance.
Status check_root(const Session& session, ObjectId root) {
  const ObjectGraph& graph = session.graph;
  if (const Array* array = graph.array(root)) {
    std::string shape;
    for (const int64_t dim : array->dims) shape += cat(shape.empty() ? "" : ", ", dim);
    return InvalidModel(
        cat("the file holds a numpy array of shape [", shape, "], no model inside"));
  }
  if (session.record_count == 0) {
    const ObjectKind kind = graph.kind(root);
    return InvalidModel(cat("the file holds ",
                            kind == ObjectKind::kGlobal ? graph.type_name(root) + " by name only"
                                                        : graph.described(root),
                            ", no model inside"));
  }
  return ok();
}

Status run_file(Session& session, Bytes stream, const ArrayReader* arrays) {
  ObjectGraph& graph = session.graph;
  Machine machine(session, stream, 0, arrays);
  Status status = machine.run();
  if (!status) {
    graph.set_root(machine.bottom());
    // Unknown names come first: what follows them may be at odds only because they are unknown.
    if (status.error().code() != ErrorCode::kUntrusted) TRY(session.pending());
    return status;
  }
  graph.set_root(machine.result());
  if (machine.position() < stream.size())
    return trailing_error(session, stream, machine.position(), arrays);
  TRY(session.pending());
  TRY(check_root(session, graph.root()));
  return check_structure(graph, session.limits);
}

// Each name once, in the order of first mention.
void keep_first_mentions(std::vector<GlobalUse>& uses) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::vector<size_t> kept;
  for (size_t i = 0; i < uses.size(); ++i) {
    if (seen.emplace(uses[i].module, uses[i].name).second) kept.push_back(i);
  }
  std::vector<GlobalUse> unique;
  unique.reserve(kept.size());
  for (const size_t i : kept) unique.push_back(uses[i]);
  uses = std::move(unique);
}

}  // namespace

Result<ObjectGraph> read_pickle(std::shared_ptr<const void> owner, Bytes stream,
                                const Limits& limits, ReadMode mode, const ArrayReader* arrays) {
  try {
    const uint64_t in_proportion =
        kFreeObjectBytes + checked_mul<uint64_t>(stream.size(), limits.max_object_bytes_per_byte)
                               .value_or(limits.max_memory_bytes);
    ObjectGraph graph(std::move(owner), stream, std::min(limits.max_memory_bytes, in_proportion));
    PickleFacts& facts = graph.mutable_facts();
    facts.stored_bytes = facts.unpacked_bytes = stream.size();
    Session session(graph, limits, mode, stream.size());
    Status status = run_file(session, stream, arrays);
    keep_first_mentions(facts.globals);
    if (!status) {
      if (mode == ReadMode::kStrict) return std::move(status).error();
      facts.complete = false;
      facts.refusals.push_back({status.error().code(), status.error().to_string(), 0});
    }
    return graph;
  } catch (const std::bad_alloc&) {
    return Limit("no memory for the objects of this file");
  }
}

}  // namespace tundish::pickle
