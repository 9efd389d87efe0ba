#include "api/metadata.h"

#include <charconv>

#include "base/json_writer.h"
#include "base/strings.h"
#include "proof/compare.h"
#include "tundish/session.h"
#include "wire/json/json_value.h"

namespace tundish {

namespace {

std::string place_of(std::string_view key) { return cat("metadata ", quoted(key)); }

// Parses one of our values: an object whose "schema" is the one wanted.
Result<JsonValue> parsed(std::string_view text, std::string_view key) {
  TRY_ASSIGN(JsonValue json, in(place_of(key), JsonValue::parse(text)));
  if (!json.is_object()) return InvalidModel(cat(place_of(key), " is not a JSON object"));
  const JsonValue* schema = json.find("schema");
  if (schema == nullptr || !schema->is_string()) {
    return InvalidModel(cat(place_of(key), " has no schema"));
  }
  TRY_ASSIGN(const std::string_view found, schema->text());
  const std::string wanted = cat(key, "/1");
  if (found != wanted) {
    return Unsupported(
        cat(place_of(key), " has schema ", quoted(found), ", this version reads ", quoted(wanted)));
  }
  return json;
}

// A value of ours as far as its schema; the writer keeps the order, so that equal facts give equal
// bytes.
JsonWriter start(std::string_view key) {
  JsonWriter json;
  json.begin_object().field("schema", cat(key, "/1"));
  return json;
}

std::string finished(JsonWriter json) {
  json.end_object();
  return std::move(json).finish();
}

// Absent or unknown gives kUndefined.
Result<DType> dtype_of(const JsonValue& json) {
  TRY_ASSIGN(const std::string name, json.get_text("dtype", ""));
  return dtype_from_name(name);
}

// JSON has no NaN and no infinities: floats are written as text in their shortest exact form.
void write_tensor(JsonWriter& json, const Tensor& tensor) {
  json.begin_object().field("dtype", dtype_name(tensor.dtype()));
  json.key("shape").values(tensor.shape().dims());
  json.key("values").begin_array();
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    if (tensor.dtype() == DType::kString) {
      json.value(tensor.values<std::string>()[static_cast<size_t>(i)]);
    } else {
      json.value(element_text(tensor.view(), static_cast<uint64_t>(i)));
    }
  }
  json.end_array().end_object();
}

template <class T> bool read_numbers(const std::vector<std::string>& texts, Tensor& tensor) {
  auto values = tensor.mutable_values<T>();
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string& text = texts[i];
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, values[i]);
    if (result.ec != std::errc() || result.ptr != end) return false;
  }
  return true;
}

bool read_flags(const std::vector<std::string>& texts, Tensor& tensor) {
  auto values = tensor.mutable_values<uint8_t>();
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i] != "true" && texts[i] != "false") return false;
    values[i] = texts[i] == "true" ? 1 : 0;
  }
  return true;
}

Result<Shape> shape_of(const JsonValue& json) {
  TRY_ASSIGN(const JsonValue* const dims, json.require("shape"));
  TRY_ASSIGN(const std::span<const JsonValue> items, in("\"shape\"", dims->items()));
  std::vector<int64_t> sizes;
  for (const JsonValue& item : items) {
    TRY_ASSIGN(const int64_t size, in("\"shape\"", item.integer()));
    sizes.push_back(size);
  }
  return Shape::from_dims(sizes);
}

Result<Tensor> tensor_of(const JsonValue& json) {
  const Error damaged = InvalidModel("a tensor of the golden rows is damaged");
  TRY_ASSIGN(const Shape shape, shape_of(json));
  TRY_ASSIGN(const DType dtype, dtype_of(json));
  TRY_ASSIGN(const std::vector<std::string> texts, json.get_texts("values"));
  if (dtype == DType::kUndefined) return Error(damaged);
  if (shape.element_count() != static_cast<int64_t>(texts.size())) return Error(damaged);
  if (dtype == DType::kString) return Tensor::of_strings(texts, shape);
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  bool read = false;
  switch (dtype) {
    case DType::kFloat32: read = read_numbers<float>(texts, tensor); break;
    case DType::kFloat64: read = read_numbers<double>(texts, tensor); break;
    case DType::kInt64: read = read_numbers<int64_t>(texts, tensor); break;
    case DType::kInt32: read = read_numbers<int32_t>(texts, tensor); break;
    case DType::kInt16: read = read_numbers<int16_t>(texts, tensor); break;
    case DType::kInt8: read = read_numbers<int8_t>(texts, tensor); break;
    case DType::kUint64: read = read_numbers<uint64_t>(texts, tensor); break;
    case DType::kUint32: read = read_numbers<uint32_t>(texts, tensor); break;
    case DType::kUint16: read = read_numbers<uint16_t>(texts, tensor); break;
    case DType::kUint8: read = read_numbers<uint8_t>(texts, tensor); break;
    case DType::kBool: read = read_flags(texts, tensor); break;
    default: break;
  }
  if (!read) return Error(damaged);
  return tensor;
}

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

