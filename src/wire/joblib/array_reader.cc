#include "wire/joblib/array_reader.h"

#include "base/checked.h"
#include "base/strings.h"

namespace tundish::pickle {

namespace {

// Padding length byte and alignment that any version of joblib writes; 16 since 1.2.0.
constexpr int64_t kMostAlignment = 255;

struct Wrapper {
  ObjectId dtype = kNoObject;
  std::span<const int64_t> dims;
  bool fortran_order = false;
  int64_t alignment = 0;  // 0: no padding (before 1.2, or not seekable)
};

Result<ObjectId> need_entry(const ObjectGraph& graph, ObjectId wrapper, std::string_view name) {
  const ObjectId found = graph.find_attribute(wrapper, name);
  if (found == kNoObject) return InvalidModel(cat("the array wrapper has no ", quoted(name)));
  return found;
}

Result<Wrapper> read_wrapper(Session& session, ObjectId id) {
  const ObjectGraph& graph = session.graph;
  Wrapper wrapper;
  TRY_ASSIGN(const ObjectId subclass, need_entry(graph, id, "subclass"));
  const Global* type = graph.global(subclass);
  if (type == nullptr) return InvalidModel("the class of the array is no class");
  if (type->module != "numpy" || (type->name != "ndarray" && type->name != "memmap")) {
    TRY(session.refuse(ErrorCode::kUnsupported,
                       cat("an array of class ", type->module, ".", type->name, " at offset ",
                           graph.at(id).offset),
                       graph.at(id).offset));
  }
  TRY_ASSIGN(const ObjectId shape, need_entry(graph, id, "shape"));
  TRY_ASSIGN(wrapper.dims, Machine::shape_of(session, shape));
  TRY_ASSIGN(const ObjectId order, need_entry(graph, id, "order"));
  const std::string_view order_text = graph.text(order);
  if (order_text != "C" && order_text != "F")
    return InvalidModel(cat("array order ", quoted(order_text, 20)));
  wrapper.fortran_order = order_text == "F";
  TRY_ASSIGN(wrapper.dtype, need_entry(graph, id, "dtype"));
  if (graph.dtype(wrapper.dtype) == nullptr) {
    return InvalidModel(cat("the dtype of the array is ", graph.described(wrapper.dtype)));
  }
  const ObjectId alignment = graph.find_attribute(id, "numpy_array_alignment_bytes");
  if (alignment != kNoObject && graph.kind(alignment) != ObjectKind::kNone) {
    const Object& value = graph.at(alignment);
    if (value.kind != ObjectKind::kInt || value.integer < 1 || value.integer > kMostAlignment)
      return InvalidModel("the alignment of the array is out of range");
    wrapper.alignment = value.integer;
  }
  return wrapper;
}

// Object arrays: an ordinary pickle of the array, with a memo of its own.
Status read_objects(Machine& machine, ObjectId id, const Wrapper& wrapper) {
  Session& session = machine.session();
  ObjectGraph& graph = session.graph;
  Machine nested(session, machine.stream(), machine.position(), nullptr);
  TRY(nested.run());
  const Array* array = graph.array(nested.result());
  if (array == nullptr || array->dtype == nullptr || !array->dtype->is_object()) {
    return InvalidModel(
        cat("the pickle of an object array gives ", graph.described(nested.result())));
  }
  TRY_ASSIGN(const uint64_t count, checked_bytes(wrapper.dims, 1));
  if (count != array->element_count) {
    return InvalidModel(cat("an object array of ", count, " elements has ", array->element_count));
  }
  Object& object = graph.mutable_at(id);
  object.kind = ObjectKind::kArray;
  object.array = graph.at(nested.result()).array;
  return machine.continue_at(nested.position());
}

Status read_raw(Machine& machine, ObjectId id, const Wrapper& wrapper) {
  Session& session = machine.session();
  const Bytes stream = machine.stream();
  size_t at = machine.position();
  if (wrapper.alignment > 0) {
    if (at >= stream.size()) return InvalidModel(cat("truncated: no array data at offset ", at));
    const uint8_t padding = stream[at];
    if (padding < 1 || padding > wrapper.alignment)
      return InvalidModel(cat("padding of ", padding, " bytes at offset ", at,
                              " before array data; ", "joblib writes 1 to ", wrapper.alignment));
    if (padding >= stream.size() - at)
      return InvalidModel(cat("truncated: no array data at offset ", stream.size()));
    at += 1 + padding;
    session.graph.mutable_facts().joblib_alignment = static_cast<uint32_t>(wrapper.alignment);
  }
  const NumpyDType& dtype = *session.graph.dtype(wrapper.dtype);
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(wrapper.dims, dtype.item_bytes));
  if (bytes > stream.size() - at) {
    return InvalidModel(cat("truncated: an array needs ", bytes, " bytes at offset ", at,
                            ", file has ", stream.size()));
  }
  Array contents;
  contents.fortran_order = wrapper.fortran_order;
  contents.data = stream.subspan(at, bytes);
  TRY(Machine::set_array(session, id, wrapper.dtype, wrapper.dims, contents));
  return machine.continue_at(at + bytes);
}

}  // namespace

Status JoblibArrayReader::read(Machine& machine, ObjectId id) const {
  Session& session = machine.session();
  session.graph.mutable_facts().joblib = true;
  --session.record_count;  // becomes an array
  const std::string place = cat("array at offset ", session.graph.at(id).offset);
  // Nothing moves yet: only refuses data inside an unfinished frame.
  TRY(machine.continue_at(machine.position()));
  TRY_ASSIGN(const Wrapper wrapper, in(place, read_wrapper(session, id)));
  if (session.graph.dtype(wrapper.dtype)->is_object())
    return in(place, read_objects(machine, id, wrapper));
  return in(place, read_raw(machine, id, wrapper));
}

}  // namespace tundish::pickle
