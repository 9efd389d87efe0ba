#include "runtime/native_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.h"
#include "kernels/table.h"
#include "runtime/copy.h"
#include "runtime/cpu_quota.h"
#include "runtime/inputs.h"
#include "runtime/isa.h"
#include "runtime/memory.h"
#include "runtime/reference.h"
#include "runtime/thread_pool.h"

namespace tundish {

namespace {

// Sequences and optionals outlive the places of the tensors that were put into them: a tensor that
// only borrows is copied.
Result<Value> owned(Value value) {
  if (const Tensor* tensor = value.tensor()) {
    if (!tensor->defined() || tensor->owner() != nullptr) return value;
    TRY_ASSIGN(Tensor copy, Tensor::copy_of(tensor->view()));
    return Value(std::move(copy));
  }
  if (const Sequence* sequence = value.sequence()) {
    Sequence copy;
    copy.items.reserve(sequence->items.size());
    for (const Value& item : sequence->items) {
      TRY_ASSIGN(copy.items.emplace_back(), owned(item));
    }
    return Value(std::move(copy));
  }
  if (const Optional* optional = value.optional(); optional != nullptr && optional->item) {
    TRY_ASSIGN(Value item, owned(*optional->item));
    return Value(Optional{std::make_shared<const Value>(std::move(item))});
  }
  return value;
}

}  // namespace

/// What operators of one call see.
class NativeSession::Context final : public ExecContext {
 public:
  Context(NativeSession& session, const RunOptions& options)
      : session_(session), plan_(*session.plan_), options_(options) {
    plan_.set_memory_limit(options.memory_limit_bytes);
  }

  void at(size_t step) {
    step_ = &session_.program_.steps[step];
    arguments_ = plan_.arguments(step).data();
  }

  const Node& node() const override { return *step_->node; }
  size_t input_count() const override { return step_->inputs.size(); }
  bool has_input(size_t i) const override {
    return i < step_->inputs.size() && arguments_[i] != nullptr;
  }
  const TensorView& input(size_t i) const override {
    static const TensorView kLeftOut;
    return arguments_[i] != nullptr ? *arguments_[i] : kLeftOut;
  }
  Value input_value(size_t i) const override {
    if (arguments_[i] == nullptr) return Value();
    if (arguments_[i]->dtype == DType::kUndefined) return session_.values_[step_->inputs[i]];
    return Tensor::borrow(*arguments_[i], nullptr);
  }
  size_t output_count() const override { return step_->outputs.size(); }
  bool output_wanted(size_t i) const override {
    const SlotId slot = step_->outputs[i];
    return slot != kNoSlot && session_.program_.slots[slot].last_step >= 0;
  }
  Result<MutableTensorView> output(size_t i, DType dtype, const Shape& shape) override {
    const SlotId slot = step_->outputs[i];
    if (slot == kNoSlot) [[unlikely]]
      return unread_output(dtype, shape);
    return plan_.storage(slot, dtype, shape);
  }
  Status set_output(size_t i, Value value) override {
    const SlotId slot = step_->outputs[i];
    if (slot == kNoSlot) return ok();
    const Tensor* tensor = value.tensor();
    if (tensor == nullptr) {
      TRY_ASSIGN(session_.values_[slot], owned(std::move(value)));
      return ok();
    }
    TRY_ASSIGN(const MutableTensorView to, plan_.storage(slot, tensor->dtype(), tensor->shape()));
    copy_tensor(tensor->view(), to);
    return ok();
  }
  Result<void*> scratch(size_t bytes) override {
    std::vector<Tensor>& kept = session_.scratch_;
    if (scratch_used_ == kept.size()) kept.emplace_back();
    Tensor& piece = kept[scratch_used_];
    if (!piece.defined() || piece.byte_count() < bytes) {
      TRY(plan_.check_memory(bytes));
      piece = Tensor();
      TRY_ASSIGN(piece, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes)}));
    }
    ++scratch_used_;
    return piece.mutable_data();
  }
  const KernelState* state() const override { return step_->state.get(); }
  const void* user() const override { return step_->def->user; }
  const KernelTable& kernels() const override { return *session_.program_.kernels; }
  int thread_count() const override { return session_.thread_count_; }
  void parallel_for(int64_t count, int64_t grain, RangeFunction body) override {
    if (session_.thread_count_ == 1 || count <= grain) {
      if (count > 0) body(0, count);
    } else {
      ThreadPool::process().parallel_for(session_.thread_count_, count, grain, body);
    }
  }
  Status interrupted() const override { return check_interrupted(options_); }
  Result<std::vector<Value>> run_graph(std::string_view name,
                                       std::span<const Value> inputs) override {
    const auto step = static_cast<size_t>(step_ - session_.program_.steps.data());
    for (const Body& body : session_.bodies_) {
      if (body.step == step && body.name == name) return body.session->run_values(inputs, options_);
    }
    return Internal(cat("no graph ", quoted(name)));
  }

  void end_step() { scratch_used_ = 0; }

 private:
  // An optional output that the node leaves out, but the operator fills all the same.
  Result<MutableTensorView> unread_output(DType dtype, const Shape& shape) {
    TRY_ASSIGN(unread_, Tensor::allocate(dtype, shape));
    return unread_.mutable_view();
  }

  NativeSession& session_;
  Plan& plan_;
  const RunOptions& options_;
  const Step* step_ = nullptr;
  const TensorView* const* arguments_ = nullptr;
  size_t scratch_used_ = 0;
  Tensor unread_;
};

