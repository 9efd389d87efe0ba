// STFT: transforms of windows that slide over a signal; computed in double.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/signal.h"

namespace tundish {
namespace {
using namespace ops;

Result<bool> read_onesided(const Node& node) {
  TRY_ASSIGN(const int64_t onesided, node.attributes.get_int("onesided", 1));
  return onesided != 0;
}

// A real signal is [batch, length, 1] or [batch, length], a complex one [batch, length, 2].
Status check_signal(size_t rank, int64_t parts, bool onesided, ErrorCode code) {
  if (rank == 2) return ok();
  if (rank != 3 || (parts != 1 && parts != 2)) {
    return Error(code, "input 0: expected a signal of shape [batch, length, 1 or 2]");
  }
  if (parts == 2 && onesided) {
    return Error(code, "input 0: onesided takes real signals only");
  }
  return ok();
}

Status check_window(const InferContext& context) {
  if (!context.has_input(2)) return ok();
  TRY(expect_tensor(context, 2, AllFloats::kSet, {}));
  TRY(expect_same_dtype(context, 0, 2));
  const std::vector<Dim>* dims = known_dims(context, 2);
  if (dims != nullptr && dims->size() != 1) {
    return InvalidModel(cat("input 2: expected one axis, got ", to_string(context.input(2).shape)));
  }
  return ok();
}

// Length of a frame: input 3, else the window's, else the signal's.
Result<Dim> inferred_frame(const InferContext& context) {
  if (context.has_input(3)) {
    TRY_ASSIGN(const auto given, constant_integer(context, 3));
    if (given && *given < 1) return InvalidModel(cat("input 3: frames of ", *given));
    return given ? Dim(*given) : Dim();
  }
  const std::vector<Dim>* dims = known_dims(context, context.has_input(2) ? 2 : 0);
  if (dims == nullptr) return Dim();
  return context.has_input(2) ? (*dims)[0] : (*dims)[1];
}

Status infer_stft(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet, {}));
  TRY_ASSIGN(const auto step, constant_integer(context, 1));
  if (step && *step < 1) return InvalidModel(cat("input 1: a step of ", *step));
  TRY(check_window(context));
  TRY_ASSIGN(const bool onesided, read_onesided(context.node()));
  const std::vector<Dim>* dims = known_dims(context, 0);
  std::vector<Dim> out(4);
  out[3] = Dim(2);
  if (dims != nullptr) {
    const bool knows_parts = dims->size() != 3 || dims->back().is_known();
    if (knows_parts) {
      const int64_t parts = dims->size() == 3 ? dims->back().size() : 1;
      TRY(check_signal(dims->size(), parts, onesided, ErrorCode::kInvalidModel));
    }
    out[0] = dims->front();
  }
  TRY_ASSIGN(const Dim frame, inferred_frame(context));
  if (frame.is_known()) {
    out[2] = Dim(onesided ? frame.size() / 2 + 1 : frame.size());
    if (dims != nullptr && (*dims)[1].is_known()) {
      const int64_t rest = (*dims)[1].size() - frame.size();
      if (rest < 0) {
        return InvalidModel(cat("frames of ", frame.size(), " of a signal of ", (*dims)[1].size()));
      }
      if (step) out[1] = Dim(1 + rest / *step);
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

struct Frames {
  Parts parts;
  int64_t length, step, count, bins;
  std::vector<double> window;  ///< factors of a frame's first samples; the rest is zero
};

void transform_frame(const Frames& frames, const Fft& fft, const TensorView& x,
                     const MutableTensorView& y, int64_t index, Complex* data, Complex* work) {
  const auto parts = static_cast<int64_t>(frames.parts);
  const int64_t begin = index % frames.count * frames.step;
  const int64_t batch = index / frames.count;
  const auto taken =
      std::min({static_cast<int64_t>(frames.window.size()), fft.length(), frames.length - begin});
  read_signal(x, (batch * frames.length + begin) * parts, parts, taken, frames.parts, data);
  for (int64_t i = 0; i < taken; ++i) {
    const double factor = frames.window[static_cast<size_t>(i)];
    data[i] = {data[i].re * factor, data[i].im * factor};
  }
  std::fill(data + taken, data + fft.length(), Complex());
  fft.forward(data, work);
  write_signal(y, index * frames.bins * 2, 2, frames.bins, Parts::kComplex, data);
}

Result<Frames> read_frames(const ExecContext& context, int64_t& frame) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const bool onesided, read_onesided(context.node()));
  const size_t rank = x.shape.rank();
  TRY(check_signal(rank, rank == 3 ? x.shape[2] : 1, onesided, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const auto step, given_integer(context, 1));
  TRY_ASSIGN(const auto given, given_integer(context, 3));
  Frames frames{rank == 3 && x.shape[2] == 2 ? Parts::kComplex : Parts::kReal,
                x.shape[1],
                step.value_or(0),
                0,
                0,
                {}};
  if (frames.step < 1) return InvalidArgument(cat("input 1: a step of ", frames.step));
  const bool has_window = context.input_count() > 2 && context.has_input(2);
  if (has_window) {
    const TensorView& window = context.input(2);
    if (window.shape.rank() != 1) {
      return InvalidArgument(cat("input 2: expected one axis, got ", window.shape.to_string()));
    }
    std::vector<Complex> factors(static_cast<size_t>(window.shape[0]));
    read_signal(window, 0, 1, window.shape[0], Parts::kReal, factors.data());
    for (const Complex& factor : factors) frames.window.push_back(factor.re);
  }
  frame = given.value_or(has_window ? static_cast<int64_t>(frames.window.size()) : frames.length);
  if (frame < 1 || frame > frames.length) {
    return InvalidArgument(cat("frames of ", frame, " of a signal of ", frames.length));
  }
  if (!has_window) frames.window.assign(static_cast<size_t>(frame), 1);
  frames.count = 1 + (frames.length - frame) / frames.step;
  frames.bins = onesided ? frame / 2 + 1 : frame;
  return frames;
}

// Pieces that the frames are cut into at most: each needs memory.
constexpr int64_t kMostPieces = 64;

Status run_stft(ExecContext& context) {
  const TensorView& x = context.input(0);
  int64_t frame = 0;
  TRY_ASSIGN(const Frames frames, read_frames(context, frame));
  TRY_ASSIGN(const Fft fft, Fft::make(frame));
  const auto count = checked_mul(x.shape[0], frames.count);
  if (!count) return InvalidArgument("the number of frames overflows");
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, x.dtype, Shape{x.shape[0], frames.count, frames.bins, 2}));
  const int64_t grain = std::max((*count + kMostPieces - 1) / kMostPieces,
                                 std::max<int64_t>(1, kCostlyGrain / frame));
  const int64_t pieces = context.thread_count() == 1 ? 1 : (*count + grain - 1) / grain;
  const int64_t each = frame + fft.work_size();
  TRY_ASSIGN(Tensor memory, Tensor::allocate(DType::kFloat64, Shape{pieces, 2 * each}));
  auto* buffers = static_cast<Complex*>(memory.mutable_data());
  auto piece = [&](int64_t begin, int64_t end) {
    Complex* data = buffers + (pieces == 1 ? 0 : begin / grain) * each;
    for (int64_t index = begin; index < end; ++index) {
      transform_frame(frames, fft, x, y, index, data, data + frame);
    }
  };
  if (pieces == 1) {
    piece(0, *count);
  } else {
    context.parallel_for(*count, grain, piece);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "STFT", .since = 17, .inputs = {2, 4}, .infer = infer_stft, .run = run_stft},
};

}  // namespace

std::span<const OpDef> ops_stft() { return kOps; }

}  // namespace tundish
