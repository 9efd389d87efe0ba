#include "wire/joblib/pickle_file.h"

#include <algorithm>

#include "base/strings.h"
#include "wire/compress/compress.h"
#include "wire/joblib/array_reader.h"
#include "wire/pickle/pickle_reader.h"

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

}  // namespace

bool sniff_pickle(Bytes file) {
  if (compress::sniff(file) != compress::Format::kNone) return true;
  if (!check_format(file)) return false;
  return file[0] == 0x80 || file.back() == '.';  // without PROTO: by its STOP
}

Result<ObjectGraph> read_pickle_file(std::shared_ptr<const void> owner, Bytes file,
                                     const Limits& limits, ReadMode mode) {
  if (file.empty()) return InvalidModel("empty file: truncated at byte 0");
  const compress::Format format = compress::sniff(file);
  const JoblibArrayReader arrays;
  Bytes stream = file;
  Limits left = limits;
  if (format != compress::Format::kNone) {
    TRY_ASSIGN(compress::Unpacked unpacked, compress::unpack(format, file, limits));
    stream = unpacked.bytes;
    owner = std::move(unpacked.owner);
    left.max_memory_bytes -= std::min<uint64_t>(stream.size(), left.max_memory_bytes);
    if (const auto second = compress::sniff(stream); second != compress::Format::kNone) {
      return InvalidModel(cat("compressed twice (", compress::format_name(second), " inside ",
                              compress::format_name(format), "); one layer is read"));
    }
  }
  TRY(check_format(stream));
  TRY_ASSIGN(ObjectGraph graph, read_pickle(std::move(owner), stream, left, mode, &arrays));
  graph.mutable_facts().compression = format;
  graph.mutable_facts().stored_bytes = file.size();
  return graph;
}

}  // namespace tundish::pickle
