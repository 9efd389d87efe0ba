// Compress: slices along an axis (or single elements) where a condition holds; NonZero: where
// elements are not zero.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// ---- Compress

Status infer_compress(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, kBools, {}));
  const std::vector<Dim>* condition = known_dims(context, 1);
  if (condition != nullptr && condition->size() != 1) {
    return InvalidModel(cat("input 1: expected 1 axis, got ", condition->size()));
  }
  const std::vector<Dim>* dims = known_dims(context, 0);
  SymbolicShape out;
  if (!context.node().attributes.has("axis")) {
    out = std::vector<Dim>(1);
  } else if (dims != nullptr) {
    TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", 0));
    TRY_ASSIGN(const size_t axis, checked_axis(wanted, dims->size(), ErrorCode::kInvalidModel));
    out = *dims;
    (*out)[axis] = Dim();
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_compress(ExecContext& context) {
  const TensorView& x = context.input(0);
  const TensorView& condition = context.input(1);
  if (condition.shape.rank() != 1) {
    return InvalidArgument(cat("input 1: expected 1 axis, got ", condition.shape.rank()));
  }
  // Without an axis, all of the input is one.
  Shape shape{x.shape.element_count()};
  size_t axis = 0;
  if (context.node().attributes.has("axis")) {
    TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", 0));
    TRY_ASSIGN(axis, checked_axis(wanted, x.shape.rank(), ErrorCode::kInvalidArgument));
    shape = x.shape;
  }
  const AroundAxis all(shape, axis);
  const std::span<const uint8_t> holds = condition.values<uint8_t>();
  const auto kept = static_cast<int64_t>(
      std::count_if(holds.begin(), holds.end(), [](uint8_t c) { return c != 0; }));
  const auto is_set = [&](int64_t i) { return holds[static_cast<size_t>(i)] != 0; };
  for (int64_t i = all.size; i < condition.shape[0]; ++i) {
    if (is_set(i)) {
      return InvalidArgument(
          cat("input 1: element ", i, " is true for an axis of size ", all.size));
    }
  }
  shape[axis] = kept;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  const int64_t end = std::min(all.size, condition.shape[0]);
  int64_t to = 0;
  for (int64_t block = 0; block < all.outer && kept > 0; ++block) {
    // Neighbours are copied together.
    for (int64_t i = 0; i < end;) {
      if (!is_set(i)) {
        ++i;
        continue;
      }
      int64_t next = i + 1;
      while (next < end && is_set(next)) ++next;
      const int64_t count = (next - i) * all.inner;
      copy_elements(x.dtype, element_at(y.data, x.dtype, to),
                    element_at(x.data, x.dtype, (block * all.size + i) * all.inner), count);
      to += count;
      i = next;
    }
  }
  return ok();
}

// ---- NonZero

Status infer_non_zero(InferContext& context) {
  TRY(expect_tensor(context, 0, kHeld | kHalves | kComplex));
  std::vector<Dim> out(2);
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    out[0] = Dim(static_cast<int64_t>(dims->size()));
  }
  context.set_output(0, ValueType::tensor(DType::kInt64, std::move(out)));
  return ok();
}

// Which bits make a number other than zero: all but the sign of floating-point numbers.
template <class T> struct NotZero {
  T mask;
  bool operator()(T bits) const { return (bits & mask) != 0; }
};
template <> struct NotZero<Bytes16> {
  uint64_t mask;
  bool operator()(const Bytes16& bits) const { return ((bits.low | bits.high) & mask) != 0; }
};
template <> struct NotZero<std::string> {
  uint64_t mask;
  bool operator()(const std::string& text) const { return !text.empty(); }
};

uint64_t magnitude_bits(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
    case DType::kBfloat16: return 0x7fff;
    case DType::kFloat32: return 0x7fffffff;
    case DType::kComplex64: return 0x7fffffff7fffffff;
    case DType::kFloat64:
    case DType::kComplex128: return 0x7fffffffffffffff;
    default: return ~uint64_t{0};
  }
}

template <class T> auto not_zero(DType dtype) {
  using Mask = decltype(NotZero<T>::mask);
  return NotZero<T>{static_cast<Mask>(magnitude_bits(dtype))};
}

// The coordinates of what is not zero: row `axis` of the output is the place along that axis.
template <class T, class Test>
void list_places(const T* values, const Shape& shape, Test test, int64_t* out, int64_t found) {
  std::array<int64_t, Shape::kMaxRank> index{};
  const size_t last = shape.rank() - 1;
  const int64_t run = shape[last];
  const int64_t count = shape.element_count();
  int64_t at = 0;
  for (int64_t begin = 0; begin < count; begin += run) {
    for (int64_t i = 0; i < run; ++i) {
      if (!test(values[begin + i])) continue;
      for (size_t axis = 0; axis < last; ++axis) {
        out[static_cast<int64_t>(axis) * found + at] = index[axis];
      }
      out[static_cast<int64_t>(last) * found + at] = i;
      ++at;
    }
    for (size_t axis = last; axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

Status run_non_zero(ExecContext& context) {
  const TensorView& x = context.input(0);
  return with_moved_type(x.dtype, [&]<class T>() -> Status {
    const std::span<const T> values = x.values<T>();
    const auto test = not_zero<T>(x.dtype);
    const int64_t found = std::count_if(values.begin(), values.end(), test);
    const Shape shape{static_cast<int64_t>(x.shape.rank()), found};
    TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, shape));
    if (x.shape.rank() > 0 && found > 0) {
      list_places(values.data(), x.shape, test, static_cast<int64_t*>(y.data), found);
    }
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "Compress",
     .since = 9,
     .inputs = {2, 2},
     .infer = infer_compress,
     .run = run_compress},
    {.name = "NonZero", .since = 9, .inputs = {1, 1}, .infer = infer_non_zero, .run = run_non_zero},
};

}  // namespace

std::span<const OpDef> ops_compress() { return kOps; }

}  // namespace tundish