void write_named(JsonWriter& json, std::string_view key, const NamedTensors& tensors) {
  json.key(key).begin_object();
  for (const auto& [name, tensor] : tensors) {
    json.key(name);
    write_tensor(json, tensor);
  }
  json.end_object();
}

Result<NamedTensors> named_of(const JsonValue& json, std::string_view key) {
  const JsonValue* found = json.find(key);
  if (found == nullptr || !found->is_object()) {
    return InvalidModel(cat("the golden rows have no ", quoted(key)));
  }
  NamedTensors tensors;
  TRY_ASSIGN(const std::span<const JsonMember> members, found->members());
  for (const JsonMember& member : members) {
    TRY_ASSIGN(Tensor tensor, in(quoted(member.key), tensor_of(member.value)));
    tensors.emplace_back(member.key, std::move(tensor));
  }
  return tensors;
}

Result<FeatureContract> contract_of(const JsonValue& json) {
  FeatureContract contract;
  contract.present = true;
  TRY_ASSIGN(contract.input_kind, json.get_text("kind", ""));
  TRY_ASSIGN(contract.count, json.get_integer("count", 0));
  TRY_ASSIGN(contract.names, json.get_texts("names"));
  TRY_ASSIGN(contract.dtype, dtype_of(json));
  TRY_ASSIGN(contract.hash, json.get_text("hash", ""));
  TRY_ASSIGN(contract.estimator, json.get_text("estimator", ""));
  const JsonValue* accepts = json.find("accepts");
  if (accepts == nullptr || !accepts->is_object()) {
    return InvalidModel("does not say what is accepted");
  }
  TRY_ASSIGN(contract.accepts_nan, accepts->get_boolean("nan", false));
  TRY_ASSIGN(contract.accepts_infinity, accepts->get_boolean("infinity", false));
  TRY_ASSIGN(contract.accepts_float32_overflow, accepts->get_boolean("float32_overflow", false));
  TRY_ASSIGN(contract.accepts_no_rows, accepts->get_boolean("no_rows", false));
  return contract;
}

Result<MethodDescription> method_of(const JsonMember& member) {
  if (!member.value.is_object()) return InvalidModel("a method that is not described");
  MethodDescription method;
  method.name = member.key;
  TRY_ASSIGN(method.outputs, member.value.get_texts("outputs"));
  TRY_ASSIGN(method.shape, member.value.get_text("shape", ""));
  TRY_ASSIGN(method.dtype, dtype_of(member.value));
  return method;
}

Result<MethodTable> methods_of(const JsonValue& json) {
  MethodTable table;
  TRY_ASSIGN(table.default_method, json.get_text("default", ""));
  const JsonValue* methods = json.find("methods");
  if (methods == nullptr || !methods->is_object()) return InvalidModel("has no methods");
  TRY_ASSIGN(const std::span<const JsonMember> members, methods->members());
  for (const JsonMember& member : members) {
    TRY_ASSIGN(MethodDescription method, in(quoted(member.key), method_of(member)));
    table.methods.push_back(std::move(method));
  }
  return table;
}

Result<SourceDescription> source_of(const JsonValue& json) {
  SourceDescription source;
  TRY_ASSIGN(source.file_name, json.get_text("file", ""));
  TRY_ASSIGN(source.sha256, json.get_text("sha256", ""));
  TRY_ASSIGN(source.library, json.get_text("library", ""));
  TRY_ASSIGN(source.version, json.get_text("version", ""));
  TRY_ASSIGN(source.estimator, json.get_text("estimator", ""));
  return source;
}

Result<GoldenRows> golden_rows_of(const JsonValue& json) {
  GoldenRows rows;
  TRY_ASSIGN(rows.inputs, named_of(json, "inputs"));
  TRY_ASSIGN(rows.outputs, named_of(json, "outputs"));
  return rows;
}

