#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string scalar(const std::string& type, std::string_view data) {
  return call(global("numpy.core.multiarray", "scalar"), {type, bytes(data)});
}

std::string frombuffer(const std::string& data, const std::string& type, const std::string& shape,
                       std::string_view order) {
  return call(global("numpy._core.numeric", "_frombuffer"), {data, type, shape, text(order)});
}

TEST(PickleNumpy, reads_arrays_of_both_forms) {
  const std::string data = little(1.5) + little(2.5);
  for (const std::string& value :
       {array(tuple({"K\2"}), dtype("f8"), bytes(data)),
        frombuffer("\x96" + little(uint64_t{16}) + data, dtype("f8"), tuple({"K\2"}), "C")}) {
    const Value array(value);
    const auto tensor = array.view().as_tensor();
    ASSERT_TRUE(tensor);
    EXPECT_EQ(tensor->dtype(), DType::kFloat64);
    EXPECT_THAT(tensor->values<double>(), ElementsAre(1.5, 2.5));
  }
}

TEST(PickleNumpy, reads_arrays_of_protocol_2) {
  // latin1 text through _codecs.encode; empty data through bytes().
  const std::string data =
      call(global("_codecs", "encode"), {text("\xc3\xbf\x01"), text("latin1")});
  const Value value(array(tuple({"K\2"}), dtype("u1", "|"), data));
  EXPECT_THAT(value.view().as_array_i64()->values<int64_t>(), ElementsAre(255, 1));
  const Value empty(
      array(tuple({"K\0" + std::string(1, '\0')}).substr(0, 1) + std::string("K\0", 2) + "t",
            dtype("f8"), call(global("__builtin__", "bytes"), {})));
  EXPECT_EQ(empty.view().as_tensor()->element_count(), 0);
  // Python 2 wrote the data as str.
  const Value old(array(tuple({"K\2"}), dtype("u1", "|"), "U\2ab"));
  EXPECT_THAT(old.view().as_array_i64()->values<int64_t>(), ElementsAre('a', 'b'));
}

TEST(PickleNumpy, reads_object_arrays) {
  const Value value(
      array(tuple({"K\2", "K\1"}), dtype("O8", "|"), list({text("a"), kNone}), kTrue));
  EXPECT_EQ(value.view().size(), 2u);
  EXPECT_EQ(value.view().item(0)->as_string().value(), "a");
  EXPECT_TRUE(value.view().sequence()->at(1).is_none());
}

TEST(PickleNumpy, decodes_scalars) {
  EXPECT_EQ(Value(scalar(dtype("f8"), little(0.5))).view().as_double().value(), 0.5);
  const Value integer(scalar(dtype("i4", ">"), std::string("\0\0\1\2", 4)));
  EXPECT_EQ(integer.view().as_int().value(), 258);
  EXPECT_EQ(integer.view().object().numpy, DType::kInt32);
  EXPECT_TRUE(Value(scalar(dtype("b1", "|"), "\1")).view().as_bool().value());
  EXPECT_EQ(
      Value(scalar(dtype("U2"), std::string("d\0\0\0\xfc\0\0\0", 8))).view().as_string().value(),
      "d\xc3\xbc");
  EXPECT_EQ(Value(scalar(dtype("S2", "|"), "ab")).view().as_bytes().value(), "ab");
  EXPECT_EQ(Value(scalar(dtype("M8"), std::string(8, '\1'))).view().kind(), ObjectKind::kBytes);
  EXPECT_EQ(Value(call(global("numpy.core.multiarray", "scalar"), {dtype("O8", "|"), text("x")}))
                .view()
                .as_string()
                .value(),
            "x");
  EXPECT_THAT(verdict(file_with(scalar(dtype("u8"), std::string(8, '\xff')))),
              StartsWith("unsupported"));
  EXPECT_THAT(verdict(file_with(scalar(dtype("V2", "|"), "ab"))), StartsWith("unsupported"));
  EXPECT_THAT(verdict(file_with(scalar(dtype("f8"), "short"))), HasSubstr("8 bytes has 5"));
  EXPECT_THAT(verdict(file_with(scalar("K\1", "short"))), HasSubstr("takes a dtype"));
  EXPECT_THAT(verdict(file_with(scalar(dtype("U1"), "\xff\xff\xff\xff"))),
              HasSubstr("no character"));
}

