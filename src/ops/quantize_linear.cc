// QuantizeLinear: y = saturate(x / scale + zero_point), with one scale for all, one per index of an
// axis, or one per block.
#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/quantization.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kFullTypes = DTypeSet{DType::kFloat32, DType::kInt32} | kHalves;
constexpr DTypeSet kTargets = kQuantizedIntegers | kQuantizedFloats;

/// In which numbers x / scale is computed.
Result<DType> precision_of(const Node& node, DType scale) {
  TRY_ASSIGN(const int64_t precision, node.attributes.get_int("precision", 0));
  if (precision == 0) {
    // The type of the scale; int32 divides like numpy, in float64, and powers of two have no
    // precision of their own. ONNX Runtime, whose operator the other one is, divides halves in
    // float32.
    if (node.domain == kDomainMicrosoft) return DType::kFloat32;
    if (scale == DType::kInt32) return DType::kFloat64;
    return scale == DType::kFloat8E8M0 ? DType::kFloat32 : scale;
  }
  for (const DType dtype : {DType::kFloat32, DType::kFloat16, DType::kBfloat16, DType::kFloat64}) {
    if (precision == static_cast<int64_t>(dtype)) return dtype;
  }
  return InvalidModel(
      cat("attribute \"precision\": no floating-point type has number ", precision));
}

Result<DType> target_of(const InferContext& context) {
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("output_dtype", 0));
  if (context.has_input(2)) {
    TRY(expect_tensor(context, 2, kTargets));
    const DType target = context.input(2).dtype;
    if (wanted != 0 && wanted != static_cast<int64_t>(target)) {
      return InvalidModel(cat("attribute \"output_dtype\" is ", wanted,
                              ", the zero point has type ", dtype_name(target)));
    }
    return target;
  }
  if (wanted == 0) return DType::kUint8;
  const auto target = static_cast<DType>(wanted);
  if (wanted < 0 || wanted > static_cast<int64_t>(DType::kInt2) || !kTargets.contains(target)) {
    return InvalidModel(cat("attribute \"output_dtype\": no quantized type has number ", wanted));
  }
  return target;
}

Status infer_quantize(InferContext& context) {
  TRY(expect_tensor(context, 0, kFullTypes));
  TRY(expect_tensor(context, 1, kFullTypes | DTypeSet{DType::kFloat8E8M0}));
  TRY(precision_of(context.node(), context.input(1).dtype));
  TRY_ASSIGN(const DType target, target_of(context));
  TRY(infer_granularity(context));
  context.set_output(0, ValueType::tensor(target, context.input(0).shape));
  return ok();
}

template <class Half> void divide_halves(float* x, const float* scales, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const auto numerator = static_cast<float>(Half(x[i]));
    const auto denominator = static_cast<float>(Half(scales[i]));
    x[i] = static_cast<float>(Half(numerator / denominator));
  }
}

// x[i] = element begin + i of the input / scales[i].
void divide(const TensorView& input, DType precision, int64_t begin, int64_t count,
            const float* scales, float* x) {
  if (precision == DType::kFloat64) {
    CarrierBlock room;
    auto* wide = room.as<double>();
    load_block(input.dtype, input.data, begin, count, wide);
    for (int64_t i = 0; i < count; ++i) x[i] = rounded_to_odd(wide[i] / double{scales[i]});
    return;
  }
  load_block(input.dtype, input.data, begin, count, x);
  if (precision == DType::kFloat16) return divide_halves<Float16>(x, scales, count);
  if (precision == DType::kBfloat16) return divide_halves<Bfloat16>(x, scales, count);
  for (int64_t i = 0; i < count; ++i) x[i] /= scales[i];
}

// As the reference evaluator does: a zero point of 0 turns -0 into 0 for float4e2m1, and for that
// type a zero point left out is one of 0; 8-bit floats keep their -0.
void add_zero_points(float* values, const float* zero_points, DType target, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (target == DType::kFloat4E2M1 || zero_points[i] != 0) values[i] += zero_points[i];
  }
}

/// What every block needs.
struct Quantizer {
  TensorView x;
  MutableTensorView y;
  DType precision = DType::kFloat32;
  Granularity granularity;
  const float* scales = nullptr;
  const float* zero_points = nullptr;  ///< null: 0
  NarrowRounding rounding;

  void run(int64_t begin, int64_t end) const;
};

void Quantizer::run(int64_t begin, int64_t end) const {
  float values[kBlockElements];
  float scale[kBlockElements];
  float zero_point[kBlockElements] = {};
  const bool to_integer = kQuantizedIntegers.contains(y.dtype);
  const IntegerBounds bounds = to_integer ? bounds_of(y.dtype) : IntegerBounds{0, 0};
  for (bool first = true; begin < end; begin += kBlockElements, first = false) {
    const int64_t count = std::min(kBlockElements, end - begin);
    if (first || !granularity.is_per_tensor()) {
      granularity.spread(scales, begin, count, scale);
      if (zero_points != nullptr) granularity.spread(zero_points, begin, count, zero_point);
    }
    divide(x, precision, begin, count, scale, values);
    if (to_integer) {
      quantize_to_integers(values, zero_point, bounds, count);
    } else {
      add_zero_points(values, zero_point, y.dtype, count);
    }
    store_block(y.dtype, values, count, rounding, y.data, begin);
  }
}

Status run_quantize(ExecContext& context) {
  Quantizer quantizer;
  const bool has_zero_point = context.input_count() > 2 && context.has_input(2);
  DType target = DType::kUint8;
  if (has_zero_point) {
    target = context.input(2).dtype;
  } else {
    TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("output_dtype", 0));
    if (wanted != 0) target = static_cast<DType>(wanted);
  }
  TRY_ASSIGN(quantizer.precision, precision_of(context.node(), context.input(1).dtype));
  TRY_ASSIGN(quantizer.granularity, granularity_of(context));
  TRY_ASSIGN(const int64_t saturate, context.node().attributes.get_int("saturate", 1));
  if (saturate == 0) quantizer.rounding.out_of_range = NarrowRounding::OutOfRange::kSpecial;
  TRY_ASSIGN(quantizer.scales, load_floats(context, context.input(1)));
  if (has_zero_point) {
    TRY_ASSIGN(quantizer.zero_points, load_floats(context, context.input(2)));
  }
  quantizer.x = context.input(0);
  TRY_ASSIGN(quantizer.y, context.output(0, target, quantizer.x.shape));
  const int64_t count = quantizer.x.shape.element_count();
  constexpr int64_t kGrain = kCheapGrain / 4;  // a division, and what goes with it
  static_assert(kGrain % kBlockElements == 0, "threads must not share a byte");
  auto piece = [&](int64_t begin, int64_t end) { quantizer.run(begin, end); };
  if (count <= kGrain) {
    piece(0, count);
  } else {
    context.parallel_for(count, kGrain, piece);
  }
  return ok();
}

// Version 10 has one scale; 13 added axes, 19 8-bit floats, 21 blocks and more types, 23 precision,
// 25 2-bit integers. All are one meaning. The operator of com.microsoft is that of version 21.
constexpr OpDef quantize(std::string_view domain, int since) {
  return {.name = "QuantizeLinear",
          .domain = domain,
          .since = since,
          .inputs = {2, 3},
          .infer = infer_quantize,
          .run = run_quantize};
}

constexpr OpDef kOps[] = {quantize(kDomainOnnx, 10), quantize(kDomainMicrosoft, 1)};

}  // namespace

std::span<const OpDef> ops_quantize_linear() { return kOps; }

}  // namespace tundish
