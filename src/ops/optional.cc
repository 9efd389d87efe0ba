// Optional, OptionalGetElement, OptionalHasElement.
#include <memory>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

// ONNX holds tensors and sequences of tensors in optionals, nothing else.
Status expect_holdable(const ValueType& type, std::string_view place) {
  if (type.kind == ValueKind::kTensor || type.kind == ValueKind::kSequence) return ok();
  return InvalidModel(cat(place, ": expected a tensor or a sequence, got ", type.to_string()));
}

Status infer_optional(InferContext& context) {
  if (context.has_input(0)) {
    TRY(expect_holdable(context.input(0), "input 0"));
    context.set_output(0, holder_type(ValueKind::kOptional, context.input(0)));
    return ok();
  }
  const Attribute* attribute = context.node().attributes.find("type");
  const auto* type = attribute == nullptr ? nullptr : std::get_if<ValueType>(attribute);
  if (type == nullptr) return InvalidModel("neither an input nor the attribute \"type\"");
  TRY(expect_holdable(*type, "attribute \"type\""));
  context.set_output(0, holder_type(ValueKind::kOptional, *type));
  return ok();
}

Status run_optional(ExecContext& context) {
  Optional made;
  if (context.input_count() > 0 && context.has_input(0)) {
    TRY_ASSIGN(Value item, kept_value(context, 0));
    made.item = std::make_shared<const Value>(std::move(item));
  }
  return context.set_output(0, std::move(made));
}

Status infer_optional_get_element(InferContext& context) {
  if (!context.has_input(0)) return InvalidModel("input 0 is missing");
  const ValueType& type = context.input(0);
  if (type.kind == ValueKind::kOptional) {
    context.set_output(0, type.element[0]);
    return ok();
  }
  TRY(expect_holdable(type, "input 0"));
  context.set_output(0, type);
  return ok();
}

Status run_optional_get_element(ExecContext& context) {
  const TensorView& view = context.input(0);
  if (view.dtype != DType::kUndefined) {
    TRY_ASSIGN(const MutableTensorView y, context.output(0, view.dtype, view.shape));
    copy_elements(view.dtype, y.data, view.data, view.shape.element_count());
    return ok();
  }
  Value value = context.input_value(0);
  const Optional* optional = value.optional();
  if (optional == nullptr) return context.set_output(0, std::move(value));
  if (optional->item == nullptr) return InvalidArgument("input 0: the optional is empty");
  return context.set_output(0, *optional->item);
}

Status infer_optional_has_element(InferContext& context) {
  if (context.has_input(0) && context.input(0).kind != ValueKind::kOptional) {
    TRY(expect_holdable(context.input(0), "input 0"));
  }
  context.set_output(0, ValueType::tensor(DType::kBool, symbolic(Shape{})));
  return ok();
}

Status run_optional_has_element(ExecContext& context) {
  bool has_element = context.input_count() > 0 && context.has_input(0);
  if (has_element && context.input(0).dtype == DType::kUndefined) {
    const Value value = context.input_value(0);
    if (const Optional* optional = value.optional()) has_element = optional->item != nullptr;
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kBool, Shape{}));
  *static_cast<bool*>(y.data) = has_element;
  return ok();
}

// Version 18 takes tensors and sequences too, where 15 takes optionals only: what 15 accepts means
// the same.
constexpr OpDef kOps[] = {
    {.name = "Optional",
     .since = 15,
     .inputs = {0, 1},
     .infer = infer_optional,
     .run = run_optional},
    {.name = "OptionalGetElement",
     .since = 15,
     .inputs = {1, 1},
     .infer = infer_optional_get_element,
     .run = run_optional_get_element},
    {.name = "OptionalHasElement",
     .since = 15,
     .inputs = {0, 1},
     .infer = infer_optional_has_element,
     .run = run_optional_has_element},
};

}  // namespace

std::span<const OpDef> ops_optional() { return kOps; }

}  // namespace tundish
