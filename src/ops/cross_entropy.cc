// NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss.
//
// Inputs [N, C, ...] with a class per [N, ...]. A mean is over the weights of the classes that were
// looked at, so ignored entries count in neither sum.
#include <optional>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/softmax_lanes.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kScores, kTarget, kWeight };
enum class Reduction : uint8_t { kNone, kSum, kMean };

struct Options {
  Reduction reduction = Reduction::kMean;
  std::optional<int64_t> ignored;
};

Result<Options> read_options(const Node& node) {
  Options options;
  TRY_ASSIGN(const std::string name, node.attributes.get_string("reduction", "mean"));
  if (name == "none") {
    options.reduction = Reduction::kNone;
  } else if (name == "sum") {
    options.reduction = Reduction::kSum;
  } else if (name != "mean") {
    return InvalidModel(cat("reduction ", quoted(name), ", not none, sum or mean"));
  }
  if (node.attributes.has("ignore_index")) {
    TRY_ASSIGN(options.ignored, node.attributes.get_int("ignore_index", 0));
  }
  return options;
}

Status check_shapes(const InferContext& context) {
  const std::vector<Dim>* scores = known_dims(context, kScores);
  const std::vector<Dim>* target = known_dims(context, kTarget);
  if (scores != nullptr && scores->size() < 2) {
    return InvalidModel(cat("input 0 has ", scores->size(), " axes, at least 2 are needed"));
  }
  if (scores == nullptr || target == nullptr) return ok();
  bool fits = target->size() + 1 == scores->size();
  for (size_t i = 0; fits && i < target->size(); ++i) {
    const Dim& a = (*target)[i];
    const Dim& b = (*scores)[i == 0 ? 0 : i + 1];
    fits = !a.is_known() || !b.is_known() || a == b;
  }
  if (fits) return ok();
  return InvalidModel(
      cat("classes of shape ", to_string(*target), " for scores of shape ", to_string(*scores)));
}

Status infer_loss(InferContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  TRY(expect_tensor(context, kScores, AllFloats::kSet));
  TRY(expect_tensor(context, kTarget, {DType::kInt32, DType::kInt64}, {}));
  if (context.has_input(kWeight)) {
    TRY(expect_tensor(context, kWeight, AllFloats::kSet));
    TRY(expect_same_dtype(context, kScores, kWeight));
  }
  TRY(check_shapes(context));
  const DType dtype = context.input(kScores).dtype;
  SymbolicShape shape = std::vector<Dim>();
  if (options.reduction == Reduction::kNone) shape = context.input(kTarget).shape;
  context.set_output(0, ValueType::tensor(dtype, std::move(shape)));
  if (context.node().outputs.size() > 1) context.set_output(1, context.input(kScores));
  return ok();
}

struct Problem {
  Options options;
  int64_t batch = 0, classes = 0, inner = 1;
  TensorView target;
  const void* weight = nullptr;

  int64_t class_at(int64_t i) const {
    return target.dtype == DType::kInt64 ? static_cast<const int64_t*>(target.data)[i]
                                         : static_cast<const int32_t*>(target.data)[i];
  }
};

Result<Problem> read_problem(const ExecContext& context) {
  Problem problem;
  TRY_ASSIGN(problem.options, read_options(context.node()));
  const Shape& scores = context.input(kScores).shape;
  problem.target = context.input(kTarget);
  const Shape& target = problem.target.shape;
  bool fits = scores.rank() >= 2 && target.rank() + 1 == scores.rank() && target[0] == scores[0];
  for (size_t i = 2; fits && i < scores.rank(); ++i) {
    fits = target[i - 1] == scores[i];
    problem.inner *= scores[i];
  }
  if (!fits) {
    return InvalidArgument(
        cat("classes of shape ", target.to_string(), " for scores of shape ", scores.to_string()));
  }
  problem.batch = scores[0];
  problem.classes = scores[1];
  if (context.input_count() <= kWeight || !context.has_input(kWeight)) return problem;
  const TensorView& weight = context.input(kWeight);
  if (!(weight.shape == Shape{problem.classes})) {
    return InvalidArgument(
        cat("weights of shape ", weight.shape.to_string(), " for ", problem.classes, " classes"));
  }
  problem.weight = weight.data;
  return problem;
}

