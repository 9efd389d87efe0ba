#include "proof/probe_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ir/tree_ensemble.h"
#include "proof/ulp.h"

namespace tundish {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a hash of the row and column picks the background values.
uint64_t mixed(uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
  return value ^ value >> 31;
}

void collect(const Tensor& features, const Tensor& thresholds,
             std::vector<std::vector<double>>& boundaries) {
  const auto feature = features.values<int32_t>();
  for (size_t i = 0; i < feature.size(); ++i) {
    const double threshold = thresholds.dtype() == DType::kFloat32
                                 ? static_cast<double>(thresholds.values<float>()[i])
                                 : thresholds.values<double>()[i];
    if (!std::isnan(threshold)) boundaries[static_cast<size_t>(feature[i])].push_back(threshold);
  }
}

}  // namespace

Result<ProbeSpace> probe_space(const Graph& graph, const FeatureContract& contract) {
  if (graph.inputs().size() != 1) {
    return Unsupported(cat("generated rows need one matrix input, the model has ",
                           graph.inputs().size(), " inputs"));
  }
  const ValueId input = graph.inputs()[0];
  const ValueType& type = graph.value(input).type;
  const bool is_float = type.dtype == DType::kFloat32 || type.dtype == DType::kFloat64;
  if (!is_float || !type.shape || type.shape->size() != 2 || !(*type.shape)[1].is_known()) {
    return Unsupported(
        cat("generated rows need a float matrix of known width, the input is ", type.to_string()));
  }
  ProbeSpace space;
  space.dtype = type.dtype;
  space.feature_count = (*type.shape)[1].size();
  space.nan = contract.accepts_nan;
  space.infinity = contract.accepts_infinity;
  space.beyond_float32 = contract.accepts_float32_overflow;
  space.boundaries.resize(static_cast<size_t>(space.feature_count));
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (!node.is(kDomainTundish, "TreeEnsemble") || node.inputs[0] != input) continue;
    TRY_ASSIGN(const TreeEnsemble trees, tree_ensemble_of(graph, node));
    collect(trees.node_feature, trees.node_threshold, space.boundaries);
  }
  for (auto& list : space.boundaries) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return space;
}

ProbeRows::ProbeRows(ProbeSpace space, uint64_t limit) : space_(std::move(space)) {
  const bool is_float32 = space_.dtype == DType::kFloat32;
  constexpr double kFloat32Max = std::numeric_limits<float>::max();
  constexpr double kDoubleMax = std::numeric_limits<double>::max();
  specials_ = {0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, kFloat32Max, -kFloat32Max, 1e30, -1e30};
  if (!is_float32) {
    const double tiny = std::numeric_limits<double>::denorm_min();
    specials_.insert(specials_.end(), {tiny, -tiny});
    if (space_.beyond_float32) {
      specials_.insert(specials_.end(), {1e39, -1e39, kDoubleMax, -kDoubleMax});
    }
  } else {
    const double tiny = std::numeric_limits<float>::denorm_min();
    specials_.insert(specials_.end(), {tiny, -tiny});
  }
  if (space_.infinity) {
    const double infinity = std::numeric_limits<double>::infinity();
    specials_.insert(specials_.end(), {infinity, -infinity});
  }
  if (space_.nan) specials_.push_back(std::numeric_limits<double>::quiet_NaN());

  for (const auto& list : space_.boundaries) {
    first_boundary_.push_back(boundary_count_);
    boundary_count_ += list.size();
  }
  // every special in all features at once, then in each feature alone
  special_rows_ = specials_.size() * static_cast<uint64_t>(space_.feature_count + 1);
  if (limit > 0) special_rows_ = std::min(special_rows_, std::max<uint64_t>(limit / 4, 1));
  const uint64_t room = limit > 0 ? limit - special_rows_ : UINT64_MAX;
  while (boundary_count_ / boundary_stride_ * 3 > room) ++boundary_stride_;
  boundary_rows_ = (boundary_count_ + boundary_stride_ - 1) / boundary_stride_ * 3;
  boundary_rows_ = std::min(boundary_rows_, room);
  const uint64_t background = limit > 0 ? room - boundary_rows_ : 1000;
  count_ = special_rows_ + boundary_rows_ + background;
}

