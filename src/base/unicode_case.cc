#include "base/unicode_case.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace tundish {
namespace {

// Code points first, first + step, ..., last, each mapped to itself + delta.
struct CaseRun {
  uint32_t first, last;
  int32_t step, delta;
};
// One code point that becomes up to three; 0 where there are fewer.
struct CaseSpecial {
  uint32_t code;
  std::array<uint32_t, 3> becomes;
};
struct CodeRange {
  uint32_t first, last;
};

#include "base/unicode_case.inc"

struct Mapping {
  std::span<const CaseRun> runs;
  std::span<const CaseSpecial> special;
};
constexpr Mapping kToLower = {kLowerRuns, kLowerSpecial};
constexpr Mapping kToUpper = {kUpperRuns, kUpperSpecial};

constexpr uint32_t kSigma = 0x3a3;
constexpr uint32_t kFinalSigma = 0x3c2;

// One code point of the text: its value and its bytes. Value kInvalid for a byte that begins none.
constexpr uint32_t kInvalid = 0xffffffff;
struct Code {
  uint32_t value;
  size_t bytes;
};

Code code_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < bytes) return {kInvalid, 1};
  uint32_t value = lead & (0x7fU >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {kInvalid, 1};
    value = value << 6 | (byte(at + i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value < 0xe000;
  if (value < kLeast[bytes - 2] || value > 0x10ffff || is_surrogate) return {kInvalid, 1};
  return {value, bytes};
}

void append_code(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

bool is_in(std::span<const CodeRange> ranges, uint32_t code) {
  const auto after = std::ranges::upper_bound(ranges, code, {}, &CodeRange::first);
  return after != ranges.begin() && code <= std::prev(after)->last;
}

void append_mapped(std::string& out, uint32_t code, const Mapping& mapping) {
  const auto special = std::ranges::lower_bound(mapping.special, code, {}, &CaseSpecial::code);
  if (special != mapping.special.end() && special->code == code) {
    for (const uint32_t one : special->becomes) {
      if (one != 0) append_code(out, one);
    }
    return;
  }
  const auto after = std::ranges::upper_bound(mapping.runs, code, {}, &CaseRun::first);
  if (after != mapping.runs.begin()) {
    const CaseRun& run = *std::prev(after);
    if (code <= run.last && (code - run.first) % static_cast<uint32_t>(run.step) == 0) {
      code += static_cast<uint32_t>(run.delta);
    }
  }
  append_code(out, code);
}

// Final_Sigma of the Unicode Standard, section 3.13: a cased letter before, looking past what is
// ignored, and none after.
bool is_final_sigma(std::string_view text, size_t at, size_t after) {
  bool has_cased_before = false;
  while (at > 0) {
    do --at;
    while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
    const uint32_t code = code_at(text, at).value;
    if (is_in(kCaseIgnorable, code)) continue;
    has_cased_before = is_in(kCased, code);
    break;
  }
  if (!has_cased_before) return false;
  while (after < text.size()) {
    const Code code = code_at(text, after);
    if (!is_in(kCaseIgnorable, code.value)) return !is_in(kCased, code.value);
    after += code.bytes;
  }
  return true;
}

std::string mapped(std::string_view text, const Mapping& mapping) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Code code = code_at(text, at);
    if (code.value == kInvalid) {
      out.push_back(text[at]);
    } else if (code.value == kSigma && mapping.runs.data() == kToLower.runs.data() &&
               is_final_sigma(text, at, at + code.bytes)) {
      append_code(out, kFinalSigma);
    } else {
      append_mapped(out, code.value, mapping);
    }
    at += code.bytes;
  }
  return out;
}

}  // namespace

std::string lower_case(std::string_view text) { return mapped(text, kToLower); }
std::string upper_case(std::string_view text) { return mapped(text, kToUpper); }

}  // namespace tundish
