// A loaded model: immutable, shared by any number of sessions and threads.
#ifndef TUNDISH_MODEL_H_
#define TUNDISH_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tundish/custom_op.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// One input or output of a model. Sizes that may vary are -1 in `dims`, with their symbol (or "")
/// in `symbols`; both are empty when not even the rank is known.
struct ValueDescription {
  std::string name;
  std::string kind = "tensor";  ///< tensor, sparse, sequence, optional, map
  DType dtype = DType::kUndefined;
  std::vector<int64_t> dims;
  std::vector<std::string> symbols;
};

/// Which graph outputs answer a method of the original, in scikit-learn's words.
struct MethodDescription {
  std::string name;                  ///< "predict", "decision_function", ...
  std::vector<std::string> outputs;  ///< several for multi-output models
  /// One value per row keeps shape [rows]; the graph's output is [rows, 1] otherwise.
  std::string shape = "as is";      ///< "as is" or "rows"
  DType dtype = DType::kUndefined;  ///< the original's dtype
};

/// Column names, order and type a model was trained on (metadata `tundish.contract`).
struct FeatureContract {
  bool present = false;
  std::string input_kind;          ///< "matrix", "columns" or "text"
  std::vector<std::string> names;  ///< empty when the training data had none
  int64_t count = 0;
  DType dtype = DType::kUndefined;
  bool accepts_nan = false;               ///< what the original does with NaN ...
  bool accepts_infinity = false;          ///< ... with infinities (float32 range after casting) ...
  bool accepts_float32_overflow = false;  ///< ... and with finite values beyond float32 (1e39)
  bool accepts_no_rows = false;
  std::string estimator;  ///< class that would raise, for messages
  std::string hash;       ///< of names, order, count and dtype
};

/// Where a model came from (metadata `tundish.source`).
struct SourceDescription {
  std::string file_name;  ///< without folder; several joined files separated by commas
  std::string sha256;     ///< of each file, in the same order
  std::string library;    ///< "scikit-learn"
  std::string version;    ///< "1.2.2"; empty when the file does not say
  std::string estimator;  ///< "Pipeline(StandardScaler, IsolationForest)"
};

struct OpenOptions {
  Limits limits;
  /// For source models (joblib, pickle): as ConvertOptions' of the same names.
  DType input_type = DType::kUndefined;
  std::string select;
  std::vector<std::string> steps;
  /// Operators of your own, for .onnx files that hold some. Kept by the model.
  std::vector<CustomOp> custom_ops;
};

/// An immutable model. Made from an `.onnx` file or directly from a source model.
class Model {
 public:
  /// Opens a file of any format that `convert` or `run` takes. Weights stay in the mapped file
  /// where their layout allows. Errors: kNotFound, kIo, kInvalidModel (damage is found by the
  /// digest), kUnsupported, kUntrusted, kLimit, all naming the file.
  static Result<std::shared_ptr<const Model>> open(const std::string& path,
                                                   const OpenOptions& options = {});
  /// The same for bytes of an .onnx model in memory, kept alive by `owner`.
  static Result<std::shared_ptr<const Model>> from_bytes(std::span<const uint8_t> bytes,
                                                         std::shared_ptr<const void> owner,
                                                         const OpenOptions& options = {});
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::vector<ValueDescription>& inputs() const;
  const std::vector<ValueDescription>& outputs() const;
  /// Methods of the original, empty for a plain ONNX model.
  const std::vector<MethodDescription>& methods() const;
  const MethodDescription* find_method(std::string_view name) const;
  /// What `run` answers by default: probabilities of a classifier, decision_function of an outlier
  /// detector, predict of a regressor, transform of a transformer; empty for a plain ONNX model.
  std::string_view default_method() const;
  const FeatureContract& contract() const;
  const SourceDescription& source() const;
  const std::vector<std::pair<std::string, std::string>>& metadata() const;
  /// Bytes of the file, 0 when the model was not opened from one.
  uint64_t file_bytes() const;
  /// Lower-case SHA-256 of the file's bytes (computed at the first call; thread-safe).
  const std::string& sha256() const;
  /// What the importer assumed or warned of, one line each; empty for .onnx files.
  const std::vector<std::string>& notes() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }
  explicit Model(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tundish

#endif  // TUNDISH_MODEL_H_
