// Small pickles made in tests: each function returns the opcodes that push one value (protocol 3).
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_PICKLE_TEXT_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_PICKLE_TEXT_H_

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tundish::sklearn::pickle_text {

using Entries = std::vector<std::pair<std::string_view, std::string>>;

inline std::string little_endian(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
inline std::string none() { return "N"; }
inline std::string boolean(bool value) { return value ? "\x88" : "\x89"; }
inline std::string integer(int64_t value) {
  return "\x8a\x08" + little_endian(static_cast<uint64_t>(value), 8);
}
inline std::string number(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  std::string text = little_endian(bits, 8);
  return "G" + std::string(text.rbegin(), text.rend());
}
inline std::string text(std::string_view value) {
  return "X" + little_endian(value.size(), 4) + std::string(value);
}
inline std::string bytes(std::string_view value) {
  return "B" + little_endian(value.size(), 4) + std::string(value);
}
inline std::string sequence(std::string_view open, const std::vector<std::string>& items,
                            std::string_view close) {
  std::string result(open);
  for (const std::string& item : items) result += item;
  return result += close;
}
inline std::string tuple(const std::vector<std::string>& items) {
  return sequence("(", items, "t");
}
inline std::string list(const std::vector<std::string>& items) {
  return sequence("](", items, "e");
}
inline std::string dict(const Entries& entries) {
  std::string result = "}(";
  for (const auto& [key, value] : entries) result += text(key) + value;
  return result + "u";
}
inline std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}
/// An instance made by NEWOBJ and BUILD.
inline std::string object(std::string_view module, std::string_view name, const Entries& state) {
  return global(module, name) + ")\x81" + dict(state) + "b";
}

inline std::string dtype(std::string_view code) {
  return global("numpy", "dtype") + tuple({text(code), boolean(false), boolean(true)}) + "R" +
         tuple({integer(3), text("<"), none(), none(), none(), integer(-1), integer(-1),
                integer(0)}) +
         "b";
}
inline std::string array(const std::vector<int64_t>& dims, const std::string& type,
                         std::string_view data) {
  std::vector<std::string> shape;
  for (const int64_t size : dims) shape.push_back(integer(size));
  return global("numpy.core.multiarray", "_reconstruct") +
         tuple({global("numpy", "ndarray"), tuple({integer(0)}), bytes("b")}) + "R" +
         tuple({integer(1), tuple(shape), type, boolean(false), bytes(data)}) + "b";
}
template <class T> std::string vector(std::string_view code, const std::vector<T>& values) {
  return array({static_cast<int64_t>(values.size())}, dtype(code),
               {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}
inline std::string doubles(const std::vector<double>& values) { return vector("f8", values); }
inline std::string integers(const std::vector<int64_t>& values) { return vector("i8", values); }

/// One node of a tree as scikit-learn stores it (64 bytes, the layout of 1.3 and later).
struct Node {
  int64_t left = -1, right = -1, feature = -2;
  double threshold = -2, impurity = 0;
  int64_t samples = 1;
  double weighted_samples = 1;
  int64_t missing_go_to_left = 0;  ///< one byte and padding
};
inline std::string node_type() {
  const std::vector<std::pair<std::string_view, std::string_view>> fields = {
      {"left_child", "i8"},
      {"right_child", "i8"},
      {"feature", "i8"},
      {"threshold", "f8"},
      {"impurity", "f8"},
      {"n_node_samples", "i8"},
      {"weighted_n_node_samples", "f8"},
      {"missing_go_to_left", "u1"}};
  std::vector<std::string> names;
  Entries places;
  int64_t offset = 0;
  for (const auto& [name, code] : fields) {
    names.push_back(text(name));
    places.emplace_back(name, tuple({dtype(code), integer(offset)}));
    offset += 8;
  }
  return global("numpy", "dtype") + tuple({text("V64"), boolean(false), boolean(true)}) + "R" +
         tuple({integer(3), text("|"), none(), tuple(names), dict(places), integer(64), integer(1),
                integer(16)}) +
         "b";
}
/// A sklearn.tree._tree.Tree of one output.
inline std::string tree(int64_t feature_count, const std::vector<Node>& nodes) {
  const auto count = static_cast<int64_t>(nodes.size());
  const std::string data(reinterpret_cast<const char*>(nodes.data()), nodes.size() * sizeof(Node));
  const std::vector<double> values(nodes.size(), 0.5);
  const std::string value_data(reinterpret_cast<const char*>(values.data()), values.size() * 8);
  return global("sklearn.tree._tree", "Tree") +
         tuple({integer(feature_count), integers({1}), integer(1)}) + "R" +
         dict({{"max_depth", integer(9)},
               {"node_count", integer(count)},
               {"nodes", array({count}, node_type(), data)},
               {"values", array({count, 1, 1}, dtype("f8"), value_data)}}) +
         "b";
}

/// The whole file.
inline std::string file(const std::string& value) { return "\x80\x03" + value + "."; }

}  // namespace tundish::sklearn::pickle_text

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_PICKLE_TEXT_H_
