// ai.onnx.ml CategoryMapper: strings to integers or integers to strings by a list of pairs.
#include <map>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Of equal keys the last one counts, as in ONNX Runtime.
class MapperState : public KernelState {
 public:
  std::map<std::string, int64_t, std::less<>> numbers;
  std::map<int64_t, std::string> words;
  int64_t default_number = -1;
  std::string default_word;
};

using StatePointer = std::unique_ptr<MapperState>;

Result<StatePointer> read_state(const Node& node) {
  auto state = std::make_unique<MapperState>();
  TRY_ASSIGN(state->default_number, node.attributes.get_int("default_int64", -1));
  TRY_ASSIGN(state->default_word, node.attributes.get_string("default_string", "_Unused"));
  TRY_ASSIGN(const std::vector<std::string> words, node.attributes.get_strings("cats_strings"));
  TRY_ASSIGN(const std::vector<int64_t> numbers, node.attributes.get_ints("cats_int64s"));
  if (words.empty() || words.size() != numbers.size()) {
    return InvalidModel(cat("cats_strings has ", words.size(), " values, cats_int64s ",
                            numbers.size(), "; both must have the same number, at least one"));
  }
  for (size_t i = 0; i < words.size(); ++i) {
    state->numbers.insert_or_assign(words[i], numbers[i]);
    state->words.insert_or_assign(numbers[i], words[i]);
  }
  return state;
}

Status infer_mapper(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kInt64, DType::kString}, {}));
  TRY(read_state(context.node()));
  const bool is_text = context.input(0).dtype == DType::kString;
  context.set_output(
      0, ValueType::tensor(is_text ? DType::kInt64 : DType::kString, context.input(0).shape));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_mapper(const PrepareContext& context) {
  TRY_ASSIGN(StatePointer state, read_state(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

Status run_mapper(ExecContext& context) {
  const TensorView& x = context.input(0);
  StatePointer own;
  const auto* state = static_cast<const MapperState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_state(context.node()));
    state = own.get();
  }
  const int64_t count = x.shape.element_count();
  if (x.dtype == DType::kString) {
    TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, x.shape));
    const auto* from = static_cast<const std::string*>(x.data);
    for (int64_t i = 0; i < count; ++i) {
      const auto found = state->numbers.find(from[i]);
      static_cast<int64_t*>(y.data)[i] =
          found == state->numbers.end() ? state->default_number : found->second;
    }
    return ok();
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kString, x.shape));
  const auto* from = static_cast<const int64_t*>(x.data);
  for (int64_t i = 0; i < count; ++i) {
    const auto found = state->words.find(from[i]);
    static_cast<std::string*>(y.data)[i] =
        found == state->words.end() ? state->default_word : found->second;
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "CategoryMapper",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .traits = {.elementwise = true},
     .infer = infer_mapper,
     .run = run_mapper,
     .prepare = prepare_mapper},
};

}  // namespace

std::span<const OpDef> ops_category_mapper() { return kOps; }

}  // namespace tundish
