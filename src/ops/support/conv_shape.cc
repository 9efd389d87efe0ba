#include "ops/support/conv_shape.h"

#include <algorithm>
#include <array>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

using Size = std::optional<int64_t>;

Size size_of(const std::vector<Dim>* dims, size_t axis) {
  return dims != nullptr && (*dims)[axis].is_known() ? Size((*dims)[axis].size()) : std::nullopt;
}

/// Channels of x, outputs and inputs of the weights, as far as they are known.
Status check_channels(Size x, Size outputs, Size inputs, int64_t groups, ErrorCode code) {
  if (groups < 1) return Error(code, cat("attribute \"group\": ", groups, " is less than 1"));
  if (outputs && *outputs % groups != 0) {
    return Error(code, cat(*outputs, " output channels do not divide into ", groups, " groups"));
  }
  if (!x || !inputs || checked_mul(*inputs, groups) == *x) return ok();
  return Error(code, cat("input 0 has ", *x, " channels, the weights take ", *inputs,
                         " in each of ", groups, " groups"));
}

Status check_ranks(size_t x, size_t w, ErrorCode code) {
  if (x == w) return ok();
  return Error(code, cat("input 0 has ", x, " dimensions, the weights have ", w));
}

}  // namespace

Shape ConvShape::out() const {
  Shape shape{batch, outputs()};
  for (size_t i = 0; i < plan.rank; ++i) shape.append(plan.out[i]);
  return shape;
}

Result<std::optional<WindowSpec>> known_windows(const Node& node, size_t rank,
                                                const std::vector<Dim>* w) {
  TRY_ASSIGN(WindowSpec spec, read_windows(node.attributes, rank, ErrorCode::kInvalidModel));
  if (w == nullptr) return spec.has_kernel ? std::optional(spec) : std::nullopt;
  std::array<int64_t, kMaxSpatial> kernel;
  for (size_t i = 0; i < rank; ++i) {
    if (!(*w)[i + 2].is_known()) return spec.has_kernel ? std::optional(spec) : std::nullopt;
    kernel[i] = (*w)[i + 2].size();
  }
  TRY(set_kernel(spec, {kernel.data(), rank}, ErrorCode::kInvalidModel));
  return std::optional(spec);
}

Result<SymbolicShape> infer_conv_shape(const InferContext& context, size_t x_input,
                                       size_t w_input) {
  const std::vector<Dim>* x = known_dims(context, x_input);
  const std::vector<Dim>* w = known_dims(context, w_input);
  if (x != nullptr && w != nullptr)
    TRY(check_ranks(x->size(), w->size(), ErrorCode::kInvalidModel));
  SymbolicShape out;
  if (x != nullptr || w != nullptr) {
    const size_t dimensions = x != nullptr ? x->size() : w->size();
    const size_t rank = dimensions < 2 ? 0 : dimensions - 2;
    TRY_ASSIGN(const std::optional<WindowSpec> spec, known_windows(context.node(), rank, w));
    TRY_ASSIGN(const int64_t groups, context.node().attributes.get_int("group", 1));
    TRY(check_channels(size_of(x, 1), size_of(w, 0), size_of(w, 1), groups,
                       ErrorCode::kInvalidModel));
    out.emplace(dimensions, Dim());
    if (x != nullptr) (*out)[0] = (*x)[0];
    if (w != nullptr) (*out)[1] = (*w)[0];
    if (x != nullptr && spec) {
      TRY_ASSIGN(const std::vector<Dim> sizes, infer_windows(*spec, std::span(*x).subspan(2)));
      std::copy(sizes.begin(), sizes.end(), out->begin() + 2);
    }
  }
  return out;
}

Result<ConvShape> conv_shape_of(const Node& node, const Shape& x, const Shape& w,
                                const WindowSpec* known) {
  constexpr ErrorCode kCode = ErrorCode::kInvalidArgument;
  TRY(check_ranks(x.rank(), w.rank(), kCode));
  ConvShape shape;
  WindowSpec spec;
  if (known != nullptr) {
    spec = *known;
  } else {
    TRY_ASSIGN(spec, read_windows(node.attributes, x.rank() < 2 ? 0 : x.rank() - 2, kCode));
  }
  TRY(set_kernel(spec, w.dims().subspan(2), kCode));
  TRY_ASSIGN(shape.groups, node.attributes.get_int("group", 1));
  TRY(check_channels(x[1], w[0], w[1], shape.groups, kCode));
  TRY_ASSIGN(shape.plan, plan_windows(spec, x.dims().subspan(2), kCode));
  shape.batch = x[0];
  shape.group_inputs = w[1];
  shape.group_outputs = w[0] / shape.groups;
  shape.taps = tap_count(w);
  return shape;
}

void flatten_windows(WindowPlan& plan) {
  int64_t size = 1;
  for (size_t i = 0; i < plan.rank; ++i) {
    const AxisWindow& axis = plan.axes[i];
    if (axis.kernel != 1 || axis.stride != 1 || axis.pad_begin != 0 || axis.pad_end != 0) return;
    size *= plan.in[i];
  }
  plan.rank = 1;
  plan.axes[0] = AxisWindow();
  plan.in[0] = plan.out[0] = size;
}

int64_t tap_count(const Shape& weights) {
  int64_t taps = 1;
  for (size_t i = 2; i < weights.rank(); ++i) taps *= weights[i];
  return taps;
}

}  // namespace tundish::ops
