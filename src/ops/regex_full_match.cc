// RegexFullMatch: whether each string matches a pattern as a whole.
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/regex.h"

namespace tundish {
namespace {
using namespace ops;

class PatternState : public KernelState {
 public:
  explicit PatternState(Regex held) : regex(std::move(held)) {}
  Regex regex;
};

Result<Regex> read_pattern(const Node& node) {
  if (!node.attributes.has("pattern")) return InvalidModel("attribute \"pattern\" is missing");
  TRY_ASSIGN(const std::string pattern, node.attributes.get_string("pattern", ""));
  return Regex::compile(pattern);
}

Status infer_regex(InferContext& context) {
  TRY(expect_tensor(context, 0, kStrings, {}));
  TRY_ASSIGN(const Regex regex, read_pattern(context.node()));
  context.set_output(0, ValueType::tensor(DType::kBool, context.input(0).shape));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_regex(const PrepareContext& context) {
  TRY_ASSIGN(Regex regex, read_pattern(context.node()));
  return std::unique_ptr<KernelState>(std::make_unique<PatternState>(std::move(regex)));
}

Status run_regex(ExecContext& context) {
  const TensorView& x = context.input(0);
  std::optional<Regex> own;
  const auto* state = static_cast<const PatternState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_pattern(context.node()));
  }
  const Regex& regex = state != nullptr ? state->regex : *own;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kBool, x.shape));
  const std::span<const std::string> texts = x.values<std::string>();
  for (size_t i = 0; i < texts.size(); ++i) {
    TRY_ASSIGN(const bool found, in(cat("element ", i), regex.matches_all(texts[i])));
    static_cast<bool*>(y.data)[i] = found;
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "RegexFullMatch",
     .since = 20,
     .inputs = {1, 1},
     .traits = {.elementwise = true},
     .infer = infer_regex,
     .run = run_regex,
     .prepare = prepare_regex},
};

}  // namespace

std::span<const OpDef> ops_regex_full_match() { return kOps; }

}  // namespace tundish
