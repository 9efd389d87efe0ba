// One folder of golden files: case.json, expected.json, rows and answers.
#ifndef TUNDISH_TESTS_INTEGRATION_GOLDEN_CASE_H_
#define TUNDISH_TESTS_INTEGRATION_GOLDEN_CASE_H_

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "import/importer.h"
#include "wire/joblib/corpus_for_test.h"
#include "wire/json/json_value.h"
#include "wire/npy/npy.h"

namespace tundish {

struct GoldenModel {
  std::string file;
  std::vector<std::string> outputs;
  std::vector<std::string> steps;
  std::string select;
};
struct GoldenProbe {
  std::string name;  ///< "nan", "inf", "1e39", "no rows", "one column less", "one column more"
  bool accepts = false;
  std::string message;
};
struct GoldenCase {
  std::filesystem::path folder;
  std::string library;  ///< folder above: "scikit-learn-1.9.1"
  std::string estimator;
  std::vector<GoldenModel> models;
  std::vector<std::pair<std::string, std::string>> outputs;  ///< method, .npy file
  std::vector<GoldenProbe> probes;
  std::string input_kind;
  DType graph_type = DType::kUndefined;  ///< to import with
  Tensor rows;                           ///< dense and frame: [rows, columns]

  std::string name() const { return cat(library, "/", folder.filename().string()); }
};

inline Result<ImportSource> open_source(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, MappedFile::open(path.string()));
  return ImportSource{path.filename().string(), file, file->bytes()};
}

inline Result<Tensor> load_npy(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, MappedFile::open(path.string()));
  TRY_ASSIGN(const NpyArray array, NpyArray::open(file->bytes(), file, Limits()));
  return array.all();
}

inline Result<JsonValue> load_json(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, MappedFile::open(path.string()));
  return JsonValue::parse(as_text(file->bytes()));
}

// Columns of numbers as one float64 matrix; null is NaN. kUnsupported for columns of text.
inline Result<Tensor> load_frame(const std::filesystem::path& path) {
  TRY_ASSIGN(const JsonValue document, load_json(path));
  TRY_ASSIGN(const JsonValue* list, document.require("columns"));
  TRY_ASSIGN(const auto columns, list->items());
  std::vector<std::vector<double>> values;
  for (const JsonValue& column : columns) {
    TRY_ASSIGN(const JsonValue* entries, column.require("values"));
    TRY_ASSIGN(const auto cells, entries->items());
    values.emplace_back();
    for (const JsonValue& cell : cells) {
      Result<double> number = cell.number();
      if (!number && !cell.is_null()) return Unsupported("a column that is not of numbers");
      values.back().push_back(number ? *number : NAN);
    }
  }
  const auto rows = static_cast<int64_t>(values.front().size());
  const auto width = static_cast<int64_t>(values.size());
  TRY_ASSIGN(Tensor matrix, Tensor::allocate(DType::kFloat64, Shape{rows, width}));
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; ++i) {
      matrix.mutable_values<double>()[row * width + i] = values[i][row];
    }
  }
  return matrix;
}

inline Status load_expected(const JsonValue& expected, GoldenCase& golden) {
  TRY_ASSIGN(const JsonValue* outputs, expected.require("outputs"));
  TRY_ASSIGN(const auto methods, outputs->members());
  for (const JsonMember& method : methods) {
    TRY_ASSIGN(const std::string kind, method.value.get_text("kind", "?"));
    if (kind != "npy") continue;
    TRY_ASSIGN(std::string file, method.value.require_text("file"));
    golden.outputs.emplace_back(method.key, std::move(file));
  }
  if (const JsonValue* probes = expected.find("probes")) {
    TRY_ASSIGN(const auto members, probes->members());
    for (const JsonMember& probe : members) {
      GoldenProbe entry{probe.key};
      TRY_ASSIGN(entry.accepts, probe.value.get_boolean("accepts", false));
      TRY_ASSIGN(entry.message, probe.value.get_text("message", ""));
      golden.probes.push_back(std::move(entry));
    }
  }
  return ok();
}

inline Status load_models(const JsonValue& description, GoldenCase& golden) {
  TRY_ASSIGN(const JsonValue* list, description.require("models"));
  TRY_ASSIGN(const auto models, list->items());
  for (const JsonValue& entry : models) {
    GoldenModel model;
    TRY_ASSIGN(model.file, entry.require_text("file"));
    TRY_ASSIGN(model.outputs, entry.get_texts("outputs"));
    TRY_ASSIGN(model.steps, entry.get_texts("steps"));
    TRY_ASSIGN(model.select, entry.get_text("select", ""));
    golden.models.push_back(std::move(model));
  }
  return ok();
}

inline Result<GoldenCase> load_case(const std::filesystem::path& folder) {
  GoldenCase golden;
  golden.folder = folder;
  golden.library = folder.parent_path().filename().string();
  TRY_ASSIGN(const JsonValue description, load_json(folder / "case.json"));
  TRY_ASSIGN(const JsonValue expected, load_json(folder / "expected.json"));
  TRY_ASSIGN(golden.estimator, description.get_text("estimator", "?"));
  TRY(load_models(description, golden));
  TRY(load_expected(expected, golden));
  TRY_ASSIGN(const JsonValue* input, description.require("input"));
  TRY_ASSIGN(golden.input_kind, input->get_text("kind", "?"));
  if (golden.input_kind == "frame") {
    TRY_ASSIGN(golden.rows, load_frame(folder / "X.json"));
  } else if (golden.input_kind == "dense") {
    TRY_ASSIGN(golden.rows, load_npy(folder / "X.npy"));
  }
  // Cases with `options` say how to convert; the others are answered in the type of their rows.
  if (description.find("options") != nullptr) {
    TRY_ASSIGN(const auto options, description.get_texts("options"));
    const bool narrow = std::find(options.begin(), options.end(), "float32") != options.end();
    golden.graph_type = narrow ? DType::kFloat32 : DType::kFloat64;
  } else if (golden.rows.defined()) {
    golden.graph_type = golden.rows.dtype();
  }
  return golden;
}

/// Folders of cases: those in the tree, and those of the corpus where it is found.
inline std::vector<std::filesystem::path> golden_folders(const std::filesystem::path& root,
                                                         std::string_view library) {
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  for (const auto& version : std::filesystem::directory_iterator(root, error)) {
    if (!version.path().filename().string().starts_with(library)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(version.path(), error)) {
      if (std::filesystem::exists(entry.path() / "case.json")) folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace tundish

#endif  // TUNDISH_TESTS_INTEGRATION_GOLDEN_CASE_H_
