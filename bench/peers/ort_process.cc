// Whole processes with ONNX Runtime through its C interface, without Python: the fairest peer for
// "process start to first answer" and "file into file".
//   ort_process LIBRARY MODEL ROWS.npy [OUT]     one row without OUT, all rows into OUT with it
#include <cstdio>

#include "base/mapped_file.h"
#include "data/array_file.h"
#include "ort/session.h"

namespace {

using tundish::Result;
using tundish::Tensor;

tundish::Status score(int argc, char** argv) {
  TRY_ASSIGN(const Tensor rows, tundish::read_array_file(argv[3]));
  TRY_ASSIGN(auto library, tundish::ort::Library::load(argv[1]));
  TRY_ASSIGN(auto session, tundish::ort::Session::open(library, argv[2], {}));
  const bool all = argc > 4;
  tundish::Shape shape = rows.shape();
  if (!all) shape[0] = 1;
  const auto count = static_cast<size_t>(shape.element_count());
  std::vector<float> narrow(rows.values<double>().begin(), rows.values<double>().begin() + count);
  const bool is_float = session->input_types().at(0) == tundish::DType::kFloat32;
  const tundish::TensorView view{is_float ? tundish::DType::kFloat32 : tundish::DType::kFloat64,
                                 shape,
                                 is_float ? static_cast<const void*>(narrow.data()) : rows.data()};
  const tundish::Value input(Tensor::borrow(view, nullptr));
  TRY_ASSIGN(auto feed, session->feed({&input, 1}));
  tundish::ort::Session::Values answers(library);
  const size_t last = session->output_names().size() - 1;
  TRY(session->run(*feed, {&last, 1}, answers));
  TRY_ASSIGN(const tundish::Value answer, session->copy(answers, 0));
  if (answer.tensor() == nullptr) return tundish::Unsupported("the last output is no tensor");
  const Tensor& scores = *answer.tensor();
  if (all) {
    return tundish::write_file(argv[4],
                               {static_cast<const char*>(scores.data()), scores.byte_count()});
  }
  std::printf("%g\n", scores.dtype() == tundish::DType::kFloat32
                          ? static_cast<double>(scores.values<float>()[0])
                          : scores.values<double>()[0]);
  return tundish::ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const tundish::Status status = score(argc, argv);
  if (!status) std::fprintf(stderr, "ort_process: %s\n", status.error().to_string().c_str());
  return status ? 0 : 1;
}
