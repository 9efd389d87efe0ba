// LinearAttention: attention as a recurrence over a state matrix per head.
//
// Each (batch entry, key/value head) walks its tokens on its own; sums are in float32.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kQuery, kKey, kValue, kPastState, kDecay, kBeta };
using Computed = Types<float, Float16, Bfloat16>;

struct Options {
  int64_t query_heads = 0;
  int64_t kv_heads = 0;
  float scale = 0;  // 0: 1 / sqrt(d_k)
  bool decays = false;
  bool corrects = false;
};

Result<Options> read_options(const Node& node) {
  Options options;
  TRY_ASSIGN(options.query_heads, node.attributes.require_int("q_num_heads"));
  TRY_ASSIGN(options.kv_heads, node.attributes.require_int("kv_num_heads"));
  TRY_ASSIGN(options.scale, node.attributes.get_float("scale", 0));
  TRY_ASSIGN(const std::string rule, node.attributes.get_string("update_rule", "gated_delta"));
  if (rule != "linear" && rule != "gated" && rule != "delta" && rule != "gated_delta") {
    return InvalidModel(cat("update_rule ", quoted(rule)));
  }
  options.decays = rule.starts_with("gated");
  options.corrects = rule.ends_with("delta");
  if (options.query_heads <= 0 || options.kv_heads <= 0 ||
      options.query_heads % options.kv_heads != 0) {
    return InvalidModel(
        cat(options.query_heads, " query heads over ", options.kv_heads, " key and value heads"));
  }
  return options;
}

bool is_given(const InferContext& context, size_t i) { return context.has_input(i); }
bool is_given(const ExecContext& context, size_t i) {
  return i < context.input_count() && context.has_input(i);
}

Dim size_of_head(const InferContext& context, size_t i, int64_t heads) {
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr || !dims->back().is_known()) return Dim();
  return Dim(dims->back().size() / heads);
}

Status infer_linear_attention(InferContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  for (const size_t i : {kQuery, kKey, kValue}) {
    TRY(expect_tensor(context, i, Computed::kSet));
    TRY(expect_same_dtype(context, kQuery, i));
    const std::vector<Dim>* dims = known_dims(context, i);
    if (dims == nullptr) continue;
    if (dims->size() != 3) return InvalidModel(cat("input ", i, " has ", dims->size(), " axes"));
    const int64_t heads = i == kQuery ? options.query_heads : options.kv_heads;
    if (dims->back().is_known() && dims->back().size() % heads != 0) {
      return InvalidModel(
          cat("input ", i, ": ", dims->back().size(), " columns for ", heads, " heads"));
    }
  }
  for (const auto& [input, needed, name] :
       {std::tuple(kDecay, options.decays, "decay"), std::tuple(kBeta, options.corrects, "beta")}) {
    if (is_given(context, input) != needed) {
      return InvalidModel(cat("update_rule ", needed ? "needs" : "forbids", " input ", name));
    }
    if (needed) TRY(expect_tensor(context, input, Computed::kSet));
  }
  DType state = context.input(kQuery).dtype;
  if (is_given(context, kPastState)) {
    TRY(expect_tensor(context, kPastState, Computed::kSet));
    state = context.input(kPastState).dtype;
  }
  const std::vector<Dim>* query = known_dims(context, kQuery);
  const Dim batch = query != nullptr ? (*query)[0] : Dim();
  const Dim length = query != nullptr ? (*query)[1] : Dim();
  const Dim key_size = size_of_head(context, kKey, options.kv_heads);
  const Dim value_size = size_of_head(context, kValue, options.kv_heads);
  const Dim width = value_size.is_known() ? Dim(value_size.size() * options.query_heads) : Dim();
  context.set_output(
      0, ValueType::tensor(context.input(kQuery).dtype, std::vector<Dim>{batch, length, width}));
  if (context.node().outputs.size() > 1) {
    context.set_output(1, ValueType::tensor(state, std::vector<Dim>{batch, Dim(options.kv_heads),
                                                                    key_size, value_size}));
  }
  return ok();
}

// Rows of one input by token: element (b, t) begins at data + (b * length + t) * width.
struct Rows {
  const float* data = nullptr;
  int64_t width = 0;
};

struct Work {
  Options options;
  int64_t batch = 0, length = 0, key_size = 0, value_size = 0;
  float scale = 0;
  Rows query, key, value, decay, beta;
  float* out = nullptr;
  float* state = nullptr;  // [batch, kv heads, key size, value size]
};

Result<Rows> read_rows(const ExecContext& context, size_t input, const Work& work,
                       std::array<int64_t, 2> widths) {
  const TensorView& view = context.input(input);
  const bool fits = view.shape.rank() == 3 && view.shape[0] == work.batch &&
                    view.shape[1] == work.length &&
                    (view.shape[2] == widths[0] || view.shape[2] == widths[1]);
  if (!fits) {
    return InvalidArgument(cat("input ", input, " of shape ", view.shape.to_string(),
                               " does not fit query ", context.input(kQuery).shape.to_string(),
                               " and ", work.options.kv_heads, " key and value heads"));
  }
  return Rows{static_cast<const float*>(view.data), view.shape[2]};
}

