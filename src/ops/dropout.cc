// Dropout: the input itself, or when training, elements dropped at random and the rest scaled up.
#include <algorithm>
#include <random>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kDropped = AllFloats::kSet | kFloat8s;

Status infer_dropout(InferContext& context) {
  TRY(expect_tensor(context, 0, kDropped));
  if (context.has_input(1)) TRY(expect_tensor(context, 1, kDropped));
  if (context.has_input(2)) TRY(expect_tensor(context, 2, kBools, {}));
  TRY(context.node().attributes.get_int("seed", 0));
  context.set_output(0, context.input(0));
  context.set_output(1, ValueType::tensor(DType::kBool, context.input(0).shape));
  return ok();
}

struct Chance {
  double ratio = 0.5;
  double scale = 2;  ///< 1 / (1 - ratio), computed in the ratio's type
};

Result<Chance> read_chance(const ExecContext& context) {
  const TensorView* input = optional_input(context, 1);
  if (input == nullptr) return Chance();
  if (input->shape.element_count() != 1) {
    return InvalidArgument(
        cat("input 1: expected one number, got shape ", input->shape.to_string()));
  }
  if (!AllFloats::kSet.contains(input->dtype)) {
    return Unsupported(cat("a ratio of element type ", dtype_name(input->dtype)));
  }
  Chance chance;
  TRY(dispatch(AllFloats(), input->dtype, [&]<class T>() {
    const auto ratio = static_cast<Computed<T>>(input->values<T>()[0]);
    chance.ratio = static_cast<double>(ratio);
    chance.scale = static_cast<double>(Computed<T>{1} / (Computed<T>{1} - ratio));
    return ok();
  }));
  if (!(chance.ratio >= 0 && chance.ratio < 1)) {
    return InvalidArgument(cat("input 1: a ratio of ", chance.ratio, " outside [0, 1)"));
  }
  return chance;
}

// Elements are dropped as the reference implementation does it: by numpy.random.RandomState(seed),
// which is MT19937 seeded as std::mt19937 is, and draws doubles of 53 bits from two words each
// (Matsumoto and Nishimura, genrand_res53). Without a seed it is 0: the same call drops the same.
class Uniform {
 public:
  explicit Uniform(int64_t seed) : words_(static_cast<uint32_t>(seed)) {}
  double operator()() {
    const uint32_t high = words_() >> 5;
    const uint32_t low = words_() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

 private:
  std::mt19937 words_;
};

// What input 2 says; nothing is dropped without it.
bool is_training(const ExecContext& context) {
  const TensorView* training = optional_input(context, 2);
  return training != nullptr && training->shape.element_count() == 1 &&
         training->values<uint8_t>()[0] != 0;
}

Status run_dropout(ExecContext& context) {
  const TensorView& x = context.input(0);
  const int64_t count = x.shape.element_count();
  TRY_ASSIGN(const Chance chance, read_chance(context));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  uint8_t* mask = nullptr;
  if (context.output_count() > 1 && context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView made, context.output(1, DType::kBool, x.shape));
    mask = static_cast<uint8_t*>(made.data);
  }
  if (!is_training(context) || chance.ratio == 0) {
    copy_elements(x.dtype, y.data, x.data, count);
    if (mask != nullptr) std::fill_n(mask, count, uint8_t{1});
    return ok();
  }
  if (!AllFloats::kSet.contains(x.dtype)) {
    return Unsupported(cat("training with element type ", dtype_name(x.dtype)));
  }
  TRY_ASSIGN(const int64_t seed, context.node().attributes.get_int("seed", 0));
  Uniform uniform(seed);
  return dispatch(AllFloats(), x.dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(x.data);
    T* to = static_cast<T*>(y.data);
    const auto scale = static_cast<Computed<T>>(chance.scale);
    for (int64_t i = 0; i < count; ++i) {
      const bool kept = uniform() >= chance.ratio;
      if (mask != nullptr) mask[i] = kept ? 1 : 0;
      to[i] = static_cast<T>(static_cast<Computed<T>>(from[i]) * Computed<T>(kept ? 1 : 0) * scale);
    }
    return ok();
  });
}

// Version 12: ratio and training mode are inputs. What was before is lifted to this.
constexpr OpDef kOps[] = {
    {.name = "Dropout",
     .since = 12,
     .inputs = {1, 3},
     .outputs = {1, 2},
     .traits = {.pure = false, .in_place = true},
     .infer = infer_dropout,
     .run = run_dropout},
};

}  // namespace

std::span<const OpDef> ops_dropout() { return kOps; }

}  // namespace tundish
