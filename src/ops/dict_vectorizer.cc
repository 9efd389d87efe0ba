// ai.onnx.ml DictVectorizer: the values of a map at the places that a vocabulary gives its keys.
//
// As ONNX Runtime: the answer has shape [1, vocabulary], and a key that the vocabulary lacks is
// passed over (ONNX leaves it undefined).
#include <map>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

class VocabularyState : public KernelState {
 public:
  std::map<int64_t, int64_t> numbers;
  std::map<std::string, int64_t, std::less<>> words;
  int64_t width = 0;
  bool is_text = false;

  /// -1 when the key is not there.
  int64_t place_of(const Tensor& keys, int64_t i) const {
    if (is_text) {
      const auto found = words.find(keys.values<std::string>()[static_cast<size_t>(i)]);
      return found == words.end() ? -1 : found->second;
    }
    const auto found = numbers.find(keys.values<int64_t>()[static_cast<size_t>(i)]);
    return found == numbers.end() ? -1 : found->second;
  }
};

using StatePointer = std::unique_ptr<VocabularyState>;

Result<StatePointer> read_state(const Node& node) {
  auto state = std::make_unique<VocabularyState>();
  TRY_ASSIGN(const std::vector<std::string> words,
             node.attributes.get_strings("string_vocabulary"));
  TRY_ASSIGN(const std::vector<int64_t> numbers, node.attributes.get_ints("int64_vocabulary"));
  if (words.empty() == numbers.empty()) {
    return InvalidModel("expected a vocabulary in one of int64_vocabulary and string_vocabulary");
  }
  state->is_text = numbers.empty();
  for (const std::string& word : words) state->words.insert_or_assign(word, state->width++);
  for (const int64_t number : numbers) state->numbers.insert_or_assign(number, state->width++);
  return state;
}

Status infer_dict_vectorizer(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kMap));
  TRY_ASSIGN(const StatePointer state, read_state(context.node()));
  const ValueType& type = context.input(0);
  if (type.key != (state->is_text ? DType::kString : DType::kInt64)) {
    return InvalidModel(cat("the vocabulary is of ", state->is_text ? "strings" : "integers",
                            ", the input is ", type.to_string()));
  }
  constexpr DTypeSet kValues{DType::kFloat64, DType::kFloat32, DType::kInt64, DType::kString};
  if (!kValues.contains(type.dtype)) {
    return InvalidModel(cat("input 0: ", type.to_string(), " is not allowed"));
  }
  context.set_output(0, ValueType::tensor(type.dtype, std::vector<Dim>{1, state->width}));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_dict_vectorizer(const PrepareContext& context) {
  TRY_ASSIGN(StatePointer state, read_state(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

Status run_dict_vectorizer(ExecContext& context) {
  StatePointer own;
  const auto* state = static_cast<const VocabularyState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_state(context.node()));
    state = own.get();
  }
  const Value value = context.input_value(0);
  const Map* map = value.map();
  const int64_t count = map == nullptr ? 0 : map->keys.element_count();
  if (map == nullptr || map->values.element_count() != count ||
      map->keys.dtype() != (state->is_text ? DType::kString : DType::kInt64)) {
    return InvalidArgument("input 0 is no map of the vocabulary's kind with a value for each key");
  }
  const DType dtype = map->values.dtype();
  TRY_ASSIGN(const Tensor zeros, Tensor::allocate(dtype, Shape{1, state->width}));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, zeros.shape()));
  copy_elements(dtype, y.data, zeros.data(), state->width);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t place = state->place_of(map->keys, i);
    if (place < 0) continue;
    copy_elements(dtype, element_at(y.data, dtype, place), element_at(map->values.data(), dtype, i),
                  1);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "DictVectorizer",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_dict_vectorizer,
     .run = run_dict_vectorizer,
     .prepare = prepare_dict_vectorizer},
};

}  // namespace

std::span<const OpDef> ops_dict_vectorizer() { return kOps; }

}  // namespace tundish
