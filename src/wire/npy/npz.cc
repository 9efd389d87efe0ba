#include "wire/npy/npz.h"

#include <algorithm>

#include "base/strings.h"
#include "wire/npy/npy_writer.h"
#include "wire/zip/deflate.h"

namespace tundish {

namespace {

constexpr std::string_view kSuffix = ".npy";

template <class From> void widen(const Tensor& from, std::span<int64_t> to) {
  const auto values = from.values<From>();
  std::copy(values.begin(), values.end(), to.begin());
}

Status check_csr(const StoredCsr& csr) {
  const auto starts = csr.indptr.values<int64_t>();
  const auto indices = csr.indices.values<int64_t>();
  const auto stored = static_cast<int64_t>(indices.size());
  if (static_cast<int64_t>(starts.size()) - 1 != csr.rows || csr.data.element_count() != stored) {
    return InvalidModel(cat("a sparse matrix of ", csr.rows, " rows with ", starts.size(),
                            " row starts, ", stored, " indices and ", csr.data.element_count(),
                            " values"));
  }
  if (starts.front() != 0 || starts.back() != stored) {
    return InvalidModel("the row starts of the sparse matrix do not span its entries");
  }
  for (size_t row = 0; row + 1 < starts.size(); ++row) {
    if (starts[row] > starts[row + 1]) {
      return InvalidModel(cat("row ", row + 1, " of the sparse matrix ends before it starts"));
    }
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= csr.columns) {
      return InvalidModel(
          cat("entry ", i, " of the sparse matrix is in column ", indices[i], " of ", csr.columns));
    }
  }
  return ok();
}

Result<std::string> zip_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out;
  ZipWriter zip([&](std::string_view text) {
    out += text;
    return ok();
  });
  for (const auto& [name, contents] : files) {
    TRY(zip.begin(name, contents.size(), crc32_update(0, as_bytes(contents))));
    TRY(zip.write(contents));
  }
  TRY(zip.finish());
  return out;
}

/// The numbers as int32 where all fit.
Result<Tensor> narrowest(const Tensor& tensor, int64_t largest) {
  if (largest > INT32_MAX) return tensor;
  TRY_ASSIGN(Tensor narrow, Tensor::allocate(DType::kInt32, tensor.shape()));
  const auto values = tensor.values<int64_t>();
  std::transform(values.begin(), values.end(), narrow.mutable_values<int32_t>().begin(),
                 [](int64_t value) { return static_cast<int32_t>(value); });
  return narrow;
}

}  // namespace

Result<NpzFile> NpzFile::open(Bytes file, std::shared_ptr<const void> owner, const Limits& limits) {
  TRY_ASSIGN(ZipFile zip, ZipFile::open(file, std::move(owner), limits));
  for (const ZipMember& member : zip.members()) {
    if (!member.name.ends_with(kSuffix)) {
      return InvalidModel(cat("not an .npz: member ", quoted(member.name), " is no .npy"));
    }
  }
  return NpzFile(std::move(zip), limits);
}

std::vector<std::string> NpzFile::names() const {
  std::vector<std::string> names;
  for (const ZipMember& member : zip_.members()) {
    names.push_back(member.name.substr(0, member.name.size() - kSuffix.size()));
  }
  return names;
}

bool NpzFile::contains(std::string_view name) const {
  return zip_.find(cat(name, kSuffix)) != nullptr;
}

Result<NpyArray> NpzFile::array(std::string_view name) const {
  const ZipMember* member = zip_.find(cat(name, kSuffix));
  if (member == nullptr) {
    std::string all;
    for (const std::string& known : names()) all += cat(all.empty() ? "" : ", ", quoted(known));
    return NotFound(cat("no array ", quoted(name), " in the .npz; it holds ", all));
  }
  TRY_ASSIGN(const ZipContents contents, zip_.read(*member));
  return in(cat("array ", quoted(name)), NpyArray::open(contents.bytes, contents.owner, limits_));
}

