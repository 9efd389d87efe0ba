#include "proof/equivalence.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "base/strings.h"
#include "ir/tree_ensemble.h"
#include "proof/tree_routing.h"

namespace tundish {

namespace {

constexpr int kMaxDepth =
    2000;  // nodes between an input and an output that are compared recursively

bool same_tensor(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  if (a.dtype() == DType::kString) {
    return std::ranges::equal(a.values<std::string>(), b.values<std::string>());
  }
  return std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

bool same_attribute(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& left) {
        using Held = std::decay_t<decltype(left)>;
        const auto& right = std::get<Held>(b);
        if constexpr (std::is_same_v<Held, Tensor>) {
          return same_tensor(left, right);
        } else if constexpr (std::is_same_v<Held, std::vector<Tensor>>) {
          return std::ranges::equal(left, right, same_tensor);
        } else {
          return left == right;
        }
      },
      a);
}

// Compares two graphs value by value, from the outputs towards the inputs.
class Comparison {
 public:
  Comparison(const Graph& source, const Graph& shipped, const OpTable& ops, Evaluator& evaluator)
      : source_(source), shipped_(shipped), ops_(ops), evaluator_(evaluator) {}

  Result<bool> same(ValueId a, ValueId b, int depth);
  const std::string& why() const { return why_; }
  const std::vector<std::string>& statements() const { return statements_; }
  int64_t operations() const { return operations_; }

 private:
  Result<bool> same_nodes(ValueId a, ValueId b, int depth);
  Result<bool> same_trees(const Node& a, const Node& b, int depth);
  bool differ(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return false;
  }
  static ValueId without_identity(const Graph& graph, ValueId value);

