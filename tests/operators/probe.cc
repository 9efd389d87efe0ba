// Loads many small models of one file, runs those whose inputs it can make, and says of each what
// came of it.
//
//   operator_probe FILE
//
// FILE holds models one after the other, each as four bytes of length (least first) and its bytes.
// One line a model: "ok", or the error's code and its text. Inputs are tensors of zeros, of size 1
// where the model does not say; that an operator refuses those values is "ok", that it fails within
// is not.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tundish/model.h"
#include "tundish/session.h"

namespace {

using tundish::Model;

std::string line_of(const tundish::Error& error) {
  std::string text(tundish::error_code_name(error.code()));
  text += " " + error.to_string();
  for (char& letter : text) {
    if (letter == '\n') letter = ' ';
  }
  return text;
}

// "ok", unless the reference engine finds a defect in itself.
std::string run(const std::shared_ptr<const Model>& model) {
  std::vector<tundish::Value> inputs;
  for (const tundish::ValueDescription& input : model->inputs()) {
    if (input.kind != "tensor") return "ok";
    tundish::Shape shape;
    for (const int64_t size : input.dims) shape.append(size < 0 ? 1 : size);
    const auto zeros = tundish::Tensor::allocate(input.dtype, shape);
    if (!zeros) return "ok";
    inputs.emplace_back(*zeros);
  }
  tundish::SessionOptions options;
  options.engine = "reference";
  auto session = tundish::Session::create(model, options);
  if (!session) return line_of(session.error());
  const auto answers = session->run_values(inputs);
  const bool is_defect = !answers && answers.error().code() == tundish::ErrorCode::kInternal;
  return is_defect ? line_of(answers.error()) : "ok";
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: operator_probe FILE\n");
    return 2;
  }
  std::ifstream file(words[1], std::ios::binary);
  const auto all = std::make_shared<const std::vector<uint8_t>>(
      std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  const std::vector<uint8_t>& bytes = *all;
  size_t at = 0;
  while (at + 4 <= bytes.size()) {
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) length |= size_t{bytes[at + i]} << (8 * i);
    at += 4;
    if (length > bytes.size() - at) break;
    const auto model = Model::from_bytes({bytes.data() + at, length}, all);
    at += length;
    std::puts((model ? run(*model) : line_of(model.error())).c_str());
    std::fflush(stdout);
  }
  if (at == bytes.size()) return 0;
  std::fprintf(stderr, "operator_probe: the file ends within a model\n");
  return 1;
}
