#include "passes/support/threshold_search.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace tundish {

namespace {

using Layout = ChainSampler::Layout;

// Elements of one evaluation in matrix layout: 32 MiB of float64.
constexpr int64_t kMaxMatrixElements = int64_t{1} << 22;
// Points of one evaluation in flat layout: blocks that stay in the second-level cache bisect
// faster than one long column.
constexpr size_t kMaxFlatPoints = size_t{1} << 14;

std::vector<int32_t> columns_of(std::span<const CutSearch> searches) {
  std::vector<int32_t> columns;
  columns.reserve(searches.size());
  for (const CutSearch& search : searches) columns.push_back(search.column);
  return columns;
}

/// Groups of searches whose matrix stays bounded: at most `rows` of each column.
std::vector<std::vector<size_t>> matrix_groups(std::span<const CutSearch> searches,
                                               int64_t column_count) {
  const int64_t rows =
      std::max<int64_t>(1, kMaxMatrixElements / std::max<int64_t>(1, column_count));
  std::vector<int64_t> seen(static_cast<size_t>(column_count), 0);
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < searches.size(); ++i) {
    const auto group = static_cast<size_t>(seen[searches[i].column]++ / rows);
    if (group >= groups.size()) groups.resize(group + 1);
    groups[group].push_back(i);
  }
  return groups;
}

/// One block of searches in lock step.
Status bisect(ChainSampler& sampler, const FloatLine& line, std::span<CutSearch> searches) {
  const size_t count = searches.size();
  // The comparison holds at low (or low is before the line), not at high (or it is behind it).
  std::vector<int64_t> low(count, -line.last() - 1), high(count, line.last() + 1);
  std::vector<int64_t> middle(count, 0);
  std::vector<double> points(count), values(count);
  while (true) {
    bool is_open = false;
    for (size_t i = 0; i < count; ++i) {
      const uint64_t width = static_cast<uint64_t>(high[i]) - static_cast<uint64_t>(low[i]);
      if (width <= 1) continue;
      is_open = true;
      middle[i] = low[i] + static_cast<int64_t>(width / 2);
      points[i] = line.at(middle[i]);
    }
    if (!is_open) break;
    TRY(sampler.sample(points, values));
    for (size_t i = 0; i < count; ++i) {
      if (static_cast<uint64_t>(high[i]) - static_cast<uint64_t>(low[i]) <= 1) continue;
      (holds(searches[i], values[i]) ? low[i] : high[i]) = middle[i];
    }
  }
  for (size_t i = 0; i < count; ++i) searches[i].last_true = low[i];
  return ok();
}

/// Both sides of each cut, evaluated in the graph's own form.
Result<std::string> check_cuts(const Graph& graph, const MonotoneChain& chain, Evaluator& evaluator,
                               std::span<const CutSearch> searches) {
  const FloatLine line(chain.source_dtype);
  std::vector<int32_t> columns = columns_of(searches);
  TRY_ASSIGN(ChainSampler sampler,
             ChainSampler::create(graph, chain, evaluator, columns, Layout::kMatrix));
  std::vector<double> points(searches.size()), values(searches.size());
  for (const int64_t side : {0, 1}) {
    const auto place_of = [&](const CutSearch& s) { return s.last_true + side; };
    const auto is_on_line = [&](int64_t p) { return p >= -line.last() && p <= line.last(); };
    for (size_t i = 0; i < searches.size(); ++i) {
      const int64_t place = place_of(searches[i]);
      points[i] = is_on_line(place) ? line.at(place) : 0;
    }
    TRY(sampler.sample(points, values));
    for (size_t i = 0; i < searches.size(); ++i) {
      if (!is_on_line(place_of(searches[i]))) continue;
      if (std::isnan(values[i]) || holds(searches[i], values[i]) != (side == 0)) {
        return cat("column ", searches[i].column, ", threshold ", searches[i].threshold,
                   ": the comparison does not change where bisection says, at ",
                   line.at(place_of(searches[i])));
      }
    }
  }
  return std::string();
}

