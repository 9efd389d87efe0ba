// DenseLayers of domain tundish: a small network of dense layers, every row through all of them at
// once.
//
//   v = ((x op1 c1) op2 c2) ...;   v = f1(v W1 + b1);   v = f2(v W2 + b2); ...   y = v or
//   softmax(v)
//
// Inputs: x [rows, n0]; for each name in `steps` (Add, Sub, Mul, Div) a row c [n0]; for each name
// in `activations` ("" for none) a matrix W, [n, m] or with `transB` [m, n], and a row b [m] or
// nothing. All float32. With `softmax` 1 each row of the last layer is normalised. No layer is
// wider than 512. Made by passes; never written to a portable file.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "kernels/dense.h"
#include "kernels/table.h"
#include "ops/support/dense_product.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::DenseStepKind;
using kernels::VectorFunction;
using kernels::VectorKernels;

constexpr int64_t kWidest = kernels::kDenseWidest;
constexpr int64_t kProductsPerThread = int64_t{1} << 18;  // about 5 us of work

struct StepName {
  std::string_view name;
  DenseStepKind kind;
};
constexpr StepName kSteps[] = {{"Add", DenseStepKind::kAdd},
                               {"Sub", DenseStepKind::kSubtract},
                               {"Mul", DenseStepKind::kMultiply},
                               {"Div", DenseStepKind::kDivide}};

struct ActivationName {
  std::string_view name;
  VectorFunction VectorKernels::*function;  // null: none is needed
};
constexpr ActivationName kActivations[] = {{"", nullptr},
                                           {"Relu", nullptr},
                                           {"Sigmoid", &VectorKernels::sigmoid},
                                           {"Tanh", &VectorKernels::tanh},
                                           {"Silu", &VectorKernels::silu},
                                           {"Gelu", &VectorKernels::gelu_erf},
                                           {"GeluTanh", &VectorKernels::gelu_tanh}};

struct Options {
  std::vector<DenseStepKind> steps;
  std::vector<const ActivationName*> activations;
  std::vector<int64_t> transposed;
  bool softmax = false;

  size_t step_input(size_t i) const { return 1 + i; }
  size_t weight_input(size_t i) const { return 1 + steps.size() + 2 * i; }
  size_t bias_input(size_t i) const { return weight_input(i) + 1; }
};

Result<Options> read_options(const Node& node) {
  Options options;
  TRY_ASSIGN(const std::vector<std::string> steps, node.attributes.get_strings("steps", {}));
  for (const std::string& name : steps) {
    const auto* const found = std::ranges::find(kSteps, name, &StepName::name);
    if (found == std::end(kSteps)) return InvalidModel(cat("step ", quoted(name)));
    options.steps.push_back(found->kind);
  }
  TRY_ASSIGN(const std::vector<std::string> names, node.attributes.get_strings("activations", {}));
  if (names.empty()) return InvalidModel("attribute \"activations\" names no layer");
  for (const std::string& name : names) {
    const auto* const found = std::ranges::find(kActivations, name, &ActivationName::name);
    if (found == std::end(kActivations)) return InvalidModel(cat("activation ", quoted(name)));
    options.activations.push_back(found);
  }
  TRY_ASSIGN(options.transposed, node.attributes.get_ints("transB", {}));
  options.transposed.resize(names.size());
  TRY_ASSIGN(const int64_t softmax, node.attributes.get_int("softmax", 0));
  options.softmax = softmax != 0;
  const size_t least = options.weight_input(names.size() - 1) + 1;
  if (node.inputs.size() < least || node.inputs.size() > least + 1) {
    return InvalidModel(cat(node.inputs.size(), " inputs, ", least, " or ", least + 1,
                            " expected by its attributes"));
  }
  return options;
}

// ---- Sizes

struct LayerSize {
  size_t inputs;
  size_t outputs;
};

Error misfit(ErrorCode code, size_t i, const Shape& shape, std::string_view wanted) {
  return Error(code, cat("input ", i, " of shape ", shape.to_string(), ", expected ", wanted));
}

/// Shapes of all inputs; nothing for one that is left out (a scalar has a shape, of no axes).
using Shapes = std::vector<std::optional<Shape>>;

/// Sizes of the layers.
Result<std::vector<LayerSize>> sizes_of(const Options& options, const Shapes& given,
                                        ErrorCode code) {
  std::vector<LayerSize> sizes;
  const auto shape_of = [&](size_t i) { return given[i].value_or(Shape()); };
  const Shape x = shape_of(0);
  if (x.rank() != 2) return misfit(code, 0, x, "a matrix");
  int64_t width = x[1];
  for (size_t s = 0; s < options.steps.size(); ++s) {
    const size_t i = options.step_input(s);
    if (!(shape_of(i) == Shape{width})) return misfit(code, i, shape_of(i), cat("[", width, "]"));
  }
  for (size_t layer = 0; layer < options.activations.size(); ++layer) {
    const size_t i = options.weight_input(layer);
    const bool transposed = options.transposed[layer] != 0;
    const Shape w = shape_of(i);
    if (w.rank() != 2 || w[transposed ? 1 : 0] != width) {
      return misfit(code, i, w, cat("a matrix for ", width, " columns"));
    }
    const int64_t next = w[transposed ? 0 : 1];
    if (width > kWidest || next > kWidest || next < 1) {
      return misfit(code, i, w, cat("from 1 to ", kWidest, " columns"));
    }
    sizes.push_back({static_cast<size_t>(width), static_cast<size_t>(next)});
    width = next;
    const size_t b = options.bias_input(layer);
    if (b < given.size() && given[b] && !(*given[b] == Shape{width})) {
      return misfit(code, b, *given[b], cat("[", width, "]"));
    }
  }
  return sizes;
}

