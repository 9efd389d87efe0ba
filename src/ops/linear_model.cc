// ai.onnx.ml LinearClassifier and LinearRegressor: one dot product per class or target.
//
// Products are summed in double and rounded to float32 once. Labels, scores of two classes from one
// and the transforms at the end are those of ONNX Runtime 1.31; intercepts may be left out, as
// ONNX says.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/post_transform.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

class LinearState : public KernelState {
 public:
  std::vector<double> coefficients;
  std::vector<double> intercepts;  ///< empty: zeros
  PostTransform transform = PostTransform::kNone;
  ClassLabels labels;   ///< of a classifier
  int64_t targets = 0;  ///< of a regressor

  /// Dot products per row: targets of a regressor; classes of a classifier, or 1 where the score of
  /// the second of two classes gives both. kInvalidModel where the numbers do not fit.
  Result<int64_t> score_count(int64_t columns) const;
};

Error misfit(size_t coefficients, int64_t scores, int64_t columns) {
  return InvalidModel(
      cat(coefficients, " coefficients for ", scores, " scores of ", columns, " features"));
}

Result<int64_t> LinearState::score_count(int64_t columns) const {
  const auto total = static_cast<int64_t>(coefficients.size());
  if (targets > 0) {
    // Divided rather than multiplied: the product may overflow.
    if (total % targets != 0 || total / targets != columns) {
      return misfit(coefficients.size(), targets, columns);
    }
    return targets;
  }
  const auto classes = static_cast<int64_t>(labels.size());
  const int64_t scores = columns == 0 ? 0 : total / columns;
  const bool has_counterpart = scores == 1 && classes == 2;
  if (columns == 0 || total % columns != 0 || (scores < 2 && !has_counterpart) ||
      scores > classes ||
      (!intercepts.empty() && intercepts.size() != static_cast<size_t>(scores))) {
    return InvalidModel(cat(coefficients.size(), " coefficients and ", intercepts.size(),
                            " intercepts for ", classes, " classes and ", columns, " features"));
  }
  return scores;
}

Status read_common(const Node& node, LinearState& state) {
  if (!node.attributes.has("coefficients")) {
    return InvalidModel("attribute \"coefficients\" is missing");
  }
  TRY_ASSIGN(const std::vector<float> coefficients, node.attributes.get_floats("coefficients"));
  TRY_ASSIGN(const std::vector<float> intercepts, node.attributes.get_floats("intercepts"));
  state.coefficients.assign(coefficients.begin(), coefficients.end());
  state.intercepts.assign(intercepts.begin(), intercepts.end());
  TRY_ASSIGN(state.transform, read_post_transform(node));
  return ok();
}

using StatePointer = std::unique_ptr<LinearState>;

Result<StatePointer> read_classifier(const Node& node) {
  auto state = std::make_unique<LinearState>();
  TRY(read_common(node, *state));
  TRY_ASSIGN(state->labels, read_labels(node, "classlabels_ints"));
  TRY(node.attributes.get_int("multi_class", 0));
  return state;
}

Result<StatePointer> read_regressor(const Node& node) {
  auto state = std::make_unique<LinearState>();
  TRY(read_common(node, *state));
  TRY_ASSIGN(state->targets, node.attributes.get_int("targets", 1));
  if (state->targets < 1) return InvalidModel(cat("attribute \"targets\" is ", state->targets));
  if (!state->intercepts.empty() &&
      state->intercepts.size() != static_cast<size_t>(state->targets)) {
    return InvalidModel(
        cat(state->intercepts.size(), " intercepts for ", state->targets, " targets"));
  }
  return state;
}

Status infer_classifier(InferContext& context) {
  TRY(expect_rows(context, 0));
  TRY_ASSIGN(const StatePointer state, read_classifier(context.node()));
  const Dim columns = columns_of(context, 0);
  Dim scores;
  if (columns.is_known()) {
    TRY_ASSIGN(const int64_t count, state->score_count(columns.size()));
    scores = Dim(std::max<int64_t>(2, count));
  }
  context.set_output(0, ValueType::tensor(state->labels.dtype(), rows_shape(context, 0)));
  if (context.node().outputs.size() > 1) {
    context.set_output(1, ValueType::tensor(DType::kFloat32, rows_shape(context, 0, scores)));
  }
  return ok();
}

Status infer_regressor(InferContext& context) {
  TRY(expect_rows(context, 0));
  TRY_ASSIGN(const StatePointer state, read_regressor(context.node()));
  const Dim columns = columns_of(context, 0);
  if (columns.is_known()) TRY(state->score_count(columns.size()));
  context.set_output(0, ValueType::tensor(DType::kFloat32, rows_shape(context, 0, state->targets)));
  return ok();
}

