// What an operator is: the interface between the graph (ir) and the operators (ops).
//
// An operator is one file in ops/ that exports a list of OpDef rows, one per version whose meaning
// differs. `ir` declares the interface; passes and importers see operators only through OpTable, so
// they link none and are tested with fakes.
#ifndef TUNDISH_IR_OP_DEF_H_
#define TUNDISH_IR_OP_DEF_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "tensor/tensor_type.h"
#include "tundish/result.h"

namespace tundish {

class ExecContext;

/// What inference may look at: the node, the types of its inputs, and those inputs that are
/// constant. It sets one type per output. Rejects whatever can be known to be wrong before values
/// exist.
class InferContext {
 public:
  virtual ~InferContext() = default;
  virtual const Node& node() const = 0;
  virtual size_t input_count() const = 0;
  /// Type of input i; an undefined dtype when the input is left out.
  virtual const ValueType& input(size_t i) const = 0;
  /// The constant behind input i, or null.
  virtual const Tensor* constant(size_t i) const = 0;
  virtual void set_output(size_t i, ValueType type) = 0;
  /// OpDef::user of the row in force.
  virtual const void* user() const { return nullptr; }

  bool has_input(size_t i) const {
    return i < input_count() && (input(i).dtype != DType::kUndefined || !input(i).element.empty());
  }
};

/// Which way a function goes in one of its arguments when all others are constant, over all numbers
/// but NaN, ties included: "increasing" means a <= b implies f(a) <= f(b), per element.
enum class Monotone : uint8_t { kNo, kIncreasing, kDecreasing };

/// Facts that passes rely on. A trait is a promise about every input, never a guess from samples.
struct OpTraits {
  /// Same inputs, same outputs, nothing else: may be folded, shared, removed.
  bool pure = true;
  /// Output element (after broadcasting) depends on the same element of each input only.
  bool elementwise = false;
  /// Output 0 may use the storage of input 0 when nobody else reads it.
  bool in_place = false;
  /// NaN in gives NaN out, in every argument.
  bool propagates_nan = false;
  /// Direction in argument `index` of this very node: attributes and constant inputs are looked at
  /// through the context (x / c is increasing in x if every c is positive and finite). Null = kNo.
  Monotone (*monotone)(const InferContext& context, size_t index) = nullptr;
};

/// Work done once when a plan is made: packed weights, chosen kernel. Immutable afterwards, so one
/// may serve several threads.
class KernelState {
 public:
  virtual ~KernelState() = default;
  /// Which kernel will run and why, for bench, profiles and -v ("avx512vbmi/rank-bytes").
  virtual std::string description() const { return {}; }
};

namespace kernels {
struct KernelTable;
}
using kernels::KernelTable;  ///< kernels/table.h: the functions chosen for this machine

/// What prepare() may look at.
class PrepareContext : public InferContext {
 public:
  virtual const KernelTable& kernels() const = 0;
  /// Rows that will be computed in all, when that is known; 0 = many.
  virtual int64_t expected_rows() const { return 0; }
  /// Whether weights may be copied into a form that computes faster; else they are read where they
  /// lie in the mapped file.
  virtual bool may_copy_weights() const { return true; }
};

struct Arity {
  uint16_t least = 0;
  uint16_t most = 0;  ///< kAnyCount for variadic
};
inline constexpr uint16_t kAnyCount = 0xffff;

struct OpDef {
  std::string_view name;
  std::string_view domain = kDomainOnnx;
  /// First opset version with this meaning; holds until the next row's version.
  int since = 1;
  Arity inputs;
  Arity outputs{1, 1};
  OpTraits traits;
  Status (*infer)(InferContext& context) = nullptr;
  /// Computes outputs from inputs. May fail on values only (kInvalidArgument; shapes were checked).
  Status (*run)(ExecContext& context) = nullptr;
  /// Optional. Returns null state when there is nothing to prepare.
  Result<std::unique_ptr<KernelState>> (*prepare)(const PrepareContext& context) = nullptr;
  /// For rows made while the program runs: what the contexts hand to infer and run as user().
  const void* user = nullptr;
};

/// All operators that exist. Immutable, safe from any thread.
class OpTable {
 public:
  virtual ~OpTable() = default;
  /// The row in force for this operator at this opset version, or null.
  virtual const OpDef* find(std::string_view domain, std::string_view name, int version) const = 0;
  /// All rows, sorted by domain, name, version.
  virtual std::span<const OpDef* const> all() const = 0;

  const OpDef* find(const Node& node) const { return find(node.domain, node.op, node.version); }
};

/// OpTable over rows given by somebody else, who keeps them alive.
class ListedOps : public OpTable {
 public:
  explicit ListedOps(std::span<const std::span<const OpDef>> groups);
  const OpDef* find(std::string_view domain, std::string_view name, int version) const override;
  std::span<const OpDef* const> all() const override { return rows_; }

 private:
  std::vector<const OpDef*> rows_;
};

/// Runs operator inference for one node of a graph: types of its outputs. Errors carry the node's
/// name and operator. kUnsupported when the table has no such operator (names near ones).
Result<std::vector<ValueType>> infer_node(const OpTable& ops, const Graph& graph, const Node& node);

/// Direction of a node of a graph in argument `index`; kNo when unknown.
Monotone monotone_direction(const OpTable& ops, const Graph& graph, const Node& node, size_t index);

/// "node \"conv1\" (Conv-11)" for error places.
std::string node_place(const Node& node);

}  // namespace tundish

#endif  // TUNDISH_IR_OP_DEF_H_
