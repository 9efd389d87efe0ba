// Random forests, rows on and around thresholds, and the plain walk that defines the answer. For
// tests and the benchmark; nothing here is shared with the kernels, and no test framework is
// needed.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernels/forest.h"

namespace tundish::kernels::testing {

enum class Shape { kIsolation, kFull, kChain, kBushy };
enum class Thresholds {
  kDouble,       // any double
  kCastFolded,   // greatest double that a cast to float32 maps to a float32 threshold
  kFloat,        // float32 array
  kFewIntegers,  // small whole numbers: equal values and ties abound
  kClose,        // doubles so close that many share one float32
};
enum class Modes { kLeq, kNanFlags, kOrdered, kAll };
enum class LeafTargets { kRandom, kOneATree };
enum class Leaves { kFewValues, kManyValues };

struct ForestOptions {
  int tree_count = 10;
  int feature_count = 8;
  int depth = 8;  // of kIsolation and kFull; nodes of kChain and kBushy
  Shape shape = Shape::kIsolation;
  Thresholds thresholds = Thresholds::kDouble;
  Modes modes = Modes::kLeq;
  Leaves leaves = Leaves::kFewValues;
  int target_count = 1;
  LeafForm leaf_form = LeafForm::kVector;
  LeafTargets leaf_targets = LeafTargets::kRandom;
  Scalar weight_type = Scalar::kFloat64;
  Scalar input_type = Scalar::kFloat64;
  Scalar accumulation_type = Scalar::kFloat64;
  Scalar output_type = Scalar::kFloat64;
  BaseOrder base_order = BaseOrder::kNone;
  Aggregate aggregate = Aggregate::kSum;
  uint32_t seed = 1;
};

// A forest that owns its arrays.
struct TestForest {
  std::vector<int32_t> roots, features, true_children, false_children, leaf_targets;
  std::vector<double> thresholds64, weights64, base_values;
  std::vector<float> thresholds32, weights32;
  std::vector<uint8_t> modes;
  ForestView view;
};

// The greatest double that a round-to-nearest cast maps to at most `bound`.
inline double cast_boundary(float bound) {
  const float above = std::nextafter(bound, std::numeric_limits<float>::infinity());
  double middle = (static_cast<double>(bound) + static_cast<double>(above)) / 2;
  if (std::isinf(above)) middle = static_cast<double>(bound);
  while (static_cast<float>(middle) > bound) middle = std::nextafter(middle, -INFINITY);
  while (true) {
    const double next = std::nextafter(middle, INFINITY);
    if (!(static_cast<float>(next) <= bound)) return middle;
    middle = next;
  }
}

class ForestMaker {
 public:
  explicit ForestMaker(const ForestOptions& options) : options_(options), random_(options.seed) {}

  TestForest run() {
    for (int t = 0; t < options_.tree_count; ++t) {
      switch (options_.shape) {
        case Shape::kIsolation: forest_.roots.push_back(isolation()); break;
        case Shape::kFull: forest_.roots.push_back(full(options_.depth)); break;
        case Shape::kChain: forest_.roots.push_back(chain(options_.depth)); break;
        case Shape::kBushy: forest_.roots.push_back(bushy(options_.depth)); break;
      }
    }
    finish();
    return std::move(forest_);
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }
  double unit() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  int32_t leaf(double value) {
    const int width = options_.leaf_form == LeafForm::kVector ? options_.target_count : 1;
    const int32_t id = static_cast<int32_t>(forest_.weights64.size() / width);
    for (int k = 0; k < width; ++k) {
      const double noise = options_.leaves == Leaves::kManyValues ? unit() - 0.5 : 0.0;
      forest_.weights64.push_back(value * (k + 1) + noise);
    }
    const bool one = options_.leaf_targets == LeafTargets::kOneATree;
    const int tree = static_cast<int>(forest_.roots.size());
    const int target = one ? tree % options_.target_count : below(options_.target_count);
    forest_.leaf_targets.push_back(target);
    return ~id;
  }

