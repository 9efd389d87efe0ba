// ai.onnx.ml SVMClassifier and SVMRegressor: kernels between rows and support vectors, and the
// pairwise votes and probabilities of libsvm.
//
// Kernels and sums are computed in double, scores rounded to float32 once. The layout of
// coefficients is libsvm's: for classes i < j, row j - 1 holds those of i's vectors and row i those
// of j's. Without vectors per class the model is linear with one row of coefficients per class, all
// with the first rho.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/post_transform.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

enum class Kernel : uint8_t { kLinear, kPoly, kRbf, kSigmoid };

class SvmState : public KernelState {
 public:
  Kernel kernel = Kernel::kLinear;
  double gamma = 0, coef0 = 0, degree = 0;
  PostTransform transform = PostTransform::kNone;
  std::vector<double> coefficients, vectors, rho;
  int64_t vector_count = 0;  ///< 0: linear
  // Of a classifier.
  ClassLabels labels;
  std::vector<int64_t> begins;  ///< per class, and the end: places of its vectors
  std::vector<double> prob_a, prob_b;
  // Of a regressor.
  bool one_class = false;

  int64_t classes() const { return static_cast<int64_t>(labels.size()); }
  int64_t pairs() const { return classes() * (classes() - 1) / 2; }
  /// Scores of a row before the transform: pairs, or classes.
  int64_t score_count() const { return vector_count == 0 || !prob_a.empty() ? classes() : pairs(); }
  /// Columns of the second output.
  int64_t width() const { return vector_count > 0 && score_count() == 1 ? 2 : score_count(); }
  Status check_columns(int64_t columns, ErrorCode code) const;
};

Status SvmState::check_columns(int64_t columns, ErrorCode code) const {
  const int64_t rows = vector_count > 0 ? vector_count : std::max<int64_t>(1, classes());
  const std::vector<double>& held = vector_count > 0 ? vectors : coefficients;
  const auto total = static_cast<int64_t>(held.size());
  if (total % rows == 0 && total / rows == columns) return ok();
  return Error(
      code, cat(total, vector_count > 0 ? " numbers of " : " coefficients of ", rows,
                vector_count > 0 ? " support vectors for " : " rows for ", columns, " features"));
}

Result<std::vector<double>> read_doubles(const Node& node, std::string_view name) {
  TRY_ASSIGN(const std::vector<float> values, node.attributes.get_floats(name));
  return std::vector<double>(values.begin(), values.end());
}

Status read_common(const Node& node, SvmState& state) {
  TRY_ASSIGN(const std::string kernel, node.attributes.get_string("kernel_type", "LINEAR"));
  if (kernel == "LINEAR") {
    state.kernel = Kernel::kLinear;
  } else if (kernel == "POLY") {
    state.kernel = Kernel::kPoly;
  } else if (kernel == "RBF") {
    state.kernel = Kernel::kRbf;
  } else if (kernel == "SIGMOID") {
    state.kernel = Kernel::kSigmoid;
  } else {
    return InvalidModel(cat("attribute \"kernel_type\": unknown value ", quoted(kernel)));
  }
  TRY_ASSIGN(const std::vector<double> parameters, read_doubles(node, "kernel_params"));
  if (!parameters.empty() && parameters.size() != 3) {
    return InvalidModel(cat("attribute \"kernel_params\": ", parameters.size(),
                            " values, expected gamma, coef0 and degree"));
  }
  if (!parameters.empty()) {
    state.gamma = parameters[0];
    state.coef0 = parameters[1];
    state.degree = parameters[2];
  }
  TRY_ASSIGN(state.transform, read_post_transform(node));
  TRY_ASSIGN(state.coefficients, read_doubles(node, "coefficients"));
  TRY_ASSIGN(state.vectors, read_doubles(node, "support_vectors"));
  TRY_ASSIGN(state.rho, read_doubles(node, "rho"));
  if (state.coefficients.empty()) return InvalidModel("attribute \"coefficients\" is missing");
  if (state.rho.empty()) return InvalidModel("attribute \"rho\" is missing");
  return ok();
}

using StatePointer = std::unique_ptr<SvmState>;

Status check_vectors(const SvmState& state, int64_t coefficient_rows) {
  const auto total = static_cast<int64_t>(state.coefficients.size());
  const int64_t count = state.vector_count;
  if (total % count != 0 || total / count != coefficient_rows) {
    return InvalidModel(cat(total, " coefficients for ", count, " support vectors, expected ",
                            coefficient_rows, " for each"));
  }
  if (static_cast<int64_t>(state.vectors.size()) % count != 0) {
    return InvalidModel(
        cat("support_vectors holds ", state.vectors.size(), " numbers of ", count, " vectors"));
  }
  return ok();
}

