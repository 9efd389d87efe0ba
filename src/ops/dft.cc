// DFT along one axis, forward and inverse, of real and complex signals; computed in double.
//
// Version 17 has the axis as an attribute (lifted at import).
#include <algorithm>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/signal.h"

namespace tundish {
namespace {
using namespace ops;

struct Direction {
  bool inverse = false;
  bool onesided = false;
};

Result<Direction> read_direction(const Node& node) {
  TRY_ASSIGN(const int64_t inverse, node.attributes.get_int("inverse", 0));
  TRY_ASSIGN(const int64_t onesided, node.attributes.get_int("onesided", 0));
  return Direction{inverse != 0, onesided != 0};
}

// The last axis holds one part of each number or both; which one, the direction may demand.
Status check_parts(const Direction& direction, int64_t parts, ErrorCode code) {
  if (parts != 1 && parts != 2) {
    return Error(code, cat("input 0: the last axis has size ", parts, ", expected 1 or 2"));
  }
  if (direction.onesided && (parts == 2) != direction.inverse) {
    return Error(code, cat("input 0: onesided with inverse ", direction.inverse ? 1 : 0, " takes ",
                           direction.inverse ? "complex" : "real", " numbers only"));
  }
  return ok();
}

Result<size_t> signal_axis(int64_t axis, size_t rank, ErrorCode code) {
  TRY_ASSIGN(const size_t found, checked_axis(axis, rank, code));
  if (found + 1 == rank) return Error(code, cat("axis ", axis, " holds the parts of a number"));
  return found;
}

// Bins or samples that come out of a transform of `length`.
int64_t output_size(const Direction& direction, int64_t length) {
  return direction.onesided && !direction.inverse ? length / 2 + 1 : length;
}
int64_t default_length(const Direction& direction, int64_t size) {
  return direction.onesided && direction.inverse ? 2 * (size - 1) : size;
}

Result<std::optional<size_t>> inferred_axis(const InferContext& context, size_t rank) {
  int64_t axis = -2;
  if (context.has_input(2)) {
    TRY_ASSIGN(const auto given, constant_integer(context, 2));
    if (!given) return std::optional<size_t>();
    axis = *given;
  }
  TRY_ASSIGN(const size_t found, signal_axis(axis, rank, ErrorCode::kInvalidModel));
  return std::optional<size_t>(found);
}

Status infer_dft(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet, {}));
  TRY_ASSIGN(const Direction direction, read_direction(context.node()));
  TRY_ASSIGN(const auto length, constant_integer(context, 1));
  if (length && *length < 1) return InvalidModel(cat("input 1: a length of ", *length));
  TRY(constant_integer(context, 2));
  const std::vector<Dim>* dims = known_dims(context, 0);
  SymbolicShape out;
  if (dims != nullptr) {
    if (dims->size() < 2) return InvalidModel("input 0: expected at least two axes");
    if (dims->back().is_known()) {
      TRY(check_parts(direction, dims->back().size(), ErrorCode::kInvalidModel));
    }
    TRY_ASSIGN(const auto axis, inferred_axis(context, dims->size()));
    out = *dims;
    out->back() = Dim(direction.onesided && direction.inverse ? 1 : 2);
    if (!axis) {
      std::fill(out->begin(), out->end() - 1, Dim());
    } else {
      Dim& size = (*out)[*axis];
      if (length) {
        size = Dim(output_size(direction, *length));
      } else if (context.has_input(1)) {
        size = Dim();
      } else if (size.is_known()) {
        size = Dim(output_size(direction, default_length(direction, size.size())));
      } else if (direction.onesided) {
        size = Dim();
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// A run: lines of `size` numbers, `inner` of them side by side, become lines of `out_size`.
struct Lines {
  Direction direction;
  Parts parts;
  int64_t size, out_size, outer, inner;
};

// What the bins of a real signal's first half say of all of them.
void complete(Complex* data, int64_t length) {
  data[0].im = 0;
  if (length % 2 == 0) data[length / 2].im = 0;
  for (int64_t k = length / 2 + 1; k < length; ++k) data[k] = conjugate(data[length - k]);
}

void transform_line(const Lines& lines, const Fft& fft, const TensorView& x,
                    const MutableTensorView& y, int64_t line, Complex* data, Complex* work) {
  const int64_t length = fft.length();
  const auto parts = static_cast<int64_t>(lines.parts);
  const int64_t out_parts = lines.direction.onesided && lines.direction.inverse ? 1 : 2;
  const int64_t row = line / lines.inner;
  const int64_t column = line % lines.inner;
  const bool is_half = lines.direction.onesided && lines.direction.inverse;
  const int64_t taken = std::min(lines.size, is_half ? length / 2 + 1 : length);
  read_signal(x, (row * lines.size * lines.inner + column) * parts, lines.inner * parts, taken,
              lines.parts, data);
  std::fill(data + taken, data + length, Complex());
  if (is_half) complete(data, length);
  if (lines.direction.inverse) {
    fft.inverse(data, work);
  } else {
    fft.forward(data, work);
  }
  write_signal(y, (row * lines.out_size * lines.inner + column) * out_parts,
               lines.inner * out_parts, lines.out_size, static_cast<Parts>(out_parts), data);
}

// Pieces that the lines are cut into at most: each needs memory.
constexpr int64_t kMostPieces = 64;

Status transform(ExecContext& context, const Lines& lines, const Fft& fft,
                 const MutableTensorView& y) {
  const TensorView& x = context.input(0);
  const int64_t count = lines.outer * lines.inner;
  // Each range of lines has memory of its own, found by where the range begins.
  const int64_t grain = std::max((count + kMostPieces - 1) / kMostPieces,
                                 std::max<int64_t>(1, kCostlyGrain / fft.length()));
  const int64_t pieces = context.thread_count() == 1 ? 1 : (count + grain - 1) / grain;
  const int64_t each = fft.length() + fft.work_size();
  TRY_ASSIGN(Tensor memory, Tensor::allocate(DType::kFloat64, Shape{pieces, 2 * each}));
  auto* buffers = static_cast<Complex*>(memory.mutable_data());
  auto piece = [&](int64_t begin, int64_t end) {
    Complex* data = buffers + (pieces == 1 ? 0 : begin / grain) * each;
    for (int64_t line = begin; line < end; ++line) {
      transform_line(lines, fft, x, y, line, data, data + fft.length());
    }
  };
  if (pieces == 1) {
    piece(0, count);
  } else {
    context.parallel_for(count, grain, piece);
  }
  return ok();
}

Status run_dft(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const Direction direction, read_direction(context.node()));
  TRY_ASSIGN(const auto given_length, given_integer(context, 1));
  TRY_ASSIGN(const auto given_axis, given_integer(context, 2));
  const size_t rank = x.shape.rank();
  if (rank < 2) return InvalidArgument("input 0: expected at least two axes");
  TRY_ASSIGN(const size_t axis,
             signal_axis(given_axis.value_or(-2), rank, ErrorCode::kInvalidArgument));
  TRY(check_parts(direction, x.shape[rank - 1], ErrorCode::kInvalidArgument));
  Lines lines{direction, static_cast<Parts>(x.shape[rank - 1]), x.shape[axis], 0, 1, 1};
  const int64_t length = given_length.value_or(default_length(direction, lines.size));
  TRY_ASSIGN(const Fft fft, in("input 1", Fft::make(length)));
  lines.out_size = output_size(direction, length);
  for (size_t k = 0; k < axis; ++k) lines.outer *= x.shape[k];
  for (size_t k = axis + 1; k + 1 < rank; ++k) lines.inner *= x.shape[k];
  Shape shape = x.shape;
  shape[axis] = lines.out_size;
  shape[rank - 1] = direction.onesided && direction.inverse ? 1 : 2;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  return transform(context, lines, fft, y);
}

constexpr OpDef kOps[] = {
    {.name = "DFT", .since = 20, .inputs = {1, 3}, .infer = infer_dft, .run = run_dft},
};

}  // namespace

std::span<const OpDef> ops_dft() { return kOps; }

}  // namespace tundish
