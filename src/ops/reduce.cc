// ReduceSum, ReduceMean, ReduceProd, ReduceMax, ReduceMin, ReduceL1, ReduceL2, ReduceSumSquare,
// ReduceLogSum, ReduceLogSumExp.
//
// Sums have the order of numpy 2 on a C-contiguous array, so a sum has numpy's bits: 0 plus, along
// the innermost axis, pairwise sums of blocks of up to 128 in eight lanes; plus in order along all
// other axes (numpy/_core/src/umath/loops_utils.h.src, pairwise_sum; checked against numpy 2.5).
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

using Integers = Types<int64_t, int32_t, uint32_t, uint64_t>;
using Summable = Types<float, double, int64_t, int32_t, uint32_t, uint64_t>;
using Ordered = Types<float, double, int64_t, int32_t, uint32_t, uint64_t, int8_t, uint8_t>;
constexpr DTypeSet kHalves{DType::kFloat16, DType::kBfloat16};

// ---- One operation each: the start value, one step, and a run of neighbouring elements.

// Sums and products that wrap have the same bits signed and unsigned.
template <class T> struct UnsignedOf { using Type = T; };
template <std::signed_integral T> struct UnsignedOf<T> { using Type = std::make_unsigned_t<T>; };

struct Same {
  static constexpr bool kTakesVectors = true;
  static constexpr bool kSquares = false;
  template <class T> using Computing = typename UnsignedOf<T>::Type;
  template <class T> static T of(T x) { return x; }
};
struct Magnitude {
  static constexpr bool kTakesVectors = false;
  template <class T> using Computing = T;
  template <class T> static T of(T x) {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < 0 ? static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(x)) : x;
    } else {
      return std::fabs(x);
    }
  }
};
struct Square {
  static constexpr bool kTakesVectors = true;
  static constexpr bool kSquares = true;
  template <class T> using Computing = typename UnsignedOf<T>::Type;
  template <class T> static T of(T x) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(x));
    } else {
      return x * x;
    }
  }
};

// The sum of what Map makes of each element.
template <class Map> struct SumOf {
  template <class T> using Computing = typename Map::template Computing<T>;
  template <class T> static T start() { return T{0}; }
  template <class T> static T add(T sum, T x) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(sum) + static_cast<Wrapping<T>>(x));
    } else {
      return sum + x;
    }
  }
  template <class T> static T step(T sum, T x) { return add(sum, Map::of(x)); }
  template <class T> static T run(T sum, const T* x, int64_t count) {
    return add(sum, pairwise(x, count));
  }
  // Eight sums of every eighth element; `count` is at least 8 and divides by 8.
  template <class T> static int64_t add_eights(const T* x, int64_t count, T* lane) {
    if constexpr (std::is_floating_point_v<T> && Map::kTakesVectors) {
      typedef T Vector __attribute__((vector_size(16)));
      constexpr int kEach = 16 / static_cast<int>(sizeof(T));
      constexpr int kVectors = 8 / kEach;
      Vector sums[kVectors];
#pragma GCC unroll 4
      for (Vector& sum : sums) sum = -Vector{};  // -0.0, the neutral element
      for (int64_t i = 0; i < count; i += 8) {
#pragma GCC unroll 4
        for (int k = 0; k < kVectors; ++k) {
          Vector next;
          std::memcpy(&next, x + i + k * kEach, sizeof(next));
          sums[k] += Map::kSquares ? next * next : next;
        }
      }
      std::memcpy(lane, sums, sizeof(sums));
    } else {
      for (int k = 0; k < 8; ++k) lane[k] = Map::of(x[k]);
      for (int64_t i = 8; i < count; i += 8) {
        for (int k = 0; k < 8; ++k) lane[k] = step(lane[k], x[i + k]);
      }
    }
    return count;
  }
  template <class T> static T pairwise(const T* x, int64_t count) {
    if (count < 8) {
      // -0.0 is the neutral element of IEEE addition.
      T sum = static_cast<T>(-0.0);
      for (int64_t i = 0; i < count; ++i) sum = step(sum, x[i]);
      return sum;
    }
    if (count > 128) {
      int64_t half = count / 2;
      half -= half % 8;
      return add(pairwise(x, half), pairwise(x + half, count - half));
    }
    T lane[8];
    int64_t i = add_eights(x, count - count % 8, lane);
    T sum = add(add(add(lane[0], lane[1]), add(lane[2], lane[3])),
                add(add(lane[4], lane[5]), add(lane[6], lane[7])));
    for (; i < count; ++i) sum = step(sum, x[i]);
    return sum;
  }
};

