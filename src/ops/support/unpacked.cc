#include "ops/support/unpacked.h"

#include "ops/support/packed.h"

namespace tundish::ops {

Result<TensorView> whole_bytes(ExecContext& context, const TensorView& view) {
  if (!is_packed(view.dtype)) return view;
  const int64_t count = view.shape.element_count();
  TRY_ASSIGN(void* codes, context.scratch(static_cast<size_t>(count)));
  unpack_codes(view.dtype, view.data, 0, count, static_cast<uint8_t*>(codes));
  return TensorView{DType::kUint8, view.shape, codes};
}

Result<WholeByteOutput> WholeByteOutput::make(ExecContext& context, size_t i, DType dtype,
                                              const Shape& shape) {
  WholeByteOutput made;
  TRY_ASSIGN(made.out_, sized_output(context, i, dtype, shape));
  made.bytes_ = made.out_;
  if (is_packed(dtype)) {
    TRY_ASSIGN(void* codes, context.scratch(static_cast<size_t>(shape.element_count())));
    made.bytes_ = {DType::kUint8, shape, codes};
  }
  return made;
}

void WholeByteOutput::finish() const {
  if (!is_packed(out_.dtype)) return;
  pack_codes(out_.dtype, out_.data, 0, out_.shape.element_count(),
             static_cast<const uint8_t*>(bytes_.data));
}

}  // namespace tundish::ops
