// StringSplit: each string cut at a delimiter or at white space, padded to the longest list.
#include <algorithm>
#include <optional>
#include <string_view>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

struct SplitRule {
  std::string delimiter;  ///< empty: runs of white space
  int64_t most = -1;      ///< cuts; -1: any number
};

Result<SplitRule> read_rule(const Node& node) {
  SplitRule rule;
  TRY_ASSIGN(rule.delimiter, node.attributes.get_string("delimiter", ""));
  TRY_ASSIGN(rule.most, node.attributes.get_int("maxsplit", -1));
  return rule;
}

// White space as Python's str.split() sees it: bytes of the space that begins at `at`, 0 when none
// does. Beyond ASCII: U+0085, U+00A0, U+1680, U+2000 to 200A, 2028, 2029, 202F, 205F, 3000.
size_t space_bytes(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : uint8_t{0};
  };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return (lead >= 9 && lead <= 13) || (lead >= 28 && lead <= 32) ? 1 : 0;
  if (lead == 0xc2) return byte(1) == 0x85 || byte(1) == 0xa0 ? 2 : 0;
  if (lead == 0xe1) return byte(1) == 0x9a && byte(2) == 0x80 ? 3 : 0;
  if (lead == 0xe3) return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;
  if (lead != 0xe2) return 0;
  const uint8_t last = byte(2);
  if (byte(1) == 0x81) return last == 0x9f ? 3 : 0;
  const bool is_space =
      (last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 || last == 0xaf;
  return byte(1) == 0x80 && is_space ? 3 : 0;
}

void split_at_space(std::string_view text, int64_t most, std::vector<std::string_view>& parts) {
  size_t at = 0;
  const auto skip = [&] {
    while (at < text.size()) {
      const size_t bytes = space_bytes(text, at);
      if (bytes == 0) break;
      at += bytes;
    }
  };
  skip();
  for (int64_t cuts = 0; at < text.size(); ++cuts) {
    const size_t begin = at;
    if (most >= 0 && cuts == most) {
      // The rest, without white space at its end.
      size_t end = begin;
      while (at < text.size()) {
        const size_t bytes = space_bytes(text, at);
        at += std::max<size_t>(bytes, 1);
        if (bytes == 0) end = at;
      }
      parts.push_back(text.substr(begin, end - begin));
      return;
    }
    while (at < text.size() && space_bytes(text, at) == 0) ++at;
    parts.push_back(text.substr(begin, at - begin));
    skip();
  }
}

void split(std::string_view text, const SplitRule& rule, std::vector<std::string_view>& parts) {
  parts.clear();
  if (rule.delimiter.empty()) return split_at_space(text, rule.most, parts);
  for (int64_t cuts = 0; rule.most < 0 || cuts < rule.most; ++cuts) {
    const size_t at = text.find(rule.delimiter);
    if (at == std::string_view::npos) break;
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + rule.delimiter.size());
  }
  parts.push_back(text);
}

Status infer_string_split(InferContext& context) {
  TRY(expect_tensor(context, 0, kStrings, {}));
  TRY_ASSIGN(const SplitRule rule, read_rule(context.node()));
  SymbolicShape parts = context.input(0).shape;
  if (parts) parts->emplace_back();
  if (parts && parts->size() > Shape::kMaxRank) {
    return Limit(cat("a rank of ", parts->size(), " is above the limit of ", Shape::kMaxRank));
  }
  context.set_output(0, ValueType::tensor(DType::kString, std::move(parts)));
  if (context.node().outputs.size() > 1) {
    context.set_output(1, ValueType::tensor(DType::kInt64, context.input(0).shape));
  }
  return ok();
}

Status run_string_split(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const SplitRule rule, read_rule(context.node()));
  if (x.shape.rank() == Shape::kMaxRank) {
    return Limit(cat("one more axis is above the limit of ", Shape::kMaxRank));
  }
  const std::span<const std::string> texts = x.values<std::string>();
  std::vector<std::string_view> parts;
  std::vector<int64_t> counts(texts.size());
  int64_t longest = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    split(texts[i], rule, parts);
    counts[i] = static_cast<int64_t>(parts.size());
    longest = std::max(longest, counts[i]);
  }
  Shape shape = x.shape;
  shape.append(longest);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kString, shape));
  auto* out = static_cast<std::string*>(y.data);
  for (size_t i = 0; i < texts.size(); ++i) {
    split(texts[i], rule, parts);
    std::string* row = out + static_cast<int64_t>(i) * longest;
    for (size_t k = 0; k < static_cast<size_t>(longest); ++k) {
      row[k] = k < parts.size() ? parts[k] : std::string_view();
    }
  }
  if (context.output_count() < 2 || !context.output_wanted(1)) return ok();
  TRY_ASSIGN(const MutableTensorView z, context.output(1, DType::kInt64, x.shape));
  copy_elements(DType::kInt64, z.data, counts.data(), static_cast<int64_t>(counts.size()));
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "StringSplit",
     .since = 20,
     .inputs = {1, 1},
     .outputs = {1, 2},
     .infer = infer_string_split,
     .run = run_string_split},
};

}  // namespace

std::span<const OpDef> ops_string_split() { return kOps; }

}  // namespace tundish
