// Between a model and its data: what columns it wants, which arrays answer a method.
#ifndef TUNDISH_CLI_APP_MODEL_DATA_H_
#define TUNDISH_CLI_APP_MODEL_DATA_H_

#include <memory>
#include <string>
#include <vector>

#include "cli/app/options.h"
#include "data/contract.h"
#include "data/row_reader.h"
#include "data/row_writer.h"
#include "tundish/convert.h"
#include "tundish/model.h"
#include "tundish/result.h"

namespace tundish {

/// Options of every command that reads rows.
struct InputOptions {
  std::vector<std::string> inputs;  ///< --input: FILE or NAME=FILE
  std::string format;               ///< --format
  std::string header = "detect";    ///< --header
  std::string column;               ///< --column
  std::vector<std::string> keep;    ///< --keep
  std::string on_error = "fail";    ///< --on-error
  bool cast = false;                ///< --cast
  bool ignore_surplus = false;      ///< --ignore-surplus

  void declare_reading(Options& options);
  Result<ReadOptions> read_options(const Limits& limits) const;
};

/// Whether the file is a model that tundish wrote: such a file may be replaced without --force.
bool was_made_by_tundish(const std::string& path);

/// The files of one model in the order in which they are joined: `steps` as they stand when
/// `source` is empty or among them, else `steps` followed by `source` (transformers first,
/// predictor last).
std::vector<std::string> ordered_pieces(const std::string& source,
                                        const std::vector<std::string>& steps);

/// Opens a source model, joined from its pieces, or an .onnx file.
Result<std::shared_ptr<const Model>> open_pieces(const std::string& source,
                                                 const std::vector<std::string>& steps,
                                                 OpenOptions options);

/// "NAME=FILE" is split when NAME is one of the model's inputs; otherwise the word is a path.
std::vector<InputFile> input_files(const std::vector<std::string>& words, const Model& model);

/// What the model wants to read: from its contract, or from its declared inputs.
DataContract data_contract(const Model& model);

/// One array that a command gives out.
struct Answer {
  std::string name;              ///< the method's, "predict.0" for parts, or the output's
  size_t output = 0;             ///< index into the session's outputs
  bool one_value_a_row = false;  ///< stored [rows] though the output is [rows, 1]
  DataOutput description;
};

/// Which outputs a session must compute, and how they are given out.
struct AnswerPlan {
  std::vector<std::string> outputs;
  std::vector<Answer> answers;
};

/// The plan for these methods of the original (kNotFound listing those there are), or for graph
/// outputs when `methods` is empty.
Result<AnswerPlan> plan_methods(const Model& model, const std::vector<std::string>& methods);
Result<AnswerPlan> plan_outputs(const Model& model, const std::vector<std::string>& outputs);

/// The output as the original shapes it.
Tensor shaped(const Answer& answer, const Tensor& output);

/// All rows of the sources in memory, as `check` and `convert --data` need them.
Result<CheckRows> read_all_rows(const Model& model, const std::vector<std::string>& words,
                                const ReadOptions& options);

/// The original's answers: a folder of METHOD.npy, or one .npy for the default method.
Result<ExpectedAnswers> read_expected(const Model& model, const std::string& path);

}  // namespace tundish

#endif  // TUNDISH_CLI_APP_MODEL_DATA_H_
