// Scan: a graph over the slices of its inputs, with states carried on and values collected.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/bodies.h"
#include "ops/support/move.h"
#include "ops/support/stack.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr std::string_view kBody = "body";

// The attributes' lists, one entry per scanned input or collected output; absent = zeros.
Result<std::vector<int64_t>> list_of(const Node& node, std::string_view name, size_t count) {
  TRY_ASSIGN(std::vector<int64_t> list, node.attributes.get_ints(name));
  if (list.empty()) list.assign(count, 0);
  if (list.size() == count) return list;
  return InvalidModel(
      cat("attribute ", quoted(name), " has ", list.size(), " entries, expected ", count));
}

Status check_directions(const std::vector<int64_t>& list, std::string_view name) {
  for (const int64_t direction : list) {
    if (direction != 0 && direction != 1) {
      return InvalidModel(cat("attribute ", quoted(name), ": ", direction, " is neither 0 nor 1"));
    }
  }
  return ok();
}

struct Scan {
  const Graph* body;
  BodyInputs inputs;
  size_t first;      ///< input of the first state: 1 in version 8, which begins with the lengths
  size_t states;     ///< carried from slice to slice
  size_t scanned;    ///< inputs cut into slices
  size_t collected;  ///< outputs made of slices
  std::vector<int64_t> input_axes, input_directions, output_axes, output_directions;
};

Result<Scan> scan_of(const Node& node, size_t first) {
  TRY_ASSIGN(const Graph* body, body_of(node, kBody));
  TRY_ASSIGN(BodyInputs inputs, BodyInputs::of(node));
  TRY_ASSIGN(const int64_t scanned, node.attributes.require_int("num_scan_inputs"));
  const size_t own = inputs.own_count();
  if (own < first || scanned < 1 || static_cast<uint64_t>(scanned) > own - first) {
    return InvalidModel(cat("attribute \"num_scan_inputs\": ", scanned, " of ", own, " inputs"));
  }
  Scan scan{.body = body, .inputs = std::move(inputs), .first = first};
  scan.scanned = static_cast<size_t>(scanned);
  scan.states = own - first - scan.scanned;
  if (body->inputs().size() != own - first + scan.inputs.captured(kBody).second) {
    return InvalidModel(
        cat("the body has ", body->inputs().size(), " inputs, the node hands over ", own - first));
  }
  if (body->outputs().size() < scan.states || body->outputs().size() < node.outputs.size()) {
    return InvalidModel(cat("the body makes ", body->outputs().size(), " values, the node carries ",
                            scan.states, " and has ", node.outputs.size(), " outputs"));
  }
  scan.collected = body->outputs().size() - scan.states;
  const bool is_old = first == 1;
  TRY_ASSIGN(scan.input_directions,
             list_of(node, is_old ? "directions" : "scan_input_directions", scan.scanned));
  TRY(check_directions(scan.input_directions, "scan_input_directions"));
  TRY_ASSIGN(scan.input_axes, list_of(node, "scan_input_axes", scan.scanned));
  TRY_ASSIGN(scan.output_axes, list_of(node, "scan_output_axes", scan.collected));
  TRY_ASSIGN(scan.output_directions, list_of(node, "scan_output_directions", scan.collected));
  TRY(check_directions(scan.output_directions, "scan_output_directions"));
  return scan;
}

Status infer_scan(InferContext& context) {
  TRY_ASSIGN(const Scan scan, scan_of(context.node(), 0));
  Dim length;
  for (size_t i = 0; i < scan.scanned; ++i) {
    const ValueType& type = context.input(scan.states + i);
    if (!type.shape) continue;
    TRY_ASSIGN(const size_t axis,
               checked_axis(scan.input_axes[i], type.shape->size(), ErrorCode::kInvalidModel));
    const Dim& own = (*type.shape)[axis];
    if (!own.is_known()) continue;
    if (length.is_known() && !(length == own)) {
      return InvalidModel(
          cat("scanned inputs of ", length.to_string(), " and ", own.to_string(), " slices"));
    }
    length = own;
  }
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    const ValueType& made = scan.body->value(scan.body->outputs()[i]).type;
    if (i < scan.states) {
      TRY_ASSIGN(ValueType type, in(cat("state ", i), merged_type(context.input(i), made)));
      context.set_output(i, std::move(type));
      continue;
    }
    ValueType type = ValueType::tensor(made.dtype, made.shape);
    if (type.shape) {
      TRY_ASSIGN(const size_t axis, checked_axis(scan.output_axes[i - scan.states],
                                                 type.shape->size() + 1, ErrorCode::kInvalidModel));
      type.shape->insert(type.shape->begin() + static_cast<ptrdiff_t>(axis), length);
    }
    context.set_output(i, std::move(type));
  }
  return ok();
}

