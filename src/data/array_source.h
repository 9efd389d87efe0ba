// One input's rows in an array file: dense, a column of a matrix, or sparse.
#ifndef TUNDISH_DATA_ARRAY_SOURCE_H_
#define TUNDISH_DATA_ARRAY_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "data/contract.h"
#include "data/row_reader.h"
#include "wire/npy/npz.h"

namespace tundish {

/// Gives rows of one input in the file's own element type and the input's shape.
class ArraySource {
 public:
  virtual ~ArraySource() = default;
  virtual int64_t row_count() const = 0;
  virtual DType dtype() const = 0;
  /// [count, ...] as the input wants them.
  virtual Result<Tensor> rows(int64_t first, int64_t count) const = 0;
  /// End of the stored bytes before `row`, null when rows are not in order in memory.
  virtual const uint8_t* place_of_row(int64_t row) const = 0;
};

using ArraySources = std::vector<std::unique_ptr<ArraySource>>;

/// A dense array for one input; its shape is checked against the input.
Result<std::unique_ptr<ArraySource>> dense_source(std::shared_ptr<const NpyArray> array,
                                                  const DataInput& input);
/// A column of a matrix [rows, n].
std::unique_ptr<ArraySource> column_source(std::shared_ptr<const NpyArray> array, int64_t column);
/// A sparse matrix made dense block by block; repeated entries add up, as scipy does.
/// kLimit when the columns or a block go beyond `limits`.
Result<std::unique_ptr<ArraySource>> sparse_source(StoredCsr csr, const DataInput& input,
                                                   const Limits& limits);

/// The sources of all inputs from one array (a matrix serves one-column inputs by position).
Result<ArraySources> npy_sources(std::shared_ptr<const NpyArray> array,
                                 const DataContract& contract);
/// From an archive: a scipy matrix, arrays by the inputs' names, or the only array there is.
Result<ArraySources> npz_sources(const NpzFile& npz, const DataContract& contract,
                                 const ReadOptions& options);
/// The name of the archive's array for an input, by the same rules.
Result<std::string> npz_array_for(const NpzFile& npz, const DataInput& input);

}  // namespace tundish

#endif  // TUNDISH_DATA_ARRAY_SOURCE_H_