// Start, one step after the other.
template <class Step> struct InOrder {
  template <class T> static T run(T value, const T* x, int64_t count) {
    for (int64_t i = 0; i < count; ++i) value = Step::step(value, x[i]);
    return value;
  }
};

struct ProdOf : InOrder<ProdOf> {
  template <class T> using Computing = typename UnsignedOf<T>::Type;
  template <class T> static T start() { return T{1}; }
  template <class T> static T step(T product, T x) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(product) * static_cast<Wrapping<T>>(x));
    } else {
      return product * x;
    }
  }
};

// Over nothing: minus infinity, or the least number (ONNX ReduceMax-20). NaN stays.
struct MaxOf : InOrder<MaxOf> {
  template <class T> using Computing = T;
  template <class T> static T start() {
    return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity()
                                       : std::numeric_limits<T>::lowest();
  }
  template <class T> static T step(T a, T b) { return a >= b || a != a ? a : b; }
};

struct MinOf : InOrder<MinOf> {
  template <class T> using Computing = T;
  template <class T> static T start() {
    return std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                       : std::numeric_limits<T>::max();
  }
  template <class T> static T step(T a, T b) { return a <= b || a != a ? a : b; }
};

// ---- Axes

// Bit per axis to be reduced.
Result<uint32_t> reduced_axes(std::span<const int64_t> axes, size_t rank, int64_t noop_when_empty,
                              ErrorCode code) {
  if (axes.empty()) return noop_when_empty != 0 ? 0U : (uint32_t{1} << rank) - 1;
  uint32_t bits = 0;
  for (const int64_t axis : axes) {
    TRY_ASSIGN(const size_t at, checked_axis(axis, rank, code));
    bits |= uint32_t{1} << at;
  }
  return bits;
}

