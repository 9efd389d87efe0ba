// FusedElementwise of domain tundish: a chain of element-wise operators in one pass over memory.
// Inputs are float32 and broadcast; attribute `program` says what is computed (see
// support/block_program.h). Made by passes; never written to a portable file.
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "kernels/table.h"
#include "ops/support/block_program.h"
#include "ops/support/broadcast.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

Result<BlockProgram> read_program(const Node& node, size_t input_count) {
  TRY_ASSIGN(const std::string text, node.attributes.get_string("program", ""));
  Result<BlockProgram> program = BlockProgram::parse(text, input_count);
  if (!program) return std::move(program).error().in("attribute \"program\"");
  return program;
}

Status infer_fused(InferContext& context) {
  TRY(read_program(context.node(), context.input_count()));
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY(expect_tensor(context, i, {DType::kFloat32}));
  }
  TRY_ASSIGN(SymbolicShape shape, broadcast_inputs(context));
  context.set_output(0, ValueType::tensor(DType::kFloat32, std::move(shape)));
  return ok();
}

struct FusedState : KernelState {
  BlockProgram program;
  std::string kernel;
  std::string description() const override { return kernel; }
};

Result<std::unique_ptr<KernelState>> prepare_fused(const PrepareContext& context) {
  auto state = std::make_unique<FusedState>();
  TRY_ASSIGN(state->program, read_program(context.node(), context.input_count()));
  state->kernel = cat(kernels::isa_name(context.kernels().isa), " blocks, ",
                      state->program.instructions().size(), " operations");
  return std::unique_ptr<KernelState>(std::move(state));
}

Status run_program(ExecContext& context, const BlockProgram& program) {
  std::array<const TensorView*, BlockProgram::kMostInputs> inputs;
  const size_t count = context.input_count();
  for (size_t i = 0; i < count; ++i) inputs[i] = &context.input(i);
  Shape shape = inputs[0]->shape;
  for (size_t i = 1; i < count; ++i) {
    if (same_shape(inputs[i]->shape, shape)) continue;
    TRY_ASSIGN(shape, broadcast_shapes(shape, inputs[i]->shape));
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, shape));
  if (shape.element_count() == 0) return ok();
  return program.run(context, std::span<const TensorView* const>(inputs.data(), count), shape,
                     static_cast<float*>(y.data));
}

Status run_fused(ExecContext& context) {
  if (const KernelState* state = context.state()) {
    return run_program(context, static_cast<const FusedState*>(state)->program);
  }
  TRY_ASSIGN(const BlockProgram program, read_program(context.node(), context.input_count()));
  return run_program(context, program);
}

constexpr OpDef kOps[] = {
    {.name = "FusedElementwise",
     .domain = kDomainTundish,
     .since = 1,
     .inputs = {1, BlockProgram::kMostInputs},
     .traits = {.elementwise = true, .in_place = true},
     .infer = infer_fused,
     .run = run_fused,
     .prepare = prepare_fused},
};

}  // namespace

std::span<const OpDef> ops_fused_elementwise() { return kOps; }

}  // namespace tundish
