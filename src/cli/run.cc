// tundish run: score rows with a model.
#include <algorithm>
#include <chrono>
#include <optional>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "cli/app/command.h"
#include "cli/app/model_data.h"
#include "cli/app/report_json.h"
#include "config/environment.h"
#include "data/byte_sink.h"
#include "data/whole_writer.h"
#include "tundish/session.h"

namespace tundish {

namespace {

constexpr int64_t kBlockRows = 8192;  // rows in memory at a time; larger blocks gain nothing

class RunCommand : public Command {
 public:
  std::string_view name() const override { return "run"; }
  std::string_view summary() const override { return "score rows with a model"; }
  std::vector<std::string> examples() const override {
    return {"tundish run model.onnx --input rows.csv",
            "tundish run model.onnx --input rows.npy --method all --output answers/"};
  }
  void declare(Options& options) override;
  Result<int> run(Terminal& terminal) override;

 private:
  bool text_output() const;
  Result<AnswerPlan> plan(const Model& model) const;
  Result<WriteOptions> write_options(const Terminal& terminal) const;
  Result<std::unique_ptr<RowWriter>> open_writer(const AnswerPlan& plan, const Terminal& terminal);
  /// Makes the session unless there is one. `expected_rows`: see SessionOptions.
  Status open_session(const std::shared_ptr<const Model>& model, const AnswerPlan& plan,
                      int64_t expected_rows);
  Status score_stream(const std::shared_ptr<const Model>& shared, const AnswerPlan& plan,
                      Terminal& terminal);
  Status score_whole(const std::shared_ptr<const Model>& shared, const AnswerPlan& plan,
                     Terminal& terminal);
  Status write_whole(const AnswerPlan& plan, const std::vector<Value>& arrays,
                     const Terminal& terminal);
  Status write_block(const RowBlock& block, Session& session, const AnswerPlan& plan,
                     RowWriter& writer, const Terminal& terminal);
  void report_reading(const ReadReport& report, Terminal& terminal);
  Result<int> self_test_only(Terminal& terminal) const;