/// NaN, infinities and zeros in every column that is searched.
class SpecialValues {
 public:
  static Result<std::string> check(const Graph& graph, const MonotoneChain& chain,
                                   Evaluator& evaluator, std::span<const CutSearch> searches) {
    SpecialValues values;
    values.columns_ = columns_of(searches);
    std::sort(values.columns_.begin(), values.columns_.end());
    values.columns_.erase(std::unique(values.columns_.begin(), values.columns_.end()),
                          values.columns_.end());
    TRY_ASSIGN(ChainSampler sampler,
               ChainSampler::create(graph, chain, evaluator, values.columns_, Layout::kMatrix));
    TRY(values.sample(sampler));
    std::string fault = values.column_fault();
    for (const CutSearch& search : searches) {
      if (!fault.empty()) break;
      fault = values.end_fault(search, FloatLine(chain.source_dtype));
    }
    return fault;
  }

 private:
  Status sample(ChainSampler& sampler) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const std::pair<double, std::vector<double>*> wanted[] = {
        {0.0, &zero_},
        {-0.0, &minus_zero_},
        {-kInfinity, &first_},
        {kInfinity, &last_},
        {std::numeric_limits<double>::quiet_NaN(), &nan_}};
    for (const auto& [x, values] : wanted) {
      values->resize(columns_.size());
      TRY(sampler.sample(std::vector<double>(columns_.size(), x), *values));
    }
    return ok();
  }

  std::string column_fault() const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string place = cat("column ", columns_[i], ": ");
      if (std::isnan(first_[i])) return place + "-inf gives NaN";
      if (std::isnan(last_[i])) return place + "inf gives NaN";
      if (!(zero_[i] == minus_zero_[i])) return place + "-0 and 0 give different values";
      if (!std::isnan(nan_[i])) return cat(place, "NaN gives ", nan_[i]);
    }
    return {};
  }

  /// The lower side reaches to -inf and the upper to +inf.
  std::string end_fault(const CutSearch& search, const FloatLine& line) const {
    const auto i =
        std::lower_bound(columns_.begin(), columns_.end(), search.column) - columns_.begin();
    if (holds(search, first_[i]) == (search.last_true >= -line.last()) &&
        holds(search, last_[i]) == (search.last_true == line.last())) {
      return {};
    }
    return cat("column ", search.column, ", threshold ", search.threshold,
               ": an infinity is on the wrong side");
  }

  std::vector<int32_t> columns_;
  std::vector<double> zero_, minus_zero_, first_, last_, nan_;  ///< g at these, per column
};

}  // namespace

bool holds(const CutSearch& search, double y) {
  switch (search.cut) {
    case Cut::kAtMost: return y <= search.threshold;
    case Cut::kBelow: return y < search.threshold;
    case Cut::kAbove: return y > search.threshold;
    case Cut::kAtLeast: return y >= search.threshold;
  }
  return false;
}

Status find_cuts(const Graph& graph, const MonotoneChain& chain, Evaluator& evaluator,
                 std::span<CutSearch> searches) {
  const FloatLine line(chain.source_dtype);
  if (ChainSampler::fits_flat(graph, chain)) {
    for (size_t begin = 0; begin < searches.size(); begin += kMaxFlatPoints) {
      const auto block = searches.subspan(begin, std::min(kMaxFlatPoints, searches.size() - begin));
      const std::vector<int32_t> columns = columns_of(block);
      TRY_ASSIGN(ChainSampler sampler,
                 ChainSampler::create(graph, chain, evaluator, columns, Layout::kFlat));
      TRY(bisect(sampler, line, block));
    }
    return ok();
  }
  for (const std::vector<size_t>& group : matrix_groups(searches, chain.column_count)) {
    std::vector<CutSearch> some;
    for (const size_t i : group) some.push_back(searches[i]);
    const std::vector<int32_t> columns = columns_of(some);
    TRY_ASSIGN(ChainSampler sampler,
               ChainSampler::create(graph, chain, evaluator, columns, Layout::kMatrix));
    TRY(bisect(sampler, line, some));
    for (size_t i = 0; i < group.size(); ++i) searches[group[i]] = some[i];
  }
  return ok();
}

Result<std::string> disprove_cuts(const Graph& graph, const MonotoneChain& chain,
                                  Evaluator& evaluator, std::span<const CutSearch> searches) {
  TRY_ASSIGN(std::string fault, SpecialValues::check(graph, chain, evaluator, searches));
  if (!fault.empty()) return fault;
  for (const std::vector<size_t>& group : matrix_groups(searches, chain.column_count)) {
    std::vector<CutSearch> some;
    for (const size_t i : group) some.push_back(searches[i]);
    TRY_ASSIGN(fault, check_cuts(graph, chain, evaluator, some));
    if (!fault.empty()) return fault;
  }
  return std::string();
}

}  // namespace tundish
