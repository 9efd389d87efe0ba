#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/strings.h"
#include "ir/builder.h"
#include "ir/text_cursor.h"
#include "ir/text_form.h"

namespace tundish {

namespace {

constexpr int kMaxNesting = 64;  // subgraphs and types inside each other; real ones stay below 10

/// The place of a fault that the builder found; the cursor's own errors have theirs.
Status placed(const std::string& place, Status status) {
  if (status || status.error().code() == ErrorCode::kInvalidArgument) return status;
  return in(place, std::move(status));
}

/// Reads one graph; subgraphs get a parser of their own over the same cursor.
class GraphParser {
 public:
  GraphParser(TextCursor& cursor, const OpTable& ops, int depth)
      : at_(cursor), ops_(ops), depth_(depth) {}

  Result<Graph> graph() {
    if (depth_ > kMaxNesting) return at_.error("graphs are nested too deep");
    TRY(at_.expect("graph"));
    TRY_ASSIGN(std::string name, at_.string());
    TRY(at_.expect("{"));
    Builder builder(ops_, std::move(name));
    while (!at_.take("}")) {
      TRY(statement(builder));
      at_.take(";");
    }
    const std::string place = at_.place();
    return in(place, std::move(builder).finish());
  }

 private:
  Status statement(Builder& builder) {
    const std::string place = at_.place();
    if (at_.peek() == '%' || at_.peek() == '_') return placed(place, node(builder));
    TRY_ASSIGN(const std::string word, at_.word());
    if (word == "input") return placed(place, input(builder));
    if (word == "const") return placed(place, constant(builder));
    if (word == "output") return placed(place, output(builder));
    if (word == "meta") return placed(place, metadata(builder));
    return at_.error(cat("expected input, const, meta, output or a node, got ", quoted(word)));
  }

  Status metadata(Builder& builder) {
    TRY_ASSIGN(std::string key, at_.string());
    TRY(at_.expect("="));
    TRY_ASSIGN(std::string value, at_.string());
    builder.metadata(std::move(key), std::move(value));
    return ok();
  }

  Status input(Builder& builder) {
    TRY_ASSIGN(const std::string name, new_name());
    TRY(at_.expect(":"));
    TRY_ASSIGN(ValueType type, at_.type());
    TRY_ASSIGN(values_[name], builder.input(name, std::move(type)));
    return ok();
  }

  Status constant(Builder& builder) {
    TRY_ASSIGN(const std::string name, new_name());
    TRY(at_.expect(":"));
    TRY_ASSIGN(const ValueType type, at_.type());
    TRY(at_.expect("="));
    TRY_ASSIGN(Tensor tensor, at_.elements(type));
    values_[name] = builder.constant(std::move(tensor), name);
    return ok();
  }

  Status output(Builder& builder) {
    TRY_ASSIGN(const std::string name, value_name());
    TRY_ASSIGN(const ValueId id, find(name));
    return builder.output(id, name);
  }

  Status node(Builder& builder) {
    NodeSpec spec;
    std::vector<std::optional<ValueType>> types;
    do {
      TRY_ASSIGN(std::string name, new_name());
      spec.output_names.push_back(std::move(name));
      types.emplace_back();
      if (at_.take(":")) {
        TRY_ASSIGN(types.back(), at_.type());
      }
    } while (at_.take(","));
    spec.output_count = types.size();
    TRY(at_.expect("="));
    TRY(operator_name(spec));
    TRY(inputs(spec));
    if (at_.take(":")) {
      TRY_ASSIGN(types[0], at_.type());
    }
    if (at_.take("{")) TRY(attributes(spec.attributes));
    spec.name = spec.output_names[0];
    std::string origin;
    if (at_.take_word("name")) {
      TRY_ASSIGN(spec.name, at_.string());
    }
    if (at_.take_word("from")) {
      TRY_ASSIGN(origin, at_.string());
    }
    builder.at(std::move(origin));
    const std::vector<std::string> names = spec.output_names;
    TRY_ASSIGN(const std::vector<ValueId> outputs, builder.add(std::move(spec)));
    for (size_t i = 0; i < outputs.size(); ++i) {
      values_[names[i]] = outputs[i];
      if (types[i]) TRY(builder.declare_type(outputs[i], *types[i]));
    }
    builder.at({});
    return ok();
  }

  Status operator_name(NodeSpec& spec) {
    if (at_.peek() == '"') {
      TRY_ASSIGN(spec.domain, at_.string());
      TRY_ASSIGN(spec.op, at_.string());
    } else {
      TRY_ASSIGN(const std::string word, at_.word());
      const size_t dot = word.rfind('.');
      spec.op = dot == std::string::npos ? word : word.substr(dot + 1);
      if (dot != std::string::npos) spec.domain = word.substr(0, dot);
    }
    if (!at_.take("-")) return ok();
    TRY_ASSIGN(const int64_t version, at_.integer());
    if (version < 1 || version > 1'000'000) return at_.error("no operator-set version");
    spec.version = static_cast<int>(version);
    return ok();
  }