template <Result<StatePointer> (*read)(const Node&)>
Result<std::unique_ptr<KernelState>> prepare(const PrepareContext& context) {
  TRY_ASSIGN(StatePointer state, read(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

// Calls `finish(row, scores)` for each row, rows spread over threads.
template <class Finish>
Status score_rows(ExecContext& context, const LinearState& state, Finish finish) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const RowCount count, count_rows(x, 0));
  Result<int64_t> checked = state.score_count(count.columns);
  if (!checked) return InvalidArgument(checked.error().message());
  const int64_t scores = *checked;
  auto piece = [&](int64_t begin, int64_t end) {
    std::vector<double> row(static_cast<size_t>(count.columns));
    std::vector<float> made(static_cast<size_t>(scores));
    for (int64_t i = begin; i < end; ++i) {
      read_numbers(x, i * count.columns, count.columns, row.data());
      for (int64_t k = 0; k < scores; ++k) {
        const auto at = static_cast<size_t>(k);
        const double sum =
            dot(row.data(), state.coefficients.data() + k * count.columns, count.columns);
        made[at] = static_cast<float>(state.intercepts.empty() ? sum : sum + state.intercepts[at]);
      }
      finish(i, std::span<float>(made));
    }
  };
  const int64_t work = std::max<int64_t>(1, count.columns * scores);
  context.parallel_for(count.rows, std::max<int64_t>(1, kCheapGrain / work), piece);
  return ok();
}

// The state made by prepare(), or one read now into `own`.
template <Result<StatePointer> (*read)(const Node&)>
Result<const LinearState*> state_of(const ExecContext& context, StatePointer& own) {
  if (context.state() != nullptr) return static_cast<const LinearState*>(context.state());
  TRY_ASSIGN(own, read(context.node()));
  return static_cast<const LinearState*>(own.get());
}

Status run_classifier(ExecContext& context) {
  StatePointer own;
  TRY_ASSIGN(const LinearState* state, state_of<read_classifier>(context, own));
  TRY_ASSIGN(const RowCount count, count_rows(context.input(0), 0));
  Result<int64_t> checked = state->score_count(count.columns);
  if (!checked) return InvalidArgument(checked.error().message());
  const int64_t width = std::max<int64_t>(2, *checked);
  TRY_ASSIGN(const MutableTensorView labels,
             context.output(0, state->labels.dtype(), Shape{count.rows}));
  float* out = nullptr;
  if (context.output_count() > 1 && context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView view,
               context.output(1, DType::kFloat32, Shape{count.rows, width}));
    out = static_cast<float*>(view.data);
  }
  return score_rows(context, *state, [&](int64_t row, std::span<float> scores) {
    // The first of the largest; a NaN in front stays in front.
    size_t best = 0;
    for (size_t k = 1; k < scores.size(); ++k) {
      if (scores[k] > scores[best]) best = k;
    }
    if (scores.size() == 1) best = scores[0] > 0 ? 1 : 0;
    state->labels.write(best, labels, row);
    if (out == nullptr) return;
    if (scores.size() == 1) {
      split_score(scores[0], state->transform, FirstScore::kComplement,
                  std::span<float, 2>(out + row * 2, 2));
      return;
    }
    transform_scores(scores, state->transform);
    std::ranges::copy(scores, out + row * width);
  });
}

Status run_regressor(ExecContext& context) {
  StatePointer own;
  TRY_ASSIGN(const LinearState* state, state_of<read_regressor>(context, own));
  TRY_ASSIGN(const RowCount count, count_rows(context.input(0), 0));
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, DType::kFloat32, Shape{count.rows, state->targets}));
  auto* out = static_cast<float*>(y.data);
  return score_rows(context, *state, [&](int64_t row, std::span<float> scores) {
    if (scores.size() == 1) {
      scores[0] = transform_one(scores[0], state->transform);
    } else {
      transform_scores(scores, state->transform);
    }
    std::ranges::copy(scores, out + row * state->targets);
  });
}

constexpr OpDef kOps[] = {
    {.name = "LinearClassifier",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .outputs = {1, 2},
     .infer = infer_classifier,
     .run = run_classifier,
     .prepare = prepare<read_classifier>},
    {.name = "LinearRegressor",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_regressor,
     .run = run_regressor,
     .prepare = prepare<read_regressor>},
};

}  // namespace

std::span<const OpDef> ops_linear_model() { return kOps; }

}  // namespace tundish
