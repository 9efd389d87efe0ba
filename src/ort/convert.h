// Our values as ONNX Runtime's and back.
#ifndef TUNDISH_ORT_CONVERT_H_
#define TUNDISH_ORT_CONVERT_H_

#include "ort/library.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ort {

/// What conversions need of a session; all owned by it.
struct Converter {
  const Library& library;
  void* allocator;
  void* memory_info;  ///< of the processor's memory

  /// An OrtValue that the caller releases. Dense numbers keep pointing to our memory.
  Result<void*> to_ort(const Value& value) const;
  /// A copy of an OrtValue of any kind.
  Result<Value> from_ort(void* value) const;
  /// A dense tensor of numbers where it lies. kInvalidArgument for other kinds.
  Result<TensorView> view_of(void* value) const;

 private:
  Result<void*> strings_to_ort(const TensorView& view) const;
  Result<void*> joined(std::span<void* const> parts, int kind) const;
  Result<Tensor> strings_from_ort(void* value, const Shape& shape) const;
};

}  // namespace tundish::ort

#endif  // TUNDISH_ORT_CONVERT_H_
