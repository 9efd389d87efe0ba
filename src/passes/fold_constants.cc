// Computes nodes whose inputs are all constant, once, now. One patch holds all that can be folded,
// because folding one makes its readers foldable.
#include <unordered_map>

#include "base/checked.h"
#include "base/strings.h"
#include "passes/pass.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fold_constants";
// A result larger than this stays a computation: a file must not swell from a Range or an Expand.
constexpr uint64_t kMaxResultBytes = uint64_t{16} << 20;

class ConstantFolder {
 public:
  ConstantFolder(const Graph& graph, PassContext& context)
      : graph_(graph), context_(context), patch_(graph, context.ops) {}

  Result<Patch> run() {
    for (const NodeId id : graph_.order()) {
      const Node& node = graph_.node(id);
      if (!fits(node)) continue;
      TRY(fold(node));
    }
    patch_.set_reason(cat("computed ", folded_count_, " nodes:", names_));
    return std::move(patch_);
  }

 private:
  /// The constant behind a value, folded ones included.
  const Tensor* constant(ValueId id) const {
    const auto found = folded_.find(static_cast<uint32_t>(id));
    return found != folded_.end() ? &found->second : graph_.constant(id);
  }

  bool fits(const Node& node) const {
    const OpDef* def = context_.ops.find(node);
    if (def == nullptr || !def->traits.pure || def->run == nullptr) return false;
    for (const ValueId input : node.inputs) {
      if (input != kNoValue && constant(input) == nullptr) return false;
    }
    for (const ValueId output : node.outputs) {
      // A graph output must be made by a node, so folding this one would only add an Identity.
      if (output == kNoValue || graph_.is_output(output)) return false;
    }
    return has_bounded_outputs(node);
  }

  bool has_bounded_outputs(const Node& node) const {
    uint64_t total = 0;
    for (const ValueId output : node.outputs) {
      const ValueType& type = graph_.value(output).type;
      const std::optional<Shape> shape = concrete(type.shape);
      if (type.kind != ValueKind::kTensor || !shape) return false;
      const uint64_t item =
          type.dtype == DType::kString ? sizeof(std::string) : (dtype_bits(type.dtype) + 7) / 8;
      const Result<uint64_t> bytes = checked_bytes(shape->dims(), item);
      if (!bytes || *bytes > kMaxResultBytes) return note(node, "the result is too large");
      total += *bytes;
    }
    return total <= kMaxResultBytes || note(node, "the results are too large");
  }

  bool note(const Node& node, std::string_view reason) const {
    context_.note({std::string(kName), cat(node_place(node), ": not computed: ", reason)});
    return false;
  }

  Status fold(const Node& node) {
    std::vector<Value> inputs;
    for (const ValueId input : node.inputs) {
      inputs.push_back(input == kNoValue ? Value() : Value(*constant(input)));
    }
    Result<std::vector<Value>> outputs = context_.evaluator.evaluate(node, inputs);
    if (!outputs) return refused(node, std::move(outputs).error());
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const Tensor* tensor = i < outputs->size() ? (*outputs)[i].tensor() : nullptr;
      if (tensor == nullptr || !tensor->defined()) {
        return Internal(cat("output ", i, " was not computed")).in(node_place(node));
      }
      folded_.insert_or_assign(static_cast<uint32_t>(node.outputs[i]), *tensor);
      patch_.replace(node.outputs[i], patch_.constant(*tensor, graph_.value(node.outputs[i]).name));
    }
    ++folded_count_;
    if (folded_count_ <= 3) names_ += cat(" ", quoted(node.name));
    if (folded_count_ == 4) names_ += " ...";
    return ok();
  }

  /// A fault in values that are all constant is a fault of the model.
  Status refused(const Node& node, Error error) {
    if (error.code() == ErrorCode::kUnsupported) {
      note(node, error.to_string());
      return ok();
    }
    if (error.code() != ErrorCode::kInvalidArgument) return error;
    return InvalidModel(error.to_string()).in(node_place(node)).in(cat("pass ", kName));
  }

  const Graph& graph_;
  PassContext& context_;
  Patch patch_;
  std::unordered_map<uint32_t, Tensor> folded_;
  int64_t folded_count_ = 0;
  std::string names_;
};

Result<int64_t> run(Graph& graph, PassContext& context) {
  TRY_ASSIGN(Patch patch, ConstantFolder(graph, context).run());
  if (patch.empty()) return 0;
  TRY_ASSIGN(const bool is_applied, apply_patch(graph, std::move(patch), kName, context));
  return is_applied ? 1 : 0;
}

}  // namespace

const PassDef& pass_fold_constants() {
  static constexpr PassDef kPass = {
      .name = kName, .description = "computes nodes whose inputs are all constant", .run = run};
  return kPass;
}

}  // namespace tundish
