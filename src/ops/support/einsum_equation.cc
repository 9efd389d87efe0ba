#include "ops/support/einsum_equation.h"

#include <algorithm>

#include "base/strings.h"

namespace tundish::ops {
namespace {

std::optional<uint8_t> index_of(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<uint8_t>(letter - 'A');
  if (letter >= 'a' && letter <= 'z') return static_cast<uint8_t>(letter - 'a' + 26);
  return std::nullopt;
}

Result<IndexList> parse_term(std::string_view text) {
  IndexList term;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ' ') continue;
    if (const std::optional<uint8_t> index = index_of(text[at])) {
      term.push_back(*index);
    } else if (text.substr(at, 3) == "..." && std::ranges::count(term, kEllipsis) == 0) {
      term.push_back(kEllipsis);
      at += 2;
    } else {
      return InvalidModel(cat("equation: term ", quoted(std::string(text)), " at ", at));
    }
  }
  return term;
}

// The ellipsis, then every letter that occurs once.
IndexList implicit_output(std::span<const IndexList> terms) {
  std::array<int, 256> seen{};
  for (const IndexList& term : terms) {
    for (const uint8_t index : term) ++seen[index];
  }
  IndexList output;
  if (seen[kEllipsis] > 0) output.push_back(kEllipsis);
  for (uint8_t index = 0; index < kLetterIndices; ++index) {
    if (seen[index] == 1) output.push_back(index);
  }
  return output;
}

Status check_output(std::span<const IndexList> terms, const IndexList& output) {
  for (const uint8_t index : output) {
    if (std::ranges::count(output, index) > 1) {
      return InvalidModel("equation: an index occurs twice in the output");
    }
    const auto has_index = [&](const IndexList& term) {
      return std::ranges::find(term, index) != term.end();
    };
    if (index != kEllipsis && std::ranges::none_of(terms, has_index)) {
      return InvalidModel("equation: an index of the output occurs in no operand");
    }
  }
  return ok();
}

}  // namespace

Result<EinsumEquation> EinsumEquation::parse(std::string_view text) {
  EinsumEquation equation;
  const size_t arrow = text.find("->");
  std::string_view rest = text.substr(0, arrow);
  while (true) {
    const size_t comma = rest.find(',');
    TRY_ASSIGN(IndexList term, parse_term(rest.substr(0, comma)));
    equation.terms.push_back(std::move(term));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (arrow == std::string_view::npos) {
    equation.output = implicit_output(equation.terms);
  } else {
    TRY_ASSIGN(equation.output, parse_term(text.substr(arrow + 2)));
    TRY(check_output(equation.terms, equation.output));
  }
  return equation;
}

Result<EinsumEquation> EinsumEquation::expanded(std::span<const size_t> ranks) const {
  if (ranks.size() != terms.size()) {
    return InvalidModel(cat("equation of ", terms.size(), " operands, got ", ranks.size()));
  }
  size_t widest = 0;  // axes of the widest ellipsis
  for (size_t i = 0; i < terms.size(); ++i) {
    const bool has_ellipsis = std::ranges::count(terms[i], kEllipsis) > 0;
    const size_t letters = terms[i].size() - (has_ellipsis ? 1 : 0);
    if (ranks[i] < letters || (ranks[i] > letters && !has_ellipsis)) {
      return InvalidModel(cat("input ", i, ": rank ", ranks[i], ", the equation has ", letters,
                              has_ellipsis ? " or more" : "", " axes"));
    }
    widest = std::max(widest, ranks[i] - letters);
  }
  const auto expand = [&](const IndexList& term, size_t axes) {
    IndexList full;
    for (const uint8_t index : term) {
      if (index != kEllipsis) {
        full.push_back(index);
        continue;
      }
      for (size_t k = widest - axes; k < widest; ++k) {
        full.push_back(static_cast<uint8_t>(kLetterIndices + k));
      }
    }
    return full;
  };
  EinsumEquation made;
  for (size_t i = 0; i < terms.size(); ++i) {
    const auto has_ellipsis = static_cast<size_t>(std::ranges::count(terms[i], kEllipsis));
    made.terms.push_back(expand(terms[i], ranks[i] + has_ellipsis - terms[i].size()));
  }
  made.output = expand(output, widest);
  if (made.output.size() > Shape::kMaxRank) {
    return InvalidModel(
        cat("equation: an output of ", made.output.size(), " axes, at most ", Shape::kMaxRank));
  }
  return made;
}

}  // namespace tundish::ops
