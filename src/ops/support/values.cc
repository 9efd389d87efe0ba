#include "ops/support/values.h"

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish::ops {

ValueType holder_type(ValueKind kind, ValueType element) {
  ValueType type{kind};
  type.element.push_back(std::move(element));
  return type;
}

ValueType common_type(const ValueType& a, const ValueType& b) {
  ValueType common = a;
  if (!a.shape || !b.shape || a.shape->size() != b.shape->size()) {
    common.shape.reset();
  } else {
    for (size_t i = 0; i < a.shape->size(); ++i) {
      if (!((*a.shape)[i] == (*b.shape)[i])) (*common.shape)[i] = Dim();
    }
  }
  for (size_t i = 0; i < common.element.size() && i < b.element.size(); ++i) {
    common.element[i] = common_type(a.element[i], b.element[i]);
  }
  return common;
}

Status expect_kind(const InferContext& context, size_t i, ValueKind kind) {
  if (!context.has_input(i)) return InvalidModel(cat("input ", i, " is missing"));
  const ValueType& type = context.input(i);
  const bool of_tensors = kind != ValueKind::kSequence ||
                          (!type.element.empty() && type.element[0].kind == ValueKind::kTensor);
  if (type.kind == kind && of_tensors) return ok();
  const std::string_view wanted = kind == ValueKind::kSequence   ? "a sequence of tensors"
                                  : kind == ValueKind::kOptional ? "an optional"
                                  : kind == ValueKind::kMap      ? "a map"
                                                                 : "a tensor";
  return InvalidModel(cat("input ", i, ": expected ", wanted, ", got ", type.to_string()));
}

Result<const Sequence*> sequence_in(const Value& value, size_t i) {
  if (const Sequence* sequence = value.sequence()) return sequence;
  return InvalidArgument(cat("input ", i, " is no sequence"));
}

Result<Value> kept_value(const ExecContext& context, size_t i) {
  const TensorView& view = context.input(i);
  if (view.dtype == DType::kUndefined) return context.input_value(i);
  TRY_ASSIGN(Tensor copy, Tensor::copy_of(view));
  return Value(std::move(copy));
}

Status expect_position(const InferContext& context, size_t i) {
  if (!context.has_input(i)) return ok();
  TRY(expect_tensor(context, i, {DType::kInt32, DType::kInt64}, {}));
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr) return ok();
  for (const Dim& dim : *dims) {
    if (dim.is_known() && dim.size() != 1) {
      return InvalidModel(cat("input ", i, ": expected one integer, got shape ",
                              to_string(context.input(i).shape)));
    }
  }
  return ok();
}

Result<int64_t> read_integer(const ExecContext& context, size_t i) {
  const TensorView& view = context.input(i);
  if (view.shape.element_count() != 1) {
    return InvalidArgument(
        cat("input ", i, ": expected one integer, got shape ", view.shape.to_string()));
  }
  if (view.dtype == DType::kInt32) return int64_t{*static_cast<const int32_t*>(view.data)};
  if (view.dtype == DType::kInt64) return *static_cast<const int64_t*>(view.data);
  return InvalidArgument(cat("input ", i, ": expected int32 or int64"));
}

}  // namespace tundish::ops
