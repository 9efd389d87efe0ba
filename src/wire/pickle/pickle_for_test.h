// Writes pickles for tests, opcode by opcode.
#ifndef TUNDISH_WIRE_PICKLE_PICKLE_FOR_TEST_H_
#define TUNDISH_WIRE_PICKLE_PICKLE_FOR_TEST_H_

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "wire/pickle/object_view.h"
#include "wire/pickle/pickle_reader.h"

namespace tundish::pickle::for_test {

template <class T> std::string little(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
inline std::string text(std::string_view value) {
  return "X" + little(static_cast<uint32_t>(value.size())) + std::string(value);
}
inline std::string bytes(std::string_view value) {
  return "B" + little(static_cast<uint32_t>(value.size())) + std::string(value);
}
inline std::string integer(int32_t value) { return "J" + little(value); }
inline std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}
inline std::string run_of(char open, std::initializer_list<std::string> parts, char close) {
  std::string out(1, open);
  for (const std::string& part : parts) out += part;
  return out + close;
}
inline std::string tuple(std::initializer_list<std::string> parts) {
  return run_of('(', parts, 't');
}
inline std::string list(std::initializer_list<std::string> parts) {
  return "]" + run_of('(', parts, 'e');
}
inline std::string dict(std::initializer_list<std::string> keys_and_values) {
  return "}" + run_of('(', keys_and_values, 'u');
}
inline std::string call(const std::string& callable, std::initializer_list<std::string> args) {
  return callable + tuple(args) + "R";
}
inline std::string make(std::string_view module, std::string_view name) {
  return global(module, name) + ")\x81";
}
inline std::string build(const std::string& object, const std::string& state) {
  return object + state + "b";
}
inline const std::string kTrue = "\x88";
inline const std::string kFalse = "\x89";
inline const std::string kNone = "N";

inline std::string dtype(std::string_view code, std::string_view order = "<", int item_bytes = -1) {
  return build(call(global("numpy", "dtype"), {text(code), kFalse, kTrue}),
               tuple({integer(3), text(order), kNone, kNone, kNone, integer(item_bytes),
                      integer(-1), integer(0)}));
}
/// A structured dtype: fields as "name" text, dtype, offset in turn.
inline std::string structured(int item_bytes, const std::string& names, const std::string& fields) {
  return build(
      call(global("numpy", "dtype"), {text("V" + std::to_string(item_bytes)), kFalse, kTrue}),
      tuple({integer(3), text("|"), kNone, names, fields, integer(item_bytes), integer(1),
             integer(16)}));
}
inline std::string array(const std::string& shape, const std::string& type,
                         const std::string& contents, const std::string& fortran = kFalse) {
  return build(call(global("numpy.core.multiarray", "_reconstruct"),
                    {global("numpy", "ndarray"), tuple({integer(0)}), bytes("b")}),
               tuple({integer(1), shape, type, fortran, contents}));
}
/// A file whose model has `value` as attribute "v".
inline std::string file_with(const std::string& value, std::string_view proto = "\x80\x04") {
  return std::string(proto) +
         build(make("sklearn.pipeline", "Pipeline"), dict({text("v"), value})) + ".";
}

inline Result<ObjectGraph> read(const std::string& file, ReadMode mode = ReadMode::kStrict,
                                const Limits& limits = {}) {
  auto owner = std::make_shared<const std::string>(file);
  return read_pickle(owner, as_bytes(*owner), limits, mode, nullptr);
}
/// What strict mode says about `file`; "ok" for success.
inline std::string verdict(const std::string& file, const Limits& limits = {}) {
  const auto graph = read(file, ReadMode::kStrict, limits);
  if (graph) return "ok";
  return std::string(error_code_name(graph.error().code())) + ": " + graph.error().to_string();
}
/// The graph of file_with(value); ends the test program on an error.
struct Value {
  explicit Value(const std::string& value) : graph(read(file_with(value)).value()) {}
  ObjectView view() const { return root_view(graph, "model").attr("v").value(); }
  ObjectGraph graph;
};

}  // namespace tundish::pickle::for_test

#endif  // TUNDISH_WIRE_PICKLE_PICKLE_FOR_TEST_H_
