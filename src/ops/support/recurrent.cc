#include "ops/support/recurrent.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/recurrent_rows.h"
#include "ops/support/types.h"

namespace tundish::ops {
namespace {

enum Input : size_t {
  kData,
  kWeight,
  kRecurrence,
  kBias,
  kLengths,
  kInitialHidden,
  kInitialCell,
  kPeepholes
};
enum Output : size_t { kAll, kLastHidden, kLastCell };
enum class Direction : uint8_t { kForward, kReverse, kBoth };

struct Options {
  Direction direction = Direction::kForward;
  bool is_batch_first = false;
  float clip = 0;
  std::array<ActivationSpec, 6> activations;
  int64_t directions() const { return direction == Direction::kBoth ? 2 : 1; }
};

// Which numbers a function takes from the lists, and what they are when the lists end: the defaults
// of the operators of the same names (Affine and ScaledTanh, which are none, do nothing).
struct KnownActivation {
  std::string_view name;
  Activation kind;
  std::optional<float> alpha, beta;
};
constexpr KnownActivation kActivations[] = {
    {"relu", Activation::kRelu, {}, {}},
    {"tanh", Activation::kTanh, {}, {}},
    {"sigmoid", Activation::kSigmoid, {}, {}},
    {"affine", Activation::kAffine, 1.0F, 0.0F},
    {"leakyrelu", Activation::kLeakyRelu, 0.01F, {}},
    {"thresholdedrelu", Activation::kThresholdedRelu, 1.0F, {}},
    {"scaledtanh", Activation::kScaledTanh, 1.0F, 1.0F},
    {"hardsigmoid", Activation::kHardSigmoid, 0.2F, 0.5F},
    {"elu", Activation::kElu, 1.0F, {}},
    {"softsign", Activation::kSoftsign, {}, {}},
    {"softplus", Activation::kSoftplus, {}, {}},
};

Result<const KnownActivation*> find_activation(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const KnownActivation& known : kActivations) {
    if (known.name == lower) return &known;
  }
  return InvalidModel(cat("activation ", quoted(name), " is not known"));
}

// The lists hold numbers only for the functions that take them, in order (as ONNX Runtime reads
// them).
Status read_activations(const Node& node, const RecurrentForm& form, Options& options) {
  TRY_ASSIGN(const std::vector<std::string> names, node.attributes.get_strings("activations"));
  TRY_ASSIGN(const std::vector<float> alphas, node.attributes.get_floats("activation_alpha"));
  TRY_ASSIGN(const std::vector<float> betas, node.attributes.get_floats("activation_beta"));
  const size_t each = form.activation_count();
  const size_t needed = each * static_cast<size_t>(options.directions());
  if (!names.empty() && names.size() < needed) {
    return InvalidModel(cat(names.size(), " activations, ", needed, " are needed"));
  }
  size_t alpha = 0;
  size_t beta = 0;
  for (size_t i = 0; i < needed; ++i) {
    TRY_ASSIGN(const KnownActivation* const known,
               find_activation(names.empty() ? form.activations[i % each] : names[i]));
    ActivationSpec& spec = options.activations[i];
    spec.kind = known->kind;
    if (known->alpha) spec.alpha = alpha < alphas.size() ? alphas[alpha++] : *known->alpha;
    if (known->beta) spec.beta = beta < betas.size() ? betas[beta++] : *known->beta;
  }
  return ok();
}

Result<Options> read_options(const Node& node, const RecurrentForm& form) {
  Options options;
  TRY_ASSIGN(const std::string direction, node.attributes.get_string("direction", "forward"));
  if (direction == "reverse") {
    options.direction = Direction::kReverse;
  } else if (direction == "bidirectional") {
    options.direction = Direction::kBoth;
  } else if (direction != "forward") {
    return InvalidModel(cat("direction ", quoted(direction)));
  }
  TRY_ASSIGN(const int64_t layout, node.attributes.get_int("layout", 0));
  if (layout != 0 && layout != 1) return InvalidModel(cat("layout ", layout));
  options.is_batch_first = layout == 1;
  TRY_ASSIGN(options.clip, node.attributes.get_float("clip", 0));
  TRY(read_activations(node, form, options));
  return options;
}

// Shape of input i in terms of what is known.
Status expect_shape(const InferContext& context, size_t i, const std::vector<Dim>& wanted) {
  if (!context.has_input(i)) return ok();
  const std::vector<Dim>* own = known_dims(context, i);
  if (own == nullptr) return ok();
  bool fits = own->size() == wanted.size();
  for (size_t k = 0; fits && k < wanted.size(); ++k) {
    fits = !(*own)[k].is_known() || !wanted[k].is_known() || (*own)[k] == wanted[k];
  }
  if (fits) return ok();
  return InvalidModel(
      cat("input ", i, " of shape ", to_string(*own), ", expected ", to_string(wanted)));
}

Dim times(const Dim& dim, int64_t factor) {
  return dim.is_known() ? Dim(dim.size() * factor) : Dim();
}

Result<std::vector<Dim>> state_dims(const Options& options, const Dim& batch, const Dim& hidden) {
  const Dim directions(options.directions());
  if (options.is_batch_first) return std::vector<Dim>{batch, directions, hidden};
  return std::vector<Dim>{directions, batch, hidden};
}

// Rows of X, Y and the states by time, batch entry and direction.
struct Strides {
  int64_t time, batch, direction;
};

struct Geometry {
  RecurrentSizes sizes;
  Strides x, y, state;
};

Status expect_size(const ExecContext& context, size_t i, const Shape& wanted) {
  if (i >= context.input_count() || !context.has_input(i)) return ok();
  if (context.input(i).shape == wanted) return ok();
  return InvalidArgument(cat("input ", i, " of shape ", context.input(i).shape.to_string(),
                             ", expected ", wanted.to_string()));
}

Result<Geometry> read_geometry(const ExecContext& context, const RecurrentForm& form,
                               const Options& options) {
  const Shape& x = context.input(kData).shape;
  const Shape& r = context.input(kRecurrence).shape;
  if (x.rank() != 3 || r.rank() != 3) {
    return InvalidArgument(cat("X of shape ", x.to_string(), ", R of shape ", r.to_string()));
  }
  Geometry geometry;
  RecurrentSizes& sizes = geometry.sizes;
  sizes = {x[options.is_batch_first ? 1 : 0], x[options.is_batch_first ? 0 : 1], x[2], r[2],
           options.directions()};
  const int64_t width = form.gates * sizes.hidden;
  const Shape state = options.is_batch_first ? Shape{sizes.batch, sizes.directions, sizes.hidden}
                                             : Shape{sizes.directions, sizes.batch, sizes.hidden};
  TRY(expect_size(context, kWeight, {sizes.directions, width, sizes.input}));
  TRY(expect_size(context, kRecurrence, {sizes.directions, width, sizes.hidden}));
  TRY(expect_size(context, kBias, {sizes.directions, 2 * width}));
  TRY(expect_size(context, kLengths, {sizes.batch}));
  TRY(expect_size(context, kInitialHidden, state));
  TRY(expect_size(context, kInitialCell, state));
  TRY(expect_size(context, kPeepholes, {sizes.directions, 3 * sizes.hidden}));
  const int64_t all = sizes.directions * sizes.hidden;
  if (options.is_batch_first) {
    geometry.x = {1, sizes.length, 0};  // rows of X * W
    geometry.y = {all, sizes.length * all, sizes.hidden};
    geometry.state = {0, all, sizes.hidden};
  } else {
    geometry.x = {sizes.batch, 1, 0};
    geometry.y = {sizes.batch * all, sizes.hidden, sizes.batch * sizes.hidden};
    geometry.state = {0, sizes.hidden, sizes.batch * sizes.hidden};
  }
  return geometry;
}

template <class T> Result<T*> scratch(ExecContext& context, std::array<int64_t, 2> sizes) {
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(sizes, sizeof(T)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(T)));
  return static_cast<T*>(storage);
}

