// Collects cells of text row by row into the tensors of a RowBlock.
#ifndef TUNDISH_DATA_BLOCK_BUILDER_H_
#define TUNDISH_DATA_BLOCK_BUILDER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/contract.h"
#include "data/number_text.h"
#include "data/row_reader.h"

namespace tundish {

/// Where a column of the file goes.
struct Slot {
  int32_t input = -1;   ///< the input it feeds, -1 for none
  uint32_t column = 0;  ///< within the input
  int32_t kept = -1;    ///< its place in ReadOptions::keep, -1 for none
};

/// The growing value of one input. A new row holds missing values (NaN, 0, "").
class InputBuffer {
 public:
  virtual ~InputBuffer() = default;
  virtual void push_row() = 0;
  virtual void pop_row() = 0;
  /// Sets a cell of the last row from a number's text or a CSV cell.
  virtual CellState set_cell(uint32_t column, std::string_view cell) = 0;
  /// Sets it from something that is certainly a string (JSON).
  virtual CellState set_string(uint32_t column, std::string_view text) = 0;
  virtual CellState set_missing(uint32_t column) = 0;
  /// Gives the rows away and starts anew.
  virtual Value take() = 0;

  /// kUnsupported for types that text cannot be read as (float16, int4, ...) and for tensors of
  /// rank over 2. `width` is the number of columns.
  static Result<std::unique_ptr<InputBuffer>> create(const DataInput& input, int64_t width);
};

/// A block in the making.
class BlockBuilder {
 public:
  /// `widths`: columns of each input.
  static Result<BlockBuilder> create(const DataContract& contract, std::span<const int64_t> widths,
                                     size_t kept_count);

  void push_row(int64_t row_number);
  /// Takes the last row away again.
  void pop_row();
  /// Leaves the last row in place as missing values and marks it.
  void make_bad();
  InputBuffer& input(uint32_t index) { return *inputs_[index]; }
  void set_kept(uint32_t index, std::string_view text) { kept_[index].back() = std::string(text); }
  int64_t row_count() const { return static_cast<int64_t>(row_numbers_.size()); }
  RowBlock take();

 private:
  std::vector<std::unique_ptr<InputBuffer>> inputs_;
  std::vector<std::vector<std::string>> kept_;
  std::vector<int64_t> row_numbers_;
  std::vector<uint8_t> bad_;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_BLOCK_BUILDER_H_