NativeSession::NativeSession(Program program, int thread_count)
    : program_(std::move(program)),
      thread_count_(thread_count),
      values_(program_.slots.size()),
      output_views_(program_.outputs.size()),
      calls_(program_.steps.size()),
      nanoseconds_(program_.steps.size()) {}

Result<std::unique_ptr<NativeSession>> NativeSession::create(std::shared_ptr<const Graph> graph,
                                                             const OpTable& ops,
                                                             const Options& options) {
  if (options.thread_count < 0) {
    return InvalidArgument(cat("thread count ", options.thread_count));
  }
  TRY_ASSIGN(const kernels::KernelTable* kernels, select_kernels(options.isa));
  TRY_ASSIGN(Program program, make_program(std::move(graph), ops, *kernels,
                                           {options.expected_rows, options.memory}));
  const int threads = options.thread_count > 0 ? options.thread_count : available_thread_count();
  auto session = std::unique_ptr<NativeSession>(new NativeSession(std::move(program), threads));
  TRY(session->make_bodies(ops, options));
  return session;
}

Status NativeSession::make_bodies(const OpTable& ops, Options options) {
  options.expected_rows = 0;
  for (size_t step = 0; step < program_.steps.size(); ++step) {
    const Node& node = *program_.steps[step].node;
    for (const auto& [name, attribute] : node.attributes.items()) {
      const auto* graph = std::get_if<GraphPointer>(&attribute);
      if (graph == nullptr) continue;
      Result<std::unique_ptr<NativeSession>> session = create(*graph, ops, options);
      if (!session) return std::move(session).error().in(node_place(node));
      bodies_.push_back({step, name, std::move(session).value()});
    }
  }
  return ok();
}

// ---- Plans

Status NativeSession::choose_plan(std::span<const TensorView> inputs) {
  if (plan_ == nullptr || !plan_->matches(inputs)) [[unlikely]] {
    TRY(choose_other_plan(inputs));
  }
  if (!plan_->set_inputs(inputs)) [[unlikely]]
    return check_inputs(*program_.graph, inputs);
  return ok();
}

Status NativeSession::choose_other_plan(std::span<const TensorView> inputs) {
  plan_ = nullptr;
  for (KeptPlan& kept : plans_) {
    if (!kept.plan->matches(inputs)) continue;
    kept.last_use = ++use_count_;
    plan_ = kept.plan.get();
    return ok();
  }
  if (program_.is_dense) TRY(check_inputs(*program_.graph, inputs));
  if (plans_.size() == kMostPlans) {
    plans_.erase(std::ranges::min_element(plans_, {}, &KeptPlan::last_use));
  }
  plans_.push_back({std::make_unique<Plan>(program_, inputs), ++use_count_});
  plan_ = plans_.back().plan.get();
  return ok();
}

// ---- Running

Error NativeSession::failed(size_t step, Status status) const {
  return std::move(status).error().in(node_place(*program_.steps[step].node));
}

Status NativeSession::execute(const RunOptions& options) {
  if (plan_->arena_bytes() > options.memory_limit_bytes && options.memory_limit_bytes != 0)
      [[unlikely]]
    return over_memory_limit(plan_->arena_bytes(), 0, options.memory_limit_bytes);
  if (profiling_ || options.cancel != nullptr || options.deadline) return execute_watched(options);
  Context context(*this, options);
  const size_t count = program_.steps.size();
  for (size_t step = 0; step < count; ++step) {
    context.at(step);
    if (Status done = program_.steps[step].def->run(context); !done) [[unlikely]] {
      return failed(step, std::move(done));
    }
    context.end_step();
  }
  return ok();
}

Status NativeSession::execute_watched(const RunOptions& options) {
  using Clock = std::chrono::steady_clock;
  Context context(*this, options);
  for (size_t step = 0; step < program_.steps.size(); ++step) {
    TRY(check_interrupted(options));
    context.at(step);
    const Clock::time_point begin = profiling_ ? Clock::now() : Clock::time_point();
    if (Status done = program_.steps[step].def->run(context); !done) {
      return failed(step, std::move(done));
    }
    if (profiling_) {
      ++calls_[step];
      nanoseconds_[step] +=
          std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
    }
    context.end_step();
    if (!plan_->is_recorded()) plan_->finish_step(step);
  }
  return ok();
}

// Runs the present plan for the first time and lays it out.
Status NativeSession::record(const RunOptions& options) {
  Status done = check_known_sizes(*program_.graph, options.memory_limit_bytes);
  if (done) done = execute_watched(options);
  if (done) {
    plan_->lay_out();
    done = arena_.reserve(plan_->arena_bytes());
  }
  if (!done) {
    std::erase_if(plans_, [&](const KeptPlan& kept) { return kept.plan.get() == plan_; });
    plan_ = nullptr;
  }
  return done;
}

