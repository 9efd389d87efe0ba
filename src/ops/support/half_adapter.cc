#include "ops/support/half_adapter.h"

#include <new>
#include <utility>

#include "base/checked.h"
#include "ops/support/elementwise.h"

namespace tundish::ops {
namespace {

template <class Body> void over_elements(ExecContext& context, int64_t count, Body body) {
  if (count <= kCheapGrain || context.thread_count() == 1) return body(0, count);
  context.parallel_for(count, kCheapGrain, body);
}

template <class Half> void widen(ExecContext& context, const void* from, float* to, int64_t count) {
  const Half* halves = static_cast<const Half*>(from);
  over_elements(context, count, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = static_cast<float>(halves[i]);
  });
}

template <class Half>
void narrow(ExecContext& context, const float* from, void* to, int64_t count) {
  Half* halves = static_cast<Half*>(to);
  over_elements(context, count, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) halves[i] = Half(from[i]);
  });
}

// What the operator made of one output.
struct MadeOutput {
  const float* values = nullptr;  // to be rounded; null: nothing to do
  DType dtype = DType::kUndefined;
  Shape shape;
};

class HalfAdapter final : public ExecContext {
 public:
  HalfAdapter(ExecContext& outer, HalfOutputType output_type)
      : outer_(outer), output_type_(output_type) {}

  Status open() {
    TRY_ASSIGN(views_, table<TensorView>(outer_.input_count()));
    TRY_ASSIGN(made_, table<MadeOutput>(outer_.output_count()));
    for (size_t i = 0; i < outer_.input_count(); ++i) {
      if (!outer_.has_input(i)) continue;
      const TensorView& real = outer_.input(i);
      views_[i] = real;
      if (!is_half_type(real.dtype)) continue;
      TRY_ASSIGN(float* const values, floats(real.shape));
      widen_halves(outer_, real, values);
      views_[i] = {DType::kFloat32, real.shape, values};
    }
    return ok();
  }
  Status close() {
    for (size_t i = 0; i < outer_.output_count(); ++i) {
      const MadeOutput& made = made_[i];
      if (made.values == nullptr) continue;
      TRY_ASSIGN(const MutableTensorView out, outer_.output(i, made.dtype, made.shape));
      narrow_to_halves(outer_, made.values, out);
    }
    return ok();
  }

  const Node& node() const override { return outer_.node(); }
  size_t input_count() const override { return outer_.input_count(); }
  bool has_input(size_t i) const override { return outer_.has_input(i); }
  const TensorView& input(size_t i) const override { return views_[i]; }
  Value input_value(size_t i) const override {
    if (!outer_.has_input(i) || !is_half_type(outer_.input(i).dtype)) return outer_.input_value(i);
    return Tensor::borrow(views_[i], nullptr);
  }
  size_t output_count() const override { return outer_.output_count(); }
  bool output_wanted(size_t i) const override { return outer_.output_wanted(i); }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    const DType real = dtype == DType::kFloat32 ? output_type_(outer_, i) : dtype;
    if (real == dtype) return outer_.output(i, dtype, shape);
    TRY_ASSIGN(float* const values, floats(shape));
    made_[i] = {values, real, shape};
    return MutableTensorView{dtype, shape, values};
  }
  Status set_output(size_t i, Value value) override {
    return outer_.set_output(i, std::move(value));
  }
  Result<void*> scratch(size_t bytes) override { return outer_.scratch(bytes); }
  const KernelState* state() const override { return outer_.state(); }
  const KernelTable& kernels() const override { return outer_.kernels(); }
  int thread_count() const override { return outer_.thread_count(); }
  void parallel_for(int64_t count, int64_t grain, RangeFunction body) override {
    outer_.parallel_for(count, grain, body);
  }
  Status interrupted() const override { return outer_.interrupted(); }
  Result<std::vector<Value>> run_graph(std::string_view name,
                                       std::span<const Value> inputs) override {
    return outer_.run_graph(name, inputs);
  }

 private:
  // In scratch, so that a shape seen before costs no allocation.
  template <class T> Result<T*> table(size_t count) {
    TRY_ASSIGN(void* const storage, outer_.scratch((count + 1) * sizeof(T)));
    T* const entries = static_cast<T*>(storage);
    for (size_t i = 0; i < count; ++i) new (entries + i) T();
    return entries;
  }
  Result<float*> floats(const Shape& shape) {
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(float)));
    TRY_ASSIGN(void* const storage, outer_.scratch(bytes + sizeof(float)));
    return static_cast<float*>(storage);
  }

  ExecContext& outer_;
  HalfOutputType output_type_;
  TensorView* views_ = nullptr;
  MadeOutput* made_ = nullptr;
};

}  // namespace

void widen_halves(ExecContext& context, const TensorView& from, float* to) {
  const int64_t count = from.shape.element_count();
  if (from.dtype == DType::kFloat16) return widen<Float16>(context, from.data, to, count);
  widen<Bfloat16>(context, from.data, to, count);
}

void narrow_to_halves(ExecContext& context, const float* from, const MutableTensorView& to) {
  const int64_t count = to.shape.element_count();
  if (to.dtype == DType::kFloat16) return narrow<Float16>(context, from, to.data, count);
  narrow<Bfloat16>(context, from, to.data, count);
}

DType first_half_type(const ExecContext& outer, size_t) {
  for (size_t i = 0; i < outer.input_count(); ++i) {
    if (outer.has_input(i) && is_half_type(outer.input(i).dtype)) return outer.input(i).dtype;
  }
  return DType::kFloat32;
}

Status run_widened(ExecContext& context, RunFunction run, HalfOutputType output_type) {
  if (first_half_type(context, 0) == DType::kFloat32) return run(context);
  HalfAdapter adapter(context, output_type);
  TRY(adapter.open());
  TRY(run(adapter));
  return adapter.close();
}

}  // namespace tundish::ops
