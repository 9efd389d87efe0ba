// numpy's .npz archives, and the sparse matrices that scipy.sparse.save_npz puts into them.
#ifndef TUNDISH_WIRE_NPY_NPZ_H_
#define TUNDISH_WIRE_NPY_NPZ_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/npy/npy.h"
#include "wire/zip/zip.h"

namespace tundish {

/// A CSR matrix as stored: index type as in the file, rows not necessarily in column order and
/// with repeated entries possible (scipy adds those up). Checked: row starts ascend from 0 to the
/// number of entries and every column lies inside.
struct StoredCsr {
  int64_t rows = 0;
  int64_t columns = 0;
  Tensor indptr;   ///< int64 [rows + 1]
  Tensor indices;  ///< int64 [stored]
  Tensor data;     ///< numeric [stored]
};

/// An archive of arrays; members that do not end in .npy are kInvalidModel.
class NpzFile {
 public:
  static Result<NpzFile> open(Bytes file, std::shared_ptr<const void> owner, const Limits& limits);

  /// Names without ".npy", in the archive's order.
  std::vector<std::string> names() const;
  bool contains(std::string_view name) const;
  /// kNotFound lists the names there are. Only this member is unpacked.
  Result<NpyArray> array(std::string_view name) const;

  /// Whether the archive has the members of a scipy sparse matrix.
  bool is_sparse() const;
  /// kUnsupported, by name, for forms other than csr; kInvalidModel for damage.
  Result<StoredCsr> csr() const;

 private:
  NpzFile(ZipFile zip, const Limits& limits) : zip_(std::move(zip)), limits_(limits) {}
  Result<Tensor> integers(std::string_view name, size_t rank) const;
  ZipFile zip_;
  Limits limits_;
};

/// The archive of several arrays, whole, as numpy.savez lays it out.
Result<std::string> npz_bytes(const std::vector<std::pair<std::string, TensorView>>& arrays);
/// The archive of one CSR matrix as scipy.sparse.save_npz lays it out (stored; indices int32 where
/// they fit, as scipy chooses).
Result<std::string> csr_npz_bytes(const SparseCsr& matrix);

}  // namespace tundish

#endif  // TUNDISH_WIRE_NPY_NPZ_H_
