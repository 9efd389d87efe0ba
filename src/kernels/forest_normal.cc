#include <cmath>
#include <limits>
#include <utility>

#include "kernels/forest_pack.h"

namespace tundish::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Turned {
  bool exact = false;
  bool exchanged = false;  // the true child is on the right
  bool nan_left = false;
  double threshold = 0;
};

// `value MODE threshold`, true child left, as `value <= threshold'`, perhaps with the true child on
// the right. Thresholds below which no number lies, and NaN, have no such form.
Turned turn(uint8_t mode, double threshold) {
  Turned turned;
  turned.threshold = threshold;
  const uint8_t kind = mode & kModeMask;
  turned.exact = kind <= kModeGt && threshold == threshold;
  turned.exchanged = kind == kModeGt || kind == kModeGte;
  // `x < t` and `!(x >= t)` is `x <= the double below t`, for double and (widened) float values.
  if (kind == kModeLt || kind == kModeGte) {
    turned.exact = turned.exact && threshold != -kInfinity;
    turned.threshold = std::nextafter(threshold, -kInfinity);
  }
  // NaN went to the true child only with kNanTrue, also where the children are exchanged.
  turned.nan_left = ((mode & kNanTrue) != 0) != turned.exchanged;
  return turned;
}

class Normaliser {
 public:
  explicit Normaliser(const ForestView& forest) : forest_(forest) {}

  NormalForest run() {
    for (size_t n = 0; n < forest_.node_count && !keep_modes_; ++n) {
      keep_modes_ =
          !turn(mode_of(n), number_at(forest_.thresholds, forest_.threshold_type, n)).exact;
    }
    // Two children a node and the roots, unless trees share subtrees.
    const size_t expected = 2 * forest_.node_count + forest_.tree_count;
    normal_.nodes.reserve(expected);
    if (keep_modes_) normal_.modes.reserve(expected);
    for (size_t t = 0; t < forest_.tree_count; ++t) add_tree(forest_.roots[t]);
    return std::move(normal_);
  }

 private:
  uint8_t mode_of(size_t node) const {
    return forest_.modes == nullptr ? kModeLeq : forest_.modes[node];
  }

  void push(ForestNode node, uint8_t mode) {
    normal_.nodes.push_back(node);
    if (keep_modes_) normal_.modes.push_back(mode);
  }

  // Lays a tree out in level order, siblings side by side.
  void add_tree(int32_t root) {
    const size_t base = normal_.nodes.size();
    normal_.roots.push_back(static_cast<uint32_t>(base));
    sources_.assign(1, root);
    push({}, 0);
    for (size_t k = 0; k < sources_.size(); ++k) {
      const int32_t source = sources_[k];
      if (source < 0) {
        normal_.nodes[base + k] = {kInfinity, kLeafFeature, static_cast<uint32_t>(~source)};
        continue;
      }
      ForestNode node;
      node.left = static_cast<uint32_t>(base + sources_.size());
      node.feature = static_cast<uint32_t>(forest_.features[source]);
      node.threshold = number_at(forest_.thresholds, forest_.threshold_type, source);
      int32_t left = forest_.true_children[source];
      int32_t right = forest_.false_children[source];
      if (keep_modes_) {
        normal_.modes[base + k] = mode_of(source);
      } else {
        const Turned turned = turn(mode_of(source), node.threshold);
        node.threshold = turned.threshold;
        if (turned.exchanged) std::swap(left, right);
        if (turned.nan_left) node.feature |= kNanLeft;
        normal_.nan_left = normal_.nan_left || turned.nan_left;
      }
      normal_.nodes[base + k] = node;
      sources_.push_back(left);
      sources_.push_back(right);
      push({}, 0);
      push({}, 0);
    }
  }

  const ForestView& forest_;
  NormalForest normal_;
  std::vector<int32_t> sources_;
  bool keep_modes_ = false;
};

}  // namespace

double number_at(const void* array, Scalar type, size_t index) {
  return type == Scalar::kFloat64 ? static_cast<const double*>(array)[index]
                                  : static_cast<double>(static_cast<const float*>(array)[index]);
}

NormalForest normalise(const ForestView& forest) { return Normaliser(forest).run(); }

}  // namespace tundish::kernels
