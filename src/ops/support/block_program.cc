#include "ops/support/block_program.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/strings.h"
#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/broadcast.h"
#include "ops/support/elementwise.h"
#include "ops/support/float_power.h"

namespace tundish::ops {
namespace {

using kernels::PairFunction;
using kernels::VectorFunction;
using kernels::VectorKernels;

struct Known {
  std::string_view name;
  BlockOp op;
  size_t operands;
  int64_t cost;  // in additions
};
constexpr Known kKnown[] = {
    {"Add", BlockOp::kAdd, 2, 1},
    {"Sub", BlockOp::kSub, 2, 1},
    {"Mul", BlockOp::kMul, 2, 1},
    {"Div", BlockOp::kDiv, 2, 2},
    {"Min", BlockOp::kMin, 2, 1},
    {"Max", BlockOp::kMax, 2, 1},
    {"Pow", BlockOp::kPow, 2, 40},
    {"Neg", BlockOp::kNeg, 1, 1},
    {"Abs", BlockOp::kAbs, 1, 1},
    {"Sqrt", BlockOp::kSqrt, 1, 2},
    {"Reciprocal", BlockOp::kReciprocal, 1, 2},
    {"Relu", BlockOp::kRelu, 1, 1},
    {"Exp", BlockOp::kExp, 1, 4},
    {"Log", BlockOp::kLog, 1, 20},
    {"Tanh", BlockOp::kTanh, 1, 6},
    {"Sigmoid", BlockOp::kSigmoid, 1, 5},
    {"Erf", BlockOp::kErf, 1, 6},
    {"Gelu", BlockOp::kGelu, 1, 8},
    {"Silu", BlockOp::kSilu, 1, 6},
};

PairFunction pair_function(const VectorKernels& vector, BlockOp op) {
  switch (op) {
    case BlockOp::kAdd: return vector.add;
    case BlockOp::kSub: return vector.sub;
    case BlockOp::kMul: return vector.mul;
    case BlockOp::kDiv: return vector.div;
    case BlockOp::kMin: return vector.min;
    case BlockOp::kMax: return vector.max;
    default: return nullptr;
  }
}

VectorFunction vector_function(const VectorKernels& vector, BlockOp op) {
  switch (op) {
    case BlockOp::kNeg: return vector.neg;
    case BlockOp::kAbs: return vector.abs;
    case BlockOp::kSqrt: return vector.sqrt;
    case BlockOp::kReciprocal: return vector.reciprocal;
    case BlockOp::kRelu: return vector.relu;
    case BlockOp::kExp: return vector.exp;
    case BlockOp::kTanh: return vector.tanh;
    case BlockOp::kSigmoid: return vector.sigmoid;
    case BlockOp::kErf: return vector.erf;
    case BlockOp::kGelu: return vector.gelu_erf;
    case BlockOp::kSilu: return vector.silu;
    default: return nullptr;
  }
}

// ---- Text

std::string_view next_word(std::string_view& text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\n"), text.size());
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \t\n"));
  text.remove_prefix(word.size());
  return word;
}

// Operands as written: inputs, and results by instruction.
Result<BlockOperand> read_operand(std::string_view word, size_t inputs, size_t results) {
  BlockOperand operand;
  const char* end = word.data() + word.size();
  const bool has_letter = word.size() >= 2 && (word[0] == 'x' || word[0] == 't');
  if (has_letter) {
    operand.is_input = word[0] == 'x';
    const auto read = std::from_chars(word.data() + 1, end, operand.index);
    const size_t count = operand.is_input ? inputs : results;
    if (read.ec == std::errc() && read.ptr == end && operand.index < count) return operand;
  }
  return InvalidModel(cat("operand ", quoted(word), " with ", inputs, " inputs and ", results,
                          " results before it"));
}

Result<BlockInstruction> read_instruction(std::string_view text, size_t inputs, size_t results) {
  const std::string_view name = next_word(text);
  const auto* const known = std::ranges::find(kKnown, name, &Known::name);
  if (known == std::end(kKnown)) return InvalidModel(cat("operation ", quoted(name)));
  BlockInstruction instruction;
  instruction.op = known->op;
  for (size_t i = 0; i < known->operands; ++i) {
    TRY_ASSIGN(instruction.operands[i], read_operand(next_word(text), inputs, results));
  }
  if (known->operands == 1) instruction.operands[1] = instruction.operands[0];
  if (const std::string_view rest = next_word(text); !rest.empty()) {
    return InvalidModel(cat(name, " has an operand too many: ", quoted(rest)));
  }
  return instruction;
}

Status check_inputs_are_read(std::span<const BlockInstruction> instructions, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const bool is_read = std::ranges::any_of(instructions, [&](const BlockInstruction& one) {
      return std::ranges::any_of(one.operands, [&](const BlockOperand& operand) {
        return operand.is_input && operand.index == i;
      });
    });
    if (!is_read) return InvalidModel(cat("no operation reads input ", i));
  }
  return ok();
}

// Buffers in place of results: one is free again after its last reader. Returns how many.
Result<size_t> assign_buffers(std::span<BlockInstruction> instructions) {
  std::vector<size_t> last_reader(instructions.size(), 0);
  for (size_t i = 0; i < instructions.size(); ++i) {
    for (const BlockOperand& operand : instructions[i].operands) {
      if (!operand.is_input) last_reader[operand.index] = i;
    }
  }
  std::vector<uint16_t> buffer_of(instructions.size(), 0);
  std::vector<uint16_t> free;
  uint16_t count = 0;
  for (size_t i = 0; i < instructions.size(); ++i) {
    BlockInstruction& one = instructions[i];
    const BlockOperand before[] = {one.operands[0], one.operands[1]};
    for (BlockOperand& operand : one.operands) {
      if (!operand.is_input) operand.index = buffer_of[operand.index];
    }
    for (size_t k = 0; k < 2; ++k) {
      const bool is_twice = k == 1 && !before[0].is_input && before[0].index == before[1].index;
      if (before[k].is_input || is_twice || last_reader[before[k].index] != i) continue;
      free.push_back(one.operands[k].index);
    }
    if (free.empty()) free.push_back(count++);
    if (count > BlockProgram::kMostBuffers) {
      return Limit(cat("more than ", BlockProgram::kMostBuffers, " results wait for a reader"));
    }
    one.result = buffer_of[i] = free.back();
    free.pop_back();
  }
  return count;
}

// ---- Blocks

// Floats on the stack of a thread: half of the first cache of common processors.
constexpr size_t kStackFloats = 8192;
constexpr size_t kLongestBlock = 1024;
// An input whose innermost run is shorter is copied into a buffer block by block.
constexpr int64_t kShortRun = 128;

// An input while a range of elements is computed. Without initial values: room is made for many.
struct Source {
  const float* data;
  BroadcastLoop<1> loop;
  bool is_copied;