template <class T> const T* input_data(const ExecContext& context, size_t i) {
  if (i >= context.input_count() || !context.has_input(i)) return nullptr;
  return static_cast<const T*>(context.input(i).data);
}

// What all directions share.
template <class T> struct Run {
  const RecurrentForm* form = nullptr;
  Options options;
  Geometry geometry;
  StepFunction<T> step = nullptr;
  int64_t late_bias_gate = -1;
  T* products = nullptr;  // [length * batch, gates * hidden]
  T* bias = nullptr;      // [gates * hidden]
  T* recurrence = nullptr;
  T* y = nullptr;
  T* last_hidden = nullptr;
  T* last_cell = nullptr;
};

Status read_lengths(const ExecContext& context, const RecurrentSizes& sizes, int64_t* lengths) {
  const int32_t* given = input_data<int32_t>(context, kLengths);
  for (int64_t b = 0; b < sizes.batch; ++b) {
    lengths[b] = given == nullptr ? sizes.length : given[b];
    if (lengths[b] < 0 || lengths[b] > sizes.length) {
      return InvalidArgument(cat("sequence_lens holds ", lengths[b], " (element ", b,
                                 "), sequences have ", sizes.length, " steps"));
    }
  }
  return ok();
}

// Weights of each direction, packed: the input's, and the recurrence's on both sides of the split.
struct RecurrentState : KernelState {
  struct Direction {
    PackedWeights input;
    std::array<PackedWeights, 2> recurrence;
  };
  std::array<Direction, 2> directions;
  std::string kernel;
  std::string description() const override { return kernel; }
};

