// The subgraphs of a node: If, Loop, Scan and their kind.
#ifndef TUNDISH_OPS_SUPPORT_BODIES_H_
#define TUNDISH_OPS_SUPPORT_BODIES_H_

#include <string_view>
#include <vector>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// The graph that is the attribute `name`; kInvalidModel when there is none.
Result<const Graph*> body_of(const Node& node, std::string_view name);

/// A node's inputs: first those of its own, then the values that each of its graphs takes from
/// outside, graphs in the order of their names. The attribute "captures" counts the latter.
class BodyInputs {
 public:
  /// kInvalidModel when the counts do not fit the node.
  static Result<BodyInputs> of(const Node& node);

  /// Inputs of the node's own.
  size_t own_count() const { return own_count_; }
  /// First input and count of what graph `name` takes.
  std::pair<size_t, size_t> captured(std::string_view name) const;
  /// Appends those values.
  void append(const ExecContext& context, std::string_view name, std::vector<Value>& to) const;

 private:
  struct Span {
    std::string_view name;
    size_t begin, count;
  };
  size_t own_count_ = 0;
  std::vector<Span> spans_;
};

/// What two ways to make a value have in common: sizes that differ are unknown. kInvalidModel when
/// kind or element type differ.
Result<ValueType> merged_type(const ValueType& a, const ValueType& b);

/// A bool tensor of one element, any rank. kInvalidArgument otherwise, naming it as `what`.
Result<bool> read_condition(const Value& value, std::string_view what);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_BODIES_H_
