// Writer of numpy's .npy files (version 1.0, byte for byte as numpy.save writes them).
#ifndef TUNDISH_WIRE_NPY_NPY_WRITER_H_
#define TUNDISH_WIRE_NPY_NPY_WRITER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "tundish/dtype.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// numpy's type string: "<f8", "|b1", and "<U7" for strings of up to `string_characters`
/// (numpy's least is 1). kUnsupported for types without one (bfloat16, int4, ...).
Result<std::string> npy_descr(DType dtype, uint64_t string_characters);

/// Magic, version and header, padded to a multiple of 64 bytes with room for 21 digits of the first
/// size (as numpy does), so that the length is the same for any row count.
std::string npy_header(std::string_view descr, std::span<const int64_t> dims);

/// Characters (code points) of valid UTF-8.
uint64_t count_characters(std::string_view text);

/// Appends the elements as they stand in a file: little-endian numbers, strings as
/// `string_characters` UCS-4 characters each, padded with NUL. kInvalidArgument for a string that
/// is longer or not UTF-8.
Status append_npy_items(std::string& out, const TensorView& view, uint64_t string_characters);

/// A whole array as a file.
Result<std::string> npy_bytes(const TensorView& view);

/// Writes an array row by row; the row count is filled in at the end. The file appears when
/// finish() succeeds.
class NpyFileWriter {
 public:
  /// `row_shape`: the sizes after the first. Strings hold at most `string_characters`.
  static Result<NpyFileWriter> create(const std::string& path, DType dtype,
                                      std::span<const int64_t> row_shape,
                                      uint64_t string_characters = 0);
  /// `rows` is [n, row_shape...] of the writer's type (kInvalidArgument otherwise).
  Status append(const TensorView& rows);
  Status finish();
  int64_t row_count() const { return dims_[0]; }

 private:
  NpyFileWriter(AtomicFile file, DType dtype, std::string descr, std::vector<int64_t> dims,
                uint64_t string_characters)
      : file_(std::move(file)),
        dtype_(dtype),
        descr_(std::move(descr)),
        dims_(std::move(dims)),
        string_characters_(string_characters) {}
  AtomicFile file_;
  DType dtype_;
  std::string descr_;
  std::vector<int64_t> dims_;
  uint64_t string_characters_;
  std::string pending_;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_NPY_NPY_WRITER_H_
