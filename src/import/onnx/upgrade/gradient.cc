#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "import/onnx/lift.h"
#include "import/onnx/upgrade/support/derivative.h"

namespace tundish {

namespace {

// Gradient of ai.onnx.preview.training: reverse-mode differentiation of a part of the graph,
// written out as nodes. The part is what lies between the values named in `xs` and `zs` and the
// value named in `y`; where the node's inputs are other values than those, the part is copied to
// run on them.
class Differentiation {
 public:
  explicit Differentiation(Lift& lift) : lift_(lift) {}

  Result<std::vector<ValueId>> run() {
    TRY(read());
    find_part();
    TRY(copy_part());
    return differentiate();
  }

 private:
  const Graph& graph() const { return lift_.builder.graph(); }

  Result<ValueId> find(const std::string& name) const {
    const ValueId found = graph().find_value(name);
    if (found != kNoValue) return found;
    return InvalidModel(cat("value ", quoted(name), " is not in the graph before this node"));
  }

  Status read() {
    TRY_ASSIGN(const std::vector<std::string> xs, lift_.attributes.get_strings("xs"));
    TRY_ASSIGN(const std::vector<std::string> zs, lift_.attributes.get_strings("zs"));
    TRY_ASSIGN(const std::string y, lift_.attributes.get_string("y", ""));
    if (xs.empty() || lift_.output_names.size() > xs.size()) {
      return InvalidModel(
          cat(lift_.output_names.size(), " outputs for ", xs.size(), " values in \"xs\""));
    }
    TRY(lift_.expect_inputs(xs.size() + zs.size(), xs.size() + zs.size()));
    for (size_t i = 0; i < xs.size() + zs.size(); ++i) {
      TRY_ASSIGN(const ValueId named, find(i < xs.size() ? xs[i] : zs[i - xs.size()]));
      if (i < xs.size()) variables_.push_back(named);
      if (!stands_for_.emplace(named, lift_.inputs[i]).second) {
        return InvalidModel(cat("value ", quoted(graph().value(named).name), " is named twice"));
      }
      is_elsewhere_ |= named != lift_.inputs[i];
    }
    TRY_ASSIGN(result_, find(y));
    return ok();
  }

  bool reads_one_of(const Node& node, const std::set<ValueId>& values) const {
    return std::ranges::any_of(node.inputs, [&](ValueId v) { return values.contains(v); });
  }

  // Nodes that depend on the named values and that the result depends on, in order. The named
  // values are independent of each other, whatever makes them.
  void find_part() {
    std::set<ValueId> reached;
    for (const auto& [named, given] : stands_for_) reached.insert(named);
    depends_.insert(variables_.begin(), variables_.end());
    std::vector<NodeId> candidates;
    for (const NodeId id : graph().order()) {
      const Node& node = graph().node(id);
      const bool depends = reads_one_of(node, depends_);
      if (!reads_one_of(node, reached)) continue;
      candidates.push_back(id);
      for (const ValueId output : node.outputs) {
        if (output == kNoValue || stands_for_.contains(output)) continue;
        reached.insert(output);
        if (depends) depends_.insert(output);
      }
    }
    std::set<ValueId> needed = {result_};
    for (size_t i = candidates.size(); i-- > 0;) {
      const Node& node = graph().node(candidates[i]);
      const bool is_needed = std::ranges::any_of(node.outputs, [&](ValueId v) {
        return v != kNoValue && needed.contains(v) && !stands_for_.contains(v);
      });
      if (!is_needed) continue;
      part_.push_back(node);
      needed.insert(node.inputs.begin(), node.inputs.end());
    }
    std::ranges::reverse(part_);
  }

  // The value that takes the place of one of the part.
  ValueId at(ValueId value) const {
    const auto found = stands_for_.find(value);
    return found == stands_for_.end() ? value : found->second;
  }
  std::vector<ValueId> inputs_at(const Node& node) const {
    std::vector<ValueId> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(at(input));
    return inputs;
  }

