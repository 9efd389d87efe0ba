// Reports as the JSON documents that scripts read (docs/reference/json.md).
#ifndef TUNDISH_CLI_APP_REPORT_JSON_H_
#define TUNDISH_CLI_APP_REPORT_JSON_H_

#include <optional>
#include <string>
#include <vector>

#include "tundish/convert.h"
#include "tundish/optimize.h"
#include "tundish/result.h"
#include "tundish/session.h"

namespace tundish {

/// One source of `convert`, done or failed.
struct ConvertedSource {
  std::string source;
  std::string output;                    ///< empty when nothing was written
  std::optional<Conversion> conversion;  ///< without its bytes
  uint64_t output_bytes = 0;
  double seconds = 0;
  std::optional<Error> error;
};

std::string convert_json(const std::vector<ConvertedSource>& sources);
std::string check_json(const CheckReport& report);
std::string inspect_json(const std::string& path, const InspectReport& report);
/// `output` is empty when nothing was written.
std::string optimize_json(const std::string& model, const std::string& output,
                          const Optimization& done);
std::string formats_json(const std::vector<FormatRow>& rows);

/// What `run` did.
struct RunSummary {
  struct Output {
    std::string name, dtype;
    std::vector<int64_t> shape;
  };
  uint64_t rows = 0;
  uint64_t bad_rows = 0;
  double seconds = 0;
  std::string engine, isa;
  std::vector<Output> outputs;
  std::vector<std::string> files;
};
std::string run_json(const RunSummary& summary);

/// Profile of a session in Chrome's trace event format: the nodes one after the other, each as long
/// as the sum of its calls; name, operator, kernel and calls in `args`.
std::string chrome_trace(const std::vector<NodeReport>& nodes);

}  // namespace tundish

#endif  // TUNDISH_CLI_APP_REPORT_JSON_H_
