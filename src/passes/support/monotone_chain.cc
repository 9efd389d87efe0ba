#include "passes/support/monotone_chain.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/strings.h"

namespace tundish {

namespace {

bool is_plain_float(DType dtype) { return dtype == DType::kFloat32 || dtype == DType::kFloat64; }

/// Columns of a float matrix of a known width.
std::optional<int64_t> float_columns(const ValueType& type) {
  if (type.kind != ValueKind::kTensor || !is_plain_float(type.dtype)) return std::nullopt;
  if (!type.shape || type.shape->size() != 2 || !(*type.shape)[1].is_known()) return std::nullopt;
  return (*type.shape)[1].size();
}

/// Whether a constant is one number, or one number per column, for all rows.
bool is_row_constant(const Tensor& constant, int64_t columns) {
  const Shape& shape = constant.shape();
  if (shape.rank() > 2 || (shape.rank() == 2 && shape[0] != 1)) return false;
  const int64_t last = shape.rank() == 0 ? 1 : shape[shape.rank() - 1];
  return last == 1 || last == columns;
}

int64_t last_size(const Tensor& tensor) {
  return tensor.shape().rank() == 0 ? 1 : tensor.shape()[tensor.shape().rank() - 1];
}

/// Element `column` of a row constant, `count` times, in the shape [count, 1] (kept rank if 1).
Result<Tensor> repeated(const Tensor& constant, std::span<const int32_t> columns) {
  const size_t bytes = dtype_bytes(constant.dtype());
  if (bytes == 0) return Unsupported("constants of this type cannot be repeated");
  TRY_ASSIGN(Tensor out,
             Tensor::allocate(constant.dtype(), Shape{static_cast<int64_t>(columns.size()), 1}));
  const auto* from = static_cast<const uint8_t*>(constant.data());
  auto* to = static_cast<uint8_t*>(out.mutable_data());
  const bool is_single = last_size(constant) == 1;
  for (const int32_t column : columns) {
    std::memcpy(to, from + (is_single ? 0 : bytes * column), bytes);
    to += bytes;
  }
  return out;
}

/// The node as it is in one column: constants are single numbers.
class ColumnContext : public InferContext {
 public:
  ColumnContext(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

  Status choose(int32_t column) {
    constants_.assign(node_.inputs.size(), Tensor());
    types_.assign(node_.inputs.size(), ValueType());
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      if (node_.inputs[i] == kNoValue) continue;
      types_[i] = graph_.value(node_.inputs[i]).type;
      const Tensor* constant = graph_.constant(node_.inputs[i]);
      if (constant == nullptr) continue;
      TRY_ASSIGN(constants_[i], repeated(*constant, {&column, 1}));
      types_[i].shape = symbolic(constants_[i].shape());
    }
    return ok();
  }

  const Node& node() const override { return node_; }
  size_t input_count() const override { return node_.inputs.size(); }
  const ValueType& input(size_t i) const override { return types_[i]; }
  const Tensor* constant(size_t i) const override {
    return i < constants_.size() && constants_[i].defined() ? &constants_[i] : nullptr;
  }
  void set_output(size_t, ValueType) override {}

 private:
  const Graph& graph_;
  const Node& node_;
  std::vector<Tensor> constants_;
  std::vector<ValueType> types_;
};

Monotone composed(Monotone a, Monotone b) {
  if (a == Monotone::kNo || b == Monotone::kNo) return Monotone::kNo;
  return a == b ? Monotone::kIncreasing : Monotone::kDecreasing;
}

/// Tries to put `node` in front of a chain.
class StepFinder {
 public:
  StepFinder(const Graph& graph, const OpTable& ops, const Node& node, int64_t columns)
      : graph_(graph), node_(node), columns_(columns), def_(ops.find(node)) {}

  /// False for a node of another kind, which no reason is owed for.
  bool looks_right() const {
    return def_ != nullptr && def_->traits.pure && def_->traits.elementwise &&
           node_.outputs.size() == 1;
  }

  /// Both ends of a step are float32 or float64, and between these a cast keeps NaN (IEEE 754);
  /// the trait of Cast cannot say so, as it speaks for integer targets too.
  bool passes_nan() const { return def_->traits.propagates_nan || node_.is(kDomainOnnx, "Cast"); }

  /// The argument that varies; otherwise the reason in `why`.
  std::optional<size_t> argument(std::string& why) const {
    std::optional<size_t> varying;
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      if (node_.inputs[i] == kNoValue) continue;
      const Tensor* constant = graph_.constant(node_.inputs[i]);
      if (constant == nullptr) {
        if (varying) return why = "two of its inputs vary", std::nullopt;
        varying = i;
      } else if (!is_row_constant(*constant, columns_)) {
        return why = cat("its constant of shape ", constant->shape().to_string(),
                         " is not one row of ", columns_, " columns"),
               std::nullopt;
      }
    }
    if (!varying) return why = "all its inputs are constant", std::nullopt;
    const ValueType& type = graph_.value(node_.inputs[*varying]).type;
    if (float_columns(type) != columns_) {
      return why = cat("its input is ", type.to_string(), ", not float32 or float64 with ",
                       columns_, " columns"),
             std::nullopt;
    }
    if (!passes_nan()) return why = "it does not pass NaN on", std::nullopt;
    return varying;
  }

  /// Direction in each used column; empty with the reason in `why` when one has none.
  std::vector<Monotone> directions(const OpTable& ops, size_t argument,
                                   const std::vector<bool>& used, std::string& why) const {
    const Monotone whole = monotone_direction(ops, graph_, node_, argument);
    std::vector<Monotone> found(used.size(), whole);
    if (whole != Monotone::kNo) return found;
    ColumnContext context(graph_, node_);
    for (size_t f = 0; f < used.size(); ++f) {
      if (!used[f]) continue;
      const bool is_chosen = context.choose(static_cast<int32_t>(f)).has_value();
      if (is_chosen && def_->traits.monotone != nullptr) {
        found[f] = def_->traits.monotone(context, argument);
      }
      if (found[f] == Monotone::kNo) {
        why = cat("it is not monotone in column ", f);
        return {};
      }
    }
    return found;
  }

