// Reader of numpy's .npy files, versions 1 to 3 (numpy.lib.format, NEP 1).
#ifndef TUNDISH_WIRE_NPY_NPY_H_
#define TUNDISH_WIRE_NPY_NPY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tundish/dtype.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// Element type as a file states it.
struct NpyElement {
  DType dtype = DType::kUndefined;
  uint64_t item_bytes = 0;  ///< 4 per character for <U, 1 per byte for |S
  bool big_endian = false;
  bool ucs4 = false;  ///< kString only: <U (otherwise |S, bytes as they are)
};

/// Reads a type string such as "<f8", "|b1", ">U5". kUntrusted for objects (they are a pickle);
/// kUnsupported, by name, for structures, dates, complex and other types; kInvalidModel for
/// anything that is no type string.
Result<NpyElement> parse_npy_descr(std::string_view descr, const Limits& limits);

/// The part before the data.
struct NpyHeader {
  NpyElement element;
  bool fortran_order = false;
  Shape shape;
  std::string descr;       ///< the type string as it stands in the file
  size_t data_offset = 0;  ///< where the data begins
  uint64_t data_bytes = 0;
};

/// Reads magic, version and the header's literal. Only literals numpy itself writes are read:
/// a dict of 'descr', 'fortran_order' and 'shape', each once; no expression is ever evaluated.
/// kInvalidModel with the offset for anything else, kLimit for too many dimensions or a header over
/// Limits::max_npy_header_bytes.
Result<NpyHeader> parse_npy_header(Bytes file, const Limits& limits);

/// An array in a .npy file. Numbers in C order, little-endian and aligned are not copied.
class NpyArray {
 public:
  /// `file` is the whole file, kept alive by `owner`. kInvalidModel when the size of the data is
  /// not exactly what the header says.
  static Result<NpyArray> open(Bytes file, std::shared_ptr<const void> owner, const Limits& limits);

  const NpyHeader& header() const { return header_; }
  const Shape& shape() const { return header_.shape; }
  DType dtype() const { return header_.element.dtype; }
  /// The data as stored.
  Bytes data() const { return data_; }

  /// The whole array, row-major. Strings become UTF-8 without numpy's trailing NULs. kInvalidModel
  /// for a character beyond Unicode or a bool that is neither 0 nor 1, with its element number;
  /// kLimit for a copy over Limits::max_memory_bytes.
  Result<Tensor> all() const;
  /// Rows [first, first + count) along the first axis: [count, ...]. The range must lie inside and
  /// the rank be at least 1 (kInvalidArgument).
  Result<Tensor> rows(int64_t first, int64_t count) const;

 private:
  NpyArray(NpyHeader header, Bytes data, std::shared_ptr<const void> owner, uint64_t max_bytes)
      : header_(std::move(header)), data_(data), owner_(std::move(owner)), max_bytes_(max_bytes) {}
  Result<Tensor> read(const Shape& shape, int64_t first_row) const;
  Status convert(int64_t first_row, Tensor& out) const;
  NpyHeader header_;
  Bytes data_;
  std::shared_ptr<const void> owner_;
  uint64_t max_bytes_;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_NPY_NPY_H_
