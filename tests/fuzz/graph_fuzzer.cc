// Valid models, changed as models (graph_mutator.h), read, rewritten by the passes and run: every
// engine, on inputs made from the declared types. No crash, no hang, nothing above the memory
// limit; errors are answers. Both engines must agree on whether there is an answer's shape.
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

#include "graph_mutator.h"
#include "import/onnx/graph_reader.h"
#include "ops/index.h"
#include "passes/pass.h"
#include "runtime/native_session.h"
#include "runtime/reference.h"
#include "wire/onnx/model_reader.h"
#include "wire/onnx/model_writer.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace tundish {
namespace {

constexpr uint64_t kMemoryBytes = 8 << 20;
constexpr std::chrono::milliseconds kTime{300};
constexpr int64_t kUnknownSize = 2;
constexpr int64_t kMostElements = 1 << 16;

Limits fuzz_limits() {
  Limits limits;
  limits.max_memory_bytes = kMemoryBytes;
  limits.max_graph_nodes = 1000;
  return limits;
}

/// A tensor of the declared type: known sizes as they are, others small; small numbers of both
/// signs.
Result<Value> made_input(const ValueType& type) {
  if (type.kind != ValueKind::kTensor) return Unsupported("not dense");
  std::vector<int64_t> sizes;
  int64_t count = 1;
  if (type.shape) {
    for (const Dim& dim : *type.shape) {
      sizes.push_back(dim.is_known() ? dim.size() : kUnknownSize);
      if (sizes.back() > kMostElements || (count *= sizes.back()) > kMostElements) {
        return Limit("large");
      }
    }
  }
  TRY_ASSIGN(const Shape shape, Shape::from_dims(sizes));
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(type.dtype, shape));
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    const int64_t small = i % 7 - 2;
    const auto at = static_cast<size_t>(i);
    switch (type.dtype) {
      case DType::kFloat32:
        tensor.mutable_values<float>()[at] = 0.5F * static_cast<float>(small);
        break;
      case DType::kFloat64: tensor.mutable_values<double>()[at] = static_cast<double>(small); break;
      case DType::kInt64: tensor.mutable_values<int64_t>()[at] = small; break;
      case DType::kInt32: tensor.mutable_values<int32_t>()[at] = static_cast<int32_t>(small); break;
      case DType::kString: tensor.mutable_values<std::string>()[at] = "a b"; break;
      case DType::kBool: static_cast<uint8_t*>(tensor.mutable_data())[at] = small > 0; break;
      default: break;  // zeros
    }
  }
  return Value(std::move(tensor));
}

RunOptions fuzz_options() {
  RunOptions options;
  options.deadline = std::chrono::steady_clock::now() + kTime;
  options.memory_limit_bytes = kMemoryBytes;
  return options;
}

void run_native(const std::shared_ptr<const Graph>& graph, const std::vector<Value>& inputs,
                const char* isa) {
  NativeSession::Options options;
  options.thread_count = 1;
  options.isa = isa;
  auto session = NativeSession::create(graph, builtin_ops(), options);
  if (!session) return;
  for (int turn = 0; turn < 2; ++turn) {
    (void)(*session)->run_values(inputs, fuzz_options()).has_value();
  }
}

void run_all(Graph graph) {
  std::vector<Value> inputs;
  for (const ValueId id : graph.inputs()) {
    Result<Value> input = made_input(graph.value(id).type);
    if (!input) return;
    inputs.push_back(std::move(input).value());
  }
  auto shared = std::make_shared<const Graph>(graph);
  if (auto runner = ReferenceRunner::create(shared, builtin_ops())) {
    (void)runner->run(inputs, fuzz_options()).has_value();
  }
  run_native(shared, inputs, "generic");
  ReferenceEvaluator evaluator(builtin_ops());
  PassContext context{builtin_ops(), evaluator};
  if (!run_pipeline(graph, context)) return;
  run_native(std::make_shared<const Graph>(std::move(graph)), inputs, "");
}

}  // namespace
}  // namespace tundish

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  using namespace tundish;  // NOLINT
  Result<OnnxModel> model = read_onnx_model({data, size}, fuzz_limits());
  if (!model || seed % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
  GraphMutator mutator(seed);
  mutator.mutate(*model);
  const std::string bytes = write_onnx_model(*model);
  if (bytes.size() > max_size) return size;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tundish;  // NOLINT
  const auto file = std::make_shared<std::vector<uint8_t>>(data, data + size);
  ImportOptions options;
  options.limits = fuzz_limits();
  Result<OnnxModel> model = read_onnx_model(*file, options.limits);
  if (!model) return 0;
  Result<Graph> graph = graph_from_records(std::move(*model), file, builtin_ops(), options);
  if (graph) run_all(std::move(*graph));
  return 0;
}