  std::string model_, output_, output_format_, method_, engine_ = "native", profile_, select_,
                                                        input_type_, ort_library_, memory_;
  std::vector<std::string> outputs_, steps_, providers_;
  InputOptions data_;
  int64_t threads_ = 0, batch_ = 0;
  bool self_test_ = false, dense_ = false, force_ = false;
  std::optional<Session> session_;
  RunSummary summary_;
};

void RunCommand::declare(Options& options) {
  auto& model = options.add("model", &model_, "MODEL", "an .onnx file or a source model");
  model.hint = ValueHint::kFile;
  model.required = true;
  options
      .add("--input", &data_.inputs, "FILE",
           "rows; NAME=FILE for one of several inputs; - is stdin")
      .hint = ValueHint::kFile;
  options.add("-o,--output", &output_, "FILE|DIR", "where answers go; default: CSV to stdout")
      .hint = ValueHint::kFile;
  options.add("--output-format", &output_format_, "NAME", "format when the name does not tell")
      .choices = {"npy", "npz", "csv", "tsv", "jsonl"};
  options.add("--method", &method_, "NAME", "predict, decision_function, ..., or all");
  options.add("--outputs", &outputs_, "A,B", "graph outputs of a plain ONNX model").separator = ',';
  options.add("--engine", &engine_, "NAME",
              "native, reference (plain, node by node) or ort (an installed ONNX Runtime)");
  options.add("--provider", &providers_, "A,B", "providers of engine ort, best first: CUDA, CPU")
      .separator = ',';
  options
      .add("--ort-library", &ort_library_, "FILE",
           "ONNX Runtime's shared library, else TUNDISH_ORT_LIBRARY")
      .hint = ValueHint::kFile;
  options.add("--threads", &threads_, "N", "threads; 0 = as many as the container allows");
  options.add("--batch", &batch_, "N", "rows per call for plain ONNX models");
  options.add("--profile", &profile_, "FILE", "time per operator as a Chrome trace").hint =
      ValueHint::kFile;
  options.add("--memory", &memory_, "MODE", "fast: weights may be copied; low: read in the file")
      .choices = {"fast", "low"};
  options.flag("--self-test", self_test_, "replay the model's golden rows on this machine first");
  options.add("--on-error", &data_.on_error, "RULE", "what a bad row does: fail, skip, null")
      .choices = {"fail", "skip", "null"};
  options.add("--keep", &data_.keep, "A,B", "columns carried to the output").separator = ',';
  options.flag("--dense", dense_, "write sparse answers dense");
  options.flag("--force", force_, "replace existing files");
  options.add("--select", &select_, "PATH", "object inside a source model's dict or tuple");
  options.add("--steps", &steps_, "A,B", "further files joined to a source model").separator = ',';
  options.add("--input-type", &input_type_, "TYPE", "type of a source model's rows").choices = {
      "float32", "float64"};
  data_.declare_reading(options);
}

bool RunCommand::text_output() const {
  if (output_.empty() || output_ == "-") return output_format_ != "npy" && output_format_ != "npz";
  return output_.ends_with(".csv") || output_.ends_with(".tsv") || output_.ends_with(".jsonl");
}

Result<AnswerPlan> RunCommand::plan(const Model& model) const {
  if (!method_.empty() && !outputs_.empty()) {
    return usage_error("--method and --outputs exclude each other");
  }
  if (model.methods().empty() || !outputs_.empty()) {
    if (!method_.empty()) return plan_methods(model, {method_});
    return plan_outputs(model, outputs_);
  }
  std::vector<std::string> methods;
  if (method_ == "all") {
    for (const MethodDescription& method : model.methods()) methods.push_back(method.name);
  } else if (!method_.empty()) {
    methods = {method_};
  } else if (text_output()) {
    // for people: the verdict and the score that goes with it
    const std::string score(model.default_method());
    if (model.find_method("predict") != nullptr) methods.push_back("predict");
    if (score != "predict") methods.push_back(score);
  } else {
    methods = {std::string(model.default_method())};
  }
  return plan_methods(model, methods);
}

Result<WriteOptions> RunCommand::write_options(const Terminal& terminal) const {
  WriteOptions options;
  options.limits = terminal.limits();
  options.replace = force_ ? ReplaceRule::kReplace : ReplaceRule::kRefuse;
  options.sparse = dense_ ? SparseRule::kDense : SparseRule::kKeep;
  options.keep = data_.keep;
  if (!output_format_.empty()) {
    TRY_ASSIGN(options.format, output_format_from_name(output_format_));
  }
  return options;
}

Result<std::unique_ptr<RowWriter>> RunCommand::open_writer(const AnswerPlan& plan,
                                                           const Terminal& terminal) {
  TRY_ASSIGN(const WriteOptions options, write_options(terminal));
  std::vector<DataOutput> outputs;
  for (const Answer& answer : plan.answers) outputs.push_back(answer.description);
  return RowWriter::open(output_.empty() ? "-" : output_, std::move(outputs), options);
}

Status RunCommand::write_block(const RowBlock& block, Session& session, const AnswerPlan& plan,
                               RowWriter& writer, const Terminal& terminal) {
  TRY_ASSIGN(const std::vector<Value> outputs,
             session.run_values(block.inputs, terminal.run_options()));
  std::vector<Value> arrays;
  for (const Answer& answer : plan.answers) {
    const Value& value = outputs.at(answer.output);
    arrays.push_back(value.tensor() != nullptr ? Value(shaped(answer, *value.tensor())) : value);
  }
  return writer.write({block.row_numbers, arrays, block.kept, block.bad});
}

void RunCommand::report_reading(const ReadReport& report, Terminal& terminal) {
  for (const std::string& note : report.notes) terminal.explain(note);
  for (const std::string& bad : report.bad_rows) terminal.say(cat("bad row: ", bad));
  if (report.bad_row_count > 0) {
    terminal.say(cat(report.bad_row_count, " of ", report.row_count, " rows could not be used (",
                     data_.on_error == "skip" ? "left out" : "written as null", ")"));
  }
  summary_.bad_rows = static_cast<uint64_t>(report.bad_row_count);
}

Status RunCommand::open_session(const std::shared_ptr<const Model>& model, const AnswerPlan& plan,
                                int64_t expected_rows) {
  if (session_) return ok();
  SessionOptions options;
  options.engine = engine_;
  options.outputs = plan.outputs;
  options.thread_count = static_cast<int>(threads_);
  if (engine_ == "native") options.isa = forced_isa();
  options.ort_library = ort_library_.empty() ? ort_library() : ort_library_;
  options.providers = providers_;
  if (memory_ == "low") options.memory = SessionOptions::Memory::kLow;
  options.expected_rows = expected_rows;
  TRY_ASSIGN(session_, Session::create(model, options));
  if (!profile_.empty()) session_->set_profiling(true);
  return ok();
}

Status RunCommand::score_stream(const std::shared_ptr<const Model>& shared, const AnswerPlan& plan,
                                Terminal& terminal) {
  const Model& model = *shared;
  TRY_ASSIGN(const ReadOptions read, data_.read_options(terminal.limits()));
  TRY_ASSIGN(const std::unique_ptr<RowReader> reader,
             RowReader::open(input_files(data_.inputs, model), data_contract(model), read));
  const int64_t most_rows = batch_ > 0 ? batch_ : kBlockRows;
  TRY_ASSIGN(std::optional<RowBlock> block, reader->next(most_rows));
  const bool is_all = batch_ == 0 && block && block->row_count() < most_rows;
  TRY(open_session(shared, plan, is_all ? block->row_count() : 0));
  TRY_ASSIGN(const std::unique_ptr<RowWriter> writer, open_writer(plan, terminal));
  const Progress progress = terminal.progress("scoring");
  while (block) {
    TRY(write_block(*block, *session_, plan, *writer, terminal));
    summary_.rows += static_cast<uint64_t>(block->row_count());
    if (!progress(summary_.rows, 0))
      return Cancelled(cat("stopped after ", summary_.rows, " rows"));
    TRY_ASSIGN(block, reader->next(most_rows));
  }
  report_reading(reader->report(), terminal);
  if (reader->report().row_count == 0 && !model.contract().accepts_no_rows) {
    return InvalidArgument(cat("the data holds no rows, ",
                               model.contract().estimator.empty() ? std::string("the original")
                                                                  : model.contract().estimator,
                               " asks for at least one"));
  }
  TRY(writer->finish());
  summary_.files = writer->paths();
  return ok();
}

// Plain ONNX models get the whole input in one call.
Status RunCommand::score_whole(const std::shared_ptr<const Model>& shared, const AnswerPlan& plan,
                               Terminal& terminal) {
  const Model& model = *shared;
  TRY(open_session(shared, plan, 0));
  TRY_ASSIGN(const ReadOptions read, data_.read_options(terminal.limits()));
  RowBlock block;
  if (!model.inputs().empty()) {
    TRY_ASSIGN(block.inputs,
               read_whole_inputs(input_files(data_.inputs, model), data_contract(model), read));
  }
  TRY_ASSIGN(const std::vector<Value> outputs,
             session_->run_values(block.inputs, terminal.run_options()));
  AnswerPlan sized = plan;
  std::vector<Value> arrays;
  int64_t rows = 0;
  for (Answer& answer : sized.answers) {
    const Tensor* tensor = outputs.at(answer.output).tensor();
    if (tensor == nullptr) {
      return Unsupported(
          cat("output ", quoted(answer.name), " is no tensor: it cannot be written"));
    }
    const auto dims = tensor->shape().dims();
    if (!dims.empty()) answer.description.row_shape.assign(dims.begin() + 1, dims.end());
    rows = std::max(rows, dims.empty() ? 1 : dims[0]);
    arrays.emplace_back(*tensor);
  }
  summary_.rows = static_cast<uint64_t>(rows);
  if (!text_output() && !is_folder(output_)) return write_whole(sized, arrays, terminal);
  for (Value& value : arrays) {
    const TensorView view = value.tensor()->view();
    if (view.shape.rank() == 0) {  // one row of one value
      TRY_ASSIGN(value, Tensor::copy_of({view.dtype, Shape{1}, view.data}));
    }
    if (value.tensor()->shape()[0] != rows) {
      return InvalidArgument("the outputs differ in their first size: write them to an .npz");
    }
  }
  for (int64_t row = 0; row < rows; ++row) block.row_numbers.push_back(row);
  TRY_ASSIGN(const std::unique_ptr<RowWriter> writer, open_writer(sized, terminal));
  TRY(writer->write({block.row_numbers, arrays, {}, {}}));
  TRY(writer->finish());
  summary_.files = writer->paths();
  return ok();
}

Status RunCommand::write_whole(const AnswerPlan& plan, const std::vector<Value>& arrays,
                               const Terminal& terminal) {
  std::vector<std::pair<std::string, TensorView>> named;
  for (size_t i = 0; i < arrays.size(); ++i) {
    named.emplace_back(plan.answers[i].description.name, arrays[i].tensor()->view());
  }
  TRY_ASSIGN(const WriteOptions options, write_options(terminal));
  TRY(write_whole_arrays(output_, named, options));
  summary_.files = {output_};
  return ok();
}

Result<int> RunCommand::self_test_only(Terminal& terminal) const {
  terminal.out(cat("golden rows: equal on this machine (", session_->engine(), ", ",
                   session_->isa(), ")\n"));
  return kExitOk;
}

Result<int> RunCommand::run(Terminal& terminal) {
  OpenOptions open;
  open.limits = terminal.limits();
  open.select = select_;
  open.input_type = dtype_from_name(input_type_);
  TRY_ASSIGN(const std::shared_ptr<const Model> model, open_pieces(model_, steps_, open));
  for (const std::string& note : model->notes()) terminal.explain(cat("note: ", note));
  TRY_ASSIGN(const AnswerPlan plan, this->plan(*model));
  if (self_test_) {
    TRY(open_session(model, plan, 0));
    TRY(session_->self_test());
  }
  if (data_.inputs.empty() && !model->inputs().empty()) {
    if (self_test_) return self_test_only(terminal);
    return usage_error("no rows: give them with --input FILE (- is standard input)");
  }
  const auto start = std::chrono::steady_clock::now();
  const bool whole = !model->contract().present && batch_ == 0;
  TRY(whole ? score_whole(model, plan, terminal) : score_stream(model, plan, terminal));
  summary_.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!profile_.empty()) TRY(write_file(profile_, chrome_trace(session_->report())));
  summary_.engine = session_->engine();
  summary_.isa = session_->isa();
  for (const Answer& answer : plan.answers) {
    std::vector<int64_t> shape = {static_cast<int64_t>(summary_.rows)};
    const auto& row_shape = answer.description.row_shape;
    shape.insert(shape.end(), row_shape.begin(), row_shape.end());
    summary_.outputs.push_back(
        {answer.name, std::string(dtype_name(answer.description.dtype)), std::move(shape)});
  }
  const bool stdout_taken = output_.empty() || output_ == "-";
  if (terminal.json && !stdout_taken) terminal.out(run_json(summary_));
  terminal.explain(cat(summary_.rows, " rows in ", summary_.seconds, " s, engine ",
                       session_->engine(), " (", session_->isa(), ")"));
  return kExitOk;
}

}  // namespace

std::unique_ptr<Command> command_run() { return std::make_unique<RunCommand>(); }

}  // namespace tundish
