// ONNX's published backend cases on disk: a model, its inputs, the recorded outputs.
#ifndef TUNDISH_TESTS_CONFORMANCE_CASES_H_
#define TUNDISH_TESTS_CONFORMANCE_CASES_H_

#include <memory>
#include <string>
#include <vector>

#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::conformance {

/// One line of the manifest.
struct Case {
  std::string name;
  std::string suite;  ///< folder of the data: node, simple, pytorch-converted, ..., real
  enum class Expected : uint8_t { kPass, kSkip, kFail } expected = Expected::kPass;
  double rtol = 1e-3;  ///< the reference runner's defaults
  double atol = 1e-7;
  std::string reason;  ///< why it does not pass, or has other tolerances
};

/// name, suite, "pass", "skip" or "fail", and optionally rtol, atol, reason; tabs between; '#'
/// comments. "fail": runs and is known not to pass yet; that it passes must be written down.
Result<std::vector<Case>> read_manifest(const std::string& path);
/// All cases below the folder `data`, sorted by suite and name, with default tolerances
/// (data.json's own for the suite "real").
std::vector<Case> list_cases(const std::string& data);

/// Path of a case's model.
std::string model_path(const std::string& data, const Case& which);

struct Record {
  std::vector<Value> inputs;
  std::vector<Value> outputs;
};
/// Inputs and recorded outputs; those of suite "real" are made by its rule, arange(n) / n.
Result<Record> read_record(const std::string& data, const Case& which, const Model& model);

/// Empty when `got` equals `want` by the rules of onnx/backend/test/runner: shape and element type
/// exactly, |got - want| <= atol + rtol |want|, NaN equals NaN; else what differs.
std::string difference(const Value& got, const Value& want, double rtol, double atol);
/// Whether two values have the same bits.
bool same_bits(const Value& a, const Value& b);

}  // namespace tundish::conformance

#endif  // TUNDISH_TESTS_CONFORMANCE_CASES_H_
