// Split: consecutive parts of a tensor along an axis.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Parts of equal size, rounded up; what is missing is missing from the last ones.
int64_t equal_part(int64_t size, size_t count, size_t part) {
  const auto parts = static_cast<int64_t>(count);
  const int64_t chunk = size / parts + (size % parts != 0 ? 1 : 0);
  const auto index = static_cast<int64_t>(part);
  if (chunk == 0 || index > size / chunk) return 0;
  return std::min(chunk, size - index * chunk);
}

Status check_count(const Node& node, size_t outputs, ErrorCode code) {
  if (!node.attributes.has("num_outputs")) return ok();
  TRY_ASSIGN(const int64_t count, node.attributes.get_int("num_outputs", 0));
  if (count == static_cast<int64_t>(outputs)) return ok();
  return Error(code,
               cat("attribute \"num_outputs\" is ", count, ", the node has ", outputs, " outputs"));
}

// Input 1: a size per output, which sum up to the axis (when that is known).
Status check_sizes(const TensorView& sizes, size_t outputs, std::optional<int64_t> axis_size,
                   ErrorCode code) {
  const int64_t count = sizes.shape.element_count();
  if (count != static_cast<int64_t>(outputs)) {
    return Error(code, cat("input 1 has ", count, " sizes, the node has ", outputs, " outputs"));
  }
  int64_t sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t size = integer_at(sizes, i);
    if (size < 0) return Error(code, cat("input 1: a part of size ", size));
    const std::optional<int64_t> next = checked_add(sum, size);
    if (!next) return Error(code, "input 1: the sizes overflow");
    sum = *next;
  }
  if (axis_size && sum != *axis_size) {
    return Error(code, cat("input 1: sizes of ", sum, " in all for an axis of ", *axis_size));
  }
  return ok();
}

Status infer_split(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  const Node& node = context.node();
  const size_t outputs = node.outputs.size();
  TRY_ASSIGN(const int64_t wanted_axis, node.attributes.get_int("axis", 0));
  const bool has_sizes = context.has_input(1);
  if (has_sizes) {
    TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
    if (node.attributes.has("num_outputs")) {
      return InvalidModel("both input 1 and attribute \"num_outputs\" are given");
    }
  }
  TRY(check_count(node, outputs, ErrorCode::kInvalidModel));
  const Tensor* sizes = context.constant(1);
  const std::vector<Dim>* dims = known_dims(context, 0);
  size_t axis = 0;
  std::optional<int64_t> axis_size;
  if (dims != nullptr) {
    TRY_ASSIGN(axis, checked_axis(wanted_axis, dims->size(), ErrorCode::kInvalidModel));
    if ((*dims)[axis].is_known()) axis_size = (*dims)[axis].size();
  }
  if (sizes != nullptr) {
    TRY(check_sizes(sizes->view(), outputs, axis_size, ErrorCode::kInvalidModel));
  }
  for (size_t i = 0; i < outputs; ++i) {
    SymbolicShape out;
    if (dims != nullptr) {
      out = *dims;
      Dim& part = (*out)[axis];
      if (sizes != nullptr) {
        part = Dim(integer_at(sizes->view(), static_cast<int64_t>(i)));
      } else if (has_sizes || !axis_size) {
        part = outputs == 1 ? part : Dim();
      } else {
        part = Dim(equal_part(*axis_size, outputs, i));
      }
    }
    context.set_output(i, ValueType::tensor(context.input(0).dtype, std::move(out)));
  }
  return ok();
}

Status run_split(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t outputs = context.output_count();
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, x.shape.rank(), ErrorCode::kInvalidArgument));
  const AroundAxis all(x.shape, axis);
  const TensorView* sizes = optional_input(context, 1);
  if (sizes != nullptr) {
    TRY(check_sizes(*sizes, outputs, all.size, ErrorCode::kInvalidArgument));
  } else {
    TRY(check_count(context.node(), outputs, ErrorCode::kInvalidArgument));
  }
  int64_t at = 0;
  for (size_t i = 0; i < outputs; ++i) {
    const int64_t size = sizes != nullptr ? integer_at(*sizes, static_cast<int64_t>(i))
                                          : equal_part(all.size, outputs, i);
    const int64_t chunk = size * all.inner;
    if (context.output_wanted(i)) {
      Shape shape = x.shape;
      shape[axis] = size;
      TRY_ASSIGN(const MutableTensorView y, context.output(i, x.dtype, shape));
      Box box;
      box.add({all.outer, all.size * all.inner, chunk});
      box.add({chunk, 1, 1});
      copy_box(context, x.dtype, y.data, element_at(x.data, x.dtype, at), box);
    }
    at += chunk;
  }
  return ok();
}

// Version 13: sizes are an input; 18: num_outputs, which older forms state by their outputs.
constexpr OpDef kOps[] = {
    {.name = "Split",
     .since = 13,
     .inputs = {1, 2},
     .outputs = {1, kAnyCount},
     .infer = infer_split,
     .run = run_split},
};

}  // namespace

std::span<const OpDef> ops_split() { return kOps; }

}  // namespace tundish