TEST(PickleNumpy, reads_structured_types) {
  const std::string names = tuple({text("left"), text("threshold")});
  const std::string fields = dict(
      {text("left"), tuple({dtype("i4"), "K\1"}), text("threshold"), tuple({dtype("f8"), "K\5"})});
  const std::string rows =
      "x" + little(int32_t{-1}) + little(0.25) + "y" + little(int32_t{7}) + little(-2.0);
  const Value value(array(tuple({"K\2"}), structured(13, names, fields), bytes(rows)));
  const auto nodes = value.view().as_structured();
  ASSERT_TRUE(nodes);
  EXPECT_EQ(nodes->count(), 2u);
  EXPECT_TRUE(nodes->has("left"));
  EXPECT_EQ(nodes->field("left")->integer(0), -1);
  EXPECT_EQ(nodes->field("left")->integer(1), 7);
  EXPECT_EQ(nodes->field("threshold")->number(1), -2.0);
  EXPECT_EQ(nodes->field("right").error().to_string(), "model.v: the array has no field \"right\"");
  EXPECT_EQ(value.view().as_tensor().error().code(), ErrorCode::kUnsupported);
}

TEST(PickleNumpy, refuses_broken_dtypes) {
  const auto says = [](const std::string& value) { return verdict(file_with(value)); };
  const auto state = [](std::initializer_list<std::string> parts) {
    return build(call(global("numpy", "dtype"), {text("V8"), kFalse, kTrue}), tuple(parts));
  };
  EXPECT_THAT(says(call(global("numpy", "dtype"), {"K\1"})), HasSubstr("takes a type code"));
  EXPECT_THAT(says(dtype("q9")), HasSubstr("unknown numpy dtype"));
  EXPECT_THAT(says(dtype("f8", "!")), HasSubstr("unknown byte order"));
  EXPECT_THAT(says(build(dtype("f8"), ")")), HasSubstr("changed after it was made"));
  EXPECT_THAT(says(state({"K\3"})), HasSubstr("unknown form"));
  EXPECT_THAT(says(state({"K\3", text("|"), "K\1", kNone, kNone, "K\x08", "K\1", "K\1"})),
              StartsWith("unsupported"));
  EXPECT_THAT(says(state({"K\3", text("|"), kNone, kNone, kNone, kNone, "K\1", "K\1"})),
              HasSubstr("not a number"));
  EXPECT_THAT(says(dtype("U2", "<", 7)), HasSubstr("elements of 7 bytes"));
  EXPECT_THAT(says(dtype("U2", "<", 12)), HasSubstr("says it has 12"));
  EXPECT_THAT(says(dtype("S", "|", 5'000'000)), HasSubstr("elements of 5000000 bytes"));
  const std::string name = tuple({text("a")});
  EXPECT_THAT(says(structured(4, name, "K\1")), HasSubstr("unknown form"));
  EXPECT_THAT(says(structured(4, name, dict({}))), HasSubstr("field \"a\""));
  EXPECT_THAT(says(structured(4, name, dict({text("a"), tuple({dtype("f8"), "K\1"})}))),
              HasSubstr("outside its element"));
  EXPECT_THAT(says(structured(8, name,
                              dict({text("a"), tuple({dtype("O8", "|"), std::string("K\0", 2)})}))),
              StartsWith("unsupported"));
  EXPECT_THAT(says(build(call(global("numpy", "dtype"), {text("f8")}),
                         tuple({"K\3", text("<"), kNone, name, dict({}), "K\x08", "K\1", "K\1"}))),
              HasSubstr("plain dtype with fields"));
}

TEST(PickleNumpy, does_not_let_a_dtype_change_under_an_array) {
  const std::string type = call(global("numpy", "dtype"), {text("V1"), kFalse, kTrue}) + "q\2";
  const std::string value = array(tuple({"K\2"}), type, bytes("ab")) + "h\2" +
                            tuple({"K\3", text("|"), kNone, kNone, kNone, "K\x09", "K\1", "K\1"}) +
                            "b\x86";
  EXPECT_THAT(verdict(file_with(value)), HasSubstr("changed after it was made"));
}

