#include "api/metadata.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "proof/compare.h"
#include "tundish/session.h"

namespace tundish {

namespace {

// Keeps the order of insertion, so that equal facts give equal bytes.
using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Parses one of our values: an object whose "schema" is the one wanted.
Result<Json> parsed(std::string_view text, std::string_view key) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return InvalidModel(cat("metadata ", tundish::quoted(key), " is not a JSON object"));
  }
  const std::string wanted = cat(key, "/1");
  const auto schema = json.find("schema");
  if (schema == json.end() || !schema->is_string()) {
    return InvalidModel(cat("metadata ", tundish::quoted(key), " has no schema"));
  }
  if (schema->get_ref<const std::string&>() != wanted) {
    return Unsupported(cat("metadata ", tundish::quoted(key), " has schema ",
                           tundish::quoted(schema->get_ref<const std::string&>()),
                           ", this version reads ", tundish::quoted(wanted)));
  }
  return json;
}

Json start(std::string_view key) {
  Json json;
  json["schema"] = cat(key, "/1");
  return json;
}

// Typed reads that leave the default when the member is absent or of another kind.
std::string text_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}
bool flag_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_boolean() && member->get<bool>();
}
int64_t number_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_number_integer() ? member->get<int64_t>() : 0;
}
std::vector<std::string> texts_of(const Json& json, const char* name) {
  std::vector<std::string> texts;
  const auto member = json.find(name);
  if (member == json.end() || !member->is_array()) return texts;
  for (const Json& item : *member) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

// JSON has no NaN and no infinities: floats are written as text in their shortest exact form.
Json tensor_json(const Tensor& tensor) {
  Json json;
  json["dtype"] = dtype_name(tensor.dtype());
  json["shape"] = std::vector<int64_t>(tensor.shape().dims().begin(), tensor.shape().dims().end());
  Json values = Json::array();
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    values.push_back(tensor.dtype() == DType::kString
                         ? tensor.values<std::string>()[static_cast<size_t>(i)]
                         : element_text(tensor.view(), static_cast<uint64_t>(i)));
  }
  json["values"] = std::move(values);
  return json;
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

Result<Tensor> tensor_of(const Json& json) {
  const Error damaged = InvalidModel("a tensor of the golden rows is damaged");
  if (!json.is_object()) return Error(damaged);
  const DType dtype = dtype_from_name(text_of(json, "dtype"));
  const auto dims = json.find("shape");
  const auto texts = texts_of(json, "values");
  if (dims == json.end() || !dims->is_array() || dtype == DType::kUndefined) return Error(damaged);
  std::vector<int64_t> sizes;
  for (const Json& size : *dims) {
    if (!size.is_number_integer()) return Error(damaged);
    sizes.push_back(size.get<int64_t>());
  }
  TRY_ASSIGN(const Shape shape, Shape::from_dims(sizes));
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

Json named_json(const NamedTensors& tensors) {
  Json json = Json::object();
  for (const auto& [name, tensor] : tensors) json[name] = tensor_json(tensor);
  return json;
}

Result<NamedTensors> named_of(const Json& json, const char* member) {
  NamedTensors tensors;
  const auto found = json.find(member);
  if (found == json.end() || !found->is_object()) {
    return InvalidModel(cat("the golden rows have no ", tundish::quoted(member)));
  }
  for (const auto& [name, value] : found->items()) {
    TRY_ASSIGN(Tensor tensor, tensor_of(value));
    tensors.emplace_back(name, std::move(tensor));
  }
  return tensors;
}

}  // namespace

std::string contract_json(const FeatureContract& contract) {
  Json json = start(kContractKey);
  json["kind"] = contract.input_kind;
  json["count"] = contract.count;
  json["names"] = contract.names;
  json["dtype"] = dtype_name(contract.dtype);
  json["hash"] = contract.hash;
  json["estimator"] = contract.estimator;
  json["accepts"] = {{"nan", contract.accepts_nan},
                     {"infinity", contract.accepts_infinity},
                     {"float32_overflow", contract.accepts_float32_overflow},
                     {"no_rows", contract.accepts_no_rows}};
  return dumped(json);
}

Result<FeatureContract> parse_contract(std::string_view text) {
  TRY_ASSIGN(const Json json, parsed(text, kContractKey));
  FeatureContract contract;
  contract.present = true;
  contract.input_kind = text_of(json, "kind");
  contract.count = number_of(json, "count");
  contract.names = texts_of(json, "names");
  contract.dtype = dtype_from_name(text_of(json, "dtype"));
  contract.hash = text_of(json, "hash");
  contract.estimator = text_of(json, "estimator");
  const auto accepts = json.find("accepts");
  if (accepts == json.end() || !accepts->is_object()) {
    return InvalidModel(
        cat("metadata ", tundish::quoted(kContractKey), " does not say what is accepted"));
  }
  contract.accepts_nan = flag_of(*accepts, "nan");
  contract.accepts_infinity = flag_of(*accepts, "infinity");
  contract.accepts_float32_overflow = flag_of(*accepts, "float32_overflow");
  contract.accepts_no_rows = flag_of(*accepts, "no_rows");
  return contract;
}

std::string methods_json(const MethodTable& table) {
  Json json = start(kMethodsKey);
  json["default"] = table.default_method;
  Json methods = Json::object();
  for (const MethodDescription& method : table.methods) {
    methods[method.name] = {
        {"outputs", method.outputs}, {"shape", method.shape}, {"dtype", dtype_name(method.dtype)}};
  }
  json["methods"] = std::move(methods);
  return dumped(json);
}

Result<MethodTable> parse_methods(std::string_view text) {
  TRY_ASSIGN(const Json json, parsed(text, kMethodsKey));
  MethodTable table;
  table.default_method = text_of(json, "default");
  const auto methods = json.find("methods");
  if (methods == json.end() || !methods->is_object()) {
    return InvalidModel(cat("metadata ", tundish::quoted(kMethodsKey), " has no methods"));
  }
  for (const auto& [name, value] : methods->items()) {
    MethodDescription method;
    method.name = name;
    method.outputs = texts_of(value, "outputs");
    method.shape = text_of(value, "shape");
    method.dtype = dtype_from_name(text_of(value, "dtype"));
    table.methods.push_back(std::move(method));
  }
  return table;
}

std::string source_json(const SourceDescription& source) {
  Json json = start(kSourceKey);
  json["file"] = source.file_name;
  json["sha256"] = source.sha256;
  json["library"] = source.library;
  json["version"] = source.version;
  json["estimator"] = source.estimator;
  return dumped(json);
}

Result<SourceDescription> parse_source(std::string_view text) {
  TRY_ASSIGN(const Json json, parsed(text, kSourceKey));
  return SourceDescription{text_of(json, "file"), text_of(json, "sha256"), text_of(json, "library"),
                           text_of(json, "version"), text_of(json, "estimator")};
}

std::string golden_rows_json(const GoldenRows& rows) {
  Json json = start(kGoldenRowsKey);
  json["inputs"] = named_json(rows.inputs);
  json["outputs"] = named_json(rows.outputs);
  return dumped(json);
}

Result<GoldenRows> parse_golden_rows(std::string_view text) {
  TRY_ASSIGN(const Json json, parsed(text, kGoldenRowsKey));
  GoldenRows rows;
  TRY_ASSIGN(rows.inputs, named_of(json, "inputs"));
  TRY_ASSIGN(rows.outputs, named_of(json, "outputs"));
  return rows;
}

std::string certificate_json(const CheckReport& report) {
  Json json = start(kCertificateKey);
  json["tundish"] = version();
  json["engine"] = report.engine;
  json["isa"] = report.isa;
  json["equal"] = report.equal;
  json["rows"] = {{"given", report.given_rows}, {"generated", report.generated_rows}};
  json["labels_different"] = report.labels_different;
  json["scores"] = {{"max_abs", double_text(report.max_abs)},
                    {"max_ulp", report.max_ulp},
                    {"bit_identical", report.bit_identical}};
  json["proven"] = {
      {"routing", report.routing_proven}, {"why", report.proof}, {"statements", report.statements}};
  json["against"] = "the graph that tundish's own importer made from the source";
  if (report.expected) {
    json["original_answers"] = {{"rows", report.expected->rows},
                                {"labels_different", report.expected->labels_different},
                                {"max_abs", double_text(report.expected->max_abs)},
                                {"max_ulp", report.expected->max_ulp}};
  }
  return dumped(json);
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
