#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(PickleObjects, reads_names_by_both_opcodes) {
  const Value value("(" + global("numpy", "float64") + text("numpy") + text("log1p") + "\x93t");
  EXPECT_EQ(value.view().item(0)->name(), "float64");
  EXPECT_EQ(value.view().item(1)->type_name(), "numpy.log1p");
  EXPECT_EQ(value.view().item(1)->module(), "numpy");
  ASSERT_EQ(value.graph.facts().globals.size(), 3u);  // with the pipeline around it
  EXPECT_EQ(value.graph.facts().globals[1].name, "float64");
  EXPECT_TRUE(value.graph.facts().globals[1].known);
}

TEST(PickleObjects, gives_python2_names_their_new_ones) {
  const Value value(
      call(global("copy_reg", "_reconstructor"),
           {global("sklearn.dummy", "DummyClassifier"), global("__builtin__", "object"), kNone}) +
      dict({text("strategy"), text("prior")}) + "b");
  EXPECT_EQ(value.view().type_name(), "sklearn.dummy.DummyClassifier");
  EXPECT_EQ(value.view().attr("strategy")->as_string().value(), "prior");
  EXPECT_EQ(value.graph.facts().globals[1].module, "copy_reg");
  EXPECT_THAT(verdict(file_with(global("__builtin__", "eval"))),
              HasSubstr("__builtin__.eval (= builtins.eval)"));
}

TEST(PickleObjects, takes_over_the_contents_of_builtin_bases) {
  const auto made = [](const std::string& base, const std::string& contents) {
    return call(global("copyreg", "_reconstructor"),
                {global("sklearn.utils", "Bunch"), global("builtins", base), contents});
  };
  EXPECT_EQ(Value(made("dict", dict({text("a"), "K\1"}))).view().key("a")->as_int().value(), 1);
  EXPECT_EQ(Value(made("list", list({"K\1", "K\2"}))).view().size(), 2u);
  EXPECT_THAT(verdict(file_with(made("tuple", "(t"))), StartsWith("unsupported"));
  EXPECT_THAT(verdict(file_with(call(global("copyreg", "_reconstructor"),
                                     {global("sklearn.utils", "Bunch"), "K\1", kNone}))),
              HasSubstr("no builtin class"));
  EXPECT_THAT(verdict(file_with(
                  call(global("copyreg", "_reconstructor"), {global("sklearn.utils", "Bunch")}))),
              HasSubstr("takes three arguments"));
}

TEST(PickleObjects, makes_records_by_call_and_by_newobj) {
  const Value tree(call(global("sklearn.tree._tree", "Tree"), {"K\3", "K\1", "K\2"}) +
                   dict({text("node_count"), "K\5"}) + "b");
  EXPECT_EQ(tree.view().argument(0)->as_int().value(), 3);
  EXPECT_EQ(tree.view().argument(2)->path(), "model.v.argument[2]");
  EXPECT_FALSE(tree.view().argument(3));
  EXPECT_EQ(tree.view().attr("node_count")->as_int().value(), 5);
  const Value made(
      call(global("copyreg", "__newobj__"), {global("sklearn.utils", "Bunch"), "K\1"}));
  EXPECT_EQ(made.view().argument(0)->as_int().value(), 1);
  const Value factory(call(global("sklearn.neighbors._kd_tree", "newObj"),
                           {global("sklearn.neighbors._kd_tree", "KDTree")}) +
                      tuple({"K\1", "K\2"}) + "b");
  EXPECT_EQ(factory.view().name(), "KDTree");
  EXPECT_EQ(factory.graph.record(factory.view().id())->maker->name, "newObj");
}

TEST(PickleObjects, accepts_the_states_that_classes_write) {
  const std::string bunch = make("sklearn.utils", "Bunch");
  EXPECT_EQ(Value(build(bunch, tuple({kNone, dict({text("slot"), "K\1"})})))
                .view()
                .attr("slot")
                ->as_int()
                .value(),
            1);
  EXPECT_THAT(verdict(file_with(build(bunch, tuple({"K\1", kNone})))), HasSubstr("unknown form"));
  EXPECT_THAT(verdict(file_with(build(bunch, list({})))), HasSubstr("a list of an unknown form"));
  EXPECT_THAT(verdict(file_with(build(bunch, dict({"K\1", "K\2"})))), HasSubstr("not text"));
  EXPECT_THAT(verdict(file_with(build(bunch, dict({text("a"), "K\1", text("a"), "K\2"})))),
              HasSubstr("\"a\" twice"));
  EXPECT_THAT(verdict(file_with(build(build(bunch, "}"), "}"))), HasSubstr("state is set twice"));
  EXPECT_THAT(verdict(file_with("K\1}b")), HasSubstr("BUILD on an int"));
  EXPECT_THAT(verdict(file_with(global("sklearn.utils", "Bunch") + "}b")),
              StartsWith("untrusted: BUILD at offset"));
}

