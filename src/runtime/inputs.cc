#include "runtime/inputs.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace tundish {
namespace {

/// Sizes that symbols have got so far in one call.
class SymbolSizes {
 public:
  Status bind(const std::string& symbol, int64_t size) {
    for (const auto& [name, known] : sizes_) {
      if (name != symbol) continue;
      if (known == size) return ok();
      return InvalidArgument(
          cat("dimension ", symbol, " is ", size, " here and ", known, " in an input before"));
    }
    sizes_.emplace_back(symbol, size);
    return ok();
  }

 private:
  std::vector<std::pair<std::string_view, int64_t>> sizes_;
};

Status check_tensor(const ValueType& type, const TensorView& view, SymbolSizes& symbols) {
  if (view.dtype != type.dtype) {
    return InvalidArgument(
        cat("expected ", dtype_name(type.dtype), ", got ", dtype_name(view.dtype)));
  }
  if (view.data == nullptr && view.shape.element_count() != 0) {
    return InvalidArgument("the data pointer is null");
  }
  if (!type.shape) return ok();
  const std::vector<Dim>& dims = *type.shape;
  if (view.shape.rank() != dims.size()) {
    return InvalidArgument(cat("expected ", dims.size(), " dimensions ", to_string(type.shape),
                               ", got shape ", view.shape.to_string()));
  }
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const int64_t size = view.shape[axis];
    if (size < 0) return InvalidArgument(cat("size ", size, " on axis ", axis));
    if (dims[axis].is_known() && dims[axis].size() != size) {
      return InvalidArgument(cat("expected shape ", to_string(type.shape), ", got ",
                                 view.shape.to_string(), " (axis ", axis, ")"));
    }
    if (dims[axis].is_symbol()) TRY(symbols.bind(dims[axis].name(), size));
  }
  return ok();
}

Status check_count(const Graph& graph, size_t count) {
  if (count == graph.inputs().size()) return ok();
  return InvalidArgument(cat("the model has ", graph.inputs().size(), " inputs, got ", count));
}

ValueKind kind_of(const Value& value) {
  if (value.sparse() != nullptr) return ValueKind::kSparse;
  if (value.sequence() != nullptr) return ValueKind::kSequence;
  if (value.optional() != nullptr) return ValueKind::kOptional;
  if (value.map() != nullptr) return ValueKind::kMap;
  return ValueKind::kTensor;
}

std::string place_of(const ValueInfo& info) { return cat("input ", quoted(info.name)); }

}  // namespace

Status check_inputs(const Graph& graph, std::span<const TensorView> inputs) {
  TRY(check_count(graph, inputs.size()));
  SymbolSizes symbols;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ValueInfo& info = graph.value(graph.inputs()[i]);
    if (info.type.kind != ValueKind::kTensor) {
      return InvalidArgument("is no dense tensor").in(place_of(info));
    }
    if (Status fits = check_tensor(info.type, inputs[i], symbols); !fits) {
      return std::move(fits).error().in(place_of(info));
    }
  }
  return ok();
}

Status check_inputs(const Graph& graph, std::span<const Value> inputs) {
  TRY(check_count(graph, inputs.size()));
  SymbolSizes symbols;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ValueInfo& info = graph.value(graph.inputs()[i]);
    Status fits;
    if (kind_of(inputs[i]) != info.type.kind) {
      fits = InvalidArgument(cat("expected ", info.type.to_string(), ", got another kind"));
    } else if (const Tensor* tensor = inputs[i].tensor()) {
      fits = check_tensor(info.type, tensor->view(), symbols);
    }
    if (!fits) return std::move(fits).error().in(place_of(info));
  }
  return ok();
}

}  // namespace tundish
