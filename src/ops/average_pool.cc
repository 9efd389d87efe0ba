// AveragePool and LpPool: sums over windows.
#include <cmath>

#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/pool.h"
#include "ops/support/pool_rows.h"

namespace tundish {
namespace {
using namespace ops;

// Sums are exact to float32 in any order: they are made in double.
struct SumOf {
  using Sum = double;
  double start() const { return 0; }
  static double step(double sum, double x) { return sum + x; }
};

struct MeanInside : SumOf {
  double finish(double sum, int64_t taps) const {
    return taps == 0 ? 0 : sum / static_cast<double>(taps);
  }
};

struct PlainSum : SumOf {
  double finish(double sum, int64_t) const { return sum; }
};

// Exponents 1 and 2 without pow().
struct Norm1 : SumOf {
  static double step(double sum, double x) { return sum + std::fabs(x); }
  double finish(double sum, int64_t) const { return sum; }
};
struct Norm2 : SumOf {
  static double step(double sum, double x) { return sum + x * x; }
  double finish(double sum, int64_t) const { return std::sqrt(sum); }
};
struct NormP : SumOf {
  double p;
  explicit NormP(double exponent) : p(exponent) {}
  double step(double sum, double x) const { return sum + std::pow(std::fabs(x), p); }
  double finish(double sum, int64_t) const { return std::pow(sum, 1 / p); }
};

Status infer_float_pool(InferContext& context) {
  TRY_ASSIGN(SymbolicShape shape, infer_pool(context, AllFloats::kSet));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(shape)));
  return ok();
}

// ---- AveragePool

// Taps of window `window` on the padded axis: those beyond the padding (ceil_mode) do not count.
int64_t padded_taps(const AxisWindow& axis, int64_t size, int64_t window) {
  AxisWindow shifted = axis;
  shifted.pad_begin = 0;
  return taps_inside(shifted, size + axis.pad_begin + axis.pad_end, window).count();
}

// Divides sums by the number of taps on the padded image.
template <class T> void divide_by_padded(ExecContext& context, const Pool& pool, T* y) {
  const WindowPlan& plan = pool.plan;
  const int64_t rows = plan.out_rows();
  const int64_t columns = plan.out_columns();
  auto work = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      double tap_rows = 1;
      int64_t rest = i % rows;
      for (size_t axis = plan.rank - 1; axis-- > 0;) {
        tap_rows *=
            static_cast<double>(padded_taps(plan.axes[axis], plan.in[axis], rest % plan.out[axis]));
        rest /= plan.out[axis];
      }
      for (int64_t column = 0; column < columns; ++column) {
        const auto taps = static_cast<double>(padded_taps(plan.last(), plan.in_columns(), column));
        T& value = y[i * columns + column];
        value = taps * tap_rows == 0 ? T{0} : static_cast<T>(value / (taps * tap_rows));
      }
    }
  };
  context.parallel_for(pool.planes * rows, pool_grain(plan), work);
}

Status run_average_pool(ExecContext& context) {
  TRY_ASSIGN(const Pool pool, open_pool(context));
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, pool.out));
  if (pool.out.element_count() == 0) return ok();
  TRY_ASSIGN(const int64_t with_pads, context.node().attributes.get_int("count_include_pad", 0));
  return dispatch(Floats(), dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(context.input(0).data);
    T* out = static_cast<T*>(y.data);
    const PoolKind kind = with_pads == 0 ? PoolKind::kAverage : PoolKind::kSum;
    bool done = false;
    if constexpr (std::is_same_v<T, float>) done = pool_rows(context, pool, kind, x, out);
    if (with_pads == 0) {
      if (!done) pool_planes(context, pool, MeanInside(), x, out);
    } else {
      if (!done) pool_planes(context, pool, PlainSum(), x, out);
      divide_by_padded(context, pool, out);
    }
    return ok();
  });
}

// ---- LpPool

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

Status infer_lp_pool(InferContext& context) {
  TRY(read_exponent(context.node().attributes));
  return infer_float_pool(context);
}

Status run_lp_pool(ExecContext& context) {
  TRY_ASSIGN(const Pool pool, open_pool(context));
  TRY_ASSIGN(const double p, read_exponent(context.node().attributes));
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, pool.out));
  if (pool.out.element_count() == 0) return ok();
  return dispatch(Floats(), dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(context.input(0).data);
    T* out = static_cast<T*>(y.data);
    if (p == 1) {
      pool_planes(context, pool, Norm1(), x, out);
    } else if (p == 2) {
      pool_planes(context, pool, Norm2(), x, out);
    } else {
      pool_planes(context, pool, NormP(p), x, out);
    }
    return ok();
  });
}

// AveragePool: 7 adds count_include_pad, 10 ceil_mode, 19 dilations, all without effect when left
// out. LpPool: p became an integer at 2; 18 adds ceil_mode and dilations.
constexpr OpDef kOps[] = {
    {.name = "AveragePool",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_float_pool,
     .run = run_with_halves<run_average_pool>,
     .prepare = prepare_pool},
    {.name = "LpPool",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_lp_pool,
     .run = run_with_halves<run_lp_pool>,
     .prepare = prepare_pool},
    {.name = "LpPool",
     .since = 2,
     .inputs = {1, 1},
     .infer = infer_lp_pool,
     .run = run_with_halves<run_lp_pool>,
     .prepare = prepare_pool},
};

}  // namespace

std::span<const OpDef> ops_average_pool() { return kOps; }

}  // namespace tundish