  const Graph& source_;
  const Graph& shipped_;
  const OpTable& ops_;
  Evaluator& evaluator_;
  std::map<std::pair<ValueId, ValueId>, bool> known_;
  std::string why_;
  std::vector<std::string> statements_;
  int64_t operations_ = 0;
};

ValueId Comparison::without_identity(const Graph& graph, ValueId value) {
  for (const Node* node = graph.producer(value);
       node != nullptr && node->is(kDomainOnnx, "Identity"); node = graph.producer(value)) {
    value = node->inputs[0];
  }
  return value;
}

Result<bool> Comparison::same(ValueId a, ValueId b, int depth) {
  if (a == kNoValue || b == kNoValue) return a == b;
  if (depth > kMaxDepth) return differ("the graph is too deep to compare");
  a = without_identity(source_, a);
  b = without_identity(shipped_, b);
  const auto known = known_.find({a, b});
  if (known != known_.end()) return known->second;
  TRY_ASSIGN(const bool result, same_nodes(a, b, depth));
  known_[{a, b}] = result;
  return result;
}

Result<bool> Comparison::same_nodes(ValueId a, ValueId b, int depth) {
  const Tensor* constant_a = source_.constant(a);
  const Tensor* constant_b = shipped_.constant(b);
  if (constant_a != nullptr || constant_b != nullptr) {
    if (constant_a != nullptr && constant_b != nullptr && same_tensor(*constant_a, *constant_b)) {
      return true;
    }
    return differ(cat("the constant ", quoted(shipped_.value(b).name), " differs"));
  }
  const Node* node_a = source_.producer(a);
  const Node* node_b = shipped_.producer(b);
  if (node_a == nullptr || node_b == nullptr) {
    const auto in_a = std::ranges::find(source_.inputs(), a) - source_.inputs().begin();
    const auto in_b = std::ranges::find(shipped_.inputs(), b) - shipped_.inputs().begin();
    if (node_a == node_b && in_a == in_b &&
        source_.value(a).type.dtype == shipped_.value(b).type.dtype) {
      return true;
    }
    return differ(cat("the value ", quoted(shipped_.value(b).name), " is made another way"));
  }
  if (node_a->op != node_b->op || node_a->domain != node_b->domain) {
    return differ(cat(node_place(*node_b), " stands where the source has ", node_place(*node_a)));
  }
  if (node_b->is(kDomainTundish, "TreeEnsemble")) return same_trees(*node_a, *node_b, depth);
  const auto place_a = std::ranges::find(node_a->outputs, a) - node_a->outputs.begin();
  const auto place_b = std::ranges::find(node_b->outputs, b) - node_b->outputs.begin();
  const bool same_attributes = std::ranges::equal(
      node_a->attributes.items(), node_b->attributes.items(), [](const auto& x, const auto& y) {
        return x.first == y.first && same_attribute(x.second, y.second);
      });
  if (place_a != place_b || !same_attributes || node_a->version != node_b->version ||
      node_a->inputs.size() != node_b->inputs.size()) {
    return differ(cat(node_place(*node_b), " has other attributes or inputs than the source"));
  }
  for (size_t i = 0; i < node_a->inputs.size(); ++i) {
    TRY_ASSIGN(const bool equal, same(node_a->inputs[i], node_b->inputs[i], depth + 1));
    if (!equal) return false;
  }
  ++operations_;
  return true;
}

std::vector<bool> used_columns(const TreeEnsemble& trees) {
  std::vector<bool> used(static_cast<size_t>(trees.feature_count), false);
  for (const int32_t feature : trees.node_feature.values<int32_t>()) {
    used[static_cast<size_t>(feature)] = true;
  }
  return used;
}

// The ensembles read the same value, or the shipped one reads what the source's monotone chain
// begins with.
Result<bool> Comparison::same_trees(const Node& a, const Node& b, int depth) {
  TRY_ASSIGN(const TreeEnsemble theirs, tree_ensemble_of(source_, a));
  TRY_ASSIGN(const TreeEnsemble ours, tree_ensemble_of(shipped_, b));
  const std::string why_before = why_;
  TRY_ASSIGN(const bool same_input, same(a.inputs[0], b.inputs[0], depth + 1));
  std::optional<MonotoneChain> chain;
  if (!same_input) {
    why_ = why_before;
    chain = find_monotone_chain(source_, ops_, a.inputs[0], used_columns(theirs));
    bool shared = false;
    if (!chain->steps.empty()) {
      TRY_ASSIGN(shared, same(chain->source, b.inputs[0], depth + 1));
    }
    if (!shared) {
      why_ = why_before;
      return differ(cat("the input of ", node_place(b), " is not the source's",
                        chain->stopped.empty() ? "" : cat(" (", chain->stopped, ")")));
    }
  }
  const DType input = shipped_.value(b.inputs[0]).type.dtype;
  TRY_ASSIGN(const RoutingResult routing,
             prove_routing(source_, theirs, chain ? &*chain : nullptr, ours, input, evaluator_));
  if (!routing.equivalent) return differ(cat(node_place(b), ": ", routing.why));
  statements_.push_back(cat("all ", routing.comparisons, " comparisons of ", routing.trees,
                            " trees send every possible ", dtype_name(input),
                            " value (also -0.0, infinities, NaN) to the same side as the source's",
                            chain ? cat("; ", chain_text(source_, *chain),
                                        " before the trees is folded into the thresholds")
                                  : std::string()));
  statements_.push_back(cat("all ", routing.leaves,
                            " leaves hold the same values bit for bit and are summed in the same "
                            "tree order in ",
                            dtype_name(ours.accumulate)));
  return true;
}

}  // namespace

Result<EquivalenceProof> prove_equivalent(const Graph& source, const Graph& shipped,
                                          const OpTable& ops, Evaluator& evaluator) {
  EquivalenceProof proof;
  Comparison comparison(source, shipped, ops, evaluator);
  for (const ValueId output : shipped.outputs()) {
    const std::string& name = shipped.value(output).name;
    const ValueId original = source.find_value(name);
    if (original == kNoValue) {
      proof.why = cat("the source has no output ", quoted(name));
      return proof;
    }
    TRY_ASSIGN(const bool equal, comparison.same(original, output, 0));
    if (!equal) {
      proof.why = cat("output ", quoted(name), ": ", comparison.why());
      return proof;
    }
  }
  proof.proven = true;
  proof.statements = comparison.statements();
  proof.statements.push_back(cat("the other ", comparison.operations(),
                                 " operations are the source's own, on the same constants, in the "
                                 "same order"));
  proof.why =
      "every possible input takes the same path and is summed in the same order as in the "
      "graph that tundish imported from the source";
  return proof;
}

}  // namespace tundish
