// An array that grows row by row in a nameless file until its header can be written.
#ifndef TUNDISH_DATA_ARRAY_SPILL_H_
#define TUNDISH_DATA_ARRAY_SPILL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_sink.h"
#include "tundish/dtype.h"
#include "tundish/value.h"

namespace tundish {

/// Strings wait as UTF-8 with their lengths, so that the array is as wide as its longest one.
class ArraySpill {
 public:
  using Write = std::function<Status(std::string_view)>;

  static Result<ArraySpill> create(const std::string& beside, DType dtype,
                                   std::vector<int64_t> row_shape);
  /// `rows` is [n, row_shape...] of the array's type.
  Status append(const TensorView& rows);
  /// As append of one int64.
  Status append_number(int64_t number);
  int64_t row_count() const { return dims_[0]; }

  /// Writes int64 numbers as int32 (the caller knows that they fit).
  void narrow() { narrow_ = true; }

  /// Size and CRC of the .npy file that emit() will write. Strings are read through once.
  struct Summary {
    uint64_t bytes = 0;
    uint32_t crc = 0;
  };
  Result<Summary> summarize();
  /// Writes header and data.
  Status emit(const Write& write);

 private:
  ArraySpill(SpillFile file, DType dtype, std::vector<int64_t> dims)
      : file_(std::move(file)), dtype_(dtype), dims_(std::move(dims)) {}
  Status emit_strings(const Write& write);
  SpillFile file_;
  DType dtype_;
  std::vector<int64_t> dims_;
  uint64_t longest_characters_ = 1;
  bool narrow_ = false;
  std::string scratch_;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_ARRAY_SPILL_H_
