// Values that go into and come out of a model: shapes, tensors, sparse rows, sequences, maps.
#ifndef TUNDISH_VALUE_H_
#define TUNDISH_VALUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tundish/dtype.h"
#include "tundish/result.h"

namespace tundish {

/// Sizes of a tensor's dimensions, outermost first, each >= 0. Rank 0 is a scalar. A plain value
/// without allocation: at most kMaxRank dimensions (readers refuse more with kLimit).
class Shape {
 public:
  static constexpr size_t kMaxRank = 12;

  Shape() = default;
  /// At most kMaxRank sizes; more is a programming mistake (use from_dims for foreign data).
  Shape(std::initializer_list<int64_t> dims);
  /// Checked form for sizes that come from outside: refuses rank > kMaxRank and negative sizes.
  static Result<Shape> from_dims(std::span<const int64_t> dims);

  size_t rank() const { return rank_; }
  int64_t operator[](size_t axis) const { return dims_[axis]; }
  int64_t& operator[](size_t axis) { return dims_[axis]; }
  std::span<const int64_t> dims() const { return {dims_.data(), rank_}; }
  /// Product of the sizes (1 for a scalar). Shapes made by from_dims and allocate() never overflow.
  int64_t element_count() const {
    int64_t count = 1;
    for (size_t i = 0; i < rank_; ++i) count *= dims_[i];
    return count;
  }
  void append(int64_t size) { dims_[rank_++] = size; }
  bool operator==(const Shape& other) const;
  /// "[2, 3]"
  std::string to_string() const;

 private:
  std::array<int64_t, kMaxRank> dims_{};
  size_t rank_ = 0;
};

/// A tensor somebody else owns: dense, row-major. `data` points to element_count() elements of
/// `dtype` (std::string objects for kString; sub-byte types packed, low bits first) and must stay
/// valid while the view is used.
struct TensorView {
  DType dtype = DType::kUndefined;
  Shape shape;
  const void* data = nullptr;

  template <class T> std::span<const T> values() const {
    return {static_cast<const T*>(data), static_cast<size_t>(shape.element_count())};
  }
};

/// As TensorView, but written by the callee.
struct MutableTensorView {
  DType dtype = DType::kUndefined;
  Shape shape;
  void* data = nullptr;

  template <class T> std::span<T> values() const {
    return {static_cast<T*>(data), static_cast<size_t>(shape.element_count())};
  }
  operator TensorView() const { return {dtype, shape, data}; }  // NOLINT: a view of the same data
};

/// View of a row-major matrix [rows, columns].
template <class T> TensorView matrix_view(const T* data, int64_t rows, int64_t columns) {
  return {dtype_of<T>, Shape{rows, columns}, data};
}

/// A dense tensor that shares its storage: copying copies a handle. The storage is owned memory or
/// part of a mapped file, kept alive by the handle. Contents do not change once shared; only the
/// maker writes, through mutable_data(), before the first copy. Safe to read from many threads.
class Tensor {
 public:
  Tensor() = default;
  /// New storage, 64-byte aligned, zeroed (strings empty). kLimit if the size overflows or memory
  /// is not to be had.
  static Result<Tensor> allocate(DType dtype, const Shape& shape);
  /// Storage kept alive by `owner` (for example a mapped file); nothing is copied.
  static Tensor borrow(const TensorView& view, std::shared_ptr<const void> owner);
  /// A copy of `view` in storage of its own.
  static Result<Tensor> copy_of(const TensorView& view);
  /// A one-dimensional tensor (or the given shape, whose element count must fit) of these values.
  template <class T> static Tensor of(std::span<const T> values);
  template <class T> static Tensor of(std::span<const T> values, const Shape& shape);
  static Tensor of_strings(std::span<const std::string> values);
  static Tensor of_strings(std::span<const std::string> values, const Shape& shape);
  /// Rank 0.
  template <class T> static Tensor scalar(T value) {
    return of(std::span<const T>(&value, 1), Shape{});
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t element_count() const { return shape_.element_count(); }
  /// Bytes of storage (string objects count as sizeof(std::string)).
  size_t byte_count() const;
  const void* data() const { return data_; }
  void* mutable_data() { return const_cast<void*>(data_); }
  template <class T> std::span<const T> values() const {
    return {static_cast<const T*>(data_), static_cast<size_t>(element_count())};
  }
  template <class T> std::span<T> mutable_values() {
    return {static_cast<T*>(mutable_data()), static_cast<size_t>(element_count())};
  }
  TensorView view() const { return {dtype_, shape_, data_}; }
  MutableTensorView mutable_view() { return {dtype_, shape_, mutable_data()}; }
  /// The same storage under another shape of equal element count.
  Tensor reshaped(const Shape& shape) const;
  const std::shared_ptr<const void>& owner() const { return owner_; }
  bool defined() const { return dtype_ != DType::kUndefined; }

 private:
  static Tensor copy_values(DType dtype, const void* data, const Shape& shape);
  DType dtype_ = DType::kUndefined;
  Shape shape_;
  const void* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

template <class T> Tensor Tensor::of(std::span<const T> values, const Shape& shape) {
  return copy_values(dtype_of<T>, values.data(), shape);
}
template <class T> Tensor Tensor::of(std::span<const T> values) {
  return of(values, Shape{static_cast<int64_t>(values.size())});
}

/// Rows in compressed sparse row form. `indptr` has rows + 1 entries, `indices` and `data` have
/// indptr[rows]; indices of a row ascend. What an absent entry means (zero or missing) is the
/// model's business.
struct SparseCsr {
  int64_t rows = 0;
  int64_t columns = 0;
  Tensor indptr;   ///< int64 [rows + 1]
  Tensor indices;  ///< int64 [stored]
  Tensor data;     ///< any numeric type [stored]
};

class Value;
/// ONNX sequence: values of one type in order.
struct Sequence {
  std::vector<Value> items;
};
/// ONNX optional: nothing, or one value.
struct Optional {
  std::shared_ptr<const Value> item;  ///< null when empty
};
/// ONNX map: keys are an int64 or string tensor [n], values a tensor [n, ...].
struct Map {
  Tensor keys;
  Tensor values;
};

/// Any value a graph can carry.
class Value {
 public:
  Value() = default;
  Value(Tensor tensor) : held_(std::move(tensor)) {}        // NOLINT: a tensor is a value
  Value(SparseCsr sparse) : held_(std::move(sparse)) {}     // NOLINT
  Value(Sequence sequence) : held_(std::move(sequence)) {}  // NOLINT
  Value(Optional optional) : held_(std::move(optional)) {}  // NOLINT
  Value(Map map) : held_(std::move(map)) {}                 // NOLINT

  /// Null when the value holds something else.
  const Tensor* tensor() const { return std::get_if<Tensor>(&held_); }
  const SparseCsr* sparse() const { return std::get_if<SparseCsr>(&held_); }
  const Sequence* sequence() const { return std::get_if<Sequence>(&held_); }
  const Optional* optional() const { return std::get_if<Optional>(&held_); }
  const Map* map() const { return std::get_if<Map>(&held_); }

 private:
  std::variant<Tensor, SparseCsr, Sequence, Optional, Map> held_;
};

}  // namespace tundish

#endif  // TUNDISH_VALUE_H_
