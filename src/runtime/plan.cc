#include "runtime/plan.h"

#include <algorithm>
#include <utility>

namespace tundish {

Plan::Plan(const Program& program, std::span<const TensorView> inputs)
    : program_(program),
      views_(program.slots.size()),
      offsets_(program.slots.size(), kOwnStorage),
      own_(program.slots.size()) {
  for (size_t slot = 0; slot < views_.size(); ++slot) {
    if (program.slots[slot].kind == Slot::Kind::kConstant) {
      views_[slot] = program.graph->constant(program.slots[slot].value)->view();
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i) views_[program.inputs[i]] = inputs[i];
  for (const Step& step : program.steps) {
    argument_begins_.push_back(arguments_.size());
    for (const SlotId slot : step.inputs) {
      arguments_.push_back(slot == kNoSlot ? nullptr : &views_[slot]);
    }
  }
}

Status Plan::move_storage(SlotId slot, DType dtype, const Shape& shape) {
  const size_t count = static_cast<size_t>(shape.element_count());
  Tensor& own = own_[slot];
  // Storage of an earlier call serves again when it is large enough.
  const bool fits =
      own.defined() && own.dtype() == dtype && static_cast<size_t>(own.element_count()) >= count;
  if (!fits) {
    drop_own(slot);
    TRY_ASSIGN(const uint64_t bytes, value_bytes(dtype, shape));
    TRY(memory_.take(bytes));
    Result<Tensor> made = Tensor::allocate(dtype, shape);
    if (!made) {
      memory_.give_back(bytes);
      return std::move(made).error();
    }
    own = std::move(made).value();
  }
  views_[slot] = {dtype, shape, own.mutable_data()};
  bound_epoch_ = 0;  // the planned place counts again from the next call on
  return ok();
}

void Plan::drop_own(SlotId slot) {
  if (!own_[slot].defined()) return;
  memory_.give_back(own_[slot].byte_count());
  own_[slot] = Tensor();
}

void Plan::finish_step(size_t step) {
  const auto index = static_cast<int>(step);
  auto drop_if_done = [&](SlotId slot) {
    if (slot == kNoSlot || program_.slots[slot].kind != Slot::Kind::kComputed) return;
    if (views_[slot].dtype == DType::kString) return;  // never moves to the arena
    if (program_.slots[slot].last_step <= index) drop_own(slot);
  };
  for (const SlotId slot : program_.steps[step].inputs) drop_if_done(slot);
  for (const SlotId slot : program_.steps[step].outputs) drop_if_done(slot);
}

// The operator allows it, nobody reads input 0 afterwards, it is no other input of this step, and
// both have one type and size.
bool Plan::can_share(const Step& step, int index) const {
  if (!step.def->traits.in_place || step.inputs.empty() || step.outputs.empty()) return false;
  const SlotId from = step.inputs[0];
  const SlotId to = step.outputs[0];
  if (from == kNoSlot || to == kNoSlot || offsets_[from] == kOwnStorage) return false;
  const Slot& slot = program_.slots[from];
  if (slot.kind != Slot::Kind::kComputed || slot.last_step != index) return false;
  if (std::count(step.inputs.begin(), step.inputs.end(), from) != 1) return false;
  return planned_[from].dtype == planned_[to].dtype &&
         planned_[from].shape.element_count() == planned_[to].shape.element_count();
}

void Plan::lay_out() {
  planned_ = views_;
  // Values that share a place form one buffer; they follow each other in time.
  std::vector<Lifetime> buffers;
  std::vector<size_t> buffer_of(views_.size(), kOwnStorage);
  for (size_t index = 0; index < program_.steps.size(); ++index) {
    const Step& step = program_.steps[index];
    for (size_t i = 0; i < step.outputs.size(); ++i) {
      const SlotId slot = step.outputs[i];
      if (slot == kNoSlot) continue;
      const TensorView& type = planned_[slot];
      const size_t bits = dtype_bits(type.dtype);
      if (bits == 0)
        continue;  // strings are objects and keep their own storage; not dense: no view
      const int last = std::max(program_.slots[slot].last_step, static_cast<int>(index));
      offsets_[slot] = 0;
      if (i == 0 && can_share(step, static_cast<int>(index))) {
        buffer_of[slot] = buffer_of[step.inputs[0]];
        buffers[buffer_of[slot]].last_step = last;
        ++in_place_count_;
      } else {
        buffer_of[slot] = buffers.size();
        const auto count = static_cast<size_t>(type.shape.element_count());
        buffers.push_back({static_cast<int>(index), last, (count * bits + 7) / 8});
      }
    }
  }
  const Layout layout = tundish::lay_out(buffers);
  arena_bytes_ = layout.total_bytes;
  for (size_t slot = 0; slot < views_.size(); ++slot) {
    if (buffer_of[slot] != kOwnStorage) offsets_[slot] = layout.offsets[buffer_of[slot]];
  }
  for (const SlotId output : program_.outputs) {
    std::vector<SlotId>& group = shared_with_.emplace_back();
    for (SlotId slot = 0; slot < views_.size(); ++slot) {
      if (buffer_of[slot] != kOwnStorage && buffer_of[slot] == buffer_of[output]) {
        group.push_back(slot);
      }
    }
    if (group.empty()) group.push_back(output);
  }
  recorded_ = true;
  holds_recorded_storage_ = true;
  bound_epoch_ = 0;
}

void Plan::bind_all(const Arena& arena) {
  for (size_t slot = 0; slot < views_.size(); ++slot) {
    if (program_.slots[slot].kind != Slot::Kind::kComputed) continue;
    if (offsets_[slot] != kOwnStorage) {
      if (holds_recorded_storage_) drop_own(slot);
      views_[slot] = planned_[slot];
      views_[slot].data = arena.data() + offsets_[slot];
    } else if (own_[slot].defined()) {
      views_[slot].data = own_[slot].data();
    }
  }
  holds_recorded_storage_ = false;
  redirected_ = false;
  bound_epoch_ = arena.epoch();
}

void Plan::restore_outputs(const Arena& arena) {
  for (const std::vector<SlotId>& group : shared_with_) {
    for (const SlotId slot : group) {
      if (offsets_[slot] != kOwnStorage) {
        views_[slot].data = arena.data() + offsets_[slot];
      } else if (own_[slot].defined()) {
        views_[slot].data = own_[slot].data();
      }
    }
  }
  redirected_ = false;
}

}  // namespace tundish
