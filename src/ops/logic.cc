// And, Or, Xor, Not on bool.
#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

struct Cheap {
  static constexpr int64_t kGrain = kCheapGrain;
};
struct AndOf : Cheap {
  static bool apply(uint8_t a, uint8_t b) { return (a != 0) & (b != 0); }
};
struct OrOf : Cheap {
  static bool apply(uint8_t a, uint8_t b) { return (a | b) != 0; }
};
struct XorOf : Cheap {
  static bool apply(uint8_t a, uint8_t b) { return (a != 0) != (b != 0); }
};
struct NotOf : Cheap {
  static bool apply(uint8_t a) { return a == 0; }
};

Status infer_logic(InferContext& context) { return infer_broadcast(context, kBools, DType::kBool); }
Status infer_not(InferContext& context) { return infer_same(context, kBools); }

template <class Functor> Status run_logic(ExecContext& context) {
  return run_binary_typed<Functor, uint8_t, uint8_t, bool>(context, DType::kBool);
}

Status run_not(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kBool, x.shape));
  unary_span<NotOf>(static_cast<const uint8_t*>(x.data), static_cast<bool*>(y.data),
                    x.shape.element_count());
  return ok();
}

Monotone increasing(const InferContext&, size_t) { return Monotone::kIncreasing; }
Monotone decreasing(const InferContext&, size_t) { return Monotone::kDecreasing; }

template <class Functor>
constexpr OpDef logic(std::string_view name, Monotone (*monotone)(const InferContext&, size_t)) {
  return {.name = name,
          .since = 7,
          .inputs = {2, 2},
          .traits = {.elementwise = true, .in_place = true, .monotone = monotone},
          .infer = infer_logic,
          .run = run_logic<Functor>};
}

constexpr OpDef kOps[] = {
    logic<AndOf>("And", increasing),
    logic<OrOf>("Or", increasing),
    logic<XorOf>("Xor", nullptr),
    {.name = "Not",
     .since = 1,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .monotone = decreasing},
     .infer = infer_not,
     .run = run_not},
};

}  // namespace

std::span<const OpDef> ops_logic() { return kOps; }

}  // namespace tundish
