// Where every value of a program lives for one class of input shapes.
//
// The first call with new shapes records: each output gets storage of its own and the plan learns
// its type and shape. lay_out() then gives every value a place in the session's arena: places are
// shared by values that never live at one time, and an operator that may work in place gets the
// place of its first input. An output whose shape depends on values may differ in a later call; it
// then gets storage of its own again.
#ifndef TUNDISH_RUNTIME_PLAN_H_
#define TUNDISH_RUNTIME_PLAN_H_

#include <span>
#include <vector>

#include "runtime/arena.h"
#include "runtime/memory.h"
#include "runtime/program.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// Same dtype and sizes. Inline: asked for every input and output of every call.
inline bool same_type(DType a_dtype, const Shape& a, DType b_dtype, const Shape& b) {
  if (a_dtype != b_dtype || a.rank() != b.rank()) return false;
  for (size_t i = 0; i < a.rank(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

class Plan {
 public:
  /// An unrecorded plan for inputs of these types. `program` must outlive it.
  Plan(const Program& program, std::span<const TensorView> inputs);

  /// Whether these inputs have the types the plan was made for.
  bool matches(std::span<const TensorView> inputs) const {
    if (inputs.size() != program_.inputs.size()) return false;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const TensorView& own = views_[program_.inputs[i]];
      if (!same_type(own.dtype, own.shape, inputs[i].dtype, inputs[i].shape)) return false;
    }
    return true;
  }
  /// False where data is missing though there are elements.
  bool set_inputs(std::span<const TensorView> inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].data == nullptr && inputs[i].shape.element_count() != 0) return false;
      views_[program_.inputs[i]].data = inputs[i].data;
    }
    return true;
  }

  /// What readers of the slot see. Addresses never change.
  const TensorView& view(SlotId slot) const { return views_[slot]; }
  std::span<const TensorView> views() const { return views_; }
  /// Views of a step's inputs; null for one left out.
  std::span<const TensorView* const> arguments(size_t step) const {
    return {arguments_.data() + argument_begins_[step], program_.steps[step].inputs.size()};
  }

  /// Storage for a slot of this type: the planned place when it fits.
  Result<MutableTensorView> storage(SlotId slot, DType dtype, const Shape& shape) {
    TensorView& view = views_[slot];
    if (!same_type(view.dtype, view.shape, dtype, shape)) [[unlikely]] {
      TRY(move_storage(slot, dtype, shape));
    }
    return MutableTensorView{dtype, shape, const_cast<void*>(view.data)};
  }
  /// Ceiling of what the values of a call take together, in bytes; 0: none.
  void set_memory_limit(uint64_t bytes) { memory_.set_limit(bytes); }
  /// kLimit when `bytes` more than what values hold now would be over the ceiling.
  Status check_memory(uint64_t bytes) const { return MemoryMeter(memory_).take(bytes); }
  /// While recording: frees what nobody reads after this step.
  void finish_step(size_t step);

  bool is_recorded() const { return recorded_; }
  /// Ends recording: chooses places. Views stay as they are until bind().
  void lay_out();
  /// Bytes that the arena needs.
  size_t arena_bytes() const { return arena_bytes_; }
  /// Points all views to their planned places unless they do so already.
  void bind(const Arena& arena) {
    bind_places(arena);
    if (redirected_) [[unlikely]]
      restore_outputs(arena);
  }
  /// The same, but outputs that were redirected may stay so: for calls that redirect them anew.
  void bind_places(const Arena& arena) {
    if (bound_epoch_ != arena.epoch()) [[unlikely]]
      bind_all(arena);
  }

  /// Whether output i was recorded with this type.
  bool output_fits(size_t i, DType dtype, const Shape& shape) const {
    const SlotId slot = program_.outputs[i];
    return same_type(planned_[slot].dtype, planned_[slot].shape, dtype, shape);
  }
  /// Makes output i, and the values that share its place, live in the caller's memory until the
  /// next bind(). False when the output is an input or a constant, which has a place already.
  bool redirect_output(size_t i, void* data) {
    if (program_.slots[program_.outputs[i]].kind != Slot::Kind::kComputed) return false;
    for (const SlotId slot : shared_with_[i]) views_[slot].data = data;
    redirected_ = true;
    return true;
  }

  /// Slots whose storage is that of another slot.
  size_t in_place_count() const { return in_place_count_; }

 private:
  Status move_storage(SlotId slot, DType dtype, const Shape& shape);
  void bind_all(const Arena& arena);
  void restore_outputs(const Arena& arena);
  bool can_share(const Step& step, int index) const;
  void drop_own(SlotId slot);

  /// In the arena: an offset. Otherwise storage of the slot's own.
  static constexpr size_t kOwnStorage = SIZE_MAX;

  const Program& program_;
  std::vector<TensorView> views_;
  std::vector<const TensorView*> arguments_;
  std::vector<size_t> argument_begins_;
  std::vector<TensorView> planned_;               ///< recorded types; data unused
  std::vector<size_t> offsets_;                   ///< per slot
  std::vector<Tensor> own_;                       ///< per slot
  MemoryMeter memory_;                            ///< of own_
  std::vector<std::vector<SlotId>> shared_with_;  ///< per output: slots in the same place
  uint64_t bound_epoch_ = 0;
  size_t arena_bytes_ = 0;
  size_t in_place_count_ = 0;
  bool recorded_ = false;
  bool redirected_ = false;
  bool holds_recorded_storage_ = false;
};

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_PLAN_H_
