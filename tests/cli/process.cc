#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tundish {

namespace {

// Runs a program; standard input comes from a file, so that no writing can block.
Finished run(const std::vector<std::string>& words, const std::string& input) {
  char name[] = "/tmp/tundish-stdin-XXXXXX";
  const int stdin_file = ::mkstemp(name);
  ::unlink(name);
  (void)!::write(stdin_file, input.data(), input.size());
  ::lseek(stdin_file, 0, SEEK_SET);
  int out[2];
  int err[2];
  (void)!::pipe2(out, O_CLOEXEC);
  (void)!::pipe2(err, O_CLOEXEC);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(stdin_file, STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    ::setenv("TUNDISH", TUNDISH_BINARY, 1);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(stdin_file);
  ::close(out[1]);
  ::close(err[1]);
  Finished finished;
  pollfd pipes[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* texts[] = {&finished.out, &finished.err};
  for (int open = 2; open > 0;) {
    ::poll(pipes, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t count = ::read(pipes[i].fd, buffer, sizeof buffer);
      if (count > 0) {
        texts[i]->append(buffer, static_cast<size_t>(count));
      } else {
        ::close(pipes[i].fd);
        pipes[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

}  // namespace

Finished tundish(const std::vector<std::string>& words, const std::string& input) {
  std::vector<std::string> all = {TUNDISH_BINARY};
  all.insert(all.end(), words.begin(), words.end());
  return run(all, input);
}

Finished shell(const std::string& command) { return run({"/bin/sh", "-c", command}, ""); }

Folder::Folder() {
  char name[] = "/tmp/tundish-test-XXXXXX";
  path_ = ::mkdtemp(name);
}

Folder::~Folder() {
  std::error_code code;
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all, code);
  std::filesystem::remove_all(path_, code);
}

std::string example(const std::string& name) {
  return std::string(TUNDISH_SOURCE_DIR) + "/examples/isolation_forest/" + name;
}

std::string converted(const Folder& folder) {
  const std::string out = folder / "model.onnx";
  const Finished done = tundish({"convert", example("model.joblib"), "-o", out, "-q"});
  EXPECT_EQ(done.status, 0) << done.err;
  return out;
}

const std::vector<std::string>& commands() {
  static const std::vector<std::string> kNames = {"convert", "inspect", "run",        "check",
                                                  "bench",   "formats", "completion", "man"};
  return kNames;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace tundish
