// ai.onnx.ml CastMap: the values of a map with integer keys as one row [1, n].
//
// DENSE: in ascending order of the keys. SPARSE: at the place of the key in max_map columns. As
// ONNX Runtime: floats are cut to integers and written with six decimals.
#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

struct CastRule {
  DType to = DType::kFloat32;
  int64_t width = -1;  ///< of the answer; -1: as many as there are keys
};

Result<CastRule> read_rule(const Node& node) {
  CastRule rule;
  TRY_ASSIGN(const std::string to, node.attributes.get_string("cast_to", "TO_FLOAT"));
  TRY_ASSIGN(const std::string form, node.attributes.get_string("map_form", "DENSE"));
  TRY_ASSIGN(const int64_t width, node.attributes.get_int("max_map", 1));
  if (to == "TO_STRING") {
    rule.to = DType::kString;
  } else if (to == "TO_INT64") {
    rule.to = DType::kInt64;
  } else if (to != "TO_FLOAT") {
    return InvalidModel(cat("attribute \"cast_to\": unknown value ", quoted(to)));
  }
  if (form == "SPARSE") {
    rule.width = width;
    if (width < 1) return InvalidModel(cat("attribute \"max_map\" is ", width));
  } else if (form != "DENSE") {
    return InvalidModel(cat("attribute \"map_form\": unknown value ", quoted(form)));
  }
  return rule;
}

Status infer_cast_map(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kMap));
  TRY_ASSIGN(const CastRule rule, read_rule(context.node()));
  const ValueType& type = context.input(0);
  if (type.key != DType::kInt64 ||
      (type.dtype != DType::kFloat32 && type.dtype != DType::kString)) {
    return InvalidModel(cat("input 0: ", type.to_string(), " is not allowed"));
  }
  const Dim columns = rule.width < 0 ? Dim() : Dim(rule.width);
  context.set_output(0, ValueType::tensor(rule.to, std::vector<Dim>{1, columns}));
  return ok();
}

template <class T> Result<T> number_of(const std::string& text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  T value{};
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || stop != end) {
    return InvalidArgument(cat("input 0: ", quoted(text, 40), " is no number"));
  }
  return value;
}

std::string text_of(float value) {
  char text[64];  // the largest float has 39 digits before the point
  const auto [end, error] = std::to_chars(text, text + sizeof(text), static_cast<double>(value),
                                          std::chars_format::fixed, 6);
  return std::string(text, error == std::errc() ? end : text);
}

// out[place] = value i of the map in the wanted type.
Status write_value(const Map& map, size_t i, DType to, void* out, int64_t place) {
  const bool is_text = map.values.dtype() == DType::kString;
  if (to == DType::kString) {
    auto* target = static_cast<std::string*>(out) + place;
    *target =
        is_text ? map.values.values<std::string>()[i] : text_of(map.values.values<float>()[i]);
  } else if (to == DType::kInt64) {
    auto* target = static_cast<int64_t*>(out) + place;
    if (is_text) {
      TRY_ASSIGN(*target, number_of<int64_t>(map.values.values<std::string>()[i]));
    } else {
      *target = convert<int64_t>(map.values.values<float>()[i]);
    }
  } else {
    auto* target = static_cast<float*>(out) + place;
    if (is_text) {
      TRY_ASSIGN(*target, number_of<float>(map.values.values<std::string>()[i]));
    } else {
      *target = map.values.values<float>()[i];
    }
  }
  return ok();
}

Status run_cast_map(ExecContext& context) {
  TRY_ASSIGN(const CastRule rule, read_rule(context.node()));
  const Value value = context.input_value(0);
  const Map* map = value.map();
  if (map == nullptr || map->keys.dtype() != DType::kInt64 ||
      (map->values.dtype() != DType::kString && map->values.dtype() != DType::kFloat32) ||
      map->keys.element_count() != map->values.element_count()) {
    return InvalidArgument("input 0 is no map from integers to floats or strings");
  }
  const std::span<const int64_t> keys = map->keys.values<int64_t>();
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return keys[a] < keys[b]; });
  const int64_t width = rule.width < 0 ? static_cast<int64_t>(keys.size()) : rule.width;
  TRY_ASSIGN(const Tensor zeros, Tensor::allocate(rule.to, Shape{1, width}));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, rule.to, zeros.shape()));
  copy_elements(rule.to, y.data, zeros.data(), width);
  for (size_t i = 0; i < order.size(); ++i) {
    const int64_t key = keys[order[i]];
    if (rule.width >= 0 && (key < 0 || key >= width)) {
      return InvalidArgument(cat("input 0: key ", key, " outside [0, ", width, ")"));
    }
    const int64_t place = rule.width < 0 ? static_cast<int64_t>(i) : key;
    TRY(write_value(*map, order[i], rule.to, y.data, place));
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "CastMap",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_cast_map,
     .run = run_cast_map},
};

}  // namespace

std::span<const OpDef> ops_cast_map() { return kOps; }

}  // namespace tundish
