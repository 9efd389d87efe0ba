// What an operator sees while it runs, and the two ways to run one.
#ifndef TUNDISH_IR_EXEC_CONTEXT_H_
#define TUNDISH_IR_EXEC_CONTEXT_H_

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ir/op_def.h"
#include "tundish/value.h"

namespace tundish {

/// A reference to a callable, without allocation; the callable must outlive the call it is given
/// to.
class RangeFunction {
 public:
  template <class F>
  requires(!std::same_as<std::remove_cv_t<F>, RangeFunction>)  // else it would beat the copy
      RangeFunction(F& callable)                               // NOLINT: made at the call
      : object_(&callable), call_([](void* object, int64_t begin, int64_t end) {
          (*static_cast<F*>(object))(begin, end);
        }) {}
  void operator()(int64_t begin, int64_t end) const { call_(object_, begin, end); }

 private:
  void* object_;
  void (*call_)(void*, int64_t, int64_t);
};

/// Given to OpDef::run. Implemented by the runtime (planned buffers) and by the reference
/// evaluator. One thread uses it; parallel_for spreads work over the pool and returns when all of
/// it is done.
class ExecContext {
 public:
  virtual ~ExecContext() = default;
  virtual const Node& node() const = 0;
  virtual size_t input_count() const = 0;
  virtual bool has_input(size_t i) const = 0;
  /// Input i, a dense tensor (inference has made sure of it). Valid until run returns.
  virtual const TensorView& input(size_t i) const = 0;
  /// Input i of any kind. Slower than input().
  virtual Value input_value(size_t i) const = 0;
  virtual size_t output_count() const = 0;
  /// Whether anybody reads output i.
  virtual bool output_wanted(size_t i) const = 0;
  /// Storage for output i, uninitialised: the planned buffer when the plan knows the shape, else
  /// newly made. May share storage with input 0 where OpTraits::in_place allows. Valid until run
  /// returns.
  virtual Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) = 0;
  /// Sets output i to a value made elsewhere (sequences, sparse rows, a borrowed tensor).
  virtual Status set_output(size_t i, Value value) = 0;
  /// Uninitialised bytes, 64-byte aligned, valid until run returns. The same sizes in the same
  /// order on every call cost no allocation after the first.
  virtual Result<void*> scratch(size_t bytes) = 0;
  /// What prepare() returned for this node; null when there is none.
  virtual const KernelState* state() const = 0;
  /// OpDef::user of the row in force.
  virtual const void* user() const { return nullptr; }
  virtual const KernelTable& kernels() const = 0;
  /// Threads that parallel_for may use (1: it runs inline).
  virtual int thread_count() const = 0;
  /// Calls `body(begin, end)` over disjoint ranges that cover [0, count), each but the last a
  /// multiple of `grain` long. Ranges do not depend on timing, so results do not either.
  virtual void parallel_for(int64_t count, int64_t grain, RangeFunction body) = 0;
  /// kCancelled or kLimit when the call should stop; long loops ask now and then.
  virtual Status interrupted() const = 0;
  /// Runs the graph that is the attribute `name` of this node, on one value per input of that
  /// graph. The answers are the caller's.
  virtual Result<std::vector<Value>> run_graph(std::string_view name,
                                               std::span<const Value> inputs);
};

/// Runs one node now on values, outside any plan: constant folding, bisection in passes, tests.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual Result<std::vector<Value>> evaluate(const Node& node, std::span<const Value> inputs) = 0;
};

}  // namespace tundish

#endif  // TUNDISH_IR_EXEC_CONTEXT_H_