Result<StatePointer> read_classifier(const Node& node) {
  auto state = std::make_unique<SvmState>();
  TRY(read_common(node, *state));
  TRY_ASSIGN(state->labels, read_labels(node, "classlabels_ints"));
  TRY_ASSIGN(state->prob_a, read_doubles(node, "prob_a"));
  TRY_ASSIGN(state->prob_b, read_doubles(node, "prob_b"));
  TRY_ASSIGN(const std::vector<int64_t> counts, node.attributes.get_ints("vectors_per_class"));
  constexpr size_t kMostClasses = 10'000;  // pairs of them are computed for every row
  if (state->labels.size() > kMostClasses) {
    return Limit(cat(state->labels.size(), " classes, the limit is ", kMostClasses));
  }
  const auto most = static_cast<int64_t>(state->coefficients.size());
  state->begins.push_back(0);
  for (const int64_t count : counts) {
    if (count < 0 || count > most - state->vector_count) {
      return InvalidModel(
          cat("attribute \"vectors_per_class\": ", count, " vectors, ", most, " coefficients"));
    }
    state->vector_count += count;
    state->begins.push_back(state->vector_count);
  }
  if (state->vector_count == 0) {
    state->prob_a.clear();
    return state;
  }
  if (state->classes() < 2 || counts.size() != state->labels.size()) {
    return InvalidModel(cat("vectors_per_class has ", counts.size(), " entries for ",
                            state->classes(), " classes"));
  }
  TRY(check_vectors(*state, state->classes() - 1));
  const auto pairs = static_cast<size_t>(state->pairs());
  const bool has_probabilities = !state->prob_a.empty();
  if (state->rho.size() != pairs || state->prob_b.size() != state->prob_a.size() ||
      (has_probabilities && state->prob_a.size() != pairs)) {
    return InvalidModel(cat("rho, prob_a and prob_b have ", state->rho.size(), ", ",
                            state->prob_a.size(), " and ", state->prob_b.size(), " values for ",
                            pairs, " pairs of classes"));
  }
  return state;
}

Result<StatePointer> read_regressor(const Node& node) {
  auto state = std::make_unique<SvmState>();
  TRY(read_common(node, *state));
  TRY_ASSIGN(state->vector_count, node.attributes.get_int("n_supports", 0));
  TRY_ASSIGN(const int64_t one_class, node.attributes.get_int("one_class", 0));
  state->one_class = one_class != 0;
  if (state->vector_count < 0) {
    return InvalidModel(cat("attribute \"n_supports\" is ", state->vector_count));
  }
  if (state->vector_count > 0) TRY(check_vectors(*state, 1));
  return state;
}

Status infer_classifier(InferContext& context) {
  TRY(expect_rows(context, 0));
  TRY_ASSIGN(const StatePointer state, read_classifier(context.node()));
  const Dim columns = columns_of(context, 0);
  if (columns.is_known()) TRY(state->check_columns(columns.size(), ErrorCode::kInvalidModel));
  context.set_output(0, ValueType::tensor(state->labels.dtype(), rows_shape(context, 0)));
  if (context.node().outputs.size() > 1) {
    context.set_output(1,
                       ValueType::tensor(DType::kFloat32, rows_shape(context, 0, state->width())));
  }
  return ok();
}

Status infer_regressor(InferContext& context) {
  TRY(expect_rows(context, 0));
  TRY_ASSIGN(const StatePointer state, read_regressor(context.node()));
  const Dim columns = columns_of(context, 0);
  if (columns.is_known()) TRY(state->check_columns(columns.size(), ErrorCode::kInvalidModel));
  context.set_output(0, ValueType::tensor(DType::kFloat32, rows_shape(context, 0, 1)));
  return ok();
}

