// InstanceNormalization, GroupNormalization of [N, C, ...]: mean and variance per batch entry and
// group of channels.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/moments.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kData, kScale, kBias };
// What scale and bias are given for.
enum class Affine : uint8_t { kChannel, kGroup };

Status infer_with(InferContext& context, const Dim& operands) {
  for (const size_t i : {kData, kScale, kBias}) {
    TRY(expect_tensor(context, i, AllFloats::kSet));
    TRY(expect_same_dtype(context, kData, i));
    const std::vector<Dim>* own = known_dims(context, i);
    if (i == kData || own == nullptr) continue;
    if (own->size() != 1 ||
        ((*own)[0].is_known() && operands.is_known() && (*own)[0] != operands)) {
      return InvalidModel(cat("input ", i, " of shape ", to_string(*own), ", expected [",
                              operands.to_string(), "]"));
    }
  }
  context.set_output(0, context.input(kData));
  return ok();
}

Result<Dim> channels_of(const InferContext& context) {
  const std::vector<Dim>* x = known_dims(context, kData);
  if (x == nullptr) return Dim();
  if (x->size() < 2) return InvalidModel(cat("X has ", x->size(), " axes, at least 2 are needed"));
  return (*x)[1];
}

Status infer_instance(InferContext& context) {
  TRY_ASSIGN(const Dim channels, channels_of(context));
  return infer_with(context, channels);
}

template <Affine kAffine> Status infer_group(InferContext& context) {
  TRY_ASSIGN(const int64_t groups, context.node().attributes.require_int("num_groups"));
  TRY_ASSIGN(const Dim channels, channels_of(context));
  if (groups <= 0 || (channels.is_known() && channels.size() % groups != 0)) {
    return InvalidModel(cat(channels.to_string(), " channels in ", groups, " groups"));
  }
  return infer_with(context, kAffine == Affine::kGroup ? Dim(groups) : channels);
}

struct Layout {
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t inner = 1;
  int64_t groups = 0;
  Affine affine = Affine::kChannel;
};

Result<Layout> read_layout(const ExecContext& context, int64_t groups, Affine affine) {
  const Shape& x = context.input(kData).shape;
  if (x.rank() < 2) return InvalidArgument(cat("X has ", x.rank(), " axes"));
  Layout layout{x[0], x[1], 1, groups, affine};
  for (size_t k = 2; k < x.rank(); ++k) layout.inner *= x[k];
  if (groups == 0) layout.groups = layout.channels;
  if (groups > 0 && layout.channels % groups != 0) {
    return InvalidArgument(cat(layout.channels, " channels in ", groups, " groups"));
  }
  const Shape wanted{affine == Affine::kGroup ? layout.groups : layout.channels};
  for (const size_t i : {kScale, kBias}) {
    if (context.input(i).shape == wanted) continue;
    return InvalidArgument(cat("input ", i, " of shape ", context.input(i).shape.to_string(),
                               ", expected ", wanted.to_string()));
  }
  return layout;
}

// All channels of one group of one batch entry.
template <class T>
void normalise_group(const Layout& layout, int64_t group, const T* x, T* y, const T* scale,
                     const T* bias, double epsilon) {
  const int64_t channels = layout.channels / layout.groups;
  const Moments moments = moments_of(x, channels * layout.inner);
  const double inverse = 1 / std::sqrt(moments.variance + epsilon);
  for (int64_t c = 0; c < channels; ++c) {
    const int64_t operand = layout.affine == Affine::kGroup ? group : group * channels + c;
    const double factor = inverse * static_cast<double>(scale[operand]);
    const auto shift = static_cast<double>(bias[operand]);
    const T* from = x + c * layout.inner;
    T* to = y + c * layout.inner;
    for (int64_t i = 0; i < layout.inner; ++i) {
      to[i] = static_cast<T>((static_cast<double>(from[i]) - moments.mean) * factor + shift);
    }
  }
}

Status run_groups(ExecContext& context, const Layout& layout) {
  TRY_ASSIGN(const float epsilon, context.node().attributes.get_float("epsilon", 1e-5F));
  const TensorView& data = context.input(kData);
  TRY_ASSIGN(const MutableTensorView out, context.output(0, data.dtype, data.shape));
  if (data.shape.element_count() == 0) return ok();
  return dispatch(Floats(), data.dtype, [&]<class T>() {
    const T* scale = static_cast<const T*>(context.input(kScale).data);
    const T* bias = static_cast<const T*>(context.input(kBias).data);
    const int64_t size = layout.channels / layout.groups * layout.inner;
    auto part = [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) {
        normalise_group(layout, at % layout.groups, static_cast<const T*>(data.data) + at * size,
                        static_cast<T*>(out.data) + at * size, scale, bias,
                        static_cast<double>(epsilon));
      }
    };
    const int64_t count = layout.batch * layout.groups;
    const int64_t grain = kCheapGrain / 4 / size + 1;
    if (count <= grain || context.thread_count() == 1) {
      part(0, count);
    } else {
      context.parallel_for(count, grain, part);
    }
    return ok();
  });
}

Status run_instance(ExecContext& context) {
  TRY_ASSIGN(const Layout layout, read_layout(context, 0, Affine::kChannel));
  return run_groups(context, layout);
}

template <Affine kAffine> Status run_group(ExecContext& context) {
  TRY_ASSIGN(const int64_t groups, context.node().attributes.require_int("num_groups"));
  TRY_ASSIGN(const Layout layout, read_layout(context, groups, kAffine));
  return run_groups(context, layout);
}

// Version 21 gives scale and bias per channel, and a stash_type that double sums always honour.
constexpr OpDef kOps[] = {
    {.name = "InstanceNormalization",
     .since = 1,
     .inputs = {3, 3},
     .infer = infer_instance,
     .run = run_with_halves<run_instance>},
    {.name = "GroupNormalization",
     .since = 18,
     .inputs = {3, 3},
     .infer = infer_group<Affine::kGroup>,
     .run = run_with_halves<run_group<Affine::kGroup>>},
    {.name = "GroupNormalization",
     .since = 21,
     .inputs = {3, 3},
     .infer = infer_group<Affine::kChannel>,
     .run = run_with_halves<run_group<Affine::kChannel>>},
};

}  // namespace

std::span<const OpDef> ops_group_normalization() { return kOps; }

}  // namespace tundish
