// TfIdfVectorizer: counts of the n-grams of a pool, with skips. A weight belongs to an n-gram of
// the pool, not to a column of the answer (as ONNX's text and ONNX Runtime have it).
#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum class Weighting : uint8_t { kTf, kIdf, kTfIdf };

// The pool as a trie. Node 0 is the root; the children of a node are edges [first, last) sorted by
// token, tokens being places in a sorted list of distinct items of the pool.
struct TrieNode {
  uint32_t first_edge = 0;
  uint32_t last_edge = 0;
  int64_t gram = -1;  ///< place in the pool's n-grams, -1: no n-gram ends here
};
struct TrieEdge {
  uint32_t token;
  uint32_t node;
};

class VectorizerState : public KernelState {
 public:
  Weighting weighting = Weighting::kTf;
  int64_t least = 1, most = 1, skips = 0;
  std::vector<int64_t> columns;  ///< per n-gram of the pool
  std::vector<float> weights;    ///< per n-gram; empty: all 1
  int64_t width = 0;
  std::vector<std::string> words;  ///< distinct, sorted; the tokens when the pool is of strings
  std::vector<int64_t> numbers;
  bool is_text = false;
  std::vector<TrieNode> nodes;
  std::vector<TrieEdge> edges;
};

constexpr uint32_t kUnknownToken = UINT32_MAX;

template <class T> uint32_t token_of(const std::vector<T>& sorted, const T& item) {
  const auto at = std::ranges::lower_bound(sorted, item);
  if (at == sorted.end() || *at != item) return kUnknownToken;
  return static_cast<uint32_t>(at - sorted.begin());
}

template <class T>
std::vector<uint32_t> tokens_of(const std::vector<T>& pool, std::vector<T>& sorted) {
  sorted = pool;
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<uint32_t> tokens;
  tokens.reserve(pool.size());
  for (const T& item : pool) tokens.push_back(token_of(sorted, item));
  return tokens;
}

// One n-gram of the pool: its tokens and its place among all n-grams.
struct Gram {
  std::span<const uint32_t> tokens;
  int64_t place;
};

// Lays the trie out level by level from sorted n-grams; `grams` are all that share a prefix of
// `depth` tokens.
void lay_out(VectorizerState& state, std::span<Gram> grams, size_t depth, uint32_t node) {
  while (!grams.empty() && grams.front().tokens.size() == depth) {
    state.nodes[node].gram = grams.front().place;  // of equal n-grams the last one counts
    grams = grams.subspan(1);
  }
  const auto first = static_cast<uint32_t>(state.edges.size());
  std::vector<std::span<Gram>> parts;
  while (!grams.empty()) {
    const uint32_t token = grams.front().tokens[depth];
    const auto end =
        std::ranges::find_if(grams, [&](const Gram& gram) { return gram.tokens[depth] != token; });
    parts.push_back(grams.first(static_cast<size_t>(end - grams.begin())));
    grams = grams.subspan(parts.back().size());
    state.edges.push_back({token, static_cast<uint32_t>(state.nodes.size())});
    state.nodes.emplace_back();
  }
  state.nodes[node].first_edge = first;
  state.nodes[node].last_edge = static_cast<uint32_t>(state.edges.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    lay_out(state, parts[i], depth + 1, state.edges[first + i].node);
  }
}

// The longest n-gram that a trie is built for: recursion depth and skips are bounded by it.
constexpr int64_t kLongestGram = 1000;

Result<int64_t> require_count(const Node& node, std::string_view name, int64_t least,
                              int64_t most) {
  TRY_ASSIGN(const int64_t value, node.attributes.require_int(name));
  if (value < least || value > most) {
    return InvalidModel(
        cat("attribute ", quoted(name), " is ", value, ", expected ", least, " to ", most));
  }
  return value;
}