Status infer_layers(InferContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  Shapes shapes(context.input_count());
  bool all_known = true;
  for (size_t i = 0; i < context.input_count(); ++i) {
    const bool may_lack = i >= options.weight_input(0) && (i - options.weight_input(0)) % 2 == 1;
    if (!context.has_input(i) && may_lack) continue;
    TRY(expect_tensor(context, i, {DType::kFloat32}));
    const std::vector<Dim>* dims = known_dims(context, i);
    all_known = all_known && dims != nullptr;
    Shape& shape = shapes[i].emplace();
    for (size_t k = 0; dims != nullptr && k < dims->size(); ++k) {
      const bool is_row_count = i == 0 && k == 0;
      all_known = all_known && ((*dims)[k].is_known() || is_row_count);
      shape.append((*dims)[k].is_known() ? (*dims)[k].size() : 1);
    }
  }
  if (all_known) {
    TRY_ASSIGN(const auto sizes, sizes_of(options, shapes, ErrorCode::kInvalidModel));
    static_cast<void>(sizes);
  }
  std::vector<Dim> out(2);
  if (const std::vector<Dim>* dims = known_dims(context, 0); dims != nullptr && dims->size() == 2) {
    out[0] = (*dims)[0];
  }
  const size_t last = options.activations.size() - 1;
  const std::vector<Dim>* dims = known_dims(context, options.weight_input(last));
  if (dims != nullptr && dims->size() == 2) out[1] = (*dims)[options.transposed[last] != 0 ? 0 : 1];
  context.set_output(0, ValueType::tensor(DType::kFloat32, std::move(out)));
  return ok();
}

// ---- Preparing

/// The network in the form of one instruction set, and the memory that it lies in.
class Layers {
 public:
  using InputOf = std::function<const float*(size_t)>;  ///< null: left out

  static Result<std::unique_ptr<Layers>> make(const Options& options, const KernelTable& table,
                                              std::vector<LayerSize> sizes, const InputOf& input) {
    auto made = std::make_unique<Layers>();
    made->sizes_ = std::move(sizes);
    made->kernels_ = table.dense;
    TRY(made->reserve(options));
    made->add_steps(options, input);
    for (size_t i = 0; i < made->sizes_.size(); ++i) made->add_layer(options, table, i, input);
    if (options.softmax) made->row_function_ = table.vector->softmax;
    return made;
  }

  size_t inputs() const { return sizes_.front().inputs; }
  size_t outputs() const { return sizes_.back().outputs; }

  void run(const float* x, size_t rows, float* y) const {
    const kernels::DenseNetwork network{steps_.data(),     steps_.size(),  layers_.data(),
                                        functions_.data(), layers_.size(), row_function_};
    kernels::run_dense(*kernels_, network, x, rows, y);
  }

  /// Rows that are worth a thread.
  int64_t grain() const {
    int64_t products = 1;
    for (const LayerSize& size : sizes_) {
      products += static_cast<int64_t>(size.inputs * size.outputs);
    }
    return kProductsPerThread / products + 1;
  }

 private:
  // Every part begins at a multiple of 64 bytes.
  static size_t rounded(size_t floats) { return (floats + 15) / 16 * 16; }
  size_t padded(size_t columns) const { return kernels::dense_padded(*kernels_, columns); }

  Status reserve(const Options& options) {
    size_t floats = options.steps.size() * rounded(padded(inputs()));
    for (const LayerSize& size : sizes_) {
      floats += rounded(size.inputs * padded(size.outputs)) + rounded(padded(size.outputs));
    }
    TRY_ASSIGN(storage_, Tensor::allocate(DType::kFloat32, Shape{static_cast<int64_t>(floats)}));
    free_ = storage_.mutable_values<float>();
    std::ranges::fill(free_, 0.0F);
    return ok();
  }
  float* take(size_t floats) {
    float* const begin = free_.data();
    free_ = free_.subspan(rounded(floats));
    return begin;
  }

