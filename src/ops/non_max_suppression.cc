// NonMaxSuppression: boxes by falling score, without those that overlap one taken before too much.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Status expect_scalar(const InferContext& context, size_t i, DType dtype) {
  if (!context.has_input(i)) return ok();
  TRY(expect_tensor(context, i, {dtype}, {}));
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr || dims->empty()) return ok();
  if (dims->size() == 1 && (!(*dims)[0].is_known() || (*dims)[0].size() <= 1)) return ok();
  return InvalidModel(
      cat("input ", i, ": expected one value, got shape ", to_string(context.input(i).shape)));
}

Status check_dims(const std::vector<Dim>& boxes, const std::vector<Dim>& scores, ErrorCode code) {
  const auto differ = [](const Dim& a, const Dim& b) {
    return a.is_known() && b.is_known() && a != b;
  };
  if (boxes.size() != 3 || differ(boxes[2], Dim(4))) {
    return Error(code, cat("boxes have shape ", to_string(SymbolicShape(boxes)),
                           ", expected [batches, boxes, 4]"));
  }
  if (scores.size() != 3 || differ(scores[0], boxes[0]) || differ(scores[2], boxes[1])) {
    return Error(code, cat("scores have shape ", to_string(SymbolicShape(scores)),
                           ", expected [batches, classes, boxes] for boxes of ",
                           to_string(SymbolicShape(boxes))));
  }
  return ok();
}

Status infer_suppression(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kFloat32}, {}));
  TRY(expect_tensor(context, 1, {DType::kFloat32}, {}));
  TRY(expect_scalar(context, 2, DType::kInt64));
  TRY(expect_scalar(context, 3, DType::kFloat32));
  TRY(expect_scalar(context, 4, DType::kFloat32));
  const std::vector<Dim>* boxes = known_dims(context, 0);
  const std::vector<Dim>* scores = known_dims(context, 1);
  if (boxes != nullptr && scores != nullptr) {
    TRY(check_dims(*boxes, *scores, ErrorCode::kInvalidModel));
  }
  context.set_output(0, ValueType::tensor(DType::kInt64, std::vector<Dim>{Dim(), 3}));
  return ok();
}

// Edges in order.
struct Box {
  float x_low, x_high, y_low, y_high;
  float area() const { return (x_high - x_low) * (y_high - y_low); }
};

enum class BoxFormat : uint8_t { kCorners, kCentre };

Box read_box(const float* from, BoxFormat format) {
  if (format == BoxFormat::kCorners) {
    return {std::min(from[1], from[3]), std::max(from[1], from[3]), std::min(from[0], from[2]),
            std::max(from[0], from[2])};
  }
  const float half_width = from[2] / 2;
  const float half_height = from[3] / 2;
  return {from[0] - half_width, from[0] + half_width, from[1] - half_height, from[1] + half_height};
}

// Whether intersection over union is above the threshold; boxes without area overlap nothing.
bool overlaps(const Box& a, const Box& b, float threshold) {
  const float width = std::min(a.x_high, b.x_high) - std::max(a.x_low, b.x_low);
  const float height = std::min(a.y_high, b.y_high) - std::max(a.y_low, b.y_low);
  if (!(width > 0) || !(height > 0)) return false;
  const float shared = width * height;
  const float both = a.area() + b.area() - shared;
  if (!(shared > 0) || !(a.area() > 0) || !(b.area() > 0) || !(both > 0)) return false;
  return shared / both > threshold;
}

struct Settings {
  int64_t most = 0;
  float iou = 0;
  float score = 0;
  bool has_score = false;
  BoxFormat format = BoxFormat::kCorners;
};

Result<Settings> read_settings(const ExecContext& context) {
  Settings settings;
  const auto given = [&](size_t i) {
    return context.input_count() > i && context.has_input(i) &&
           context.input(i).shape.element_count() > 0;
  };
  if (given(2)) settings.most = std::max<int64_t>(0, context.input(2).values<int64_t>()[0]);
  if (given(3)) settings.iou = context.input(3).values<float>()[0];
  if (!(settings.iou >= 0 && settings.iou <= 1)) {
    return InvalidArgument(cat("input 3: IoU threshold ", settings.iou, " outside [0, 1]"));
  }
  settings.has_score = given(4);
  if (settings.has_score) settings.score = context.input(4).values<float>()[0];
  TRY_ASSIGN(const int64_t centre, context.node().attributes.get_int("center_point_box", 0));
  if (centre != 0 && centre != 1) {
    return InvalidModel(cat("attribute \"center_point_box\": ", centre, " is neither 0 nor 1"));
  }
  settings.format = centre == 0 ? BoxFormat::kCorners : BoxFormat::kCentre;
  return settings;
}

// Of one class of one image, the boxes taken, best first. Of equal scores the first box counts.
std::vector<int64_t> choose(const Settings& settings, const float* boxes,
                            std::span<const float> scores) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < scores.size(); ++i) {
    // NaN is no score.
    const bool counts = settings.has_score ? scores[i] > settings.score : !std::isnan(scores[i]);
    if (counts) order.push_back(static_cast<int64_t>(i));
  }
  std::ranges::stable_sort(order, [&](int64_t a, int64_t b) {
    return scores[static_cast<size_t>(a)] > scores[static_cast<size_t>(b)];
  });
  std::vector<int64_t> taken;
  std::vector<Box> taken_boxes;
  for (const int64_t i : order) {
    if (static_cast<int64_t>(taken.size()) >= settings.most) break;
    const Box box = read_box(boxes + i * 4, settings.format);
    const bool overlapped = std::ranges::any_of(
        taken_boxes, [&](const Box& other) { return overlaps(box, other, settings.iou); });
    if (overlapped) continue;
    taken.push_back(i);
    taken_boxes.push_back(box);
  }
  return taken;
}

Status run_suppression(ExecContext& context) {
  const TensorView& boxes = context.input(0);
  const TensorView& scores = context.input(1);
  TRY(check_dims(*symbolic(boxes.shape), *symbolic(scores.shape), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const Settings settings, read_settings(context));
  const int64_t classes = scores.shape[1];
  const int64_t count = scores.shape[2];
  const int64_t rows = scores.shape[0] * classes;
  std::vector<std::vector<int64_t>> taken(static_cast<size_t>(settings.most == 0 ? 0 : rows));
  auto work = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* at = boxes.values<float>().data() + row / classes * count * 4;
      taken[static_cast<size_t>(row)] =
          choose(settings, at,
                 scores.values<float>().subspan(static_cast<size_t>(row * count),
                                                static_cast<size_t>(count)));
    }
  };
  context.parallel_for(static_cast<int64_t>(taken.size()), 1, work);
  int64_t total = 0;
  for (const auto& list : taken) total += static_cast<int64_t>(list.size());
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, Shape{total, 3}));
  int64_t* out = static_cast<int64_t*>(y.data);
  for (size_t row = 0; row < taken.size(); ++row) {
    for (const int64_t box : taken[row]) {
      *out++ = static_cast<int64_t>(row) / classes;
      *out++ = static_cast<int64_t>(row) % classes;
      *out++ = box;
    }
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "NonMaxSuppression",
     .since = 10,
     .inputs = {2, 5},
     .infer = infer_suppression,
     .run = run_suppression},
};

}  // namespace

std::span<const OpDef> ops_non_max_suppression() { return kOps; }

}  // namespace tundish