Status read_grams(VectorizerState& state, const std::vector<uint32_t>& tokens,
                  const std::vector<int64_t>& starts) {
  std::vector<Gram> grams;
  const auto total = static_cast<int64_t>(tokens.size());
  for (size_t i = 0; i < starts.size(); ++i) {
    const int64_t begin = starts[i];
    const int64_t end = i + 1 < starts.size() ? starts[i + 1] : total;
    const auto length = static_cast<int64_t>(i) + 1;
    if (begin < 0 || begin > end || end > total || (end - begin) % length != 0) {
      return InvalidModel(cat("attribute \"ngram_counts\": the ", length, "-grams are items [",
                              begin, ", ", end, ") of a pool of ", total));
    }
    // N-grams of lengths that are not asked for only take their place.
    for (int64_t at = begin; at < end; at += length) {
      grams.push_back(
          {std::span(tokens).subspan(static_cast<size_t>(at), static_cast<size_t>(length)),
           static_cast<int64_t>(grams.size())});
    }
  }
  if (grams.size() != state.columns.size()) {
    return InvalidModel(cat("the pool has ", grams.size(), " n-grams, ngram_indexes ",
                            state.columns.size(), " entries"));
  }
  std::erase_if(grams, [&](const Gram& gram) {
    const auto length = static_cast<int64_t>(gram.tokens.size());
    return length < state.least || length > state.most;
  });
  std::ranges::stable_sort(grams, [](const Gram& a, const Gram& b) {
    return std::ranges::lexicographical_compare(a.tokens, b.tokens);
  });
  state.nodes.emplace_back();
  lay_out(state, grams, 0, 0);
  return ok();
}

Status read_columns(const Node& node, VectorizerState& state) {
  if (!node.attributes.has("ngram_indexes")) {
    return InvalidModel("attribute \"ngram_indexes\" is missing");
  }
  TRY_ASSIGN(state.columns, node.attributes.get_ints("ngram_indexes"));
  TRY_ASSIGN(state.weights, node.attributes.get_floats("weights"));
  for (const int64_t column : state.columns) {
    if (column < 0 || column == INT64_MAX) {
      return InvalidModel(cat("attribute \"ngram_indexes\": column ", column));
    }
    state.width = std::max(state.width, column + 1);
  }
  if (!state.weights.empty() && state.weights.size() != state.columns.size()) {
    return InvalidModel(cat("attribute \"weights\": ", state.weights.size(), " values for ",
                            state.columns.size(), " n-grams"));
  }
  return ok();
}

Result<std::unique_ptr<VectorizerState>> read_state(const Node& node) {
  auto state = std::make_unique<VectorizerState>();
  TRY_ASSIGN(const std::string mode, node.attributes.get_string("mode", ""));
  if (mode == "IDF") {
    state->weighting = Weighting::kIdf;
  } else if (mode == "TFIDF") {
    state->weighting = Weighting::kTfIdf;
  } else if (mode != "TF") {
    return InvalidModel(cat("attribute \"mode\": unknown value ", quoted(mode)));
  }
  TRY_ASSIGN(state->most, require_count(node, "max_gram_length", 1, kLongestGram));
  TRY_ASSIGN(state->least, require_count(node, "min_gram_length", 1, state->most));
  TRY_ASSIGN(state->skips, require_count(node, "max_skip_count", 0, INT32_MAX));
  TRY(read_columns(node, *state));
  if (!node.attributes.has("ngram_counts")) {
    return InvalidModel("attribute \"ngram_counts\" is missing");
  }
  TRY_ASSIGN(const std::vector<int64_t> starts, node.attributes.get_ints("ngram_counts"));
  if (static_cast<int64_t>(starts.size()) > kLongestGram) {
    return Limit(cat("n-grams of ", starts.size(), " items, the limit is ", kLongestGram));
  }
  state->is_text = node.attributes.has("pool_strings");
  if (state->is_text == node.attributes.has("pool_int64s")) {
    return InvalidModel("expected one of pool_strings and pool_int64s");
  }
  std::vector<uint32_t> tokens;
  if (state->is_text) {
    TRY_ASSIGN(const std::vector<std::string> pool, node.attributes.get_strings("pool_strings"));
    tokens = tokens_of(pool, state->words);
  } else {
    TRY_ASSIGN(const std::vector<int64_t> pool, node.attributes.get_ints("pool_int64s"));
    tokens = tokens_of(pool, state->numbers);
  }
  TRY(read_grams(*state, tokens, starts));
  return state;
}

Status infer_vectorizer(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kInt32, DType::kInt64, DType::kString}, {}));
  TRY_ASSIGN(const auto state, read_state(context.node()));
  if (state->is_text != (context.input(0).dtype == DType::kString)) {
    return InvalidModel(cat("the pool holds ", state->is_text ? "strings" : "integers",
                            ", the input is ", dtype_name(context.input(0).dtype)));
  }
  SymbolicShape shape = context.input(0).shape;
  if (shape) {
    if (shape->empty() || shape->size() > 2) {
      return InvalidModel(cat("input 0: expected shape [C] or [N, C], got ", to_string(shape)));
    }
    shape->back() = Dim(state->width);
  }
  context.set_output(0, ValueType::tensor(DType::kFloat32, std::move(shape)));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_vectorizer(const PrepareContext& context) {
  TRY_ASSIGN(auto state, read_state(context.node()));
  return std::unique_ptr<KernelState>(std::move(state));
}

