// Removes nodes that give back their first input: Identity, Cast to the same type, Concat or Sum of
// one value, Transpose, Slice, Pad, Expand, Tile and Reshape that move nothing, Dropout outside
// training, arithmetic that leaves every number as it is.
#include <algorithm>
#include <array>

#include "passes/support/constants.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "remove_identity";

class Question {
 public:
  Question(const Rewriter& rewriter, const Node& node) : rewriter_(rewriter), node_(node) {}

  /// Why the node gives back its first input; empty when it may not.
  std::string_view answer() const {
    if (node_.domain != kDomainOnnx || node_.inputs.empty() || node_.inputs[0] == kNoValue) {
      return {};
    }
    if (node_.op == "Dropout") return does_not_train() ? "no training" : "";
    if (node_.outputs.size() != 1) return {};
    if (node_.op == "Identity") return "Identity";
    if (node_.op == "Transpose") return moves_nothing() ? "axes stay in their order" : "";
    if (is_one_of({"Concat", "Sum", "Mean", "Max", "Min"})) {
      return node_.inputs.size() == 1 ? "one value only" : "";
    }
    if (node_.op == "Cast") return keeps_type() ? "the type is the same" : "";
    if (is_one_of({"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand"})) {
      return keeps_shape() ? "the shape is the same" : "";
    }
    if (node_.op == "Slice") return takes_all() ? "takes all" : "";
    if (node_.op == "Pad") return all_are(constant(1), 0) ? "adds nothing" : "";
    if (node_.op == "Tile") return all_are(constant(1), 1) ? "repeats once" : "";
    return is_neutral() ? "leaves every number as it is" : "";
  }

 private:
  bool is_one_of(std::initializer_list<std::string_view> names) const {
    return std::find(names.begin(), names.end(), node_.op) != names.end();
  }
  const Tensor* constant(size_t input) const {
    return input < node_.inputs.size() ? rewriter_.constant(node_.inputs[input]) : nullptr;
  }
  bool has_input(size_t i) const { return i < node_.inputs.size() && node_.inputs[i] != kNoValue; }
  const ValueType& input_type(size_t i = 0) const { return rewriter_.type(node_.inputs[i]); }
  const ValueType& output_type() const { return rewriter_.type(node_.outputs[0]); }

  bool keeps_type() const {
    return input_type().kind == ValueKind::kTensor && input_type().dtype == output_type().dtype;
  }

  bool moves_nothing() const {
    const auto perm = node_.attributes.get_ints("perm");
    if (!perm || perm->empty()) return false;  // absent: reverses
    for (size_t i = 0; i < perm->size(); ++i) {
      if ((*perm)[i] != static_cast<int64_t>(i)) return false;
    }
    return true;
  }

  bool does_not_train() const {
    if (node_.outputs[0] == kNoValue) return false;
    for (size_t i = 1; i < node_.outputs.size(); ++i) {
      if (node_.outputs[i] != kNoValue && rewriter_.read_count(node_.outputs[i]) > 0) return false;
    }
    if (!has_input(2)) return true;
    const Tensor* training = constant(2);
    return training != nullptr && training->dtype() == DType::kBool &&
           training->element_count() == 1 && training->values<uint8_t>()[0] == 0;
  }

  bool keeps_shape() const {
    if (same_shape(input_type(), output_type())) return true;
    if (node_.op == "Expand") {
      return all_are(constant(1), 1) && constant(1)->element_count() <= rank_of(input_type());
    }
    return node_.op == "Reshape" && asks_for_present_sizes();
  }

  /// Reshape to the sizes there are, one of them -1 or unknown.
  bool asks_for_present_sizes() const {
    const auto wanted = integers(constant(1));
    const auto zero = node_.attributes.get_int("allowzero", 0);
    if (!wanted || !zero || !input_type().shape) return false;
    const std::vector<Dim>& dims = *input_type().shape;
    if (wanted->size() != dims.size()) return false;
    size_t guessed = 0;
    for (size_t i = 0; i < dims.size(); ++i) {
      const bool same = (dims[i].is_known() && dims[i].size() == (*wanted)[i] && dims[i].size()) ||
                        ((*wanted)[i] == 0 && *zero == 0);
      if (same) continue;
      if ((*wanted)[i] != -1) return false;
      ++guessed;
    }
    // With a copied size of zero, -1 could not be told; then there is an error to be kept.
    const bool copies = std::find(wanted->begin(), wanted->end(), 0) != wanted->end();
    return guessed == 0 || (guessed == 1 && !copies);
  }

  bool takes_all() const {
    const auto starts = integers(constant(1));
    const auto ends = integers(constant(2));
    if (!starts || !ends || !input_type().shape || starts->size() != ends->size()) return false;
    if (has_input(4) && !all_are(constant(4), 1)) return false;
    std::vector<int64_t> axes(starts->size());
    for (size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int64_t>(i);
    if (has_input(3)) {
      const auto given = integers(constant(3));
      if (!given || given->size() != axes.size()) return false;
      axes = *given;
    }
    const int64_t rank = rank_of(input_type());
    for (size_t i = 0; i < axes.size(); ++i) {
      const int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
      if (axis < 0 || axis >= rank || (*starts)[i] != 0) return false;
      const Dim& dim = (*input_type().shape)[static_cast<size_t>(axis)];
      // Ends beyond every possible size are how exporters say "to the end".
      const bool reaches_end = dim.is_known() ? (*ends)[i] >= dim.size() : (*ends)[i] >= INT32_MAX;
      if (!reaches_end) return false;
    }
    return true;
  }

  /// x + -0.0 and x - 0.0 are x for zeros of both signs; x + 0.0 is not (-0.0 becomes 0.0).
  bool is_neutral() const {
    if (node_.inputs.size() != 2 || !keeps_type()) return false;
    const Tensor* second = constant(1);
    if (second == nullptr || second->element_count() == 0) return false;
    const bool is_whole = second->dtype() == DType::kInt32 || second->dtype() == DType::kInt64;
    bool fits = false;
    if (node_.op == "Mul" || node_.op == "Div") fits = all_are(second, 1);
    if (node_.op == "Pow") fits = second->dtype() == input_type().dtype && all_are(second, 1);
    if (node_.op == "Add") fits = all_are(second, is_whole ? 0.0 : -0.0);
    if (node_.op == "Sub") fits = all_are(second, 0.0);
    if (!fits) return false;
    const bool is_one = second->element_count() == 1 &&
                        static_cast<int64_t>(second->shape().rank()) <= rank_of(input_type());
    return is_one || same_shape(input_type(), output_type());
  }

  const Rewriter& rewriter_;
  const Node& node_;
};

Status rule(Rewriter& rewriter, const Node& node) {
  const std::string_view reason = Question(rewriter, node).answer();
  if (!reason.empty()) rewriter.rewrite(node, node.inputs[0], {}, std::string(reason));
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_remove_identity() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description =
          "removes nodes that give back their input (Identity, Cast to the same type, "
          "Reshape to the same shape, a product with 1)",
      .run = run};
  return kPass;
}

}  // namespace tundish
