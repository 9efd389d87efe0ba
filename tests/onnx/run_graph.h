// Graphs evaluated plainly, rows read and written as .npy, for the tests in this folder.
#ifndef TUNDISH_TESTS_ONNX_RUN_GRAPH_H_
#define TUNDISH_TESTS_ONNX_RUN_GRAPH_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "import/importer.h"
#include "ops/index.h"
#include "runtime/reference.h"
#include "wire/npy/npy.h"

namespace tundish {

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Imports bytes of an .onnx file.
inline Result<ImportedModel> import_bytes(const std::string& bytes, const Limits& limits = {}) {
  auto owner = std::make_shared<const std::string>(bytes);
  const ImportSource source{"m.onnx", owner, as_bytes(*owner)};
  TRY_ASSIGN(const Importer* importer, find_importer(source));
  ImportOptions options;
  options.limits = limits;
  return importer->import(source, options, builtin_ops());
}

inline Tensor read_npy(const std::string& path) {
  auto owner = std::make_shared<const std::string>(file_text(path));
  auto array = NpyArray::open(as_bytes(*owner), owner, {});
  EXPECT_TRUE(array.has_value()) << path;
  auto tensor = array->all();
  EXPECT_TRUE(tensor.has_value()) << path;
  return *tensor;
}

/// Outputs of the graph by the reference evaluator, in order; empty when it fails.
inline std::vector<Tensor> answers_of(const Graph& graph, const Tensor& rows) {
  std::vector<Tensor> answers;
  auto runner = ReferenceRunner::create(std::make_shared<const Graph>(graph), builtin_ops());
  EXPECT_TRUE(runner.has_value()) << runner.error().to_string();
  if (!runner.has_value()) return answers;
  const std::vector<Value> inputs = {Value(rows)};
  auto values = runner->run(inputs, {});
  EXPECT_TRUE(values.has_value()) << values.error().to_string();
  if (!values.has_value()) return answers;
  for (const Value& value : *values) answers.push_back(*value.tensor());
  return answers;
}

}  // namespace tundish

#endif  // TUNDISH_TESTS_ONNX_RUN_GRAPH_H_