  double threshold() {
    std::normal_distribution<double> normal(0, 1);
    const double value = normal(random_);
    switch (options_.thresholds) {
      case Thresholds::kDouble: return value;
      case Thresholds::kCastFolded: return cast_boundary(static_cast<float>(value));
      case Thresholds::kFloat: return static_cast<float>(value);
      case Thresholds::kFewIntegers: return below(9) - 4;
      case Thresholds::kClose: return 1.0 + 1e-12 * below(200);
    }
    return value;
  }

  int32_t inner() {
    const int32_t id = static_cast<int32_t>(forest_.features.size());
    forest_.features.push_back(below(options_.feature_count));
    forest_.thresholds64.push_back(threshold());
    uint8_t mode = kModeLeq;
    if (options_.modes == Modes::kOrdered) mode = static_cast<uint8_t>(below(4));
    if (options_.modes == Modes::kAll) mode = static_cast<uint8_t>(below(6));
    if (options_.modes != Modes::kLeq && below(2) == 0) mode |= kNanTrue;
    forest_.modes.push_back(mode);
    forest_.true_children.push_back(0);
    forest_.false_children.push_back(0);
    return id;
  }

  // As an isolation tree over 256 rows of normal and log-normal columns: a random feature, a random
  // cut between its least and greatest value, until rows are alone or the depth is reached.
  int32_t isolation() {
    std::vector<std::vector<double>> rows(256, std::vector<double>(options_.feature_count));
    std::normal_distribution<double> normal(0, 1);
    for (auto& row : rows) {
      for (size_t f = 0; f < row.size(); ++f) {
        const double value = normal(random_);
        row[f] = f % 2 == 0 ? value : std::exp(value);
      }
    }
    return isolate(rows.begin(), rows.end(), 0);
  }

  using RowIterator = std::vector<std::vector<double>>::iterator;
  int32_t isolate(RowIterator begin, RowIterator end, int depth) {
    const double samples = static_cast<double>(end - begin);
    if (samples <= 1 || depth >= options_.depth) {
      return leaf(depth + (samples > 1 ? 2 * (std::log(samples - 1 + 1e-9) + 0.5772) : 0.0));
    }
    const int32_t id = inner();
    const int32_t feature = forest_.features[id];
    double low = (*begin)[feature], high = low;
    for (RowIterator row = begin; row != end; ++row) {
      low = std::min(low, (*row)[feature]);
      high = std::max(high, (*row)[feature]);
    }
    const double cut = low + unit() * (high - low);
    if (options_.thresholds == Thresholds::kDouble) forest_.thresholds64[id] = cut;
    if (options_.thresholds == Thresholds::kFloat) forest_.thresholds64[id] = cut;
    if (options_.thresholds == Thresholds::kCastFolded) {
      forest_.thresholds64[id] = cast_boundary(static_cast<float>(cut));
    }
    const RowIterator middle =
        std::partition(begin, end, [&](const auto& row) { return row[feature] <= cut; });
    const int32_t left = isolate(begin, middle, depth + 1);
    forest_.true_children[id] = left;
    const int32_t right = isolate(middle, end, depth + 1);
    forest_.false_children[id] = right;
    return id;
  }

  int32_t full(int depth) {
    if (depth == 0) return leaf(below(40) / 3.0);
    const int32_t id = inner();
    forest_.true_children[id] = full(depth - 1);
    forest_.false_children[id] = full(depth - 1);
    return id;
  }

  int32_t chain(int nodes) {
    if (nodes == 0) return leaf(0.3);
    const int32_t id = inner();
    const int32_t rest = chain(nodes - 1);
    const int32_t end = leaf(nodes / 7.0);
    const bool left = below(2) == 0;
    forest_.true_children[id] = left ? rest : end;
    forest_.false_children[id] = left ? end : rest;
    return id;
  }

  int32_t bushy(int nodes) {
    if (nodes == 0) return leaf(below(1000) / 7.0);
    const int32_t id = inner();
    const int left = below(nodes);
    forest_.true_children[id] = bushy(left);
    forest_.false_children[id] = bushy(nodes - 1 - left);
    return id;
  }

