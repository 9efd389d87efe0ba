// Arrays as joblib writes them: behind the pickled wrapper, in the stream itself.
#ifndef TUNDISH_WIRE_JOBLIB_ARRAY_READER_H_
#define TUNDISH_WIRE_JOBLIB_ARRAY_READER_H_

#include "wire/pickle/machine.h"

namespace tundish::pickle {

/// joblib/numpy_pickle.py, NumpyArrayWrapper, versions 0.10 to 1.5: the wrapper's state names
/// shape, order and dtype; then come padding (since 1.2) and the raw bytes, or for object arrays a
/// whole nested pickle, which may hold no further wrapper.
class JoblibArrayReader final : public ArrayReader {
 public:
  Status read(Machine& machine, ObjectId wrapper) const override;
};

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_JOBLIB_ARRAY_READER_H_
