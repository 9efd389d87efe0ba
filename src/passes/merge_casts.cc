// Two Casts in a row become one where the first loses nothing and the second would do the same with
// the value as it was before.
#include "passes/support/rewriter.h"

#include "base/strings.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "merge_casts";

enum class Family : uint8_t { kFloat, kSigned, kUnsigned, kBool, kOther };

Family family_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
    case DType::kBfloat16:
    case DType::kFloat32:
    case DType::kFloat64: return Family::kFloat;
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64: return Family::kSigned;
    case DType::kUint8:
    case DType::kUint16:
    case DType::kUint32:
    case DType::kUint64: return Family::kUnsigned;
    case DType::kBool: return Family::kBool;
    default: return Family::kOther;
  }
}

bool is_whole(Family family) { return family == Family::kSigned || family == Family::kUnsigned; }

/// Every number of type `from` is one of type `to`.
bool loses_nothing(DType from, DType to) {
  const Family a = family_of(from);
  const Family b = family_of(to);
  if (from == to) return a != Family::kOther;
  if (a == Family::kBool) return b != Family::kOther;
  if (a == Family::kFloat) return b == Family::kFloat && dtype_bits(from) < dtype_bits(to);
  if (a == b && is_whole(a)) return dtype_bits(from) < dtype_bits(to);
  return a == Family::kUnsigned && b == Family::kSigned && dtype_bits(from) < dtype_bits(to);
}

/// The step from the type in the middle to the last gives what one from the first would. Between
/// whole numbers and floats the rules for what is out of range differ, so those do not merge.
bool same_in_one_step(DType first, DType middle, DType last) {
  if (first == last || family_of(first) == Family::kBool) return true;
  if (family_of(last) == Family::kBool) return true;
  if (is_whole(family_of(first))) {
    return is_whole(family_of(middle)) && is_whole(family_of(last));
  }
  return family_of(last) == Family::kFloat;
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "Cast") || node.version != kCanonicalOpset) return ok();
  const Node* inner = rewriter.maker(node.inputs[0], "Cast");
  if (inner == nullptr) return ok();
  const DType first = rewriter.type(inner->inputs[0]).dtype;
  const DType middle = rewriter.type(node.inputs[0]).dtype;
  const DType last = rewriter.type(node.outputs[0]).dtype;
  if (!loses_nothing(first, middle) || family_of(last) == Family::kOther) return ok();
  if (!same_in_one_step(first, middle, last)) return ok();
  TRY_ASSIGN(const ValueId cast,
             rewriter.add(node, "Cast", {inner->inputs[0]}, AttributeList(node.attributes)));
  rewriter.rewrite(node, cast, {},
                   cat(dtype_name(first), " by way of ", dtype_name(middle), " to ",
                       dtype_name(last), " in one step"));
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_merge_casts() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "makes one Cast of two where the first loses nothing",
      .looks_for = {"Cast"},
      .run = run};
  return kPass;
}

}  // namespace tundish
