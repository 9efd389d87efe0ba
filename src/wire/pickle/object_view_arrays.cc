// Arrays, and lists of numbers, as tensors.
#include <cmath>

#include "base/strings.h"
#include "wire/pickle/array_convert.h"
#include "wire/pickle/object_view.h"

namespace tundish::pickle {

namespace {

// Nested lists of numbers, flattened; the shape is found on the way down the first items.
struct NestedList {
  std::vector<int64_t> dims;
  std::vector<ObjectId> leaves;
};

bool is_list(const ObjectGraph& graph, ObjectId id) {
  return graph.kind(id) == ObjectKind::kList || graph.kind(id) == ObjectKind::kTuple;
}

// Level by level, so that no input makes it recurse. False for a ragged list.
bool flatten(const ObjectGraph& graph, ObjectId list, NestedList& out) {
  out.leaves = {list};
  while (!out.leaves.empty() && is_list(graph, out.leaves[0])) {
    if (out.dims.size() == Shape::kMaxRank) return false;
    std::vector<ObjectId> next;
    const size_t width = graph.items(out.leaves[0]).size();
    for (const ObjectId id : out.leaves) {
      const auto items = graph.items(id);
      if (!is_list(graph, id) || items.size() != width) return false;
      // More leaves than objects in the file: shared lists that multiply.
      if (next.size() + width > graph.object_count() * 4 + 64) return false;
      next.insert(next.end(), items.begin(), items.end());
    }
    out.dims.push_back(static_cast<int64_t>(width));
    out.leaves = std::move(next);
  }
  return true;
}

constexpr int64_t kExactDouble = int64_t{1} << 53;

}  // namespace

Result<Tensor> ObjectView::as_tensor() const {
  const Array* array = this->array();
  if (array == nullptr) return wrong_kind("an array");
  Result<Tensor> tensor = array_tensor(*graph_, *array);
  if (!tensor) return error(tensor.error().code(), tensor.error().message());
  return tensor;
}

Result<Tensor> ObjectView::as_array_f64() const {
  const Array* array = this->array();
  if (array != nullptr && array->dtype != nullptr && !array->dtype->is_object()) {
    const DType element = array->dtype->element;
    if (!is_floating(element) && !is_integer(element)) {
      return error(ErrorCode::kInvalidModel,
                   cat("expected numbers, found an array of dtype ", array->dtype->to_string()));
    }
    TRY_ASSIGN(Tensor own, as_tensor());
    if (element == DType::kFloat64) return own;
    TRY_ASSIGN(Tensor wide, Tensor::allocate(DType::kFloat64, own.shape()));
    const auto out = wide.mutable_values<double>();
    const auto* data = static_cast<const uint8_t*>(own.data());
    const size_t size = dtype_bytes(element);
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = load_number(data + i * size, element, ByteOrder::kLittle);
      if (size < 8 || std::abs(out[i]) < static_cast<double>(kExactDouble)) continue;
      const int64_t exact = load_integer(data + i * size, element, ByteOrder::kLittle);
      const bool same =
          element == DType::kUint64
              ? out[i] < 0x1p64 && static_cast<uint64_t>(out[i]) == static_cast<uint64_t>(exact)
              : out[i] < 0x1p63 && static_cast<int64_t>(out[i]) == exact;
      if (!same) return error(ErrorCode::kUnsupported, cat("element ", i, " is no float64"));
    }
    return wide;
  }
  NestedList list;
  const bool object_array = array != nullptr && array->dtype != nullptr;
  if (object_array) {
    list.dims.assign(array->dims.begin(), array->dims.end());
    list.leaves.assign(array->objects.begin(), array->objects.end());
  } else if (!is_list(*graph_, id_)) {
    return wrong_kind("an array of numbers");
  } else if (!flatten(*graph_, id_, list)) {
    return error(ErrorCode::kInvalidModel, "a ragged list of numbers");
  }
  TRY_ASSIGN(const Shape shape, in(path_, Shape::from_dims(list.dims)));
  TRY_ASSIGN(Tensor tensor, in(path_, Tensor::allocate(DType::kFloat64, shape)));
  const auto out = tensor.mutable_values<double>();
  for (size_t i = 0; i < out.size(); ++i) {
    TRY_ASSIGN(out[i], ObjectView(*graph_, list.leaves[i], cat(path_, "[", i, "]")).as_double());
  }
  return tensor;
}

Result<Tensor> ObjectView::as_array_i64() const {
  const Array* array = this->array();
  if (array != nullptr && array->dtype != nullptr && !array->dtype->is_object()) {
    const DType element = array->dtype->element;
    if (!is_integer(element) && element != DType::kBool) {
      return error(ErrorCode::kInvalidModel,
                   cat("expected integers, found an array of dtype ", array->dtype->to_string()));
    }
    TRY_ASSIGN(Tensor own, as_tensor());
    if (element == DType::kInt64) return own;
    TRY_ASSIGN(Tensor wide, Tensor::allocate(DType::kInt64, own.shape()));
    const auto out = wide.mutable_values<int64_t>();
    const auto* data = static_cast<const uint8_t*>(own.data());
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = load_integer(data + i * dtype_bytes(element), element, ByteOrder::kLittle);
      if (element == DType::kUint64 && out[i] < 0)
        return error(ErrorCode::kUnsupported, cat("element ", i, " is above 2^63"));
    }
    return wide;
  }
  NestedList list;
  if (array != nullptr && array->dtype != nullptr) {
    list.dims.assign(array->dims.begin(), array->dims.end());
    list.leaves.assign(array->objects.begin(), array->objects.end());
  } else if (!is_list(*graph_, id_)) {
    return wrong_kind("an array of integers");
  } else if (!flatten(*graph_, id_, list)) {
    return error(ErrorCode::kInvalidModel, "a ragged list of integers");
  }
  TRY_ASSIGN(const Shape shape, in(path_, Shape::from_dims(list.dims)));
  TRY_ASSIGN(Tensor tensor, in(path_, Tensor::allocate(DType::kInt64, shape)));
  const auto out = tensor.mutable_values<int64_t>();
  for (size_t i = 0; i < out.size(); ++i) {
    TRY_ASSIGN(out[i], ObjectView(*graph_, list.leaves[i], cat(path_, "[", i, "]")).as_int());
  }
  return tensor;
}

Result<std::vector<std::string>> ObjectView::as_strings() const {
  std::vector<std::string> out;
  if (this->array() != nullptr) {
    TRY_ASSIGN(const Tensor tensor, as_tensor());
    if (tensor.dtype() != DType::kString) return wrong_kind("an array of text");
    const auto values = tensor.values<std::string>();
    out.assign(values.begin(), values.end());
    return out;
  }
  TRY_ASSIGN(const std::vector<ObjectView> items, sequence());
  for (const ObjectView& item : items) {
    TRY_ASSIGN(const std::string_view text, item.as_string());
    out.emplace_back(text);
  }
  return out;
}

Result<StructuredArray> ObjectView::as_structured() const {
  const Array* array = this->array();
  if (array == nullptr || array->dtype == nullptr || !array->dtype->is_structured())
    return wrong_kind("an array with named fields");
  return StructuredArray{array, path_};
}

}  // namespace tundish::pickle
