// MultiHeadAttention of com.microsoft: attention over projected queries, keys and values, which may
// be packed together, biased, cached and masked.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/masked_attention.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t {
  kQuery,
  kKey,
  kValue,
  kBias,
  kMask,
  kAttentionBias,
  kPastKey,
  kPastValue,
  kPastLength,
  kCache
};
enum Output : size_t { kResult, kPresentKey, kPresentValue, kScores };

bool has(const InferContext& context, size_t i) { return context.has_input(i); }
bool has(const ExecContext& context, size_t i) { return optional_input(context, i) != nullptr; }

// How queries, keys and values come.
enum class Form : uint8_t {
  kApart,       // [batch, length, heads * size] each
  kPackedPair,  // query so; keys and values as [batch, length, heads, 2, size]
  kPackedAll,   // all as [batch, length, heads, 3, size]
  kSplit,       // query so; keys and values as [batch, heads, length, size]
};

Dim times(const Dim& a, const Dim& b) {
  if (!a.is_known() || !b.is_known()) return {};
  const std::optional<int64_t> product = checked_mul(a.size(), b.size());
  return product ? Dim(*product) : Dim();
}
Dim plus(const Dim& a, const Dim& b) {
  if (!a.is_known() || !b.is_known()) return {};
  const std::optional<int64_t> sum = checked_add(a.size(), b.size());
  return sum ? Dim(*sum) : Dim();
}
Dim divided(const Dim& a, int64_t parts) {
  return a.is_known() && a.size() % parts == 0 ? Dim(a.size() / parts) : Dim();
}

Status check_types(const InferContext& context) {
  for (const size_t i : {kPastLength, kCache}) {
    if (has(context, i)) {
      return Unsupported("MultiHeadAttention with buffers shared by past and present");
    }
  }
  for (const size_t i : {kQuery, kKey, kValue, kBias, kAttentionBias, kPastKey, kPastValue}) {
    if (i != kQuery && !has(context, i)) continue;
    TRY(expect_tensor(context, i, DTypeSet{DType::kFloat32} | kHalves));
    TRY(expect_same_dtype(context, kQuery, i));
  }
  TRY(infer_mask(context, kMask));
  if (has(context, kPastKey) != has(context, kPastValue)) {
    return InvalidModel("past_key and past_value must come together");
  }
  if (has(context, kValue) && !has(context, kKey)) return InvalidModel("value without key");
  return ok();
}

// Batch, query length, keys (without the past), size of a head, size of a value's head.
struct KnownSizes {
  Dim batch, length, keys, key_size, value_size;
};

Result<KnownSizes> known_sizes(const InferContext& context, int64_t heads) {
  KnownSizes sizes;
  const std::vector<Dim>* q = known_dims(context, kQuery);
  if (q != nullptr) {
    if (q->size() != (has(context, kKey) ? 3 : 5)) {
      return InvalidModel(cat("query has ", q->size(), " axes"));
    }
    sizes.batch = (*q)[0];
    sizes.length = (*q)[1];
    if (q->size() == 5) {
      sizes.keys = sizes.length;
      sizes.key_size = sizes.value_size = (*q)[4];
    } else {
      if ((*q)[2].is_known() && (*q)[2].size() % heads != 0) {
        return InvalidModel(cat("query: ", (*q)[2].size(), " columns for ", heads, " heads"));
      }
      sizes.key_size = divided((*q)[2], heads);
    }
  }
  const std::vector<Dim>* k = has(context, kKey) ? known_dims(context, kKey) : nullptr;
  const std::vector<Dim>* v = has(context, kValue) ? known_dims(context, kValue) : nullptr;
  if (k != nullptr) {
    const size_t rank = k->size();
    if (rank < 3 || rank > 5 || (rank == 5) == has(context, kValue)) {
      return InvalidModel(cat("key has ", rank, " axes"));
    }
    sizes.keys = (*k)[rank == 4 ? 2 : 1];
    if (rank == 5) sizes.value_size = (*k)[4];
  }
  if (v != nullptr) {
    if (v->size() != 3 && v->size() != 4)
      return InvalidModel(cat("value has ", v->size(), " axes"));
    sizes.value_size = v->size() == 4 ? (*v)[3] : divided((*v)[2], heads);
  }
  return sizes;
}