// One pass over the slices of `scanned`; states in, states and collected values out.
Result<std::vector<Tensor>> run_slices(ExecContext& context, const Scan& scan,
                                       std::vector<Value>& states,
                                       const std::vector<Tensor>& scanned,
                                       const std::vector<size_t>& axes, int64_t length) {
  std::vector<Stack> stacks;
  for (size_t i = 0; i < scan.collected; ++i) {
    stacks.emplace_back(scan.body->value(scan.body->outputs()[scan.states + i]).type);
  }
  std::vector<Value> outside;
  scan.inputs.append(context, kBody, outside);
  for (int64_t turn = 0; turn < length; ++turn) {
    TRY(context.interrupted());
    std::vector<Value> values = states;
    for (size_t i = 0; i < scanned.size(); ++i) {
      const int64_t at = scan.input_directions[i] == 0 ? turn : length - 1 - turn;
      TRY_ASSIGN(Tensor slice, slice_at(scanned[i], axes[i], at));
      values.emplace_back(std::move(slice));
    }
    values.insert(values.end(), outside.begin(), outside.end());
    TRY_ASSIGN(std::vector<Value> made, in(cat("slice ", turn), context.run_graph(kBody, values)));
    std::move(made.begin(), made.begin() + static_cast<ptrdiff_t>(scan.states), states.begin());
    for (size_t i = 0; i < stacks.size(); ++i) {
      TRY(in(cat("slice ", turn), stacks[i].add(made[scan.states + i])));
    }
  }
  std::vector<Tensor> collected;
  for (size_t i = 0; i < stacks.size(); ++i) {
    if (scan.output_directions[i] != 0) stacks[i].reverse();
    TRY_ASSIGN(collected.emplace_back(), stacks[i].join(scan.output_axes[i]));
  }
  return collected;
}

Result<Tensor> tensor_input(const ExecContext& context, size_t i) {
  const Value value = context.input_value(i);
  if (value.tensor() != nullptr && value.tensor()->defined()) return *value.tensor();
  return InvalidArgument(cat("input ", i, " is no tensor"));
}

Status run_scan(ExecContext& context) {
  TRY_ASSIGN(const Scan scan, scan_of(context.node(), 0));
  std::vector<Value> states;
  for (size_t i = 0; i < scan.states; ++i) states.push_back(context.input_value(i));
  std::vector<Tensor> scanned;
  std::vector<size_t> axes;
  int64_t length = -1;
  for (size_t i = 0; i < scan.scanned; ++i) {
    TRY_ASSIGN(const Tensor& tensor, tensor_input(context, scan.states + i));
    TRY_ASSIGN(const size_t axis, checked_axis(scan.input_axes[i], tensor.shape().rank(),
                                               ErrorCode::kInvalidArgument));
    if (length >= 0 && length != tensor.shape()[axis]) {
      return InvalidArgument(
          cat("scanned inputs of ", length, " and ", tensor.shape()[axis], " slices"));
    }
    length = tensor.shape()[axis];
    scanned.push_back(tensor);
    axes.push_back(axis);
  }
  TRY_ASSIGN(std::vector<Tensor> collected,
             run_slices(context, scan, states, scanned, axes, length));
  for (size_t i = 0; i < context.output_count(); ++i) {
    TRY(context.set_output(
        i, i < scan.states ? std::move(states[i]) : Value(std::move(collected[i - scan.states]))));
  }
  return ok();
}

// ---- Version 8: everything has a batch axis in front, and each sample its own length.

