#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "data/row_writer.h"
#include "tools/bench/number_of.h"
#include "tools/bench/target.h"

namespace tundish {

namespace {

// What the child runs. It reads commands from stdin, a line each, and times itself.
constexpr std::string_view kScript = R"PY(
import sys, time, os, warnings
def failed(kind, error, trace):
    text = kind.__name__ + ": " + " ".join(str(error).split())
    print("failed", text.encode("ascii", "backslashreplace").decode(), flush=True)
sys.excepthook = failed
for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS":
    os.environ[name] = sys.argv[4]
warnings.filterwarnings("ignore")
import numpy as np, joblib, sklearn
model_path, rows_path, method = sys.argv[1:4]
begin = time.perf_counter()
model = joblib.load(model_path)
load_ms = (time.perf_counter() - begin) * 1e3
X = np.load(rows_path)
rows = len(X)
call = getattr(model, method)
print("ready", sklearn.__version__, load_ms, flush=True)
batch, tiled, at = 1, X, 0
for line in sys.stdin:
    words = line.split()
    if words[0] == "prepare":
        batch, at = int(words[1]), 0
        tiled = np.concatenate([X] * (1 + -(-batch // rows)))
        call(tiled[:batch])
        print("prepared", flush=True)
    elif words[0] == "round":
        seconds, least = float(words[1]), int(words[2])
        times = []
        cpu = time.process_time_ns()
        start = time.perf_counter_ns()
        now = start
        while len(times) < least or now - start < seconds * 1e9:
            part = tiled[at:at + batch]
            before = time.perf_counter_ns()
            call(part)
            now = time.perf_counter_ns()
            times.append(now - before)
            at = (at + batch) % rows
        cpu = time.process_time_ns() - cpu
        print("times", cpu, *times, flush=True)
)PY";

class SklearnTarget : public BenchTarget {
 public:
  ~SklearnTarget() override {
    if (to_child_ >= 0) ::close(to_child_);
    if (from_child_ != nullptr) std::fclose(from_child_);
    if (child_ > 0) {
      ::kill(child_, SIGTERM);
      ::waitpid(child_, nullptr, 0);
    }
    if (!rows_path_.empty()) ::unlink(rows_path_.c_str());
  }

  std::string name() const override { return "scikit-learn"; }
  std::string version() const override { return version_; }
  double load_ms() const override { return load_ms_; }

  Status start(const PeerOptions& options, const BenchRows& rows) {
    TRY(write_rows(rows));
    TRY(spawn(options));
    TRY_ASSIGN(const std::vector<std::string> words, answer("ready"));
    if (words.size() != 3) return Io("scikit-learn's process gave no version");
    version_ = words[1];
    load_ms_ = number_of(words[2]);
    return ok();
  }

  Status prepare(int64_t batch) override {
    TRY(send(cat("prepare ", batch)));
    TRY(answer("prepared"));
    return ok();
  }

  Status run_round(double seconds, int64_t least_calls, BenchSamples& samples) override {
    TRY(send(cat("round ", seconds, " ", least_calls)));
    TRY_ASSIGN(const std::vector<std::string> words, answer("times"));
    for (size_t i = 2; i < words.size(); ++i) {
      samples.call_ns.push_back(number_of(words[i]));
    }
    samples.cpu_ns += words.size() > 1 ? number_of(words[1]) : 0;
    samples.calls += static_cast<int64_t>(words.size()) - 2;
    return ok();
  }

 private:
  Status write_rows(const BenchRows& rows) {
    const TensorView view = rows.batch(0, rows.row_count()).at(0);
    char name[] = "/tmp/tundish-bench-XXXXXX.npy";
    const int descriptor = ::mkstemps(name, 4);
    if (descriptor < 0) return Io("cannot make a temporary file for the rows");
    ::close(descriptor);
    rows_path_ = name;
    DataOutput output;
    output.name = "rows";
    output.dtype = view.dtype;
    for (size_t axis = 1; axis < view.shape.rank(); ++axis) {
      output.row_shape.push_back(view.shape[axis]);
    }
    WriteOptions options;
    options.replace = ReplaceRule::kReplace;
    TRY_ASSIGN(const std::unique_ptr<RowWriter> writer,
               RowWriter::open(rows_path_, {output}, options));
    std::vector<int64_t> numbers(static_cast<size_t>(view.shape[0]));
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
    const std::vector<Value> arrays = {Value(Tensor::borrow(view, nullptr))};
    TRY(writer->write({numbers, arrays, {}, {}}));
    return writer->finish();
  }

  Status spawn(const PeerOptions& options) {
    python_ = options.python;
    // A socket, not a pipe: writing to a child that has died is then an error, not a signal.
    int to[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to) != 0) {
      return Io("cannot make a socket");
    }
    to_child_ = to[1];
    int from[2];
    if (::pipe2(from, O_CLOEXEC) != 0) {
      ::close(to[0]);
      return Io("cannot make a pipe");
    }
    const std::string threads = std::to_string(options.thread_count);
    std::string texts[] = {
        options.python, "-c",   std::string(kScript), options.model_path, rows_path_,
        options.method, threads};
    std::vector<char*> arguments;
    for (std::string& text : texts) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    const int failed = ::posix_spawnp(&child_, options.python.c_str(), &actions, nullptr,
                                      arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(to[0]);
    ::close(from[1]);
    from_child_ = ::fdopen(from[0], "r");
    if (failed != 0) {
      child_ = -1;
      return NotFound(cat("cannot start ", quoted(options.python), ": ", std::strerror(failed)));
    }
    return from_child_ != nullptr ? ok() : Status(Io("cannot open a pipe"));
  }

  Status send(std::string line) {
    line += '\n';
    for (size_t sent = 0; sent < line.size();) {
      const ssize_t count = ::send(to_child_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return Io("scikit-learn's process has ended");
      sent += static_cast<size_t>(count);
    }
    return ok();
  }

  Result<std::vector<std::string>> answer(std::string_view wanted) {
    std::string text;
    for (int c = std::fgetc(from_child_); c != EOF && c != '\n'; c = std::fgetc(from_child_)) {
      text.push_back(static_cast<char>(c));
    }
    constexpr std::string_view kFailed = "failed ";
    if (text.empty()) {
      return NotFound(cat("scikit-learn's process ended without an answer: is ",
                          quoted(python_, 400), " a Python? Another is named with --python"));
    }
    if (text.starts_with(kFailed)) {
      const std::string why = quoted(std::string_view(text).substr(kFailed.size()), 400);
      if (why.find("ModuleNotFoundError") != std::string::npos) {
        return NotFound(cat(quoted(python_, 400), " has no scikit-learn with joblib: ", why,
                            "; another Python is named with --python"));
      }
      return Unsupported(cat("scikit-learn's process failed: ", why));
    }
    std::vector<std::string> words;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      if (end > at) words.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    if (words.empty() || words[0] != wanted) return Io("scikit-learn's process answered strangely");
    return words;
  }

  pid_t child_ = -1;
  int to_child_ = -1;
  std::FILE* from_child_ = nullptr;
  std::string rows_path_, version_, python_;
  double load_ms_ = 0;
};

}  // namespace

Result<std::unique_ptr<BenchTarget>> open_sklearn_target(const PeerOptions& options,
                                                         std::shared_ptr<const BenchRows> rows) {
  auto target = std::make_unique<SklearnTarget>();
  TRY(target->start(options, *rows));
  return std::unique_ptr<BenchTarget>(std::move(target));
}

}  // namespace tundish
