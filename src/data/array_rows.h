// Rows from .npy and .npz, and several sources side by side.
#ifndef TUNDISH_DATA_ARRAY_ROWS_H_
#define TUNDISH_DATA_ARRAY_ROWS_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "data/row_reader.h"

namespace tundish {

/// Opens the bytes of a .npy or .npz. `owner` keeps them alive; `path` names them in messages.
/// `mapped`: the bytes are a mapped file, whose pages may be dropped once read.
enum class ByteHome : uint8_t { kMemory, kMappedFile };
Result<std::unique_ptr<RowReader>> open_arrays(Bytes bytes, std::shared_ptr<const void> owner,
                                               ByteHome home, const std::string& path,
                                               DataFormat format, const DataContract& contract,
                                               const ReadOptions& options);

/// The whole array for one input, of any rank, without rows.
Result<Value> whole_array(Bytes bytes, std::shared_ptr<const void> owner, const std::string& path,
                          DataFormat format, const DataInput& input, const ReadOptions& options);

/// Reads sources for one input each in step. kInvalidArgument when one ends before the others.
/// `readers` were opened with BadRowRule::kNull where `options` says kSkip.
std::unique_ptr<RowReader> join_rows(std::vector<std::unique_ptr<RowReader>> readers,
                                     std::vector<std::string> names, const ReadOptions& options);

/// The rows of `value` (a tensor or SparseCsr) whose mark is 0.
Result<Value> without_rows(const Value& value, std::span<const uint8_t> marks);

}  // namespace tundish

#endif  // TUNDISH_DATA_ARRAY_ROWS_H_