uint32_t child_of(const VectorizerState& state, uint32_t node, uint32_t token) {
  const TrieNode& parent = state.nodes[node];
  const auto first = state.edges.begin() + parent.first_edge;
  const auto last = state.edges.begin() + parent.last_edge;
  const auto at = std::lower_bound(first, last, token,
                                   [](const TrieEdge& edge, uint32_t t) { return edge.token < t; });
  return at != last && at->token == token ? at->node : 0;
}

// What one more find of an n-gram does to its column.
void count(const VectorizerState& state, int64_t gram, float* out) {
  const auto place = static_cast<size_t>(gram);
  const float weight = state.weights.empty() ? 1.0F : state.weights[place];
  float& column = out[state.columns[place]];
  switch (state.weighting) {
    case Weighting::kTf: column += 1; break;
    case Weighting::kIdf: column = weight; break;
    case Weighting::kTfIdf: column += weight; break;
  }
}

// Counts n-grams of one row whose items lie `step` apart, those of at least `shortest` items.
void count_grams(const VectorizerState& state, std::span<const uint32_t> row, size_t step,
                 int64_t shortest, float* out) {
  for (size_t begin = 0; begin < row.size(); ++begin) {
    uint32_t node = 0;
    int64_t length = 0;
    for (size_t at = begin; at < row.size() && length < state.most; at += step) {
      if (row[at] == kUnknownToken) break;
      node = child_of(state, node, row[at]);
      if (node == 0) break;
      ++length;
      const int64_t gram = state.nodes[node].gram;
      if (gram >= 0 && length >= shortest) count(state, gram, out);
    }
  }
}

template <class T, class Pool>
void tokenise(const T* items, int64_t count, const Pool& sorted, std::vector<uint32_t>& row) {
  row.clear();
  for (int64_t i = 0; i < count; ++i) {
    row.push_back(token_of(sorted, static_cast<typename Pool::value_type>(items[i])));
  }
}

void read_row(const VectorizerState& state, const TensorView& x, int64_t begin, int64_t count,
              std::vector<uint32_t>& row) {
  if (state.is_text) {
    row.clear();
    const auto* items = static_cast<const std::string*>(x.data) + begin;
    for (int64_t i = 0; i < count; ++i) row.push_back(token_of(state.words, items[i]));
  } else if (x.dtype == DType::kInt32) {
    tokenise(static_cast<const int32_t*>(x.data) + begin, count, state.numbers, row);
  } else {
    tokenise(static_cast<const int64_t*>(x.data) + begin, count, state.numbers, row);
  }
}

void vectorize_row(const VectorizerState& state, std::span<const uint32_t> row, float* out) {
  std::fill_n(out, state.width, 0.0F);
  // Single items are the same for all skips: counted once. A step beyond the row finds nothing.
  const auto most_step =
      std::min<int64_t>(state.skips + 1, std::max<int64_t>(1, static_cast<int64_t>(row.size())));
  const int64_t last_step = state.most == 1 ? 1 : most_step;
  for (int64_t step = 1; step <= last_step; ++step) {
    const int64_t shortest = std::max<int64_t>(state.least, step == 1 ? 1 : 2);
    count_grams(state, row, static_cast<size_t>(step), shortest, out);
  }
}

Status run_vectorizer(ExecContext& context) {
  const TensorView& x = context.input(0);
  std::unique_ptr<VectorizerState> own;
  const auto* state = static_cast<const VectorizerState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_state(context.node()));
    state = own.get();
  }
  const size_t rank = x.shape.rank();
  if (rank != 1 && rank != 2) {
    return InvalidArgument(cat("input 0: expected shape [C] or [N, C], got ", x.shape.to_string()));
  }
  Shape shape = x.shape;
  shape[rank - 1] = state->width;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, shape));
  const int64_t rows = rank == 2 ? x.shape[0] : 1;
  const int64_t columns = x.shape[rank - 1];
  std::vector<uint32_t> row;
  for (int64_t i = 0; i < rows; ++i) {
    TRY(context.interrupted());
    read_row(*state, x, i * columns, columns, row);
    vectorize_row(*state, row, static_cast<float*>(y.data) + i * state->width);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "TfIdfVectorizer",
     .since = 9,
     .inputs = {1, 1},
     .infer = infer_vectorizer,
     .run = run_vectorizer,
     .prepare = prepare_vectorizer},
};

}  // namespace

std::span<const OpDef> ops_tfidf_vectorizer() { return kOps; }

}  // namespace tundish