Status infer_reduce(InferContext& context, DTypeSet held) {
  TRY(expect_tensor(context, 0, held));
  TRY_ASSIGN(const int64_t keep, context.node().attributes.get_int("keepdims", 1));
  TRY_ASSIGN(const int64_t noop, context.node().attributes.get_int("noop_with_empty_axes", 0));
  std::optional<std::vector<int64_t>> axes = std::vector<int64_t>();
  if (context.has_input(1)) {
    TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
    TRY_ASSIGN(axes, constant_integers(context, 1));
  }
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    if (axes) {
      TRY_ASSIGN(const uint32_t bits,
                 reduced_axes(*axes, dims->size(), noop, ErrorCode::kInvalidModel));
      out.emplace();
      for (size_t axis = 0; axis < dims->size(); ++axis) {
        if ((bits >> axis & 1U) == 0) {
          out->push_back((*dims)[axis]);
        } else if (keep != 0) {
          out->push_back(Dim(1));
        }
      }
    } else if (keep != 0) {
      out.emplace(dims->size(), Dim());
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}
Status infer_sum(InferContext& context) { return infer_reduce(context, Summable::kSet | kHalves); }
Status infer_extremum(InferContext& context) {
  return infer_reduce(context, Ordered::kSet | kHalves | kBools);
}

// The input as axes that alternate between kept and reduced.
struct Reduction {
  Shape out;
  size_t rank = 0;
  std::array<int64_t, Shape::kMaxRank> sizes;
  std::array<int64_t, Shape::kMaxRank> out_strides;  // 0: reduced
  int64_t reduced_count = 1;                         // elements that make one

  // Elements of one step of the outermost axis.
  int64_t below() const {
    int64_t count = 1;
    for (size_t axis = 1; axis < rank; ++axis) count *= sizes[axis];
    return count;
  }
};

Result<Reduction> plan_reduction(const ExecContext& context) {
  const Shape& from = context.input(0).shape;
  TRY_ASSIGN(const int64_t keep, context.node().attributes.get_int("keepdims", 1));
  TRY_ASSIGN(const int64_t noop, context.node().attributes.get_int("noop_with_empty_axes", 0));
  ShortList axes;
  if (context.input_count() > 1 && context.has_input(1)) {
    TRY_ASSIGN(axes, read_short_list(context.input(1), 1));
  }
  TRY_ASSIGN(const uint32_t bits,
             reduced_axes(axes.span(), from.rank(), noop, ErrorCode::kInvalidArgument));
  Reduction plan;
  bool before = false;
  for (size_t axis = 0; axis < from.rank(); ++axis) {
    const bool reduced = (bits >> axis & 1U) != 0;
    if (!reduced) {
      plan.out.append(from[axis]);
    } else if (keep != 0) {
      plan.out.append(1);
    }
    if (reduced) plan.reduced_count *= from[axis];
    if (from[axis] == 1) continue;
    if (plan.rank > 0 && reduced == before) {
      plan.sizes[plan.rank - 1] *= from[axis];
    } else {
      plan.sizes[plan.rank] = from[axis];
      plan.out_strides[plan.rank++] = reduced ? 0 : 1;
    }
    before = reduced;
  }
  if (plan.rank == 0) {
    plan.rank = 1;
    plan.sizes[0] = 1;
    plan.out_strides[0] = 1;
  }
  int64_t step = 1;
  for (size_t axis = plan.rank; axis-- > 0;) {
    if (plan.out_strides[axis] == 0) continue;
    plan.out_strides[axis] = step;
    step *= plan.sizes[axis];
  }
  return plan;
}

// ---- The loop

// Two innermost axes: `rows` runs of `run` neighbouring elements at `x`. One of them is reduced: a
// run makes one result, `out_step` from that of the run before; or runs are laid upon each other.
struct Block {
  void* out;
  const void* x;
  int64_t rows, run, out_step;
  bool run_is_reduced;
};

// An operation on elements of one type, its type gone: the loops over axes are compiled once.
struct ReduceSpan {
  DType dtype;
  int64_t bytes;
  void (*start)(void* out, int64_t count);
  void (*reduce)(const Block& block);
};

template <class Operation, class T> void reduce_block(const Block& block) {
  const T* x = static_cast<const T*>(block.x);
  T* out = static_cast<T*>(block.out);
  for (int64_t row = 0; row < block.rows; ++row, x += block.run, out += block.out_step) {
    if (block.run_is_reduced) {
      *out = Operation::run(*out, x, block.run);
    } else {
#pragma GCC ivdep
      for (int64_t i = 0; i < block.run; ++i) out[i] = Operation::step(out[i], x[i]);
    }
  }
}

template <class Operation, class List> struct ReduceSpans;
template <class Operation, class... Ts> struct ReduceSpans<Operation, Types<Ts...>> {
  template <class T> static constexpr ReduceSpan of() {
    using C = typename Operation::template Computing<T>;
    return {dtype_of<T>, sizeof(T),
            [](void* out, int64_t count) {
              std::fill_n(static_cast<C*>(out), count, Operation::template start<C>());
            },
            reduce_block<Operation, C>};
  }
  static constexpr ReduceSpan kSpans[] = {of<Ts>()...};
};
using Spans = std::span<const ReduceSpan>;

// Calls body(to, from, rows, run) for the blocks of steps [begin, end) of the outermost axis, `to`
// and `from` counting elements.
template <class Body>
void walk_blocks(const Reduction& plan, int64_t begin, int64_t end, Body body) {
  const size_t inner = plan.rank - 1;
  const int64_t below = plan.below();
  const int64_t first = begin * plan.out_strides[0];
  if (plan.rank == 1) return body(first, begin, 1, end - begin);
  const int64_t run = plan.sizes[inner];
  if (plan.rank == 2) return body(first, begin * below, end - begin, run);
  const int64_t rows = plan.sizes[inner - 1];
  if (below == 0) return;
  std::array<int64_t, Shape::kMaxRank> index{};
  int64_t to = first;
  for (int64_t from = begin * below; from < end * below; from += rows * run) {
    body(to, from, rows, run);
    for (size_t axis = inner - 1; axis-- > 0;) {
      to += plan.out_strides[axis];
      if (axis == 0 || ++index[axis] < plan.sizes[axis]) break;
      to -= plan.sizes[axis] * plan.out_strides[axis];
      index[axis] = 0;
    }
  }
}

// Runs part(begin, end) over the outermost axis. Threads share it when it is kept: each element is
// made by one of them.
void share(ExecContext& context, const Reduction& plan, int64_t grain, RangeFunction part) {
  const int64_t below = plan.below();
  if (plan.out_strides[0] == 0 || context.thread_count() == 1 || plan.sizes[0] * below <= grain) {
    return part(0, plan.sizes[0]);
  }
  context.parallel_for(plan.sizes[0], std::max<int64_t>(1, grain / std::max<int64_t>(1, below)),
                       part);
}

void reduce_all(ExecContext& context, const Reduction& plan, const void* x, void* out,
                const ReduceSpan& span) {
  span.start(out, plan.out.element_count());
  const size_t inner = plan.rank - 1;
  auto part = [&](int64_t begin, int64_t end) {
    walk_blocks(plan, begin, end, [&](int64_t to, int64_t from, int64_t rows, int64_t run) {
      span.reduce({.out = static_cast<char*>(out) + to * span.bytes,
                   .x = static_cast<const char*>(x) + from * span.bytes,
                   .rows = rows,
                   .run = run,
                   .out_step = plan.rank > 1 ? plan.out_strides[inner - 1] : 0,
                   .run_is_reduced = plan.out_strides[inner] == 0});
    });
  };
  share(context, plan, kCheapGrain, part);
}

// No halves come here, see run_with_halves().
Status reduce_by(ExecContext& context, const Reduction& plan, const MutableTensorView& out,
                 Spans spans) {
  const TensorView& x = context.input(0);
  for (const ReduceSpan& span : spans) {
    if (span.dtype != x.dtype) continue;
    reduce_all(context, plan, x.data, out.data, span);
    return ok();
  }
  return unexpected_type(x.dtype);
}

template <class Operation, class List> Status run_reduce(ExecContext& context) {
  TRY_ASSIGN(const Reduction plan, plan_reduction(context));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, context.input(0).dtype, plan.out));
  return reduce_by(context, plan, y, ReduceSpans<Operation, List>::kSpans);
}