  int64_t run() const { return loop.sizes[loop.rank - 1]; }
  int64_t step() const { return loop.strides[0][loop.rank - 1]; }
  // Where output element `at` is read from.
  const float* place(int64_t at) const {
    if (loop.rank == 1) return data + at * loop.strides[0][0];
    int64_t offset = 0;
    for (size_t axis = loop.rank; axis-- > 0;) {
      offset += at % loop.sizes[axis] * loop.strides[0][axis];
      at /= loop.sizes[axis];
    }
    return data + offset;
  }
  void copy(int64_t at, int64_t count, float* to) const {
    while (count > 0) {
      const int64_t part = std::min(count, run() - at % run());
      const float* from = place(at);
      if (step() == 0) {
        std::fill_n(to, part, *from);
      } else {
        std::copy_n(from, part, to);
      }
      at += part;
      to += part;
      count -= part;
    }
  }
};

struct Operand {
  const float* data;
  size_t step;
};

void power_block(const VectorKernels& vector, Operand a, Operand b, size_t count, float* y) {
  if (b.step == 0 && *b.data == 2) return vector.mul(a.data, a.step, a.data, a.step, count, y);
  for (size_t i = 0; i < count; ++i) {
    y[i] = float_power(a.data[i * a.step], b.data[i * b.step]);
  }
}

void apply(const VectorKernels& vector, BlockOp op, Operand a, Operand b, size_t count, float* y) {
  if (const PairFunction pair = pair_function(vector, op)) {
    return pair(a.data, a.step, b.data, b.step, count, y);
  }
  if (op == BlockOp::kPow) return power_block(vector, a, b, count, y);
  if (a.step == 0) {
    std::fill_n(y, count, *a.data);
    a.data = y;
  }
  if (const VectorFunction function = vector_function(vector, op)) {
    return function(a.data, count, y);
  }
  for (size_t i = 0; i < count; ++i) y[i] = std::log(a.data[i]);
}

// One thread's work.
class BlockRunner {
 public:
  BlockRunner(const VectorKernels& vector, const BlockProgram& program,
              std::span<const Source> sources)
      : vector_(vector), program_(program), sources_(sources) {
    size_t buffers = program.buffer_count();
    for (const Source& source : sources) buffers += source.is_copied ? 1 : 0;
    block_ = std::min(kLongestBlock, kStackFloats / std::max<size_t>(buffers, 1) / 16 * 16);
  }

