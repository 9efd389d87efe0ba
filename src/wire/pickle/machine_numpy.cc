// numpy's arrays, dtypes and scalars, and Python's own values that need a REDUCE. Forms: numpy's
// methods.c (array_reduce_ex, array_setstate), descriptor.c (arraydescr_reduce), scalartypes.c.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/pickle/allow_list.h"
#include "wire/pickle/array_convert.h"
#include "wire/pickle/machine.h"
#include "wire/pickle/text.h"

namespace tundish::pickle {

namespace {

constexpr size_t kMostFields = 1000;  // real structured types have at most 20
// numpy.dtype's state: (version, byte order, subarray, names, fields, itemsize, alignment, flags).
constexpr size_t kDTypeStateSize = 8;

bool is_text(const ObjectGraph& graph, ObjectId id) {
  return graph.kind(id) == ObjectKind::kString;
}

}  // namespace

Result<std::span<const int64_t>> Machine::shape_of(Session& session, ObjectId tuple) {
  ObjectGraph& graph = session.graph;
  if (graph.kind(tuple) != ObjectKind::kTuple)
    return InvalidModel(cat("the shape of an array is ", graph.described(tuple)));
  const auto entries = graph.items(tuple);
  if (entries.size() > session.limits.max_array_rank) {
    return InvalidModel(cat("an array of ", entries.size(), " dimensions; numpy allows ",
                            session.limits.max_array_rank));
  }
  TRY(session.spend(entries.size()));
  int64_t* dims = graph.arena().allocate<int64_t>(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const Object& entry = graph.at(entries[i]);
    if (entry.kind == ObjectKind::kBigInt) {
      return InvalidModel(cat("dimension ", i, " of an array is ", graph.big_integer(entries[i]),
                              ", beyond 63 bits"));
    }
    if (entry.kind != ObjectKind::kInt)
      return InvalidModel(cat("dimension ", i, " of an array is ", graph.described(entries[i])));
    if (entry.integer < 0)
      return InvalidModel(cat("dimension ", i, " of an array is ", entry.integer));
    dims[i] = entry.integer;
  }
  return std::span<const int64_t>(dims, entries.size());
}

Status Machine::set_array(Session& session, ObjectId array, ObjectId dtype,
                          std::span<const int64_t> dims, Array contents) {
  ObjectGraph& graph = session.graph;
  if (graph.kind(dtype) != ObjectKind::kDType)
    return InvalidModel(cat("the dtype of an array is ", graph.described(dtype)));
  NumpyDType* type = graph.mutable_at(dtype).dtype;
  type->sealed = true;
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(dims, std::max<uint64_t>(type->item_bytes, 1)));
  contents.element_count = bytes / std::max<uint64_t>(type->item_bytes, 1);
  contents.dtype = type;
  contents.dims = dims;
  // numpy gives even empty texts one character; without a size the count would be bounded by
  // nothing in the file.
  if (type->item_bytes == 0 && contents.element_count > 0)
    return InvalidModel("an array of elements without size");
  if (type->is_object()) {
    contents.fortran_order = false;  // numpy lists the objects row by row in either case
    if (contents.objects.size() != contents.element_count) {
      return InvalidModel(
          cat("an array of ", contents.element_count, " objects has ", contents.objects.size()));
    }
  } else if (contents.data.size() != contents.element_count * type->item_bytes) {
    return InvalidModel(cat("an array of ", contents.element_count, " elements of ",
                            type->item_bytes, " bytes has ", contents.data.size(), " bytes"));
  }
  Object& object = graph.mutable_at(array);
  object.kind = ObjectKind::kArray;
  object.array = graph.arena().make(contents);
  return ok();
}

Result<ObjectId> Machine::reduce_dtype(ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  if (items.empty() || !is_text(graph, items[0]))
    return fault("numpy.dtype takes a type code in text");
  Result<NumpyDType> parsed = parse_dtype_code(graph.text(items[0]), session_.limits);
  if (!parsed) return std::move(parsed).error().in(cat("offset ", offset_));
  Object object;
  object.kind = ObjectKind::kDType;
  object.dtype = graph.arena().make(*parsed);
  object.offset = offset_;
  return graph.add(object);
}