Status infer_multi_head(InferContext& context) {
  TRY_ASSIGN(const MaskedOptions options, read_masked_options(context.node()));
  TRY(check_types(context));
  TRY_ASSIGN(const KnownSizes sizes, known_sizes(context, options.heads));
  Dim total = sizes.keys;
  if (has(context, kPastKey)) {
    const std::vector<Dim>* past = known_dims(context, kPastKey);
    if (past != nullptr && past->size() != 4) return InvalidModel("past_key must have 4 axes");
    total = past != nullptr ? plus((*past)[2], total) : Dim();
  }
  const DType dtype = context.input(kQuery).dtype;
  const Dim heads(options.heads);
  using Dims = std::vector<Dim>;
  const Dims shapes[] = {{sizes.batch, sizes.length, times(heads, sizes.value_size)},
                         {sizes.batch, heads, total, sizes.key_size},
                         {sizes.batch, heads, total, sizes.value_size},
                         {sizes.batch, heads, sizes.length, total}};
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    context.set_output(i, ValueType::tensor(dtype, shapes[i]));
  }
  return ok();
}

// ---- The running node

Result<Form> form_of(const ExecContext& context) {
  const size_t query = context.input(kQuery).shape.rank();
  if (!has(context, kKey) && query == 5) return Form::kPackedAll;
  if (has(context, kKey) && query == 3) {
    const size_t key = context.input(kKey).shape.rank();
    if (!has(context, kValue) && key == 5) return Form::kPackedPair;
    const size_t value = has(context, kValue) ? context.input(kValue).shape.rank() : 0;
    if (key == 3 && value == 3) return Form::kApart;
    if (key == 4 && value == 4) return Form::kSplit;
  }
  return InvalidArgument("query, key and value have no form that goes together");
}

struct Operands {
  AttentionSizes sizes;
  HeadRows<const float> q, k, v;
};

// The sizes as the forms have them; `fits` stays true where they agree.
bool read_shapes(const ExecContext& context, Form form, AttentionSizes& sizes) {
  const Shape& q = context.input(kQuery).shape;
  const int64_t heads = sizes.heads;
  sizes.batch = q[0];
  sizes.length = q[1];
  if (form == Form::kPackedAll) {
    sizes.keys = q[1];
    sizes.key_size = sizes.value_size = q[4];
    return q[2] == heads && q[3] == 3;
  }
  if (q[2] % heads != 0) return false;
  sizes.key_size = q[2] / heads;
  const Shape& k = context.input(kKey).shape;
  if (form == Form::kPackedPair) {
    sizes.keys = k[1];
    sizes.value_size = sizes.key_size;
    return k == Shape{q[0], k[1], heads, 2, sizes.key_size};
  }
  const Shape& v = context.input(kValue).shape;
  if (form == Form::kSplit) {
    sizes.keys = k[2];
    sizes.value_size = v[3];
    return k == Shape{q[0], heads, k[2], sizes.key_size} && v == Shape{q[0], heads, k[2], v[3]};
  }
  sizes.keys = k[1];
  sizes.value_size = v[2] / heads;
  return k == Shape{q[0], k[1], q[2]} && v == Shape{q[0], k[1], sizes.value_size * heads};
}

Result<Operands> read_operands(const ExecContext& context, int64_t heads) {
  TRY_ASSIGN(const Form form, form_of(context));
  Operands made;
  AttentionSizes& sizes = made.sizes;
  sizes.heads = heads;
  bool fits = read_shapes(context, form, sizes);
  if (fits && has(context, kPastKey)) {
    const Shape& key = context.input(kPastKey).shape;
    fits = key.rank() == 4;
    if (fits) sizes.past = key[2];
    fits =
        fits && key == Shape{sizes.batch, heads, sizes.past, sizes.key_size} &&
        context.input(kPastValue).shape == Shape{sizes.batch, heads, sizes.past, sizes.value_size};
  }
  if (!fits) {
    return InvalidArgument(cat("query ", context.input(kQuery).shape.to_string(),
                               ", keys, values and past do not fit each other or ", heads,
                               " heads"));
  }
  const int64_t size = sizes.key_size;
  const auto* q = static_cast<const float*>(context.input(kQuery).data);
  if (form == Form::kPackedAll) {
    made.q = {q, sizes.length * heads * 3 * size, 3 * size, heads * 3 * size};
    made.k = made.v = made.q;
    made.k.data += size;
    made.v.data += 2 * size;
    return made;
  }
  made.q = packed_rows(q, sizes.length, heads, size);
  const auto* k = static_cast<const float*>(context.input(kKey).data);
  if (form == Form::kPackedPair) {
    made.k = {k, sizes.keys * heads * 2 * size, 2 * size, heads * 2 * size};
    made.v = made.k;
    made.v.data += size;
    return made;
  }
  const auto* v = static_cast<const float*>(context.input(kValue).data);
  const bool is_split = form == Form::kSplit;
  made.k =
      is_split ? split_rows(k, sizes.keys, heads, size) : packed_rows(k, sizes.keys, heads, size);
  made.v = is_split ? split_rows(v, sizes.keys, heads, sizes.value_size)
                    : packed_rows(v, sizes.keys, heads, sizes.value_size);
  return made;
}