// Columns [first, last) of the transposed recurrence on side 0 or 1 of the split.
std::array<int64_t, 2> side_columns(const RecurrentForm& form, int64_t hidden, size_t side) {
  const int64_t split = form.split_gate == 0 ? form.gates : form.split_gate;
  return side == 0 ? std::array{int64_t{0}, split * hidden}
                   : std::array{split * hidden, form.gates * hidden};
}

// `weights` [width, inner] of one direction, the other way round.
Result<PackedWeights> pack_rows(const KernelTable& table, const float* weights, int64_t inner,
                                std::array<int64_t, 2> columns) {
  if (inner == 0 || columns[0] == columns[1]) return PackedWeights();
  const auto matrix = matrix_of(weights + columns[0] * inner, inner, Transposed::kYes);
  return PackedWeights::make(table, matrix, inner, columns[1] - columns[0]);
}

// The state's panels, or panels made for this run.
Status pack_recurrence(ExecContext& context, const RecurrentForm& form, int64_t hidden, int64_t d,
                       std::array<const float*, 2>& packed) {
  const auto* state = static_cast<const RecurrentState*>(context.state());
  const float* recurrence =
      input_data<float>(context, kRecurrence) + d * form.gates * hidden * hidden;
  const kernels::GemmKernels& gemm = *context.kernels().gemm;
  for (size_t side = 0; side < 2; ++side) {
    if (state != nullptr) {
      packed[side] = state->directions[static_cast<size_t>(d)].recurrence[side].data();
      if (packed[side] != nullptr) continue;
    }
    const auto [first, last] = side_columns(form, hidden, side);
    const auto k = static_cast<size_t>(hidden);
    const auto n = static_cast<size_t>(last - first);
    TRY_ASSIGN(void* const memory,
               context.scratch(kernels::packed_weight_bytes(gemm, k, n) + sizeof(float)));
    auto* const panels = static_cast<float*>(memory);
    kernels::pack_weights(gemm, matrix_of(recurrence + first * hidden, hidden, Transposed::kYes), k,
                          n, 0, n, panels);
    packed[side] = panels;
  }
  return ok();
}

