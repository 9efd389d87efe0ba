#include "import/onnx/upgrade/support/derivative.h"

#include <algorithm>

#include "base/strings.h"

namespace tundish {

namespace {

using OneValue = Result<ValueId>;

OneValue constant_like(Lift& lift, ValueId like, float number) {
  return lift.cast(lift.builder.scalar(number), lift.builder.type(like).dtype);
}

ValueId integers(Lift& lift, const std::vector<int64_t>& values) {
  return lift.builder.constant(Tensor::of(std::span<const int64_t>(values)));
}

// The sizes of a value: a constant where they are known.
OneValue shape_of(Lift& lift, ValueId value) {
  const std::optional<Shape> known = concrete(lift.builder.type(value).shape);
  if (!known) return lift.inner("Shape", {value});
  return integers(lift, {known->dims().begin(), known->dims().end()});
}

// `made` has the shape of `like`, which inference may not see.
OneValue shaped_like(Lift& lift, ValueId made, ValueId like) {
  const DType dtype = lift.builder.type(made).dtype;
  TRY(lift.builder.declare_type(made, ValueType::tensor(dtype, lift.builder.type(like).shape)));
  return made;
}

OneValue reduce_sum(Lift& lift, ValueId value, const std::vector<int64_t>& axes, int64_t keepdims) {
  if (axes.empty()) return value;
  AttributeList list;
  list.set("keepdims", keepdims);
  return lift.inner("ReduceSum", {value, integers(lift, axes)}, std::move(list));
}

// The gradient of a broadcast value, summed over the axes along which it was repeated.
OneValue unbroadcast(Lift& lift, ValueId gradient, ValueId target) {
  const SymbolicShape wide = lift.builder.type(gradient).shape;
  const SymbolicShape narrow = lift.builder.type(target).shape;
  const auto unknown = [&] {
    return Unsupported(cat("the gradient of a broadcast value of shape ", to_string(narrow),
                           " to shape ", to_string(wide), ": sizes are not known"));
  };
  if (!wide || !narrow || narrow->size() > wide->size()) return unknown();
  const size_t extra = wide->size() - narrow->size();
  std::vector<int64_t> leading;
  std::vector<int64_t> repeated;
  for (size_t i = 0; i < wide->size(); ++i) {
    const auto axis = static_cast<int64_t>(i);
    if (i < extra) {
      leading.push_back(axis);
      continue;
    }
    const Dim& own = (*narrow)[i - extra];
    const Dim& out = (*wide)[i];
    const bool is_same = own == out && (own.is_known() || own.is_symbol());
    if (is_same) continue;
    if (!own.is_known()) return unknown();
    // A known size other than 1 is never repeated.
    if (own.size() == 1) repeated.push_back(axis);
  }
  TRY_ASSIGN(const ValueId summed, reduce_sum(lift, gradient, repeated, 1));
  return reduce_sum(lift, summed, leading, 0);
}

// Operators of two broadcast arguments: y = a op b.
OneValue binary_derivative(Lift& lift, const Step& step, size_t index) {
  const std::string& op = step.node.op;
  const ValueId g = step.gradient;
  const ValueId a = step.inputs[0];
  const ValueId b = step.inputs[1];
  if (op == "Add") return g;
  if (op == "Sub") return index == 0 ? OneValue(g) : lift.inner("Neg", {g});
  if (op == "Mul") return lift.inner("Mul", {g, index == 0 ? b : a});
  if (op == "Div") {
    TRY_ASSIGN(const ValueId scaled, lift.inner("Div", {g, b}));
    if (index == 0) return scaled;
    TRY_ASSIGN(const ValueId product, lift.inner("Mul", {scaled, step.output}));
    return lift.inner("Neg", {product});
  }
  // Pow.
  if (lift.builder.type(a).dtype != lift.builder.type(b).dtype) {
    return Unsupported("the gradient of Pow of two element types");
  }
  if (index == 1) {
    TRY_ASSIGN(const ValueId log, lift.inner("Log", {a}));
    TRY_ASSIGN(const ValueId slope, lift.inner("Mul", {step.output, log}));
    return lift.inner("Mul", {g, slope});
  }
  TRY_ASSIGN(const ValueId one, constant_like(lift, b, 1));
  TRY_ASSIGN(const ValueId less, lift.inner("Sub", {b, one}));
  TRY_ASSIGN(const ValueId power, lift.inner("Pow", {a, less}));
  TRY_ASSIGN(const ValueId slope, lift.inner("Mul", {b, power}));
  return lift.inner("Mul", {g, slope});
}

// f(y) with y = output: slopes that the output gives.
OneValue slope_of_output(Lift& lift, std::string_view op, ValueId y) {
  TRY_ASSIGN(const ValueId one, constant_like(lift, y, 1));
  if (op == "Tanh") {  // 1 - y^2
    TRY_ASSIGN(const ValueId square, lift.inner("Mul", {y, y}));
    return lift.inner("Sub", {one, square});
  }
  if (op == "Sigmoid") {  // y (1 - y)
    TRY_ASSIGN(const ValueId rest, lift.inner("Sub", {one, y}));
    return lift.inner("Mul", {y, rest});
  }
  if (op == "Reciprocal") {  // -y^2
    TRY_ASSIGN(const ValueId square, lift.inner("Mul", {y, y}));
    return lift.inner("Neg", {square});
  }
  TRY_ASSIGN(const ValueId half, constant_like(lift, y, 0.5F));  // Sqrt: 1 / (2 y)
  return lift.inner("Div", {half, y});
}

// Operators of one argument: y = op(x).
OneValue unary_derivative(Lift& lift, const Step& step) {
  const std::string& op = step.node.op;
  const ValueId g = step.gradient;
  const ValueId x = step.inputs[0];
  if (op == "Identity") return g;
  if (op == "Neg") return lift.inner("Neg", {g});
  if (op == "Exp") return lift.inner("Mul", {g, step.output});
  if (op == "Log") return lift.inner("Div", {g, x});
  if (op == "Cast") return lift.cast(g, lift.builder.type(x).dtype);
  if (op == "Relu") {
    TRY_ASSIGN(const ValueId zero, constant_like(lift, x, 0));
    TRY_ASSIGN(const ValueId is_open, lift.inner("Greater", {x, zero}));
    return lift.inner("Where", {is_open, g, zero});
  }
  ValueId slope = kNoValue;
  if (op == "Abs") {
    TRY_ASSIGN(slope, lift.inner("Sign", {x}));
  } else if (op == "Sin") {
    TRY_ASSIGN(slope, lift.inner("Cos", {x}));
  } else if (op == "Cos") {
    TRY_ASSIGN(const ValueId sine, lift.inner("Sin", {x}));
    TRY_ASSIGN(slope, lift.inner("Neg", {sine}));
  } else {
    TRY_ASSIGN(slope, slope_of_output(lift, op, step.output));
  }
  return lift.inner("Mul", {g, slope});
}

// Operators that only move elements give them back in the input's shape.
OneValue moved_derivative(Lift& lift, const Step& step) {
  const ValueId x = step.inputs[0];
  if (step.node.op != "Transpose") {
    TRY_ASSIGN(const ValueId shape, shape_of(lift, x));
    TRY_ASSIGN(const ValueId moved, lift.inner("Reshape", {step.gradient, shape}));
    return shaped_like(lift, moved, x);
  }
  TRY_ASSIGN(const std::vector<int64_t> perm, step.node.attributes.get_ints("perm"));
  AttributeList list;
  if (!perm.empty()) {
    std::vector<int64_t> inverse(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) {
      inverse[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
    }
    list.set("perm", std::move(inverse));
  }
  return lift.inner("Transpose", {step.gradient}, std::move(list));
}

OneValue matmul_derivative(Lift& lift, const Step& step, size_t index) {
  for (const ValueId input : step.inputs) {
    const SymbolicShape& shape = lift.builder.type(input).shape;
    if (!shape || shape->size() != 2) {
      return Unsupported("the gradient of MatMul of other than two matrices");
    }
  }
  TRY_ASSIGN(const ValueId other, lift.inner("Transpose", {step.inputs[1 - index]}));
  return index == 0 ? lift.inner("MatMul", {step.gradient, other})
                    : lift.inner("MatMul", {other, step.gradient});
}

// The gradient of a sum is repeated over the summed axes.
OneValue sum_derivative(Lift& lift, const Step& step) {
  TRY_ASSIGN(const int64_t keepdims, step.node.attributes.get_int("keepdims", 1));
  TRY_ASSIGN(const int64_t noop, step.node.attributes.get_int("noop_with_empty_axes", 0));
  const bool has_axes = step.inputs.size() > 1 && step.inputs[1] != kNoValue;
  ValueId g = step.gradient;
  if (keepdims == 0 && has_axes) {
    TRY_ASSIGN(g, lift.inner("Unsqueeze", {g, step.inputs[1]}));
  }
  if (!has_axes && noop != 0) return g;
  TRY_ASSIGN(const ValueId shape, shape_of(lift, step.inputs[0]));
  TRY_ASSIGN(const ValueId wide, lift.inner("Expand", {g, shape}));
  return shaped_like(lift, wide, step.inputs[0]);
}

bool is_one_of(std::string_view op, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, op) != names.end();
}

}  // namespace

OneValue filled_like(Lift& lift, ValueId like, Fill fill) {
  const DType dtype = lift.builder.type(like).dtype;
  const float number = fill == Fill::kOnes ? 1 : 0;
  constexpr int64_t kMostWritten = 4096;  // elements that a graph holds rather than computes
  const std::optional<Shape> known = concrete(lift.builder.type(like).shape);
  if (known && known->element_count() <= kMostWritten) {
    const std::vector<float> values(static_cast<size_t>(known->element_count()), number);
    const Tensor written = Tensor::of(std::span<const float>(values), *known);
    return lift.cast(lift.builder.constant(written), dtype);
  }
  TRY_ASSIGN(const ValueId shape, shape_of(lift, like));
  AttributeList list;
  list.set("value", Tensor::of(std::span<const float>(&number, 1)));
  TRY_ASSIGN(const ValueId made, lift.inner("ConstantOfShape", {shape}, std::move(list)));
  TRY_ASSIGN(const ValueId shaped, shaped_like(lift, made, like));
  return lift.cast(shaped, dtype);
}

OneValue derivative(Lift& lift, const Step& step, size_t index) {
  const std::string& op = step.node.op;
  if (step.node.domain == kDomainOnnx) {
    if (is_one_of(op, {"Add", "Sub", "Mul", "Div", "Pow"})) {
      TRY_ASSIGN(const ValueId wide, binary_derivative(lift, step, index));
      return unbroadcast(lift, wide, step.inputs[index]);
    }
    if (op == "MatMul") return matmul_derivative(lift, step, index);
    if (index == 0) {
      if (is_one_of(op, {"Identity", "Neg", "Exp", "Log", "Cast", "Relu", "Abs", "Sin", "Cos",
                         "Tanh", "Sigmoid", "Reciprocal", "Sqrt"})) {
        return unary_derivative(lift, step);
      }
      if (is_one_of(op, {"Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose"})) {
        return moved_derivative(lift, step);
      }
      if (op == "ReduceSum") return sum_derivative(lift, step);
    }
  }
  return Unsupported(cat("the gradient of ", op, " (input ", index, ") is not known"));
}

}  // namespace tundish
