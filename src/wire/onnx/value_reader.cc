#include "wire/onnx/value_reader.h"

#include <new>
#include <utility>

#include "base/strings.h"
#include "wire/onnx/model_reader.h"
#include "wire/onnx/tensor_data.h"
#include "wire/protobuf/proto_reader.h"

namespace tundish {

namespace {

class ValueReader {
 public:
  ValueReader(const std::shared_ptr<const void>& owner, const Limits& limits)
      : owner_(owner), limits_(limits) {}

  Result<Value> tensor(Bytes bytes) const {
    TRY_ASSIGN(const OnnxTensor record, read_onnx_tensor(bytes, limits_));
    TRY_ASSIGN(Tensor tensor, tensor_from_record(record, owner_));
    return Value(std::move(tensor));
  }

  // SequenceProto: values lie in the field of their kind.
  Result<Value> sequence(ProtoReader message) const {
    Sequence sequence;
    while (true) {
      TRY_ASSIGN(const bool more, message.next());
      if (!more) return Value(std::move(sequence));
      if (message.field() <= 2) continue;  // name, elem_type
      TRY(message.budget().charge(2 * sizeof(Value)));
      Result<Value> item = held(message, 3);
      if (!item) return std::move(item).error().in(cat("element ", sequence.items.size()));
      sequence.items.push_back(std::move(item).value());
    }
  }

  // OptionalProto: nothing, or one value.
  Result<Value> optional(ProtoReader message) const {
    Optional optional;
    while (true) {
      TRY_ASSIGN(const bool more, message.next());
      if (!more) return Value(std::move(optional));
      if (message.field() <= 2) continue;
      if (optional.item != nullptr) return InvalidModel("an optional holds two values");
      TRY_ASSIGN(Value value, held(message, 3));
      optional.item = std::make_shared<const Value>(std::move(value));
    }
  }

 private:
  // Both messages number their fields alike: tensor, sparse tensor, sequence, map, optional.
  Result<Value> held(const ProtoReader& field, uint32_t first) const {
    if (field.field() == first) {
      TRY_ASSIGN(const Bytes bytes, field.bytes());
      return tensor(bytes);
    }
    TRY_ASSIGN(const ProtoReader message, field.message());
    if (field.field() == first + 2) return sequence(message);
    if (field.field() == first + 4) return optional(message);
    return Unsupported(cat("a value in field ", field.field(), " (a sparse tensor or a map)"));
  }

  const std::shared_ptr<const void>& owner_;
  const Limits& limits_;
};

}  // namespace

Result<Value> read_onnx_value(Bytes file, ValueKind kind, const std::shared_ptr<const void>& owner,
                              const Limits& limits) {
  try {
    ProtoBudget budget(limits);
    const ValueReader reader(owner, limits);
    switch (kind) {
      case ValueKind::kTensor: return reader.tensor(file);
      case ValueKind::kSequence: return reader.sequence(ProtoReader(file, budget));
      case ValueKind::kOptional: return reader.optional(ProtoReader(file, budget));
      default: return Unsupported("values of files are tensors, sequences and optionals");
    }
  } catch (const std::bad_alloc&) {
    return Limit("no memory left for an ONNX value");
  }
}

}  // namespace tundish
