// Pickle and joblib files of scikit-learn estimators -> graph, contract and method table.
#include <algorithm>

#include "base/strings.h"
#include "import/importer.h"
#include "import/sklearn/core/chain.h"
#include "import/sklearn/core/estimator.h"
#include "import/sklearn/core/outputs.h"
#include "import/sklearn/core/resolve.h"
#include "wire/joblib/pickle_file.h"

namespace tundish {
namespace {

using sklearn::Description;
using sklearn::EstimatorPointer;

bool sniff(const ImportSource& source) { return pickle::sniff_pickle(source.bytes); }

struct Piece {
  EstimatorPointer estimator;
  std::vector<std::string> notes;
  std::string version;
};

Result<Piece> read_piece(const ImportSource& source, const ImportOptions& options,
                         std::string_view select) {
  TRY_ASSIGN(const pickle::ObjectGraph graph,
             pickle::read_pickle_file(source.owner, source.bytes, options.limits,
                                      pickle::ReadMode::kStrict));
  sklearn::Reader reader(options.limits, options.input_type);
  Piece piece;
  TRY_ASSIGN(piece.estimator, sklearn::resolve(reader, pickle::root_view(graph, ""), select));
  piece.notes = reader.notes();
  piece.version = graph.facts().scikit_learn_version;
  return piece;
}

// The first file and those that follow it, as one estimator.
Result<Piece> read_pieces(const ImportSource& source, const ImportOptions& options) {
  TRY_ASSIGN(Piece whole, read_piece(source, options, options.select));
  if (options.steps.empty()) return whole;
  std::vector<EstimatorPointer> steps;
  std::string joined = source.path;
  steps.push_back(std::move(whole.estimator));
  for (const ImportSource& next : options.steps) {
    Result<Piece> piece = read_piece(next, options, {});
    if (!piece) return std::move(piece).error().in(next.path);
    steps.push_back(std::move(piece->estimator));
    for (std::string& note : piece->notes) whole.notes.push_back(cat(next.path, ": ", note));
    joined += cat(", ", next.path);
    if (!piece->version.empty()) whole.version = piece->version;
  }
  sklearn::Version version = steps.back()->description().version;
  TRY_ASSIGN(whole.estimator, make_chain(std::move(steps), std::move(version), "steps"));
  whole.notes.push_back(cat("joined into one pipeline, in this order: ", joined));
  return whole;
}

Result<DType> graph_input_type(const Description& description, DType wanted) {
  if (description.form == sklearn::InputForm::kText) return DType::kString;
  if (wanted == DType::kUndefined) return description.input_type;
  if (wanted == DType::kFloat32 || wanted == DType::kFloat64) return wanted;
  return InvalidArgument(cat("input type ", dtype_name(wanted), ": float32 or float64 are read"));
}

Result<ValueId> add_input(Builder& builder, const Description& description, DType dtype) {
  const Dim rows = Dim::symbol("N");
  if (description.form == sklearn::InputForm::kText) {
    return builder.input("text", ValueType::tensor(dtype, std::vector<Dim>{rows}));
  }
  return builder.input(
      "X", ValueType::tensor(dtype, std::vector<Dim>{rows, Dim(description.feature_count)}));
}

std::string graph_name_of(const Description& description, const ImportOptions& options) {
  if (!options.graph_name.empty()) return options.graph_name;
  return description.name.substr(0, description.name.find('('));
}

Result<ImportedModel> import(const ImportSource& source, const ImportOptions& options,
                             const OpTable& ops) {
  TRY_ASSIGN(Piece piece, read_pieces(source, options));
  const sklearn::Estimator& estimator = *piece.estimator;
  const Description& description = estimator.description();
  if (description.form == sklearn::InputForm::kMatrix && description.feature_count < 0) {
    return Unsupported(cat(description.name, ": the file does not say how many features there are"))
        .in(estimator.place());
  }
  ImportedModel model;
  TRY_ASSIGN(const DType dtype, graph_input_type(description, options.input_type));
  Builder builder(ops, graph_name_of(description, options));
  builder.at(estimator.place());
  TRY_ASSIGN(const ValueId input, add_input(builder, description, dtype));
  const sklearn::Features features{input, dtype, description.feature_count,
                                   description.feature_names};
  TRY_ASSIGN(const sklearn::Answers answers,
             estimator.build(builder, features, description.methods));
  TRY_ASSIGN(model.methods, add_outputs(builder, description, answers));
  TRY_ASSIGN(model.graph, std::move(builder).finish());
  model.default_method = sklearn::default_method(description);
  model.contract = sklearn::make_contract(description, dtype);
  model.source.library = "scikit-learn";
  model.source.version = piece.version;
  model.source.estimator = description.name;
  model.notes = std::move(piece.notes);
  return model;
}

std::vector<FormatRow> formats() {
  std::vector<FormatRow> rows;
  for (const sklearn::EstimatorDef& def : sklearn::all_estimators()) {
    rows.push_back({"scikit-learn", std::string(def.classes.front().name),
                    std::string(def.versions), std::string(def.methods)});
  }
  return rows;
}

}  // namespace

const Importer& importer_sklearn() {
  static constexpr Importer kImporter = {"sklearn", sniff, import, formats};
  return kImporter;
}

}  // namespace tundish
