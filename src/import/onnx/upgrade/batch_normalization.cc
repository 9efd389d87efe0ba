#include <algorithm>

#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

bool has_further_outputs(const Lift& lift) {
  return std::any_of(lift.output_names.begin() + 1, lift.output_names.end(),
                     [](const std::string& name) { return !name.empty(); });
}

// Statistics per feature, not per channel: the same on [N, features].
Result<std::vector<ValueId>> lift_flat(Lift& lift) {
  const ValueId x = lift.inputs[0];
  const int64_t all[] = {-1};
  const int64_t rows[] = {0, -1};
  const ValueId flat = lift.builder.constant(Tensor::of(std::span<const int64_t>(all)));
  const ValueId matrix = lift.builder.constant(Tensor::of(std::span<const int64_t>(rows)));
  TRY_ASSIGN(lift.inputs[0], lift.inner("Reshape", {x, matrix}));
  for (size_t i = 1; i < lift.inputs.size(); ++i) {
    TRY_ASSIGN(lift.inputs[i], lift.inner("Reshape", {lift.inputs[i], flat}));
  }
  NodeSpec spec{.op = "BatchNormalization",
                .inputs = lift.inputs,
                .attributes = lift.attributes,
                .name = lift.name.empty() ? std::string() : cat(lift.name, "_flat")};
  TRY_ASSIGN(const std::vector<ValueId> outputs, lift.builder.add(std::move(spec)));
  TRY_ASSIGN(const ValueId shape, lift.inner("Shape", {x}));
  return lift.last("Reshape", {outputs[0], shape}, {});
}

// The mode was an attribute before 7, the number of outputs before 14, an attribute since.
// `spatial` is gone since 9.
Result<std::vector<ValueId>> lift_batch_normalization(Lift& lift) {
  if (lift.version >= 14) return lift.last(lift.op, lift.inputs, lift.attributes);
  TRY(lift.expect_inputs(5, 5));
  TRY_ASSIGN(const int64_t is_test, lift.attributes.get_int("is_test", 0));
  TRY_ASSIGN(const int64_t spatial, lift.attributes.get_int("spatial", 1));
  for (const char* gone : {"consumed_inputs", "is_test", "spatial"}) lift.attributes.erase(gone);
  const bool has_more = has_further_outputs(lift);
  const bool trains = lift.version < 7 ? is_test == 0 : has_more;
  if (!trains && has_more) return Unsupported("outputs of training with is_test");
  if (spatial == 0) {
    if (trains) return Unsupported("training with spatial = 0");
    return lift_flat(lift);
  }
  if (!trains) {
    lift.attributes.erase("momentum");
    return lift.last(lift.op, lift.inputs, lift.attributes);
  }
  if (lift.output_names.size() <= 3) {
    lift.attributes.set("training_mode", int64_t{1});
    return lift.last(lift.op, lift.inputs, lift.attributes);
  }
  // The form with the statistics of the batch as outputs.
  NodeSpec spec{.op = lift.op,
                .inputs = lift.inputs,
                .attributes = lift.attributes,
                .name = lift.name,
                .version = 9,
                .output_count = lift.output_names.size(),
                .output_names = lift.output_names};
  return lift.builder.add(std::move(spec));
}

// The same in every version but for a hint of the first one.
Result<std::vector<ValueId>> lift_instance_normalization(Lift& lift) {
  lift.attributes.erase("consumed_inputs");
  return lift.last(lift.op, lift.inputs, lift.attributes);
}

}  // namespace

std::span<const LiftRule> lift_rules_batch_normalization() {
  static constexpr LiftRule kRules[] = {
      {"", "BatchNormalization", lift_batch_normalization},
      {"", "InstanceNormalization", lift_instance_normalization},
  };
  return kRules;
}

}  // namespace tundish
