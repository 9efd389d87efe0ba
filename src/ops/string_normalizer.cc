// StringNormalizer: stop words removed, then a change of case by Unicode's rules.
//
// The attribute "locale" changes nothing: answers must not depend on what a machine has installed.
// Stop words are compared as they stand, or without regard to case (both in lower case).
#include <set>

#include "base/strings.h"
#include "base/unicode_case.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum class CaseChange : uint8_t { kNone, kLower, kUpper };

struct NormalizerState : KernelState {
  CaseChange change = CaseChange::kNone;
  bool minds_case = false;
  std::set<std::string, std::less<>> stopwords;
};

Result<std::unique_ptr<NormalizerState>> read_state(const Node& node) {
  auto state = std::make_unique<NormalizerState>();
  TRY_ASSIGN(const std::string change, node.attributes.get_string("case_change_action", "NONE"));
  if (change == "LOWER") {
    state->change = CaseChange::kLower;
  } else if (change == "UPPER") {
    state->change = CaseChange::kUpper;
  } else if (change != "NONE") {
    return InvalidModel(cat("attribute \"case_change_action\": unknown value ", quoted(change)));
  }
  TRY_ASSIGN(const int64_t minds_case, node.attributes.get_int("is_case_sensitive", 0));
  state->minds_case = minds_case != 0;
  TRY_ASSIGN(const std::vector<std::string> words, node.attributes.get_strings("stopwords"));
  for (const std::string& word : words) {
    state->stopwords.insert(state->minds_case ? word : lower_case(word));
  }
  return state;
}

// [C] or [1, C]; the answer has as many columns as strings are left.
Status check_shape(size_t rank, int64_t rows, ErrorCode code) {
  if (rank == 1 || (rank == 2 && (rows == 1 || rows < 0))) return ok();
  return Error(code, "input 0: expected shape [C] or [1, C]");
}

Status infer_string_normalizer(InferContext& context) {
  TRY(expect_tensor(context, 0, kStrings, {}));
  TRY_ASSIGN(const auto state, read_state(context.node()));
  const std::vector<Dim>* dims = known_dims(context, 0);
  SymbolicShape out;
  if (dims != nullptr) {
    const int64_t rows = dims->size() == 2 ? (*dims)[0].size() : 1;
    TRY(check_shape(dims->size(), rows, ErrorCode::kInvalidModel));
    out = dims->size() == 2 ? std::vector<Dim>{Dim(1), Dim()} : std::vector<Dim>{Dim()};
    // Without stop words nothing is dropped; nothing at all becomes one empty string.
    const Dim& columns = dims->back();
    if (state->stopwords.empty() && columns.is_known()) {
      out->back() = Dim(std::max<int64_t>(1, columns.size()));
    }
  }
  context.set_output(0, ValueType::tensor(DType::kString, std::move(out)));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_string_normalizer(const PrepareContext& context) {
  TRY_ASSIGN(auto state, read_state(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

Status run_string_normalizer(ExecContext& context) {
  const TensorView& x = context.input(0);
  const int64_t rows = x.shape.rank() == 2 ? x.shape[0] : 1;
  TRY(check_shape(x.shape.rank(), rows, ErrorCode::kInvalidArgument));
  std::unique_ptr<NormalizerState> own;
  const auto* state = static_cast<const NormalizerState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_state(context.node()));
    state = own.get();
  }
  std::vector<const std::string*> kept;
  for (const std::string& text : x.values<std::string>()) {
    const bool is_stopword = !state->stopwords.empty() &&
                             state->stopwords.contains(state->minds_case ? text : lower_case(text));
    if (!is_stopword) kept.push_back(&text);
  }
  Shape shape = x.shape;
  shape[shape.rank() - 1] = std::max<int64_t>(1, static_cast<int64_t>(kept.size()));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kString, shape));
  auto* out = static_cast<std::string*>(y.data);
  if (kept.empty()) out->clear();
  for (size_t i = 0; i < kept.size(); ++i) {
    switch (state->change) {
      case CaseChange::kNone: out[i] = *kept[i]; break;
      case CaseChange::kLower: out[i] = lower_case(*kept[i]); break;
      case CaseChange::kUpper: out[i] = upper_case(*kept[i]); break;
    }
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "StringNormalizer",
     .since = 10,
     .inputs = {1, 1},
     .infer = infer_string_normalizer,
     .run = run_string_normalizer,
     .prepare = prepare_string_normalizer},
};

}  // namespace

std::span<const OpDef> ops_string_normalizer() { return kOps; }

}  // namespace tundish
