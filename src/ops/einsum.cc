// Einsum: operands are contracted pair by pair from the first on, each pair as a batch of matrix
// products; an index is summed as soon as no later operand has it.
//
// Axes of size 1 fit any size. Integers wrap, so all of them are computed unsigned in 32 or 64
// bits.
#include <algorithm>
#include <array>
#include <bit>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/einsum_equation.h"
#include "ops/support/elementwise.h"
#include "ops/support/matrix_multiply.h"

namespace tundish {
namespace {
using namespace ops;

using IndexSet = uint64_t;
using Sizes = std::array<int64_t, kMostIndices>;

constexpr IndexSet one(size_t index) { return IndexSet{1} << index; }

// ---- Inference

Status infer_einsum(InferContext& context) {
  TRY_ASSIGN(const std::string text, context.node().attributes.get_string("equation", ""));
  TRY_ASSIGN(const EinsumEquation equation, EinsumEquation::parse(text));
  std::vector<size_t> ranks;
  bool has_ranks = true;
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY(expect_tensor(context, i, AllNumbers::kSet));
    TRY(expect_same_dtype(context, 0, i));
    const SymbolicShape& shape = context.input(i).shape;
    has_ranks &= shape.has_value();
    ranks.push_back(shape ? shape->size() : 0);
  }
  SymbolicShape out;
  if (has_ranks) {
    TRY_ASSIGN(const EinsumEquation full, equation.expanded(ranks));
    std::vector<SymbolicShape> sizes(kMostIndices, std::vector<Dim>{Dim(1)});
    for (size_t i = 0; i < ranks.size(); ++i) {
      for (size_t axis = 0; axis < ranks[i]; ++axis) {
        const SymbolicShape own = std::vector<Dim>{(*context.input(i).shape)[axis]};
        SymbolicShape& size = sizes[full.terms[i][axis]];
        TRY_ASSIGN(size, broadcast_shapes(size, own));
      }
    }
    out.emplace();
    for (const uint8_t index : full.output) out->push_back(sizes[index]->front());
  } else if (context.input_count() != equation.terms.size()) {
    return InvalidModel(
        cat("equation of ", equation.terms.size(), " operands, got ", context.input_count()));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// ---- Operands

// A nest of loops over one operand.
struct Nest {
  size_t rank = 0;
  std::array<int64_t, kMostIndices> sizes, strides;

  int64_t count() const {
    int64_t product = 1;
    for (size_t axis = 0; axis < rank; ++axis) product *= sizes[axis];
    return product;
  }
  void append(int64_t size, int64_t stride) {
    if (rank > 0 && strides[rank - 1] == size * stride) {
      sizes[rank - 1] *= size;
      strides[rank - 1] = stride;
    } else {
      sizes[rank] = size;
      strides[rank++] = stride;
    }
  }
  bool is_dense() const { return rank == 0 || (rank == 1 && strides[0] == 1); }
};

// Elements in the order of the nest.
template <class From, class To> void gather(const Nest& nest, const From* from, To* to) {
  if (nest.rank == 0) {
    *to = static_cast<To>(*from);
    return;
  }
  const size_t inner = nest.rank - 1;
  const int64_t run = nest.sizes[inner];
  const int64_t step = nest.strides[inner];
  const To* end = to + nest.count();
  std::array<int64_t, kMostIndices> index{};
  while (to < end) {
    for (int64_t i = 0; i < run; ++i) *to++ = static_cast<To>(from[i * step]);
    for (size_t axis = inner; axis-- > 0;) {
      from += nest.strides[axis];
      if (++index[axis] < nest.sizes[axis]) break;
      from -= nest.sizes[axis] * nest.strides[axis];
      index[axis] = 0;
    }
  }
}

// A tensor whose axes are known by their indices. Only indices of a size other than 1 are kept.
template <class T> struct Factor {
  const T* data = nullptr;
  IndexSet indices = 0;
  Sizes strides{};
};

// Elements that are computed as a wider T.
template <class T>
using NarrowerThan = std::conditional_t<std::is_same_v<T, uint32_t>,
                                        Types<int8_t, int16_t, uint8_t, uint16_t>, Types<>>;

// What contracting needs to know of the whole equation.
template <class T> struct Contraction {
  ExecContext& context;
  const EinsumEquation& equation;
  Sizes sizes;

  template <class U> Result<U*> scratch(int64_t count) {
    TRY_ASSIGN(void* memory, context.scratch(static_cast<size_t>(count) * sizeof(U)));
    return static_cast<U*>(memory);
  }

  void append(Nest& nest, const Factor<T>& factor, IndexSet set) const {
    for (; set != 0; set &= set - 1) {
      const auto index = static_cast<size_t>(std::countr_zero(set));
      nest.append(sizes[index], factor.strides[index]);
    }
  }
  // The product of the sizes; kInvalidArgument when there is no such tensor.
  Result<int64_t> count(IndexSet set) const {
    std::vector<int64_t> dims;
    for (; set != 0; set &= set - 1) dims.push_back(sizes[std::countr_zero(set)]);
    const Result<uint64_t> bytes = checked_bytes(dims, sizeof(T));
    if (!bytes) return InvalidArgument("equation: an intermediate result is too large");
    return static_cast<int64_t>(bytes.value() / sizeof(T));
  }

  // The factor's elements, neighbouring, in the order of these sets' indices.
  Result<const T*> laid_out(const Factor<T>& factor, std::initializer_list<IndexSet> order) {
    Nest nest;
    for (const IndexSet set : order) append(nest, factor, set);
    if (nest.is_dense()) return factor.data;
    TRY_ASSIGN(T * to, scratch<T>(nest.count()));
    gather(nest, factor.data, to);
    return to;
  }
  // A factor over neighbouring elements in this order.
  Factor<T> dense_factor(const T* data, std::initializer_list<IndexSet> order) const {
    Factor<T> factor{.data = data};
    std::array<size_t, kMostIndices> indices;
    size_t rank = 0;
    for (IndexSet set : order) {
      factor.indices |= set;
      for (; set != 0; set &= set - 1) {
        indices[rank++] = static_cast<size_t>(std::countr_zero(set));
      }
    }
    int64_t stride = 1;
    while (rank-- > 0) {
      factor.strides[indices[rank]] = stride;
      stride *= sizes[indices[rank]];
    }
    return factor;
  }

  Result<Factor<T>> operand(size_t i);
  Result<Factor<T>> summed(const Factor<T>& factor, IndexSet kept);
  Result<Factor<T>> product(const Factor<T>& a, const Factor<T>& b, IndexSet kept);
  Result<Factor<T>> all();
};

template <class T> Result<Factor<T>> Contraction<T>::operand(size_t i) {
  const TensorView& x = context.input(i);
  Factor<T> factor{.data = static_cast<const T*>(x.data)};
  if (dtype_bytes(x.dtype) != sizeof(T)) {
    TRY_ASSIGN(T * wide, scratch<T>(x.shape.element_count()));
    TRY(dispatch(NarrowerThan<T>(), x.dtype, [&]<class S>() {
      std::ranges::transform(x.values<S>(), wide, [](S v) { return static_cast<T>(v); });
      return ok();
    }));
    factor.data = wide;
  }
  int64_t stride = 1;
  for (size_t axis = x.shape.rank(); axis-- > 0;) {
    const uint8_t index = equation.terms[i][axis];
    // A repeated index walks along the diagonal.
    if (x.shape[axis] != 1) {
      factor.indices |= one(index);
      factor.strides[index] += stride;
    }
    stride *= x.shape[axis];
  }
  return factor;
}

template <class T>
Result<Factor<T>> Contraction<T>::summed(const Factor<T>& factor, IndexSet kept) {
  const IndexSet stays = factor.indices & kept;
  const IndexSet goes = factor.indices & ~kept;
  if (goes == 0) return factor;
  TRY_ASSIGN(const int64_t rows, count(stays));
  TRY_ASSIGN(const int64_t columns, count(goes));
  TRY_ASSIGN(const T* from, laid_out(factor, {stays, goes}));
  TRY_ASSIGN(T * to, scratch<T>(rows));
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, T>;
  for (int64_t row = 0; row < rows; ++row, from += columns) {
    Sum sum = 0;
    for (int64_t i = 0; i < columns; ++i) sum += from[i];
    to[row] = static_cast<T>(sum);
  }
  return dense_factor(to, {stays});
}

// c[batch, m, n] = a[batch, m, k] * b[batch, k, n] of a few elements each.
template <class T>
void multiply_small(const T* a, const T* b, T* c, int64_t m, int64_t k, int64_t n) {
  for (int64_t row = 0; row < m; ++row, a += k, c += n) {
    std::fill_n(c, n, T{0});
    for (int64_t i = 0; i < k; ++i) {
      for (int64_t column = 0; column < n; ++column) c[column] += a[i] * b[i * n + column];
    }
  }
}

template <class T>
Result<Factor<T>> Contraction<T>::product(const Factor<T>& all_a, const Factor<T>& all_b,
                                          IndexSet kept) {
  TRY(context.interrupted());
  TRY_ASSIGN(const Factor<T> a, summed(all_a, kept | all_b.indices));
  TRY_ASSIGN(const Factor<T> b, summed(all_b, kept | all_a.indices));
  const IndexSet both = a.indices & b.indices;
  const IndexSet of_batch = both & kept;
  const IndexSet of_k = both & ~kept;
  const IndexSet of_m = a.indices & ~both;
  const IndexSet of_n = b.indices & ~both;
  TRY_ASSIGN(const int64_t elements, count(of_batch | of_m | of_n));
  TRY_ASSIGN(const int64_t batch, count(of_batch));
  TRY_ASSIGN(const int64_t m, count(of_m));
  TRY_ASSIGN(const int64_t k, count(of_k));
  TRY_ASSIGN(const int64_t n, count(of_n));
  TRY_ASSIGN(const T* from_a, laid_out(a, {of_batch, of_m, of_k}));
  TRY_ASSIGN(const T* from_b, laid_out(b, {of_batch, of_k, of_n}));
  TRY_ASSIGN(T * to, scratch<T>(elements));
  constexpr int64_t kSmall = 16;
  if (m <= kSmall && k <= kSmall && n <= kSmall) {
    for (int64_t i = 0; i < batch; ++i) {
      multiply_small(from_a + i * m * k, from_b + i * k * n, to + i * m * n, m, k, n);
    }
  } else {
    TRY_ASSIGN(ProductOffsets * offsets, scratch<ProductOffsets>(batch));
    for (int64_t i = 0; i < batch; ++i) offsets[i] = {i * m * k, i * k * n, i * m * n};
    MatrixProduct<T> first{.rows = m, .columns = n, .inner = k};
    first.a = from_a;
    first.a_stride = k;
    first.b = from_b;
    first.b_stride = n;
    first.c = to;
    first.c_stride = n;
    multiply_batch(context, first, std::span<const ProductOffsets>(offsets, batch));
  }
  return dense_factor(to, {of_batch, of_m, of_n});
}

// The first operand times the second, times the third, and so on, with nothing left to sum.
template <class T> Result<Factor<T>> Contraction<T>::all() {
  // Indices that something after operand i has.
  std::vector<IndexSet> later(equation.terms.size(), 0);
  IndexSet seen = 0;
  for (const uint8_t index : equation.output) seen |= one(index);
  for (size_t i = equation.terms.size(); i-- > 0;) {
    later[i] = seen;
    for (const uint8_t index : equation.terms[i]) seen |= one(index);
  }
  TRY_ASSIGN(Factor<T> result, operand(0));
  TRY_ASSIGN(result, summed(result, later[0]));
  for (size_t i = 1; i < equation.terms.size(); ++i) {
    TRY_ASSIGN(const Factor<T> next, operand(i));
    TRY_ASSIGN(result, product(result, next, later[i]));
  }
  return result;
}

// ---- Run

Result<Sizes> sizes_of(const ExecContext& context, const EinsumEquation& equation) {
  Sizes sizes;
  sizes.fill(1);
  for (size_t i = 0; i < equation.terms.size(); ++i) {
    const Shape& shape = context.input(i).shape;
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
      int64_t& size = sizes[equation.terms[i][axis]];
      if (shape[axis] == size || shape[axis] == 1) continue;
      if (size != 1) {
        return InvalidArgument(cat("input ", i, ": axis ", axis, " of shape ", shape.to_string(),
                                   " should have size ", size));
      }
      size = shape[axis];
    }
  }
  return sizes;
}

template <class T>
Status run_typed(ExecContext& context, const EinsumEquation& equation, const Sizes& sizes) {
  Contraction<T> contraction{context, equation, sizes};
  TRY_ASSIGN(const Factor<T> result, contraction.all());
  Shape shape;
  Nest nest;
  for (const uint8_t index : equation.output) {
    shape.append(sizes[index]);
    if (sizes[index] != 1) nest.append(sizes[index], result.strides[index]);
  }
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  if (dtype_bytes(dtype) == sizeof(T)) {
    gather(nest, result.data, static_cast<T*>(y.data));
    return ok();
  }
  return dispatch(NarrowerThan<T>(), dtype, [&]<class S>() {
    gather(nest, result.data, static_cast<S*>(y.data));
    return ok();
  });
}

Status run_einsum(ExecContext& context) {
  TRY_ASSIGN(const std::string text, context.node().attributes.get_string("equation", ""));
  TRY_ASSIGN(const EinsumEquation equation, EinsumEquation::parse(text));
  std::vector<size_t> ranks;
  for (size_t i = 0; i < context.input_count(); ++i) ranks.push_back(context.input(i).shape.rank());
  Result<EinsumEquation> full = equation.expanded(ranks);
  if (!full) return InvalidArgument(full.error().message());
  TRY_ASSIGN(const Sizes sizes, sizes_of(context, full.value()));
  switch (context.input(0).dtype) {
    case DType::kFloat32: return run_typed<float>(context, full.value(), sizes);
    case DType::kFloat64: return run_typed<double>(context, full.value(), sizes);
    case DType::kInt64:
    case DType::kUint64: return run_typed<uint64_t>(context, full.value(), sizes);
    default: return run_typed<uint32_t>(context, full.value(), sizes);
  }
}

constexpr OpDef kOps[] = {
    {.name = "Einsum",
     .since = 12,
     .inputs = {1, kAnyCount},
     .infer = infer_einsum,
     .run = run_with_halves<run_einsum>},
};

}  // namespace

std::span<const OpDef> ops_einsum() { return kOps; }

}  // namespace tundish
