// Follows sizes through Shape, Gather, Slice, Concat and arithmetic, and writes down what is known
// of them: values whose numbers are all known become constants; a Reshape whose wanted sizes are
// known but for one, or are copied from its input, gets a constant; an Expand to the sizes there
// are goes.
#include <algorithm>
#include <map>

#include "base/checked.h"
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/reshape_target.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fold_shapes";
// More numbers than a shape has axes are data, not sizes.
constexpr size_t kMostNumbers = 64;

/// One element of an int64 or int32 value: a number, or a size that only the data gives. Sizes are
/// told apart by the symbol in the type, or by value and axis where there is none.
struct Size {
  std::optional<int64_t> number;
  std::string symbol;  ///< empty: nothing is known, not even that it is a size
};
using Sizes = std::vector<Size>;

class SizeFolder {
 public:
  explicit SizeFolder(Rewriter& rewriter) : rewriter_(rewriter) {}

  Status visit(const Node& node) {
    if (node.domain != kDomainOnnx || node.outputs.size() != 1) return ok();
    if (node.op == "Reshape") return reshape(node);
    if (node.op == "Expand") return expand(node);
    std::optional<Sizes> sizes = computed(node);
    if (!sizes || sizes->size() > kMostNumbers) return ok();
    const bool all_known =
        std::ranges::all_of(*sizes, [](const Size& s) { return s.number.has_value(); });
    if (all_known && !is_constant(node)) write_down(node, *sizes);
    known_.emplace(static_cast<uint32_t>(node.outputs[0]), std::move(*sizes));
    return ok();
  }

 private:
  bool is_constant(const Node& node) const {
    return std::ranges::all_of(node.inputs, [&](ValueId input) {
      return input == kNoValue || rewriter_.constant(input) != nullptr;
    });
  }

