// Computes nodes whose inputs are all constant, once, now. One patch holds all that can be folded,
// because folding one makes its readers foldable.
//
// Bounded whatever the model says: by the size of results, alone and together, by the work of
// operators that look at each input once per output, and by leaving out what loops.
#include <algorithm>
#include <array>

#include "base/checked.h"
#include "base/strings.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fold_constants";
// A result larger than this stays a computation: a file must not swell from a Range or an Expand.
constexpr uint64_t kMaxResultBytes = uint64_t{16} << 20;
// Results up to this size are kept whatever they are made of: shapes, masks, position tables.
constexpr uint64_t kFreeResultBytes = uint64_t{64} << 10;
// Larger ones may be so many times their inputs. In memory a widened weight (int8 to float32) is
// worth its room; in a file nothing may grow.
constexpr uint64_t kEngineGrowth = 8;
// All results of one walk together, and elements read and written for them: half a second at
// most, at 5 ns an element of the slowest operators.
constexpr uint64_t kMaxTotalBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxTotalWork = uint64_t{1} << 26;
// Running now, a ConstantOfShape that is not folded is filled again in every call and takes the
// same room then; folded, it can be packed as a weight. One and all of them together, in memory
// only.
constexpr uint64_t kMaxFillBytes = uint64_t{256} << 20;
constexpr uint64_t kMaxTotalFillBytes = uint64_t{384} << 20;

// Operators whose work is not bounded by inputs times outputs, and those that loop over a graph.
constexpr std::array<std::string_view, 8> kUnbounded = {
    "Einsum",      "Loop",           "Scan",       "If",
    "SequenceMap", "RegexFullMatch", "DeformConv", "NonMaxSuppression"};

// Operators that read and write each element once, besides those with the trait `elementwise`.
constexpr std::array<std::string_view, 28> kLinear = {"ArrayFeatureExtractor",
                                                      "Concat",
                                                      "Constant",
                                                      "ConstantOfShape",
                                                      "DequantizeLinear",
                                                      "Expand",
                                                      "Flatten",
                                                      "Gather",
                                                      "GatherElements",
                                                      "GatherND",
                                                      "Identity",
                                                      "NonZero",
                                                      "Pad",
                                                      "QuantizeLinear",
                                                      "Range",
                                                      "ReduceMax",
                                                      "ReduceMean",
                                                      "ReduceMin",
                                                      "ReduceProd",
                                                      "ReduceSum",
                                                      "Reshape",
                                                      "Shape",
                                                      "Slice",
                                                      "Split",
                                                      "Squeeze",
                                                      "Tile",
                                                      "Transpose",
                                                      "Unsqueeze"};