  Status copy_part() {
    if (!is_elsewhere_) return ok();
    for (const Node& node : part_) {
      NodeSpec spec{.op = node.op,
                    .domain = node.domain,
                    .inputs = inputs_at(node),
                    .attributes = node.attributes,
                    .name = node.name,
                    .version = node.version,
                    .output_count = node.outputs.size()};
      TRY_ASSIGN(const std::vector<ValueId> copies, lift_.builder.add(std::move(spec)));
      for (size_t i = 0; i < copies.size(); ++i) {
        if (node.outputs[i] != kNoValue) stands_for_.emplace(node.outputs[i], copies[i]);
      }
    }
    return ok();
  }

  Status add(ValueId value, ValueId gradient) {
    const auto [known, is_new] = gradients_.emplace(value, gradient);
    if (is_new) return ok();
    TRY_ASSIGN(known->second, lift_.inner("Add", {known->second, gradient}));
    return ok();
  }

  // From the last node to the first: each hands the gradient of its output on to its inputs.
  Status hand_on(const Node& node) {
    const auto known = gradients_.find(node.outputs[0]);
    for (size_t i = 1; i < node.outputs.size(); ++i) {
      if (gradients_.contains(node.outputs[i])) {
        return Unsupported(cat("the gradient of output ", i, " of ", node.op, " is not known"));
      }
    }
    if (known == gradients_.end()) return ok();
    const std::vector<ValueId> inputs = inputs_at(node);
    const Step step{node, inputs, at(node.outputs[0]), known->second};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!depends_.contains(node.inputs[i])) continue;
      TRY_ASSIGN(const ValueId gradient,
                 in(cat("node ", quoted(node.name)), derivative(lift_, step, i)));
      TRY(add(node.inputs[i], gradient));
    }
    return ok();
  }

  Result<std::vector<ValueId>> differentiate() {
    if (depends_.contains(result_)) {
      TRY_ASSIGN(const ValueId ones, filled_like(lift_, at(result_), Fill::kOnes));
      gradients_.emplace(result_, ones);
    }
    for (size_t i = part_.size(); i-- > 0;) TRY(hand_on(part_[i]));
    std::vector<ValueId> outputs;
    for (size_t i = 0; i < lift_.output_names.size(); ++i) {
      if (lift_.output_names[i].empty()) {
        outputs.push_back(kNoValue);
        continue;
      }
      const auto known = gradients_.find(variables_[i]);
      ValueId gradient = known == gradients_.end() ? kNoValue : known->second;
      if (gradient == kNoValue) {
        TRY_ASSIGN(gradient, filled_like(lift_, lift_.inputs[i], Fill::kZeros));
      }
      // A node of its own: several gradients may be one value.
      NodeSpec spec{.op = "Identity",
                    .inputs = {gradient},
                    .name = lift_.name,
                    .output_names = {lift_.output_names[i]}};
      TRY_ASSIGN(const std::vector<ValueId> made, lift_.builder.add(std::move(spec)));
      outputs.push_back(made[0]);
    }
    return outputs;
  }

  Lift& lift_;
  std::vector<ValueId> variables_;         ///< named in xs
  std::map<ValueId, ValueId> stands_for_;  ///< by value of the part: the one it is taken at
  ValueId result_ = kNoValue;
  bool is_elsewhere_ = false;
  std::set<ValueId> depends_;             ///< values that depend on a variable, and those
  std::vector<Node> part_;                ///< copies: the graph grows meanwhile
  std::map<ValueId, ValueId> gradients_;  ///< by value of the part
};

Result<std::vector<ValueId>> lift_gradient(Lift& lift) { return Differentiation(lift).run(); }

}  // namespace

std::span<const LiftRule> lift_rules_gradient() {
  static constexpr LiftRule kRules[] = {
      {kDomainTraining, "Gradient", lift_gradient},
  };
  return kRules;
}

}  // namespace tundish
