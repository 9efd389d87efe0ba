// BatchNormalization of [N, C, ...]: with given statistics, or with those of the batch.
//
// From version 14 an attribute chooses; before, further outputs did, up to five of them (the last
// two are the statistics of the batch).
#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "kernels/conv_block.h"
#include "kernels/table.h"
#include "ops/support/as_type.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/moments.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kData, kScale, kBias, kMean, kVariance };
enum Output : size_t { kResult, kRunningMean, kRunningVariance, kSavedMean, kSavedVariance };
enum class Form : uint8_t { kByOutputs, kByAttribute };

Result<bool> is_training(const Node& node, Form form) {
  if (form == Form::kByOutputs) return node.outputs.size() > 1;
  TRY_ASSIGN(const int64_t mode, node.attributes.get_int("training_mode", 0));
  return mode != 0;
}

template <Form kForm> Status infer_batch(InferContext& context) {
  TRY_ASSIGN(const bool trains, is_training(context.node(), kForm));
  for (size_t i = kData; i <= kVariance; ++i) TRY(expect_tensor(context, i, AllFloats::kSet));
  if (!trains && context.node().outputs.size() > 1) {
    return InvalidModel("outputs of training without training_mode");
  }
  const std::vector<Dim>* x = known_dims(context, kData);
  Dim channels;
  if (x != nullptr) {
    if (x->empty()) return InvalidModel("X is a scalar");
    channels = x->size() == 1 ? Dim(1) : (*x)[1];
  }
  for (size_t i = kScale; i <= kVariance; ++i) {
    const std::vector<Dim>* own = known_dims(context, i);
    if (own == nullptr) continue;
    if (own->size() != 1 ||
        ((*own)[0].is_known() && channels.is_known() && (*own)[0] != channels)) {
      return InvalidModel(cat("input ", i, " of shape ", to_string(*own), " for ",
                              channels.to_string(), " channels"));
    }
    if (!channels.is_known() && (*own)[0].is_known()) channels = (*own)[0];
  }
  context.set_output(kResult, context.input(kData));
  for (size_t i = kRunningMean; i < context.node().outputs.size(); ++i) {
    context.set_output(i,
                       ValueType::tensor(context.input(kMean).dtype, std::vector<Dim>{channels}));
  }
  return ok();
}

struct Layout {
  int64_t batch = 1;
  int64_t channels = 1;
  int64_t inner = 1;
};

Result<Layout> read_layout(const ExecContext& context) {
  const Shape& x = context.input(kData).shape;
  if (x.rank() == 0) return InvalidArgument("X is a scalar");
  Layout layout;
  layout.batch = x[0];
  if (x.rank() > 1) layout.channels = x[1];
  for (size_t k = 2; k < x.rank(); ++k) layout.inner *= x[k];
  for (size_t i = kScale; i <= kVariance; ++i) {
    if (!(context.input(i).shape == Shape{layout.channels})) {
      return InvalidArgument(cat("input ", i, " of shape ", context.input(i).shape.to_string(),
                                 " for ", layout.channels, " channels"));
    }
  }
  return layout;
}

// Per channel, in double.
struct Statistics {
  const double* mean = nullptr;
  const double* variance = nullptr;
};

template <class T>
Result<Statistics> measure(ExecContext& context, const Layout& layout, const T* x) {
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array<int64_t, 2>{layout.channels, 2}, sizeof(double)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(double)));
  auto* const mean = static_cast<double*>(storage);
  double* const variance = mean + layout.channels;
  const auto count = static_cast<double>(layout.batch * layout.inner);
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      double sum = 0;
      for (int64_t n = 0; n < layout.batch; ++n) {
        sum += sum_of(x + (n * layout.channels + c) * layout.inner, layout.inner);
      }
      mean[c] = sum / count;
      sum = 0;
      for (int64_t n = 0; n < layout.batch; ++n) {
        sum += squares_about(x + (n * layout.channels + c) * layout.inner, layout.inner, mean[c]);
      }
      variance[c] = sum / count;
    }
  };
  const int64_t grain = kCheapGrain / 4 / std::max<int64_t>(1, layout.batch * layout.inner) + 1;
  if (layout.channels <= grain || context.thread_count() == 1) {
    part(0, layout.channels);
  } else {
    context.parallel_for(layout.channels, grain, part);
  }
  return Statistics{mean, variance};
}

