#include "api/checker.h"

#include <algorithm>
#include <cmath>

#include "api/model_impl.h"
#include "base/strings.h"
#include "ops/index.h"
#include "proof/compare.h"
#include "proof/equivalence.h"
#include "proof/probe_rows.h"
#include "runtime/reference.h"
#include "tundish/session.h"

namespace tundish {

namespace {

constexpr uint64_t kBlockRows = 2048;  // rows compared at a time: bounds memory, not results
constexpr size_t kMaxExamples = 10;
constexpr size_t kMaxExampleColumns = 40;

// Rows [begin, begin + count) of a tensor along its first axis, sharing storage.
Tensor slice_rows(const Tensor& tensor, int64_t begin, int64_t count) {
  Shape shape = tensor.shape();
  const int64_t rows = shape[0];
  shape[0] = count;
  const int64_t row_elements = rows > 0 ? tensor.element_count() / rows : 0;
  const size_t item =
      tensor.dtype() == DType::kString ? sizeof(std::string) : dtype_bytes(tensor.dtype());
  const auto* data =
      static_cast<const char*>(tensor.data()) + static_cast<size_t>(begin * row_elements) * item;
  return Tensor::borrow({tensor.dtype(), shape, data}, tensor.owner());
}

uint64_t elements_per_row(uint64_t elements, uint64_t rows) {
  return std::max<uint64_t>(elements / std::max<uint64_t>(rows, 1), 1);
}

// Both models side by side, and what was found so far.
class Checker {
 public:
  Checker(const std::shared_ptr<const Model>& model, const std::shared_ptr<const Model>& against,
          const CheckOptions& options)
      : model_(model), against_(against), options_(options) {}

  Result<CheckReport> run();

 private:
  Status open_sessions();
  Status check_data() const;
  Status prove();
  Status compare_block(const std::vector<Tensor>& inputs, uint64_t first_row,
                       const ProbeRows* probes);
  Status compare_given();
  Status compare_generated();
  Status compare_expected(const std::vector<Value>& answers, uint64_t first_row, uint64_t rows);
  void add_example(const Tensor& ours, const Tensor& theirs, uint64_t element, uint64_t row,
                   const std::string& origin, const std::vector<Tensor>& inputs, uint64_t at);
  Status advance(uint64_t rows);

