// Two Transposes in a row become one, or none where the second undoes the first.
#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "merge_transposes";

/// The order of axes; the reverse one when the node does not say.
Result<std::vector<int64_t>> perm_of(const Node& node, int64_t rank) {
  TRY_ASSIGN(std::vector<int64_t> perm, node.attributes.get_ints("perm"));
  if (perm.empty()) {
    for (int64_t i = 0; i < rank; ++i) perm.push_back(rank - 1 - i);
  }
  return perm;
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "Transpose") || node.version != kCanonicalOpset) return ok();
  const Node* inner = rewriter.maker(node.inputs[0], "Transpose");
  if (inner == nullptr) return ok();
  const int64_t rank = rank_of(rewriter.type(inner->inputs[0]));
  if (rank < 0) return ok();
  TRY_ASSIGN(const std::vector<int64_t> first, perm_of(*inner, rank));
  TRY_ASSIGN(const std::vector<int64_t> second, perm_of(node, rank));
  if (first.size() != second.size()) return ok();
  std::vector<int64_t> both;
  bool moves = false;
  for (size_t i = 0; i < second.size(); ++i) {
    both.push_back(first[static_cast<size_t>(second[i])]);
    moves |= both.back() != static_cast<int64_t>(i);
  }
  if (!moves && rewriter.rewrite(node, inner->inputs[0], {}, "undoes a Transpose")) return ok();
  AttributeList attributes;
  attributes.set("perm", std::move(both));
  TRY_ASSIGN(const ValueId result,
             rewriter.add(node, "Transpose", {inner->inputs[0]}, std::move(attributes)));
  rewriter.rewrite(node, result, {}, "two Transposes in one");
  return ok();
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_merge_transposes() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "makes one Transpose of two, or none where they cancel",
      .looks_for = {"Transpose"},
      .run = run};
  return kPass;
}

}  // namespace tundish