template <class T> Status allocate(ExecContext& context, Run<T>& run, RecurrentPass<T>& pass) {
  const RecurrentSizes& sizes = run.geometry.sizes;
  const int64_t width = run.form->gates * sizes.hidden;
  TRY_ASSIGN(run.products, scratch<T>(context, {sizes.length * sizes.batch, width}));
  TRY_ASSIGN(run.bias, scratch<T>(context, {1, width}));
  if constexpr (std::is_same_v<T, double>) {
    TRY_ASSIGN(run.recurrence, scratch<T>(context, {sizes.hidden, width}));
  }
  TRY_ASSIGN(pass.gates, scratch<T>(context, {sizes.batch, width}));
  TRY_ASSIGN(pass.work, scratch<T>(context, {sizes.batch, width}));
  TRY_ASSIGN(pass.hidden, scratch<T>(context, {sizes.batch, sizes.hidden}));
  TRY_ASSIGN(pass.cell, scratch<T>(context, {sizes.batch, sizes.hidden}));
  TRY_ASSIGN(int64_t* const lengths, scratch<int64_t>(context, {1, sizes.batch}));
  TRY(read_lengths(context, sizes, lengths));
  pass.lengths = lengths;
  return ok();
}

template <class T> Status make_outputs(ExecContext& context, Run<T>& run) {
  const RecurrentSizes& sizes = run.geometry.sizes;
  const bool is_batch_first = run.options.is_batch_first;
  const Shape all = is_batch_first
                        ? Shape{sizes.batch, sizes.length, sizes.directions, sizes.hidden}
                        : Shape{sizes.length, sizes.directions, sizes.batch, sizes.hidden};
  const Shape state = is_batch_first ? Shape{sizes.batch, sizes.directions, sizes.hidden}
                                     : Shape{sizes.directions, sizes.batch, sizes.hidden};
  T** const targets[] = {&run.y, &run.last_hidden, &run.last_cell};
  for (size_t i = 0; i < context.output_count() && i < 3; ++i) {
    if (!context.output_wanted(i)) continue;
    TRY_ASSIGN(const MutableTensorView out,
               context.output(i, dtype_of<T>, i == kAll ? all : state));
    *targets[i] = static_cast<T*>(out.data);
  }
  // What lies beyond the end of a sequence is 0.
  if (run.y != nullptr && input_data<int32_t>(context, kLengths) != nullptr) {
    std::fill_n(run.y, all.element_count(), T{0});
  }
  return ok();
}

template <class T>
void load_state(const T* given, const Strides& strides, int64_t direction,
                const RecurrentSizes& sizes, T* state) {
  for (int64_t b = 0; b < sizes.batch; ++b) {
    T* to = state + b * sizes.hidden;
    if (given == nullptr) {
      std::fill_n(to, sizes.hidden, T{0});
    } else {
      std::copy_n(given + direction * strides.direction + b * strides.batch, sizes.hidden, to);
    }
  }
}

template <class T>
void save_state(const T* state, const Strides& strides, int64_t direction,
                const RecurrentSizes& sizes, T* to) {
  if (to == nullptr) return;
  for (int64_t b = 0; b < sizes.batch; ++b) {
    std::copy_n(state + b * sizes.hidden, sizes.hidden,
                to + direction * strides.direction + b * strides.batch);
  }
}

