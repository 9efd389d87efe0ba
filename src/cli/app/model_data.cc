#include "cli/app/model_data.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "cli/app/command.h"
#include "data/array_file.h"

namespace tundish {

namespace {

namespace fs = std::filesystem;

InputForm form_of(const ValueDescription& input) {
  if (input.dtype == DType::kString) return InputForm::kText;
  if (input.dims.size() == 2 && input.dims[0] < 0) {
    return input.dims[1] == 1 ? InputForm::kColumn : InputForm::kMatrix;
  }
  return InputForm::kTensor;
}

// Copies blocks of rows into one tensor.
Result<Tensor> joined(const std::vector<Tensor>& parts) {
  Shape shape = parts.front().shape();
  shape[0] = 0;
  for (const Tensor& part : parts) shape[0] += part.shape()[0];
  TRY_ASSIGN(Tensor whole, Tensor::allocate(parts.front().dtype(), shape));
  if (whole.dtype() == DType::kString) {
    auto target = whole.mutable_values<std::string>().begin();
    for (const Tensor& part : parts) {
      const auto values = part.values<std::string>();
      target = std::copy(values.begin(), values.end(), target);
    }
    return whole;
  }
  auto* target = static_cast<char*>(whole.mutable_data());
  for (const Tensor& part : parts) {
    std::memcpy(target, part.data(), part.byte_count());
    target += part.byte_count();
  }
  return whole;
}

DataOutput describe(const std::string& name, const ValueDescription& output, bool one_value_a_row) {
  DataOutput description;
  description.name = name;
  description.dtype = output.dtype;
  description.sparse = output.kind == "sparse";
  for (size_t axis = 1; axis < output.dims.size(); ++axis) {
    description.row_shape.push_back(output.dims[axis]);
  }
  if (one_value_a_row) description.row_shape.clear();
  return description;
}

const ValueDescription* find_output(const Model& model, const std::string& name) {
  for (const ValueDescription& output : model.outputs()) {
    if (output.name == name) return &output;
  }
  return nullptr;
}

}  // namespace

bool was_made_by_tundish(const std::string& path) {
  const auto file = MappedFile::open(path);
  if (!file) return false;
  // producer_name stands near the beginning.
  const std::string_view head =
      as_text((*file)->bytes().first(std::min<size_t>((*file)->bytes().size(), 64)));
  return head.find("tundish") != std::string_view::npos;
}

std::vector<std::string> ordered_pieces(const std::string& source,
                                        const std::vector<std::string>& steps) {
  std::vector<std::string> pieces = steps;
  const bool named = std::ranges::any_of(steps, [&](const std::string& step) {
    std::error_code code;
    return step == source || fs::equivalent(step, source, code);
  });
  if (!source.empty() && !named) pieces.push_back(source);
  return pieces;
}

Result<std::shared_ptr<const Model>> open_pieces(const std::string& source,
                                                 const std::vector<std::string>& steps,
                                                 OpenOptions options) {
  const std::vector<std::string> pieces = ordered_pieces(source, steps);
  options.steps.assign(pieces.begin() + 1, pieces.end());
  Result<std::shared_ptr<const Model>> model = Model::open(pieces.front(), options);
  // the only arguments of open() are words of the command line
  const bool wrong_words = !model && model.error().code() == ErrorCode::kInvalidArgument;
  if (wrong_words) return usage_error(model.error().to_string());
  return model;
}

void InputOptions::declare_reading(Options& options) {
  options.add("--format", &format, "NAME", "format of the data when its name does not tell")
      .choices = {"npy", "npz", "csv", "tsv", "jsonl", "txt"};
  options.add("--header", &header, "RULE", "whether CSV begins with names: yes, no, detect")
      .choices = {"yes", "no", "detect"};
  options.add("--column", &column, "NAME", "the column that holds the text");
  options.flag("--cast", cast, "let values lose digits on the way to the model's type");
  options.flag("--ignore-surplus", ignore_surplus,
               "leave out columns that the model does not know");
}

Result<ReadOptions> InputOptions::read_options(const Limits& limits) const {
  ReadOptions result;
  result.limits = limits;
  if (!format.empty()) {
    TRY_ASSIGN(result.format, data_format_from_name(format));
  }
  result.header = header == "yes"  ? HeaderRule::kYes
                  : header == "no" ? HeaderRule::kNo
                                   : HeaderRule::kDetect;
  result.bad_rows = on_error == "skip"   ? BadRowRule::kSkip
                    : on_error == "null" ? BadRowRule::kNull
                                         : BadRowRule::kFail;
  result.cast = cast ? CastRule::kAllow : CastRule::kExact;
  result.surplus = ignore_surplus ? SurplusRule::kIgnore : SurplusRule::kRefuse;
  result.text_column = column;
  result.keep = keep;
  return result;
}

std::vector<InputFile> input_files(const std::vector<std::string>& words, const Model& model) {
  std::vector<InputFile> files;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    const std::string name = equals == std::string::npos ? "" : word.substr(0, equals);
    const bool known = std::ranges::any_of(
        model.inputs(), [&](const ValueDescription& input) { return input.name == name; });
    files.push_back(known ? InputFile{name, word.substr(equals + 1)} : InputFile{"", word});
  }
  return files;
}

