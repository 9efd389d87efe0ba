#include "ops/support/regex.h"

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;
using ops::Regex;

bool matches(std::string_view pattern, std::string_view text) {
  const Result<Regex> regex = Regex::compile(pattern);
  EXPECT_TRUE(regex.has_value()) << pattern << ": " << (regex ? "" : regex.error().to_string());
  if (!regex) return false;
  const Result<bool> found = regex.value().matches_all(text);
  EXPECT_TRUE(found.has_value()) << pattern;
  return found && found.value();
}

TEST(Regex, matches_the_whole_text) {
  EXPECT_TRUE(matches("www\\.[\\w.-]+\\.\\bcom\\b", "www.google.com"));
  EXPECT_FALSE(matches("www\\.[\\w.-]+\\.\\bcom\\b", "www.google.com "));
  EXPECT_TRUE(matches("a|ab", "ab"));
  EXPECT_TRUE(matches("(?i)ÄB*?", "äbb"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_FALSE(matches("a$", "a\n"));
  EXPECT_FALSE(matches(".", "\n"));
  EXPECT_TRUE(matches("(?s).", "\n"));
  EXPECT_TRUE(matches("(?m)a$\n^b", "a\nb"));
  EXPECT_TRUE(matches(".\\p{Greek}\\pL", "的αb"));
}

TEST(Regex, reads_what_differs_as_re2_does) {
  EXPECT_TRUE(matches("\\v", "\v"));
  EXPECT_FALSE(matches("\\v", "\n"));
  EXPECT_FALSE(matches("\\s", "\v"));
  EXPECT_TRUE(matches("[\\s]\\S", "\fx"));
  EXPECT_FALSE(matches("\\d", "٣"));
  EXPECT_TRUE(matches("a{,2}{x", "a{,2}{x"));
  EXPECT_TRUE(matches("a{1,2}", "aa"));
  EXPECT_TRUE(matches("\\Qa.*\\E+", "a.**"));
  EXPECT_TRUE(matches("\\101\\x41\\x{1F600}\\07", "AA\U0001F600\a"));
  EXPECT_TRUE(matches("[]a[]+", "]a["));
  EXPECT_TRUE(matches("[[:alpha:][:digit:]^-]+", "a1^-"));
  EXPECT_TRUE(matches("(?P<first>a)(?<second>b)(?:c)(?i-s:D)", "abcd"));
  EXPECT_TRUE(matches("\\.\\-\\{", ".-{"));
}

TEST(Regex, refuses_what_re2_has_not) {
  for (const std::string_view pattern :
       {"(a)\\1", "(?=a)",   "(?!a)", "(?<=a)b", "(?>a)",   "a*+",    "a**",  "a{2}{3}", "\\Ga",
        "\\R",    "\\h",     "\\Z",   "\\C",     "(*UTF)a", "(?P=x)", "(?R)", "(?1)",    "(?#x)",
        "(?x)a",  "a{1001}", "\\8",   "[a",      "[\\b]",   "\\",     "(?)",  "(?P<>a)", "\\ä"}) {
    expect_error(Regex::compile(pattern), ErrorCode::kInvalidModel, "no RE2 syntax");
  }
  expect_error(Regex::compile("(a"), ErrorCode::kInvalidModel, "parenthesis");
  expect_error(Regex::compile("*a"), ErrorCode::kInvalidModel, "quantifier");
  expect_error(Regex::compile("a\xff"), ErrorCode::kInvalidModel, "not UTF-8");
  expect_error(Regex::compile(std::string(70000, 'a')), ErrorCode::kLimit, "70000 bytes");
}

TEST(Regex, is_bounded) {
  const Result<Regex> regex = Regex::compile("(a|a)*[bd]");
  expect_error(regex.value().matches_all(std::string(40, 'a') + "c"), ErrorCode::kLimit, "steps");
}

TEST(Regex, finds_no_letters_in_broken_text) {
  EXPECT_FALSE(matches(".*", "a\xff"));
  EXPECT_FALSE(matches("a", "a\xff"));
}

}  // namespace
}  // namespace tundish
