#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>

#include "base/strings.h"
#include "tools/bench/target.h"

namespace tundish {

namespace {

constexpr int64_t kMaxFeeds = 4096;  // different batches that are kept ready

size_t item_bytes(DType dtype) {
  return dtype == DType::kString ? sizeof(std::string) : dtype_bytes(dtype);
}

}  // namespace

double process_cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

Result<BenchRows> BenchRows::make(const std::vector<Tensor>& inputs, int64_t largest_batch) {
  BenchRows rows;
  if (inputs.empty() || inputs[0].shape().rank() == 0)
    return InvalidArgument("no rows to bench on");
  rows.row_count_ = inputs[0].shape()[0];
  int64_t tiled_rows = 0;
  if (largest_batch < 1 || __builtin_add_overflow(rows.row_count_, largest_batch, &tiled_rows)) {
    return InvalidArgument(cat("a batch of ", largest_batch, " rows"));
  }
  for (const Tensor& input : inputs) {
    if (input.shape().rank() == 0 || input.shape()[0] != rows.row_count_ || rows.row_count_ == 0) {
      return InvalidArgument("the inputs to bench on need the same number of rows, at least one");
    }
    Shape shape = input.shape();
    shape[0] = tiled_rows;
    TRY_ASSIGN(Tensor tiled, Tensor::allocate(input.dtype(), shape));
    const int64_t row_elements = input.element_count() / rows.row_count_;
    for (int64_t row = 0; row < shape[0]; ++row) {
      const int64_t source = row % rows.row_count_ * row_elements;
      const int64_t target = row * row_elements;
      if (input.dtype() == DType::kString) {
        std::copy_n(input.values<std::string>().begin() + source, row_elements,
                    tiled.mutable_values<std::string>().begin() + target);
      } else {
        const size_t item = item_bytes(input.dtype());
        std::memcpy(static_cast<char*>(tiled.mutable_data()) + static_cast<size_t>(target) * item,
                    static_cast<const char*>(input.data()) + static_cast<size_t>(source) * item,
                    static_cast<size_t>(row_elements) * item);
      }
    }
    rows.tiled_.push_back(std::move(tiled));
  }
  return rows;
}

std::vector<TensorView> BenchRows::batch(int64_t begin, int64_t batch) const {
  std::vector<TensorView> views;
  for (const Tensor& tensor : tiled_) {
    Shape shape = tensor.shape();
    const int64_t row_elements = shape[0] > 0 ? tensor.element_count() / shape[0] : 0;
    shape[0] = batch;
    const auto offset = static_cast<size_t>(begin % row_count_ * row_elements);
    views.push_back(
        {tensor.dtype(), shape,
         static_cast<const char*>(tensor.data()) + offset * item_bytes(tensor.dtype())});
  }
  return views;
}

Result<std::unique_ptr<NativeTarget>> NativeTarget::open(const std::string& path,
                                                         const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  TRY_ASSIGN(std::shared_ptr<const Model> model, Model::open(path));
  SessionOptions session_options;
  session_options.engine = options.engine;
  session_options.method = options.method;
  session_options.outputs = options.outputs;
  session_options.thread_count = options.thread_count;
  session_options.isa = options.isa;
  session_options.memory = options.memory;
  TRY_ASSIGN(Session session, Session::create(model, session_options));
  auto target =
      std::unique_ptr<NativeTarget>(new NativeTarget(std::move(model), std::move(session)));
  target->load_ms_ =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return target;
}

Status NativeTarget::prepare(int64_t batch) {
  feeds_.clear();
  next_ = 0;
  const int64_t step = std::gcd(batch, rows_->row_count());
  const int64_t different = std::min(rows_->row_count() / step, kMaxFeeds);
  for (int64_t i = 0; i < different; ++i) feeds_.push_back(rows_->batch(i * batch, batch));
  for (int i = 0; i < 3; ++i) TRY(session_.run(feeds_[0]));
  return ok();
}

Status NativeTarget::run_round(double seconds, int64_t least_calls, BenchSamples& samples) {
  const auto count = static_cast<int64_t>(feeds_.size());
  return time_calls(
      [&]() -> Status {
        const auto& feed = feeds_[static_cast<size_t>(next_)];
        if (++next_ == count) next_ = 0;
        TRY(session_.run(feed));
        return ok();
      },
      seconds, least_calls, samples);
}

}  // namespace tundish
