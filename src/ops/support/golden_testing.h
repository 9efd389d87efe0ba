// Cases of com.microsoft's operators with the answers of ONNX Runtime, as text.
//
// tests/golden/com_microsoft/OPERATOR.txt, written by tests/golden/make_com_microsoft.py:
//   case NAME TOLERANCE            as a share of 1 plus the size of each number
//   attribute NAME KIND VALUE...   int, float, string, ints, floats
//   in TYPE SHAPE VALUE... | in none
//   out TYPE SHAPE VALUE...
// SHAPE is 2x3, or "scalar".
#ifndef TUNDISH_OPS_SUPPORT_GOLDEN_TESTING_H_
#define TUNDISH_OPS_SUPPORT_GOLDEN_TESTING_H_

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "ops/support/testing.h"

namespace tundish::ops::testing {

struct GoldenCase {
  std::string name;
  double tolerance = 0;
  OpCall call;
  std::vector<Tensor> outputs;
};

inline Shape golden_shape(const std::string& text) {
  Shape shape;
  if (text == "scalar") return shape;
  std::istringstream words(text);
  int64_t size = 0;
  char apart = 'x';
  while (apart == 'x' && words >> size) {
    shape.append(size);
    apart = ' ';
    words >> apart;
  }
  return shape;
}

inline Tensor golden_tensor(std::istringstream& words) {
  std::string type;
  std::string shape;
  words >> type;
  if (type == "none") return {};
  words >> shape;
  using Written = Types<float, double, int64_t, int32_t, int8_t, uint8_t, Float16, bool>;
  const std::vector<std::pair<std::string, DType>> types = {
      {"float32", DType::kFloat32}, {"float64", DType::kFloat64}, {"int64", DType::kInt64},
      {"int32", DType::kInt32},     {"int8", DType::kInt8},       {"uint8", DType::kUint8},
      {"float16", DType::kFloat16}, {"bool", DType::kBool}};
  Tensor made;
  for (const auto& [name, dtype] : types) {
    if (name != type) continue;
    made = Tensor::allocate(dtype, golden_shape(shape)).value();
    const Status filled = dispatch(Written(), dtype, [&]<class T>() {
      for (int64_t i = 0; i < made.shape().element_count(); ++i) {
        double value = 0;
        words >> value;
        made.mutable_values<T>()[static_cast<size_t>(i)] = static_cast<T>(value);
      }
      return ok();
    });
    EXPECT_TRUE(filled.has_value());
  }
  EXPECT_TRUE(made.defined()) << type;
  EXPECT_FALSE(words.fail()) << type << " " << shape;
  return made;
}

inline void read_golden_attribute(std::istringstream& words, OpCall& call) {
  std::string name;
  std::string kind;
  words >> name >> kind;
  std::vector<float> numbers;
  std::string text;
  if (kind == "string") {
    words >> text;
    call.attributes.emplace_back(name, text);
    return;
  }
  for (float number = 0; words >> number;) numbers.push_back(number);
  if (kind == "int") call.attributes.emplace_back(name, static_cast<int64_t>(numbers.at(0)));
  if (kind == "float") call.attributes.emplace_back(name, numbers.at(0));
  if (kind == "floats") call.attributes.emplace_back(name, numbers);
  if (kind == "ints") {
    call.attributes.emplace_back(name, std::vector<int64_t>(numbers.begin(), numbers.end()));
  }
}

inline std::vector<GoldenCase> golden_cases(const std::string& op) {
  std::ifstream file(std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/com_microsoft/" + op +
                     ".txt");
  EXPECT_TRUE(file.is_open()) << op;
  std::vector<GoldenCase> cases;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "case") {
      cases.emplace_back();
      words >> cases.back().name >> cases.back().tolerance;
      cases.back().call.op = op;
      cases.back().call.domain = std::string(kDomainMicrosoft);
    } else if (key == "attribute") {
      read_golden_attribute(words, cases.back().call);
    } else if (key == "in") {
      cases.back().call.inputs.push_back(golden_tensor(words));
    } else if (key == "out") {
      cases.back().outputs.push_back(golden_tensor(words));
    }
  }
  return cases;
}

inline void expect_golden(const Tensor& got, const Tensor& want, double tolerance) {
  ASSERT_EQ(got.dtype(), want.dtype());
  ASSERT_EQ(got.shape().to_string(), want.shape().to_string());
  const auto number = [](const Tensor& tensor, size_t i) {
    double value = 0;
    EXPECT_TRUE(dispatch(AllNumbers(), tensor.dtype(), [&]<class T>() {
                  value = static_cast<double>(tensor.values<T>()[i]);
                  return ok();
                }).has_value());
    return value;
  };
  for (size_t i = 0; i < static_cast<size_t>(want.shape().element_count()); ++i) {
    const double expected = number(want, i);
    EXPECT_NEAR(number(got, i), expected, tolerance * (1 + std::fabs(expected))) << "element " << i;
  }
}

/// Runs every case of the operator, in one thread and in two.
inline void expect_golden_cases(const std::string& op) {
  const std::vector<GoldenCase> cases = golden_cases(op);
  EXPECT_FALSE(cases.empty());
  for (const GoldenCase& one : cases) {
    SCOPED_TRACE(op + " " + one.name);
    for (const int threads : {1, 2}) {
      OpCall call = one.call;
      call.thread_count = threads;
      call.output_count = one.outputs.size();
      const Result<std::vector<Tensor>> got = run_all(call);
      ASSERT_TRUE(got.has_value()) << got.error().to_string();
      for (size_t i = 0; i < one.outputs.size(); ++i) {
        SCOPED_TRACE("output " + std::to_string(i));
        expect_golden(got.value()[i], one.outputs[i], one.tolerance);
      }
    }
  }
}

}  // namespace tundish::ops::testing

#endif  // TUNDISH_OPS_SUPPORT_GOLDEN_TESTING_H_
