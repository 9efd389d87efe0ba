#include "cases.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "wire/json/json_value.h"
#include "wire/onnx/value_reader.h"

namespace tundish::conformance {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  for (size_t at = 0; at <= line.size();) {
    const size_t end = std::min(line.find('\t', at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

Result<JsonValue> read_json(const fs::path& path) {
  TRY_ASSIGN(const auto file, MappedFile::open(path.string()));
  const Bytes bytes = file->bytes();
  return JsonValue::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

fs::path folder_of(const std::string& data, const Case& which) {
  return fs::path(data) / which.suite / which.name;
}

ValueKind kind_of(const ValueDescription& value) {
  if (value.kind == "sequence") return ValueKind::kSequence;
  return value.kind == "optional" ? ValueKind::kOptional : ValueKind::kTensor;
}

Result<Value> read_value(const fs::path& path, const ValueDescription& description) {
  TRY_ASSIGN(const auto file, MappedFile::open(path.string()));
  Result<Value> value = read_onnx_value(file->bytes(), kind_of(description), file);
  if (!value) return std::move(value).error().in(path.filename().string());
  return value;
}

// float32, every element its number over their count.
Result<Value> counting_input(const ValueDescription& input) {
  std::vector<int64_t> dims = input.dims;
  for (int64_t& dim : dims) dim = std::max<int64_t>(dim, 1);
  TRY_ASSIGN(const Shape shape, Shape::from_dims(dims));
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(DType::kFloat32, shape));
  const auto values = tensor.mutable_values<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<double>(i) / static_cast<double>(values.size()));
  }
  return Value(std::move(tensor));
}

}  // namespace

Result<std::vector<Case>> read_manifest(const std::string& path) {
  std::ifstream file(path);
  if (!file) return NotFound(cat("no manifest ", tundish::quoted(path)));
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> fields = fields_of(line);
    if (fields.size() < 3) return InvalidArgument(cat("manifest: ", tundish::quoted(line)));
    using Expected = Case::Expected;
    Case one{.name = fields[0], .suite = fields[1]};
    one.expected = fields[2] == "skip"   ? Expected::kSkip
                   : fields[2] == "fail" ? Expected::kFail
                                         : Expected::kPass;
    if (fields.size() > 3 && !fields[3].empty()) one.rtol = std::strtod(fields[3].c_str(), nullptr);
    if (fields.size() > 4 && !fields[4].empty()) one.atol = std::strtod(fields[4].c_str(), nullptr);
    if (fields.size() > 5) one.reason = fields[5];
    if (one.expected == Expected::kSkip && one.reason.empty()) {
      return InvalidArgument(cat("manifest: ", one.name, " is skipped without a reason"));
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

std::vector<Case> list_cases(const std::string& data) {
  std::vector<Case> cases;
  for (const char* suite : {"node", "simple", "pytorch-converted", "pytorch-operator", "real"}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(data) / suite, none)) {
      if (!entry.is_directory()) continue;
      Case one{.name = entry.path().filename().string(), .suite = suite};
      if (const auto json = read_json(entry.path() / "data.json")) {
        for (const auto& [key, tolerance] :
             {std::pair("rtol", &one.rtol), std::pair("atol", &one.atol)}) {
          const JsonValue* value = json->find(key);
          const auto number = value != nullptr ? value->number() : Result<double>(*tolerance);
          if (number) *tolerance = *number;
        }
      }
      cases.push_back(std::move(one));
    }
  }
  std::ranges::sort(cases, {}, [](const Case& one) { return std::tie(one.suite, one.name); });
  return cases;
}

std::string model_path(const std::string& data, const Case& which) {
  if (which.suite != "real") return (folder_of(data, which) / "model.onnx").string();
  return (fs::path(data) / "light" / ("light_" + which.name.substr(5) + ".onnx")).string();
}

Result<Record> read_record(const std::string& data, const Case& which, const Model& model) {
  Record record;
  if (which.suite == "real") {
    for (const ValueDescription& input : model.inputs()) {
      TRY_ASSIGN(record.inputs.emplace_back(), counting_input(input));
    }
    const std::string name = "light_" + which.name.substr(5) + "_output_0.pb";
    TRY_ASSIGN(record.outputs.emplace_back(),
               read_value(fs::path(data) / "light" / name, model.outputs().at(0)));
    return record;
  }
  const fs::path set = folder_of(data, which) / "test_data_set_0";
  for (size_t i = 0; i < model.inputs().size(); ++i) {
    TRY_ASSIGN(record.inputs.emplace_back(),
               read_value(set / cat("input_", i, ".pb"), model.inputs()[i]));
  }
  for (size_t i = 0; i < model.outputs().size(); ++i) {
    TRY_ASSIGN(record.outputs.emplace_back(),
               read_value(set / cat("output_", i, ".pb"), model.outputs()[i]));
  }
  if (fs::exists(set / cat("input_", model.inputs().size(), ".pb"))) {
    return InvalidArgument("the case records more inputs than the model has");
  }
  return record;
}

}  // namespace tundish::conformance