Status Machine::build_dtype(ObjectId id, ObjectId state) {
  ObjectGraph& graph = session_.graph;
  NumpyDType& dtype = *graph.mutable_at(id).dtype;
  if (dtype.sealed || dtype.built) return fault("a dtype is changed after it was made");
  const auto items = graph.items(state);
  if (graph.kind(state) != ObjectKind::kTuple || items.size() < kDTypeStateSize ||
      items.size() > kDTypeStateSize + 1 || !is_text(graph, items[1])) {
    return fault("the state of a numpy dtype has an unknown form");
  }
  TRY(set_byte_order(dtype, graph.text(items[1])));
  if (graph.kind(items[2]) != ObjectKind::kNone) {
    return Unsupported(cat("a numpy dtype with subarrays at offset ", offset_));
  }
  const Object& size = graph.at(items[5]);
  if (size.kind != ObjectKind::kInt) return fault("the item size of a dtype is not a number");
  const bool flexible = dtype.kind == 'U' || dtype.kind == 'S' || dtype.kind == 'V';
  if (flexible && size.integer >= 0) {
    const auto bytes = static_cast<uint64_t>(size.integer);
    if (bytes > session_.limits.max_item_bytes || (dtype.kind == 'U' && bytes % 4 != 0))
      return fault(cat("a dtype with elements of ", bytes, " bytes"));
    if (dtype.item_bytes != 0 && dtype.item_bytes != bytes)
      return fault(cat("a dtype of ", dtype.item_bytes, " bytes says it has ", bytes));
    dtype.item_bytes = bytes;
  }
  if (graph.kind(items[3]) != ObjectKind::kNone) {
    if (dtype.kind != 'V') return fault("a plain dtype with fields");
    TRY(build_dtype_fields(dtype, items[3], items[4]));
  }
  dtype.built = true;
  return ok();
}

Status Machine::build_dtype_fields(NumpyDType& dtype, ObjectId names, ObjectId fields) {
  ObjectGraph& graph = session_.graph;
  const auto name_ids = graph.items(names);
  if (graph.kind(names) != ObjectKind::kTuple || graph.kind(fields) != ObjectKind::kDict)
    return fault("the fields of a dtype have an unknown form");
  if (name_ids.size() > kMostFields) return fault(cat("a dtype of ", name_ids.size(), " fields"));
  TRY(session_.spend(name_ids.size() * graph.items(fields).size()));
  NumpyField* list = graph.arena().allocate<NumpyField>(name_ids.size());
  for (size_t i = 0; i < name_ids.size(); ++i) {
    NumpyField field;
    field.name = graph.text(name_ids[i]);
    const ObjectId found = graph.find_key(fields, field.name);
    const auto place = found == kNoObject ? std::span<const ObjectId>() : graph.items(found);
    if (place.size() < 2 || place.size() > 3 || graph.kind(place[0]) != ObjectKind::kDType ||
        graph.kind(place[1]) != ObjectKind::kInt) {
      return fault(cat("field ", quoted(field.name, 60), " of a dtype has an unknown form"));
    }
    NumpyDType* type = graph.mutable_at(place[0]).dtype;
    type->sealed = true;
    if (type->is_object()) {
      return Unsupported(cat("field ", quoted(field.name, 60), " of the dtype at offset ", offset_,
                             " holds objects"));
    }
    const int64_t offset = graph.at(place[1]).integer;
    if (type == &dtype || offset < 0 || static_cast<uint64_t>(offset) > dtype.item_bytes ||
        type->item_bytes > dtype.item_bytes - static_cast<uint64_t>(offset)) {
      return fault(cat("field ", quoted(field.name, 60), " lies outside its element of ",
                       dtype.item_bytes, " bytes"));
    }
    field.offset = static_cast<uint64_t>(offset);
    field.dtype = type;
    list[i] = field;
  }
  dtype.fields = {list, name_ids.size()};
  return ok();
}

