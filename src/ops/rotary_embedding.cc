// RotaryEmbedding: pairs of each head's features turned by the angle of their position.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kData, kCosine, kSine, kPosition };

/// Where an operator has its inputs.
struct Places {
  size_t cosine, sine, position;
};
// The operator of com.microsoft always has positions, maybe one for the first token of every text.
Places places_of(const Node& node) {
  if (node.domain == kDomainMicrosoft) return {2, 3, 1};
  return {kCosine, kSine, kPosition};
}

struct Options {
  int64_t heads = 0;
  int64_t rotated = 0;  // 0: the whole head
  bool is_interleaved = false;
};

Result<Options> read_options(const Node& node) {
  Options options;
  TRY_ASSIGN(options.heads, node.attributes.get_int("num_heads", 0));
  TRY_ASSIGN(options.rotated, node.attributes.get_int("rotary_embedding_dim", 0));
  TRY_ASSIGN(const int64_t interleaved, node.attributes.get_int("interleaved", 0));
  options.is_interleaved = interleaved != 0;
  if (options.rotated < 0) return InvalidModel(cat("rotary_embedding_dim ", options.rotated));
  if (node.domain != kDomainMicrosoft) return options;
  TRY_ASSIGN(const int64_t ragged, node.attributes.get_int("is_packed_batching", 0));
  if (ragged != 0) return Unsupported("RotaryEmbedding with is_packed_batching");
  TRY_ASSIGN(const float scale, node.attributes.get_float("scale", 1));
  if (scale != 1) return Unsupported("RotaryEmbedding with a scale");
  return options;
}

Status infer_rotary(InferContext& context) {
  constexpr DTypeSet kTypes{DType::kFloat32, DType::kFloat16, DType::kBfloat16};
  TRY_ASSIGN(const Options options, read_options(context.node()));
  const Places at = places_of(context.node());
  for (const size_t i : {size_t{kData}, at.cosine, at.sine}) {
    TRY(expect_tensor(context, i, kTypes));
    TRY(expect_same_dtype(context, kData, i));
  }
  const bool is_microsoft = context.node().domain == kDomainMicrosoft;
  const bool has_positions = is_microsoft || context.has_input(at.position);
  if (has_positions) TRY(expect_tensor(context, at.position, {DType::kInt64}));
  if (const std::vector<Dim>* x = known_dims(context, kData)) {
    if (x->size() != 3 && x->size() != 4) return InvalidModel(cat("X has ", x->size(), " axes"));
    const bool needs_heads = !is_microsoft || options.rotated > 0;
    if (x->size() == 3 && options.heads <= 0 && needs_heads) {
      return InvalidModel("X of 3 axes needs num_heads");
    }
  }
  const std::vector<Dim>* cosine = known_dims(context, at.cosine);
  if (cosine != nullptr && cosine->size() != (has_positions ? 2 : 3)) {
    return InvalidModel(cat("cos_cache has ", cosine->size(), " axes ",
                            has_positions ? "with" : "without", " position_ids"));
  }
  context.set_output(0, context.input(kData));
  return ok();
}

struct Layout {
  int64_t batch, heads, length, size;
  bool is_packed;   // [batch, length, heads * size]
  int64_t rotated;  // features of a head that turn
};

Result<Layout> read_layout(const Shape& x, const Options& options) {
  Layout layout;
  layout.is_packed = x.rank() == 3;
  if (x.rank() == 4) {
    layout = {x[0], x[1], x[2], x[3], false, 0};
  } else if (x.rank() == 3 && options.heads > 0 && x[2] % options.heads == 0) {
    layout = {x[0], options.heads, x[1], x[2] / options.heads, true, 0};
  } else {
    return InvalidArgument(
        cat("X of shape ", x.to_string(), " does not divide into ", options.heads, " heads"));
  }
  layout.rotated = options.rotated == 0 ? layout.size : options.rotated;
  if (layout.rotated > layout.size || layout.rotated % 2 != 0) {
    return InvalidArgument(cat("rotation of ", layout.rotated, " of ", layout.size, " features"));
  }
  return layout;
}

// Row of the caches for each token.
struct Angles {
  const float* cosine = nullptr;
  const float* sine = nullptr;
  const int64_t* positions = nullptr;  // null: token i has row i
};

// The positions of tokens that are counted from `first` in each text.
Result<const int64_t*> counted_positions(ExecContext& context, int64_t first, const Shape& tokens) {
  const int64_t count = tokens.element_count();
  const std::optional<int64_t> last = checked_add(first, count);
  if (!last) return InvalidArgument(cat("position_ids holds ", first));
  TRY_ASSIGN(void* const storage, context.scratch(static_cast<size_t>(count) * sizeof(int64_t)));
  auto* const positions = static_cast<int64_t*>(storage);
  for (int64_t i = 0; i < count; ++i) positions[i] = first + i % tokens[1];
  return positions;
}

