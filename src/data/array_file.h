// One array from a .npy file, in its own type and shape: expected answers, labels.
#ifndef TUNDISH_DATA_ARRAY_FILE_H_
#define TUNDISH_DATA_ARRAY_FILE_H_

#include <string>

#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// The whole array, row-major, mapped where its layout allows. kNotFound, kIo; damaged files are
/// kInvalidArgument, object arrays kUntrusted, each naming the file.
Result<Tensor> read_array_file(const std::string& path, const Limits& limits = {});

}  // namespace tundish

#endif  // TUNDISH_DATA_ARRAY_FILE_H_
