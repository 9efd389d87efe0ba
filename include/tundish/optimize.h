// Rewriting an ONNX model into a smaller, faster one with the same answers.
#ifndef TUNDISH_OPTIMIZE_H_
#define TUNDISH_OPTIMIZE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tundish/convert.h"
#include "tundish/model.h"
#include "tundish/result.h"

namespace tundish {

struct OptimizeOptions {
  /// kAuto and kPortable: standard operators only. kNative: also fused operators of the domains
  /// `tundish` and `com.microsoft`; the file then runs in Tundish only.
  Target target = Target::kPortable;
  int opset = 0;  ///< 0 = the lowest that holds the result, at least 18
  /// Only rewrites that keep every bit of every answer.
  bool exact = false;
  /// Stops after so many rewrites: halving it finds the one that did harm.
  int64_t most_patches = INT64_MAX;
  /// Compares the answers of the model before and after, in the reference engine.
  bool verify = false;
  /// What to answer: one value per input. Absent: made up from the declared shapes.
  std::optional<CheckRows> data;
  /// Measures the native engine on both graphs, each as it stands.
  bool measure = false;
  Progress progress;  ///< called between steps; false cancels
};

/// One output before and after.
struct OutputDifference {
  std::string name;
  uint64_t elements = 0;
  uint64_t different = 0;  ///< elements whose bits differ
  double max_abs = 0;
  uint64_t max_ulp = 0;
  bool holds = true;  ///< within what is allowed: see Optimization::holds
};

struct Optimization {
  std::string bytes;                   ///< the .onnx file
  std::vector<std::string> rewrites;   ///< "pass: what was done", in order
  std::vector<std::string> refusals;   ///< rules that looked promising and did not fire, and why
  std::vector<std::string> decisions;  ///< of the writer: opset, operators of ours
  bool exact = true;                   ///< no rewrite that was applied may change a bit
  uint64_t nodes_before = 0, nodes_after = 0;  ///< those inside branches and bodies counted
  uint64_t bytes_before = 0;
  double seconds = 0;                  ///< that rewriting took
  double us_before = 0, us_after = 0;  ///< median of a call; 0 = not measured
  bool is_verified = false;
  bool generated_data = false;
  /// Labels (whole numbers, booleans, text) are equal, and numbers differ by at most 1e-4 of the
  /// largest one of their output; by nothing at all if `exact`.
  bool holds = true;
  std::vector<OutputDifference> outputs;
};

/// Rewrites a model that Model::open has read from an .onnx file (or imported). Does not write.
/// kUnsupported when an operator cannot be written as asked; kInvalidArgument when the data, or
/// what was made up in its place, does not fit the model.
Result<Optimization> optimize(const std::shared_ptr<const Model>& model,
                              const OptimizeOptions& options = {});

/// One row of the list of passes, in the order in which they run.
struct PassDescription {
  std::string name, description;
  std::string stage;  ///< "file", "portable" or "engine"
  bool exact = true;
};
std::vector<PassDescription> optimization_passes();

}  // namespace tundish

#endif  // TUNDISH_OPTIMIZE_H_
