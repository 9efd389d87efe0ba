// TopK: the k largest or smallest elements along an axis, in order, and where they were.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/order_key.h"

namespace tundish {
namespace {
using namespace ops;

Result<int64_t> read_k(const TensorView& view, std::optional<int64_t> size, ErrorCode code) {
  TRY_ASSIGN(const int64_t k, read_integer(view, 1, code));
  if (k < 0 || (size && k > *size)) {
    return Error(code, cat("input 1: k is ", k, size ? cat(" for an axis of size ", *size) : ""));
  }
  return k;
}

Status infer_top_k(InferContext& context) {
  TRY(expect_tensor(context, 0, AllNumbers::kSet));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  const AttributeList& attributes = context.node().attributes;
  TRY_ASSIGN(const int64_t wanted_axis, attributes.get_int("axis", -1));
  TRY(attributes.get_int("largest", 1));
  TRY(attributes.get_int("sorted", 1));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(wanted_axis, dims->size(), ErrorCode::kInvalidModel));
    out = *dims;
    Dim& part = (*out)[axis];
    std::optional<int64_t> size;
    if (part.is_known()) size = part.size();
    part = Dim();
    if (const Tensor* constant = context.constant(1)) {
      TRY_ASSIGN(const int64_t k, read_k(constant->view(), size, ErrorCode::kInvalidModel));
      part = Dim(k);
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, out));
  context.set_output(1, ValueType::tensor(DType::kInt64, std::move(out)));
  return ok();
}

// One element on its way. No two are equal, so any way of sorting gives one order.
struct Candidate {
  uint64_t key;
  int64_t index;
  bool operator<(const Candidate& other) const {
    return key != other.key ? key > other.key : index < other.index;
  }
};

// The first k in order.
void select(std::span<Candidate> all, int64_t k) {
  const auto middle = all.begin() + k;
  if (k == 1) {
    std::iter_swap(all.begin(), std::min_element(all.begin(), all.end()));
    return;
  }
  if (middle != all.end()) std::nth_element(all.begin(), middle, all.end());
  std::sort(all.begin(), middle);
}

struct TopKOf {
  AroundAxis x;
  int64_t k;
  uint64_t flip;  ///< all bits set where the smallest are wanted
};

// Lines [begin, end) of elements along the axis.
void select_lines(const TensorView& x, const TopKOf& top, int64_t begin, int64_t end,
                  std::span<Candidate> all, const MutableTensorView& values, int64_t* indices) {
  const int64_t inner = top.x.inner;
  for (int64_t line = begin; line < end; ++line) {
    const int64_t from = line / inner * top.x.size * inner + line % inner;
    const int64_t to = line / inner * top.k * inner + line % inner;
    // Keys go to the end of the list that the candidates fill from its beginning.
    auto* keys = reinterpret_cast<uint64_t*>(all.data()) + all.size();
    order_keys(x.dtype, element_at(x.data, x.dtype, from), inner, top.x.size, keys);
    for (size_t i = 0; i < all.size(); ++i) {
      all[i] = {keys[i] ^ top.flip, static_cast<int64_t>(i)};
    }
    select(all, top.k);
    for (int64_t i = 0; i < top.k; ++i) {
      const int64_t index = all[static_cast<size_t>(i)].index;
      copy_elements(x.dtype, element_at(values.data, x.dtype, to + i * inner),
                    element_at(x.data, x.dtype, from + index * inner), 1);
      if (indices != nullptr) indices[to + i * inner] = index;
    }
  }
}

Status run_top_k(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", -1));
  TRY_ASSIGN(const int64_t largest, context.node().attributes.get_int("largest", 1));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, x.shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const int64_t k, read_k(context.input(1), x.shape[axis], ErrorCode::kInvalidArgument));
  const TopKOf top{AroundAxis(x.shape, axis), k, largest != 0 ? 0 : ~uint64_t{0}};
  Shape shape = x.shape;
  shape[axis] = k;
  TRY_ASSIGN(const MutableTensorView values, context.output(0, x.dtype, shape));
  int64_t* indices = nullptr;
  if (context.output_count() > 1 && context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView made, context.output(1, DType::kInt64, shape));
    indices = static_cast<int64_t*>(made.data);
  }
  if (shape.element_count() == 0) return ok();
  const int64_t lines = top.x.outer * top.x.inner;
  // A list of candidates for each range of lines; a few ranges for each thread.
  const int64_t ranges = context.thread_count() == 1 ? 1 : int64_t{4} * context.thread_count();
  const int64_t grain = std::max({int64_t{1}, (lines + ranges - 1) / ranges, 8192 / top.x.size});
  const int64_t lists = (lines + grain - 1) / grain;
  const int64_t room = top.x.size;
  TRY_ASSIGN(void* lists_of,
             context.scratch(static_cast<size_t>(lists * room) * sizeof(Candidate)));
  auto body = [&](int64_t begin, int64_t end) {
    const std::span<Candidate> all(static_cast<Candidate*>(lists_of) + begin / grain * room,
                                   static_cast<size_t>(room));
    select_lines(x, top, begin, end, all, values, indices);
  };
  context.parallel_for(lines, grain, body);
  return ok();
}

// Version 10: k is an input; 11: largest, sorted, negative axes.
constexpr OpDef kOps[] = {
    {.name = "TopK",
     .since = 10,
     .inputs = {2, 2},
     .outputs = {1, 2},
     .infer = infer_top_k,
     .run = run_top_k},
};

}  // namespace

std::span<const OpDef> ops_top_k() { return kOps; }

}  // namespace tundish