TEST(PickleNumpy, refuses_broken_arrays) {
  const auto says = [](const std::string& value) { return verdict(file_with(value)); };
  const std::string f8 = dtype("f8");
  const std::string eight = bytes(std::string(8, 'x'));
  EXPECT_THAT(says(array(tuple({"K\2"}), f8, eight)),
              HasSubstr("2 elements of 8 bytes has 8 bytes"));
  EXPECT_THAT(says(array(tuple({integer(-1)}), f8, eight)), HasSubstr("is -1"));
  EXPECT_THAT(says(array(tuple({text("1")}), f8, eight)), HasSubstr("is a str"));
  EXPECT_THAT(says(array(tuple({"\x8a\x09" + std::string(8, '\0') + "\1"}), f8, eight)),
              HasSubstr("beyond 63 bits"));
  EXPECT_THAT(says(array("K\1", f8, eight)), HasSubstr("the shape of an array is an int"));
  EXPECT_THAT(says(array(tuple({"K\1"}), "K\1", eight)), HasSubstr("dtype of an array is an int"));
  EXPECT_THAT(says(array(tuple({"K\1"}), f8, "K\1")), HasSubstr("contents of an array are an int"));
  EXPECT_THAT(says(array(tuple({"K\1"}), f8, eight, text("no"))),
              HasSubstr("neither true nor false"));
  EXPECT_THAT(says(array(tuple({"K\2"}), dtype("O8", "|"), list({kNone}))),
              HasSubstr("2 objects has 1"));
  EXPECT_THAT(says(array(tuple({"K\2"}), dtype("V0", "|", 0), bytes(""))),
              HasSubstr("without size"));
  EXPECT_THAT(says(build(array(tuple({"K\1"}), f8, eight), ")")), HasSubstr("set twice"));
  const std::string placeholder = call(global("numpy.core.multiarray", "_reconstruct"),
                                       {global("numpy", "ndarray"), ")", bytes("b")});
  EXPECT_THAT(says(build(placeholder, "]")), HasSubstr("unknown form"));
  EXPECT_EQ(Value(placeholder).view().as_tensor().error().code(), ErrorCode::kInvalidModel);
  EXPECT_THAT(says(call(global("numpy.core.multiarray", "_reconstruct"), {"K\1"})),
              HasSubstr("_reconstruct takes"));
  EXPECT_THAT(says(call(global("numpy.core.multiarray", "_reconstruct"),
                        {global("numpy", "memmap"), ")", bytes("b")})),
              StartsWith("unsupported: an array of class numpy.memmap"));
  EXPECT_THAT(says(frombuffer(eight, f8, tuple({"K\1"}), "K")), HasSubstr("array order"));
  EXPECT_THAT(says(frombuffer("K\1", f8, tuple({"K\1"}), "C")), HasSubstr("_frombuffer takes"));
  std::string deep = "(";
  for (int i = 0; i < 65; ++i) deep += "K\1";
  EXPECT_THAT(says(array(deep + "t", f8, eight)), HasSubstr("65 dimensions"));
}

TEST(PickleNumpy, reads_python_values_made_by_calls) {
  EXPECT_EQ(Value(call(global("builtins", "bytearray"), {bytes("ab")})).view().as_bytes().value(),
            "ab");
  EXPECT_EQ(Value(call(global("builtins", "bytearray"), {text("\xc3\xa9"), text("latin-1")}))
                .view()
                .as_bytes()
                .value(),
            "\xe9");
  EXPECT_EQ(Value(call(global("__builtin__", "set"), {list({"K\1"})})).view().size(), 1u);
  EXPECT_EQ(Value(call(global("builtins", "frozenset"), {})).view().kind(), ObjectKind::kFrozenSet);
  EXPECT_EQ(Value(call(global("builtins", "slice"), {"K\1", "K\2", kNone}))
                .view()
                .argument(1)
                ->as_int()
                .value(),
            2);
  EXPECT_EQ(Value(call(global("numpy.core", "_ufunc_reconstruct"), {text("numpy"), text("log10")}))
                .view()
                .type_name(),
            "numpy.log10");
  const auto says = [](const std::string& value) { return verdict(file_with(value)); };
  EXPECT_THAT(says(call(global("numpy.core", "_ufunc_reconstruct"), {text("os"), text("system")})),
              StartsWith("untrusted"));
  EXPECT_THAT(says(call(global("numpy.core", "_ufunc_reconstruct"), {"K\1"})),
              HasSubstr("_ufunc_reconstruct takes"));
  EXPECT_THAT(says(call(global("_codecs", "encode"), {text("a")})),
              HasSubstr("_codecs.encode takes"));
  EXPECT_THAT(says(call(global("_codecs", "encode"), {text("a"), text("rot13")})),
              HasSubstr("rot13"));
  EXPECT_THAT(says(call(global("_codecs", "encode"), {text("\xe2\x82\xac"), text("latin1")})),
              HasSubstr("latin1 cannot"));
  EXPECT_THAT(says(call(global("builtins", "bytes"), {"K\1"})),
              HasSubstr("bytes made from an int"));
  EXPECT_THAT(says(call(global("builtins", "bytes"), {"K\1", "K\1", "K\1"})),
              HasSubstr("more than two"));
  EXPECT_THAT(says(call(global("builtins", "set"), {"K\1"})), HasSubstr("a set made from an int"));
  EXPECT_THAT(says(call(global("builtins", "set"), {"]", "]"})), HasSubstr("more than one"));
}

}  // namespace
}  // namespace tundish::pickle
