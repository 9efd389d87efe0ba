#include "import/onnx/lift.h"

#include <algorithm>

#include "base/strings.h"
#include "import/onnx/schema.h"

namespace tundish {

#define TUNDISH_INDEX(stem) std::span<const LiftRule> lift_rules_##stem();
#include "import/onnx/upgrade/index.inc"
#undef TUNDISH_INDEX

namespace {

const std::vector<LiftRule>& all_rules() {
  static const std::vector<LiftRule> kRules = [] {
    std::vector<LiftRule> rules;
#define TUNDISH_INDEX(stem) \
  rules.insert(rules.end(), lift_rules_##stem().begin(), lift_rules_##stem().end());
#include "import/onnx/upgrade/index.inc"
#undef TUNDISH_INDEX
    return rules;
  }();
  return kRules;
}

Error unknown_operator(const Lift& lift) {
  std::vector<std::string> known;
  for (const OpDef* row : lift.ops.all()) known.emplace_back(row->name);
  for (const LiftRule& rule : all_rules()) known.emplace_back(rule.op);
  const std::string near = nearest_word(lift.op, known);
  return Unsupported(cat("operator ", lift.domain.empty() ? "" : cat(lift.domain, "."), lift.op,
                         " (opset ", lift.version, ") is not supported",
                         near.empty() || near == lift.op ? "" : cat("; near it: ", near)));
}

// The row in force at the file's version is the canonical one: nothing to lift. Another row: the
// node keeps its version.
Result<std::vector<ValueId>> keep(Lift& lift) {
  const int canonical = canonical_version(lift.domain);
  const OpDef* newest = lift.ops.find(lift.domain, lift.op, canonical);
  const OpDef* here = lift.ops.find(lift.domain, lift.op, lift.version);
  if (here == nullptr) return unknown_operator(lift);
  NodeSpec spec{.op = lift.op,
                .domain = lift.domain,
                .inputs = lift.inputs,
                .attributes = lift.attributes,
                .name = lift.name,
                .version = here == newest ? canonical : lift.version,
                .output_count = lift.output_names.size(),
                .output_names = lift.output_names};
  return lift.builder.add(std::move(spec));
}

}  // namespace

Status Lift::expect_inputs(size_t least, size_t most) const {
  if (inputs.size() > most || inputs.size() < least) {
    return InvalidModel(cat("expected ", least, least == most ? "" : cat(" to ", most),
                            " inputs, got ", inputs.size()));
  }
  for (size_t i = 0; i < least; ++i) {
    if (!has_input(i)) return InvalidModel(cat("input ", i, " is left out"));
  }
  return ok();
}

Result<std::vector<int64_t>> Lift::require_ints(std::string_view attribute) const {
  if (attributes.has(attribute)) return attributes.get_ints(attribute);
  return InvalidModel(cat("attribute ", quoted(attribute), " is missing"));
}

Result<std::vector<int64_t>> Lift::take_ints(std::string_view attribute) {
  if (attributes.has(attribute)) return attributes.take_ints(attribute);
  return require_ints(attribute);
}

Result<ValueId> Lift::inner(std::string_view op_name, std::initializer_list<ValueId> operands,
                            AttributeList attributes_of_it) {
  NodeSpec spec{.op = std::string(op_name),
                .inputs = operands,
                .attributes = std::move(attributes_of_it),
                .name = name.empty() ? std::string() : cat(name, "_", op_name)};
  TRY_ASSIGN(const std::vector<ValueId> outputs, builder.add(std::move(spec)));
  return outputs[0];
}

Result<ValueId> Lift::cast(ValueId value, DType to) {
  if (builder.type(value).dtype == to) return value;
  AttributeList list;
  list.set("to", static_cast<int64_t>(to));
  return inner("Cast", {value}, std::move(list));
}

Result<std::vector<ValueId>> Lift::last(std::string_view op_name, std::vector<ValueId> operands,
                                        AttributeList attributes_of_it) {
  NodeSpec spec{.op = std::string(op_name),
                .inputs = std::move(operands),
                .attributes = std::move(attributes_of_it),
                .name = name,
                .output_count = output_names.size(),
                .output_names = output_names};
  return builder.add(std::move(spec));
}

Result<std::vector<ValueId>> lift_node(Lift& lift) {
  TRY(check_schema(lift.domain, lift.op, lift.version, lift.attributes));
  if (!lift.captures.empty()) lift.attributes.set("captures", lift.captures);
  const auto rule = std::ranges::find_if(
      all_rules(), [&](const LiftRule& r) { return r.op == lift.op && r.domain == lift.domain; });
  return rule == all_rules().end() ? keep(lift) : rule->lift(lift);
}

}  // namespace tundish
