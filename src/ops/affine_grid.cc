// AffineGrid: places of a regular grid, moved by a matrix for each image.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Places that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 8192;

// Number of axes, 2 or 3, that these shapes speak of; 0 when it cannot be known.
Result<size_t> axes_of(const std::vector<Dim>* theta, const std::vector<Dim>* size,
                       ErrorCode code) {
  size_t axes = 0;
  if (size != nullptr && size->size() == 1 && (*size)[0].is_known()) {
    axes = static_cast<size_t>((*size)[0].size()) - 2;
    if (axes != 2 && axes != 3) {
      return Error(code, cat("input 1 has ", (*size)[0].to_string(), " sizes, expected 4 or 5"));
    }
  } else if (size != nullptr && size->size() != 1) {
    return Error(code, cat("input 1 has ", size->size(), " dimensions, expected 1"));
  }
  if (theta == nullptr) return axes;
  if (axes == 0 && theta->size() == 3 && (*theta)[1].is_known()) {
    axes = static_cast<size_t>((*theta)[1].size());
  }
  const auto differs = [](const Dim& dim, size_t want) {
    return dim.is_known() && dim.size() != static_cast<int64_t>(want);
  };
  if (theta->size() != 3 || axes > 3 || axes == 1 ||
      (axes != 0 && (differs((*theta)[1], axes) || differs((*theta)[2], axes + 1)))) {
    return Error(code, cat("input 0 has shape ", to_string(SymbolicShape(*theta)),
                           ", expected [N, 2, 3] for 4 sizes or [N, 3, 4] for 5"));
  }
  return axes;
}

Status infer_affine_grid(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  const std::vector<Dim>* theta = known_dims(context, 0);
  TRY_ASSIGN(const size_t axes, axes_of(theta, known_dims(context, 1), ErrorCode::kInvalidModel));
  TRY_ASSIGN(const std::optional<std::vector<int64_t>> sizes, constant_integers(context, 1));
  SymbolicShape out;
  if (axes != 0) {
    out.emplace(axes + 2, Dim());
    if (theta != nullptr) (*out)[0] = (*theta)[0];
    for (size_t i = 0; sizes && i < axes; ++i) {
      if ((*sizes)[i + 2] < 0) return InvalidModel(cat("size ", (*sizes)[i + 2], " is negative"));
      (*out)[i + 1] = Dim((*sizes)[i + 2]);
    }
    out->back() = Dim(static_cast<int64_t>(axes));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// Where element i of an axis lies between -1 and 1; a single one lies in the middle.
double place_of(int64_t i, int64_t size, int64_t align_corners) {
  const auto at = static_cast<double>(i);
  const auto count = static_cast<double>(size);
  if (align_corners == 0) return (2 * at + 1) / count - 1;
  return size == 1 ? 0 : 2 * at / (count - 1) - 1;
}

// Places [begin, end) of all images; `sizes` are those of the axes, outermost first.
template <class T>
void fill_places(const T* theta, std::span<const int64_t> sizes, int64_t align_corners,
                 int64_t begin, int64_t end, T* out) {
  const size_t axes = sizes.size();
  int64_t places = 1;
  for (const int64_t size : sizes) places *= size;
  for (int64_t i = begin; i < end; ++i) {
    // (x, y, 1) or (x, y, z, 1): x belongs to the last axis.
    double place[4] = {1, 1, 1, 1};
    int64_t rest = i % places;
    for (size_t k = 0; k < axes; ++k) {
      const int64_t size = sizes[axes - 1 - k];
      place[k] = place_of(rest % size, size, align_corners);
      rest /= size;
    }
    const T* matrix = theta + i / places * static_cast<int64_t>(axes * (axes + 1));
    for (size_t row = 0; row < axes; ++row) {
      double sum = 0;
      for (size_t k = 0; k <= axes; ++k) {
        sum += static_cast<double>(*matrix++) * (k < axes ? place[k] : 1.0);
      }
      out[i * static_cast<int64_t>(axes) + static_cast<int64_t>(row)] = static_cast<T>(sum);
    }
  }
}

Status run_affine_grid(ExecContext& context) {
  const TensorView& theta = context.input(0);
  const TensorView& size = context.input(1);
  const SymbolicShape theta_dims = symbolic(theta.shape);
  const SymbolicShape size_dims = symbolic(size.shape);
  TRY_ASSIGN(const size_t axes, axes_of(&*theta_dims, &*size_dims, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const int64_t align_corners, context.node().attributes.get_int("align_corners", 0));
  const auto sizes = size.values<int64_t>();
  if (sizes[0] != theta.shape[0]) {
    return InvalidArgument(
        cat("input 1 states ", sizes[0], " images for ", theta.shape[0], " matrices"));
  }
  Shape out{theta.shape[0]};
  for (size_t i = 0; i < axes; ++i) {
    if (sizes[i + 2] < 0) {
      return InvalidArgument(cat("input 1: size ", sizes[i + 2], " is negative"));
    }
    out.append(sizes[i + 2]);
  }
  out.append(static_cast<int64_t>(axes));
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, theta.dtype, out));
  return dispatch(Floats(), theta.dtype, [&]<class T>() {
    auto places = [&](int64_t begin, int64_t end) {
      fill_places(static_cast<const T*>(theta.data), sizes.subspan(2), align_corners, begin, end,
                  static_cast<T*>(y.data));
    };
    context.parallel_for(out.element_count() / static_cast<int64_t>(axes), kGrain, places);
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "AffineGrid",
     .since = 20,
     .inputs = {2, 2},
     .infer = infer_affine_grid,
     .run = run_with_halves<run_affine_grid>},
};

}  // namespace

std::span<const OpDef> ops_affine_grid() { return kOps; }

}  // namespace tundish