  void finish() {
    for (double value : forest_.thresholds64) {
      forest_.thresholds32.push_back(static_cast<float>(value));
    }
    for (double value : forest_.weights64) forest_.weights32.push_back(static_cast<float>(value));
    for (int k = 0; k < options_.target_count; ++k) forest_.base_values.push_back(0.1 + k / 3.0);
    ForestView& view = forest_.view;
    view.tree_count = forest_.roots.size();
    view.roots = forest_.roots.data();
    view.node_count = forest_.features.size();
    view.features = forest_.features.data();
    const bool floats = options_.thresholds == Thresholds::kFloat;
    view.threshold_type = floats ? Scalar::kFloat32 : Scalar::kFloat64;
    view.thresholds = floats ? static_cast<const void*>(forest_.thresholds32.data())
                             : forest_.thresholds64.data();
    view.modes = options_.modes == Modes::kLeq ? nullptr : forest_.modes.data();
    view.true_children = forest_.true_children.data();
    view.false_children = forest_.false_children.data();
    view.weight_type = options_.weight_type;
    view.weights = options_.weight_type == Scalar::kFloat32
                       ? static_cast<const void*>(forest_.weights32.data())
                       : forest_.weights64.data();
    view.leaf_form = options_.leaf_form;
    view.leaf_count = forest_.leaf_targets.size();
    view.leaf_targets = forest_.leaf_targets.data();
    view.base_values = forest_.base_values.data();
    view.target_count = static_cast<size_t>(options_.target_count);
    view.feature_count = static_cast<size_t>(options_.feature_count);
    view.input_type = options_.input_type;
    view.accumulation_type = options_.accumulation_type;
    view.output_type = options_.output_type;
    view.base_order = options_.base_order;
    view.aggregate = options_.aggregate;
  }

