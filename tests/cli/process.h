// Runs the binary and catches what it says.
#ifndef TUNDISH_TESTS_CLI_PROCESS_H_
#define TUNDISH_TESTS_CLI_PROCESS_H_

#include <string>
#include <vector>

namespace tundish {

struct Finished {
  int status = -1;  ///< exit status; 128 + signal if it was killed
  std::string out, err;
};

/// `tundish WORDS...` with this standard input.
Finished tundish(const std::vector<std::string>& words, const std::string& input = "");
/// A shell command in which $TUNDISH is the binary.
Finished shell(const std::string& command);

/// A folder of its own under the system's temporary one, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The pipeline of scaler and forest in examples/, and its rows.
std::string example(const std::string& name);
/// The example converted into the folder: the path of the .onnx file.
std::string converted(const Folder& folder);
/// Names of all commands.
const std::vector<std::string>& commands();
std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

}  // namespace tundish

#endif  // TUNDISH_TESTS_CLI_PROCESS_H_
