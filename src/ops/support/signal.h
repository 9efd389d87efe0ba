// Signals of DFT and STFT: real or complex numbers along the last axis, of any floating type.
#ifndef TUNDISH_OPS_SUPPORT_SIGNAL_H_
#define TUNDISH_OPS_SUPPORT_SIGNAL_H_

#include <cstdint>
#include <optional>

#include "ir/exec_context.h"
#include "ops/support/fft.h"
#include "tundish/result.h"

namespace tundish::ops {

/// How a number is held: one element, or two, the real part first.
enum class Parts : uint8_t { kReal = 1, kComplex = 2 };

/// out[i] = the number at element begin + i * step of `view`.
void read_signal(const TensorView& view, int64_t begin, int64_t step, int64_t count, Parts parts,
                 Complex* out);
/// Writes real parts, or both parts of each, to the elements from begin + i * step on.
void write_signal(const MutableTensorView& view, int64_t begin, int64_t step, int64_t count,
                  Parts parts, const Complex* in);

/// One integer given as a constant; nothing where it is not known yet. kInvalidModel for another
/// type or number of elements.
Result<std::optional<int64_t>> constant_integer(const InferContext& context, size_t i);
/// One integer of input i, nothing where the input is left out.
Result<std::optional<int64_t>> given_integer(const ExecContext& context, size_t i);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_SIGNAL_H_
