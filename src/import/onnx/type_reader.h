// Types and attributes of ONNX records as those of the graph.
#ifndef TUNDISH_IMPORT_ONNX_TYPE_READER_H_
#define TUNDISH_IMPORT_ONNX_TYPE_READER_H_

#include <memory>

#include "ir/attribute.h"
#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "wire/onnx/records.h"

namespace tundish {

/// kInvalidModel for an unknown element type or no type at all; kLimit for a rank above
/// Shape::kMaxRank.
Result<ValueType> value_type_of(const OnnxType& type);

/// kInvalidModel when its type is unknown or does not match what it holds; kUnsupported for graphs
/// (Scope reads them) and references to a function's attributes. Tensors may borrow from `owner`'s
/// bytes.
Result<Attribute> attribute_of(const OnnxAttribute& attribute,
                               const std::shared_ptr<const void>& owner);
/// The same, with lists of numbers moved out of the record.
Result<Attribute> take_attribute(OnnxAttribute& attribute,
                                 const std::shared_ptr<const void>& owner);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_TYPE_READER_H_
