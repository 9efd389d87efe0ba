#include "api/custom_ops.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "api/model_impl.h"
#include "base/strings.h"
#include "ir/exec_context.h"
#include "ops/index.h"
#include "tundish/model.h"

namespace tundish {
namespace {

class NodeView final : public CustomNode {
 public:
  explicit NodeView(const Node& node) : node_(node) {}
  std::string_view name() const override { return node_.name; }
  size_t output_count() const override { return node_.outputs.size(); }
  bool has(std::string_view attribute) const override { return list().has(attribute); }
  Result<int64_t> get_int(std::string_view attribute, int64_t fallback) const override {
    return list().get_int(attribute, fallback);
  }
  Result<float> get_float(std::string_view attribute, float fallback) const override {
    return list().get_float(attribute, fallback);
  }
  Result<std::string> get_string(std::string_view attribute,
                                 std::string_view fallback) const override {
    return list().get_string(attribute, fallback);
  }
  Result<std::vector<int64_t>> get_ints(std::string_view attribute) const override {
    return list().get_ints(attribute);
  }
  Result<std::vector<float>> get_floats(std::string_view attribute) const override {
    return list().get_floats(attribute);
  }
  Result<std::vector<std::string>> get_strings(std::string_view attribute) const override {
    return list().get_strings(attribute);
  }
  Result<Tensor> get_tensor(std::string_view attribute) const override {
    return list().require_tensor(attribute);
  }

 private:
  const AttributeList& list() const { return node_.attributes; }
  const Node& node_;
};

const CustomOp& op_of(const void* user) { return *static_cast<const CustomOp*>(user); }

// The functions are foreign code, which may throw anything: it ends here, as an error at the node.
template <class Function> auto guarded(const Function& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& thrown) {
    return Internal(cat("the operator threw: ", thrown.what()));
  } catch (...) {
    return Internal("the operator threw");
  }
}

ValueType type_from(const ValueDescription& description) {
  std::vector<Dim> dims;
  for (size_t i = 0; i < description.dims.size(); ++i) {
    const std::string symbol = i < description.symbols.size() ? description.symbols[i] : "";
    if (description.dims[i] >= 0) {
      dims.emplace_back(description.dims[i]);
    } else {
      dims.push_back(symbol.empty() ? Dim() : Dim::symbol(symbol));
    }
  }
  return ValueType::tensor(description.dtype, std::move(dims));
}

Status infer_custom(InferContext& context) {
  const CustomOp& op = op_of(context.user());
  std::vector<ValueDescription> inputs;
  for (size_t i = 0; i < context.input_count(); ++i) {
    inputs.push_back(describe_type(context.input(i)));
  }
  const NodeView node(context.node());
  TRY_ASSIGN(const std::vector<ValueDescription> outputs,
             guarded([&] { return op.infer(node, inputs); }));
  if (outputs.size() < context.node().outputs.size()) {
    return Internal(cat("the operator describes ", outputs.size(), " outputs of ",
                        context.node().outputs.size()));
  }
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    if (outputs[i].kind != "tensor" || outputs[i].dtype == DType::kUndefined) {
      return Internal(cat("the operator describes output ", i, " as no tensor"));
    }
    context.set_output(i, type_from(outputs[i]));
  }
  return ok();
}

Status run_custom(ExecContext& context) {
  const CustomOp& op = op_of(context.user());
  std::vector<Value> inputs;
  for (size_t i = 0; i < context.input_count(); ++i) inputs.push_back(context.input_value(i));
  const NodeView node(context.node());
  TRY_ASSIGN(std::vector<Value> outputs, guarded([&] { return op.run(node, inputs); }));
  if (outputs.size() < context.output_count()) {
    return Internal(
        cat("the operator gives ", outputs.size(), " outputs of ", context.output_count()));
  }
  for (size_t i = 0; i < context.output_count(); ++i) {
    if (!context.output_wanted(i)) continue;
    if (outputs[i].tensor() == nullptr || !outputs[i].tensor()->defined()) {
      return Internal(cat("the operator gives no tensor as output ", i));
    }
    TRY(context.set_output(i, std::move(outputs[i])));
  }
  return ok();
}

/// The build's operators, and rows made from the user's.
class ExtendedOps final : public OpTable {
 public:
  ExtendedOps(const OpTable& base, std::vector<CustomOp> ops) : base_(base), ops_(std::move(ops)) {
    rows_.reserve(ops_.size());
    for (const CustomOp& op : ops_) {
      const auto most = [](size_t count) {
        return static_cast<uint16_t>(std::min<size_t>(count, kAnyCount));
      };
      rows_.push_back({.name = op.name,
                       .domain = op.domain,
                       .since = op.since,
                       .inputs = {most(op.least_inputs), most(op.most_inputs)},
                       .outputs = {0, most(op.most_outputs)},
                       .traits = {.pure = op.pure},
                       .infer = infer_custom,
                       .run = run_custom,
                       .user = &op});
    }
    const std::span<const OpDef> group(rows_);
    own_ = std::make_unique<ListedOps>(std::span<const std::span<const OpDef>>(&group, 1));
    all_.assign(base.all().begin(), base.all().end());
    for (const OpDef& row : rows_) all_.push_back(&row);
    std::ranges::sort(
        all_, {}, [](const OpDef* row) { return std::tuple(row->domain, row->name, row->since); });
  }
  const OpDef* find(std::string_view domain, std::string_view name, int version) const override {
    const OpDef* row = own_->find(domain, name, version);
    return row != nullptr ? row : base_.find(domain, name, version);
  }
  std::span<const OpDef* const> all() const override { return all_; }

 private:
  const OpTable& base_;
  std::vector<CustomOp> ops_;
  std::vector<OpDef> rows_;
  std::unique_ptr<ListedOps> own_;
  std::vector<const OpDef*> all_;
};

Status check_op(const CustomOp& op) {
  if (op.name.empty() || op.domain.empty()) return InvalidArgument("no name or no domain");
  if (op.infer == nullptr || op.run == nullptr) return InvalidArgument("infer or run is missing");
  if (is_known_domain(op.domain)) {
    return InvalidArgument(cat("domain ", quoted(op.domain), " is not for operators of your own"));
  }
  return ok();
}

}  // namespace

Result<std::shared_ptr<const OpTable>> extended_ops(const std::vector<CustomOp>& custom_ops) {
  if (custom_ops.empty()) {
    return std::shared_ptr<const OpTable>(std::shared_ptr<const void>(), &builtin_ops());
  }
  for (size_t i = 0; i < custom_ops.size(); ++i) {
    const CustomOp& op = custom_ops[i];
    const std::string place = cat("custom operator ", quoted(op.name));
    TRY(in(place, check_op(op)));
    for (size_t k = 0; k < i; ++k) {
      const CustomOp& other = custom_ops[k];
      if (other.domain == op.domain && other.name == op.name && other.since == op.since) {
        return InvalidArgument("given twice").in(place);
      }
    }
  }
  return std::shared_ptr<const OpTable>(std::make_shared<ExtendedOps>(builtin_ops(), custom_ops));
}

}  // namespace tundish
