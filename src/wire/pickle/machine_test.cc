#include "wire/pickle/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(PickleMachine, shares_objects_through_the_memo) {
  const Value value("(" + text("a") + "q\5h\5" + "p6\n" + "g6\n" + "r" + little(7) + "j" +
                    little(7) + "t");
  const auto items = value.graph.items(value.view().id());
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0], items[1]);
  EXPECT_EQ(items[1], items[2]);
  EXPECT_EQ(items[2], items[3]);
  const auto graph = read("\x80\x04" + make("sklearn.pipeline", "Pipeline") + "\x94]\x94h\1a0.",
                          ReadMode::kInspect);
  ASSERT_TRUE(graph);  // MEMOIZE numbers entries from 0; POP is listed
  EXPECT_EQ(graph->facts().refusals.size(), 1u);
}

TEST(PickleMachine, refuses_broken_memo_use) {
  EXPECT_THAT(verdict("\x80\x04)r" + little(0xffffffffu) + "."),
              HasSubstr("memo index 4294967295"));
  EXPECT_THAT(verdict("\x80\x04h\5."), HasSubstr("memo entry 5 was never written"));
  EXPECT_THAT(verdict("\x80\x04)r" + little(2) + "h\1."), HasSubstr("memo entry 1"));
  EXPECT_THAT(verdict("\x80\x04)p-1\n."), HasSubstr("is not a number"));
  EXPECT_THAT(verdict("\x80\x04)gx\n."), HasSubstr("is not a number"));
  EXPECT_THAT(verdict("\x80\x04\x94."), HasSubstr("stack underflow"));
}

TEST(PickleMachine, checks_frames) {
  const std::string model = file_with(kTrue).substr(2);
  EXPECT_EQ(verdict("\x80\x04\x95" + little(uint64_t{model.size()}) + model), "ok");
  EXPECT_THAT(verdict("\x80\x04\x95" + little(uint64_t{model.size() + 1}) + model),
              HasSubstr("truncated: the frame has"));
  EXPECT_THAT(verdict("\x80\x04\x95" + little(uint64_t{3}) + model), HasSubstr("end of its frame"));
  EXPECT_THAT(
      verdict("\x80\x04\x95" + little(uint64_t{12}) + "\x95" + little(uint64_t{0}) + "]]]."),
      HasSubstr("a frame begins inside another"));
}

TEST(PickleMachine, ends_with_one_value) {
  EXPECT_THAT(verdict("\x80\x04."), HasSubstr("stack is empty at STOP"));
  EXPECT_THAT(verdict("\x80\x04]]."), HasSubstr("2 values are left"));
  EXPECT_THAT(verdict("\x80\x04](."), HasSubstr("MARK is left open"));
  EXPECT_THAT(verdict("\x80\x04]"), HasSubstr("has no STOP"));
  EXPECT_THAT(verdict("\x80\x04]\xff."), HasSubstr("unknown opcode 0xff at offset 3"));
  EXPECT_THAT(verdict("\x80\x06]."), StartsWith("unsupported: pickle protocol 6"));
}

TEST(PickleMachine, refuses_opcodes_that_models_never_hold) {
  EXPECT_THAT(verdict(file_with("K\1"
                                "2\x86")),
              StartsWith("unsupported: opcode DUP"));
  EXPECT_THAT(verdict(file_with("K\1]0")), StartsWith("unsupported: opcode POP"));
  EXPECT_THAT(verdict(file_with("K\1(]1")), StartsWith("unsupported: opcode POP_MARK"));
  EXPECT_THAT(verdict(file_with("P7\n")), StartsWith("untrusted: opcode PERSID"));
  EXPECT_THAT(verdict(file_with("K\1Q")), StartsWith("untrusted: opcode BINPERSID"));
  EXPECT_THAT(verdict(file_with("\x82\1")), StartsWith("untrusted: opcode EXT1"));
  EXPECT_THAT(verdict(file_with("\x83\1\1")), StartsWith("untrusted: opcode EXT2"));
  EXPECT_THAT(verdict(file_with("\x84\1\1\1\1")), StartsWith("untrusted: opcode EXT4"));
  EXPECT_THAT(verdict(file_with("\x97")), StartsWith("untrusted: opcode NEXT_BUFFER"));
  EXPECT_THAT(verdict(file_with("]\x98")), StartsWith("untrusted: opcode READONLY_BUFFER"));
  EXPECT_THAT(verdict(file_with("(isklearn.pipeline\nPipeline\n")),
              StartsWith("untrusted: opcode INST"));
  EXPECT_THAT(verdict(file_with("(" + global("sklearn.pipeline", "Pipeline") + "o")),
              StartsWith("untrusted: opcode OBJ"));
  EXPECT_THAT(verdict(file_with(global("sklearn.pipeline", "Pipeline") + ")}\x92")),
              StartsWith("untrusted: opcode NEWOBJ_EX"));
}

TEST(PickleMachine, goes_on_behind_refused_opcodes_when_inspecting) {
  const std::string value =
      "(K\1"
      "2]0(]1P7\nK\1Q\x82\1\x83\1\1\x84\1\1\1\1\x97\x98(imycompany\nThing\n(" +
      global("sklearn.pipeline", "Pipeline") + "o" + global("sklearn.pipeline", "Pipeline") +
      ")}\x92t";
  const auto graph = read(file_with(value), ReadMode::kInspect);
  ASSERT_TRUE(graph);
  EXPECT_TRUE(graph->facts().complete);
  EXPECT_EQ(graph->facts().refusals.size(), 14u);
  const auto read_back = root_view(*graph, "m").attr("v");
  ASSERT_TRUE(read_back);
  EXPECT_EQ(read_back->size(), 11u);
  EXPECT_THAT(verdict(file_with("(o")), StartsWith("untrusted"));
  EXPECT_FALSE(read(file_with("(o"), ReadMode::kInspect)->facts().complete);
}

TEST(PickleMachine, keeps_its_limits) {
  Limits limits;
  limits.max_pickle_opcodes = 10;
  EXPECT_THAT(verdict(file_with(list({kTrue, kTrue, kTrue, kTrue})), limits),
              StartsWith("limit: more than 10 opcodes"));
  limits = {};
  limits.max_pickle_stack = 300;
  EXPECT_THAT(verdict("\x80\x04" + std::string(400, 'N'), limits),
              StartsWith("limit: more than 300 values"));
  limits = {};
  limits.max_pickle_marks = 5;
  EXPECT_THAT(verdict("\x80\x04" + std::string(6, '('), limits),
              StartsWith("limit: more than 5 open MARKs"));
  limits = {};
  limits.max_memory_bytes = 100'000;
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "]a";
  EXPECT_THAT(verdict(file_with("]" + many), limits), HasSubstr("--memory-limit"));
}

TEST(PickleMachine, lists_all_that_is_unknown) {
  std::string names = "(";
  for (int i = 0; i < 12; ++i) names += global("mycompany", "Thing" + std::to_string(i));
  const std::string said = verdict(file_with(names + "t"));
  EXPECT_THAT(said, StartsWith("unsupported: mycompany.Thing0 at offset "));
  EXPECT_THAT(said, HasSubstr("; mycompany.Thing7 "));
  EXPECT_THAT(said, HasSubstr("; and 4 more"));
  // A harmful name behind unknown ones is still found; damage behind them comes second.
  EXPECT_THAT(verdict(file_with(names + global("os", "system") + "t")),
              StartsWith("untrusted: os."));
  EXPECT_THAT(verdict(file_with(names)), StartsWith("unsupported: mycompany.Thing0"));
}

}  // namespace
}  // namespace tundish::pickle
