// Chains of elementwise nodes that compute, in each column of a matrix, a monotone function.
#ifndef TUNDISH_PASSES_SUPPORT_MONOTONE_CHAIN_H_
#define TUNDISH_PASSES_SUPPORT_MONOTONE_CHAIN_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "ir/op_def.h"

namespace tundish {

/// One node of a chain and the argument through which the chain runs; its other arguments are
/// constants that are the same in every row.
struct ChainStep {
  NodeId node = kNoNode;
  size_t argument = 0;
};

/// y[n, f] = g_f(source[n, f]).
struct MonotoneChain {
  ValueId source = kNoValue;
  DType source_dtype = DType::kUndefined;  ///< float32 or float64
  int64_t column_count = 0;
  std::vector<ChainStep> steps;      ///< from the source on; empty when there is no chain
  std::vector<Monotone> directions;  ///< [columns]: of g_f; kNo only in columns that are not used
  /// Why the chain does not go on before `source`; empty when an input of the graph or a node of
  /// quite another kind is there.
  std::string stopped;
};

/// The longest chain that ends in `end`, a float matrix. Its nodes are pure, elementwise, pass NaN
/// on and have a direction in every column for which `used_columns` is true, by their traits.
MonotoneChain find_monotone_chain(const Graph& graph, const OpTable& ops, ValueId end,
                                  const std::vector<bool>& used_columns);

/// "Sub, Div, Cast"
std::string chain_text(const Graph& graph, const MonotoneChain& chain);

/// Computes g at points: out[i] = g_{columns[i]}(points[i]). Made for fixed columns, asked often.
class ChainSampler {
 public:
  /// How points are laid out for the evaluator.
  enum class Layout : uint8_t {
    kMatrix,  ///< the columns of one matrix, filled up with zeros: nodes and constants as they are
    kFlat,  ///< one point per row of one column, constants repeated: no waste. For searching; only
            ///< where every node has no list among its attributes (it could be one per column)
  };
  static bool fits_flat(const Graph& graph, const MonotoneChain& chain);

  /// All arguments are borrowed for the sampler's lifetime.
  static Result<ChainSampler> create(const Graph& graph, const MonotoneChain& chain,
                                     Evaluator& evaluator, std::span<const int32_t> columns,
                                     Layout layout);
  /// `points` are values of the source's type, one per column given to create().
  Status sample(std::span<const double> points, std::span<double> out);

 private:
  ChainSampler(const Graph& graph, const MonotoneChain& chain, Evaluator& evaluator)
      : graph_(graph), chain_(chain), evaluator_(evaluator) {}
  Status place_points(std::span<const int32_t> columns, Layout layout);
  Status take_constants(std::span<const int32_t> columns, Layout layout);

  const Graph& graph_;
  const MonotoneChain& chain_;
  Evaluator& evaluator_;
  Shape shape_;                             ///< of the source matrix
  std::vector<int64_t> positions_;          ///< element of the matrix that holds point i
  std::vector<std::vector<Value>> inputs_;  ///< per step; the chain's argument is filled in
};

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_MONOTONE_CHAIN_H_
