#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Whether the node drops nothing whatever its inputs hold.
bool is_inference(const Lift& lift) {
  if (!lift.has_input(2)) return true;
  const Tensor* training = lift.builder.constant_of(lift.inputs[2]);
  return training != nullptr && training->dtype() == DType::kBool &&
         training->element_count() == 1 && training->values<uint8_t>()[0] == 0;
}

// Before opset 12 the ratio was an attribute. Before 7 a node trained unless is_test said
// otherwise; from 7 to 11 it never did. Before 10 the mask had the data's type.
Result<std::vector<ValueId>> lift_dropout(Lift& lift) {
  TRY(lift.expect_inputs(1, lift.version < 12 ? 1 : 3));
  lift.attributes.erase("consumed_inputs");
  if (lift.version < 12) {
    TRY_ASSIGN(const float ratio, lift.attributes.get_float("ratio", 0.5F));
    TRY_ASSIGN(const int64_t is_test, lift.attributes.get_int("is_test", lift.version < 7 ? 0 : 1));
    lift.attributes.erase("ratio");
    lift.attributes.erase("is_test");
    if (is_test == 0) {
      lift.inputs.push_back(lift.builder.scalar(ratio));
      lift.inputs.push_back(lift.builder.scalar(true));
    }
  }
  const bool has_mask = lift.output_names.size() > 1 && !lift.output_names[1].empty();
  if (!has_mask && is_inference(lift)) {
    lift.output_names.resize(1);
    return lift.last("Identity", {lift.inputs[0]}, {});
  }
  if (!has_mask || lift.version >= 10) return lift.last("Dropout", lift.inputs, lift.attributes);

  const std::string mask_name = lift.output_names[1];
  const DType dtype = lift.type(0).dtype;
  lift.output_names[1].clear();
  NodeSpec spec{.op = "Dropout",
                .inputs = lift.inputs,
                .attributes = lift.attributes,
                .name = lift.name,
                .output_count = 2,
                .output_names = {lift.output_names[0], std::string()}};
  TRY_ASSIGN(std::vector<ValueId> outputs, lift.builder.add(std::move(spec)));
  AttributeList to;
  to.set("to", static_cast<int64_t>(dtype));
  NodeSpec cast{.op = "Cast",
                .inputs = {outputs[1]},
                .attributes = std::move(to),
                .name = lift.name.empty() ? std::string() : cat(lift.name, "_mask"),
                .output_names = {mask_name}};
  TRY_ASSIGN(const std::vector<ValueId> mask, lift.builder.add(std::move(cast)));
  outputs[1] = mask[0];
  return outputs;
}

}  // namespace

std::span<const LiftRule> lift_rules_dropout() {
  static constexpr LiftRule kRules[] = {
      {"", "Dropout", lift_dropout},
  };
  return kRules;
}

}  // namespace tundish