template <size_t kCount>
bool contains(const std::array<std::string_view, kCount>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class ConstantFolder {
 public:
  ConstantFolder(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), rewriter_(graph, context, kName) {}

  Result<int64_t> run() {
    if (context_.patches_left <= 0) return 0;
    for (const NodeId id : graph_.order()) {
      const Node& node = graph_.node(id);
      if (!fits(node)) continue;
      TRY(fold(node));
    }
    if (folded_count_ > 0) rewriter_.count(cat("computed ", folded_count_, " nodes:", names_));
    return rewriter_.finish();
  }

 private:
  bool fits(const Node& node) {
    const OpDef* def = context_.ops.find(node);
    if (def == nullptr || !def->traits.pure || def->run == nullptr) return false;
    for (const ValueId input : node.inputs) {
      if (input != kNoValue && rewriter_.constant(input) == nullptr) return false;
    }
    for (const ValueId output : node.outputs) {
      // A graph output must be made by a node, so folding this one would only add an Identity.
      if (output == kNoValue || graph_.is_output(output)) return false;
    }
    if (contains(kUnbounded, node.op)) return note(node, "its work is not bounded");
    return has_bounded_outputs(node, *def);
  }

  bool has_bounded_outputs(const Node& node, const OpDef& def) {
    uint64_t input_bytes = 0;
    uint64_t input_elements = 0;
    for (const ValueId input : node.inputs) {
      if (input == kNoValue) continue;
      const Tensor& tensor = *rewriter_.constant(input);
      input_bytes += tensor.byte_count();
      input_elements += static_cast<uint64_t>(tensor.element_count());
    }
    if (fits_as_fill(node)) return true;
    uint64_t bytes = 0;
    for (const ValueId output : node.outputs) {
      const std::optional<uint64_t> size = most_bytes(node, output, input_elements);
      if (!size) return false;
      if (*size > kMaxResultBytes) return note(node, "the result is too large");
      bytes += *size;
    }
    const uint64_t growth = context_.last_stage == PassStage::kEngine ? kEngineGrowth : 1;
    if (bytes > std::max(kFreeResultBytes, growth * input_bytes)) {
      return note(node, "the result is much larger than its inputs");
    }
    // A result has at most as many elements as bytes.
    const bool linear = def.traits.elementwise || contains(kLinear, node.op);
    const uint64_t work = linear ? input_elements + bytes
                                 : checked_mul(input_elements + 1, bytes + 1).value_or(UINT64_MAX);
    if (work > kMaxTotalWork - total_work_) return note(node, "too much work");
    if (bytes > kMaxTotalBytes - total_bytes_) {
      return note(node, "all results together are too large");
    }
    total_work_ += work;
    total_bytes_ += bytes;
    return true;
  }

  bool fits_as_fill(const Node& node) {
    if (context_.last_stage != PassStage::kEngine || !node.is(kDomainOnnx, "ConstantOfShape")) {
      return false;
    }
    const std::optional<uint64_t> bytes = most_bytes(node, node.outputs[0], 0);
    if (!bytes || *bytes > kMaxFillBytes || *bytes > kMaxTotalFillBytes - fill_bytes_) return false;
    fill_bytes_ += *bytes;
    return true;
  }

  /// Bytes of one result at most; nothing when its size is not known. NonZero gives at most one
  /// index per element and axis.
  std::optional<uint64_t> most_bytes(const Node& node, ValueId output,
                                     uint64_t input_elements) const {
    const ValueType& type = rewriter_.type(output);
    if (type.kind != ValueKind::kTensor) return std::nullopt;
    const std::optional<Shape> shape = concrete(type.shape);
    if (!shape) {
      if (!node.is(kDomainOnnx, "NonZero")) return std::nullopt;
      return checked_mul(input_elements, uint64_t{sizeof(int64_t) * Shape::kMaxRank});
    }
    const uint64_t item =
        type.dtype == DType::kString ? sizeof(std::string) : (dtype_bits(type.dtype) + 7) / 8;
    const Result<uint64_t> bytes = checked_bytes(shape->dims(), item);
    return bytes ? *bytes : UINT64_MAX;
  }

  bool note(const Node& node, std::string_view reason) {
    rewriter_.note(node, cat("not computed: ", reason));
    return false;
  }

  Status fold(const Node& node) {
    std::vector<Value> inputs;
    for (const ValueId input : node.inputs) {
      inputs.push_back(input == kNoValue ? Value() : Value(*rewriter_.constant(input)));
    }
    Result<std::vector<Value>> outputs = context_.evaluator.evaluate(node, inputs);
    if (!outputs) return refused(node, std::move(outputs).error());
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const Tensor* tensor = i < outputs->size() ? (*outputs)[i].tensor() : nullptr;
      if (tensor == nullptr || !tensor->defined()) {
        return Internal(cat("output ", i, " was not computed")).in(node_place(node));
      }
      rewriter_.replace(node.outputs[i],
                        rewriter_.add_constant(*tensor, graph_.value(node.outputs[i]).name));
    }
    ++folded_count_;
    if (folded_count_ <= 3) names_ += cat(" ", quoted(node.name));
    if (folded_count_ == 4) names_ += " ...";
    return ok();
  }

  /// A fault in values that are all constant is a fault of the model, if the node runs at all.
  Status refused(const Node& node, Error error) {
    if (error.code() == ErrorCode::kUnsupported || context_.is_body) {
      note(node, error.to_string());
      return ok();
    }
    if (error.code() != ErrorCode::kInvalidArgument) return error;
    return InvalidModel(error.to_string()).in(node_place(node)).in(cat("pass ", kName));
  }

  const Graph& graph_;
  PassContext& context_;
  Rewriter rewriter_;
  uint64_t total_bytes_ = 0;
  uint64_t fill_bytes_ = 0;
  uint64_t total_work_ = 0;
  int64_t folded_count_ = 0;
  std::string names_;
};

Result<int64_t> run(Graph& graph, PassContext& context) {
  return ConstantFolder(graph, context).run();
}

}  // namespace

const PassDef& pass_fold_constants() {
  static constexpr PassDef kPass = {
      .name = kName, .description = "computes nodes whose inputs are all constant", .run = run};
  return kPass;
}

}  // namespace tundish
