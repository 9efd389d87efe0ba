#include "wire/pickle/object_view.h"

#include <cmath>

#include "base/strings.h"
#include "wire/pickle/array_convert.h"

namespace tundish::pickle {

namespace {

constexpr int64_t kExactDouble = int64_t{1} << 53;  // every integer up to here is a double

bool is_exact(int64_t value) {
  if (value >= -kExactDouble && value <= kExactDouble) return true;
  const auto rounded = static_cast<double>(value);
  return rounded < 0x1p63 && static_cast<int64_t>(rounded) == value;
}

}  // namespace

int64_t FieldView::integer(size_t index) const {
  return load_integer(data + index * stride, dtype, order);
}
double FieldView::number(size_t index) const {
  return load_number(data + index * stride, dtype, order);
}

Result<FieldView> StructuredArray::field(std::string_view name) const {
  const NumpyField* field = array->dtype->field(name);
  if (field == nullptr)
    return InvalidModel(cat("the array has no field ", quoted(name, 60))).in(path);
  const DType element = field->dtype->element;
  if (!is_integer(element) && !is_floating(element) && element != DType::kBool) {
    return InvalidModel(cat("field ", quoted(name, 60), " has dtype ", field->dtype->to_string()))
        .in(path);
  }
  return FieldView{array->data.data() + field->offset, array->element_count,
                   array->dtype->item_bytes, element, field->dtype->order};
}

ObjectView root_view(const ObjectGraph& graph, std::string name) {
  return {graph, graph.root(), std::move(name)};
}

std::string_view ObjectView::module() const {
  if (const Record* record = graph_->record(id_)) return record->type->module;
  if (const Global* global = graph_->global(id_)) return global->module;
  return {};
}
std::string_view ObjectView::name() const {
  if (const Record* record = graph_->record(id_)) return record->type->name;
  if (const Global* global = graph_->global(id_)) return global->name;
  return {};
}

Error ObjectView::error(ErrorCode code, std::string message) const {
  return Error(code, cat(message, " (offset ", object().offset, ")")).in(path_);
}

Error ObjectView::wrong_kind(std::string_view wanted) const {
  return error(ErrorCode::kInvalidModel, cat("expected ", wanted, ", found ", type_name()));
}

bool ObjectView::has(std::string_view attribute) const {
  return graph_->find_attribute(id_, attribute) != kNoObject;
}

std::optional<ObjectView> ObjectView::find(std::string_view attribute) const {
  const ObjectId found = graph_->find_attribute(id_, attribute);
  if (found == kNoObject) return std::nullopt;
  return ObjectView(*graph_, found, cat(path_, ".", attribute));
}

Result<ObjectView> ObjectView::attr(std::string_view attribute) const {
  std::optional<ObjectView> found = find(attribute);
  if (!found) {
    return error(ErrorCode::kInvalidModel,
                 cat(type_name(), " has no attribute ", quoted(attribute, 60)));
  }
  return *std::move(found);
}

Result<ObjectView> ObjectView::key(std::string_view key) const {
  const ObjectId found = graph_->find_key(id_, key);
  if (found == kNoObject) return error(ErrorCode::kInvalidModel, cat("no key ", quoted(key, 60)));
  return ObjectView(*graph_, found, cat(path_, "[", quoted(key, 60), "]"));
}

size_t ObjectView::size() const {
  const size_t count = graph_->items(id_).size();
  const bool pairs =
      is(ObjectKind::kDict) || (is(ObjectKind::kRecord) && graph_->record(id_)->dict.size > 0);
  return pairs ? count / 2 : count;
}

Result<ObjectView> ObjectView::item(size_t index) const {
  const auto items =
      is(ObjectKind::kRecord) ? graph_->record(id_)->list.span() : graph_->items(id_);
  const bool indexed = is(ObjectKind::kList) || is(ObjectKind::kTuple) || is(ObjectKind::kRecord) ||
                       is(ObjectKind::kArray);
  if (!indexed) return wrong_kind("a list");
  if (index >= items.size()) {
    return error(ErrorCode::kInvalidModel, cat("no item ", index, " of ", items.size()));
  }
  return ObjectView(*graph_, items[index], cat(path_, "[", index, "]"));
}

Result<std::vector<ObjectView>> ObjectView::sequence() const {
  const Array* array = this->array();
  const bool object_array =
      array != nullptr && array->dtype != nullptr && array->dtype->is_object();
  const bool listed = is(ObjectKind::kList) || is(ObjectKind::kTuple) || object_array ||
                      (is(ObjectKind::kRecord) && graph_->record(id_)->list.size > 0);
  if (!listed) return wrong_kind("a list");
  std::vector<ObjectView> out;
  const size_t count = graph_->items(id_).size();
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    TRY_ASSIGN(ObjectView one, item(i));
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::span<const ObjectId>> ObjectView::entries() const {
  if (is(ObjectKind::kDict)) return graph_->items(id_);
  if (const Record* record = graph_->record(id_)) return record->dict.span();
  return wrong_kind("a dict");
}

Result<ObjectView> ObjectView::argument(size_t index) const {
  const Record* record = graph_->record(id_);
  if (record == nullptr) return wrong_kind("an instance");
  const auto args =
      record->args == kNoObject ? std::span<const ObjectId>() : graph_->items(record->args);
  if (index >= args.size()) {
    return error(ErrorCode::kInvalidModel, cat(type_name(), " was made without argument ", index));
  }
  return ObjectView(*graph_, args[index], cat(path_, ".argument[", index, "]"));
}

Result<std::string_view> ObjectView::as_string() const {
  if (!is(ObjectKind::kString)) return wrong_kind("text");
  if (object().flag)
    return error(ErrorCode::kUnsupported, "text with a lone surrogate, which is not Unicode");
  return graph_->text(id_);
}

Result<std::string_view> ObjectView::as_bytes() const {
  if (!is(ObjectKind::kBytes)) return wrong_kind("bytes");
  return graph_->text(id_);
}

Result<int64_t> ObjectView::as_int() const {
  if (is(ObjectKind::kInt)) return object().integer;
  const Array* array = this->array();
  if (array != nullptr && array->dtype != nullptr && array->dims.empty() &&
      is_integer(array->dtype->element)) {
    return load_integer(array->data.data(), array->dtype->element, array->dtype->order);
  }
  return wrong_kind("an integer");
}

Result<double> ObjectView::as_double() const {
  if (is(ObjectKind::kFloat)) return object().number;
  const Array* array = this->array();
  if (array != nullptr && array->dtype != nullptr && array->dims.empty() &&
      is_floating(array->dtype->element)) {
    return load_number(array->data.data(), array->dtype->element, array->dtype->order);
  }
  if (!is(ObjectKind::kInt) && array == nullptr) return wrong_kind("a number");
  TRY_ASSIGN(const int64_t value, as_int());
  if (!is_exact(value))
    return error(ErrorCode::kUnsupported, cat("integer ", value, " is no float64"));
  return static_cast<double>(value);
}

Result<bool> ObjectView::as_bool() const {
  if (is(ObjectKind::kBool)) return object().integer != 0;
  const Array* array = this->array();
  if (array != nullptr && array->dtype != nullptr && array->dims.empty() &&
      array->dtype->element == DType::kBool) {
    return array->data[0] != 0;
  }
  return wrong_kind("true or false");
}

}  // namespace tundish::pickle