// x * W^T + bias for all steps at once, or for the first.
template <class T>
void multiply_inputs(ExecContext& context, const Run<T>& run, RecurrentPass<T>& pass,
                     StepOrder order, const T* bias, int64_t d) {
  const RecurrentSizes& sizes = run.geometry.sizes;
  const int64_t width = run.form->gates * sizes.hidden;
  if constexpr (std::is_same_v<T, float>) {
    const auto* state = static_cast<const RecurrentState*>(context.state());
    const float* packed =
        state == nullptr ? nullptr : state->directions[static_cast<size_t>(d)].input.data();
    const T* x = input_data<T>(context, kData);
    const auto [first, rows] = leave_inputs(context, pass, order, {x, packed, bias, run.products});
    kernels::Gemm gemm;
    gemm.m = static_cast<size_t>(rows);
    gemm.n = static_cast<size_t>(width);
    gemm.k = static_cast<size_t>(sizes.input);
    gemm.a = matrix_of(x + first * sizes.input, sizes.input, Transposed::kNo);
    gemm.packed = packed;
    gemm.b = matrix_of(input_data<T>(context, kWeight) + d * width * sizes.input, sizes.input,
                       Transposed::kYes);
    gemm.c = run.products + first * width;
    gemm.c_row_stride = gemm.n;
    gemm.epilogue.column_bias = bias;
    run_product(context, gemm);
  } else {
    MatrixProduct<T> product;
    product.rows = sizes.length * sizes.batch;
    product.columns = width;
    product.inner = sizes.input;
    product.a = input_data<T>(context, kData);
    product.a_stride = sizes.input;
    product.b = input_data<T>(context, kWeight) + d * width * sizes.input;
    product.b_stride = sizes.input;
    product.b_order = Transposed::kYes;
    product.c = run.products;
    product.c_stride = width;
    product.addend = bias;
    product.addend_column_stride = 1;
    multiply(context, product);
  }
}

// Products of the inputs, R the other way round, the first states.
template <class T>
Status prepare_direction(ExecContext& context, Run<T>& run, RecurrentPass<T>& pass, StepOrder order,
                         int64_t d) {
  const RecurrentSizes& sizes = run.geometry.sizes;
  const int64_t hidden = sizes.hidden;
  const int64_t width = run.form->gates * hidden;
  const T* bias = input_data<T>(context, kBias);
  if (bias != nullptr) {
    bias += d * 2 * width;
    for (int64_t i = 0; i < width; ++i) {
      run.bias[i] = i / hidden == run.late_bias_gate ? bias[i] : bias[i] + bias[width + i];
    }
    pass.recurrence_bias = bias + width;
  }
  multiply_inputs(context, run, pass, order, bias != nullptr ? run.bias : nullptr, d);
  if constexpr (std::is_same_v<T, float>) {
    TRY(pack_recurrence(context, *run.form, hidden, d, pass.packed_recurrence));
  } else {
    const T* recurrence = input_data<T>(context, kRecurrence) + d * width * hidden;
    for (int64_t i = 0; i < width; ++i) {
      for (int64_t k = 0; k < hidden; ++k) {
        run.recurrence[k * width + i] = recurrence[i * hidden + k];
      }
    }
    pass.recurrence = run.recurrence;
  }
  const T* peepholes = input_data<T>(context, kPeepholes);
  pass.peepholes = peepholes == nullptr ? nullptr : peepholes + d * 3 * hidden;
  const Strides& strides = run.geometry.state;
  load_state(input_data<T>(context, kInitialHidden), strides, d, sizes, pass.hidden);
  load_state(input_data<T>(context, kInitialCell), strides, d, sizes, pass.cell);
  return ok();
}