  ForestOptions options_;
  std::mt19937 random_;
  TestForest forest_;
};

inline TestForest make_forest(const ForestOptions& options) { return ForestMaker(options).run(); }

// ---- The plain walk, straight from the view ---------------------------------------------------

inline double view_number(const void* array, Scalar type, size_t index) {
  return type == Scalar::kFloat64 ? static_cast<const double*>(array)[index]
                                  : static_cast<double>(static_cast<const float*>(array)[index]);
}

inline bool goes_true(const ForestView& view, int32_t node, double x) {
  const double t = view_number(view.thresholds, view.threshold_type, node);
  const uint8_t mode = view.modes == nullptr ? uint8_t{0} : view.modes[node];
  if (std::isnan(x) && (mode & 0x80) != 0) return true;
  switch (mode & 7) {
    case 0: return x <= t;
    case 1: return x < t;
    case 2: return x >= t;
    case 3: return x > t;
    case 4: return x == t;
    default: return x != t;
  }
}

template <class S>
void plain_row(const ForestView& view, const std::vector<double>& row, double* out) {
  const bool sum = view.aggregate == Aggregate::kSum;
  std::vector<S> total(view.target_count, S{0});
  std::vector<bool> seen(view.target_count, false);
  if (sum && view.base_order == BaseOrder::kFirst) {
    for (size_t k = 0; k < total.size(); ++k) total[k] = static_cast<S>(view.base_values[k]);
  }
  for (size_t t = 0; t < view.tree_count; ++t) {
    int32_t at = view.roots[t];
    while (at >= 0) {
      at = goes_true(view, at, row[view.features[at]]) ? view.true_children[at]
                                                       : view.false_children[at];
    }
    const int32_t reached = ~at;
    const auto leaf = static_cast<size_t>(reached);
    for (size_t k = 0; k < total.size(); ++k) {
      const bool single = view.leaf_form == LeafForm::kSingle;
      if (single && static_cast<size_t>(view.leaf_targets[leaf]) != k) continue;
      const size_t place = single ? leaf : leaf * total.size() + k;
      const S weight = static_cast<S>(view_number(view.weights, view.weight_type, place));
      if (sum || view.aggregate == Aggregate::kAverage) {
        total[k] += weight;
      } else if (!seen[k] ||
                 (view.aggregate == Aggregate::kMin ? weight < total[k] : weight > total[k])) {
        total[k] = weight;
      }
      seen[k] = true;
    }
  }
  for (size_t k = 0; k < total.size(); ++k) {
    if (view.aggregate == Aggregate::kAverage) total[k] /= static_cast<S>(view.tree_count);
    if (view.base_order != BaseOrder::kNone && !(sum && view.base_order == BaseOrder::kFirst)) {
      total[k] += static_cast<S>(view.base_values[k]);
    }
    out[k] = total[k];
    if (view.output_type == Scalar::kFloat32) out[k] = static_cast<float>(total[k]);
  }
}

// [rows][targets], widened to double.
inline std::vector<double> plain_walk(const ForestView& view, const std::vector<double>& rows,
                                      size_t stride) {
  const size_t count = stride == 0 ? 0 : rows.size() / stride;
  std::vector<double> out(count * view.target_count);
  for (size_t r = 0; r < count; ++r) {
    const std::vector<double> row(rows.begin() + r * stride, rows.begin() + (r + 1) * stride);
    if (view.accumulation_type == Scalar::kFloat64) {
      plain_row<double>(view, row, &out[r * view.target_count]);
    } else {
      plain_row<float>(view, row, &out[r * view.target_count]);
    }
  }
  return out;
}

// ---- Rows ---------------------------------------------------------------------------------------

// A value on, one unit around, or near the float32 rounding of threshold t.
inline double around(double t, Scalar type, uint32_t choice) {
  const float f = static_cast<float>(t);
  if (type == Scalar::kFloat32) {
    switch (choice % 3) {
      case 0: return std::nextafter(f, -INFINITY);
      case 1: return std::nextafter(f, INFINITY);
      default: return f;
    }
  }
  switch (choice % 8) {
    case 0: return std::nextafter(t, -INFINITY);
    case 1: return std::nextafter(t, INFINITY);
    case 2: return f;
    case 3: return std::nextafter(f, -INFINITY);
    case 4: return std::nextafter(f, INFINITY);
    case 5: return std::nextafter(static_cast<double>(f), -INFINITY);
    case 6: return std::nextafter(static_cast<double>(f), INFINITY);
    default: return t;
  }
}

enum class Nans { kNone, kSome };

// `count` rows of `stride` values: half normal, half with many values on and around thresholds and
// specials (infinities, zeros of both signs, subnormals, greatest numbers). Values beyond
// feature_count are NaN where `nans` allows, to show that they are not read.
inline std::vector<double> edge_rows(const ForestView& view, size_t count, size_t stride, Nans nans,
                                     uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 1);
  const double specials[] = {INFINITY,
                             -INFINITY,
                             0.0,
                             -0.0,
                             5e-324,
                             -5e-324,
                             1e-45,
                             -1e-45,
                             1e-40,
                             std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::lowest(),
                             std::numeric_limits<float>::max(),
                             std::numeric_limits<float>::lowest()};
  std::vector<double> rows(count * stride);
  for (double& value : rows) value = normal(random);
  for (size_t r = 0; r < count; ++r) {
    for (size_t f = view.feature_count; f < stride; ++f) rows[r * stride + f] = NAN;
    if (random() % 2 == 0) continue;
    for (size_t f = 0; f < view.feature_count; ++f) {
      double& value = rows[r * stride + f];
      const uint32_t kind = random() % 8;
      if (kind == 0) value = specials[random() % std::size(specials)];
      if (kind == 1 && nans == Nans::kSome) value = NAN;
    }
    for (size_t k = 0; k < view.feature_count && view.node_count != 0; ++k) {
      const size_t node = random() % view.node_count;
      const double t = view_number(view.thresholds, view.threshold_type, node);
      if (random() % 4 != 0) {
        rows[r * stride + view.features[node]] = around(t, view.input_type, random());
      }
    }
  }
  if (view.input_type == Scalar::kFloat32) {
    for (double& value : rows) value = static_cast<float>(value);
  }
  return rows;
}

}  // namespace tundish::kernels::testing
