// ai.onnx.ml OneHotEncoder: a new last axis with a 1 at the place of each element's category.
#include <cmath>
#include <map>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

// Of equal categories the last place counts, as in ONNX Runtime.
class EncoderState : public KernelState {
 public:
  std::map<int64_t, int64_t> numbers;
  std::map<std::string, int64_t, std::less<>> words;
  int64_t width = 0;
  bool is_text = false;
  bool allows_unknown = true;

  int64_t place_of(const std::string& word) const {
    const auto found = words.find(word);
    return found == words.end() ? -1 : found->second;
  }
  template <class T> int64_t place_of(T number) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (number != number) return -1;
    }
    const auto found = numbers.find(convert<int64_t>(number));
    return found == numbers.end() ? -1 : found->second;
  }
};

using StatePointer = std::unique_ptr<EncoderState>;

Result<StatePointer> read_state(const Node& node) {
  auto state = std::make_unique<EncoderState>();
  TRY_ASSIGN(const int64_t zeros, node.attributes.get_int("zeros", 1));
  state->allows_unknown = zeros != 0;
  TRY_ASSIGN(const std::vector<std::string> words, node.attributes.get_strings("cats_strings"));
  TRY_ASSIGN(const std::vector<int64_t> numbers, node.attributes.get_ints("cats_int64s"));
  if (words.empty() == numbers.empty()) {
    return InvalidModel("expected categories in one of cats_int64s and cats_strings");
  }
  state->is_text = numbers.empty();
  for (const std::string& word : words) state->words.insert_or_assign(word, state->width++);
  for (const int64_t number : numbers) state->numbers.insert_or_assign(number, state->width++);
  return state;
}

Status infer_encoder(InferContext& context) {
  TRY(expect_tensor(context, 0, MlNumbers::kSet | kStrings, {}));
  TRY_ASSIGN(const StatePointer state, read_state(context.node()));
  if (state->is_text != (context.input(0).dtype == DType::kString)) {
    return InvalidModel(cat("the categories are ", state->is_text ? "strings" : "integers",
                            ", the input is ", dtype_name(context.input(0).dtype)));
  }
  SymbolicShape shape = context.input(0).shape;
  if (shape) {
    if (shape->size() == Shape::kMaxRank) {
      return Limit(cat("one more axis is above the limit of ", Shape::kMaxRank));
    }
    shape->emplace_back(state->width);
  }
  context.set_output(0, ValueType::tensor(DType::kFloat32, std::move(shape)));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_encoder(const PrepareContext& context) {
  TRY_ASSIGN(StatePointer state, read_state(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

template <class T> Status encode(const EncoderState& state, std::span<const T> values, float* out) {
  std::fill_n(out, static_cast<int64_t>(values.size()) * state.width, 0.0F);
  for (size_t i = 0; i < values.size(); ++i) {
    const int64_t place = state.place_of(values[i]);
    if (place >= 0) {
      out[static_cast<int64_t>(i) * state.width + place] = 1;
    } else if (!state.allows_unknown) {
      if constexpr (std::is_same_v<T, std::string>) {
        return InvalidArgument(
            cat("input 0, element ", i, ": ", quoted(values[i]), " is no category"));
      } else {
        return InvalidArgument(cat("input 0, element ", i, ": ", values[i], " is no category"));
      }
    }
  }
  return ok();
}

Status run_encoder(ExecContext& context) {
  const TensorView& x = context.input(0);
  StatePointer own;
  const auto* state = static_cast<const EncoderState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_state(context.node()));
    state = own.get();
  }
  Shape shape = x.shape;
  if (shape.rank() == Shape::kMaxRank) {
    return Limit(cat("one more axis is above the limit of ", Shape::kMaxRank));
  }
  shape.append(state->width);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, shape));
  auto* out = static_cast<float*>(y.data);
  if (x.dtype == DType::kString) return encode(*state, x.values<std::string>(), out);
  return dispatch(MlNumbers(), x.dtype,
                  [&]<class T>() { return encode(*state, x.values<T>(), out); });
}

constexpr OpDef kOps[] = {
    {.name = "OneHotEncoder",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_encoder,
     .run = run_encoder,
     .prepare = prepare_encoder},
};

}  // namespace

std::span<const OpDef> ops_one_hot_encoder() { return kOps; }

}  // namespace tundish