template <class T>
Status run_direction(ExecContext& context, Run<T>& run, RecurrentPass<T>& pass, int64_t d) {
  const RecurrentSizes& sizes = run.geometry.sizes;
  const int64_t width = run.form->gates * sizes.hidden;
  const bool is_reverse = run.options.direction == Direction::kReverse || d == 1;
  const Strides& y = run.geometry.y;
  const size_t each = run.form->activation_count();
  for (size_t i = 0; i < each; ++i) {
    pass.activations[i] = run.options.activations[static_cast<size_t>(d) * each + i];
  }
  TRY(prepare_direction(context, run, pass, is_reverse ? StepOrder::kReverse : StepOrder::kForward,
                        d));
  for (pass.step = 0; pass.step < sizes.length; ++pass.step) {
    if (pass.step % 64 == 0) TRY(context.interrupted());
    const auto time_of = [&](int64_t b) {
      return is_reverse ? pass.lengths[b] - 1 - pass.step : pass.step;
    };
    for (int64_t b = 0; b < sizes.batch; ++b) {
      T* to = pass.gates + b * width;
      if (!pass.is_running(b)) {
        std::fill_n(to, width, T{0});
        continue;
      }
      const int64_t row = time_of(b) * run.geometry.x.time + b * run.geometry.x.batch;
      std::copy_n(run.products + row * width, width, to);
    }
    run.step(context, pass);
    for (int64_t b = 0; run.y != nullptr && b < sizes.batch; ++b) {
      if (!pass.is_running(b)) continue;
      std::copy_n(pass.hidden + b * sizes.hidden, sizes.hidden,
                  run.y + time_of(b) * y.time + b * y.batch + d * y.direction);
    }
  }
  save_state(pass.hidden, run.geometry.state, d, sizes, run.last_hidden);
  save_state(pass.cell, run.geometry.state, d, sizes, run.last_cell);
  return ok();
}

}  // namespace

template <class T>
void RecurrentPass<T>::add_recurrent(ExecContext& context, const T* from, int64_t first,
                                     int64_t count, T* to) {
  const int64_t width = form->gates * sizes.hidden;
  if constexpr (std::is_same_v<T, float>) {
    const float* packed = packed_recurrence[first == 0 ? 0 : 1];
    if (beside) {
      return multiply_row(context, from, sizes.hidden, packed, count * sizes.hidden, to, *beside);
    }
    kernels::Gemm gemm;
    gemm.m = static_cast<size_t>(sizes.batch);
    gemm.n = static_cast<size_t>(count * sizes.hidden);
    gemm.k = static_cast<size_t>(sizes.hidden);
    gemm.a = matrix_of(from, sizes.hidden, Transposed::kNo);
    gemm.packed = packed;
    gemm.c = to;
    gemm.c_row_stride = static_cast<size_t>(width);
    gemm.epilogue.residual = to;
    gemm.epilogue.residual_row_stride = gemm.c_row_stride;
    run_product(context, gemm);
  } else {
    MatrixProduct<T> product;
    product.rows = sizes.batch;
    product.columns = count * sizes.hidden;
    product.inner = sizes.hidden;
    product.a = from;
    product.a_stride = sizes.hidden;
    product.b = recurrence + first * sizes.hidden;
    product.b_stride = width;
    product.c = to;
    product.c_stride = width;
    product.addend = to;
    product.addend_row_stride = width;
    product.addend_column_stride = 1;
    multiply(context, product);
  }
}

Result<std::unique_ptr<KernelState>> prepare_recurrent(const PrepareContext& context,
                                                       const RecurrentForm& form) {
  const Tensor* w = context.constant(kWeight);
  const Tensor* r = context.constant(kRecurrence);
  const bool is_packed = w != nullptr && r != nullptr && w->dtype() == DType::kFloat32 &&
                         w->shape().rank() == 3 && r->shape().rank() == 3 && w->shape()[0] <= 2 &&
                         r->shape()[0] == w->shape()[0];
  if (!is_packed) return std::unique_ptr<KernelState>();
  auto state = std::make_unique<RecurrentState>();
  const KernelTable& table = context.kernels();
  const int64_t input = w->shape()[2];
  const int64_t hidden = r->shape()[2];
  const int64_t width = form.gates * hidden;
  for (int64_t d = 0; d < w->shape()[0]; ++d) {
    RecurrentState::Direction& direction = state->directions[static_cast<size_t>(d)];
    const float* inputs = static_cast<const float*>(w->data()) + d * width * input;
    const float* recurrence = static_cast<const float*>(r->data()) + d * width * hidden;
    TRY_ASSIGN(direction.input, pack_rows(table, inputs, input, {0, width}));
    for (size_t side = 0; side < 2; ++side) {
      TRY_ASSIGN(direction.recurrence[side],
                 pack_rows(table, recurrence, hidden, side_columns(form, hidden, side)));
    }
  }
  state->kernel = product_description(table, state->directions[0].input);
  return std::unique_ptr<KernelState>(std::move(state));
}