Status write_channels(ExecContext& context, size_t output, const Layout& layout,
                      const double* values, const double* kept, double momentum) {
  if (output >= context.output_count() || !context.output_wanted(output)) return ok();
  TRY_ASSIGN(
      const TypedOutput<double> out,
      typed_output<double>(context, output, context.input(kMean).dtype, Shape{layout.channels}));
  for (int64_t c = 0; c < layout.channels; ++c) {
    out.values[c] = kept[c] * momentum + values[c] * (1 - momentum);
  }
  finish_output(out);
  return ok();
}

template <class T>
Status normalise(ExecContext& context, const Layout& layout, const Statistics& with, const T* x,
                 T* y) {
  TRY_ASSIGN(const float epsilon, context.node().attributes.get_float("epsilon", 1e-5F));
  TRY_ASSIGN(const double* const scale, as_type<double>(context, context.input(kScale)));
  TRY_ASSIGN(const double* const bias, as_type<double>(context, context.input(kBias)));
  const kernels::ConvKernels& table = *context.kernels().conv;
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t c = plane % layout.channels;
      const double factor = scale[c] / std::sqrt(with.variance[c] + static_cast<double>(epsilon));
      const double mean = with.mean[c];
      const double shift = bias[c];
      const T* from = x + plane * layout.inner;
      T* to = y + plane * layout.inner;
      if constexpr (std::is_same_v<T, float>) {
        const auto center = static_cast<float>(mean);
        if (static_cast<double>(center) == mean) {
          table.normalize(from, static_cast<size_t>(layout.inner), center,
                          static_cast<float>(factor), static_cast<float>(shift), to);
          continue;
        }
      }
      for (int64_t i = 0; i < layout.inner; ++i) {
        to[i] = static_cast<T>((static_cast<double>(from[i]) - mean) * factor + shift);
      }
    }
  };
  const int64_t planes = layout.batch * layout.channels;
  const int64_t grain = kCheapGrain / 2 / std::max<int64_t>(1, layout.inner) + 1;
  if (planes <= grain || context.thread_count() == 1) {
    part(0, planes);
  } else {
    context.parallel_for(planes, grain, part);
  }
  return ok();
}

template <class T>
Status run_typed(ExecContext& context, const Layout& layout, const T* x, T* y, bool trains) {
  TRY_ASSIGN(const double* const mean, as_type<double>(context, context.input(kMean)));
  TRY_ASSIGN(const double* const variance, as_type<double>(context, context.input(kVariance)));
  if (!trains) return normalise(context, layout, {mean, variance}, x, y);
  TRY_ASSIGN(const float wanted, context.node().attributes.get_float("momentum", 0.9F));
  const auto momentum = static_cast<double>(wanted);
  TRY_ASSIGN(const Statistics own, measure(context, layout, x));
  TRY(write_channels(context, kRunningMean, layout, own.mean, mean, momentum));
  TRY(write_channels(context, kRunningVariance, layout, own.variance, variance, momentum));
  TRY(write_channels(context, kSavedMean, layout, own.mean, own.mean, 0));
  TRY(write_channels(context, kSavedVariance, layout, own.variance, own.variance, 0));
  return normalise(context, layout, own, x, y);
}

template <Form kForm> Status run_batch(ExecContext& context) {
  TRY_ASSIGN(const bool trains, is_training(context.node(), kForm));
  const TensorView& data = context.input(kData);
  TRY_ASSIGN(const Layout layout, read_layout(context));
  TRY_ASSIGN(const MutableTensorView out, context.output(kResult, data.dtype, data.shape));
  return dispatch(Floats(), data.dtype, [&]<class T>() {
    return run_typed(context, layout, static_cast<const T*>(data.data), static_cast<T*>(out.data),
                     trains);
  });
}

DType output_type(const ExecContext& outer, size_t i) {
  return outer.input(i == kResult ? kData : kMean).dtype;
}

constexpr OpDef kOps[] = {
    {.name = "BatchNormalization",
     .since = 9,
     .inputs = {5, 5},
     .outputs = {1, 5},
     .infer = infer_batch<Form::kByOutputs>,
     .run = run_with_halves<run_batch<Form::kByOutputs>, output_type>},
    {.name = "BatchNormalization",
     .since = 14,
     .inputs = {5, 5},
     .outputs = {1, 3},
     .infer = infer_batch<Form::kByAttribute>,
     .run = run_with_halves<run_batch<Form::kByAttribute>, output_type>},
};

}  // namespace

std::span<const OpDef> ops_batch_normalization() { return kOps; }

}  // namespace tundish
