#include "export/onnx/lower/standard_ops.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"
#include "ir/op_def.h"

namespace tundish {

namespace {

// Operator, opset from which its inputs and attributes have the form they have at opset 27, and
// opset that adds the attribute (which a node may leave out). From ONNX's operator change log.
struct Row {
  std::string_view op;
  int since;
  std::string_view later_attribute = {};
  int attribute_since = 0;
};

constexpr std::array kOnnx = {
    Row{"Abs", 13},       Row{"Add", 14},
    Row{"And", 7},        Row{"ArgMax", 13},
    Row{"ArgMin", 13},    Row{"Cast", 13, "round_mode", 24},
    Row{"Ceil", 13},      Row{"Clip", 13},
    Row{"Concat", 13},    Row{"Constant", 13},
    Row{"Div", 14},       Row{"Equal", 13},
    Row{"Exp", 13},       Row{"Expand", 13},
    Row{"Flatten", 13},   Row{"Floor", 13},
    Row{"Gather", 13},    Row{"Gemm", 13},
    Row{"Greater", 13},   Row{"GreaterOrEqual", 16},
    Row{"Identity", 14},  Row{"IsNaN", 13},
    Row{"Less", 13},      Row{"LessOrEqual", 16},
    Row{"Log", 13},       Row{"MatMul", 13},
    Row{"Max", 13},       Row{"Min", 13},
    Row{"Mul", 14},       Row{"Neg", 13},
    Row{"Not", 1},        Row{"Or", 7},
    Row{"Pow", 15},       Row{"Reciprocal", 13},
    Row{"ReduceMax", 18}, Row{"ReduceMean", 18},
    Row{"ReduceMin", 18}, Row{"ReduceProd", 18},
    Row{"ReduceSum", 13}, Row{"Relu", 14},
    Row{"Reshape", 14},   Row{"Shape", 15},
    Row{"Sigmoid", 13},   Row{"Sign", 13},
    Row{"Slice", 13},     Row{"Softmax", 13},
    Row{"Sqrt", 13},      Row{"Squeeze", 13},
    Row{"Sub", 14},       Row{"Tanh", 13},
    Row{"Transpose", 13}, Row{"Unsqueeze", 13},
    Row{"Where", 16},     Row{"Xor", 7},
};

constexpr std::array kMl = {
    Row{"ArrayFeatureExtractor", 1},
    Row{"Binarizer", 1},
    Row{"Imputer", 1},
    Row{"LabelEncoder", 4},
    Row{"Normalizer", 1},
    Row{"OneHotEncoder", 1},
    Row{"Scaler", 1},
};

// Element types that operators took up after the version above: opset 13 to 18 know those up to
// bfloat16; 8-bit floats came at 19, 4-bit integers at 21, smaller ones later.
int opset_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E4M3FNUZ:
    case DType::kFloat8E5M2:
    case DType::kFloat8E5M2FNUZ: return 19;
    case DType::kUint4:
    case DType::kInt4: return 21;
    case DType::kFloat4E2M1: return 23;
    case DType::kFloat8E8M0: return 24;
    case DType::kUint2:
    case DType::kInt2: return 25;
    default: return 1;
  }
}

int lowest_for_types(const Graph& graph, const Node& node) {
  int opset = 1;
  bool has_text = false;
  bool has_bool = false;
  for (const auto& values : {node.inputs, node.outputs}) {
    for (const ValueId value : values) {
      if (value == kNoValue) continue;
      const DType dtype = graph.value(value).type.dtype;
      opset = std::max(opset, opset_of(dtype));
      has_text |= dtype == DType::kString;
      has_bool |= dtype == DType::kBool;
    }
  }
  // Equal compares strings from 19; ReduceMax and ReduceMin take booleans from 20.
  if (node.op == "Equal" && has_text) opset = std::max(opset, 19);
  if (node.op.starts_with("ReduceM") && has_bool) opset = std::max(opset, 20);
  return opset;
}

template <size_t kCount>
Result<int> look_up(const std::array<Row, kCount>& rows, const Graph& graph, const Node& node) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.op == node.op; });
  if (row == rows.end()) return Unsupported("no older form of this operator is known");
  int opset = std::max(row->since, lowest_for_types(graph, node));
  if (!row->later_attribute.empty() && node.attributes.has(row->later_attribute)) {
    opset = std::max(opset, row->attribute_since);
  }
  if (node.op == "Cast" && node.attributes.has("saturate")) opset = std::max(opset, 19);
  return opset;
}

}  // namespace

Result<int> lowest_opset(const Graph& graph, const Node& node) {
  if (node.domain == kDomainTundish) return kTundishOpset;
  if (node.domain == kDomainOnnx && node.version == kCanonicalOpset) {
    return in(node_place(node), look_up(kOnnx, graph, node));
  }
  if (node.domain == kDomainMl && node.version == kCanonicalMlOpset) {
    return in(node_place(node), look_up(kMl, graph, node));
  }
  return Unsupported(cat("version ", node.version,
                         " of the operator cannot be written beside opset ", kCanonicalOpset))
      .in(node_place(node));
}

}  // namespace tundish
