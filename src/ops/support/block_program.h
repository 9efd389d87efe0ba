// Programs of element-wise operations on float32, run block by block so that what lies between the
// operations stays in the first cache.
//
// Text: instructions separated by ';', each the ONNX name of an operation and its operands: x0, x1,
// ... are the inputs, t0, t1, ... the results of the instructions before. The last instruction's
// result is the answer. "Mul x0 x1; Add t0 x2; Tanh t1"
#ifndef TUNDISH_OPS_SUPPORT_BLOCK_PROGRAM_H_
#define TUNDISH_OPS_SUPPORT_BLOCK_PROGRAM_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ir/exec_context.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

enum class BlockOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMin,
  kMax,
  kPow,
  kNeg,
  kAbs,
  kSqrt,
  kReciprocal,
  kRelu,
  kExp,
  kLog,
  kTanh,
  kSigmoid,
  kErf,
  kGelu,
  kSilu,
};

struct BlockOperand {
  bool is_input = false;
  uint16_t index = 0;  ///< of the input, or of the buffer that holds a result
};

struct BlockInstruction {
  BlockOp op = BlockOp::kAdd;
  BlockOperand operands[2];  ///< the second counts for the pair operations alone
  uint16_t result = 0;       ///< buffer; that of the last instruction is the output itself
};

class BlockProgram {
 public:
  static constexpr size_t kMostInstructions = 256;
  static constexpr size_t kMostInputs = 32;
  static constexpr size_t kMostBuffers = 64;

  /// kInvalidModel: text that is no program, or does not use exactly the inputs there are; kLimit.
  static Result<BlockProgram> parse(std::string_view text, size_t input_count);

  std::span<const BlockInstruction> instructions() const { return instructions_; }
  size_t buffer_count() const { return buffer_count_; }
  /// How much longer than an addition it takes, roughly.
  int64_t cost() const { return cost_; }

  /// Computes into `y`, of shape `out`, to which the inputs are broadcast. The bits are those of
  /// the single operators.
  Status run(ExecContext& context, std::span<const TensorView* const> inputs, const Shape& out,
             float* y) const;

 private:
  std::vector<BlockInstruction> instructions_;
  size_t buffer_count_ = 0;
  int64_t cost_ = 0;
};

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_BLOCK_PROGRAM_H_