// The sum divided by the count, rounded once more; integers towards zero. Over nothing: NaN.
Status run_mean(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const Reduction plan, plan_reduction(context));
  if (plan.reduced_count == 0 && plan.out.element_count() > 0 && is_integer(dtype)) {
    return InvalidArgument("mean of no integers");
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, plan.out));
  TRY(reduce_by(context, plan, y, ReduceSpans<SumOf<Same>, Summable>::kSpans));
  return dispatch(Summable(), dtype, [&]<class T>() {
    const T count = static_cast<T>(plan.reduced_count);
    for (T& value : y.values<T>()) value = static_cast<T>(value / count);
    return ok();
  });
}

template <class Operation> Status run_extremum(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const Reduction plan, plan_reduction(context));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, plan.out));
  const Spans spans = ReduceSpans<Operation, Ordered>::kSpans;
  if (x.dtype != DType::kBool) return reduce_by(context, plan, y, spans);
  const auto bytes = std::ranges::find(spans, DType::kUint8, &ReduceSpan::dtype);
  reduce_all(context, plan, x.data, y.data, *bytes);
  // Over nothing the start value is 0 or 255; any other byte but 0 is true.
  for (int64_t i = 0; i < plan.out.element_count(); ++i) {
    uint8_t& truth = static_cast<uint8_t*>(y.data)[i];
    truth = truth != 0 ? 1 : 0;
  }
  return ok();
}

// ---- Roots and logarithms of sums: integers are computed in double and cut.

Result<void*> scratch_for(ExecContext& context, DType dtype, const Shape& shape) {
  return context.scratch(static_cast<size_t>(shape.element_count()) * dtype_bytes(dtype));
}

// Input 0 reduced by work(plan, x, out), x and out being of float32 or float64.
using RealWork = Status (*)(ExecContext& context, const Reduction& plan, const TensorView& x,
                            void* out);

Status run_real(ExecContext& context, RealWork work) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const Reduction plan, plan_reduction(context));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, plan.out));
  if (!is_integer(x.dtype)) return work(context, plan, x, y.data);
  TRY_ASSIGN(void* from, scratch_for(context, DType::kFloat64, x.shape));
  TRY_ASSIGN(void* to, scratch_for(context, DType::kFloat64, plan.out));
  return dispatch(Integers(), x.dtype, [&]<class T>() -> Status {
    std::ranges::copy(x.values<T>(), static_cast<double*>(from));
    TRY(work(context, plan, {DType::kFloat64, x.shape, from}, to));
    const auto* made = static_cast<const double*>(to);
    std::transform(made, made + plan.out.element_count(), y.values<T>().data(), convert<T, double>);
    return ok();
  });
}

struct Root {
  template <class T> static T of(T x) { return std::sqrt(x); }
};
struct Logarithm {
  template <class T> static T of(T x) { return std::log(x); }
};

// What Finish makes of the reduced value.
template <class Operation, class Finish>
Status reduce_and_finish(ExecContext& context, const Reduction& plan, const TensorView& x,
                         void* out) {
  return dispatch(Floats(), x.dtype, [&]<class T>() {
    constexpr ReduceSpan kSpan = ReduceSpans<Operation, Types<T>>::kSpans[0];
    reduce_all(context, plan, x.data, out, kSpan);
    T* made = static_cast<T*>(out);
    for (int64_t i = 0; i < plan.out.element_count(); ++i) made[i] = Finish::of(made[i]);
    return ok();
  });
}
template <class Operation, class Finish> Status run_finished(ExecContext& context) {
  return run_real(context, reduce_and_finish<Operation, Finish>);
}

