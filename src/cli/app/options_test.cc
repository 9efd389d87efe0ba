#include "cli/app/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Words {
  Options options;
  std::string file, rule, output;
  std::vector<std::string> steps;
  bool force = false;
  int64_t count = 7;
  double seconds = 0;

  Words() {
    options.add("file", &file, "FILE", "what to read").required = true;
    options.add("-o,--output", &output, "FILE", "where to write");
    options.add("--rule", &rule, "RULE", "what to do").choices = {"fail", "skip"};
    options.add("--steps", &steps, "A,B", "pieces in order").separator = ',';
    options.flag("--force", force, "replace");
    options.add("--count", &count, "N", "how many");
    options.add("--seconds", &seconds, "S", "how long");
  }
};

TEST(Options, fills_every_kind_of_target) {
  Words w;
  const ParseOutcome outcome =
      parse_options(w.options, {"m.joblib", "-o", "m.onnx", "--steps", "a,b", "--steps=c",
                                "--force", "--count", "12", "--seconds", "0.5"});
  EXPECT_EQ(outcome.fault, "");
  EXPECT_FALSE(outcome.help_wanted);
  EXPECT_EQ(w.file, "m.joblib");
  EXPECT_EQ(w.output, "m.onnx");
  EXPECT_THAT(w.steps, ElementsAre("a", "b", "c"));
  EXPECT_TRUE(w.force);
  EXPECT_EQ(w.count, 12);
  EXPECT_EQ(w.seconds, 0.5);
}

TEST(Options, names_the_fault_and_the_nearest_option) {
  Words w;
  EXPECT_THAT(parse_options(w.options, {"m", "--forse"}).fault, HasSubstr("did you mean --force?"));
  EXPECT_THAT(parse_options(w.options, {"m", "--xyzzy"}).fault,
              HasSubstr("unknown option \"--xyzzy\""));
  EXPECT_THAT(parse_options(w.options, {"m", "second"}).fault,
              HasSubstr("unexpected word \"second\""));
  EXPECT_THAT(parse_options(w.options, {}).fault, HasSubstr("required"));
  EXPECT_THAT(parse_options(w.options, {"m", "--rule", "maybe"}).fault, HasSubstr("maybe"));
  EXPECT_THAT(parse_options(w.options, {"m", "--count", "many"}).fault, HasSubstr("many"));
  EXPECT_NE(parse_options(w.options, {"m", "--output"}).fault, "");
}

TEST(Options, help_wins_over_faults) {
  Words w;
  EXPECT_TRUE(parse_options(w.options, {"-h"}).help_wanted);
  EXPECT_TRUE(parse_options(w.options, {"m", "--help"}).help_wanted);
}

TEST(Options, help_shows_usage_options_and_examples) {
  Words w;
  const std::string text = help_text("demo", "does a thing", w.options, {"tundish demo x"});
  EXPECT_THAT(text, HasSubstr("usage: tundish demo [options] FILE\n"));
  EXPECT_THAT(text, HasSubstr("-o, --output FILE"));
  EXPECT_THAT(text, HasSubstr("--force "));
  EXPECT_THAT(text, HasSubstr("examples:\n  tundish demo x\n"));
}

}  // namespace
}  // namespace tundish
