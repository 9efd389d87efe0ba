#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;
using Weights = std::vector<float>;

// Unigrams 2, 3, 5, 4 in columns 0 to 3, bigrams (5, 6), (7, 8), (6, 7) in columns 4 to 6: the pool
// of ONNX's own examples.
OpCall vectorize(Tensor x, int64_t least, int64_t most, int64_t skips, Attributes more = {}) {
  Attributes attributes{{"mode", std::string("TF")},
                        {"min_gram_length", least},
                        {"max_gram_length", most},
                        {"max_skip_count", skips},
                        {"ngram_counts", Ints{0, 4}},
                        {"ngram_indexes", Ints{0, 1, 2, 3, 4, 5, 6}},
                        {"pool_int64s", Ints{2, 3, 5, 4, 5, 6, 7, 8, 6, 7}}};
  OpCall call{"TfIdfVectorizer", {std::move(x)}, std::move(attributes)};
  for (auto& [name, value] : more) {
    std::erase_if(call.attributes, [&name = name](const auto& old) { return old.first == name; });
    call.attributes.emplace_back(name, value);
  }
  return call;
}
Tensor row() { return vector<int32_t>({1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8}); }

TEST(TfIdfVectorizer, counts_bigrams) {
  expect_values<float>(run_op(vectorize(row(), 2, 2, 0)), {7}, {0, 0, 0, 0, 1, 1, 1});
  expect_values<float>(run_op(vectorize(row(), 2, 2, 5)), {7}, {0, 0, 0, 0, 1, 3, 1});
}

TEST(TfIdfVectorizer, counts_single_items_once) {
  expect_values<float>(run_op(vectorize(row(), 1, 2, 5)), {7}, {0, 3, 1, 0, 1, 3, 1});
  expect_values<float>(run_op(vectorize(row(), 1, 1, 5)), {7}, {0, 3, 1, 0, 0, 0, 0});
  // A skip far beyond the row is no work.
  expect_values<float>(run_op(vectorize(row(), 1, 2, 2'000'000'000)), {7}, {0, 3, 1, 0, 1, 3, 1});
}

TEST(TfIdfVectorizer, counts_row_by_row) {
  const Tensor rows = tensor<int64_t>({5, 6, 7, 1, 2, 2}, {2, 3});
  expect_values<float>(run_op(vectorize(rows, 1, 2, 0)), {2, 7},
                       {0, 0, 1, 0, 1, 0, 1, 2, 0, 0, 0, 0, 0, 0});
  expect_values<float>(run_op(vectorize(tensor<int64_t>({}, {2, 0}), 1, 2, 0)), {2, 7},
                       {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(inferred(vectorize(rows, 1, 2, 0), {dims({symbol("N"), symbol("C")})}),
            "float32[N, 7]");
}

TEST(TfIdfVectorizer, finds_words) {
  const OpCall call{"TfIdfVectorizer",
                    {strings({"a", "b", "a", "c"})},
                    {{"mode", std::string("TF")},
                     {"min_gram_length", int64_t{1}},
                     {"max_gram_length", int64_t{2}},
                     {"max_skip_count", int64_t{0}},
                     {"ngram_counts", Ints{0, 2}},
                     {"ngram_indexes", Ints{2, 0, 1}},
                     {"pool_strings", Strings{"b", "a", "b", "a"}}}};
  expect_values<float>(run_op(call), {3}, {2, 1, 1});
}

// Answers of ONNX Runtime 1.31.1.
TEST(TfIdfVectorizer, weighs_by_the_place_in_the_pool) {
  const auto weigh = [](std::string mode, Ints columns) {
    return run_op(vectorize(vector<int64_t>({1, 1, 2}), 1, 1, 0,
                            {{"mode", std::move(mode)},
                             {"ngram_counts", Ints{0}},
                             {"ngram_indexes", std::move(columns)},
                             {"pool_int64s", Ints{1, 2}},
                             {"weights", Weights{10, 20}}}));
  };
  expect_values<float>(weigh("TFIDF", {1, 0}), {2}, {20, 20});
  expect_values<float>(weigh("IDF", {1, 0}), {2}, {20, 10});
  expect_values<float>(weigh("TFIDF", {0, 0}), {1}, {40});
  expect_values<float>(weigh("TF", {1, 0}), {2}, {1, 2});
}

TEST(TfIdfVectorizer, rejects_attributes) {
  const auto refuse = [](std::string name, Attribute value, std::string_view part) {
    expect_refused(vectorize(row(), 1, 2, 0, {{std::move(name), std::move(value)}}), part);
  };
  refuse("mode", std::string("tf"), "unknown value \"tf\"");
  refuse("ngram_counts", Ints{0, 3}, "the 2-grams are items [3, 10)");
  refuse("ngram_counts", Ints{0, 12}, "the 1-grams are items [0, 12)");
  refuse("ngram_counts", Ints{-2, 4}, "items [-2, 4)");
  refuse("ngram_indexes", Ints{0, 1}, "7 n-grams, ngram_indexes 2 entries");
  refuse("ngram_indexes", Ints{0, 1, 2, 3, 4, 5, -1}, "column -1");
  refuse("weights", Weights{1}, "1 values for 7 n-grams");
  refuse("pool_strings", Strings{"a"}, "expected one of pool_strings and pool_int64s");
  refuse("max_skip_count", int64_t{-1}, "max_skip_count");
  expect_refused(vectorize(row(), 0, 2, 0), "min_gram_length");
  expect_refused(vectorize(row(), 3, 2, 0), "min_gram_length");
  expect_refused(vectorize(strings({"a"}), 1, 2, 0), "the pool holds integers");
  const OpCall deep = vectorize(tensor<int32_t>({1}, {1, 1, 1}), 1, 2, 0);
  expect_refused(deep, "expected shape [C] or [N, C]");
  expect_fails_to_run(deep, "expected shape [C] or [N, C]");
}

}  // namespace
}  // namespace tundish
