// What ONNX's operators may hold at each opset: the attributes that exist there.
#ifndef TUNDISH_IMPORT_ONNX_SCHEMA_H_
#define TUNDISH_IMPORT_ONNX_SCHEMA_H_

#include <string_view>

#include "ir/attribute.h"
#include "tundish/result.h"

namespace tundish {

/// "ai.onnx" is another way to write the default domain.
std::string_view plain_domain(std::string_view domain);

/// Whether an operator exists at `version` of its domain and has all of these attributes there: an
/// attribute that nobody reads would be an answer nobody meant. kInvalidModel naming operator,
/// attribute and versions. Operators that the table does not list pass (whether they are known is
/// for the table of operators to say). From ONNX 1.22's operator schemas and their history.
Status check_schema(std::string_view domain, std::string_view op, int version,
                    const AttributeList& attributes);

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_SCHEMA_H_
