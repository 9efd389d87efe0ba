// Generated rows: at every threshold and one unit in the last place to each side, zeros, extremes,
// infinities and NaN where the original takes them.
#ifndef TUNDISH_PROOF_PROBE_ROWS_H_
#define TUNDISH_PROOF_PROBE_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// What rows may hold and where the model's comparisons change their answer.
struct ProbeSpace {
  DType dtype = DType::kFloat64;  ///< float32 or float64
  int64_t feature_count = 0;
  bool nan = false;
  bool infinity = false;
  bool beyond_float32 = true;  ///< finite values outside float32's range
  /// Per feature: distinct thresholds in the input's own type, ascending, NaN left out.
  std::vector<std::vector<double>> boundaries;
};

/// The space of a graph whose input is one matrix: boundaries are the thresholds of every ensemble
/// that reads the input itself. kUnsupported for other inputs.
Result<ProbeSpace> probe_space(const Graph& graph, const FeatureContract& contract);

/// A fixed sequence of rows over a space: the same space and count give the same rows.
class ProbeRows {
 public:
  /// At most `limit` rows, 0 = all special rows and three for every boundary.
  ProbeRows(ProbeSpace space, uint64_t limit);

  uint64_t count() const { return count_; }
  /// Whether every boundary is tried (none was left out because of the limit).
  bool covers_all_boundaries() const { return boundary_stride_ == 1; }
  uint64_t boundary_count() const { return boundary_count_; }
  /// Rows [begin, begin + rows) as a matrix of the space's dtype.
  Result<Tensor> rows(uint64_t begin, uint64_t rows) const;
  /// "feature 3 at threshold 0.25 + 1 ulp", "every feature -0.0".
  std::string origin(uint64_t row, const std::vector<std::string>& feature_names) const;

 private:
  struct Probe {
    int64_t feature = -1;  ///< -1: all features
    double value = 0;
    double boundary = 0;
    int side = 0;  ///< -1, 0, +1 ulp from the boundary; 2: a special value
  };
  Probe probe(uint64_t row) const;
  void fill(uint64_t row, double* values) const;

  ProbeSpace space_;
  std::vector<double> specials_;
  std::vector<uint64_t> first_boundary_;  ///< per feature, prefix sums
  uint64_t boundary_count_ = 0;
  uint64_t special_rows_ = 0;
  uint64_t boundary_stride_ = 1;
  uint64_t boundary_rows_ = 0;
  uint64_t count_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_PROOF_PROBE_ROWS_H_
