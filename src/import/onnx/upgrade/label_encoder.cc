#include "base/strings.h"
#include "import/onnx/lift.h"

namespace tundish {

namespace {

// Version 1: a list of strings and its positions, in the direction the input's type says.
Status lift_first_version(Lift& lift) {
  const DType dtype = lift.type(0).dtype;
  if (dtype != DType::kString && dtype != DType::kInt64) {
    return InvalidModel(cat("LabelEncoder (version 1) of ", dtype_name(dtype)));
  }
  if (!lift.attributes.has("classes_strings")) {
    return InvalidModel("attribute \"classes_strings\" is missing");
  }
  TRY_ASSIGN(std::vector<std::string> classes, lift.attributes.get_strings("classes_strings"));
  std::vector<int64_t> positions(classes.size());
  for (size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<int64_t>(i);
  lift.attributes.erase("classes_strings");
  if (dtype == DType::kString) {
    lift.attributes.erase("default_string");
    lift.attributes.set("keys_strings", std::move(classes));
    lift.attributes.set("values_int64s", std::move(positions));
  } else {
    lift.attributes.erase("default_int64");
    lift.attributes.set("keys_int64s", std::move(positions));
    lift.attributes.set("values_strings", std::move(classes));
  }
  return ok();
}

// Version 2 is a part of version 4, which adds tensors of keys and values.
Result<std::vector<ValueId>> lift_label_encoder(Lift& lift) {
  TRY(lift.expect_inputs(1, 1));
  if (lift.version < 2) TRY(lift_first_version(lift));
  NodeSpec spec{.op = lift.op,
                .domain = lift.domain,
                .inputs = lift.inputs,
                .attributes = lift.attributes,
                .name = lift.name,
                .output_count = lift.output_names.size(),
                .output_names = lift.output_names};
  return lift.builder.add(std::move(spec));
}

}  // namespace

std::span<const LiftRule> lift_rules_label_encoder() {
  static constexpr LiftRule kRules[] = {
      {kDomainMl, "LabelEncoder", lift_label_encoder},
  };
  return kRules;
}

}  // namespace tundish
