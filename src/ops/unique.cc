// Unique: each element, or slice along an axis, once.
#include <algorithm>
#include <numeric>

#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"
#include "ops/support/order_key.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_unique(InferContext& context) {
  TRY(expect_tensor(context, 0, kHeld | kHalves | kComplex));
  const AttributeList& attributes = context.node().attributes;
  TRY(attributes.get_int("sorted", 1));
  SymbolicShape out;
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (!attributes.has("axis")) {
    out = std::vector<Dim>(1);
  } else if (dims != nullptr) {
    TRY_ASSIGN(const int64_t wanted, attributes.get_int("axis", 0));
    TRY_ASSIGN(const size_t axis, checked_axis(wanted, dims->size(), ErrorCode::kInvalidModel));
    out = *dims;
    (*out)[axis] = Dim();
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  for (size_t i = 1; i < 4; ++i) {
    context.set_output(i, ValueType::tensor(DType::kInt64, std::vector<Dim>(1)));
  }
  return ok();
}

// The items, one after the other, `width` comparable numbers or texts each.
struct Items {
  int64_t count = 0;
  int64_t width = 0;
  const uint64_t* keys = nullptr;  ///< of numbers
  const std::string* texts = nullptr;

  // Below 0, 0, above 0: item a before, like, after item b.
  template <class T> static int compared(const T* items, int64_t width, int64_t a, int64_t b) {
    for (int64_t i = 0; i < width; ++i) {
      const T& x = items[a * width + i];
      const T& y = items[b * width + i];
      if (x < y) return -1;
      if (y < x) return 1;
    }
    return 0;
  }
  int compare(int64_t a, int64_t b) const {
    return keys != nullptr ? compared(keys, width, a, b) : compared(texts, width, a, b);
  }
};

// Lays the slices along the axis out one after the other and makes their keys.
class ItemStore {
 public:
  Result<Items> make(ExecContext& context, const AroundAxis& all) {
    const TensorView& x = context.input(0);
    const int64_t total = all.outer * all.size * all.inner;
    TRY_ASSIGN(rows_, Tensor::allocate(x.dtype, Shape{total}));
    Box box;
    box.add({all.outer, all.size * all.inner, all.inner});
    box.add({all.size, all.inner, all.outer * all.inner});
    box.add({all.inner, 1, 1});
    copy_box(context, x.dtype, rows_.mutable_data(), x.data, box);
    Items items{all.size, all.outer * all.inner};
    if (x.dtype == DType::kString) {
      items.texts = static_cast<const std::string*>(rows_.data());
      return items;
    }
    // A complex number is compared by its real, then by its imaginary part.
    const bool complex = kComplex.contains(x.dtype);
    if (complex) items.width *= 2;
    const int64_t numbers = complex ? 2 * total : total;
    TRY_ASSIGN(keys_, Tensor::allocate(DType::kUint64, Shape{numbers}));
    DType part = x.dtype;
    if (complex) part = x.dtype == DType::kComplex64 ? DType::kFloat32 : DType::kFloat64;
    auto* keys = static_cast<uint64_t*>(keys_.mutable_data());
    order_keys(part, rows_.data(), 1, numbers, keys);
    items.keys = keys;
    return items;
  }

 private:
  Tensor rows_;
  Tensor keys_;
};

// What is found out about the items. Group g holds what is like its first item.
struct Groups {
  std::vector<int64_t> first;   ///< per group: the first item of it
  std::vector<int64_t> counts;  ///< per group
  std::vector<int64_t> group;   ///< per item
};

Groups group_items(const Items& items, int64_t sorted) {
  std::vector<int64_t> order(static_cast<size_t>(items.count));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    const int compared = items.compare(a, b);
    return compared != 0 ? compared < 0 : a < b;
  });
  Groups groups;
  groups.group.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || items.compare(order[i - 1], order[i]) != 0) {
      groups.first.push_back(order[i]);
      groups.counts.push_back(0);
    }
    ++groups.counts.back();
    groups.group[static_cast<size_t>(order[i])] = static_cast<int64_t>(groups.first.size()) - 1;
  }
  if (sorted != 0) return groups;
  // In the order of first items.
  std::vector<int64_t> ranks(groups.first.size());
  std::iota(ranks.begin(), ranks.end(), 0);
  const auto at = [](const std::vector<int64_t>& list, int64_t i) {
    return list[static_cast<size_t>(i)];
  };
  std::sort(ranks.begin(), ranks.end(),
            [&](int64_t a, int64_t b) { return at(groups.first, a) < at(groups.first, b); });
  Groups out;
  std::vector<int64_t> place(ranks.size());
  for (const int64_t rank : ranks) {
    place[static_cast<size_t>(rank)] = static_cast<int64_t>(out.first.size());
    out.first.push_back(at(groups.first, rank));
    out.counts.push_back(at(groups.counts, rank));
  }
  for (const int64_t old : groups.group) out.group.push_back(at(place, old));
  return out;
}

Status write_list(ExecContext& context, size_t i, const std::vector<int64_t>& list) {
  if (i >= context.output_count() || !context.output_wanted(i)) return ok();
  const Shape shape{static_cast<int64_t>(list.size())};
  TRY_ASSIGN(const MutableTensorView out, context.output(i, DType::kInt64, shape));
  std::copy(list.begin(), list.end(), static_cast<int64_t*>(out.data));
  return ok();
}

Status run_unique(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const int64_t sorted, context.node().attributes.get_int("sorted", 1));
  Shape shape{x.shape.element_count()};
  size_t axis = 0;
  if (context.node().attributes.has("axis")) {
    TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", 0));
    TRY_ASSIGN(axis, checked_axis(wanted, x.shape.rank(), ErrorCode::kInvalidArgument));
    shape = x.shape;
    if (shape.element_count() == 0 && shape[axis] > 0) {
      return InvalidArgument(cat("slices without elements: shape ", shape.to_string()));
    }
  }
  const AroundAxis all(shape, axis);
  ItemStore store;
  TRY_ASSIGN(const Items items, store.make(context, all));
  const Groups groups = group_items(items, sorted);
  const auto count = static_cast<int64_t>(groups.first.size());
  shape[axis] = count;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  for (int64_t block = 0; block < all.outer; ++block) {
    for (int64_t i = 0; i < count; ++i) {
      const int64_t from = block * all.size + groups.first[static_cast<size_t>(i)];
      copy_elements(x.dtype, element_at(y.data, x.dtype, (block * count + i) * all.inner),
                    element_at(x.data, x.dtype, from * all.inner), all.inner);
    }
  }
  TRY(write_list(context, 1, groups.first));
  TRY(write_list(context, 2, groups.group));
  return write_list(context, 3, groups.counts);
}

constexpr OpDef kOps[] = {
    {.name = "Unique",
     .since = 11,
     .inputs = {1, 1},
     .outputs = {1, 4},
     .infer = infer_unique,
     .run = run_unique},
};

}  // namespace

std::span<const OpDef> ops_unique() { return kOps; }

}  // namespace tundish
