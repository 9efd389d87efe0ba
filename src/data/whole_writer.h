// Whole arrays out, of any rank: the answers of a model whose outputs need not be rows.
#ifndef TUNDISH_DATA_WHOLE_WRITER_H_
#define TUNDISH_DATA_WHOLE_WRITER_H_

#include <string>
#include <utility>
#include <vector>

#include "data/row_writer.h"

namespace tundish {

/// Writes the arrays as they are: `.npz` holds any number, `.npy` one (kInvalidArgument for more).
/// The file appears whole under its name. kInvalidArgument for another format; kIo that names
/// --force when something is in the way and may not be replaced.
Status write_whole_arrays(const std::string& path,
                          const std::vector<std::pair<std::string, TensorView>>& arrays,
                          const WriteOptions& options);

}  // namespace tundish

#endif  // TUNDISH_DATA_WHOLE_WRITER_H_
