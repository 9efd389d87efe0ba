#include "runtime/memory.h"

#include <vector>

#include "base/checked.h"
#include "base/strings.h"
#include "ir/op_def.h"

namespace tundish {

Error over_memory_limit(uint64_t bytes, uint64_t held, uint64_t limit) {
  return Limit(cat("needs ", bytes, " bytes more than the ", held,
                   " held, over the memory limit of ", limit, " bytes (--memory-limit raises it)"));
}

Result<uint64_t> value_bytes(DType dtype, const Shape& shape) {
  const uint64_t bits = dtype == DType::kString ? sizeof(std::string) * 8 : dtype_bits(dtype);
  Result<uint64_t> all = checked_bytes(shape.dims(), bits);
  if (!all) return Limit(cat("a value of shape ", shape.to_string(), " is larger than any memory"));
  return (*all + 7) / 8;
}

Status check_known_sizes(const Graph& graph, uint64_t limit_bytes) {
  if (limit_bytes == 0) return ok();
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    for (const ValueId output : node.outputs) {
      if (output == kNoValue) continue;
      const ValueType& type = graph.value(output).type;
      if (type.kind != ValueKind::kTensor || !type.shape) continue;
      std::vector<int64_t> sizes;
      for (const Dim& dim : *type.shape) {
        if (!dim.is_known()) break;
        sizes.push_back(dim.size());
      }
      if (sizes.size() != type.shape->size()) continue;
      const Result<Shape> shape = Shape::from_dims(sizes);
      if (!shape) return Error(shape.error()).in(node_place(node));
      const Result<uint64_t> bytes = value_bytes(type.dtype, *shape);
      if (!bytes) return Error(bytes.error()).in(node_place(node));
      if (*bytes > limit_bytes) {
        return Error(over_memory_limit(*bytes, 0, limit_bytes)).in(node_place(node));
      }
    }
  }
  return ok();
}

Status MemoryMeter::over(uint64_t bytes) const { return over_memory_limit(bytes, held_, limit_); }

}  // namespace tundish