void write_comparison(JsonWriter& json, const CheckReport& report) {
  json.field("equal", report.equal);
  json.key("rows")
      .begin_object()
      .field("given", report.given_rows)
      .field("generated", report.generated_rows)
      .end_object();
  json.field("labels_different", report.labels_different);
  json.key("scores")
      .begin_object()
      .field("max_abs", double_text(report.max_abs))
      .field("max_ulp", report.max_ulp)
      .field("bit_identical", report.bit_identical)
      .end_object();
}

void write_original_answers(JsonWriter& json, const CheckReport::Expected& expected) {
  json.key("original_answers")
      .begin_object()
      .field("rows", expected.rows)
      .field("labels_different", expected.labels_different)
      .field("max_abs", double_text(expected.max_abs))
      .field("max_ulp", expected.max_ulp)
      .end_object();
}

}  // namespace

std::string contract_json(const FeatureContract& contract) {
  JsonWriter json = start(kContractKey);
  json.field("kind", contract.input_kind)
      .field("count", contract.count)
      .field("names", contract.names)
      .field("dtype", dtype_name(contract.dtype))
      .field("hash", contract.hash)
      .field("estimator", contract.estimator);
  json.key("accepts")
      .begin_object()
      .field("nan", contract.accepts_nan)
      .field("infinity", contract.accepts_infinity)
      .field("float32_overflow", contract.accepts_float32_overflow)
      .field("no_rows", contract.accepts_no_rows)
      .end_object();
  return finished(std::move(json));
}

Result<FeatureContract> parse_contract(std::string_view text) {
  TRY_ASSIGN(const JsonValue json, parsed(text, kContractKey));
  return in(place_of(kContractKey), contract_of(json));
}

std::string methods_json(const MethodTable& table) {
  JsonWriter json = start(kMethodsKey);
  json.field("default", table.default_method).key("methods").begin_object();
  for (const MethodDescription& method : table.methods) {
    json.key(method.name)
        .begin_object()
        .field("outputs", method.outputs)
        .field("shape", method.shape)
        .field("dtype", dtype_name(method.dtype))
        .end_object();
  }
  json.end_object();
  return finished(std::move(json));
}

Result<MethodTable> parse_methods(std::string_view text) {
  TRY_ASSIGN(const JsonValue json, parsed(text, kMethodsKey));
  return in(place_of(kMethodsKey), methods_of(json));
}

std::string source_json(const SourceDescription& source) {
  JsonWriter json = start(kSourceKey);
  json.field("file", source.file_name)
      .field("sha256", source.sha256)
      .field("library", source.library)
      .field("version", source.version)
      .field("estimator", source.estimator);
  return finished(std::move(json));
}

Result<SourceDescription> parse_source(std::string_view text) {
  TRY_ASSIGN(const JsonValue json, parsed(text, kSourceKey));
  return in(place_of(kSourceKey), source_of(json));
}

std::string golden_rows_json(const GoldenRows& rows) {
  JsonWriter json = start(kGoldenRowsKey);
  write_named(json, "inputs", rows.inputs);
  write_named(json, "outputs", rows.outputs);
  return finished(std::move(json));
}

Result<GoldenRows> parse_golden_rows(std::string_view text) {
  TRY_ASSIGN(const JsonValue json, parsed(text, kGoldenRowsKey));
  return in(place_of(kGoldenRowsKey), golden_rows_of(json));
}

std::string certificate_json(const CheckReport& report) {
  JsonWriter json = start(kCertificateKey);
  json.field("tundish", version()).field("engine", report.engine).field("isa", report.isa);
  write_comparison(json, report);
  json.key("proven")
      .begin_object()
      .field("routing", report.routing_proven)
      .field("why", report.proof)
      .field("statements", report.statements)
      .end_object();
  json.field("against", "the graph that tundish's own importer made from the source");
  if (report.expected) write_original_answers(json, *report.expected);
  return finished(std::move(json));
}

Result<ArtefactFacts> parse_artefact_facts(const Graph& graph) {
  ArtefactFacts facts;
  if (const std::string* json = graph.find_metadata(kContractKey)) {
    TRY_ASSIGN(facts.contract, parse_contract(*json));
  }
  if (const std::string* json = graph.find_metadata(kMethodsKey)) {
    TRY_ASSIGN(facts.methods, parse_methods(*json));
  }
  if (const std::string* json = graph.find_metadata(kSourceKey)) {
    TRY_ASSIGN(facts.source, parse_source(*json));
  }
  return facts;
}

}  // namespace tundish