// Rows with their part of the bias, in scratch.
Result<HeadRows<const float>> biased(ExecContext& context, const AttentionSizes& sizes,
                                     int64_t length, int64_t size, const float* bias,
                                     const HeadRows<const float>& rows) {
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array{sizes.batch, length, sizes.heads, size}, sizeof(float)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  const HeadRows<float> to = packed_rows(static_cast<float*>(storage), length, sizes.heads, size);
  for (int64_t b = 0; b < sizes.batch; ++b) {
    for (int64_t r = 0; r < length; ++r) {
      for (int64_t h = 0; h < sizes.heads; ++h) {
        const float* from = rows.at(b, h, r);
        float* out = to.at(b, h, r);
        for (int64_t i = 0; i < size; ++i) out[i] = from[i] + bias[h * size + i];
      }
    }
  }
  return HeadRows<const float>{to.data, to.batch_stride, to.head_stride, to.row_stride};
}

// Keys and values that come split have had their bias when they were made.
Status add_bias(ExecContext& context, Operands& operands) {
  const TensorView* bias = optional_input(context, kBias);
  if (bias == nullptr) return ok();
  const AttentionSizes& sizes = operands.sizes;
  const int64_t width = sizes.heads * sizes.key_size;
  const int64_t all = 2 * width + sizes.heads * sizes.value_size;
  if (!(bias->shape == Shape{all})) {
    return InvalidArgument(
        cat("bias of shape ", bias->shape.to_string(), ", expected ", Shape{all}.to_string()));
  }
  const auto* values = static_cast<const float*>(bias->data);
  TRY_ASSIGN(operands.q, biased(context, sizes, sizes.length, sizes.key_size, values, operands.q));
  TRY_ASSIGN(const Form form, form_of(context));
  if (form == Form::kSplit) return ok();
  TRY_ASSIGN(operands.k,
             biased(context, sizes, sizes.keys, sizes.key_size, values + width, operands.k));
  TRY_ASSIGN(operands.v,
             biased(context, sizes, sizes.keys, sizes.value_size, values + 2 * width, operands.v));
  return ok();
}

Status join(ExecContext& context, const AttentionSizes& sizes, int64_t size, size_t past_input,
            size_t present, HeadRows<const float>& rows) {
  const TensorView* past = optional_input(context, past_input);
  const bool is_read = context.output_count() > present && context.output_wanted(present);
  if (past == nullptr && !is_read) return ok();
  const Shape shape{sizes.batch, sizes.heads, sizes.total(), size};
  float* joined = nullptr;
  if (is_read) {
    TRY_ASSIGN(const MutableTensorView out, context.output(present, DType::kFloat32, shape));
    joined = static_cast<float*>(out.data);
  } else {
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(float)));
    TRY_ASSIGN(void* const storage, context.scratch(bytes));
    joined = static_cast<float*>(storage);
  }
  const float* kept = past != nullptr ? static_cast<const float*>(past->data) : nullptr;
  rows = join_past(sizes, size, kept, rows, joined);
  return ok();
}

Status run_multi_head(ExecContext& context) {
  MaskedAttention work;
  TRY_ASSIGN(work.options, read_masked_options(context.node()));
  TRY_ASSIGN(Operands operands, read_operands(context, work.options.heads));
  const AttentionSizes& sizes = operands.sizes;
  TRY(add_bias(context, operands));
  TRY(join(context, sizes, sizes.key_size, kPastKey, kPresentKey, operands.k));
  TRY(join(context, sizes, sizes.value_size, kPastValue, kPresentValue, operands.v));
  const int64_t width = sizes.heads * sizes.value_size;
  TRY_ASSIGN(const MutableTensorView y,
             context.output(kResult, DType::kFloat32, {sizes.batch, sizes.length, width}));
  if (context.output_count() > kScores && context.output_wanted(kScores)) {
    TRY_ASSIGN(const MutableTensorView scores,
               context.output(kScores, DType::kFloat32,
                              {sizes.batch, sizes.heads, sizes.length, sizes.total()}));
    work.scores = static_cast<float*>(scores.data);
  }
  work.sizes = sizes;
  work.q = operands.q;
  work.k = operands.k;
  work.v = operands.v;
  work.y = packed_rows(static_cast<float*>(y.data), sizes.length, sizes.heads, sizes.value_size);
  work.mask = optional_input(context, kMask);
  work.bias = optional_input(context, kAttentionBias);
  return attend_masked(context, work);
}

constexpr OpDef kOps[] = {
    {.name = "MultiHeadAttention",
     .domain = kDomainMicrosoft,
     .inputs = {1, 10},
     .outputs = {1, 4},
     .infer = infer_multi_head,
     .run = run_with_halves<run_multi_head>},
};

}  // namespace

std::span<const OpDef> ops_microsoft_multi_head_attention() { return kOps; }

}  // namespace tundish
