#include "golden_case.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "data/array_file.h"
#include "wire/json/json_value.h"

namespace tundish {

namespace {

namespace fs = std::filesystem;

Result<JsonValue> read_json(const std::string& path) {
  TRY_ASSIGN(std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  return JsonValue::parse(as_text(file->bytes()));
}

// Whether a case's estimator is made of scalers and isolation forests only, by its description.
bool is_wanted(const JsonValue& json, const std::string& text) {
  const std::string estimator = json.get_text("estimator", "").value();
  if (estimator.ends_with(".IsolationForest") || estimator.ends_with(".StandardScaler"))
    return true;
  const bool container = estimator.ends_with(".Pipeline") || estimator == "dict" ||
                         estimator == "tuple" || estimator == "list";
  const std::string library = json.get_text("library", "").value();
  if (!container || library != "scikit-learn") return false;
  if (json.find("made_by") != nullptr) return true;  // our own cases hold nothing else
  const std::string name = json.get_text("case", "").value();
  return text.find("IsolationForest") != std::string::npos && name == "pipe_scaler_iforest";
}

// Cases with `options` say how to convert; the others are answered in the type of their rows.
DType input_type(const JsonValue& json, const fs::path& folder) {
  const std::vector<std::string> options = json.get_texts("options").value();
  const auto type = std::ranges::find(options, "--input-type");
  if (type != options.end()) return dtype_from_name(*(type + 1));
  if (json.find("options") != nullptr || !fs::exists(folder / "X.npy")) return DType::kUndefined;
  const Result<Tensor> rows = read_array_file((folder / "X.npy").string());
  return rows ? rows->dtype() : DType::kUndefined;
}

void add_models(const JsonValue& json, const fs::path& folder, size_t limit,
                std::vector<GoldenModel>& models) {
  const JsonValue* list = json.find("models");
  if (list == nullptr || !list->items()) return;
  const std::span<const JsonValue> entries = list->items().value();
  size_t taken = 0;
  for (const JsonValue& entry : entries) {
    GoldenModel model;
    const std::string file = entry.get_text("file", "").value();
    if (file.ends_with(".skops") || (limit > 0 && taken >= limit)) continue;
    model.folder = folder.string();
    model.path = (folder / file).string();
    model.name =
        cat(folder.parent_path().filename().string(), "/", folder.filename().string(), "/", file);
    model.estimator = json.get_text("estimator", "").value();
    if (const JsonValue* input = json.find("input")) {
      model.input_kind = input->get_text("kind", "").value();
    }
    model.select = entry.get_text("select", "").value();
    const std::vector<std::string> steps = entry.get_texts("steps").value();
    for (const std::string& step : steps) {
      model.steps.push_back((folder / step).string());
    }
    model.input_type = input_type(json, folder);
    model.methods = entry.get_texts("outputs").value();
    models.push_back(std::move(model));
    ++taken;
  }
}

Result<Tensor> frame_rows(const std::string& path) {
  TRY_ASSIGN(const JsonValue json, read_json(path));
  TRY_ASSIGN(const JsonValue* columns, json.require("columns"));
  TRY_ASSIGN(const std::span<const JsonValue> list, columns->items());
  std::vector<double> values;
  size_t rows = 0;
  for (size_t column = 0; column < list.size(); ++column) {
    TRY_ASSIGN(const JsonValue* cells, list[column].require("values"));
    TRY_ASSIGN(const std::span<const JsonValue> numbers, cells->items());
    rows = numbers.size();
    values.resize(rows * list.size());
    for (size_t row = 0; row < rows; ++row) {
      double& target = values[row * list.size() + column];
      target = std::numeric_limits<double>::quiet_NaN();
      if (numbers[row].is_null()) continue;
      TRY_ASSIGN(target, numbers[row].number());
    }
  }
  return Tensor::of(std::span<const double>(values),
                    Shape{static_cast<int64_t>(rows), static_cast<int64_t>(list.size())});
}

}  // namespace

std::vector<std::string> golden_roots() {
  std::vector<std::string> roots = {std::string(TUNDISH_SOURCE_DIR) + "/tests/golden"};
  const char* corpus = std::getenv("TUNDISH_CORPUS");
  const std::string shared =
      corpus != nullptr ? std::string(corpus) : std::string(TUNDISH_SOURCE_DIR) + "/../shared";
  if (fs::is_directory(shared + "/golden")) roots.push_back(shared + "/golden");
  return roots;
}

std::vector<GoldenModel> golden_models(size_t limit_per_case) {
  std::vector<GoldenModel> models;
  for (const std::string& root : golden_roots()) {
    std::vector<fs::path> files;
    for (const auto& library : fs::directory_iterator(root)) {
      const bool sklearn = library.path().filename().string().starts_with("scikit-learn-");
      if (!library.is_directory() || !sklearn) continue;
      for (const auto& entry : fs::directory_iterator(library)) {
        if (fs::exists(entry.path() / "case.json")) files.push_back(entry.path());
      }
    }
    std::ranges::sort(files);
    for (const fs::path& folder : files) {
      const std::string path = (folder / "case.json").string();
      const auto file = MappedFile::open(path);
      if (!file) continue;
      const std::string text(as_text((*file)->bytes()));
      const Result<JsonValue> json = JsonValue::parse(text);
      if (json && is_wanted(*json, text)) add_models(*json, folder, limit_per_case, models);
    }
  }
  // the corpus holds what tests/golden copied from it: each case once
  std::vector<GoldenModel> unique;
  for (GoldenModel& model : models) {
    const bool known = std::ranges::any_of(
        unique, [&](const GoldenModel& other) { return other.name == model.name; });
    if (!known) unique.push_back(std::move(model));
  }
  return unique;
}

Result<GoldenData> read_golden(const GoldenModel& model) {
  GoldenData data;
  const fs::path folder(model.folder);
  if (model.input_kind == "frame") {
    TRY_ASSIGN(data.rows, frame_rows((folder / "X.json").string()));
  } else {
    TRY_ASSIGN(data.rows, read_array_file((folder / "X.npy").string()));
  }
  for (const std::string& method : model.methods) {
    TRY_ASSIGN(Tensor answer, read_array_file((folder / (method + ".npy")).string()));
    data.answers.emplace_back(method, std::move(answer));
  }
  return data;
}

std::ostream& operator<<(std::ostream& stream, const GoldenModel& model) {
  return stream << model.name;
}

std::string first_path(const GoldenModel& model) {
  return model.steps.empty() ? model.path : model.steps.front();
}

OpenOptions open_options(const GoldenModel& model) {
  OpenOptions options;
  options.select = model.select;
  options.input_type = model.input_type;
  if (!model.steps.empty()) options.steps.assign(model.steps.begin() + 1, model.steps.end());
  return options;
}

}  // namespace tundish
