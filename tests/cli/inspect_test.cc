// tundish inspect through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Inspect, shows_the_source_and_the_artefact) {
  const Folder folder;
  const Finished source = tundish({"inspect", example("model.joblib")});
  EXPECT_EQ(source.status, 0) << source.err;
  EXPECT_THAT(source.out, HasSubstr("sklearn.pipeline.Pipeline"));
  EXPECT_THAT(source.out, HasSubstr("estimators_"));
  const std::string model = converted(folder);
  const Finished artefact = tundish({"inspect", model});
  EXPECT_THAT(artefact.out, HasSubstr("tundish.certificate"));
  EXPECT_THAT(artefact.out, HasSubstr("method: decision_function"));
  EXPECT_THAT(tundish({"inspect", model, "--graph"}).out, StartsWith("graph "));
  EXPECT_THAT(tundish({"inspect", model, "--dot"}).out, HasSubstr("digraph"));
  EXPECT_THAT(tundish({"inspect", "--globals", example("model.joblib")}).out,
              HasSubstr("sklearn.ensemble._iforest.IsolationForest"));
  EXPECT_THAT(tundish({"inspect", "--engines"}).out, HasSubstr("native ort reference"));
}

TEST(Inspect, shows_what_convert_refuses) {
  const Folder folder;
  write_text(folder / "evil.pkl", "cposix\nsystem\n(S'true'\ntR.");
  const Finished shown = tundish({"inspect", folder / "evil.pkl"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("refused: untrusted"));
  EXPECT_THAT(tundish({"inspect", folder / "evil.pkl", "--globals"}).out,
              HasSubstr("posix.system"));
  EXPECT_EQ(tundish({"inspect", folder / "evil.pkl", "--strict"}).status, 6);
  EXPECT_EQ(tundish({"convert", folder / "evil.pkl"}).status, 6);
}

}  // namespace
}  // namespace tundish
