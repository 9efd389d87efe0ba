// ai.onnx.ml LabelEncoder: each element looked up in a list of keys.
#include <algorithm>
#include <cmath>
#include <string>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kLabels{DType::kString, DType::kInt64, DType::kFloat32,
                           DType::kInt32,  DType::kInt16, DType::kFloat64};

// dispatch() over types that include strings.
template <class Function> Status dispatch_label(DType dtype, Function&& function) {
  if (dtype == DType::kString) return function.template operator()<std::string>();
  return dispatch(Types<int64_t, float, int32_t, int16_t, double>(), dtype,
                  std::forward<Function>(function));
}

// A list attribute in any of its forms: <stem>_tensor, <stem>_strings, <stem>_int64s,
// <stem>_floats. Undefined when none is there.
Result<Tensor> read_list(const AttributeList& attributes, std::string_view stem) {
  const std::string tensor = cat(stem, "_tensor");
  if (attributes.has(tensor)) return attributes.require_tensor(tensor);
  if (const std::string name = cat(stem, "_strings"); attributes.has(name)) {
    TRY_ASSIGN(const std::vector<std::string> values, attributes.get_strings(name));
    return Tensor::of_strings(values);
  }
  if (const std::string name = cat(stem, "_int64s"); attributes.has(name)) {
    TRY_ASSIGN(const std::vector<int64_t> values, attributes.get_ints(name));
    return Tensor::of<int64_t>(values);
  }
  if (const std::string name = cat(stem, "_floats"); attributes.has(name)) {
    TRY_ASSIGN(const std::vector<float> values, attributes.get_floats(name));
    return Tensor::of<float>(values);
  }
  return Tensor();
}

// The answer for what is not among the keys, of the values' type: given, or ONNX's own.
Result<Tensor> read_default(const AttributeList& attributes, DType dtype) {
  if (attributes.has("default_tensor")) {
    TRY_ASSIGN(Tensor given, attributes.require_tensor("default_tensor"));
    if (given.dtype() != dtype || given.element_count() != 1) {
      return InvalidModel(cat("attribute \"default_tensor\": expected one ", dtype_name(dtype)));
    }
    return given;
  }
  switch (dtype) {
    case DType::kString: {
      TRY_ASSIGN(const std::string text, attributes.get_string("default_string", "_Unused"));
      return Tensor::of_strings(std::span(&text, 1));
    }
    case DType::kInt64: {
      TRY_ASSIGN(const int64_t number, attributes.get_int("default_int64", -1));
      return Tensor::scalar(number);
    }
    case DType::kFloat32: {
      TRY_ASSIGN(const float number, attributes.get_float("default_float", -0.0F));
      return Tensor::scalar(number);
    }
    case DType::kInt32: return Tensor::scalar(int32_t{-1});
    case DType::kInt16: return Tensor::scalar(int16_t{-1});
    default: return Tensor::scalar(-0.0);
  }
}

template <class Key> bool is_nan(const Key& key) {
  if constexpr (std::is_floating_point_v<Key>) {
    return key != key;
  } else {
    return false;
  }
}

// Keys in order with the place of their value. NaN matches NaN; of equal keys the last one counts.
struct LabelTable {
  Tensor keys;
  Tensor values;
  Tensor fallback;
  std::vector<uint32_t>
      order;  ///< places of distinct keys, ascending by key; NaN is not among them
  int64_t nan_place = -1;

  /// Place of the key's value, -1 when there is none.
  template <class Key> int64_t find(const Key& key) const {
    if (is_nan(key)) return nan_place;
    const std::span<const Key> all = keys.values<Key>();
    const auto at = std::lower_bound(order.begin(), order.end(), key,
                                     [&](uint32_t i, const Key& k) { return all[i] < k; });
    return at != order.end() && all[*at] == key ? int64_t{*at} : -1;
  }
};