template <Result<StatePointer> (*read)(const Node&)>
Result<std::unique_ptr<KernelState>> prepare(const PrepareContext& context) {
  TRY_ASSIGN(StatePointer state, read(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

template <Result<StatePointer> (*read)(const Node&)>
Result<const SvmState*> state_of(const ExecContext& context, StatePointer& own) {
  if (context.state() != nullptr) return static_cast<const SvmState*>(context.state());
  TRY_ASSIGN(own, read(context.node()));
  return static_cast<const SvmState*>(own.get());
}

double kernel_of(const SvmState& state, const double* a, const double* b, int64_t count) {
  if (state.kernel == Kernel::kRbf) {
    double distance = 0;
    for (int64_t i = 0; i < count; ++i) distance += (a[i] - b[i]) * (a[i] - b[i]);
    return std::exp(-state.gamma * distance);
  }
  const double product = dot(a, b, count);
  if (state.kernel == Kernel::kLinear) return product;
  const double inner = state.gamma * product + state.coef0;
  return state.kernel == Kernel::kPoly ? std::pow(inner, state.degree) : std::tanh(inner);
}

// Working memory of one row.
struct RowMemory {
  std::vector<double> features, kernels, pair_scores, votes;
};

// Scores of all pairs of classes, and what each class won.
void score_pairs(const SvmState& state, RowMemory& memory) {
  const int64_t classes = state.classes();
  const auto sum = [&](int64_t row, int64_t owner) {
    const int64_t begin = state.begins[static_cast<size_t>(owner)];
    const int64_t end = state.begins[static_cast<size_t>(owner) + 1];
    return dot(state.coefficients.data() + row * state.vector_count + begin,
               memory.kernels.data() + begin, end - begin);
  };
  memory.votes.assign(static_cast<size_t>(classes), 0);
  memory.pair_scores.clear();
  for (int64_t i = 0; i < classes; ++i) {
    for (int64_t j = i + 1; j < classes; ++j) {
      const double rho = state.rho[memory.pair_scores.size()];
      // As float32: the sign decides the vote, and both are to agree with the answer.
      const auto score = static_cast<float>(rho + sum(j - 1, i) + sum(i, j));
      memory.pair_scores.push_back(static_cast<double>(score));
      ++memory.votes[static_cast<size_t>(score > 0 ? i : j)];
    }
  }
}

// Probabilities of k classes from those of pairs, r[i * k + j] = P(i | i or j): the second method
// of T.-F. Wu, C.-J. Lin, R. C. Weng, "Probability estimates for multi-class classification by
// pairwise coupling" (JMLR 5, 2004), algorithm 2, with libsvm's bounds of steps and error.
void couple(const std::vector<double>& r, size_t k, std::vector<double>& p) {
  std::vector<double> q(k * k);
  std::vector<double> qp(k);
  p.assign(k, 1.0 / static_cast<double>(k));
  for (size_t t = 0; t < k; ++t) {
    for (size_t j = 0; j < k; ++j) {
      if (j == t) continue;
      q[t * k + t] += r[j * k + t] * r[j * k + t];
      q[t * k + j] = -r[j * k + t] * r[t * k + j];
    }
  }
  const double tolerance = 0.005 / static_cast<double>(k);
  for (size_t step = 0; step < std::max<size_t>(100, k); ++step) {
    double pqp = 0;
    for (size_t t = 0; t < k; ++t) {
      qp[t] = dot(q.data() + t * k, p.data(), static_cast<int64_t>(k));
      pqp += p[t] * qp[t];
    }
    double worst = 0;
    for (size_t t = 0; t < k; ++t) worst = std::max(worst, std::fabs(qp[t] - pqp));
    if (worst < tolerance) return;
    for (size_t t = 0; t < k; ++t) {
      const double own = q[t * k + t];
      const double change = (pqp - qp[t]) / own;
      p[t] += change;
      pqp = (pqp + change * (change * own + 2 * qp[t])) / ((1 + change) * (1 + change));
      for (size_t j = 0; j < k; ++j) {
        qp[j] = (qp[j] + change * q[t * k + j]) / (1 + change);
        p[j] /= 1 + change;
      }
    }
  }
}

void write_probabilities(const SvmState& state, const RowMemory& memory, std::span<float> out) {
  const auto k = static_cast<size_t>(state.classes());
  std::vector<double> r(k * k);
  size_t pair = 0;
  for (size_t i = 0; i < k; ++i) {
    for (size_t j = i + 1; j < k; ++j, ++pair) {
      // Platt's sigmoid, kept off 0 and 1.
      const double z = memory.pair_scores[pair] * state.prob_a[pair] + state.prob_b[pair];
      constexpr double kLeast = 1e-7;
      const double p = std::clamp(1 / (1 + std::exp(z)), kLeast, 1 - kLeast);
      r[i * k + j] = p;
      r[j * k + i] = 1 - p;
    }
  }
  std::vector<double> p;
  couple(r, k, p);
  for (size_t i = 0; i < k; ++i) out[i] = static_cast<float>(p[i]);
}

size_t first_largest(std::span<const double> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

void read_kernels(const SvmState& state, const TensorView& x, int64_t row, int64_t columns,
                  RowMemory& memory) {
  memory.features.resize(static_cast<size_t>(columns));
  read_numbers(x, row * columns, columns, memory.features.data());
  memory.kernels.resize(static_cast<size_t>(state.vector_count));
  for (int64_t v = 0; v < state.vector_count; ++v) {
    memory.kernels[static_cast<size_t>(v)] =
        kernel_of(state, memory.features.data(), state.vectors.data() + v * columns, columns);
  }
}

// Place of the row's label; its scores in `out`.
size_t classify(const SvmState& state, int64_t columns, RowMemory& memory, std::span<float> out) {
  if (state.vector_count == 0) {
    memory.votes.clear();
    for (int64_t k = 0; k < state.classes(); ++k) {
      memory.votes.push_back(state.rho[0] + dot(memory.features.data(),
                                                state.coefficients.data() + k * columns, columns));
      out[static_cast<size_t>(k)] = static_cast<float>(memory.votes.back());
    }
  } else {
    score_pairs(state, memory);
    if (!state.prob_a.empty()) {
      write_probabilities(state, memory, out);
    } else if (state.pairs() == 1) {
      split_score(static_cast<float>(memory.pair_scores[0]), state.transform, FirstScore::kNegated,
                  out.first<2>());
      return first_largest(memory.votes);
    } else {
      std::ranges::transform(memory.pair_scores, out.begin(),
                             [](double score) { return static_cast<float>(score); });
    }
  }
  if (out.size() == 1) {
    out[0] = transform_one(out[0], state.transform);
  } else {
    transform_scores(out, state.transform);
  }
  return first_largest(memory.votes);
}

int64_t grain_of(const SvmState& state, int64_t columns) {
  const int64_t work =
      std::max<int64_t>(1, (columns + 8) * std::max<int64_t>(1, state.vector_count));
  return std::max<int64_t>(1, kCheapGrain / work);
}

Status run_classifier(ExecContext& context) {
  StatePointer own;
  TRY_ASSIGN(const SvmState* state, state_of<read_classifier>(context, own));
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const RowCount count, count_rows(x, 0));
  TRY(state->check_columns(count.columns, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView labels,
             context.output(0, state->labels.dtype(), Shape{count.rows}));
  const int64_t width = state->width();
  float* scores = nullptr;
  if (context.output_count() > 1 && context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView view,
               context.output(1, DType::kFloat32, Shape{count.rows, width}));
    scores = static_cast<float*>(view.data);
  }
  auto piece = [&](int64_t begin, int64_t end) {
    RowMemory memory;
    std::vector<float> made(static_cast<size_t>(width));
    for (int64_t row = begin; row < end; ++row) {
      read_kernels(*state, x, row, count.columns, memory);
      state->labels.write(classify(*state, count.columns, memory, made), labels, row);
      if (scores != nullptr) std::ranges::copy(made, scores + row * width);
    }
  };
  context.parallel_for(count.rows, grain_of(*state, count.columns), piece);
  return ok();
}

// ONNX Runtime honours no post_transform of the one score, and so does this.
Status run_regressor(ExecContext& context) {
  StatePointer own;
  TRY_ASSIGN(const SvmState* state, state_of<read_regressor>(context, own));
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const RowCount count, count_rows(x, 0));
  TRY(state->check_columns(count.columns, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, Shape{count.rows, 1}));
  auto* out = static_cast<float*>(y.data);
  auto piece = [&](int64_t begin, int64_t end) {
    RowMemory memory;
    for (int64_t row = begin; row < end; ++row) {
      read_kernels(*state, x, row, count.columns, memory);
      const std::vector<double>& factors =
          state->vector_count > 0 ? memory.kernels : memory.features;
      const double sum =
          dot(factors.data(), state->coefficients.data(), static_cast<int64_t>(factors.size()));
      const auto score = static_cast<float>(sum + state->rho[0]);
      out[row] = !state->one_class ? score : score > 0 ? 1.0F : -1.0F;
    }
  };
  context.parallel_for(count.rows, grain_of(*state, count.columns), piece);
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "SVMClassifier",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .outputs = {1, 2},
     .infer = infer_classifier,
     .run = run_classifier,
     .prepare = prepare<read_classifier>},
    {.name = "SVMRegressor",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_regressor,
     .run = run_regressor,
     .prepare = prepare<read_regressor>},
};

}  // namespace

std::span<const OpDef> ops_svm() { return kOps; }

}  // namespace tundish