  /// Sizes of the value's axes.
  Sizes sizes_of_axes(ValueId value) const {
    Sizes sizes;
    const std::vector<Dim>& dims = *rewriter_.type(value).shape;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      Size& size = sizes.emplace_back();
      if (dims[axis].is_known()) {
        size.number = dims[axis].size();
      } else if (dims[axis].is_symbol()) {
        size.symbol = dims[axis].name();
      } else {
        // No name of ONNX's holds a line feed.
        size.symbol = cat("\n", static_cast<uint32_t>(value), ":", axis);
      }
    }
    return sizes;
  }

  std::optional<Sizes> sizes_of(ValueId value) const {
    if (value == kNoValue) return std::nullopt;
    const auto found = known_.find(static_cast<uint32_t>(value));
    if (found != known_.end()) return found->second;
    const Tensor* constant = rewriter_.constant(value);
    if (constant == nullptr || constant->dtype() != DType::kInt64) return std::nullopt;
    const auto numbers = integers(constant, kMostNumbers);
    if (!numbers) return std::nullopt;
    Sizes sizes;
    for (const int64_t number : *numbers) sizes.push_back({number, {}});
    return sizes;
  }

  std::optional<Sizes> computed(const Node& node) {
    if (node.inputs.empty() || node.inputs[0] == kNoValue) return std::nullopt;
    if (node.op == "Shape") return shape(node);
    if (node.op == "Size") return size(node);
    if (node.op == "Equal") return arithmetic(node);
    if (rewriter_.type(node.outputs[0]).dtype != DType::kInt64) return std::nullopt;
    if (node.op == "Where") return where(node);
    if (node.op == "Concat") return concat(node);
    if (node.op == "Add" || node.op == "Sub" || node.op == "Mul" || node.op == "Div") {
      return arithmetic(node);
    }
    std::optional<Sizes> first = sizes_of(node.inputs[0]);
    if (!first) return std::nullopt;
    if (node.op == "Identity" || node.op == "Squeeze" || node.op == "Unsqueeze" ||
        node.op == "Cast") {
      return rank_of(rewriter_.type(node.outputs[0])) <= 1 ? first : std::nullopt;
    }
    if (node.op == "Gather") return gather(node, *first);
    if (node.op == "Slice") return slice(node, *first);
    return std::nullopt;
  }

  std::optional<Sizes> shape(const Node& node) const {
    const ValueType& type = rewriter_.type(node.inputs[0]);
    if (type.kind != ValueKind::kTensor || !type.shape) return std::nullopt;
    const Sizes all = sizes_of_axes(node.inputs[0]);
    const auto rank = static_cast<int64_t>(all.size());
    const Result<int64_t> start = node.attributes.get_int("start", 0);
    const Result<int64_t> end = node.attributes.get_int("end", rank);
    if (!start || !end) return std::nullopt;
    const auto place = [&](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
    };
    const int64_t first = place(*start);
    const int64_t last = std::max(first, place(*end));
    return Sizes(all.begin() + first, all.begin() + last);
  }

  std::optional<Sizes> size(const Node& node) const {
    const std::optional<Shape> known = concrete(rewriter_.type(node.inputs[0]).shape);
    if (!known || rewriter_.type(node.inputs[0]).kind != ValueKind::kTensor) return std::nullopt;
    const auto count = checked_bytes(known->dims(), 1);
    if (!count) return std::nullopt;
    return Sizes{{static_cast<int64_t>(*count), {}}};
  }

  std::optional<Sizes> concat(const Node& node) const {
    Sizes all;
    for (const ValueId input : node.inputs) {
      const std::optional<Sizes> part = sizes_of(input);
      // Parts of unknown length leave nothing to say; one number of known place may stay unknown.
      if (part) {
        all.insert(all.end(), part->begin(), part->end());
        continue;
      }
      const auto count = size_from_end(rewriter_.type(input), 1);
      if (rank_of(rewriter_.type(input)) != 1 || !count) return std::nullopt;
      if (*count + static_cast<int64_t>(all.size()) > static_cast<int64_t>(kMostNumbers)) {
        return std::nullopt;
      }
      all.insert(all.end(), static_cast<size_t>(*count), Size());
    }
    return all;
  }

  std::optional<Sizes> gather(const Node& node, const Sizes& from) const {
    const auto indices = integers(rewriter_.constant(node.inputs[1]));
    if (!indices || rank_of(rewriter_.type(node.inputs[0])) != 1) return std::nullopt;
    Sizes taken;
    for (const int64_t index : *indices) {
      const auto count = static_cast<int64_t>(from.size());
      const int64_t at = index < 0 ? index + count : index;
      if (at < 0 || at >= count) return std::nullopt;
      taken.push_back(from[static_cast<size_t>(at)]);
    }
    return taken;
  }

  std::optional<Sizes> slice(const Node& node, const Sizes& from) const {
    const auto number = [&](size_t i, int64_t fallback) -> std::optional<int64_t> {
      if (i >= node.inputs.size() || node.inputs[i] == kNoValue) return fallback;
      const auto list = integers(rewriter_.constant(node.inputs[i]));
      return list && list->size() == 1 ? std::optional<int64_t>((*list)[0]) : std::nullopt;
    };
    const auto start = number(1, 0);
    const auto end = number(2, 0);
    const auto axis = number(3, 0);
    const auto step = number(4, 1);
    const auto count = static_cast<int64_t>(from.size());
    if (!start || !end || !axis || !step || *step != 1 || (*axis != 0 && *axis != -1)) {
      return std::nullopt;
    }
    if (rank_of(rewriter_.type(node.inputs[0])) != 1) return std::nullopt;
    const auto place = [&](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + count : at, 0, count);
    };
    const int64_t first = place(*start);
    const int64_t last = std::max(first, place(*end));
    return Sizes(from.begin() + first, from.begin() + last);
  }

  std::optional<Sizes> arithmetic(const Node& node) const {
    const std::optional<Sizes> a = sizes_of(node.inputs[0]);
    const std::optional<Sizes> b = sizes_of(node.inputs[1]);
    if (!a || !b || a->empty() || b->empty()) return std::nullopt;
    if (a->size() != b->size() && a->size() != 1 && b->size() != 1) return std::nullopt;
    Sizes result;
    for (size_t i = 0; i < std::max(a->size(), b->size()); ++i) {
      const Size& left = (*a)[a->size() == 1 ? 0 : i];
      const Size& right = (*b)[b->size() == 1 ? 0 : i];
      result.push_back(one(node.op, left, right));
    }
    return result;
  }

  /// A number for each element of the condition that is known: how exporters write an Expand whose
  /// -1 means "as it is".
  std::optional<Sizes> where(const Node& node) const {
    const std::optional<Sizes> condition = sizes_of(node.inputs[0]);
    const std::optional<Sizes> yes = sizes_of(node.inputs[1]);
    const std::optional<Sizes> no = sizes_of(node.inputs[2]);
    if (!condition || !yes || !no || yes->size() != no->size()) return std::nullopt;
    if (condition->size() != yes->size()) return std::nullopt;
    Sizes result;
    for (size_t i = 0; i < yes->size(); ++i) {
      const std::optional<int64_t> choice = (*condition)[i].number;
      result.push_back(!choice ? Size() : *choice != 0 ? (*yes)[i] : (*no)[i]);
    }
    return result;
  }

  /// 1 or 0; a size is never negative, and equals itself.
  static Size equal(const Size& left, const Size& right) {
    if (left.number && right.number) return {*left.number == *right.number ? 1 : 0, {}};
    if (!left.symbol.empty() && left.symbol == right.symbol) return {1, {}};
    const Size& size = left.number ? right : left;
    const Size& other = left.number ? left : right;
    if (!size.symbol.empty() && other.number && *other.number < 0) return {0, {}};
    return {};
  }

  static Size one(std::string_view op, const Size& left, const Size& right) {
    if (op == "Equal") return equal(left, right);
    if (right.number == 1 && (op == "Mul" || op == "Div")) return left;
    if (left.number == 1 && op == "Mul") return right;
    if (right.number == 0 && (op == "Add" || op == "Sub")) return left;
    if (!left.number || !right.number) return {};
    const int64_t a = *left.number;
    const int64_t b = *right.number;
    if (op == "Add") return {checked_add(a, b), {}};
    if (op == "Sub") return {b == INT64_MIN ? std::nullopt : checked_add(a, -b), {}};
    if (op == "Mul") return {checked_mul(a, b), {}};
    // Rounding towards zero or down are the same for numbers that are not negative.
    if (a < 0 || b <= 0) return {};
    return {a / b, {}};
  }

  /// A constant in the place of what the node computes.
  void write_down(const Node& node, const Sizes& sizes) {
    if (rewriter_.type(node.outputs[0]).dtype != DType::kInt64) return;
    const int64_t rank = rank_of(rewriter_.type(node.outputs[0]));
    if (rank != 1 && !(rank == 0 && sizes.size() == 1)) return;
    if (rewriter_.graph().is_output(node.outputs[0])) return;
    std::vector<int64_t> numbers;
    for (const Size& size : sizes) numbers.push_back(*size.number);
    Tensor tensor = Tensor::of(std::span<const int64_t>(numbers));
    if (rank == 0) tensor = tensor.reshaped(Shape{});
    const ValueId constant =
        rewriter_.add_constant(std::move(tensor), rewriter_.graph().value(node.outputs[0]).name);
    rewriter_.rewrite(node, constant, {}, "the sizes are known");
  }

  /// The dims that a list of sizes says, as far as types can tell.
  std::optional<std::vector<Dim>> dims_of(ValueId value) const {
    const std::optional<Sizes> sizes = sizes_of(value);
    if (!sizes) return std::nullopt;
    std::vector<Dim> dims;
    for (const Size& size : *sizes) {
      if (size.number && *size.number >= 0) {
        dims.emplace_back(*size.number);
      } else if (!size.number && !size.symbol.empty()) {
        dims.push_back(Dim::symbol(size.symbol));
      } else {
        return std::nullopt;
      }
    }
    return dims;
  }

  /// The type's dims with a name for each size that has none.
  std::vector<Dim> named_axes(ValueId value) const {
    std::vector<Dim> dims;
    for (const Size& size : sizes_of_axes(value)) {
      dims.push_back(size.number ? Dim(*size.number) : Dim::symbol(size.symbol));
    }
    return dims;
  }

  Status reshape(const Node& node) {
    if (node.inputs.size() != 2 || rewriter_.constant(node.inputs[1]) != nullptr) return ok();
    TRY_ASSIGN(const int64_t allow_zero, node.attributes.get_int("allowzero", 0));
    const auto target = allow_zero != 0 ? std::nullopt : reshape_to(node);
    if (!target) return ok();
    const ValueId sizes = rewriter_.add_constant(Tensor::of(std::span<const int64_t>(*target)));
    TRY_ASSIGN(const ValueId result, rewriter_.add(node, "Reshape", {node.inputs[0], sizes}));
    rewriter_.rewrite(node, result, {},
                      cat("to [", join(*target), "], which is what its computed sizes say"));
    return ok();
  }

  std::optional<std::vector<int64_t>> reshape_to(const Node& node) const {
    const std::optional<Sizes> sizes = sizes_of(node.inputs[1]);
    if (!sizes || !rewriter_.type(node.inputs[0]).shape) return std::nullopt;
    if (const auto dims = dims_of(node.inputs[1])) {
      return reshape_target(named_axes(node.inputs[0]), *dims);
    }
    // One number is -1, or nothing is known of it: Reshape finds it if all others are positive.
    std::vector<int64_t> target;
    size_t unknown = 0;
    for (const Size& size : *sizes) {
      const bool is_free = !size.number || *size.number == -1;
      if (!is_free && *size.number <= 0) return std::nullopt;
      // What is no size may be -1 at run time, or a mistake that has to stay one.
      if (!size.number && size.symbol.empty()) return std::nullopt;
      unknown += is_free ? 1 : 0;
      target.push_back(is_free ? -1 : *size.number);
    }
    return unknown <= 1 ? std::optional(std::move(target)) : std::nullopt;
  }

  static std::string join(const std::vector<int64_t>& numbers) {
    std::string text;
    for (const int64_t number : numbers) text += cat(text.empty() ? "" : ", ", number);
    return text;
  }

  Status expand(const Node& node) {
    if (node.inputs.size() != 2 || !rewriter_.type(node.inputs[0]).shape) return ok();
    const auto dims = dims_of(node.inputs[1]);
    if (!dims) return ok();
    const std::vector<Dim> own = named_axes(node.inputs[0]);
    if (dims->size() > own.size()) return ok();
    for (size_t back = 1; back <= dims->size(); ++back) {
      const Dim& wanted = (*dims)[dims->size() - back];
      if (wanted != Dim(1) && wanted != own[own.size() - back]) return ok();
    }
    rewriter_.rewrite(node, node.inputs[0], {}, "the sizes are there already");
    return ok();
  }

  Rewriter& rewriter_;
  std::map<uint32_t, Sizes> known_;
};

Result<int64_t> run(Graph& graph, PassContext& context) {
  Rewriter rewriter(graph, context, kName);
  SizeFolder folder(rewriter);
  for (const NodeId id : graph.order()) TRY(folder.visit(graph.node(id)));
  return rewriter.finish();
}

}  // namespace

const PassDef& pass_fold_shapes() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "writes down sizes that Shape, Gather and Concat would compute",
      .looks_for = {"Shape", "Size", "Reshape", "Expand"},
      .run = run};
  return kPass;
}

}  // namespace tundish