 private:
  const Graph& graph_;
  const Node& node_;
  int64_t columns_;
  const OpDef* def_;
};

}  // namespace

MonotoneChain find_monotone_chain(const Graph& graph, const OpTable& ops, ValueId end,
                                  const std::vector<bool>& used_columns) {
  MonotoneChain chain;
  chain.source = end;
  const std::optional<int64_t> columns = float_columns(graph.value(end).type);
  if (!columns || static_cast<size_t>(*columns) != used_columns.size()) return chain;
  chain.column_count = *columns;
  chain.directions.assign(used_columns.size(), Monotone::kIncreasing);
  while (const Node* node = graph.producer(chain.source)) {
    const StepFinder finder(graph, ops, *node, *columns);
    if (!finder.looks_right()) break;
    std::string why;
    const std::optional<size_t> argument = finder.argument(why);
    std::vector<Monotone> directions;
    if (argument) directions = finder.directions(ops, *argument, used_columns, why);
    if (!why.empty()) {
      chain.stopped = cat(node_place(*node), ": ", why);
      break;
    }
    for (size_t f = 0; f < used_columns.size(); ++f) {
      chain.directions[f] = composed(chain.directions[f], directions[f]);
    }
    chain.steps.insert(chain.steps.begin(), {graph.value(chain.source).producer, *argument});
    chain.source = node->inputs[*argument];
  }
  chain.source_dtype = graph.value(chain.source).type.dtype;
  return chain;
}

std::string chain_text(const Graph& graph, const MonotoneChain& chain) {
  std::string text;
  for (const ChainStep& step : chain.steps) {
    text += cat(text.empty() ? "" : ", ", graph.node(step.node).op);
  }
  return text;
}

bool ChainSampler::fits_flat(const Graph& graph, const MonotoneChain& chain) {
  for (const ChainStep& step : chain.steps) {
    for (const auto& [name, value] : graph.node(step.node).attributes.items()) {
      if (!std::holds_alternative<float>(value) && !std::holds_alternative<int64_t>(value) &&
          !std::holds_alternative<std::string>(value)) {
        return false;
      }
    }
  }
  return true;
}

Result<ChainSampler> ChainSampler::create(const Graph& graph, const MonotoneChain& chain,
                                          Evaluator& evaluator, std::span<const int32_t> columns,
                                          Layout layout) {
  ChainSampler sampler(graph, chain, evaluator);
  TRY(sampler.place_points(columns, layout));
  TRY(sampler.take_constants(columns, layout));
  return sampler;
}

Status ChainSampler::place_points(std::span<const int32_t> columns, Layout layout) {
  positions_.resize(columns.size());
  if (layout == Layout::kFlat) {
    for (size_t i = 0; i < columns.size(); ++i) positions_[i] = static_cast<int64_t>(i);
    shape_ = Shape{static_cast<int64_t>(columns.size()), 1};
    return ok();
  }
  std::vector<int64_t> filled(static_cast<size_t>(chain_.column_count), 0);
  int64_t rows = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const int64_t row = filled[columns[i]]++;
    positions_[i] = row * chain_.column_count + columns[i];
    rows = std::max(rows, row + 1);
  }
  shape_ = Shape{rows, chain_.column_count};
  return ok();
}

Status ChainSampler::take_constants(std::span<const int32_t> columns, Layout layout) {
  for (const ChainStep& step : chain_.steps) {
    const Node& node = graph_.node(step.node);
    std::vector<Value>& values = inputs_.emplace_back(node.inputs.size());
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor* constant = graph_.constant(node.inputs[i]);
      if (constant == nullptr) continue;  // the chain's argument, or left out
      if (layout == Layout::kFlat) {
        TRY_ASSIGN(values[i], repeated(*constant, columns));
      } else {
        values[i] = *constant;
      }
    }
  }
  return ok();
}

Status ChainSampler::sample(std::span<const double> points, std::span<double> out) {
  TRY_ASSIGN(Tensor source, Tensor::allocate(chain_.source_dtype, shape_));
  for (size_t i = 0; i < points.size(); ++i) {
    if (chain_.source_dtype == DType::kFloat32) {
      source.mutable_values<float>()[positions_[i]] = static_cast<float>(points[i]);
    } else {
      source.mutable_values<double>()[positions_[i]] = points[i];
    }
  }
  Value current = std::move(source);
  for (size_t s = 0; s < chain_.steps.size(); ++s) {
    const Node& node = graph_.node(chain_.steps[s].node);
    inputs_[s][chain_.steps[s].argument] = std::move(current);
    TRY_ASSIGN(std::vector<Value> outputs,
               in(node_place(node), evaluator_.evaluate(node, inputs_[s])));
    inputs_[s][chain_.steps[s].argument] = Value();
    if (outputs.size() != 1) return Internal("expected one output").in(node_place(node));
    current = std::move(outputs[0]);
  }
  const Tensor* result = current.tensor();
  if (result == nullptr || !is_plain_float(result->dtype()) || !(result->shape() == shape_)) {
    return Internal("the evaluator gives another type or shape than inference");
  }
  for (size_t i = 0; i < points.size(); ++i) {
    out[i] = result->dtype() == DType::kFloat32 ? result->values<float>()[positions_[i]]
                                                : result->values<double>()[positions_[i]];
  }
  return ok();
}

}  // namespace tundish
