// ONNX records under construction, with storage for the text and numbers they refer to.
#ifndef TUNDISH_EXPORT_ONNX_RECORD_BUILDER_H_
#define TUNDISH_EXPORT_ONNX_RECORD_BUILDER_H_

#include <deque>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ir/attribute.h"
#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/onnx/records.h"

namespace tundish {

/// The records of one model. Views in them point into this object, which must outlive them.
class RecordBuilder {
 public:
  OnnxModel model;
  OnnxGraph& graph() { return *model.graph; }

  RecordBuilder() { model.graph.emplace(); }
  RecordBuilder(const RecordBuilder&) = delete;
  RecordBuilder& operator=(const RecordBuilder&) = delete;

  /// A view of a copy that lives as long as the builder.
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  /// A value or node name that is not in use, made from `wanted`.
  std::string_view fresh_name(std::string_view wanted);
  void reserve_name(std::string_view name) { names_.insert(std::string(name)); }

  /// The record of a tensor; its storage is kept. kUnsupported for a rank or type without record.
  OnnxTensor tensor(const Tensor& tensor, std::string_view name);
  void initializer(const Tensor& tensor, std::string_view name);
  Result<OnnxAttribute> attribute(std::string_view name, const Attribute& value);
  OnnxType type(const ValueType& type);

  /// A node whose attributes the caller fills in. The reference holds until the next call.
  OnnxNode& node(std::string_view domain, std::string_view op, std::string_view name,
                 std::initializer_list<std::string_view> inputs,
                 std::initializer_list<std::string_view> outputs);

 private:
  std::deque<std::string> texts_;
  std::deque<Tensor> tensors_;
  std::set<std::string> names_;
  size_t next_suffix_ = 1;
};

/// Attribute records of one value.
OnnxAttribute int_attribute(std::string_view name, int64_t value);
OnnxAttribute ints_attribute(std::string_view name, std::vector<int64_t> values);

}  // namespace tundish

#endif  // TUNDISH_EXPORT_ONNX_RECORD_BUILDER_H_
