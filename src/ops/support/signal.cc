#include "ops/support/signal.h"

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish::ops {
namespace {

// The type got past inference.
template <class Function> void visit(DType dtype, Function&& function) {
  switch (dtype) {
    case DType::kFloat32: return function.template operator()<float>();
    case DType::kFloat64: return function.template operator()<double>();
    case DType::kFloat16: return function.template operator()<Float16>();
    default: return function.template operator()<Bfloat16>();
  }
}

}  // namespace

void read_signal(const TensorView& view, int64_t begin, int64_t step, int64_t count, Parts parts,
                 Complex* out) {
  visit(view.dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(view.data) + begin;
    for (int64_t i = 0; i < count; ++i) {
      out[i].re = static_cast<double>(from[i * step]);
      out[i].im = parts == Parts::kComplex ? static_cast<double>(from[i * step + 1]) : 0;
    }
  });
}

void write_signal(const MutableTensorView& view, int64_t begin, int64_t step, int64_t count,
                  Parts parts, const Complex* in) {
  visit(view.dtype, [&]<class T>() {
    T* to = static_cast<T*>(view.data) + begin;
    for (int64_t i = 0; i < count; ++i) {
      to[i * step] = static_cast<T>(in[i].re);
      if (parts == Parts::kComplex) to[i * step + 1] = static_cast<T>(in[i].im);
    }
  });
}

Result<std::optional<int64_t>> constant_integer(const InferContext& context, size_t i) {
  TRY(expect_position(context, i));
  TRY_ASSIGN(const auto values, constant_integers(context, i));
  if (!values) return std::optional<int64_t>();
  return std::optional<int64_t>(values->front());
}

Result<std::optional<int64_t>> given_integer(const ExecContext& context, size_t i) {
  if (i >= context.input_count() || !context.has_input(i)) return std::optional<int64_t>();
  TRY_ASSIGN(const int64_t value, read_integer(context, i));
  return std::optional<int64_t>(value);
}

}  // namespace tundish::ops