// sums[to] += exp(x - shift[to]) for steps [begin, end) of the outermost axis.
template <class T>
void add_exponentials(const Reduction& plan, const T* x, const T* shift, T* sums, int64_t begin,
                      int64_t end) {
  const size_t inner = plan.rank - 1;
  const bool run_is_reduced = plan.out_strides[inner] == 0;
  const int64_t out_step = plan.rank > 1 ? plan.out_strides[inner - 1] : 0;
  const auto add_run = [&](int64_t to, const T* from, int64_t run) {
    if (!run_is_reduced) {
      for (int64_t i = 0; i < run; ++i) sums[to + i] += std::exp(from[i] - shift[to + i]);
      return;
    }
    std::array<T, 256> block;
    constexpr auto kMost = static_cast<int64_t>(block.size());
    for (int64_t at = 0; at < run; at += kMost) {
      const int64_t part = std::min(kMost, run - at);
      for (int64_t i = 0; i < part; ++i) block[i] = std::exp(from[at + i] - shift[to]);
      sums[to] = SumOf<Same>::run(sums[to], block.data(), part);
    }
  };
  walk_blocks(plan, begin, end, [&](int64_t to, int64_t from, int64_t rows, int64_t run) {
    for (int64_t row = 0; row < rows; ++row)
      add_run(to + row * out_step, x + from + row * run, run);
  });
}

// log(sum(exp(x - most))) + most, which overflows for no x. Where the most is no finite number 0
// does in its place: infinities and NaN then come out as they should.
Status reduce_log_sum_exp(ExecContext& context, const Reduction& plan, const TensorView& x,
                          void* out) {
  TRY_ASSIGN(void* memory, scratch_for(context, x.dtype, plan.out));
  return dispatch(Floats(), x.dtype, [&]<class T>() {
    constexpr ReduceSpan kMost = ReduceSpans<MaxOf, Types<T>>::kSpans[0];
    const int64_t count = plan.out.element_count();
    T* shift = static_cast<T*>(memory);
    T* sums = static_cast<T*>(out);
    reduce_all(context, plan, x.data, shift, kMost);
    for (int64_t i = 0; i < count; ++i) shift[i] = std::isfinite(shift[i]) ? shift[i] : T{0};
    std::fill_n(sums, count, T{0});
    auto part = [&](int64_t begin, int64_t end) {
      add_exponentials(plan, static_cast<const T*>(x.data), shift, sums, begin, end);
    };
    share(context, plan, kCostlyGrain, part);
    for (int64_t i = 0; i < count; ++i) sums[i] = std::log(sums[i]) + shift[i];
    return ok();
  });
}
Status run_log_sum_exp(ExecContext& context) { return run_real(context, reduce_log_sum_exp); }

template <RunFunction run> constexpr OpDef reduction(std::string_view name, int since) {
  return {.name = name,
          .since = since,
          .inputs = {1, 2},
          .infer = infer_sum,
          .run = run_with_halves<run>};
}
template <RunFunction run> constexpr OpDef extremum(std::string_view name) {
  return {.name = name,
          .since = 18,
          .inputs = {1, 2},
          .infer = infer_extremum,
          .run = run_with_halves<run>};
}

// Axes are an input since 13 (Sum) and 18 (the others); element types grew later.
constexpr OpDef kOps[] = {
    reduction<run_reduce<SumOf<Same>, Summable>>("ReduceSum", 13),
    reduction<run_mean>("ReduceMean", 18),
    reduction<run_reduce<ProdOf, Summable>>("ReduceProd", 18),
    reduction<run_reduce<SumOf<Magnitude>, Summable>>("ReduceL1", 18),
    reduction<run_finished<SumOf<Square>, Root>>("ReduceL2", 18),
    reduction<run_reduce<SumOf<Square>, Summable>>("ReduceSumSquare", 18),
    reduction<run_finished<SumOf<Same>, Logarithm>>("ReduceLogSum", 18),
    reduction<run_log_sum_exp>("ReduceLogSumExp", 18),
    extremum<run_extremum<MaxOf>>("ReduceMax"),
    extremum<run_extremum<MinOf>>("ReduceMin"),
};

}  // namespace

std::span<const OpDef> ops_reduce() { return kOps; }

}  // namespace tundish