bool NpzFile::is_sparse() const { return contains("format") && contains("shape"); }

Result<Tensor> NpzFile::integers(std::string_view name, size_t rank) const {
  TRY_ASSIGN(const NpyArray stored, array(name));
  TRY_ASSIGN(const Tensor tensor, stored.all());
  if (tensor.shape().rank() != rank) {
    return InvalidModel(cat("array ", quoted(name), " of the sparse matrix has shape ",
                            tensor.shape().to_string()));
  }
  if (tensor.dtype() == DType::kInt64) return tensor;
  TRY_ASSIGN(Tensor wide, Tensor::allocate(DType::kInt64, tensor.shape()));
  switch (tensor.dtype()) {
    case DType::kInt32: widen<int32_t>(tensor, wide.mutable_values<int64_t>()); break;
    case DType::kUint32: widen<uint32_t>(tensor, wide.mutable_values<int64_t>()); break;
    default:
      return InvalidModel(
          cat("array ", quoted(name), " of the sparse matrix holds ", dtype_name(tensor.dtype())));
  }
  return wide;
}

Result<StoredCsr> NpzFile::csr() const {
  TRY_ASSIGN(const NpyArray format, array("format"));
  TRY_ASSIGN(const Tensor form, format.all());
  if (form.dtype() != DType::kString || form.element_count() != 1) {
    return InvalidModel("array \"format\" of the sparse matrix is no string");
  }
  const std::string& name = form.values<std::string>()[0];
  if (name != "csr") {
    return Unsupported(cat("a sparse matrix in the form ", quoted(name, 20),
                           "; csr is read (save_npz of matrix.tocsr())"));
  }
  TRY_ASSIGN(const Tensor shape, integers("shape", 1));
  const auto sizes = shape.values<int64_t>();
  if (sizes.size() != 2 || sizes[0] < 0 || sizes[1] < 0) {
    return InvalidModel("the shape of the sparse matrix must be two sizes");
  }
  StoredCsr csr{sizes[0], sizes[1], {}, {}, {}};
  TRY_ASSIGN(csr.indptr, integers("indptr", 1));
  TRY_ASSIGN(csr.indices, integers("indices", 1));
  TRY_ASSIGN(const NpyArray data, array("data"));
  TRY_ASSIGN(csr.data, data.all());
  if (csr.data.dtype() == DType::kString || csr.data.shape().rank() != 1) {
    return InvalidModel(cat("the values of the sparse matrix are ", dtype_name(csr.data.dtype()),
                            " ", csr.data.shape().to_string()));
  }
  TRY(check_csr(csr));
  return csr;
}

Result<std::string> npz_bytes(const std::vector<std::pair<std::string, TensorView>>& arrays) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, view] : arrays) {
    TRY_ASSIGN(std::string bytes, npy_bytes(view));
    files.emplace_back(cat(name, kSuffix), std::move(bytes));
  }
  return zip_of(files);
}

Result<std::string> csr_npz_bytes(const SparseCsr& matrix) {
  const int64_t largest = std::max({matrix.rows, matrix.columns, matrix.data.element_count()});
  TRY_ASSIGN(const Tensor indices, narrowest(matrix.indices, largest));
  TRY_ASSIGN(const Tensor indptr, narrowest(matrix.indptr, largest));
  const int64_t sizes[] = {matrix.rows, matrix.columns};
  std::vector<std::pair<std::string, std::string>> files;
  const auto add = [&](std::string_view name, const TensorView& view) -> Status {
    TRY_ASSIGN(std::string bytes, npy_bytes(view));
    files.emplace_back(cat(name, kSuffix), std::move(bytes));
    return ok();
  };
  TRY(add("indices", indices.view()));
  TRY(add("indptr", indptr.view()));
  files.emplace_back("format.npy", npy_header("|S3", {}) + "csr");
  TRY(add("shape", {DType::kInt64, Shape{2}, sizes}));
  TRY(add("data", matrix.data.view()));
  return zip_of(files);
}

}  // namespace tundish
