// Operators of the user's own, for models that hold some.
//
//   tundish::CustomOp scale{.domain = "com.example", .name = "Scale"};
//   scale.infer = [](const tundish::CustomNode&, std::span<const tundish::ValueDescription> inputs)
//   {
//     return tundish::Result<std::vector<tundish::ValueDescription>>({inputs[0]});
//   };
//   scale.run = [](const tundish::CustomNode& node, std::span<const tundish::Value> inputs)
//       -> tundish::Result<std::vector<tundish::Value>> { ... };
//   TRY_ASSIGN(auto model, tundish::Model::open("model.onnx", {.custom_ops = {scale}}));
#ifndef TUNDISH_CUSTOM_OP_H_
#define TUNDISH_CUSTOM_OP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

struct ValueDescription;

/// The node of a graph that is inferred or run: its name and attributes. Valid during the call.
class CustomNode {
 public:
  virtual ~CustomNode() = default;
  virtual std::string_view name() const = 0;
  /// Outputs that the node has, optional ones left out at the end not counted.
  virtual size_t output_count() const = 0;
  virtual bool has(std::string_view attribute) const = 0;
  /// The attribute, `fallback` when the node has none; kInvalidModel naming it when it is of
  /// another kind.
  virtual Result<int64_t> get_int(std::string_view attribute, int64_t fallback) const = 0;
  virtual Result<float> get_float(std::string_view attribute, float fallback) const = 0;
  virtual Result<std::string> get_string(std::string_view attribute,
                                         std::string_view fallback) const = 0;
  virtual Result<std::vector<int64_t>> get_ints(std::string_view attribute) const = 0;
  virtual Result<std::vector<float>> get_floats(std::string_view attribute) const = 0;
  virtual Result<std::vector<std::string>> get_strings(std::string_view attribute) const = 0;
  /// kInvalidModel when the node has none.
  virtual Result<Tensor> get_tensor(std::string_view attribute) const = 0;
};

/// One operator. The functions are called from any thread that runs a session, several at once:
/// they must not change what they share. What they throw is kInternal.
struct CustomOp {
  std::string domain;  ///< a domain of your own ("com.example"); ONNX's own are not extended
  std::string name;
  int since = 1;  ///< opset version of the domain from which this meaning holds
  size_t least_inputs = 0;
  size_t most_inputs = 65534;
  size_t most_outputs = 65534;
  /// Same inputs and attributes, same outputs, nothing else: results may be shared and computed
  /// once, when the model is opened.
  bool pure = true;
  /// Types of the outputs from those of the inputs (sizes that vary are -1; an input left out has
  /// no dtype); refuses what cannot be.
  std::function<Result<std::vector<ValueDescription>>(const CustomNode& node,
                                                      std::span<const ValueDescription> inputs)>
      infer;
  /// The outputs. Inputs are borrowed until it returns; one left out is an undefined tensor.
  /// Outputs may share the storage of nothing but what they own.
  std::function<Result<std::vector<Value>>(const CustomNode& node, std::span<const Value> inputs)>
      run;
};

}  // namespace tundish

#endif  // TUNDISH_CUSTOM_OP_H_
