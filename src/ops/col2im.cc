// Col2Im: blocks of an image, one per column, added up where they overlap.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/window.h"

namespace tundish {
namespace {
using namespace ops;

// Additions that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 50000;

// What inputs 1 and 2 and the attributes say: blocks as windows on the image.
Result<WindowPlan> plan_blocks(const AttributeList& attributes, std::span<const int64_t> image,
                               std::span<const int64_t> block, ErrorCode code) {
  if (image.size() != block.size()) {
    return Error(code, cat("the image has ", image.size(), " axes, a block ", block.size()));
  }
  TRY_ASSIGN(WindowSpec spec, read_windows(attributes, image.size(), code));
  for (size_t i = 0; i < image.size(); ++i) {
    if (image[i] < 0) return Error(code, cat("input 1: size ", image[i], " is negative"));
    if (block[i] < 1 || block[i] > INT32_MAX) {
      return Error(code, cat("input 2: size ", block[i], " outside [1, 2^31)"));
    }
    spec.axes[i].kernel = block[i];
  }
  return plan_windows(spec, image, code);
}

struct BlockCounts {
  int64_t taps = 1;     // elements of a block
  int64_t columns = 1;  // blocks
};

Result<BlockCounts> count_blocks(const WindowPlan& plan, ErrorCode code) {
  BlockCounts counts;
  for (size_t i = 0; i < plan.rank; ++i) {
    const auto taps = checked_mul(counts.taps, plan.axes[i].kernel);
    const auto columns = checked_mul(counts.columns, plan.out[i]);
    if (!taps || !columns) return Error(code, "too many blocks");
    counts = {*taps, *columns};
  }
  return counts;
}

Status check_columns(const Dim& rows, const Dim& columns, const BlockCounts& counts,
                     ErrorCode code) {
  if (rows.is_known() && rows.size() % counts.taps != 0) {
    return Error(code, cat("axis 1 of ", rows.size(), " does not divide into blocks of ",
                           counts.taps, " elements"));
  }
  if (columns.is_known() && columns.size() != counts.columns) {
    return Error(code,
                 cat("axis 2 has ", columns.size(), " columns for ", counts.columns, " blocks"));
  }
  return ok();
}

Status infer_col2im(InferContext& context) {
  TRY(expect_tensor(context, 0, AllNumbers::kSet, kBools | kStrings | kComplex));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  TRY(expect_tensor(context, 2, {DType::kInt64}, {}));
  const std::vector<Dim>* x = known_dims(context, 0);
  if (x != nullptr && x->size() != 3) {
    return InvalidModel(cat("expected 3 dimensions, got ", x->size()));
  }
  TRY_ASSIGN(const auto image, constant_integers(context, 1));
  TRY_ASSIGN(const auto block, constant_integers(context, 2));
  SymbolicShape out;
  if (image) {
    out.emplace({x != nullptr ? (*x)[0] : Dim(), Dim()});
    for (const int64_t size : *image) {
      if (size < 0) return InvalidModel(cat("input 1: size ", size, " is negative"));
      out->emplace_back(size);
    }
  }
  if (image && block) {
    TRY_ASSIGN(const WindowPlan plan,
               plan_blocks(context.node().attributes, *image, *block, ErrorCode::kInvalidModel));
    TRY_ASSIGN(const BlockCounts counts, count_blocks(plan, ErrorCode::kInvalidModel));
    if (x != nullptr) {
      TRY(check_columns((*x)[1], (*x)[2], counts, ErrorCode::kInvalidModel));
      if ((*x)[1].is_known()) (*out)[1] = Dim((*x)[1].size() / counts.taps);
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// Integers wrap, so signed and unsigned are added alike.
template <class T> T plus(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  } else {
    return a + b;
  }
}

// One channel of one image: `x` is [taps, columns].
template <class T>
void add_blocks(const WindowPlan& plan, const BlockCounts& counts, const T* x, T* image) {
  const AxisWindow& axis = plan.last();
  std::fill_n(image, plan.in_rows() * plan.in_columns(), T{0});
  for (int64_t row = 0; row < plan.out_rows(); ++row) {
    for_each_tap_row(plan, row, [&](int64_t image_row, int64_t tap_row) {
      for (int64_t tap = 0; tap < axis.kernel; ++tap) {
        const Range range = windows_inside(axis, plan.in_columns(), plan.out_columns(), tap);
        const T* from =
            x + (tap_row * axis.kernel + tap) * counts.columns + row * plan.out_columns();
        T* to = image + image_row * plan.in_columns() + tap * axis.dilation - axis.pad_begin;
        for (int64_t i = range.begin; i < range.end; ++i) {
          to[i * axis.stride] = plus(to[i * axis.stride], from[i]);
        }
      }
    });
  }
}

Status run_col2im(ExecContext& context) {
  constexpr ErrorCode kCode = ErrorCode::kInvalidArgument;
  const TensorView& x = context.input(0);
  if (x.shape.rank() != 3) {
    return InvalidArgument(cat("expected 3 dimensions, got ", x.shape.rank()));
  }
  TRY_ASSIGN(const ShortList image, read_short_list(context.input(1), 1));
  TRY_ASSIGN(const ShortList block, read_short_list(context.input(2), 2));
  TRY_ASSIGN(const WindowPlan plan,
             plan_blocks(context.node().attributes, image.span(), block.span(), kCode));
  TRY_ASSIGN(const BlockCounts counts, count_blocks(plan, kCode));
  TRY(check_columns(Dim(x.shape[1]), Dim(x.shape[2]), counts, kCode));
  Shape out{x.shape[0], x.shape[1] / counts.taps};
  for (const int64_t size : image.span()) out.append(size);
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, x.dtype, out));
  if (out.element_count() == 0) return ok();
  const int64_t plane = plan.in_rows() * plan.in_columns();
  const auto run = [&]<class T>() {
    auto work = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        add_blocks(plan, counts, static_cast<const T*>(x.data) + i * counts.taps * counts.columns,
                   static_cast<T*>(y.data) + i * plane);
      }
    };
    const int64_t additions = counts.taps * counts.columns + plane;
    context.parallel_for(out[0] * out[1], std::max<int64_t>(1, kGrain / additions), work);
    return ok();
  };
  if (x.dtype == DType::kFloat32) return run.operator()<float>();
  if (x.dtype == DType::kFloat64) return run.operator()<double>();
  switch (dtype_bytes(x.dtype)) {
    case 1: return run.operator()<uint8_t>();
    case 2: return run.operator()<uint16_t>();
    case 4: return run.operator()<uint32_t>();
    default: return run.operator()<uint64_t>();
  }
}

constexpr OpDef kOps[] = {
    {.name = "Col2Im",
     .since = 18,
     .inputs = {3, 3},
     .infer = infer_col2im,
     .run = run_with_halves<run_col2im>},
};

}  // namespace

std::span<const OpDef> ops_col2im() { return kOps; }

}  // namespace tundish
