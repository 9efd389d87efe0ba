// What the artefact says of itself: the JSON values under the `tundish.` keys of metadata_props.
#ifndef TUNDISH_API_METADATA_H_
#define TUNDISH_API_METADATA_H_

#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "tundish/convert.h"
#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

inline constexpr std::string_view kContractKey = "tundish.contract";
inline constexpr std::string_view kMethodsKey = "tundish.methods";
inline constexpr std::string_view kSourceKey = "tundish.source";
inline constexpr std::string_view kGoldenRowsKey = "tundish.golden_rows";
inline constexpr std::string_view kCertificateKey = "tundish.certificate";

std::string contract_json(const FeatureContract& contract);
Result<FeatureContract> parse_contract(std::string_view json);

struct MethodTable {
  std::vector<MethodDescription> methods;
  std::string default_method;
};
std::string methods_json(const MethodTable& table);
Result<MethodTable> parse_methods(std::string_view json);

std::string source_json(const SourceDescription& source);
Result<SourceDescription> parse_source(std::string_view json);

/// Rows and the answers of the reference engine, one tensor per graph input and per output.
struct GoldenRows {
  std::vector<std::pair<std::string, Tensor>> inputs;
  std::vector<std::pair<std::string, Tensor>> outputs;
};
std::string golden_rows_json(const GoldenRows& rows);
Result<GoldenRows> parse_golden_rows(std::string_view json);

/// The certificate: what was proven and tried, with which version, engine and instruction set.
std::string certificate_json(const CheckReport& report);

/// Fills contract, methods and source of a model read from .onnx; absent keys leave them empty.
/// kInvalidModel naming the key whose value is damaged.
struct ArtefactFacts {
  FeatureContract contract;
  MethodTable methods;
  SourceDescription source;
};
Result<ArtefactFacts> parse_artefact_facts(const Graph& graph);

}  // namespace tundish

#endif  // TUNDISH_API_METADATA_H_
