#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/strings.h"
#include "ort/session.h"
#include "tools/bench/ort_library.h"
#include "tools/bench/target.h"

namespace tundish {

namespace {

constexpr int64_t kMaxFeeds = 4096;

class OrtTarget : public BenchTarget {
 public:
  OrtTarget(std::unique_ptr<ort::Session> session, std::shared_ptr<const BenchRows> rows,
            std::vector<size_t> outputs, double load_ms)
      : session_(std::move(session)),
        rows_(std::move(rows)),
        outputs_(std::move(outputs)),
        load_ms_(load_ms) {}

  std::string name() const override { return "onnxruntime"; }
  std::string version() const override { return session_->library().version(); }
  double load_ms() const override { return load_ms_; }

  Status prepare(int64_t batch) override {
    feeds_.clear();
    narrowed_.clear();
    next_ = 0;
    const int64_t step = std::gcd(batch, rows_->row_count());
    const int64_t different = std::min(rows_->row_count() / step, kMaxFeeds);
    for (int64_t i = 0; i < different; ++i) {
      TRY_ASSIGN(const std::vector<Value> inputs, fitted(rows_->batch(i * batch, batch)));
      TRY_ASSIGN(std::unique_ptr<ort::Session::Values> feed, session_->feed(inputs));
      feeds_.push_back(std::move(feed));
    }
    for (int i = 0; i < 3; ++i) TRY(session_->run(*feeds_[0], outputs_, answers_));
    return ok();
  }

  Status run_round(double seconds, int64_t least_calls, BenchSamples& samples) override {
    const size_t count = feeds_.size();
    return time_calls(
        [&]() -> Status {
          const auto& feed = feeds_[next_];
          if (++next_ == count) next_ = 0;
          return session_->run(*feed, outputs_, answers_);
        },
        seconds, least_calls, samples);
  }

 private:
  // Other people's conversions take float32: the rows are narrowed before the clock starts.
  Result<std::vector<Value>> fitted(std::vector<TensorView> views) {
    for (size_t i = 0; i < views.size() && i < session_->input_types().size(); ++i) {
      const bool narrow =
          views[i].dtype == DType::kFloat64 && session_->input_types()[i] == DType::kFloat32;
      if (!narrow) continue;
      TRY_ASSIGN(Tensor copy, Tensor::allocate(DType::kFloat32, views[i].shape));
      std::ranges::transform(views[i].values<double>(), copy.mutable_values<float>().begin(),
                             [](double value) { return static_cast<float>(value); });
      views[i] = copy.view();
      narrowed_.push_back(std::move(copy));
    }
    std::vector<Value> values;
    for (const TensorView& view : views) values.emplace_back(Tensor::borrow(view, nullptr));
    return values;
  }

  std::unique_ptr<ort::Session> session_;
  std::shared_ptr<const BenchRows> rows_;
  std::vector<size_t> outputs_;
  double load_ms_;
  std::vector<Tensor> narrowed_;
  std::vector<std::unique_ptr<ort::Session::Values>> feeds_;
  ort::Session::Values answers_{session_->shared_library()};
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<BenchTarget>> open_ort_target(const PeerOptions& options,
                                                     std::shared_ptr<const BenchRows> rows) {
  TRY_ASSIGN(std::shared_ptr<const ort::Library> library,
             load_ort_library(options.ort_library, options.python));
  const auto begin = std::chrono::steady_clock::now();
  TRY_ASSIGN(
      std::unique_ptr<ort::Session> session,
      ort::Session::open(std::move(library), options.model_path, {options.thread_count, {}}));
  const double load_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  std::vector<size_t> outputs;
  const std::vector<std::string>& names = session->output_names();
  for (const std::string& wanted : options.outputs) {
    const auto found = std::ranges::find(names, wanted);
    if (found != names.end()) outputs.push_back(static_cast<size_t>(found - names.begin()));
  }
  // another converter's names: everything it computes
  if (outputs.empty()) {
    for (size_t i = 0; i < names.size(); ++i) outputs.push_back(i);
  }
  return std::unique_ptr<BenchTarget>(std::make_unique<OrtTarget>(
      std::move(session), std::move(rows), std::move(outputs), load_ms));
}

}  // namespace tundish