  const std::shared_ptr<const Model>& model_;
  const std::shared_ptr<const Model>& against_;
  const CheckOptions& options_;
  std::optional<Session> ours_, theirs_;
  std::vector<std::string> names_;
  CheckReport report_;
  uint64_t done_ = 0, total_ = 0;
};

Status Checker::open_sessions() {
  if (model_->inputs().size() != against_->inputs().size()) {
    return InvalidArgument(cat("the models have ", model_->inputs().size(), " and ",
                               against_->inputs().size(), " inputs"));
  }
  for (const ValueDescription& output : model_->outputs()) {
    const bool shared = std::ranges::any_of(
        against_->outputs(),
        [&](const ValueDescription& other) { return other.name == output.name; });
    if (shared) names_.push_back(output.name);
  }
  if (names_.empty()) return InvalidArgument("the models have no output of the same name");
  SessionOptions session;
  session.outputs = names_;
  session.engine = options_.engine;
  session.thread_count = options_.thread_count;
  TRY_ASSIGN(ours_, Session::create(model_, session));
  session.engine = "reference";
  session.thread_count = 1;
  TRY_ASSIGN(theirs_, Session::create(against_, session));
  report_.engine = ours_->engine();
  report_.isa = ours_->isa();
  return ok();
}

// Blocks are cut from the given rows by address, so that their shapes must be right.
Status Checker::check_data() const {
  if (!options_.data) return ok();
  const std::vector<Tensor>& inputs = options_.data->inputs;
  if (inputs.size() != model_->inputs().size()) {
    return InvalidArgument(
        cat("the model has ", model_->inputs().size(), " inputs, the data has ", inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Shape& shape = inputs[i].shape();
    const std::string& name = model_->inputs()[i].name;
    if (shape.rank() == 0)
      return InvalidArgument(cat("the data for ", quoted(name), " has no rows"));
    if (shape[0] != inputs[0].shape()[0]) {
      return InvalidArgument(cat("the data for ", quoted(name), " has ", shape[0],
                                 " rows, that for ", quoted(model_->inputs()[0].name), " has ",
                                 inputs[0].shape()[0]));
    }
  }
  return ok();
}

Status Checker::prove() {
  ReferenceEvaluator evaluator(*model_->impl().ops);
  TRY_ASSIGN(EquivalenceProof proof,
             prove_equivalent(*against_->impl().graph, *model_->impl().graph, *model_->impl().ops,
                              evaluator));
  report_.routing_proven = proof.proven;
  report_.proof = std::move(proof.why);
  report_.statements = std::move(proof.statements);
  return ok();
}

Status Checker::advance(uint64_t rows) {
  done_ += rows;
  if (options_.progress && !options_.progress(done_, total_)) {
    return Cancelled(cat("check stopped after ", done_, " of ", total_, " rows"));
  }
  return ok();
}

void Checker::add_example(const Tensor& ours, const Tensor& theirs, uint64_t element, uint64_t row,
                          const std::string& origin, const std::vector<Tensor>& inputs,
                          uint64_t at) {
  if (report_.examples.size() >= kMaxExamples) return;
  LabelExample example;
  example.origin = origin;
  example.row = row;
  example.ours = element_text(ours.view(), element);
  example.theirs = element_text(theirs.view(), element);
  const auto& columns = model_->contract().names;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor values = slice_rows(inputs[i], static_cast<int64_t>(at), 1);
    const auto shown =
        std::min<size_t>(static_cast<size_t>(values.element_count()), kMaxExampleColumns);
    for (size_t j = 0; j < shown; ++j) {
      const std::string name = inputs.size() > 1    ? model_->inputs()[i].name
                               : j < columns.size() ? columns[j]
                                                    : cat("x", j);
      example.input.push_back(cat(name, "=", element_text(values.view(), j)));
    }
  }
  report_.examples.push_back(std::move(example));
}

Status Checker::compare_block(const std::vector<Tensor>& inputs, uint64_t first_row,
                              const ProbeRows* probes) {
  std::vector<Value> values(inputs.begin(), inputs.end());
  TRY_ASSIGN(const std::vector<Value> ours, ours_->run_values(values));
  TRY_ASSIGN(const std::vector<Value> theirs, theirs_->run_values(values));
  const auto rows = static_cast<uint64_t>(inputs.at(0).shape()[0]);
  std::vector<uint8_t> row_differs(rows, 0);
  for (size_t i = 0; i < ours.size(); ++i) {
    if (ours[i].tensor() == nullptr || theirs[i].tensor() == nullptr) {
      return Unsupported(cat("output ", quoted(names_[i]), " is not a dense tensor"));
    }
    const Tensor& a = *ours[i].tensor();
    const Tensor& b = *theirs[i].tensor();
    const bool label = is_label_dtype(a.dtype());
    TRY_ASSIGN(const TensorDifference found,
               in(cat("output ", quoted(names_[i])),
                  compare_tensors(a.view(), b.view(), label ? SIZE_MAX : 1)));
    if (found.different == 0) continue;
    if (!label) {
      report_.bit_identical = false;
      report_.max_abs = std::max(report_.max_abs, found.max_abs);
      report_.max_ulp = std::max(report_.max_ulp, found.max_ulp);
      continue;
    }
    const uint64_t per_row = elements_per_row(found.elements, rows);
    for (const uint64_t element : found.first_different) {
      const uint64_t at = std::min(element / per_row, rows - 1);
      if (row_differs[at]++ != 0) continue;
      ++report_.labels_different;
      const uint64_t row = first_row + at;
      add_example(a, b, element, row,
                  probes == nullptr ? cat("given row ", row)
                                    : probes->origin(row, model_->contract().names),
                  inputs, at);
    }
  }
  if (probes == nullptr && !options_.expected.empty()) TRY(compare_expected(ours, first_row, rows));
  return advance(rows);
}

// The original library's own answers; a method of one value per row may be stored as [rows] while
// the graph's output is [rows, 1].
Status Checker::compare_expected(const std::vector<Value>& answers, uint64_t first_row,
                                 uint64_t rows) {
  CheckReport::Expected& expected = *report_.expected;
  for (const auto& [method_name, array] : options_.expected) {
    const MethodDescription* method = model_->find_method(method_name);
    if (method == nullptr || method->outputs.size() != 1) {
      return NotFound(cat("the model has no method ", quoted(method_name)));
    }
    const auto place = std::ranges::find(names_, method->outputs[0]);
    if (place == names_.end()) {
      return NotFound(cat("output ", quoted(method->outputs[0]), " of method ", quoted(method_name),
                          " is not in both models"));
    }
    const Tensor& ours = *answers[static_cast<size_t>(place - names_.begin())].tensor();
    const Tensor theirs =
        slice_rows(array, static_cast<int64_t>(first_row), static_cast<int64_t>(rows));
    if (theirs.element_count() != ours.element_count()) {
      return InvalidArgument(cat("the expected ", method_name, " is ", array.shape().to_string(),
                                 ", the model gives ", ours.shape().to_string(), " for a block"));
    }
    TRY_ASSIGN(const TensorDifference found,
               in(cat("expected ", method_name),
                  compare_tensors(ours.view(), theirs.reshaped(ours.shape()).view(), 1)));
    const uint64_t per_row = elements_per_row(found.elements, rows);
    if (is_label_dtype(ours.dtype())) {
      expected.labels_different += found.different;
      if (found.different > 0 && expected.worst.empty()) {
        expected.worst =
            cat(method_name, " of row ", first_row + found.first_different[0] / per_row);
      }
    } else if (found.max_ulp > expected.max_ulp || found.max_abs > expected.max_abs) {
      expected.max_ulp = std::max(expected.max_ulp, found.max_ulp);
      expected.max_abs = std::max(expected.max_abs, found.max_abs);
      if (expected.labels_different == 0) {
        expected.worst = cat(method_name, " of row ", first_row + found.worst_index / per_row);
      }
    }
  }
  return ok();
}

Status Checker::compare_given() {
  if (!options_.data) {
    if (!options_.expected.empty()) {
      return InvalidArgument("expected answers need the rows they belong to");
    }
    return ok();
  }
  const std::vector<Tensor>& inputs = options_.data->inputs;
  const uint64_t rows = inputs.empty() ? 0 : static_cast<uint64_t>(inputs[0].shape()[0]);
  for (const auto& [name, array] : options_.expected) {
    if (array.shape().rank() == 0 || static_cast<uint64_t>(array.shape()[0]) != rows) {
      return InvalidArgument(cat("the expected ", name, " has shape ", array.shape().to_string(),
                                 ", the data has ", rows, " rows"));
    }
  }
  if (!options_.expected.empty()) report_.expected = CheckReport::Expected{rows, 0, 0, 0, ""};
  for (uint64_t begin = 0; begin < rows; begin += kBlockRows) {
    const auto count = static_cast<int64_t>(std::min(kBlockRows, rows - begin));
    std::vector<Tensor> block;
    for (const Tensor& input : inputs) {
      block.push_back(slice_rows(input, static_cast<int64_t>(begin), count));
    }
    TRY(compare_block(block, begin, nullptr));
  }
  report_.given_rows = rows;
  return ok();
}

Status Checker::compare_generated() {
  const Result<ProbeSpace> space = probe_space(*model_->impl().graph, model_->contract());
  if (!space) {
    report_.statements.push_back(cat("no rows were generated: ", space.error().message()));
    return ok();
  }
  // Without a proof every boundary is tried, whatever the limit for proven models is.
  const ProbeRows probes(*space, report_.routing_proven ? options_.probes : 0);
  total_ += probes.count();
  for (uint64_t begin = 0; begin < probes.count(); begin += kBlockRows) {
    const uint64_t count = std::min(kBlockRows, probes.count() - begin);
    TRY_ASSIGN(Tensor rows, probes.rows(begin, count));
    TRY(compare_block({std::move(rows)}, begin, &probes));
  }
  report_.generated_rows = probes.count();
  return ok();
}

Result<CheckReport> Checker::run() {
  TRY(open_sessions());
  TRY(check_data());
  TRY(prove());
  if (options_.data && !options_.data->inputs.empty()) {
    total_ = static_cast<uint64_t>(options_.data->inputs[0].shape()[0]);
  }
  TRY(compare_given());
  TRY(compare_generated());
  report_.equal = report_.labels_different == 0 &&
                  (!report_.expected || report_.expected->labels_different == 0);
  if (!report_.routing_proven) {
    report_.proof = cat("not proven, tested on ", report_.given_rows + report_.generated_rows,
                        " rows: ", report_.proof);
  }
  report_.model_sha256 = model_->sha256();
  report_.source_sha256 = against_->sha256();
  return std::move(report_);
}

}  // namespace

Result<CheckReport> run_check(const std::shared_ptr<const Model>& model,
                              const std::shared_ptr<const Model>& against,
                              const CheckOptions& options) {
  return Checker(model, against, options).run();
}

}  // namespace tundish