  Status inputs(NodeSpec& spec) {
    TRY(at_.expect("("));
    if (at_.take(")")) return ok();
    do {
      if (at_.take("_")) {
        spec.inputs.push_back(kNoValue);
        continue;
      }
      TRY_ASSIGN(const std::string name, value_name());
      TRY_ASSIGN(const ValueId id, find(name));
      spec.inputs.push_back(id);
    } while (at_.take(","));
    return at_.expect(")");
  }

  Status attributes(AttributeList& list) {
    if (at_.take("}")) return ok();
    do {
      const bool is_quoted = at_.peek() == '"';
      TRY_ASSIGN(std::string name, is_quoted ? at_.string() : at_.word());
      TRY(at_.expect("="));
      if (list.has(name)) return at_.error(cat("attribute ", quoted(name), " is given twice"));
      TRY_ASSIGN(Attribute value, attribute());
      list.set(std::move(name), std::move(value));
    } while (at_.take(","));
    return at_.expect("}");
  }

  Result<Attribute> attribute() {
    const char next = at_.peek();
    if (next == '"') {
      TRY_ASSIGN(std::string text, at_.string());
      return Attribute(std::move(text));
    }
    if (next == '[') return guessed_list();
    if (at_.peeks_word("graph")) {
      TRY_ASSIGN(GraphPointer graph, subgraph());
      return Attribute(std::move(graph));
    }
    for (const std::string_view kind :
         {"tensors", "tensor", "graphs", "types", "type", "ints", "floats", "strings"}) {
      if (at_.take_word(kind)) return named_kind(kind);
    }
    TRY_ASSIGN(const std::string number, at_.number());
    return scalar(number);
  }

  Result<Attribute> scalar(const std::string& number) {
    if (number.find_first_not_of("+-0123456789") == std::string::npos) {
      TRY_ASSIGN(const int64_t value, at_.parse<int64_t>(number));
      return Attribute(value);
    }
    TRY_ASSIGN(const float value, at_.parse<float>(number));
    return Attribute(value);
  }

  Result<Attribute> named_kind(std::string_view kind) {
    if (kind == "tensor") {
      TRY_ASSIGN(Tensor tensor, typed_tensor());
      return Attribute(std::move(tensor));
    }
    if (kind == "type") {
      TRY_ASSIGN(ValueType type, at_.type());
      return Attribute(std::move(type));
    }
    if (kind == "tensors") return list<Tensor>([&] { return typed_tensor(); });
    if (kind == "types") return list<ValueType>([&] { return at_.type(); });
    if (kind == "graphs") return list<GraphPointer>([&] { return subgraph(); });
    if (at_.peek() != '[') return at_.error("expected a list");
    if (kind == "ints") return list<int64_t>([&] { return at_.integer(); });
    if (kind == "strings") return list<std::string>([&] { return at_.string(); });
    return list<float>([&] { return real(); });
  }

  /// A list whose first element tells its kind.
  Result<Attribute> guessed_list() {
    TextCursor ahead = at_;
    TRY(ahead.expect("["));
    if (ahead.peek() == '"') return list<std::string>([&] { return at_.string(); });
    if (ahead.peek() == ']') return at_.error("an empty list needs its kind: ints []");
    TRY_ASSIGN(const std::string number, ahead.number());
    if (number.find_first_not_of("+-0123456789") == std::string::npos) {
      return list<int64_t>([&] { return at_.integer(); });
    }
    return list<float>([&] { return real(); });
  }

  template <class T, class F> Result<Attribute> list(F one) {
    std::vector<T> items;
    TRY(at_.expect("["));
    if (at_.take("]")) return Attribute(std::move(items));
    do {
      TRY_ASSIGN(T item, one());
      items.push_back(std::move(item));
    } while (at_.take(","));
    TRY(at_.expect("]"));
    return Attribute(std::move(items));
  }

  Result<float> real() {
    TRY_ASSIGN(const std::string number, at_.number());
    return at_.parse<float>(number);
  }

  Result<Tensor> typed_tensor() {
    TRY_ASSIGN(const ValueType type, at_.type());
    return at_.elements(type);
  }

  Result<GraphPointer> subgraph() {
    TRY_ASSIGN(Graph graph, GraphParser(at_, ops_, depth_ + 1).graph());
    return GraphPointer(std::make_shared<const Graph>(std::move(graph)));
  }

  Result<std::string> value_name() {
    TRY(at_.expect("%"));
    return at_.peek() == '"' ? at_.string() : at_.word();
  }

  Result<std::string> new_name() {
    TRY_ASSIGN(std::string name, value_name());
    if (name.empty()) return at_.error("a value needs a name");
    if (values_.count(name) != 0) return at_.error(cat("%", name, " is defined twice"));
    return name;
  }

  Result<ValueId> find(const std::string& name) {
    const auto found = values_.find(name);
    if (found == values_.end()) return at_.error(cat("%", name, " is not defined"));
    return found->second;
  }

  TextCursor& at_;
  const OpTable& ops_;
  int depth_;
  std::unordered_map<std::string, ValueId> values_;
};

}  // namespace

Result<Graph> parse_text(std::string_view text, const OpTable& ops) {
  TextCursor cursor(text);
  TRY_ASSIGN(Graph graph, GraphParser(cursor, ops, 0).graph());
  if (!cursor.at_end()) return cursor.error("expected the end of the text");
  return graph;
}

}  // namespace tundish
