// What a model asks of its data: a plain description that the caller fills in from the model.
#ifndef TUNDISH_DATA_CONTRACT_H_
#define TUNDISH_DATA_CONTRACT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tundish/dtype.h"

namespace tundish {

/// How the rows of a file become the value of one model input.
enum class InputForm : uint8_t {
  kMatrix,  ///< several columns: tensor [rows, width]
  kColumn,  ///< one named column: tensor [rows, 1]
  kText,    ///< one text a row: string tensor [rows]
  kRecord,  ///< one free JSON object a row: string tensor [rows] of its JSON text
  kTensor,  ///< an array of any rank from .npy or .npz, rows along its first axis (plain ONNX)
};

/// Which floating-point values the input may hold. A missing cell of a file (empty, null, NA)
/// counts as NaN. Others make the row a bad one (ReadOptions::bad_rows).
enum class AllowedValues : uint8_t { kAll, kFiniteOrNan, kFinite };

/// One model input.
struct DataInput {
  std::string name;  ///< of the graph input; matches --input NAME=FILE and the arrays of an .npz
  InputForm form = InputForm::kMatrix;
  DType dtype = DType::kFloat64;
  /// Names of the columns in the model's order; empty when it was trained without names. kColumn:
  /// one name (empty: `name` itself). kText: the column to look for in a file with several.
  std::vector<std::string> columns;
  /// Columns of a kMatrix; -1 when the model does not say. Must be columns.size() when that is set.
  int64_t width = -1;
  /// Sizes of a kTensor as declared, -1 for a free one; empty when nothing is declared.
  std::vector<int64_t> dims;
  AllowedValues allowed = AllowedValues::kAll;
  /// What a missing cell of a string column becomes; without it such a cell makes a bad row.
  std::optional<std::string> missing_text;
  /// The value of cells that a sparse row leaves out (0, or NaN where absent means missing).
  double absent_value = 0.0;
};

/// All inputs of a model, in the order of its graph.
struct DataContract {
  std::vector<DataInput> inputs;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_CONTRACT_H_
