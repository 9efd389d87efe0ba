// ai.onnx.ml Normalizer: each row divided by its norm.
//
// As ONNX Runtime: MAX divides by the largest element (not the largest size), L1 by the sum of
// sizes, L2 keeps signs; a row whose norm is 0 stays. Computed in double, rounded to float32 once.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

enum class Norm : uint8_t { kMax, kL1, kL2 };

Result<Norm> read_norm(const Node& node) {
  TRY_ASSIGN(const std::string name, node.attributes.get_string("norm", "MAX"));
  if (name == "MAX") return Norm::kMax;
  if (name == "L1") return Norm::kL1;
  if (name == "L2") return Norm::kL2;
  return InvalidModel(cat("attribute \"norm\": unknown value ", quoted(name)));
}

Status infer_normalizer(InferContext& context) {
  TRY(expect_rows(context, 0));
  TRY(read_norm(context.node()));
  context.set_output(0, ValueType::tensor(DType::kFloat32, context.input(0).shape));
  return ok();
}

double norm_of(std::span<const double> row, Norm norm) {
  double size = norm == Norm::kMax && !row.empty() ? row[0] : 0;
  for (const double v : row) {
    switch (norm) {
      case Norm::kMax: size = std::max(size, v); break;
      case Norm::kL1: size += std::fabs(v); break;
      case Norm::kL2: size += v * v; break;
    }
  }
  return norm == Norm::kL2 ? std::sqrt(size) : size;
}

Status run_normalizer(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const Norm norm, read_norm(context.node()));
  TRY_ASSIGN(const RowCount count, count_rows(x, 0));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, x.shape));
  auto* out = static_cast<float*>(y.data);
  auto piece = [&](int64_t begin, int64_t end) {
    std::vector<double> row(static_cast<size_t>(count.columns));
    for (int64_t i = begin; i < end; ++i) {
      read_numbers(x, i * count.columns, count.columns, row.data());
      const double size = norm_of(row, norm);
      float* to = out + i * count.columns;
      for (size_t k = 0; k < row.size(); ++k) {
        to[k] = static_cast<float>(size == 0 ? row[k] : row[k] / size);
      }
    }
  };
  context.parallel_for(count.rows,
                       std::max<int64_t>(1, kCheapGrain / 4 / std::max<int64_t>(1, count.columns)),
                       piece);
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Normalizer",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_normalizer,
     .run = run_normalizer},
};

}  // namespace

std::span<const OpDef> ops_normalizer() { return kOps; }

}  // namespace tundish