// _reconstruct(ndarray, (0,), b'b'): an array whose BUILD brings the contents.
Result<ObjectId> Machine::reduce_array(ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  const Global* subtype = items.size() == 3 ? graph.global(items[0]) : nullptr;
  if (subtype == nullptr) return fault("numpy's _reconstruct takes a class, a shape and a code");
  if (subtype->module != "numpy" || subtype->name != "ndarray") {
    TRY(session_.refuse(
        ErrorCode::kUnsupported,
        cat("an array of class ", subtype->module, ".", subtype->name, " at offset ", offset_),
        offset_));
  }
  Object object;
  object.kind = ObjectKind::kArray;
  object.array = graph.arena().make(Array{});
  object.offset = offset_;
  return graph.add(object);
}

Status Machine::build_array(ObjectId id, ObjectId state) {
  ObjectGraph& graph = session_.graph;
  if (graph.array(id)->dtype != nullptr) return fault("the contents of an array are set twice");
  auto items = graph.items(state);
  if (graph.kind(state) != ObjectKind::kTuple || items.size() < 4 || items.size() > 5)
    return fault("the state of an array has an unknown form");
  if (items.size() == 5) items = items.subspan(1);  // version first; the oldest form has none
  const Object& fortran = graph.at(items[2]);
  if (fortran.kind != ObjectKind::kBool && fortran.kind != ObjectKind::kInt)
    return fault("the order of an array is neither true nor false");
  Array contents;
  contents.fortran_order = fortran.integer != 0;
  const ObjectKind kind = graph.kind(items[3]);
  if (kind == ObjectKind::kList) {
    contents.objects = graph.items(items[3]);
  } else if (kind == ObjectKind::kBytes || kind == ObjectKind::kString) {
    contents.data = as_bytes(graph.text(items[3]));  // ASCII text: Python 2's str
  } else {
    return fault(cat("the contents of an array are ", graph.described(items[3])));
  }
  TRY_ASSIGN(const auto dims, in(cat("offset ", offset_), shape_of(session_, items[0])));
  return in(cat("offset ", offset_), set_array(session_, id, items[1], dims, contents));
}

// scalar(dtype, bytes): decoded at once.
Result<ObjectId> Machine::reduce_scalar(ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  if (items.empty() || graph.kind(items[0]) != ObjectKind::kDType || items.size() > 2)
    return fault("numpy's scalar takes a dtype and bytes");
  NumpyDType& dtype = *graph.mutable_at(items[0]).dtype;
  dtype.sealed = true;
  if (dtype.is_object() && items.size() == 2) return items[1];
  const std::string_view bytes = items.size() == 2 ? graph.text(items[1]) : std::string_view();
  if (bytes.size() != dtype.item_bytes) {
    return fault(cat("a numpy scalar of ", dtype.item_bytes, " bytes has ", bytes.size()));
  }
  Object object;
  object.offset = offset_;
  object.numpy = dtype.element;
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  if (dtype.element == DType::kBool) {
    object.kind = ObjectKind::kBool;
    object.integer = data[0] != 0;
  } else if (is_integer(dtype.element)) {
    object.kind = ObjectKind::kInt;
    object.integer = load_integer(data, dtype.element, dtype.order);
    if (dtype.element == DType::kUint64 && object.integer < 0) {
      return Unsupported(cat("a numpy uint64 above 2^63 at offset ", offset_));
    }
  } else if (is_floating(dtype.element)) {
    object.kind = ObjectKind::kFloat;
    object.number = load_number(data, dtype.element, dtype.order);
  } else if (dtype.kind == 'U') {
    TRY(session_.spend(bytes.size()));
    std::string text;
    if (!decode_ucs4(data, dtype.item_bytes, dtype.order, text))
      return fault("a numpy text holds what is no character");
    TRY(graph.arena().check(text.size()));
    const std::string_view kept = graph.arena().copy(text);
    object.kind = ObjectKind::kString;
    object.text = kept.data();
    object.size = kept.size();
    object.flag = !is_ascii(kept) && classify_utf8(kept) == TextForm::kSurrogates;
  } else if (dtype.kind == 'S' || dtype.kind == 'M' || dtype.kind == 'm' || dtype.kind == 'c') {
    object.kind = ObjectKind::kBytes;
    object.text = bytes.data();
    object.size = bytes.size();
  } else {
    return Unsupported(cat("a numpy scalar of dtype ", dtype.to_string(), " at offset ", offset_));
  }
  return graph.add(object);
}

