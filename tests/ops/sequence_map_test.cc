#include "bodies.h"

namespace tundish::bodies {
namespace {

const ValueType kFloats = type_of(DType::kFloat32);

ValueType sequence_type() {
  ValueType type;
  type.kind = ValueKind::kSequence;
  type.element.push_back(kFloats);
  return type;
}

// The sum of an element with a tensor that is the same for all.
Call sums() {
  const GraphPointer each = body({kFloats, kFloats}, [](Builder& builder, const Ids& in) {
    return Ids{builder.op("Add", {in[0], in[1]}).value(), in[0]};
  });
  return {.op = "SequenceMap",
          .types = {sequence_type(), kFloats},
          .values = {sequence({list<float>({1}), list<float>({2, 3})}), list<float>({10})},
          .attributes = {{"body", each}},
          .outputs = 2};
}

TEST(SequenceMap, maps_element_by_element) {
  EXPECT_EQ(run(sums()), "([1]: 11;[2]: 12 13;)([1]: 1;[2]: 2 3;)");
}

TEST(SequenceMap, sequences_are_equally_long) {
  Call call = sums();
  call.types[1] = sequence_type();
  call.values[1] = sequence({list<float>({10})});
  EXPECT_NE(run(call).find("input 1 has 1 elements, input 0 has 2"), std::string::npos);
  call.values[1] = sequence({list<float>({10}), list<float>({20, 20})});
  EXPECT_EQ(run(call), "([1]: 11;[2]: 22 23;)([1]: 1;[2]: 2 3;)");
}

TEST(SequenceMap, needs_a_sequence_and_a_body_that_fits) {
  Call call = sums();
  call.types[0] = kFloats;
  call.values[0] = list<float>({1});
  EXPECT_NE(run(call).find("input 0 is no sequence"), std::string::npos);
  call = sums();
  call.outputs = 3;
  EXPECT_NE(run(call).find("the body makes 2 values"), std::string::npos);
}

}  // namespace
}  // namespace tundish::bodies