ProbeRows::Probe ProbeRows::probe(uint64_t row) const {
  Probe result;
  if (row < special_rows_) {
    result.value = specials_[row % specials_.size()];
    result.feature = static_cast<int64_t>(row / specials_.size()) - 1;
    result.side = 2;
    return result;
  }
  row -= special_rows_;
  if (row >= boundary_rows_) {
    result.feature = -2;
    return result;
  }
  const uint64_t which = row / 3 * boundary_stride_;
  const auto after = std::upper_bound(first_boundary_.begin(), first_boundary_.end(), which);
  const auto feature = static_cast<size_t>(after - first_boundary_.begin()) - 1;
  result.feature = static_cast<int64_t>(feature);
  result.boundary = space_.boundaries[feature][which - first_boundary_[feature]];
  result.side = static_cast<int>(row % 3) - 1;
  result.value = result.boundary;
  if (result.side != 0) {
    const bool up = result.side > 0;
    if (space_.dtype == DType::kFloat32) {
      const auto narrow = static_cast<float>(result.boundary);
      result.value = up ? next_up(narrow) : next_down(narrow);
    } else {
      result.value = up ? next_up(result.boundary) : next_down(result.boundary);
    }
  }
  const bool too_large = std::isinf(result.value) && !space_.infinity;
  const bool overflows = !space_.beyond_float32 && std::isinf(static_cast<float>(result.value));
  if (too_large || overflows) result.value = std::copysign(1e30, result.value);
  return result;
}

// Background of a row: for each feature a threshold, or a point between two, picked by hash.
void ProbeRows::fill(uint64_t row, double* values) const {
  const Probe chosen = probe(row);
  for (int64_t feature = 0; feature < space_.feature_count; ++feature) {
    const auto& list = space_.boundaries[static_cast<size_t>(feature)];
    const uint64_t draw = mixed(row * 0x100000001b3ULL + static_cast<uint64_t>(feature));
    double value = static_cast<double>(draw >> 11) * 0x1p-52 - 1;  // [-1, 1)
    if (!list.empty()) {
      const size_t at = draw % list.size();
      const double next = list[std::min(at + 1, list.size() - 1)];
      const double middle = list[at] / 2 + next / 2;
      value = (draw >> 32 & 1) != 0 ? list[at] : middle;
      if (!std::isfinite(value) || std::isinf(static_cast<float>(value))) value = 0;
    }
    values[feature] = value;
  }
  if (chosen.feature >= 0) values[chosen.feature] = chosen.value;
  if (chosen.feature == -1) std::fill_n(values, space_.feature_count, chosen.value);
}

Result<Tensor> ProbeRows::rows(uint64_t begin, uint64_t rows) const {
  const auto width = static_cast<size_t>(space_.feature_count);
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(space_.dtype, Shape{static_cast<int64_t>(rows),
                                                                 space_.feature_count}));
  std::vector<double> values(width);
  for (uint64_t i = 0; i < rows; ++i) {
    fill(begin + i, values.data());
    if (space_.dtype == DType::kFloat64) {
      std::copy(values.begin(), values.end(), tensor.mutable_values<double>().data() + i * width);
    } else {
      float* target = tensor.mutable_values<float>().data() + i * width;
      for (size_t j = 0; j < width; ++j) target[j] = static_cast<float>(values[j]);
    }
  }
  return tensor;
}

std::string ProbeRows::origin(uint64_t row, const std::vector<std::string>& feature_names) const {
  const Probe chosen = probe(row);
  if (chosen.feature == -2) return "generated: thresholds and points between them";
  if (chosen.feature == -1) return cat("generated: every feature ", chosen.value);
  const auto feature = static_cast<size_t>(chosen.feature);
  const std::string name =
      feature < feature_names.size() ? quoted(feature_names[feature]) : std::to_string(feature);
  if (chosen.side == 2) return cat("generated: feature ", name, " is ", chosen.value);
  constexpr std::array<std::string_view, 3> kSides = {" - 1 ulp", "", " + 1 ulp"};
  return cat("generated: feature ", name, " at threshold ", chosen.boundary,
             kSides[static_cast<size_t>(chosen.side + 1)]);
}

}  // namespace tundish
