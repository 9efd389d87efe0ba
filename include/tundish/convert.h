// Conversion and proof: source model -> checked .onnx; what differs between two models; what is in
// a file. None of these prints; reports are values.
#ifndef TUNDISH_CONVERT_H_
#define TUNDISH_CONVERT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// Called now and then by long work: rows done, rows in all (0 = unknown). Return false to cancel.
using Progress = std::function<bool(uint64_t done, uint64_t total)>;

/// Rows to check on, one tensor per model input, all with the same number of rows.
struct CheckRows {
  std::vector<Tensor> inputs;
};
/// The original library's own answers to these rows: method name -> array.
using ExpectedAnswers = std::vector<std::pair<std::string, Tensor>>;

struct CheckOptions {
  std::optional<CheckRows> data;
  ExpectedAnswers expected;  ///< needs `data`
  /// Generated rows; 0 = all there are. The default applies where routing is proven.
  uint64_t probes = 20'000;
  std::string engine = "native";
  int thread_count = 1;
  Progress progress;
};

struct LabelExample {
  std::string origin;  ///< "given row 17", "generated: feature 3 at threshold 0.25 + 1 ulp"
  uint64_t row = 0;
  std::string ours, theirs;
  std::vector<std::string> input;  ///< the row's values, "name=value"
};

/// What `check` found. Serialised as cli.md's "check --json".
struct CheckReport {
  bool equal = false;  ///< no label differs
  uint64_t given_rows = 0;
  uint64_t generated_rows = 0;
  uint64_t labels_different = 0;
  std::vector<LabelExample> examples;  ///< at most 10
  double max_abs = 0;
  uint64_t max_ulp = 0;
  bool bit_identical = true;
  bool routing_proven = false;
  std::string proof;  ///< why it is proven, or "not proven, tested on N rows: why"
  std::vector<std::string> statements;  ///< what is proven, in words, one per line
  /// Against `expected`; absent when none was given.
  struct Expected {
    uint64_t rows = 0;
    uint64_t labels_different = 0;
    double max_abs = 0;
    uint64_t max_ulp = 0;
    std::string worst;  ///< method and row of the largest difference
  };
  std::optional<Expected> expected;
  std::string model_sha256, source_sha256;
  std::string engine, isa;
};

enum class Target : uint8_t { kAuto, kPortable, kNative };

struct ConvertOptions {
  Target target = Target::kAuto;
  int opset = 0;     ///< 0 = the default
  std::string name;  ///< graph name
  std::vector<std::pair<std::string, std::string>> metadata;
  bool check_model = true;
  CheckOptions check;
};

/// One converted model, not yet on disk.
struct Conversion {
  std::string bytes;  ///< the .onnx file
  SourceDescription source;
  uint64_t source_bytes = 0;
  std::vector<std::string> notes;          ///< what was assumed, and warnings
  std::vector<std::string> decisions;      ///< each patch and choice with its reason (-v)
  std::vector<std::string> own_operators;  ///< tundish-domain operators used, with the reason
  std::optional<CheckReport> check;
};

/// Folds and proves a model that Model::open has read, and returns the artefact. Same source,
/// options and version give the same bytes. Does not write. A model whose labels differ from the
/// source's is not given out: `bytes` is empty and the report says what differs. kUnsupported where
/// the target cannot hold an operator, kInvalidArgument for options or data that do not fit.
Result<Conversion> convert(std::shared_ptr<const Model> source, const ConvertOptions& options = {});

/// The original and the converted model (or any two models with the same inputs) answered the same
/// rows: the report. An error only when the comparison could not be made.
Result<CheckReport> check(const std::shared_ptr<const Model>& model,
                          const std::shared_ptr<const Model>& against,
                          const CheckOptions& options = {});

struct InspectOptions {
  Limits limits;
  bool graph = false;  ///< fill graph_text
  bool dot = false;    ///< fill graph_dot
};

/// What is in a file.
struct InspectReport {
  std::string format;  ///< "joblib", "pickle", "onnx", "npy", ...
  uint64_t file_bytes = 0;
  std::string sha256;
  std::vector<std::pair<std::string, std::string>> facts;  ///< in order, for people and JSON
  std::vector<std::string> tree;  ///< the object tree, indented lines, classes and sizes
  struct Global {
    std::string module, name;
    uint64_t offset = 0;
    uint64_t count = 1;
    std::string standing;  ///< "allowed", "unknown", "refused"
  };
  std::vector<Global> globals;         ///< pickles: every name that loading would import
  std::optional<Error> refused;        ///< why convert would refuse
  std::shared_ptr<const Model> model;  ///< set when the file is or converts to a model
  std::string graph_text, graph_dot;
};

/// Fails only when nothing at all could be shown (missing file, unknown format, nothing readable).
Result<InspectReport> inspect(const std::string& path, const InspectOptions& options = {});

/// One row of `tundish formats`.
struct FormatRow {
  std::string library;   ///< "scikit-learn"
  std::string name;      ///< class or file format
  std::string versions;  ///< "0.22 - 1.9"
  std::string methods;   ///< "predict, decision_function, score_samples"
};
std::vector<FormatRow> supported_formats();

}  // namespace tundish

#endif  // TUNDISH_CONVERT_H_
