// An object of a pickle together with the way that led to it: what importers read models with.
#ifndef TUNDISH_WIRE_PICKLE_OBJECT_VIEW_H_
#define TUNDISH_WIRE_PICKLE_OBJECT_VIEW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/pickle/object_graph.h"

namespace tundish::pickle {

/// One field of a structured array: `count` values that lie `stride` bytes apart, unaligned.
/// Borrowed from the graph. Indexes must be below count.
struct FieldView {
  const uint8_t* data = nullptr;
  size_t count = 0;
  size_t stride = 0;
  DType dtype = DType::kUndefined;  ///< bool, an integer, or a float of 2 to 8 bytes
  ByteOrder order = ByteOrder::kLittle;
  /// The value as it is; only for bool and integers (uint64 above 2^63 wraps to negative).
  int64_t integer(size_t index) const;
  /// The value as a double; any numeric type.
  double number(size_t index) const;
};

/// A structured array ("nodes" of a tree): read by field name, whatever layout the writer used.
struct StructuredArray {
  const Array* array = nullptr;
  std::string path;
  size_t count() const { return array->element_count; }
  bool has(std::string_view field) const { return array->dtype->field(field) != nullptr; }
  /// kInvalidModel without a numeric field of that name; the message names path and field.
  Result<FieldView> field(std::string_view name) const;
};

/// A place in a graph: graph, object and path. Cheap to copy; the graph must outlive it. All errors
/// carry the path ("pipeline.steps[1].estimators_[17]") and the object's byte offset.
class ObjectView {
 public:
  ObjectView(const ObjectGraph& graph, ObjectId id, std::string path)
      : graph_(&graph), id_(id), path_(std::move(path)) {}

  const ObjectGraph& graph() const { return *graph_; }
  ObjectId id() const { return id_; }
  const std::string& path() const { return path_; }
  const Object& object() const { return graph_->at(id_); }
  ObjectKind kind() const { return object().kind; }
  bool is(ObjectKind kind) const { return this->kind() == kind; }
  bool is_none() const { return is(ObjectKind::kNone); }
  /// The same object under another path (the importer's own words for it).
  ObjectView named(std::string path) const { return {*graph_, id_, std::move(path)}; }

  /// Class of a record, or the name of a global; empty for others.
  std::string_view module() const;
  std::string_view name() const;
  /// "sklearn.pipeline.Pipeline", or the kind.
  std::string type_name() const { return graph_->type_name(id_); }

  /// `code` at this place, with path and offset: for the importer's own findings.
  Error error(ErrorCode code, std::string message) const;

  // Parts.
  bool has(std::string_view attribute) const;
  /// An attribute of a record. kInvalidModel `has no attribute "mean_"`.
  Result<ObjectView> attr(std::string_view attribute) const;
  std::optional<ObjectView> find(std::string_view attribute) const;
  /// The value under a text key of a dict or of a dict subclass.
  Result<ObjectView> key(std::string_view key) const;
  /// Number of items of a list, tuple, set, list subclass or one-dimensional object array; number
  /// of entries of a dict. 0 for others.
  size_t size() const;
  /// Item of a list, tuple, list subclass' record or object array (row-major).
  Result<ObjectView> item(size_t index) const;
  /// All items, as item() gives them; kInvalidModel for what is no sequence.
  Result<std::vector<ObjectView>> sequence() const;
  /// Keys and values of a dict (or dict subclass) in turn, without paths; kInvalidModel otherwise.
  Result<std::span<const ObjectId>> entries() const;
  /// Constructor argument of a record.
  Result<ObjectView> argument(size_t index) const;

  // Values. numpy scalars and arrays of rank 0 count as the value they hold.
  /// Valid UTF-8; kUnsupported for text with a lone surrogate.
  Result<std::string_view> as_string() const;
  Result<std::string_view> as_bytes() const;
  /// int or numpy integer.
  Result<int64_t> as_int() const;
  /// float, int (must be exact in double) or numpy number.
  Result<double> as_double() const;
  /// bool or numpy bool.
  Result<bool> as_bool() const;

  // Arrays.
  const Array* array() const { return graph_->array(id_); }
  /// The array in its own type, row-major: in place where the file's layout and alignment allow
  /// (then the tensor keeps the file alive), else copied. U and S arrays and object arrays of text
  /// become string tensors. kUnsupported for other object, structured and datetime arrays; kLimit
  /// beyond Shape::kMaxRank dimensions.
  Result<Tensor> as_tensor() const;
  /// Numbers as float64: float and integer arrays, and (nested) lists and tuples of numbers.
  /// Integers beyond 2^53 that a double does not hold are kUnsupported.
  Result<Tensor> as_array_f64() const;
  /// Numbers as int64: bool and integer arrays and lists of integers; kInvalidModel otherwise.
  Result<Tensor> as_array_i64() const;
  /// Texts: U, S and object arrays of str, and lists or tuples of str.
  Result<std::vector<std::string>> as_strings() const;
  Result<StructuredArray> as_structured() const;

 private:
  Error wrong_kind(std::string_view wanted) const;
  const ObjectGraph* graph_;
  ObjectId id_;
  std::string path_;
};

/// The graph's root under the path `name` ("pipeline" for a Pipeline; the importer's choice).
/// Requires root() != kNoObject.
ObjectView root_view(const ObjectGraph& graph, std::string name);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_OBJECT_VIEW_H_
