#include "ort/convert.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace tundish::ort {
namespace {

// ONNXType of onnxruntime_c_api.h.
constexpr int kTensor = 1;
constexpr int kSequence = 2;
constexpr int kMap = 3;
constexpr int kOptional = 6;

// OrtValues that are released unless somebody takes them.
class Held {
 public:
  explicit Held(const Library& library) : library_(library) {}
  ~Held() {
    for (void* value : values_) library_.release(kReleaseValue, value);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void add(void* value) { values_.push_back(value); }
  std::span<void* const> all() const { return values_; }

 private:
  const Library& library_;
  std::vector<void*> values_;
};

}  // namespace

Result<void*> Converter::strings_to_ort(const TensorView& view) const {
  void* made = nullptr;
  TRY_ORT(library, library.call(kCreateTensor, allocator, view.shape.dims().data(),
                                view.shape.rank(), static_cast<int>(view.dtype), &made));
  std::vector<const char*> texts;
  for (const std::string& text : view.values<std::string>()) texts.push_back(text.c_str());
  if (void* failed = library.call(kFillStringTensor, made, texts.data(), texts.size())) {
    library.release(kReleaseValue, made);
    return library.error_of(failed);
  }
  return made;
}

Result<void*> Converter::joined(std::span<void* const> parts, int kind) const {
  void* made = nullptr;
  TRY_ORT(library, library.call(kCreateValue, parts.data(), parts.size(), kind, &made));
  return made;
}

Result<void*> Converter::to_ort(const Value& value) const {
  if (const Tensor* tensor = value.tensor()) {
    const TensorView view = tensor->view();
    if (view.dtype == DType::kString) return strings_to_ort(view);
    void* made = nullptr;
    TRY_ORT(library, library.call(kCreateTensorWithData, memory_info, const_cast<void*>(view.data),
                                  tensor->byte_count(), view.shape.dims().data(), view.shape.rank(),
                                  static_cast<int>(view.dtype), &made));
    return made;
  }
  Held parts(library);
  if (const Sequence* sequence = value.sequence()) {
    for (const Value& item : sequence->items) {
      TRY_ASSIGN(void* part, to_ort(item));
      parts.add(part);
    }
    return joined(parts.all(), kSequence);
  }
  if (const Map* map = value.map()) {
    TRY_ASSIGN(void* keys, to_ort(map->keys));
    parts.add(keys);
    TRY_ASSIGN(void* values, to_ort(map->values));
    parts.add(values);
    return joined(parts.all(), kMap);
  }
  return Unsupported("ONNX Runtime's interface takes no such value");
}

Result<TensorView> Converter::view_of(void* value) const {
  int kind = 0;
  TRY_ORT(library, library.call(kGetValueType, value, &kind));
  if (kind != kTensor) return InvalidArgument("is no dense tensor");
  void* info = nullptr;
  TRY_ORT(library, library.call(kGetTensorTypeAndShape, value, &info));
  const auto release = [this](void* object) { library.release(kReleaseTensorInfo, object); };
  const std::unique_ptr<void, decltype(release)> guard(info, release);
  int element_type = 0;
  size_t rank = 0;
  TRY_ORT(library, library.call(kGetTensorElementType, info, &element_type));
  TRY_ORT(library, library.call(kGetDimensionsCount, info, &rank));
  std::vector<int64_t> dims(rank);
  TRY_ORT(library, library.call(kGetDimensions, info, dims.data(), rank));
  TRY_ASSIGN(const Shape shape, Shape::from_dims(dims));
  // The numbers of ONNX's element types are ours and theirs.
  const auto dtype = static_cast<DType>(element_type);
  if (dtype == DType::kString) return TensorView{dtype, shape, nullptr};
  void* data = nullptr;
  TRY_ORT(library, library.call(kGetTensorData, value, &data));
  return TensorView{dtype, shape, data};
}

Result<Tensor> Converter::strings_from_ort(void* value, const Shape& shape) const {
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(DType::kString, shape));
  const std::span<std::string> texts = tensor.mutable_values<std::string>();
  if (texts.empty()) return tensor;
  size_t bytes = 0;
  TRY_ORT(library, library.call(kGetStringTensorLength, value, &bytes));
  std::string all(bytes, '\0');
  std::vector<size_t> offsets(texts.size());
  TRY_ORT(library, library.call(kGetStringTensorContent, value, all.data(), bytes, offsets.data(),
                                offsets.size()));
  for (size_t i = 0; i < texts.size(); ++i) {
    const size_t end = i + 1 < texts.size() ? offsets[i + 1] : bytes;
    texts[i] = all.substr(offsets[i], end - offsets[i]);
  }
  return tensor;
}

Result<Value> Converter::from_ort(void* value) const {
  int kind = 0;
  TRY_ORT(library, library.call(kGetValueType, value, &kind));
  if (kind == kTensor) {
    TRY_ASSIGN(const TensorView view, view_of(value));
    TRY_ASSIGN(Tensor copy, view.dtype == DType::kString ? strings_from_ort(value, view.shape)
                                                         : Tensor::copy_of(view));
    return Value(std::move(copy));
  }
  if (kind == kOptional) {
    int has_value = 0;
    TRY_ORT(library, library.call(kHasValue, value, &has_value));
    if (has_value == 0) return Value(Optional{});
  }
  if (kind != kSequence && kind != kMap) {
    return Unsupported("ONNX Runtime's answer is neither tensor, sequence nor map");
  }
  size_t count = 0;
  TRY_ORT(library, library.call(kGetValueCount, value, &count));
  Sequence items;
  for (size_t i = 0; i < count; ++i) {
    void* part = nullptr;
    TRY_ORT(library, library.call(kGetValue, value, static_cast<int>(i), allocator, &part));
    Held held(library);
    held.add(part);
    TRY_ASSIGN(items.items.emplace_back(), from_ort(part));
  }
  if (kind == kSequence) return Value(std::move(items));
  if (items.items.size() != 2 || items.items[0].tensor() == nullptr ||
      items.items[1].tensor() == nullptr) {
    return Unsupported("ONNX Runtime's map has no keys and values");
  }
  return Value(Map{*items.items[0].tensor(), *items.items[1].tensor()});
}

}  // namespace tundish::ort