Status infer_recurrent(InferContext& context, const RecurrentForm& form) {
  TRY_ASSIGN(const Options options, read_options(context.node(), form));
  for (size_t i = kData; i < context.input_count(); ++i) {
    if (i > kRecurrence && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, i == kLengths ? DTypeSet{DType::kInt32} : AllFloats::kSet));
    if (i != kLengths) TRY(expect_same_dtype(context, kData, i));
  }
  const std::vector<Dim>* x = known_dims(context, kData);
  const std::vector<Dim>* r = known_dims(context, kRecurrence);
  if (x != nullptr && x->size() != 3) return InvalidModel(cat("X has ", x->size(), " axes"));
  if (r != nullptr && r->size() != 3) return InvalidModel(cat("R has ", r->size(), " axes"));
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("hidden_size", -1));
  Dim hidden = r != nullptr ? (*r)[2] : Dim();
  if (wanted >= 0 && hidden.is_known() && hidden.size() != wanted) {
    return InvalidModel(cat("hidden_size ", wanted, ", R has ", hidden.size(), " columns"));
  }
  if (wanted >= 0) hidden = Dim(wanted);
  const size_t first = options.is_batch_first ? 1 : 0;
  const Dim length = x != nullptr ? (*x)[first] : Dim();
  const Dim batch = x != nullptr ? (*x)[1 - first] : Dim();
  const Dim input = x != nullptr ? (*x)[2] : Dim();
  const Dim directions(options.directions());
  const Dim width = times(hidden, form.gates);
  TRY_ASSIGN(const std::vector<Dim> state, state_dims(options, batch, hidden));
  TRY(expect_shape(context, kWeight, {directions, width, input}));
  TRY(expect_shape(context, kRecurrence, {directions, width, hidden}));
  TRY(expect_shape(context, kBias, {directions, times(width, 2)}));
  TRY(expect_shape(context, kLengths, {batch}));
  TRY(expect_shape(context, kInitialHidden, state));
  TRY(expect_shape(context, kInitialCell, state));
  TRY(expect_shape(context, kPeepholes, {directions, times(hidden, 3)}));
  const DType dtype = context.input(kData).dtype;
  const std::vector<Dim> all = options.is_batch_first
                                   ? std::vector<Dim>{batch, length, directions, hidden}
                                   : std::vector<Dim>{length, directions, batch, hidden};
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    context.set_output(i, ValueType::tensor(dtype, i == kAll ? all : state));
  }
  return ok();
}

template <class T>
Status run_recurrent(ExecContext& context, const RecurrentForm& form, StepFunction<T> step,
                     int64_t late_bias_gate) {
  Run<T> run;
  run.form = &form;
  run.step = step;
  run.late_bias_gate = late_bias_gate;
  TRY_ASSIGN(run.options, read_options(context.node(), form));
  TRY_ASSIGN(run.geometry, read_geometry(context, form, run.options));
  RecurrentPass<T> pass;
  pass.form = &form;
  pass.table = &context.kernels();
  pass.sizes = run.geometry.sizes;
  pass.clip = static_cast<T>(run.options.clip);
  TRY(make_outputs(context, run));
  TRY(allocate(context, run, pass));
  for (int64_t d = 0; d < pass.sizes.directions; ++d) TRY(run_direction(context, run, pass, d));
  return ok();
}

#define TUNDISH_RECURRENT(T)                                                     \
  template struct RecurrentPass<T>;                                              \
  template Status run_recurrent(ExecContext& context, const RecurrentForm& form, \
                                StepFunction<T> step, int64_t late_bias_gate);
TUNDISH_RECURRENT(float)
TUNDISH_RECURRENT(double)
#undef TUNDISH_RECURRENT

}  // namespace tundish::ops
