// GlobalAveragePool, GlobalMaxPool, GlobalLpPool: one window over all of each channel.
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Elements that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 65536;

// Sums in double, in four lanes that are added at the end.
template <class T, class Term> double sum_terms(const T* x, int64_t count, Term term) {
  double lanes[4] = {0, 0, 0, 0};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (int k = 0; k < 4; ++k) lanes[k] += term(static_cast<double>(x[i + k]));
  }
  for (; i < count; ++i) lanes[0] += term(static_cast<double>(x[i]));
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

struct MeanOfAll {
  template <class T> T operator()(const T* x, int64_t count) const {
    const double sum = sum_terms(x, count, [](double v) { return v; });
    return static_cast<T>(sum / static_cast<double>(count));
  }
};

// A NaN is the maximum of what it is in; nothing has the maximum -infinity (as in ReduceMax).
struct LargestOfAll {
  template <class T> T operator()(const T* x, int64_t count) const {
    T most = -std::numeric_limits<T>::infinity();
    for (int64_t i = 0; i < count; ++i) most = x[i] > most || x[i] != x[i] ? x[i] : most;
    return most;
  }
};

struct NormOfAll {
  double p;
  template <class T> T operator()(const T* x, int64_t count) const {
    if (p == 2) {
      return static_cast<T>(std::sqrt(sum_terms(x, count, [](double v) { return v * v; })));
    }
    const double exponent = p;
    const double sum =
        sum_terms(x, count, [=](double v) { return std::pow(std::fabs(v), exponent); });
    return static_cast<T>(std::pow(sum, 1 / exponent));
  }
};

template <class Pooling> Status run_global(ExecContext& context, const Pooling& pooling) {
  const TensorView& x = context.input(0);
  if (x.shape.rank() < 2) {
    return InvalidArgument(cat("expected at least 2 dimensions, got ", x.shape.rank()));
  }
  Shape out = x.shape;
  int64_t plane = 1;
  for (size_t axis = 2; axis < out.rank(); ++axis) {
    plane *= out[axis];
    out[axis] = 1;
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, out));
  return dispatch(Floats(), x.dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(x.data);
    T* to = static_cast<T*>(y.data);
    auto planes = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = pooling(from + i * plane, plane);
    };
    context.parallel_for(out.element_count(),
                         std::max<int64_t>(1, kGrain / std::max<int64_t>(1, plane)), planes);
    return ok();
  });
}

Status run_global_average(ExecContext& context) { return run_global(context, MeanOfAll()); }
Status run_global_max(ExecContext& context) { return run_global(context, LargestOfAll()); }

// An integer since version 2, a number before.
Result<double> read_exponent(const AttributeList& attributes) {
  const Attribute* attribute = attributes.find("p");
  double p = 2;
  if (attribute != nullptr && std::holds_alternative<float>(*attribute)) {
    p = std::get<float>(*attribute);
  } else {
    TRY_ASSIGN(const int64_t whole, attributes.get_int("p", 2));
    p = static_cast<double>(whole);
  }
  if (!(p > 0)) return InvalidModel(cat("attribute \"p\": ", p, " is not above 0"));
  return p;
}

Status run_global_lp(ExecContext& context) {
  TRY_ASSIGN(const double p, read_exponent(context.node().attributes));
  return run_global(context, NormOfAll{p});
}

Status infer_global(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    if (dims->size() < 2) {
      return InvalidModel(cat("expected at least 2 dimensions, got ", dims->size()));
    }
    out = *dims;
    std::fill(out->begin() + 2, out->end(), Dim(1));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status infer_global_lp(InferContext& context) {
  TRY(read_exponent(context.node().attributes));
  return infer_global(context);
}

constexpr OpDef kOps[] = {
    {.name = "GlobalAveragePool",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_global,
     .run = run_with_halves<run_global_average>},
    {.name = "GlobalMaxPool",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_global,
     .run = run_with_halves<run_global_max>},
    {.name = "GlobalLpPool",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_global_lp,
     .run = run_with_halves<run_global_lp>},
    {.name = "GlobalLpPool",
     .since = 2,
     .inputs = {1, 1},
     .infer = infer_global_lp,
     .run = run_with_halves<run_global_lp>},
};

}  // namespace

std::span<const OpDef> ops_global_pool() { return kOps; }

}  // namespace tundish