// Losses of all entries into `each`, unless null; returns their sum and that of the weights.
template <class T> struct Sums {
  double loss = 0;
  double weight = 0;
};
template <class T>
Result<Sums<T>> sum_losses(const Problem& problem, const T* log_probability, T* each) {
  Sums<T> sums;
  const T* weights = static_cast<const T*>(problem.weight);
  for (int64_t i = 0; i < problem.batch * problem.inner; ++i) {
    const int64_t which = problem.class_at(i);
    T loss = 0;
    if (!problem.options.ignored || which != *problem.options.ignored) {
      if (which < 0 || which >= problem.classes) {
        return InvalidArgument(
            cat("input 1: class ", which, " (element ", i, ") of ", problem.classes, " classes"));
      }
      const int64_t at =
          (i / problem.inner * problem.classes + which) * problem.inner + i % problem.inner;
      const T weight = weights != nullptr ? weights[which] : T{1};
      loss = -log_probability[at] * weight;
      sums.weight += static_cast<double>(weight);
    }
    sums.loss += static_cast<double>(loss);
    if (each != nullptr) each[i] = loss;
  }
  return sums;
}

template <class T>
Status finish(ExecContext& context, const Problem& problem, const T* log_probability) {
  const Reduction reduction = problem.options.reduction;
  const bool is_whole = reduction == Reduction::kNone;
  TRY_ASSIGN(const MutableTensorView out,
             context.output(0, dtype_of<T>, is_whole ? problem.target.shape : Shape{}));
  T* loss = static_cast<T*>(out.data);
  TRY_ASSIGN(const Sums<T> sums, sum_losses(problem, log_probability, is_whole ? loss : nullptr));
  if (reduction == Reduction::kSum) *loss = static_cast<T>(sums.loss);
  if (reduction == Reduction::kMean) *loss = static_cast<T>(sums.loss / sums.weight);
  return ok();
}

Status run_likelihood(ExecContext& context) {
  TRY_ASSIGN(const Problem problem, read_problem(context));
  const TensorView& scores = context.input(kScores);
  return dispatch(Floats(), scores.dtype, [&]<class T>() {
    return finish(context, problem, static_cast<const T*>(scores.data));
  });
}

Status run_cross_entropy(ExecContext& context) {
  TRY_ASSIGN(const Problem problem, read_problem(context));
  const TensorView& scores = context.input(kScores);
  return dispatch(Floats(), scores.dtype, [&]<class T>() -> Status {
    T* logs = nullptr;
    if (context.output_count() > 1 && context.output_wanted(1)) {
      TRY_ASSIGN(const MutableTensorView out, context.output(1, scores.dtype, scores.shape));
      logs = static_cast<T*>(out.data);
    } else {
      TRY_ASSIGN(const uint64_t bytes, checked_bytes(scores.shape.dims(), sizeof(T)));
      TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(T)));
      logs = static_cast<T*>(storage);
    }
    softmax_lanes(context, SoftmaxKind::kLogSoftmax,
                  {problem.batch, problem.classes, problem.inner},
                  static_cast<const T*>(scores.data), logs);
    return finish<T>(context, problem, logs);
  });
}

// Meaning of version 12; later ones added types.
constexpr OpDef kOps[] = {
    {.name = "NegativeLogLikelihoodLoss",
     .since = 12,
     .inputs = {2, 3},
     .infer = infer_loss,
     .run = run_with_halves<run_likelihood>},
    {.name = "SoftmaxCrossEntropyLoss",
     .since = 12,
     .inputs = {2, 3},
     .outputs = {1, 2},
     .infer = infer_loss,
     .run = run_with_halves<run_cross_entropy>},
};

}  // namespace

std::span<const OpDef> ops_cross_entropy() { return kOps; }

}  // namespace tundish