  void run(int64_t begin, int64_t end, float* y) {
    while (begin < end) {
      int64_t count = std::min(static_cast<int64_t>(block_), end - begin);
      for (const Source& source : sources_) {
        if (source.is_copied) continue;
        count = std::min(count, source.run() - begin % source.run());
      }
      run_block(begin, static_cast<size_t>(count), y + begin);
      begin += count;
    }
  }

 private:
  void run_block(int64_t at, size_t count, float* y) {
    std::array<Operand, BlockProgram::kMostInputs> inputs;
    size_t copies = program_.buffer_count();
    for (size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      if (source.is_copied) {
        float* const copy = buffer(copies++);
        source.copy(at, static_cast<int64_t>(count), copy);
        inputs[i] = {copy, 1};
      } else {
        inputs[i] = {source.place(at), static_cast<size_t>(source.step())};
      }
    }
    const auto operand = [&](const BlockOperand& from) {
      return from.is_input ? inputs[from.index] : Operand{buffer(from.index), 1};
    };
    const std::span<const BlockInstruction> instructions = program_.instructions();
    for (const BlockInstruction& one : instructions) {
      float* const result = &one == &instructions.back() ? y : buffer(one.result);
      apply(vector_, one.op, operand(one.operands[0]), operand(one.operands[1]), count, result);
    }
  }
  float* buffer(size_t i) { return memory_.data() + i * block_; }

  const VectorKernels& vector_;
  const BlockProgram& program_;
  std::span<const Source> sources_;
  size_t block_;
  alignas(64) std::array<float, kStackFloats> memory_;
};

}  // namespace

Result<BlockProgram> BlockProgram::parse(std::string_view text, size_t input_count) {
  if (input_count > kMostInputs) {
    return Limit(cat(input_count, " inputs, at most ", kMostInputs, " are possible"));
  }
  BlockProgram program;
  for (bool is_last = false; !is_last;) {
    const size_t end = text.find(';');
    is_last = end == std::string_view::npos;
    const size_t results = program.instructions_.size();
    if (results == kMostInstructions) {
      return Limit(cat("more than ", kMostInstructions, " instructions"));
    }
    Result<BlockInstruction> one = read_instruction(text.substr(0, end), input_count, results);
    if (!one) return std::move(one).error().in(cat("instruction ", results));
    program.cost_ += std::ranges::find(kKnown, one.value().op, &Known::op)->cost;
    program.instructions_.push_back(one.value());
    if (!is_last) text.remove_prefix(end + 1);
  }
  TRY(check_inputs_are_read(program.instructions_, input_count));
  TRY_ASSIGN(program.buffer_count_, assign_buffers(program.instructions_));
  return program;
}

Status BlockProgram::run(ExecContext& context, std::span<const TensorView* const> inputs,
                         const Shape& out, float* y) const {
  std::array<Source, kMostInputs> sources;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Source& source = sources[i];
    source.data = static_cast<const float*>(inputs[i]->data);
    source.loop = BroadcastLoop<1>::make(out, {&inputs[i]->shape});
    source.is_copied = source.loop.rank > 1 && source.run() < kShortRun;
  }
  const std::span<const Source> used(sources.data(), inputs.size());
  const VectorKernels& vector = *context.kernels().vector;
  const int64_t count = out.element_count();
  auto part = [&](int64_t begin, int64_t end) {
    BlockRunner(vector, *this, used).run(begin, end, y);
  };
  const int64_t grain = std::max<int64_t>(1024, kCheapGrain / cost_ / 1024 * 1024);
  if (count <= grain || context.thread_count() == 1) {
    part(0, count);
  } else {
    context.parallel_for(count, grain, part);
  }
  return ok();
}

}  // namespace tundish::ops
