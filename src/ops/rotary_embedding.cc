// RotaryEmbedding: pairs of each head's features turned by the angle of their position.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kData, kCosine, kSine, kPosition };

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
  return options;
}

Status infer_rotary(InferContext& context) {
  constexpr DTypeSet kTypes{DType::kFloat32, DType::kFloat16, DType::kBfloat16};
  TRY_ASSIGN(const Options options, read_options(context.node()));
  for (const size_t i : {kData, kCosine, kSine}) {
    TRY(expect_tensor(context, i, kTypes));
    TRY(expect_same_dtype(context, kData, i));
  }
  const bool has_positions = context.has_input(kPosition);
  if (has_positions) TRY(expect_tensor(context, kPosition, {DType::kInt64}));
  if (const std::vector<Dim>* x = known_dims(context, kData)) {
    if (x->size() != 3 && x->size() != 4) return InvalidModel(cat("X has ", x->size(), " axes"));
    if (x->size() == 3 && options.heads <= 0) return InvalidModel("X of 3 axes needs num_heads");
  }
  const std::vector<Dim>* cosine = known_dims(context, kCosine);
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

Result<Angles> read_angles(const ExecContext& context, const Layout& layout) {
  const TensorView& cosine = context.input(kCosine);
  const TensorView& sine = context.input(kSine);
  Angles angles{static_cast<const float*>(cosine.data), static_cast<const float*>(sine.data)};
  const int64_t half = layout.rotated / 2;
  const bool has_positions = context.input_count() > kPosition && context.has_input(kPosition);
  const Shape tokens{layout.batch, layout.length};
  bool fits = cosine.shape == sine.shape;
  if (has_positions) {
    const TensorView& positions = context.input(kPosition);
    fits = fits && cosine.shape.rank() == 2 && cosine.shape[1] == half && positions.shape == tokens;
    angles.positions = static_cast<const int64_t*>(positions.data);
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
  TRY_ASSIGN(const Options options, read_options(context.node()));
  const TensorView& data = context.input(kData);
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

constexpr OpDef kOps[] = {
    {.name = "RotaryEmbedding",
     .since = 23,
     .inputs = {3, 4},
     .traits = {.in_place = true},
     .infer = infer_rotary,
     .run = run_with_halves<run_rotary>},
};

}  // namespace

std::span<const OpDef> ops_rotary_embedding() { return kOps; }

}  // namespace tundish