// _frombuffer(bytes, dtype, shape, 'C' | 'F'): contiguous arrays at protocol 5.
Result<ObjectId> Machine::reduce_from_buffer(ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  if (items.size() != 4 || graph.kind(items[0]) != ObjectKind::kBytes || !is_text(graph, items[3]))
    return fault("numpy's _frombuffer takes bytes, a dtype, a shape and an order");
  const std::string_view order = graph.text(items[3]);
  if (order != "C" && order != "F") return fault(cat("array order ", quoted(order, 20)));
  Array contents;
  contents.fortran_order = order == "F";
  contents.data = as_bytes(graph.text(items[0]));
  Object object;
  object.kind = ObjectKind::kArray;
  object.array = graph.arena().make(Array{});  // stays empty, for inspect, when the contents fail
  object.offset = offset_;
  TRY_ASSIGN(const auto dims, in(cat("offset ", offset_), shape_of(session_, items[2])));
  const ObjectId id = graph.add(object);
  TRY(in(cat("offset ", offset_), set_array(session_, id, items[1], dims, contents)));
  return id;
}

// _ufunc_reconstruct(module, name): a mention of that function.
Result<ObjectId> Machine::reduce_ufunc(ObjectId args) {
  const ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  if (items.size() != 2 || !is_text(graph, items[0]) || !is_text(graph, items[1]))
    return fault("numpy's _ufunc_reconstruct takes a module and a name");
  return add_global(graph.text(items[0]), graph.text(items[1]));
}

Result<ObjectId> Machine::latin1_bytes(ObjectId text, ObjectId encoding) {
  ObjectGraph& graph = session_.graph;
  const std::string_view name = graph.text(encoding);
  if (!is_text(graph, text) || (name != "latin1" && name != "latin-1"))
    return fault(cat("bytes made from ", graph.described(text), " by encoding ", quoted(name, 40),
                     "; only text by latin1 is a known form"));
  std::string_view bytes = graph.text(text);
  TRY(session_.spend(bytes.size()));
  if (!is_ascii(bytes)) {
    TRY(graph.arena().check(bytes.size()));
    std::string encoded;
    if (!encode_latin1(bytes, encoded)) return fault("text that latin1 cannot encode");
    bytes = graph.arena().copy(encoded);
  }
  Object object;
  object.kind = ObjectKind::kBytes;
  object.text = bytes.data();
  object.size = bytes.size();
  object.offset = offset_;
  return graph.add(object);
}

Result<ObjectId> Machine::reduce_encode(ObjectId args) {
  const auto items = session_.graph.items(args);
  if (items.size() != 2) return fault("_codecs.encode takes a text and an encoding");
  return latin1_bytes(items[0], items[1]);
}

// bytes(), bytearray(), bytearray(b'...'), bytearray('...', 'latin-1').
Result<ObjectId> Machine::reduce_bytes(ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  if (items.size() == 2) return latin1_bytes(items[0], items[1]);
  Object object;
  object.kind = ObjectKind::kBytes;
  object.text = "";
  object.offset = offset_;
  if (items.size() == 1) {
    if (graph.kind(items[0]) != ObjectKind::kBytes)
      return fault(cat("bytes made from ", graph.described(items[0])));
    object.text = graph.text(items[0]).data();
    object.size = graph.text(items[0]).size();
  } else if (!items.empty()) {
    return fault("bytes made from more than two arguments");
  }
  return graph.add(object);
}

Result<ObjectId> Machine::reduce_set(ObjectKind kind, ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const auto items = graph.items(args);
  if (items.size() > 1) return fault("a set made from more than one argument");
  Object object;
  object.kind = kind;
  object.items = nullptr;
  object.offset = offset_;
  if (items.size() == 1) {
    const ObjectKind from = graph.kind(items[0]);
    if (from != ObjectKind::kList && from != ObjectKind::kTuple && from != ObjectKind::kSet)
      return fault(cat("a set made from ", graph.described(items[0])));
    Items copied;
    TRY(session_.spend(graph.items(items[0]).size()));
    TRY(graph.arena().check(graph.items(items[0]).size() * 2 * sizeof(ObjectId)));
    graph.append(copied, graph.items(items[0]));
    object.items = copied.data;
    object.size = copied.size;
    object.capacity = copied.capacity;
  }
  return graph.add(object);
}

}  // namespace tundish::pickle
