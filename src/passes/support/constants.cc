#include "passes/support/constants.h"

#include <cmath>
#include <cstring>

namespace tundish {

namespace {

template <class T> bool every(const Tensor& constant, double value) {
  const T wanted = static_cast<T>(value);
  for (const T& one : constant.values<T>()) {
    if (std::memcmp(&one, &wanted, sizeof(T)) != 0) return false;
  }
  return constant.element_count() > 0;
}

}  // namespace

std::optional<double> single_number(const Tensor* constant) {
  if (constant == nullptr || constant->element_count() != 1) return std::nullopt;
  switch (constant->dtype()) {
    case DType::kFloat32: return constant->values<float>()[0];
    case DType::kFloat64: return constant->values<double>()[0];
    case DType::kInt32: return constant->values<int32_t>()[0];
    case DType::kInt64: return static_cast<double>(constant->values<int64_t>()[0]);
    default: return std::nullopt;
  }
}

std::optional<std::vector<int64_t>> integers(const Tensor* constant, int64_t most) {
  if (constant == nullptr || constant->shape().rank() > 1) return std::nullopt;
  if (constant->element_count() > most) return std::nullopt;
  if (constant->dtype() == DType::kInt64) {
    const auto values = constant->values<int64_t>();
    return std::vector<int64_t>(values.begin(), values.end());
  }
  if (constant->dtype() != DType::kInt32) return std::nullopt;
  const auto values = constant->values<int32_t>();
  return std::vector<int64_t>(values.begin(), values.end());
}

bool all_are(const Tensor* constant, double value) {
  if (constant == nullptr) return false;
  switch (constant->dtype()) {
    case DType::kFloat32: return every<float>(*constant, value);
    case DType::kFloat64: return every<double>(*constant, value);
    case DType::kInt32: return every<int32_t>(*constant, value);
    case DType::kInt64: return every<int64_t>(*constant, value);
    default: return false;
  }
}

bool same_size(const Dim& a, const Dim& b) { return a == b && (a.is_known() || a.is_symbol()); }

bool same_shape(const ValueType& a, const ValueType& b) {
  if (a.kind != ValueKind::kTensor || b.kind != ValueKind::kTensor) return false;
  if (!a.shape || !b.shape || a.shape->size() != b.shape->size()) return false;
  for (size_t i = 0; i < a.shape->size(); ++i) {
    if (!same_size((*a.shape)[i], (*b.shape)[i])) return false;
  }
  return true;
}

int64_t rank_of(const ValueType& type) {
  return type.shape ? static_cast<int64_t>(type.shape->size()) : -1;
}

std::optional<int64_t> size_from_end(const ValueType& type, size_t back) {
  if (!type.shape || type.shape->size() < back) return std::nullopt;
  const Dim& dim = (*type.shape)[type.shape->size() - back];
  return dim.is_known() ? std::optional<int64_t>(dim.size()) : std::nullopt;
}

}  // namespace tundish
