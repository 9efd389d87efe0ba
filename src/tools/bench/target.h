// Something that answers batches of rows and is timed: our session, or a peer.
#ifndef TUNDISH_TOOLS_BENCH_TARGET_H_
#define TUNDISH_TOOLS_BENCH_TARGET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/session.h"
#include "tundish/value.h"

namespace tundish {

/// Rows in memory, repeated behind their end, so that a batch may begin at any row and wrap round.
class BenchRows {
 public:
  /// `inputs` hold the same number of rows (first axis), at least one; `largest_batch` as asked
  /// later.
  static Result<BenchRows> make(const std::vector<Tensor>& inputs, int64_t largest_batch);

  int64_t row_count() const { return row_count_; }
  /// Rows [begin, begin + batch) with begin taken modulo the number of rows.
  std::vector<TensorView> batch(int64_t begin, int64_t batch) const;

 private:
  std::vector<Tensor> tiled_;
  int64_t row_count_ = 0;
};

/// Durations of whole calls. A call under 2 us is timed in groups; then each sample is a group's
/// time divided by its calls.
struct BenchSamples {
  int64_t calls = 0;
  double cpu_ns = 0;  ///< process CPU time over the timed calls
  std::vector<double> call_ns;
};

class BenchTarget {
 public:
  virtual ~BenchTarget() = default;
  virtual std::string name() const = 0;
  virtual std::string version() const = 0;
  virtual double load_ms() const = 0;
  /// Gets ready for this batch size and warms up.
  virtual Status prepare(int64_t batch) = 0;
  /// Calls for `seconds`, at least `least_calls`, each on the next rows; appends to `samples`.
  virtual Status run_round(double seconds, int64_t least_calls, BenchSamples& samples) = 0;
};

/// Times `call(i)` (a Status) over and over; the loop that every target in this process uses.
template <class Call>
Status time_calls(Call&& call, double seconds, int64_t least_calls, BenchSamples& samples);

/// Our own session, single input or several.
class NativeTarget : public BenchTarget {
 public:
  struct Options {
    std::string engine = "native";
    std::string method;  ///< empty: `outputs`, or all
    std::vector<std::string> outputs;
    int thread_count = 1;
    std::string isa;
    SessionOptions::Memory memory = SessionOptions::Memory::kFast;
  };
  static Result<std::unique_ptr<NativeTarget>> open(const std::string& path,
                                                    const Options& options);

  std::string name() const override { return std::string(session_.engine()); }
  std::string version() const override { return std::string(tundish::version()); }
  double load_ms() const override { return load_ms_; }
  Status prepare(int64_t batch) override;
  Status run_round(double seconds, int64_t least_calls, BenchSamples& samples) override;

  const Model& model() const { return *model_; }
  Session& session() { return session_; }
  void set_rows(std::shared_ptr<const BenchRows> rows) { rows_ = std::move(rows); }

 private:
  NativeTarget(std::shared_ptr<const Model> model, Session session)
      : model_(std::move(model)), session_(std::move(session)) {}
  std::shared_ptr<const Model> model_;
  Session session_;
  std::shared_ptr<const BenchRows> rows_;
  std::vector<std::vector<TensorView>> feeds_;
  int64_t next_ = 0;
  double load_ms_ = 0;
};

struct PeerOptions {
  std::string model_path;            ///< what the peer loads
  std::vector<std::string> outputs;  ///< graph outputs (ORT)
  std::string method;                ///< scikit-learn's method
  int thread_count = 1;
  std::string python = "python3";
  std::string ort_library;
};

/// ONNX Runtime through its C interface.
Result<std::unique_ptr<BenchTarget>> open_ort_target(const PeerOptions& options,
                                                     std::shared_ptr<const BenchRows> rows);
/// scikit-learn in a child process that measures itself.
Result<std::unique_ptr<BenchTarget>> open_sklearn_target(const PeerOptions& options,
                                                         std::shared_ptr<const BenchRows> rows);

/// Nanoseconds of CPU that this process has used.
double process_cpu_ns();

}  // namespace tundish

#include "tools/bench/time_calls.inl.h"

#endif  // TUNDISH_TOOLS_BENCH_TARGET_H_