Result<Work> read_work(const ExecContext& context, const Options& options) {
  Work work;
  work.options = options;
  const Shape& query = context.input(kQuery).shape;
  const Shape& value = context.input(kValue).shape;
  if (query.rank() != 3 || value.rank() != 3 || query[2] % options.query_heads != 0 ||
      value[2] % options.kv_heads != 0) {
    return InvalidArgument(cat("query ", query.to_string(), " and value ", value.to_string(),
                               " do not divide into heads"));
  }
  work.batch = query[0];
  work.length = query[1];
  work.key_size = query[2] / options.query_heads;
  work.value_size = value[2] / options.kv_heads;
  work.scale = options.scale != 0
                   ? options.scale
                   : static_cast<float>(1 / std::sqrt(static_cast<double>(work.key_size)));
  const int64_t keys = options.kv_heads * work.key_size;
  TRY_ASSIGN(work.query, read_rows(context, kQuery, work, {query[2], query[2]}));
  TRY_ASSIGN(work.key, read_rows(context, kKey, work, {keys, keys}));
  TRY_ASSIGN(work.value, read_rows(context, kValue, work, {value[2], value[2]}));
  if (options.decays) {
    TRY_ASSIGN(work.decay, read_rows(context, kDecay, work, {options.kv_heads, keys}));
  }
  if (options.corrects) {
    TRY_ASSIGN(work.beta, read_rows(context, kBeta, work, {options.kv_heads, 1}));
  }
  return work;
}

// state *= exp(decay), per row of the state or as a whole.
void decay_state(const Work& work, int64_t token, int64_t head, float* state) {
  const bool is_per_head = work.decay.width == work.options.kv_heads;
  const float* decay =
      work.decay.data + token * work.decay.width + head * (is_per_head ? 1 : work.key_size);
  for (int64_t d = 0; d < work.key_size; ++d) {
    const float factor = std::exp(decay[is_per_head ? 0 : d]);
    for (int64_t m = 0; m < work.value_size; ++m) state[d * work.value_size + m] *= factor;
  }
}

// sums[m] = sum over d of vector[d] * state[d, m], in order.
void read_state(const Work& work, const float* vector, const float* state, float* sums) {
  std::fill_n(sums, work.value_size, 0.0F);
  for (int64_t d = 0; d < work.key_size; ++d) {
    const float* row = state + d * work.value_size;
    for (int64_t m = 0; m < work.value_size; ++m) sums[m] += vector[d] * row[m];
  }
}

// All tokens of one batch entry and head; `change` holds value_size numbers.
void walk(const Work& work, int64_t b, int64_t head, float* change) {
  const Options& options = work.options;
  const int64_t group = options.query_heads / options.kv_heads;
  const int64_t size = work.value_size;
  float* state = work.state + (b * options.kv_heads + head) * work.key_size * size;
  for (int64_t t = 0; t < work.length; ++t) {
    const int64_t token = b * work.length + t;
    const float* key = work.key.data + token * work.key.width + head * work.key_size;
    const float* value = work.value.data + token * work.value.width + head * size;
    if (options.decays) decay_state(work, token, head, state);
    if (options.corrects) {
      const float beta =
          work.beta.data[token * work.beta.width + (work.beta.width == 1 ? 0 : head)];
      read_state(work, key, state, change);
      for (int64_t m = 0; m < size; ++m) change[m] = beta * (value[m] - change[m]);
    } else {
      std::copy_n(value, size, change);
    }
    for (int64_t d = 0; d < work.key_size; ++d) {
      for (int64_t m = 0; m < size; ++m) state[d * size + m] += key[d] * change[m];
    }
    for (int64_t h = head * group; h < (head + 1) * group; ++h) {
      float* out = work.out + (token * options.query_heads + h) * size;
      read_state(work, work.query.data + token * work.query.width + h * work.key_size, state, out);
      for (int64_t m = 0; m < size; ++m) out[m] *= work.scale;
    }
  }
}

Status start_state(ExecContext& context, Work& work) {
  const Shape shape{work.batch, work.options.kv_heads, work.key_size, work.value_size};
  if (context.output_count() > 1 && context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView out, context.output(1, DType::kFloat32, shape));
    work.state = static_cast<float*>(out.data);
  } else {
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(float)));
    TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(float)));
    work.state = static_cast<float*>(storage);
  }
  if (!is_given(context, kPastState)) {
    std::fill_n(work.state, shape.element_count(), 0.0F);
    return ok();
  }
  const TensorView& past = context.input(kPastState);
  if (!(past.shape == shape)) {
    return InvalidArgument(
        cat("past_state of shape ", past.shape.to_string(), ", expected ", shape.to_string()));
  }
  std::copy_n(static_cast<const float*>(past.data), shape.element_count(), work.state);
  return ok();
}

Status run_linear_attention(ExecContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  TRY_ASSIGN(Work work, read_work(context, options));
  const Shape shape{work.batch, work.length, options.query_heads * work.value_size};
  TRY_ASSIGN(const MutableTensorView out, context.output(0, DType::kFloat32, shape));
  work.out = static_cast<float*>(out.data);
  TRY(start_state(context, work));
  const int64_t walks = work.batch * options.kv_heads;
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array{walks, work.value_size}, sizeof(float)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(float)));
  auto* const changes = static_cast<float*>(storage);
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      walk(work, at / options.kv_heads, at % options.kv_heads, changes + at * work.value_size);
    }
  };
  if (walks <= 1 || context.thread_count() == 1) {
    part(0, walks);
  } else {
    context.parallel_for(walks, 1, part);
  }
  return ok();
}

// The state leaves in the type it came in.
DType output_type(const ExecContext& outer, size_t i) {
  return outer.input(i == 1 && is_given(outer, kPastState) ? kPastState : kQuery).dtype;
}

constexpr OpDef kOps[] = {
    {.name = "LinearAttention",
     .since = 27,
     .inputs = {3, 6},
     .outputs = {1, 2},
     .infer = infer_linear_attention,
     .run = run_with_halves<run_linear_attention, output_type>},
};

}  // namespace

std::span<const OpDef> ops_linear_attention() { return kOps; }

}  // namespace tundish
