// Operators of com.microsoft on quantized bytes that look at many elements for each:
// QLinearGlobalAveragePool and QLinearSoftmax.
#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/byte_table.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Inputs: X, its scale and zero point, the two of Y.
Status infer_scales(const InferContext& context) {
  TRY(infer_byte_scale(context, 0, 1, 2));
  return infer_byte_scale(context, 0, 3, 4);
}

// ---- QLinearGlobalAveragePool

Status infer_pool(InferContext& context) {
  TRY_ASSIGN(const int64_t last, context.node().attributes.get_int("channels_last", 0));
  TRY(infer_scales(context));
  SymbolicShape out = context.input(0).shape;
  if (out) {
    if (out->size() < 3) return InvalidModel(cat("X has ", out->size(), " axes"));
    const size_t first = last != 0 ? 1 : 2;
    for (size_t k = 0; k < out->size() - 2; ++k) (*out)[first + k] = Dim(1);
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_pool(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t rank = x.shape.rank();
  if (rank < 3) return InvalidArgument(cat("X of shape ", x.shape.to_string()));
  TRY_ASSIGN(const int64_t last, context.node().attributes.get_int("channels_last", 0));
  TRY_ASSIGN(const ByteScale x_scale, read_byte_scale(context, 1, 2));
  TRY_ASSIGN(const ByteScale y_scale, read_byte_scale(context, 3, 4));
  Shape shape = x.shape;
  int64_t places = 1;
  for (size_t k = 0; k < rank - 2; ++k) {
    int64_t& size = shape[(last != 0 ? 1 : 2) + k];
    places *= size;
    size = 1;
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  const int64_t channels = last != 0 ? x.shape[rank - 1] : x.shape[1];
  const int64_t count = shape.element_count();
  const auto* const codes = static_cast<const uint8_t*>(x.data);
  auto* const out = static_cast<uint8_t*>(y.data);
  const ByteNumbers steps = byte_numbers(x.dtype, {1, x_scale.zero_point});
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t first =
          last != 0 ? at / channels * places * channels + at % channels : at * places;
      const int64_t stride = last != 0 ? channels : 1;
      double sum = 0;  // of integers: exact
      for (int64_t i = 0; i < places; ++i) sum += double{steps[codes[first + i * stride]]};
      float mean = static_cast<float>(sum) * (x_scale.scale / static_cast<float>(places));
      store_codes(y.dtype, y_scale, &mean, 1, out + at);
    }
  };
  const int64_t grain = kCheapGrain / std::max<int64_t>(1, places) + 1;
  if (count <= grain || context.thread_count() == 1) {
    part(0, count);
  } else {
    context.parallel_for(count, grain, part);
  }
  return ok();
}

// ---- QLinearSoftmax: along an axis, or, as before opset 13, over all axes from it on

Status infer_softmax(InferContext& context) {
  TRY(context.node().attributes.require_int("opset"));
  TRY_ASSIGN(const int64_t axis, context.node().attributes.get_int("axis", -1));
  TRY(infer_scales(context));
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims != nullptr) TRY(checked_axis(axis, dims->size(), ErrorCode::kInvalidModel));
  context.set_output(0, context.input(0));
  return ok();
}

struct Lanes {
  int64_t outer, size, inner;
};

Result<Lanes> read_lanes(const ExecContext& context) {
  TRY_ASSIGN(const int64_t opset, context.node().attributes.require_int("opset"));
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", opset < 13 ? 1 : -1));
  const Shape& shape = context.input(0).shape;
  TRY_ASSIGN(const size_t axis, checked_axis(wanted, shape.rank(), ErrorCode::kInvalidArgument));
  const AroundAxis around(shape, axis);
  if (opset < 13) return Lanes{around.outer, around.size * around.inner, 1};
  return Lanes{around.outer, around.size, around.inner};
}

Status run_softmax(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const Lanes lanes, read_lanes(context));
  TRY_ASSIGN(const ByteScale x_scale, read_byte_scale(context, 1, 2));
  TRY_ASSIGN(const ByteScale y_scale, read_byte_scale(context, 3, 4));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  const auto* const codes = static_cast<const uint8_t*>(x.data);
  auto* const out = static_cast<uint8_t*>(y.data);
  // exp(number - greatest) takes as many values as there are codes for the difference.
  std::array<float, 256> powers;
  for (size_t i = 0; i < powers.size(); ++i) {
    powers[i] = std::exp(-static_cast<float>(i) * x_scale.scale);
  }
  const uint8_t flip = x.dtype == DType::kInt8 ? 0x80 : 0;  // codes in the order of numbers
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t lane = begin; lane < end; ++lane) {
      const int64_t at = lane / lanes.inner * lanes.size * lanes.inner + lane % lanes.inner;
      uint8_t most = 0;
      for (int64_t i = 0; i < lanes.size; ++i) {
        most = std::max(most, static_cast<uint8_t>(codes[at + i * lanes.inner] ^ flip));
      }
      double sum = 0;
      for (int64_t i = 0; i < lanes.size; ++i) {
        sum += double{powers[most - (codes[at + i * lanes.inner] ^ flip)]};
      }
      for (int64_t i = 0; i < lanes.size; ++i) {
        const int64_t place = at + i * lanes.inner;
        auto share = static_cast<float>(double{powers[most - (codes[place] ^ flip)]} / sum);
        store_codes(y.dtype, y_scale, &share, 1, out + place);
      }
    }
  };
  const int64_t count = lanes.outer * lanes.inner;
  const int64_t grain = kCostlyGrain / std::max<int64_t>(1, lanes.size) + 1;
  if (count <= grain || context.thread_count() == 1) {
    part(0, count);
  } else {
    context.parallel_for(count, grain, part);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "QLinearGlobalAveragePool",
     .domain = kDomainMicrosoft,
     .inputs = {5, 5},
     .infer = infer_pool,
     .run = run_pool},
    {.name = "QLinearSoftmax",
     .domain = kDomainMicrosoft,
     .inputs = {2, 5},
     .infer = infer_softmax,
     .run = run_softmax},
};

}  // namespace

std::span<const OpDef> ops_microsoft_qlinear_reduce() { return kOps; }

}  // namespace tundish