Result<Angles> read_angles(ExecContext& context, const Layout& layout) {
  const Places at = places_of(context.node());
  const TensorView& cosine = context.input(at.cosine);
  const TensorView& sine = context.input(at.sine);
  Angles angles{static_cast<const float*>(cosine.data), static_cast<const float*>(sine.data)};
  const int64_t half = layout.rotated / 2;
  const TensorView* positions = optional_input(context, at.position);
  const bool has_positions = positions != nullptr;
  const Shape tokens{layout.batch, layout.length};
  bool fits = cosine.shape == sine.shape;
  if (has_positions) {
    fits = fits && cosine.shape.rank() == 2 && cosine.shape[1] == half;
    angles.positions = static_cast<const int64_t*>(positions->data);
    if (context.node().domain == kDomainMicrosoft && positions->shape == Shape{1}) {
      TRY_ASSIGN(angles.positions, counted_positions(context, *angles.positions, tokens));
    } else {
      fits = fits && positions->shape == tokens;
    }
  } else {
    fits = fits && cosine.shape == Shape{layout.batch, layout.length, half};
  }
  if (!fits) {
    return InvalidArgument(cat("caches of shapes ", cosine.shape.to_string(), " and ",
                               sine.shape.to_string(), " for ", half, " angles of ",
                               tokens.to_string(), " tokens"));
  }
  for (int64_t i = 0; has_positions && i < tokens.element_count(); ++i) {
    if (angles.positions[i] < 0 || angles.positions[i] >= cosine.shape[0]) {
      return InvalidArgument(cat("position_ids holds ", angles.positions[i], ", the caches have ",
                                 cosine.shape[0], " rows"));
    }
  }
  return angles;
}

void turn(const Layout& layout, bool is_interleaved, const float* cosine, const float* sine,
          const float* x, float* y) {
  const int64_t half = layout.rotated / 2;
  const int64_t step = is_interleaved ? 2 : 1;
  const int64_t other = is_interleaved ? 1 : half;
  for (int64_t i = 0; i < half; ++i) {
    const float real = x[i * step];
    const float imaginary = x[i * step + other];
    y[i * step] = cosine[i] * real - sine[i] * imaginary;
    y[i * step + other] = sine[i] * real + cosine[i] * imaginary;
  }
  std::copy(x + layout.rotated, x + layout.size, y + layout.rotated);
}

Status run_rotary(ExecContext& context) {
  TRY_ASSIGN(Options options, read_options(context.node()));
  const TensorView& data = context.input(kData);
  if (context.node().domain == kDomainMicrosoft && options.rotated == 0 && data.shape.rank() == 3) {
    // The caches tell the size of a head.
    const Shape& cosine = context.input(places_of(context.node()).cosine).shape;
    const int64_t size = cosine.rank() == 2 ? 2 * cosine[1] : 0;
    options.heads = size > 0 && data.shape[2] % size == 0 ? data.shape[2] / size : 0;
  }
  TRY_ASSIGN(const Layout layout, read_layout(data.shape, options));
  TRY_ASSIGN(const Angles angles, read_angles(context, layout));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, data.dtype, data.shape));
  const auto* x = static_cast<const float*>(data.data);
  auto* y = static_cast<float*>(out.data);
  const int64_t inner = layout.is_packed ? layout.heads : layout.length;
  const int64_t outer = layout.is_packed ? layout.length : layout.heads;
  // Heads lie one after the other in either layout.
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t b = at / (inner * outer);
      const int64_t t = layout.is_packed ? at / inner % outer : at % inner;
      const int64_t token = b * layout.length + t;
      const int64_t row = angles.positions != nullptr ? angles.positions[token] : token;
      const int64_t from = row * (layout.rotated / 2);
      turn(layout, options.is_interleaved, angles.cosine + from, angles.sine + from,
           x + at * layout.size, y + at * layout.size);
    }
  };
  const int64_t count = layout.batch * layout.heads * layout.length;
  const int64_t grain = kCheapGrain / std::max<int64_t>(1, layout.size) + 1;
  if (count <= grain || context.thread_count() == 1) {
    part(0, count);
  } else {
    context.parallel_for(count, grain, part);
  }
  return ok();
}

constexpr OpDef rotary(std::string_view domain, int since, Arity inputs) {
  return {.name = "RotaryEmbedding",
          .domain = domain,
          .since = since,
          .inputs = inputs,
          .traits = {.in_place = true},
          .infer = infer_rotary,
          .run = run_with_halves<run_rotary>};
}

constexpr OpDef kOps[] = {rotary(kDomainOnnx, 23, {3, 4}), rotary(kDomainMicrosoft, 1, {4, 4})};

}  // namespace

std::span<const OpDef> ops_rotary_embedding() { return kOps; }

}  // namespace tundish
