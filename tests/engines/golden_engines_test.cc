// Every golden model of this stage, converted, in every engine, instruction set, batch size and
// number of threads: labels equal, scores within the bounds that tests/golden/README.md states.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/strings.h"
#include "golden_case.h"
#include "proof/compare.h"
#include "proof/ulp.h"
#include "tundish/convert.h"
#include "tundish/session.h"

namespace tundish {
namespace {

// 2 ** x: numpy's vectorised power and libm's differ by up to 4 ulp of the score, which lies in
// [-1, 0]; after the offset is subtracted the same absolute error remains (README of the corpus).
constexpr uint64_t kMaxUlp = 4;

Tensor rows_of(const Tensor& matrix, int64_t begin, int64_t count) {
  const int64_t width = matrix.shape()[1];
  const size_t item = dtype_bytes(matrix.dtype());
  const auto* data = static_cast<const char*>(matrix.data()) + size_t(begin * width) * item;
  return Tensor::borrow({matrix.dtype(), Shape{count, width}, data}, matrix.owner());
}

// Rows in the type of the graph's input: widening is exact.
Tensor fitted(const Tensor& rows, DType wanted) {
  if (rows.dtype() == wanted) return rows;
  EXPECT_EQ(rows.dtype(), DType::kFloat32);
  EXPECT_EQ(wanted, DType::kFloat64);
  Tensor wide = Tensor::allocate(wanted, rows.shape()).value();
  std::ranges::copy(rows.values<float>(), wide.mutable_values<double>().begin());
  return wide;
}

// One method of one model over all rows, in batches.
Tensor answers(const std::shared_ptr<const Model>& model, const SessionOptions& options,
               const Tensor& rows, int64_t batch) {
  Result<Session> session = Session::create(model, options);
  EXPECT_TRUE(session) << session.error().to_string();
  if (!session) return {};
  std::vector<char> bytes;
  DType dtype = DType::kUndefined;
  int64_t width = 1;
  for (int64_t begin = 0; begin < rows.shape()[0]; begin += batch) {
    const int64_t count = std::min(batch, rows.shape()[0] - begin);
    const Tensor block = rows_of(rows, begin, count);
    const Result<TensorView> answer = session->run(block.view());
    EXPECT_TRUE(answer) << answer.error().to_string();
    if (!answer) return {};
    dtype = answer->dtype;
    if (answer->shape.rank() > 1) width = answer->shape[1];
    const auto* data = static_cast<const char*>(answer->data);
    bytes.insert(bytes.end(), data,
                 data + size_t(answer->shape.element_count()) * dtype_bytes(dtype));
  }
  Tensor whole = Tensor::allocate(dtype, Shape{rows.shape()[0], width}).value();
  EXPECT_EQ(bytes.size(), whole.byte_count());
  if (bytes.size() == whole.byte_count()) {
    std::memcpy(whole.mutable_data(), bytes.data(), bytes.size());
  }
  return whole;
}

// The original's answer against ours. A decision_function is score - offset: its absolute error is
// that of the score, so ulps are counted at the score's magnitude.
void expect_close(const std::string& method, const Tensor& ours, const Tensor& theirs) {
  ASSERT_EQ(ours.dtype(), theirs.dtype()) << method;
  ASSERT_EQ(ours.element_count(), theirs.element_count()) << method;
  const Tensor wanted = theirs.reshaped(ours.shape());
  const auto difference = compare_tensors(ours.view(), wanted.view());
  ASSERT_TRUE(difference) << difference.error().to_string();
  if (is_label_dtype(ours.dtype())) {
    EXPECT_EQ(difference->different, 0u) << method << " row " << difference->worst_index;
    return;
  }
  if (method == "decision_function" || method == "score_samples") {
    EXPECT_LE(difference->max_abs, double(kMaxUlp) * 0x1p-53) << method;
  } else {
    EXPECT_LE(difference->max_ulp, 1u) << method << " row " << difference->worst_index;
  }
}

class GoldenEngines : public testing::TestWithParam<GoldenModel> {};

TEST_P(GoldenEngines, answers_as_the_original_everywhere) {
  const GoldenModel& golden = GetParam();
  const Result<GoldenData> data = read_golden(golden);
  ASSERT_TRUE(data) << data.error().to_string();

  const auto source = Model::open(first_path(golden), open_options(golden));
  ASSERT_TRUE(source) << source.error().to_string();
  ConvertOptions options;
  options.check.probes = 300;
  const Result<Conversion> converted = convert(*source, options);
  ASSERT_TRUE(converted) << converted.error().to_string();
  ASSERT_TRUE(converted->check && converted->check->equal);
  EXPECT_TRUE(converted->check->routing_proven) << converted->check->proof;
  EXPECT_EQ(convert(*source, options)->bytes, converted->bytes);

  const auto owner = std::make_shared<const std::string>(converted->bytes);
  const auto model =
      Model::from_bytes({reinterpret_cast<const uint8_t*>(owner->data()), owner->size()}, owner);
  ASSERT_TRUE(model) << model.error().to_string();
  ASSERT_EQ((*model)->inputs().size(), 1u);
  const Tensor rows = fitted(data->rows, (*model)->inputs()[0].dtype);

  for (const auto& [method, theirs] : data->answers) {
    SCOPED_TRACE(method);
    SessionOptions session;
    session.method = method;
    session.engine = "reference";
    const Tensor reference = answers(*source, session, rows, rows.shape()[0]);
    expect_close(method, reference, theirs);
    session.engine = "native";
    for (const std::string& isa : available_isas()) {
      for (const int64_t batch : {int64_t{1}, int64_t{7}, int64_t{100}, rows.shape()[0]}) {
        for (const int threads : {1, 2}) {
          session.isa = isa;
          session.thread_count = threads;
          const Tensor ours = answers(*model, session, rows, batch);
          const auto same = compare_tensors(ours.view(), reference.view());
          ASSERT_TRUE(same) << same.error().to_string();
          EXPECT_EQ(same->different, 0u) << isa << ", batch " << batch << ", threads " << threads
                                         << ", element " << same->worst_index;
        }
      }
    }
  }
}

std::string test_name(const testing::TestParamInfo<GoldenModel>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return cat(name, "_", info.index);
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenEngines, testing::ValuesIn(golden_models()), test_name);

}  // namespace
}  // namespace tundish
