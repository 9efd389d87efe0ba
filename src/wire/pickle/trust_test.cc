#include "wire/pickle/trust.h"

#include <gtest/gtest.h>

namespace tundish::pickle {
namespace {

TEST(Trust, knows_modules_that_reach_the_system) {
  for (const char* module : {"os", "posix", "nt", "os.path", "subprocess", "sys", "builtins",
                             "numpy.f2py.crackfortran", "joblib.externals", "cloudpickle"})
    EXPECT_EQ(judge_name(module, "Anything").code, ErrorCode::kUntrusted) << module;
  EXPECT_EQ(judge_name("osmium", "Anything").code, ErrorCode::kUnsupported);
  EXPECT_EQ(judge_name("numpy", "fromfile").code, ErrorCode::kUnsupported);
}

TEST(Trust, knows_names_made_to_deceive) {
  EXPECT_EQ(judge_name("nump\xd1\x83", "ndarray").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("a b", "C").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("mypackage", "C\n").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("mypackage", "\xff").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("numpy", "os.system").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("numpy", "Array.__init__").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("numpy", "Array.__Class").code, ErrorCode::kUntrusted);
  EXPECT_EQ(judge_name("mypackage", "Outer.Inner").code, ErrorCode::kUnsupported);
  EXPECT_EQ(judge_name("mypackage", "D\xc3\xbcse").code, ErrorCode::kUnsupported);
}

TEST(Trust, tells_classes_by_their_spelling) {
  EXPECT_TRUE(looks_like_class("Pipeline"));
  EXPECT_TRUE(looks_like_class("_BinMapper"));
  EXPECT_TRUE(looks_like_class("Outer.Inner"));
  EXPECT_FALSE(looks_like_class("load"));
  EXPECT_FALSE(looks_like_class("<lambda>"));
  EXPECT_FALSE(looks_like_class("__"));
}

TEST(Trust, shows_names_safely) {
  EXPECT_EQ(shown_name("posix\n\x1b[2J", "posix\n\x1b[2J", "system"), "posix\\n\\x1b[2J.system");
  EXPECT_EQ(shown_name("__builtin__", "builtins", "eval"), "__builtin__.eval (= builtins.eval)");
  EXPECT_EQ(shown_name("m", "m", "D\xc3\xbcse"), "m.D\xc3\xbcse");
  EXPECT_EQ(shown_name("m", "m", "a\xe2\x80\xae"), "m.a\\u202e");
  EXPECT_EQ(shown_name("m", "m", "\xf0\x9f\x98\x80\xff"), "m.\\U0001f600\\xff");
}

}  // namespace
}  // namespace tundish::pickle
