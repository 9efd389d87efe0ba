#include "wire/joblib/pickle_file.h"

#include <algorithm>
#include <new>
#include <set>

#include "base/strings.h"
#include "wire/compress/compress.h"
#include "wire/joblib/array_reader.h"
#include "wire/pickle/graph_check.h"

namespace tundish::pickle {

namespace {

struct Foreign {
  std::string_view magic;
  std::string_view what;
};
// Files that are handed over by mistake, by their first bytes.
constexpr Foreign kForeign[] = {
    {"version https://git-lfs", "this is a Git LFS pointer, not the file: run `git lfs pull`"},
    {"<", "this is an HTML or XML page, not a model file"},
    {"PK\x03\x04", "this is a zip archive, not a pickle"},
    {"\x93NUMPY", "this is a numpy .npy file, no model inside"},
    {"\x89HDF", "this is an HDF5 file, not a pickle"},
    {"{\"", "this is JSON, not a pickle"},
    {"{\n", "this is JSON, not a pickle"},
};

std::string_view foreign_file(Bytes file) {
  for (const Foreign& foreign : kForeign) {
    if (as_text(file).starts_with(foreign.magic)) return foreign.what;
  }
  return {};
}

// Protocols 0 and 1 have no magic: their first opcode is one of these.
bool may_begin_pickle(Bytes stream) {
  constexpr std::string_view kFirst = "(cIFLNVSPQKJMGX]})UTBCi.a0";
  return !stream.empty() && (kFirst.find(static_cast<char>(stream[0])) != std::string_view::npos ||
                             (stream[0] >= 0x80 && stream[0] <= 0x98));
}

Status check_format(Bytes stream) {
  if (stream.empty()) return InvalidModel("empty file: truncated at byte 0");
  if (const std::string_view what = foreign_file(stream); !what.empty())
    return InvalidModel(std::string(what));
  if (!may_begin_pickle(stream)) {
    return InvalidModel(
        cat("not a pickle or joblib file: it begins with ", quoted(as_text(stream).substr(0, 16))));
  }
  return ok();
}

// Bytes behind STOP: Python's joblib.load would not look at them, a second load() would.
Error trailing_error(Session& session, Bytes stream, size_t at) {
  const JoblibArrayReader arrays;
  const std::string message =
      cat(stream.size() - at, " bytes follow the pickle's STOP at offset ", at);
  Machine rest(session, stream, at, &arrays);
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

Status run_file(Session& session, Bytes stream) {
  const JoblibArrayReader arrays;
  ObjectGraph& graph = session.graph;
  Machine machine(session, stream, 0, &arrays);
  Status status = machine.run();
  if (!status) {
    graph.set_root(machine.bottom());
    // Unknown names come first: what follows them may be at odds only because they are unknown.
    if (status.error().code() != ErrorCode::kUntrusted) TRY(session.pending());
    return status;
  }
  graph.set_root(machine.result());
  if (machine.position() < stream.size())
    return trailing_error(session, stream, machine.position());
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

Result<ObjectGraph> read_stream(std::shared_ptr<const void> owner, Bytes file, const Limits& limits,
                                ReadMode mode) {
  if (file.empty()) return InvalidModel("empty file: truncated at byte 0");
  const compress::Format format = compress::sniff(file);
  Bytes stream = file;
  if (format != compress::Format::kNone) {
    TRY_ASSIGN(compress::Unpacked unpacked, compress::unpack(format, file, limits));
    stream = unpacked.bytes;
    owner = std::move(unpacked.owner);
    if (const auto second = compress::sniff(stream); second != compress::Format::kNone) {
      return InvalidModel(cat("compressed twice (", compress::format_name(second), " inside ",
                              compress::format_name(format), "); one layer is read"));
    }
  }
  TRY(check_format(stream));
  ObjectGraph graph(std::move(owner), stream, limits.max_memory_bytes);
  if (format != compress::Format::kNone) graph.arena().charge(stream.size());
  PickleFacts& facts = graph.mutable_facts();
  facts.compression = format;
  facts.stored_bytes = file.size();
  facts.unpacked_bytes = stream.size();
  Session session(graph, limits, mode);
  Status status = run_file(session, stream);
  keep_first_mentions(facts.globals);
  if (!status) {
    if (mode == ReadMode::kStrict) return std::move(status).error();
    facts.complete = false;
    facts.refusals.push_back({status.error().code(), status.error().to_string(), 0});
  }
  return graph;
}

}  // namespace

bool sniff_pickle(Bytes file) {
  if (compress::sniff(file) != compress::Format::kNone) return true;
  if (!check_format(file)) return false;
  return file[0] == 0x80 || file.back() == '.';  // without PROTO: by its STOP
}

Result<ObjectGraph> read_pickle_file(std::shared_ptr<const void> owner, Bytes file,
                                     const Limits& limits, ReadMode mode) {
  try {
    return read_stream(std::move(owner), file, limits, mode);
  } catch (const std::bad_alloc&) {
    return Limit("no memory for the objects of this file");
  }
}

}  // namespace tundish::pickle
