// Graph -> bytes of a plain .onnx file.
#ifndef TUNDISH_EXPORT_ONNX_H_
#define TUNDISH_EXPORT_ONNX_H_

#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/op_def.h"
#include "tundish/convert.h"
#include "tundish/result.h"

namespace tundish {

struct ExportOptions {
  /// kAuto: standard operators wherever they lose nothing, else the domain `tundish`. kPortable:
  /// standard operators or kUnsupported naming operator and reason. kNative: compact tundish forms,
  /// constants on 64-byte boundaries of the file so that they can be mapped.
  Target target = Target::kAuto;
  /// Opset of the default domain to write; 0 = the lowest that holds the graph, at least 18.
  int opset = 0;
};

/// What was chosen, one line each.
struct ExportReport {
  std::vector<std::string> decisions;
  /// Operators of the domain `tundish` in the file, each with the reason.
  std::vector<std::string> own_operators;
};

/// Encodes a graph. Same graph, options and version: same bytes (no time stamp, no path). The
/// metadata of the graph is written as it is; the last entry becomes `tundish.digest`, which covers
/// every byte of the file (wire/onnx/digest.h). Errors: kInvalidModel when the graph does not
/// verify; kUnsupported naming node and operator when it cannot be written as asked;
/// kInvalidArgument for an opset that is out of range; kLimit above 2 GiB, protobuf's bound.
Result<std::string> export_onnx(const Graph& graph, const OpTable& ops,
                                const ExportOptions& options = {}, ExportReport* report = nullptr);

}  // namespace tundish

#endif  // TUNDISH_EXPORT_ONNX_H_
