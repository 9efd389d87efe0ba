// Pickle and joblib files, compressed or not, read into inert objects.
#ifndef TUNDISH_WIRE_JOBLIB_PICKLE_FILE_H_
#define TUNDISH_WIRE_JOBLIB_PICKLE_FILE_H_

#include <memory>

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "wire/pickle/machine.h"
#include "wire/pickle/object_graph.h"

namespace tundish::pickle {

/// Whether the first bytes may be a pickle or joblib file (compressed or not). Cheap; other formats
/// with a magic of their own are excluded.
bool sniff_pickle(Bytes file);

/// Reads a whole file (pickle.dump protocols 0 to 5, joblib.dump of any version since 0.10, any
/// of joblib's compressions). Nothing is executed and no other file is opened. `owner` keeps `file`
/// alive and is shared by the graph and by tensors made from it. Errors (strict mode):
///   kUntrusted    a name or opcode that would call or fetch something (wire/pickle/trust.h)
///   kUnsupported  classes that are merely unknown: all of them, with byte offsets
///   kInvalidModel damaged, or not a pickle, or one without a model inside; with byte offset
///   kLimit        a limit was reached
/// Offsets are those of the decompressed stream. In inspect mode what strict mode would refuse is
/// listed in facts().refusals instead; only a file that is no pickle at all or exceeds a limit
/// while unpacking is an error.
Result<ObjectGraph> read_pickle_file(std::shared_ptr<const void> owner, Bytes file,
                                     const Limits& limits, ReadMode mode);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_JOBLIB_PICKLE_FILE_H_
