// LRN: each element divided by a power of the squares of its neighbours in other channels.
#include <cmath>

#include "base/strings.h"
#include "kernels/conv_block.h"
#include "kernels/table.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Elements normalised together, and how many a thread should get at least: about 50 us of pow.
constexpr int64_t kPiece = 256;
constexpr int64_t kGrain = 2048;
// Squares that are summed in float32.
constexpr int64_t kMostSummed = 64;

struct LrnSpec {
  double alpha, beta, bias;
  int64_t size;
};

Result<LrnSpec> read_lrn(const AttributeList& attributes) {
  TRY_ASSIGN(const float alpha, attributes.get_float("alpha", 1e-4F));
  TRY_ASSIGN(const float beta, attributes.get_float("beta", 0.75F));
  TRY_ASSIGN(const float bias, attributes.get_float("bias", 1));
  TRY_ASSIGN(const int64_t size, attributes.require_int("size"));
  if (size < 1) return InvalidModel(cat("attribute \"size\": ", size, " is less than 1"));
  return LrnSpec{alpha, beta, bias, size};
}

Status infer_lrn(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(read_lrn(context.node().attributes));
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims != nullptr && dims->size() < 2) {
    return InvalidModel(cat("expected at least 2 dimensions, got ", dims->size()));
  }
  context.set_output(0, context.input(0));
  return ok();
}

struct Image {
  int64_t channels, plane;
};

// Elements [begin, end) of one channel, at most kPiece; `x` and `y` are those of channel 0.
template <class T>
void normalise(const LrnSpec& spec, const Image& image, int64_t channel, int64_t begin, int64_t end,
               const T* x, T* y) {
  // floor((size - 1) / 2) channels before and ceil((size - 1) / 2) after.
  const int64_t first = std::max<int64_t>(0, channel - (spec.size - 1) / 2);
  const int64_t after = spec.size / 2;
  const int64_t last = after < image.channels - channel ? channel + after : image.channels - 1;
  double squares[kPiece] = {};
  for (int64_t i = first; i <= last; ++i) {
    const T* from = x + i * image.plane + begin;
    for (int64_t k = 0; k < end - begin; ++k) {
      squares[k] += static_cast<double>(from[k]) * static_cast<double>(from[k]);
    }
  }
  const double factor = spec.alpha / static_cast<double>(spec.size);
  const T* from = x + channel * image.plane + begin;
  T* to = y + channel * image.plane + begin;
  for (int64_t k = 0; k < end - begin; ++k) {
    const double scale = std::pow(spec.bias + factor * squares[k], spec.beta);
    to[k] = static_cast<T>(static_cast<double>(from[k]) / scale);
  }
}

// The same for the exponent that networks have, in float32: square roots in place of pow.
void normalise_by_roots(const kernels::ConvKernels& table, const LrnSpec& spec, const Image& image,
                        int64_t channel, int64_t begin, int64_t end, const float* x, float* y) {
  const int64_t first = std::max<int64_t>(0, channel - (spec.size - 1) / 2);
  const int64_t after = spec.size / 2;
  const int64_t last = after < image.channels - channel ? channel + after : image.channels - 1;
  kernels::LrnRow row{};
  row.first = x + first * image.plane + begin;
  row.channels = static_cast<size_t>(last - first + 1);
  row.channel_stride = static_cast<size_t>(image.plane);
  row.x = x + channel * image.plane + begin;
  row.y = y + channel * image.plane + begin;
  row.count = static_cast<size_t>(end - begin);
  row.bias = static_cast<float>(spec.bias);
  row.factor = static_cast<float>(spec.alpha / static_cast<double>(spec.size));
  table.lrn(row);
}

Status run_lrn(ExecContext& context) {
  TRY_ASSIGN(const LrnSpec spec, read_lrn(context.node().attributes));
  const TensorView& x = context.input(0);
  if (x.shape.rank() < 2) {
    return InvalidArgument(cat("expected at least 2 dimensions, got ", x.shape.rank()));
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  if (x.shape.element_count() == 0) return ok();
  Image image{x.shape[1], 1};
  for (size_t axis = 2; axis < x.shape.rank(); ++axis) image.plane *= x.shape[axis];
  const int64_t pieces = (image.plane + kPiece - 1) / kPiece;
  return dispatch(Floats(), x.dtype, [&]<class T>() {
    const bool by_roots = std::is_same_v<T, float> && spec.beta == 0.75 && spec.size <= kMostSummed;
    auto work = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = i % pieces * kPiece;
        const int64_t last = std::min(first + kPiece, image.plane);
        const int64_t channel = i / pieces % image.channels;
        const int64_t batch = i / pieces / image.channels * image.channels * image.plane;
        const T* from = static_cast<const T*>(x.data) + batch;
        T* to = static_cast<T*>(y.data) + batch;
        if constexpr (std::is_same_v<T, float>) {
          if (by_roots) {
            normalise_by_roots(*context.kernels().conv, spec, image, channel, first, last, from,
                               to);
            continue;
          }
        }
        normalise(spec, image, channel, first, last, from, to);
      }
    };
    context.parallel_for(x.shape[0] * image.channels * pieces,
                         std::max<int64_t>(1, kGrain / std::min(kPiece, image.plane)), work);
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "LRN",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_lrn,
     .run = run_with_halves<run_lrn>},
};

}  // namespace

std::span<const OpDef> ops_lrn() { return kOps; }

}  // namespace tundish
