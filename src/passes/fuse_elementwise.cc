// A tree of elementwise nodes whose inner results nobody else reads becomes one loop:
// tundish.FusedElementwise, with the nodes as a small program.
#include <algorithm>
#include <array>
#include <map>

#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fuse_elementwise";
// One register or cache line of state each: more would leave the first cache again.
constexpr size_t kMostInputs = 16;
constexpr size_t kMostInstructions = 32;

constexpr std::array<std::string_view, 12> kUnary = {"Abs",        "Erf",     "Exp",   "Gelu",
                                                     "Log",        "Neg",     "Relu",  "Sqrt",
                                                     "Reciprocal", "Sigmoid", "Swish", "Tanh"};
constexpr std::array<std::string_view, 7> kBinary = {"Add", "Div", "Max", "Min",
                                                     "Mul", "Pow", "Sub"};

bool is_instruction(const Rewriter& rewriter, const Node& node) {
  if (node.domain != kDomainOnnx || node.version != kCanonicalOpset) return false;
  const bool is_unary = std::find(kUnary.begin(), kUnary.end(), node.op) != kUnary.end();
  const bool is_binary = std::find(kBinary.begin(), kBinary.end(), node.op) != kBinary.end();
  if (!is_unary && !is_binary) return false;
  if (node.inputs.size() != (is_unary ? 1u : 2u)) return false;
  if (node.op == "Gelu") {
    const auto form = node.attributes.get_string("approximate", "none");
    if (!form || *form != "none") return false;
  }
  if (node.op == "Swish") {
    const auto alpha = node.attributes.get_float("alpha", 1);
    if (!alpha || *alpha != 1) return false;
  }
  return std::ranges::all_of(node.inputs, [&](ValueId input) {
    const ValueType& type = rewriter.type(input);
    return type.kind == ValueKind::kTensor && type.dtype == DType::kFloat32;
  });
}

/// What programs call the operation.
std::string_view name_of(const Node& node) {
  return node.op == "Swish" ? std::string_view("Silu") : std::string_view(node.op);
}

/// The nodes that are computed together, up from the one whose result leaves the loop.
class Tree {
 public:
  Tree(const Rewriter& rewriter, const Node& root) : rewriter_(rewriter), root_(root) {}

  /// False when there are fewer than two nodes.
  bool grow() {
    visit(root_);
    return nodes_.size() >= 2;
  }

  const std::vector<const Node*>& nodes() const { return nodes_; }
  const std::vector<ValueId>& inputs() const { return inputs_; }

  std::string program() const {
    std::map<ValueId, std::string> names;
    for (size_t i = 0; i < inputs_.size(); ++i) names[inputs_[i]] = cat("x", i);
    std::string text;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      text += cat(i == 0 ? "" : ";", name_of(*nodes_[i]));
      for (const ValueId input : nodes_[i]->inputs) text += cat(" ", names.at(input));
      names[nodes_[i]->outputs[0]] = cat("t", i);
    }
    return text;
  }

 private:
  /// Parts come before what reads them.
  void visit(const Node& node) {
    ++planned_;
    for (const ValueId input : node.inputs) {
      const Node* part = part_of(input);
      if (part != nullptr) {
        visit(*part);
      } else if (std::find(inputs_.begin(), inputs_.end(), input) == inputs_.end()) {
        inputs_.push_back(input);
      }
    }
    nodes_.push_back(&node);
  }

  /// The node behind an operand, if it is to be computed in the loop: it has the size of the whole
  /// result (else it would be computed again and again) and no other reader.
  const Node* part_of(ValueId input) const {
    const Node* maker = rewriter_.maker(input);
    if (maker == nullptr || !rewriter_.is_read_once(input)) return nullptr;
    if (!is_instruction(rewriter_, *maker)) return nullptr;
    if (!same_shape(rewriter_.type(input), rewriter_.type(root_.outputs[0]))) return nullptr;
    // Each node more can bring two inputs more.
    const bool has_room = planned_ < kMostInstructions && inputs_.size() + 2 <= kMostInputs;
    return has_room ? maker : nullptr;
  }

  const Rewriter& rewriter_;
  const Node& root_;
  std::vector<const Node*> nodes_;
  std::vector<ValueId> inputs_;
  size_t planned_ = 0;
};

/// Whether the node's result goes on into a larger tree, whose root is met later.
bool is_inner(const Rewriter& rewriter, const Node& node) {
  const Node* reader = rewriter.only_reader(node.outputs[0]);
  return reader != nullptr && is_instruction(rewriter, *reader) &&
         same_shape(rewriter.type(node.outputs[0]), rewriter.type(reader->outputs[0]));
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!is_instruction(rewriter, node) || is_inner(rewriter, node)) return ok();
  Tree tree(rewriter, node);
  if (!tree.grow() || tree.inputs().size() > kMostInputs) return ok();
  AttributeList attributes;
  attributes.set("program", tree.program());
  TRY_ASSIGN(const ValueId result, rewriter.add(node, "FusedElementwise", tree.inputs(),
                                                std::move(attributes), kDomainTundish));
  if (rewriter.rewrite(node, result, {}, cat(tree.nodes().size(), " nodes in one loop"))) {
    for (const Node* part : tree.nodes()) rewriter.take(*part);
  }
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_fuse_elementwise() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "computes chains of elementwise nodes in one loop",
      .stage = PassStage::kEngine,
      .exact = false,
      .needs = {kDomainTundish, "FusedElementwise"},
      .run = run};
  return kPass;
}

}  // namespace tundish