DataContract data_contract(const Model& model) {
  DataContract contract;
  const FeatureContract& features = model.contract();
  for (const ValueDescription& input : model.inputs()) {
    DataInput wanted;
    wanted.name = input.name;
    wanted.dtype = input.dtype;
    wanted.form = form_of(input);
    if (wanted.form == InputForm::kMatrix) wanted.width = input.dims[1];
    if (wanted.form == InputForm::kTensor) wanted.dims = input.dims;
    if (features.present && features.input_kind == "matrix") {
      wanted.form = InputForm::kMatrix;
      wanted.width = features.count;
      wanted.columns = features.names;
    }
    if (features.present) {
      wanted.allowed = !features.accepts_infinity && !features.accepts_nan ? AllowedValues::kFinite
                       : !features.accepts_infinity ? AllowedValues::kFiniteOrNan
                                                    : AllowedValues::kAll;
    }
    contract.inputs.push_back(std::move(wanted));
  }
  return contract;
}

Result<AnswerPlan> plan_outputs(const Model& model, const std::vector<std::string>& outputs) {
  AnswerPlan plan;
  std::vector<std::string> names = outputs;
  if (names.empty()) {
    for (const ValueDescription& output : model.outputs()) names.push_back(output.name);
  }
  for (const std::string& name : names) {
    const ValueDescription* output = find_output(model, name);
    if (output == nullptr) {
      std::string known;
      for (const ValueDescription& other : model.outputs()) known += cat(" ", other.name);
      return NotFound(cat("the model has no output ", tundish::quoted(name), "; it has", known));
    }
    plan.answers.push_back({name, plan.outputs.size(), false, describe(name, *output, false)});
    plan.outputs.push_back(name);
  }
  return plan;
}

Result<AnswerPlan> plan_methods(const Model& model, const std::vector<std::string>& methods) {
  AnswerPlan plan;
  for (const std::string& name : methods) {
    const MethodDescription* method = model.find_method(name);
    if (method == nullptr) {
      std::string known;
      for (const MethodDescription& other : model.methods()) known += cat(" ", other.name);
      return NotFound(known.empty() ? cat("the model has no methods, only outputs (--outputs)")
                                    : cat("the model has no method ", tundish::quoted(name),
                                          "; it has", known));
    }
    for (size_t part = 0; part < method->outputs.size(); ++part) {
      const std::string label = method->outputs.size() == 1 ? name : cat(name, ".", part);
      const ValueDescription* output = find_output(model, method->outputs[part]);
      if (output == nullptr) {
        return InvalidModel(cat("method ", tundish::quoted(name), " names the output ",
                                tundish::quoted(method->outputs[part]), ", which the graph lacks"));
      }
      const bool rows = method->shape == "rows";
      const auto known = std::ranges::find(plan.outputs, output->name);
      const auto index = static_cast<size_t>(known - plan.outputs.begin());
      if (known == plan.outputs.end()) plan.outputs.push_back(output->name);
      plan.answers.push_back({label, index, rows, describe(label, *output, rows)});
    }
  }
  return plan;
}

Tensor shaped(const Answer& answer, const Tensor& output) {
  if (!answer.one_value_a_row || output.shape().rank() < 2) return output;
  return output.reshaped(Shape{output.shape()[0]});
}

Result<CheckRows> read_all_rows(const Model& model, const std::vector<std::string>& words,
                                const ReadOptions& options) {
  TRY_ASSIGN(const std::unique_ptr<RowReader> reader,
             RowReader::open(input_files(words, model), data_contract(model), options));
  std::vector<std::vector<Tensor>> parts(model.inputs().size());
  for (;;) {
    TRY_ASSIGN(std::optional<RowBlock> block, reader->next(65536));
    if (!block) break;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (block->inputs[i].tensor() == nullptr) {
        return Unsupported("check compares dense rows; these are sparse");
      }
      parts[i].push_back(*block->inputs[i].tensor());
    }
  }
  CheckRows rows;
  for (const std::vector<Tensor>& part : parts) {
    if (part.empty()) return InvalidArgument("the data holds no rows");
    TRY_ASSIGN(Tensor whole, joined(part));
    rows.inputs.push_back(std::move(whole));
  }
  return rows;
}

Result<ExpectedAnswers> read_expected(const Model& model, const std::string& path) {
  ExpectedAnswers answers;
  if (!fs::is_directory(path)) {
    TRY_ASSIGN(Tensor array, read_array_file(path));
    const std::string stem = fs::path(path).stem().string();
    const bool named = model.find_method(stem) != nullptr;
    answers.emplace_back(named ? stem : std::string(model.default_method()), std::move(array));
    return answers;
  }
  for (const MethodDescription& method : model.methods()) {
    const std::string file = (fs::path(path) / (method.name + ".npy")).string();
    if (!fs::exists(file)) continue;
    TRY_ASSIGN(Tensor array, read_array_file(file));
    answers.emplace_back(method.name, std::move(array));
  }
  if (answers.empty()) {
    return NotFound(
        cat("the folder ", tundish::quoted(path), " holds no METHOD.npy of this model's methods"));
  }
  return answers;
}

}  // namespace tundish
