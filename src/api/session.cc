#include "tundish/session.h"

#include <algorithm>

#include "api/metadata.h"
#include "api/model_impl.h"
#include "api/value_guard.h"
#include "base/strings.h"
#include "engines/engine.h"
#include "ir/patch.h"
#include "kernels/table.h"
#include "ops/index.h"
#include "ort/library.h"
#include "proof/compare.h"

namespace tundish {

namespace {

// Golden answers were made by the reference engine on another machine; its libm may differ in the
// last bits of pow, exp and log (glibc states 1 ulp; 4 is what the library's own versions differ
// by).
constexpr uint64_t kSelfTestUlp = 4;

std::string joined_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += text.empty() ? name : ", " + name;
  return text;
}

Result<std::vector<std::string>> wanted_outputs(const Model& model, const SessionOptions& options) {
  if (!options.method.empty() && !options.outputs.empty()) {
    return InvalidArgument("ask for a method or for outputs, not both");
  }
  if (options.method.empty()) return std::vector<std::string>(options.outputs);
  if (const MethodDescription* method = model.find_method(options.method)) {
    return std::vector<std::string>(method->outputs);
  }
  std::vector<std::string> names;
  for (const MethodDescription& method : model.methods()) names.push_back(method.name);
  if (names.empty()) {
    return NotFound(
        cat("the model has no methods, only outputs; there is no ", quoted(options.method)));
  }
  return NotFound(
      cat("the model has no method ", quoted(options.method), "; it has ", joined_names(names)));
}

}  // namespace

struct Session::Impl {
  std::shared_ptr<const Model> model;
  std::unique_ptr<EngineSession> engine;
  std::vector<ValueDescription> outputs;
  ValueGuard guard;

  Status guard_inputs(std::span<const TensorView> inputs) const {
    if (guard.active() && inputs.size() == 1) return guard.check(inputs[0], model->contract());
    return ok();
  }
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::create(std::shared_ptr<const Model> model, const SessionOptions& options) {
  auto impl = std::make_unique<Impl>();
  TRY_ASSIGN(const std::vector<std::string> wanted, wanted_outputs(*model, options));
  // The reference engine evaluates the graph as it is; fast ones the rewritten graph.
  std::shared_ptr<const Graph> graph = model->impl().graph;
  if (options.engine == "native") {
    TRY_ASSIGN(graph, model->impl().optimized());
  }
  if (!wanted.empty()) {
    TRY_ASSIGN(Graph selected, select_outputs(*graph, wanted));
    graph = std::make_shared<const Graph>(std::move(selected));
  }
  for (const ValueId value : graph->outputs()) {
    impl->outputs.push_back(describe_value(*graph, value));
  }
  EngineOptions engine;
  engine.thread_count = options.thread_count;
  engine.isa = options.isa;
  engine.expected_rows = options.expected_rows;
  engine.memory = options.memory;
  engine.model_path = model->impl().format == "onnx" ? model->impl().path : std::string();
  engine.ort_library = options.ort_library;
  engine.providers = options.providers;
  TRY_ASSIGN(impl->engine,
             create_engine_session(options.engine, std::move(graph), *model->impl().ops, engine));
  model->impl().release_pages();
  impl->guard = ValueGuard(model->contract());
  impl->model = std::move(model);
  return Session(std::move(impl));
}

const Model& Session::model() const { return *impl_->model; }
const std::vector<ValueDescription>& Session::inputs() const { return impl_->model->inputs(); }
const std::vector<ValueDescription>& Session::outputs() const { return impl_->outputs; }

Result<std::span<const TensorView>> Session::run(std::span<const TensorView> inputs,
                                                 const RunOptions& options) {
  TRY(impl_->guard_inputs(inputs));
  return impl_->engine->run(inputs, options);
}

Result<TensorView> Session::run(const TensorView& input, const RunOptions& options) {
  TRY_ASSIGN(const std::span<const TensorView> outputs, run({&input, 1}, options));
  return outputs[0];
}

Status Session::run_into(std::span<const TensorView> inputs,
                         std::span<const MutableTensorView> outputs, const RunOptions& options) {
  TRY(impl_->guard_inputs(inputs));
  return impl_->engine->run_into(inputs, outputs, options);
}

Result<std::vector<Value>> Session::run_values(std::span<const Value> inputs,
                                               const RunOptions& options) {
  if (inputs.size() == 1 && inputs[0].tensor() != nullptr) {
    const TensorView view = inputs[0].tensor()->view();
    TRY(impl_->guard_inputs({&view, 1}));
  }
  return impl_->engine->run_values(inputs, options);
}

Status Session::self_test() {
  const std::string* json = impl_->model->impl().graph->find_metadata(kGoldenRowsKey);
  if (json == nullptr) return Unsupported("the model holds no golden rows to replay");
  TRY_ASSIGN(const GoldenRows golden, parse_golden_rows(*json));
  std::vector<Value> inputs;
  for (const ValueDescription& input : this->inputs()) {
    const auto found =
        std::ranges::find(golden.inputs, input.name, [](const auto& entry) { return entry.first; });
    if (found == golden.inputs.end()) {
      return InvalidModel(cat("the golden rows lack input ", quoted(input.name)));
    }
    inputs.emplace_back(found->second);
  }
  TRY_ASSIGN(const std::vector<Value> answers, impl_->engine->run_values(inputs, {}));
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string& name = impl_->outputs[i].name;
    const auto found =
        std::ranges::find(golden.outputs, name, [](const auto& entry) { return entry.first; });
    if (found == golden.outputs.end() || answers[i].tensor() == nullptr) {
      return InvalidModel(cat("the golden rows lack output ", quoted(name)));
    }
    TRY_ASSIGN(const TensorDifference difference,
               in(cat("golden rows, output ", quoted(name)),
                  compare_tensors(answers[i].tensor()->view(), found->second.view(), 1)));
    const bool label = is_label_dtype(found->second.dtype());
    if (difference.max_ulp > (label ? 0 : kSelfTestUlp)) {
      const Shape& shape = found->second.shape();
      const auto rows = static_cast<uint64_t>(shape.rank() > 0 ? shape[0] : 1);
      const uint64_t per_row = std::max<uint64_t>(difference.elements / rows, 1);
      return InvalidModel(cat("golden rows, output ", quoted(name), ": row ",
                              difference.worst_index / per_row, ", value ",
                              difference.worst_index % per_row, " is ",
                              element_text(answers[i].tensor()->view(), difference.worst_index),
                              " on this machine, recorded ",
                              element_text(found->second.view(), difference.worst_index)));
    }
  }
  return ok();
}

std::string_view Session::engine() const { return impl_->engine->engine(); }
std::string_view Session::isa() const { return impl_->engine->isa(); }
void Session::set_profiling(bool on) { impl_->engine->set_profiling(on); }
std::vector<NodeReport> Session::report() const { return impl_->engine->report(); }

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (size_t i = 0; i < kernels::kIsaCount; ++i) {
    const auto isa = static_cast<kernels::Isa>(i);
    if (kernels::isa_available(isa)) names.emplace_back(kernels::isa_name(isa));
  }
  return names;
}

std::vector<std::string> available_engines() { return engine_names(); }

Result<OrtDescription> describe_ort(const std::string& library_path) {
  TRY_ASSIGN(const auto library, ort::Library::load(library_path));
  TRY_ASSIGN(std::vector<std::string> providers, library->providers());
  return OrtDescription{library->version(), std::move(providers)};
}

std::string_view version() { return TUNDISH_VERSION; }
std::string_view build_commit() { return TUNDISH_COMMIT; }

}  // namespace tundish