TEST(PickleObjects, notes_the_version_of_scikit_learn) {
  const Value value(build(make("sklearn.dummy", "DummyClassifier"),
                          dict({text("_sklearn_version"), text("1.2.2")})));
  EXPECT_EQ(value.graph.facts().scikit_learn_version, "1.2.2");
}

TEST(PickleObjects, tells_harmful_from_unknown) {
  const auto says = [](const std::string& value) { return verdict(file_with(value)); };
  EXPECT_THAT(says(call(global("posix", "system"), {text("true")})),
              StartsWith("untrusted: posix.system"));
  EXPECT_THAT(says(call(global("mycompany", "Cleaner"), {})),
              StartsWith("unsupported: mycompany.Cleaner"));
  EXPECT_THAT(says(global("mycompany", "clean")), StartsWith("unsupported: mycompany.clean"));
  EXPECT_THAT(says(call(global("mycompany", "clean"), {})),
              StartsWith("untrusted: the pickle would call mycompany.clean"));
  EXPECT_THAT(says(call(global("numpy", "sqrt"), {"K\4"})),
              StartsWith("untrusted: the pickle would call numpy.sqrt"));
  EXPECT_THAT(says(make("numpy", "float64")), StartsWith("unsupported: numpy.float64"));
  EXPECT_THAT(says(make("other.pipeline", "Pipeline")),
              HasSubstr("(sklearn.pipeline.Pipeline is known)"));
  EXPECT_THAT(says("K\1K\2\x93"), StartsWith("untrusted: STACK_GLOBAL"));
  EXPECT_THAT(says(call(global("collections", "OrderedDict"), {list({})})),
              StartsWith("unsupported"));
}

TEST(PickleObjects, refuses_broken_calls) {
  const auto says = [](const std::string& value) { return verdict(file_with(value)); };
  EXPECT_THAT(says(text("a") + ")R"), HasSubstr("REDUCE of a str"));
  EXPECT_THAT(says(global("sklearn.utils", "Bunch") + "]R"), HasSubstr("no tuple"));
  EXPECT_THAT(says("K\1)\x81"), HasSubstr("NEWOBJ of an int"));
  EXPECT_THAT(says(global("sklearn.utils", "Bunch") + "]\x81"), HasSubstr("no tuple"));
  EXPECT_THAT(says(call(global("copyreg", "__newobj__"), {})), HasSubstr("is missing"));
  EXPECT_THAT(says(call(global("sklearn.neighbors._kd_tree", "newObj"), {})),
              HasSubstr("is missing"));
  EXPECT_THAT(says(call(global("sklearn.neighbors._kd_tree", "newObj"), {"K\1"})),
              HasSubstr("is not a class"));
  EXPECT_THAT(says(call(global("sklearn.neighbors._kd_tree", "newObj"), {global("numpy", "sqrt")})),
              HasSubstr("cannot be made this way"));
}

TEST(PickleObjects, keeps_opaque_records_when_inspecting) {
  const auto graph = read(file_with(build(call(global("mycompany", "clean"), {"K\1"}), "K\2")),
                          ReadMode::kInspect);
  ASSERT_TRUE(graph);
  const auto value = root_view(*graph, "m").attr("v");
  EXPECT_EQ(value->type_name(), "mycompany.clean");
  EXPECT_EQ(value->argument(0)->as_int().value(), 1);
  EXPECT_EQ(graph->facts().refusals.size(), 2u);
  EXPECT_EQ(graph->facts().refusals[1].code, ErrorCode::kUntrusted);
  EXPECT_FALSE(graph->facts().globals[1].known);
  const auto calls = read(file_with(call(global("numpy", "sqrt"), {"K\4"})), ReadMode::kInspect);
  EXPECT_EQ(root_view(*calls, "m").attr("v")->type_name(), "numpy.sqrt");
}

}  // namespace
}  // namespace tundish::pickle