Status infer_scan_8(InferContext& context) {
  TRY_ASSIGN(const Scan scan, scan_of(context.node(), 1));
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    const ValueType& made = scan.body->value(scan.body->outputs()[i]).type;
    ValueType type = i < scan.states ? stacked_type(made, Dim())
                                     : stacked_type(stacked_type(made, Dim()), Dim());
    context.set_output(i, std::move(type));
  }
  return ok();
}

// The first `length` slices of a sample, padded with zeros to `whole` of them.
Result<Tensor> padded(const Tensor& tensor, int64_t whole) {
  Shape shape = tensor.shape();
  shape[0] = whole;
  TRY_ASSIGN(Tensor wide, Tensor::allocate(tensor.dtype(), shape));
  copy_elements(tensor.dtype(), wide.mutable_data(), tensor.data(), tensor.element_count());
  return wide;
}

Status run_scan_8(ExecContext& context) {
  TRY_ASSIGN(const Scan scan, scan_of(context.node(), 1));
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < scan.states + scan.scanned; ++i) {
    TRY_ASSIGN(inputs.emplace_back(), tensor_input(context, 1 + i));
    const size_t least = i < scan.states ? 1 : 2;
    if (inputs[i].shape().rank() < least || inputs[i].shape()[0] != inputs[0].shape()[0]) {
      return InvalidArgument(cat("input ", 1 + i, ": ", inputs[i].shape().to_string(),
                                 " has not the batch of input 1"));
    }
  }
  const int64_t batch = inputs[0].shape()[0];
  const int64_t whole = inputs[scan.states].shape()[1];
  std::vector<int64_t> lengths(static_cast<size_t>(batch), whole);
  if (context.has_input(0)) {
    TRY_ASSIGN(lengths, read_integers(context.input(0)));
    if (static_cast<int64_t>(lengths.size()) != batch) {
      return InvalidArgument(cat("input 0 has ", lengths.size(), " lengths, the batch is ", batch));
    }
  }
  std::vector<Stack> results;
  for (size_t i = 0; i < scan.states + scan.collected; ++i) {
    results.emplace_back(scan.body->value(scan.body->outputs()[i]).type);
  }
  const std::vector<size_t> axes(scan.scanned, 0);
  for (int64_t sample = 0; sample < batch; ++sample) {
    const int64_t length = lengths[static_cast<size_t>(sample)];
    if (length < 0 || length > whole) {
      return InvalidArgument(cat("input 0: length ", length, " of sample ", sample));
    }
    std::vector<Value> states;
    std::vector<Tensor> scanned;
    for (size_t i = 0; i < inputs.size(); ++i) {
      TRY_ASSIGN(Tensor one, slice_at(inputs[i], 0, sample));
      if (i < scan.states) {
        states.emplace_back(std::move(one));
      } else {
        scanned.push_back(std::move(one));
      }
    }
    TRY_ASSIGN(std::vector<Tensor> collected,
               run_slices(context, scan, states, scanned, axes, length));
    for (size_t i = 0; i < scan.states; ++i) TRY(results[i].add(states[i]));
    for (size_t i = 0; i < scan.collected; ++i) {
      TRY_ASSIGN(Tensor wide, padded(collected[i], whole));
      TRY(results[scan.states + i].add(wide));
    }
  }
  for (size_t i = 0; i < context.output_count(); ++i) {
    TRY_ASSIGN(Tensor tensor, results[i].join(0));
    TRY(context.set_output(i, std::move(tensor)));
  }
  return ok();
}

constexpr OpDef kOps[] = {{.name = "Scan",
                           .since = 8,
                           .inputs = {0, kAnyCount},  // the lengths may be left out
                           .outputs = {1, kAnyCount},
                           .infer = infer_scan_8,
                           .run = run_scan_8},
                          {.name = "Scan",
                           .since = 9,
                           .inputs = {1, kAnyCount},
                           .outputs = {1, kAnyCount},
                           .infer = infer_scan,
                           .run = run_scan}};

}  // namespace

std::span<const OpDef> ops_scan() { return kOps; }

}  // namespace tundish
