#include "export/onnx/lower/standard_ops.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"
#include "ir/op_def.h"

namespace tundish {

namespace {

// Operator, opset from which its inputs and attributes have the form they have at opset 27, and
// what came later: attributes that a node may leave out ("name@opset"), and bfloat16. From ONNX's
// operator change log. What differs below opset 18, the lowest written, does not matter here.
struct Row {
  std::string_view op;
  int since;
  std::string_view later = {};
};

constexpr std::array kOnnx = {
    Row{"Abs", 13},
    Row{"Acos", 7, "bfloat16@22"},
    Row{"Acosh", 9, "bfloat16@22"},
    Row{"Add", 14},
    Row{"AffineGrid", 20},
    Row{"And", 7},
    Row{"ArgMax", 13},
    Row{"ArgMin", 13},
    Row{"Asin", 7, "bfloat16@22"},
    Row{"Asinh", 9, "bfloat16@22"},
    Row{"Atan", 7, "bfloat16@22"},
    Row{"Atanh", 9, "bfloat16@22"},
    Row{"Attention", 24},
    Row{"AveragePool", 11, "dilations@19 bfloat16@22"},
    Row{"BatchNormalization", 15},
    Row{"Bernoulli", 15, "bfloat16@22"},
    Row{"BitCast", 26},
    Row{"BitShift", 11},
    Row{"BitwiseAnd", 18},
    Row{"BitwiseNot", 18},
    Row{"BitwiseOr", 18},
    Row{"BitwiseXor", 18},
    Row{"BlackmanWindow", 17},
    Row{"Cast", 13, "saturate@19 round_mode@24"},
    Row{"CastLike", 15, "saturate@19 round_mode@24"},
    Row{"CausalConvWithState", 27},
    Row{"Ceil", 13},
    Row{"Celu", 12},
    Row{"CenterCropPad", 18},
    Row{"Clip", 13},
    Row{"Col2Im", 18},
    Row{"Compress", 9},
    Row{"Concat", 13},
    Row{"ConcatFromSequence", 11},
    Row{"Constant", 13},
    Row{"ConstantOfShape", 9},
    Row{"Conv", 1, "bfloat16@22"},
    Row{"ConvInteger", 10},
    Row{"ConvTranspose", 11, "bfloat16@22"},
    Row{"Cos", 7, "bfloat16@22"},
    Row{"Cosh", 9, "bfloat16@22"},
    Row{"CumProd", 26},
    Row{"CumSum", 11},
    Row{"DFT", 20},
    Row{"DeformConv", 19, "bfloat16@22"},
    Row{"DepthToSpace", 11},
    Row{"DequantizeLinear", 13, "block_size@21 output_dtype@23"},
    Row{"Det", 11, "bfloat16@22"},
    Row{"Div", 14},
    Row{"Dropout", 12, "bfloat16@22"},
    Row{"DynamicQuantizeLinear", 11},
    Row{"Einsum", 12},
    Row{"Elu", 6, "bfloat16@22"},
    Row{"Equal", 13},
    Row{"Erf", 9},
    Row{"Exp", 13},
    Row{"Expand", 13},
    Row{"EyeLike", 9, "bfloat16@22"},
    Row{"Flatten", 13},
    Row{"Floor", 13},
    Row{"GRU", 14, "bfloat16@22"},
    Row{"Gather", 13},
    Row{"GatherElements", 11},
    Row{"GatherND", 12},
    Row{"Gelu", 20},
    Row{"Gemm", 13},
    Row{"GlobalAveragePool", 1, "bfloat16@22"},
    Row{"GlobalLpPool", 2, "bfloat16@22"},
    Row{"GlobalMaxPool", 1, "bfloat16@22"},
    Row{"Greater", 13},
    Row{"GreaterOrEqual", 16},
    Row{"GridSample", 20, "bfloat16@22"},
    Row{"GroupNormalization", 21},
    Row{"HammingWindow", 17},
    Row{"HannWindow", 17},
    Row{"HardSigmoid", 6, "bfloat16@22"},
    Row{"HardSwish", 14, "bfloat16@22"},
    Row{"Hardmax", 13},
    Row{"Identity", 14},
    Row{"If", 1},
    Row{"ImageDecoder", 20},
    Row{"InstanceNormalization", 6, "bfloat16@22"},
    Row{"IsInf", 10},
    Row{"IsNaN", 13},
    Row{"LRN", 1},
    Row{"LSTM", 14, "bfloat16@22"},
    Row{"LayerNormalization", 17},
    Row{"LeakyRelu", 6},
    Row{"Less", 13},
    Row{"LessOrEqual", 16},
    Row{"LinearAttention", 27},
    Row{"Log", 13},
    Row{"LogSoftmax", 13},
    Row{"Loop", 13},
    Row{"LpNormalization", 1, "bfloat16@22"},
    Row{"LpPool", 18, "bfloat16@22"},
    Row{"MatMul", 13},
    Row{"MatMulInteger", 10},
    Row{"Max", 13},
    Row{"MaxPool", 10, "bfloat16@22"},
    Row{"MaxRoiPool", 1, "bfloat16@22"},
    Row{"MaxUnpool", 9, "bfloat16@22"},
    Row{"Mean", 8},
    Row{"MeanVarianceNormalization", 9},
    Row{"MelWeightMatrix", 17},
    Row{"Min", 13},
    Row{"Mish", 18, "bfloat16@22"},
    Row{"Mod", 10},
    Row{"Mul", 14},
    Row{"Multinomial", 7, "bfloat16@22"},
    Row{"Neg", 13},
    Row{"NegativeLogLikelihoodLoss", 13, "bfloat16@22"},
    Row{"NonMaxSuppression", 10},
    Row{"NonZero", 9},
    Row{"Not", 1},
    Row{"OneHot", 11},
    Row{"Optional", 15},
    Row{"OptionalGetElement", 18},
    Row{"OptionalHasElement", 18},
    Row{"Or", 7},
    Row{"PRelu", 7},
    Row{"Pad", 19},
    Row{"Pow", 15},
    Row{"QLinearConv", 10},
    Row{"QLinearMatMul", 10},
    Row{"QuantizeLinear", 13, "saturate@19 block_size@21 output_dtype@21 precision@23"},
    Row{"RMSNormalization", 23},
    Row{"RNN", 14, "bfloat16@22"},
    Row{"RandomNormal", 1, "bfloat16@22"},
    Row{"RandomNormalLike", 1, "bfloat16@22"},
    Row{"RandomUniform", 1, "bfloat16@22"},
    Row{"RandomUniformLike", 1, "bfloat16@22"},
    Row{"Range", 11, "stash_type@27"},
    Row{"Reciprocal", 13},
    Row{"ReduceL1", 18},
    Row{"ReduceL2", 18},
    Row{"ReduceLogSum", 18},
    Row{"ReduceLogSumExp", 18},
    Row{"ReduceMax", 18},
    Row{"ReduceMean", 18},
    Row{"ReduceMin", 18},
    Row{"ReduceProd", 18},
    Row{"ReduceSum", 13},
    Row{"ReduceSumSquare", 18},
    Row{"RegexFullMatch", 20},
    Row{"Relu", 14},
    Row{"Reshape", 14},
    Row{"Resize", 19},
    Row{"ReverseSequence", 10},
    Row{"RoiAlign", 16, "bfloat16@22"},
    Row{"RotaryEmbedding", 23},
    Row{"Round", 11, "bfloat16@22"},
    Row{"STFT", 17},
    Row{"Scan", 9},
    Row{"ScatterElements", 18},
    Row{"ScatterND", 18},
    Row{"Selu", 6, "bfloat16@22"},
    Row{"SequenceAt", 11},
    Row{"SequenceConstruct", 11},
    Row{"SequenceEmpty", 11},
    Row{"SequenceErase", 11},
    Row{"SequenceInsert", 11},
    Row{"SequenceLength", 11},
    Row{"SequenceMap", 17},
    Row{"Shape", 15},
    Row{"Shrink", 9},
    Row{"Sigmoid", 13},
    Row{"Sign", 13},
    Row{"Sin", 7, "bfloat16@22"},
    Row{"Sinh", 9, "bfloat16@22"},
    Row{"Size", 1},
    Row{"Slice", 13},
    Row{"Softmax", 13},
    Row{"SoftmaxCrossEntropyLoss", 12},
    Row{"Softplus", 1, "bfloat16@22"},
    Row{"Softsign", 1, "bfloat16@22"},
    Row{"SpaceToDepth", 1},
    Row{"Split", 18},
    Row{"SplitToSequence", 11},
    Row{"Sqrt", 13},
    Row{"Squeeze", 13},
    Row{"StringConcat", 20},
    Row{"StringNormalizer", 10},
    Row{"StringSplit", 20},
    Row{"Sub", 14},
    Row{"Sum", 8},
    Row{"Swish", 24},
    Row{"Tan", 7, "bfloat16@22"},
    Row{"Tanh", 13},
    Row{"TensorScatter", 24},
    Row{"TfIdfVectorizer", 9},
    Row{"ThresholdedRelu", 10, "bfloat16@22"},
    Row{"Tile", 6},
    Row{"TopK", 11},
    Row{"Transpose", 13},
    Row{"Trilu", 14},
    Row{"Unique", 11},
    Row{"Unsqueeze", 13},
    Row{"Where", 16},
    Row{"Xor", 7},
};

constexpr std::array kMl = {
    Row{"ArrayFeatureExtractor", 1},
    Row{"Binarizer", 1},
    Row{"CastMap", 1},
    Row{"CategoryMapper", 1},
    Row{"DictVectorizer", 1},
    Row{"FeatureVectorizer", 1},
    Row{"Imputer", 1},
    Row{"LabelEncoder", 4},
    Row{"LinearClassifier", 1},
    Row{"LinearRegressor", 1},
    Row{"Normalizer", 1},
    Row{"OneHotEncoder", 1},
    Row{"SVMClassifier", 1},
    Row{"SVMRegressor", 1},
    Row{"Scaler", 1},
    Row{"ZipMap", 1},
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

bool has_dtype(const Graph& graph, const Node& node, DType dtype) {
  const auto is_it = [&](ValueId value) {
    return value != kNoValue && graph.value(value).type.dtype == dtype;
  };
  return std::ranges::any_of(node.inputs, is_it) || std::ranges::any_of(node.outputs, is_it);
}

/// Calls `visit(name, opset)` for each entry of "name@opset name@opset".
template <class Visit> void for_each_later(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::string_view entry = list.substr(0, list.find(' '));
    const size_t at = entry.find('@');
    int opset = 0;
    for (const char digit : entry.substr(at + 1)) opset = opset * 10 + (digit - '0');
    visit(entry.substr(0, at), opset);
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
  }
}

template <size_t kCount>
Result<int> look_up(const std::array<Row, kCount>& rows, const Graph& graph, const Node& node) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.op == node.op; });
  if (row == rows.end()) return Unsupported("no older form of this operator is known");
  int opset = std::max(row->since, lowest_for_types(graph, node));
  for_each_later(row->later, [&](std::string_view what, int since) {
    const bool is_used =
        what == "bfloat16" ? has_dtype(graph, node, DType::kBfloat16) : node.attributes.has(what);
    if (is_used) opset = std::max(opset, since);
  });
  return opset;
}

}  // namespace

Result<int> lowest_opset(const Graph& graph, const Node& node) {
  if (node.domain == kDomainTundish) return kTundishOpset;
  if (node.domain == kDomainMicrosoft || node.domain == kDomainTraining ||
      node.domain == kDomainPreview) {
    return 1;
  }
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
