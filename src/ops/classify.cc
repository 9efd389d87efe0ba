// IsNaN and IsInf, of all floating-point types down to eight bits.
#include <array>
#include <limits>

#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kFloat8s{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
                            DType::kFloat8E5M2FNUZ};

// Which of the 256 numbers of an 8-bit type are NaN, plus or minus infinity (ONNX, "Float stored in
// 8 bits"): FN types have no infinity, UZ types have minus zero's bits as their one NaN.
bool is_nan8(DType dtype, uint8_t bits) {
  switch (dtype) {
    case DType::kFloat8E4M3FN: return (bits & 0x7fU) == 0x7fU;
    case DType::kFloat8E5M2: return (bits & 0x7fU) > 0x7cU;
    default: return bits == 0x80U;
  }
}
bool is_infinity8(DType dtype, uint8_t bits) {
  return dtype == DType::kFloat8E5M2 && (bits & 0x7fU) == 0x7cU;
}

struct ByTable {
  static constexpr int64_t kGrain = kCheapGrain;
  std::array<bool, 256> answers{};
  bool of(uint8_t bits) const { return answers[bits]; }
};

struct NanOf {
  static constexpr int64_t kGrain = kCheapGrain;
  template <class T> bool of(T x) const { return x != x; }
};

struct InfinityOf {
  static constexpr int64_t kGrain = kCheapGrain;
  bool negative, positive;
  template <class T> bool of(T x) const {
    constexpr T kInfinity = std::numeric_limits<T>::infinity();
    return (x == kInfinity && positive) || (x == -kInfinity && negative);
  }
};

Status infer_classify(InferContext& context) {
  for (const char* name : {"detect_negative", "detect_positive"}) {
    TRY_ASSIGN([[maybe_unused]] const int64_t flag, context.node().attributes.get_int(name, 1));
  }
  TRY(expect_tensor(context, 0, AllFloats::kSet | kFloat8s));
  context.set_output(0, ValueType::tensor(DType::kBool, context.input(0).shape));
  return ok();
}

template <class Functor> Status run_classify(ExecContext& context, const Functor& functor) {
  return dispatch_computed(AllFloats(), context.input(0).dtype, [&]<class T>() {
    return run_unary_span(context, DType::kBool, unary_span_of<T, bool>(functor));
  });
}

template <class Test> Status run_classify8(ExecContext& context, Test test) {
  ByTable table;
  for (size_t bits = 0; bits < 256; ++bits) table.answers[bits] = test(static_cast<uint8_t>(bits));
  return run_unary_span(context, DType::kBool, unary_span_of<uint8_t, bool>(table));
}

Status run_is_nan(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  if (!kFloat8s.contains(dtype)) return run_classify(context, NanOf());
  return run_classify8(context, [&](uint8_t bits) { return is_nan8(dtype, bits); });
}

Status run_is_inf(ExecContext& context) {
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const int64_t negative, context.node().attributes.get_int("detect_negative", 1));
  TRY_ASSIGN(const int64_t positive, context.node().attributes.get_int("detect_positive", 1));
  if (!kFloat8s.contains(dtype)) {
    return run_classify(context, InfinityOf{negative != 0, positive != 0});
  }
  return run_classify8(context, [&](uint8_t bits) {
    return is_infinity8(dtype, bits) && (bits >= 0x80U ? negative : positive) != 0;
  });
}

// Version 20 added the 8-bit types.
constexpr OpDef kOps[] = {
    {.name = "IsNaN",
     .since = 9,
     .inputs = {1, 1},
     .traits = {.elementwise = true},
     .infer = infer_classify,
     .run = run_is_nan},
    {.name = "IsInf",
     .since = 10,
     .inputs = {1, 1},
     .traits = {.elementwise = true},
     .infer = infer_classify,
     .run = run_is_inf},
};

}  // namespace

std::span<const OpDef> ops_classify() { return kOps; }

}  // namespace tundish