  void add_steps(const Options& options, const InputOf& input) {
    for (size_t s = 0; s < options.steps.size(); ++s) {
      float* const row = take(padded(inputs()));
      std::fill_n(row, padded(inputs()), 1.0F);
      std::copy_n(input(options.step_input(s)), inputs(), row);
      steps_.push_back({options.steps[s], row});
    }
  }
  void add_layer(const Options& options, const KernelTable& table, size_t i, const InputOf& input) {
    const auto [from, to] = sizes_[i];
    const bool transposed = options.transposed[i] != 0;
    const auto matrix =
        matrix_of(input(options.weight_input(i)), static_cast<int64_t>(transposed ? from : to),
                  transposed ? Transposed::kYes : Transposed::kNo);
    float* const panels = take(from * padded(to));
    kernels::pack_dense(*kernels_, matrix, from, to, panels);
    float* const bias = take(padded(to));
    if (const float* given = input(options.bias_input(i))) std::copy_n(given, to, bias);
    const ActivationName& activation = *options.activations[i];
    layers_.push_back({panels, bias, from, to, activation.name == "Relu" ? 0 : -INFINITY});
    functions_.push_back(activation.function == nullptr ? nullptr
                                                        : table.vector->*activation.function);
  }

  const kernels::DenseKernels* kernels_ = nullptr;
  std::vector<LayerSize> sizes_;
  Tensor storage_;
  std::span<float> free_;
  std::vector<kernels::DenseStep> steps_;
  std::vector<kernels::DenseLayer> layers_;
  std::vector<VectorFunction> functions_;
  decltype(VectorKernels::softmax) row_function_ = nullptr;
};

struct LayersState : KernelState {
  std::unique_ptr<Layers> layers;
  std::string kernel;
  std::string description() const override { return kernel; }
};

Result<std::unique_ptr<KernelState>> prepare_layers(const PrepareContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  const ValueType& x = context.input(0);
  Shapes shapes(context.input_count());
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (!context.has_input(i)) continue;
    if (context.constant(i) == nullptr) return std::unique_ptr<KernelState>();
    shapes[i] = context.constant(i)->shape();
  }
  // The width of x is what the first constant says; run() looks at the real one.
  if (x.shape && x.shape->size() != 2) return std::unique_ptr<KernelState>();
  const Shape first = shapes[1].value_or(Shape());
  if (first.rank() == 0) return std::unique_ptr<KernelState>();
  const bool turned = options.steps.empty() && options.transposed[0] != 0;
  shapes[0] = Shape{1, first[turned ? first.rank() - 1 : 0]};
  TRY_ASSIGN(std::vector<LayerSize> sizes, sizes_of(options, shapes, ErrorCode::kInvalidModel));
  auto state = std::make_unique<LayersState>();
  TRY_ASSIGN(state->layers,
             Layers::make(options, context.kernels(), std::move(sizes), [&](size_t i) {
               const Tensor* constant = context.constant(i);
               return constant == nullptr ? nullptr : static_cast<const float*>(constant->data());
             }));
  state->kernel = cat(kernels::isa_name(context.kernels().isa), " ", options.activations.size(),
                      " layers at once");
  return std::unique_ptr<KernelState>(std::move(state));
}

// ---- Running

Status run_over(ExecContext& context, const Layers& layers) {
  const TensorView& x = context.input(0);
  const int64_t rows = x.shape[0];
  TRY_ASSIGN(
      const MutableTensorView y,
      context.output(0, DType::kFloat32, Shape{rows, static_cast<int64_t>(layers.outputs())}));
  const auto* const from = static_cast<const float*>(x.data);
  auto* const to = static_cast<float*>(y.data);
  auto part = [&](int64_t begin, int64_t end) {
    const auto first = static_cast<size_t>(begin);
    layers.run(from + first * layers.inputs(), static_cast<size_t>(end - begin),
               to + first * layers.outputs());
  };
  if (context.thread_count() == 1) {
    part(0, rows);
  } else {
    context.parallel_for(rows, layers.grain(), part);
  }
  return ok();
}

Status run_layers(ExecContext& context) {
  const TensorView& x = context.input(0);
  if (const auto* state = static_cast<const LayersState*>(context.state())) {
    if (x.shape.rank() != 2 || x.shape[1] != static_cast<int64_t>(state->layers->inputs())) {
      return misfit(ErrorCode::kInvalidArgument, 0, x.shape,
                    cat("rows of ", state->layers->inputs()));
    }
    return run_over(context, *state->layers);
  }
  TRY_ASSIGN(const Options options, read_options(context.node()));
  Shapes shapes(context.input_count());
  for (size_t i = 0; i < context.input_count(); ++i) {
    if (context.has_input(i)) shapes[i] = context.input(i).shape;
  }
  TRY_ASSIGN(std::vector<LayerSize> sizes, sizes_of(options, shapes, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const auto layers,
             Layers::make(options, context.kernels(), std::move(sizes), [&](size_t i) {
               return i < context.input_count() && context.has_input(i)
                          ? static_cast<const float*>(context.input(i).data)
                          : nullptr;
             }));
  return run_over(context, *layers);
}

constexpr OpDef kOps[] = {
    {.name = "DenseLayers",
     .domain = kDomainTundish,
     .since = 1,
     .inputs = {2, kAnyCount},
     .infer = infer_layers,
     .run = run_layers,
     .prepare = prepare_layers},
};

}  // namespace

std::span<const OpDef> ops_dense_layers() { return kOps; }

}  // namespace tundish
