// One pickle, not compressed, read into inert objects and checked as a whole.
#ifndef TUNDISH_WIRE_PICKLE_PICKLE_READER_H_
#define TUNDISH_WIRE_PICKLE_PICKLE_READER_H_

#include <memory>

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "wire/pickle/machine.h"
#include "wire/pickle/object_graph.h"

namespace tundish::pickle {

/// Reads the pickle that fills `stream`, kept alive by `owner`. `arrays` reads joblib's arrays;
/// null: plain pickles only. Errors and modes as read_pickle_file (wire/joblib/pickle_file.h),
/// which callers want: it knows compression and names files of other kinds.
Result<ObjectGraph> read_pickle(std::shared_ptr<const void> owner, Bytes stream,
                                const Limits& limits, ReadMode mode, const ArrayReader* arrays);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_PICKLE_READER_H_