template <class Key> void sort_keys(LabelTable& table) {
  const std::span<const Key> all = table.keys.values<Key>();
  for (size_t i = 0; i < all.size(); ++i) {
    if (is_nan(all[i])) {
      table.nan_place = static_cast<int64_t>(i);
    } else {
      table.order.push_back(static_cast<uint32_t>(i));
    }
  }
  std::ranges::stable_sort(table.order, [&](uint32_t a, uint32_t b) { return all[a] < all[b]; });
  std::vector<uint32_t> distinct;
  for (const uint32_t i : table.order) {
    if (!distinct.empty() && all[distinct.back()] == all[i]) {
      distinct.back() = i;
    } else {
      distinct.push_back(i);
    }
  }
  table.order = std::move(distinct);
}

Result<LabelTable> read_table(const Node& node) {
  LabelTable table;
  TRY_ASSIGN(table.keys, read_list(node.attributes, "keys"));
  TRY_ASSIGN(table.values, read_list(node.attributes, "values"));
  if (!table.keys.defined() || !table.values.defined()) {
    return InvalidModel("keys or values are missing");
  }
  if (!kLabels.contains(table.keys.dtype()) || !kLabels.contains(table.values.dtype())) {
    return InvalidModel(cat("keys of ", dtype_name(table.keys.dtype()), " and values of ",
                            dtype_name(table.values.dtype()), " are not allowed"));
  }
  if (table.keys.element_count() != table.values.element_count()) {
    return InvalidModel(
        cat(table.keys.element_count(), " keys, but ", table.values.element_count(), " values"));
  }
  TRY_ASSIGN(table.fallback, read_default(node.attributes, table.values.dtype()));
  TRY(dispatch_label(table.keys.dtype(), [&]<class Key>() {
    sort_keys<Key>(table);
    return ok();
  }));
  return table;
}

class LabelState : public KernelState {
 public:
  LabelTable table;
};

Status infer_label_encoder(InferContext& context) {
  TRY(expect_tensor(context, 0, kLabels, {}));
  TRY_ASSIGN(const LabelTable table, read_table(context.node()));
  if (table.keys.dtype() != context.input(0).dtype) {
    return InvalidModel(cat("keys are ", dtype_name(table.keys.dtype()), ", the input is ",
                            dtype_name(context.input(0).dtype)));
  }
  context.set_output(0, ValueType::tensor(table.values.dtype(), context.input(0).shape));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_label_encoder(const PrepareContext& context) {
  auto state = std::make_unique<LabelState>();
  TRY_ASSIGN(state->table, read_table(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

Status run_label_encoder(ExecContext& context) {
  const TensorView& x = context.input(0);
  std::optional<LabelTable> own;
  const LabelTable* table = nullptr;
  if (context.state() != nullptr) {
    table = &static_cast<const LabelState*>(context.state())->table;
  } else {
    TRY_ASSIGN(own, read_table(context.node()));
    table = &*own;
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, table->values.dtype(), x.shape));
  return dispatch_label(x.dtype, [&]<class Key>() {
    return dispatch_label(y.dtype, [&]<class Answer>() {
      const std::span<const Answer> answers = table->values.values<Answer>();
      const Answer& fallback = table->fallback.values<Answer>()[0];
      const std::span<const Key> keys = x.values<Key>();
      Answer* out = static_cast<Answer*>(y.data);
      for (size_t i = 0; i < keys.size(); ++i) {
        const int64_t place = table->find(keys[i]);
        out[i] = place >= 0 ? answers[static_cast<size_t>(place)] : fallback;
      }
      return ok();
    });
  });
}

// Version 2: any key and value types; 4 added tensors as attributes.
constexpr OpDef kOps[] = {
    {.name = "LabelEncoder",
     .domain = kDomainMl,
     .since = 2,
     .inputs = {1, 1},
     .traits = {.elementwise = true},
     .infer = infer_label_encoder,
     .run = run_label_encoder,
     .prepare = prepare_label_encoder},
};

}  // namespace

std::span<const OpDef> ops_label_encoder() { return kOps; }

}  // namespace tundish
