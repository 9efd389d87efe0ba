#include "import/onnx/schema.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include "base/strings.h"
#include "ir/graph.h"

namespace tundish {

namespace {

struct Schema {
  std::string_view domain, op;
  int since;  ///< first opset
  /// Names apart by blanks, each as `name@first<end`: the opsets that have it.
  std::string_view attributes;
};

constexpr Schema kSchemas[] = {
#include "import/onnx/schema_microsoft.inc"
#include "import/onnx/schema_table.inc"
    {kDomainTundish, "TreeEnsemble", 1, "accumulate aggregate base_order n_targets"},
};

/// The opsets [since, until) that have an attribute.
struct Span {
  int since = 0;
  int until = 0;
};

int number_after(std::string_view word, char mark, int otherwise) {
  const size_t at = word.find(mark);
  if (at == std::string_view::npos) return otherwise;
  int number = 0;
  std::from_chars(word.data() + at + 1, word.data() + word.size(), number);
  return number;
}

std::optional<Span> find_span(const Schema& schema, std::string_view name) {
  std::string_view rest = schema.attributes;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (word.substr(0, word.find_first_of("@<")) != name) continue;
    return Span{number_after(word, '@', schema.since), number_after(word, '<', 0)};
  }
  return std::nullopt;
}

}  // namespace

std::string_view plain_domain(std::string_view domain) {
  return domain == "ai.onnx" ? kDomainOnnx : domain;
}

Status check_schema(std::string_view domain, std::string_view op, int version,
                    const AttributeList& attributes) {
  const auto* const schema = std::ranges::find_if(
      kSchemas, [&](const Schema& s) { return s.domain == domain && s.op == op; });
  if (schema == std::end(kSchemas)) return ok();
  if (version < schema->since) {
    return InvalidModel(cat("operator ", op, " exists from opset ", schema->since,
                            " on, the file is of opset ", version));
  }
  for (const auto& [name, value] : attributes.items()) {
    const std::optional<Span> span = find_span(*schema, name);
    if (!span) return InvalidModel(cat("attribute ", quoted(name), " does not exist in ", op));
    if (version < span->since || (span->until != 0 && version >= span->until)) {
      const std::string last = span->until == 0 ? "on" : cat("to ", span->until - 1);
      return InvalidModel(cat("attribute ", quoted(name), " exists in ", op, " from opset ",
                              span->since, " ", last, ", the file is of opset ", version));
    }
  }
  return ok();
}

}  // namespace tundish
