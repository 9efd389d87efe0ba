#include "bodies.h"

namespace tundish::bodies {
namespace {

const ValueType kFlag = type_of(DType::kBool);
const ValueType kFloats = type_of(DType::kFloat32);

Call choice(bool condition) {
  // Each graph takes the value from outside: one negates, one keeps it.
  const GraphPointer yes = body({kFloats}, [](Builder& builder, const Ids& in) {
    return Ids{builder.op("Neg", {in[0]}).value()};
  });
  const GraphPointer no = body({kFloats}, [](Builder&, const Ids& in) { return in; });
  const Tensor x = list<float>({1, 2});
  return {.op = "If",
          .types = {kFlag, kFloats, kFloats},
          .values = {Tensor::scalar(condition), x, x},
          .attributes = {
              {"then_branch", yes}, {"else_branch", no}, {"captures", std::vector<int64_t>{1, 1}}}};
}

TEST(If, runs_one_of_two_graphs) {
  EXPECT_EQ(run(choice(true)), "[2]: -1 -2;");
  EXPECT_EQ(run(choice(false)), "[2]: 1 2;");
}

TEST(If, the_condition_is_one_bool) {
  Call call = choice(true);
  call.values[0] = list<bool>({true, false});
  EXPECT_NE(run(call).find("input 0 is not one bool"), std::string::npos);
  call.types[0] = kFloats;
  call.values[0] = list<float>({1});
  EXPECT_NE(run(call).find("element type float32 is not allowed"), std::string::npos);
}

TEST(If, graphs_fit_the_node_and_each_other) {
  Call call = choice(true);
  call.attributes.erase(call.attributes.begin() + 1);
  EXPECT_NE(run(call).find("attribute \"else_branch\" is missing"), std::string::npos);
  call = choice(true);
  call.outputs = 2;
  EXPECT_NE(run(call).find("makes 1 values, the node has 2 outputs"), std::string::npos);
  call = choice(true);
  call.attributes[2].second = std::vector<int64_t>{9, 1};
  EXPECT_NE(run(call).find("\"captures\" does not fit"), std::string::npos);
  call = choice(true);
  call.attributes[0].second = body({kFloats}, [](Builder& builder, const Ids&) {
    return Ids{builder.constant(Tensor::scalar(int64_t{1}))};
  });
  EXPECT_NE(run(call).find("made as int64[] and as float32"), std::string::npos);
}

}  // namespace
}  // namespace tundish::bodies
