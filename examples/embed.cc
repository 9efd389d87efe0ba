// Loads a converted model and scores rows: all of it in one short function.
//   embed MODEL.onnx
#include <array>
#include <cstdio>

#include "tundish/session.h"

tundish::Status score(const char* path) {
  TRY_ASSIGN(auto model, tundish::Model::open(path));
  TRY_ASSIGN(auto session, tundish::Session::create(model, {.method = "decision_function"}));
  const int64_t width = model->contract().count;
  const std::vector<double> rows(static_cast<size_t>(2 * width), 0.5);
  TRY_ASSIGN(auto scores, session.run(tundish::matrix_view(rows.data(), 2, width)));
  for (const double score : scores.values<double>()) std::printf("%.17g\n", score);
  return tundish::ok();
}

int main(int argc, char** argv) {
  const tundish::Status status = score(argc > 1 ? argv[1] : "model.onnx");
  if (!status) std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
  return status ? 0 : 1;
}