std::span<const TensorView> NativeSession::output_views() {
  if (program_.outputs_lead) return plan_->views().first(program_.outputs.size());
  for (size_t i = 0; i < program_.outputs.size(); ++i) {
    output_views_[i] = plan_->view(program_.outputs[i]);
  }
  return output_views_;
}

Result<std::span<const TensorView>> NativeSession::run(std::span<const TensorView> inputs,
                                                       const RunOptions& options) {
  if (!program_.is_dense) [[unlikely]] {
    return InvalidArgument("an input or output is no dense tensor");
  }
  TRY(choose_plan(inputs));
  if (!plan_->is_recorded()) [[unlikely]] {
    TRY(record(options));
  } else {
    plan_->bind(arena_);
    TRY(execute(options));
  }
  return output_views();
}

Status NativeSession::copy_output(size_t i, const MutableTensorView& target) const {
  const TensorView& made = plan_->view(program_.outputs[i]);
  if (!same_type(made.dtype, made.shape, target.dtype, target.shape)) {
    return InvalidArgument(
        cat("output ", quoted(program_.graph->value(program_.graph->outputs()[i]).name),
            ": the buffer is ", dtype_name(target.dtype), target.shape.to_string(),
            ", the answer is ", dtype_name(made.dtype), made.shape.to_string()));
  }
  if (target.data == nullptr && made.shape.element_count() != 0) {
    return InvalidArgument(cat("output ", i, ": the data pointer is null"));
  }
  copy_tensor(made, target);
  return ok();
}

Status NativeSession::run_into(std::span<const TensorView> inputs,
                               std::span<const MutableTensorView> outputs,
                               const RunOptions& options) {
  if (!program_.is_dense) [[unlikely]] {
    return InvalidArgument("an input or output is no dense tensor");
  }
  if (outputs.size() != program_.outputs.size()) {
    return InvalidArgument(cat("the model has ", program_.outputs.size(), " outputs, got ",
                               outputs.size(), " buffers"));
  }
  TRY(choose_plan(inputs));
  if (!plan_->is_recorded()) [[unlikely]] {
    TRY(record(options));
  } else {
    plan_->bind_places(arena_);
    for (size_t i = 0; i < outputs.size(); ++i) {
      const MutableTensorView& target = outputs[i];
      if (target.data != nullptr && plan_->output_fits(i, target.dtype, target.shape)) {
        plan_->redirect_output(i, target.data);
      }
    }
    TRY(execute(options));
  }
  // Nothing to do for answers that were made in place.
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (plan_->view(program_.outputs[i]).data == outputs[i].data &&
        plan_->output_fits(i, outputs[i].dtype, outputs[i].shape)) {
      continue;
    }
    TRY(copy_output(i, outputs[i]));
  }
  return ok();
}

Result<Value> NativeSession::take_output(size_t i) const {
  const SlotId slot = program_.outputs[i];
  const TensorView& view = plan_->view(slot);
  if (view.dtype == DType::kUndefined) return values_[slot];
  TRY_ASSIGN(Tensor copy, Tensor::copy_of(view));
  return Value(std::move(copy));
}

Result<std::vector<Value>> NativeSession::run_values(std::span<const Value> inputs,
                                                     const RunOptions& options) {
  TRY(check_inputs(*program_.graph, inputs));
  std::vector<TensorView> views;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor* tensor = inputs[i].tensor();
    // No elements: whoever looks at the view need find no data.
    views.push_back(tensor != nullptr ? tensor->view() : TensorView{DType::kUndefined, Shape{0}});
    if (tensor == nullptr) values_[program_.inputs[i]] = inputs[i];
  }
  TRY(choose_plan(views));
  if (!plan_->is_recorded()) {
    TRY(record(options));
  } else {
    plan_->bind(arena_);
    TRY(execute(options));
  }
  std::vector<Value> outputs;
  for (size_t i = 0; i < program_.outputs.size(); ++i) {
    TRY_ASSIGN(Value value, take_output(i));
    outputs.push_back(std::move(value));
  }
  return outputs;
}

// ---- Looking in

std::string_view NativeSession::isa() const { return kernels::isa_name(program_.kernels->isa); }

void NativeSession::set_profiling(bool on) {  // NOLINT: a setter
  profiling_ = on;
  if (!on) return;
  std::ranges::fill(calls_, 0);
  std::ranges::fill(nanoseconds_, 0);
}

std::vector<NodeReport> NativeSession::report() const {
  std::vector<NodeReport> nodes;
  for (size_t i = 0; i < program_.steps.size(); ++i) {
    const Step& step = program_.steps[i];
    nodes.push_back({step.node->name, step.node->op,
                     step.state == nullptr ? std::string() : step.state->description(), calls_[i],
                     nanoseconds_[i]});
  }
  return nodes;
}

}  // namespace tundish
