// How large a model becomes when its functions take the place of their calls.
#ifndef TUNDISH_IMPORT_ONNX_FUNCTION_SIZE_H_
#define TUNDISH_IMPORT_ONNX_FUNCTION_SIZE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tundish/limits.h"
#include "tundish/result.h"
#include "wire/onnx/records.h"

namespace tundish {

/// Functions by function_key().
using OnnxFunctions = std::map<std::string, OnnxFunction*, std::less<>>;

/// "domain:name:overload", the domain without its alias.
std::string function_key(std::string_view domain, std::string_view name, std::string_view overload);

/// Nothing is put in place yet, so that ten calls of ten calls of ten calls cost nothing. kLimit
/// when the graph would have more nodes than Limits::max_inlined_nodes; kInvalidModel naming a
/// function that calls itself, directly or through others.
Status check_function_sizes(const OnnxGraph& graph, const OnnxFunctions& functions,
                            const Limits& limits);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_FUNCTION_SIZE_H_
