#include "data/block_builder.h"

#include <gtest/gtest.h>

#include "data/data_for_test.h"

namespace tundish {
namespace {

TEST(BlockBuilder, shapes_inputs_by_their_form) {
  DataContract contract = data_test::matrix_contract({}, 2);
  contract.inputs.push_back(data_test::text_contract().inputs[0]);
  DataInput flat;
  flat.name = "ids";
  flat.form = InputForm::kTensor;
  flat.dtype = DType::kInt64;
  flat.dims = {-1};
  contract.inputs.push_back(flat);
  const int64_t widths[] = {2, 1, 1};
  Result<BlockBuilder> builder = BlockBuilder::create(contract, widths, 1);
  ASSERT_TRUE(builder);
  builder->push_row(4);
  EXPECT_EQ(builder->input(0).set_cell(1, "2"), CellState::kValue);
  EXPECT_EQ(builder->input(1).set_string(0, "x"), CellState::kValue);
  builder->set_kept(0, "k");
  builder->push_row(5);
  builder->pop_row();
  builder->push_row(6);
  builder->make_bad();
  const RowBlock block = builder->take();
  EXPECT_EQ(block.row_numbers, (std::vector<int64_t>{4, 6}));
  EXPECT_EQ(block.bad, (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(block.inputs[0].tensor()->shape(), (Shape{2, 2}));
  EXPECT_EQ(block.inputs[1].tensor()->shape(), Shape{2});
  EXPECT_EQ(block.inputs[2].tensor()->shape(), Shape{2});
  EXPECT_EQ(block.kept[0][0], "k");
  EXPECT_EQ(builder->row_count(), 0);
}

TEST(BlockBuilder, refuses_types_and_ranks_that_text_cannot_fill) {
  const int64_t width = 1;
  DataContract half = data_test::matrix_contract({}, 1, DType::kFloat16);
  EXPECT_EQ(BlockBuilder::create(half, std::span(&width, 1), 0).error().code(),
            ErrorCode::kUnsupported);
  DataContract image = data_test::matrix_contract({}, 1);
  image.inputs[0].form = InputForm::kTensor;
  image.inputs[0].dims = {-1, 3, 8, 8};
  EXPECT_EQ(BlockBuilder::create(image, std::span(&width, 1), 0).error().code(),
            ErrorCode::kUnsupported);
}

TEST(BlockBuilder, reads_every_integer_type) {
  for (const DType dtype : {DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64,
                            DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64}) {
    Result<std::unique_ptr<InputBuffer>> buffer =
        InputBuffer::create(data_test::matrix_contract({}, 1, dtype).inputs[0], 1);
    ASSERT_TRUE(buffer);
    (*buffer)->push_row();
    EXPECT_EQ((*buffer)->set_cell(0, "7"), CellState::kValue);
    EXPECT_EQ((*buffer)->set_string(0, "7"), CellState::kNotNumber);
    EXPECT_EQ((*buffer)->set_missing(0), CellState::kMissingRefused);
    EXPECT_EQ((*buffer)->take().tensor()->dtype(), dtype);
  }
}

}  // namespace
}  // namespace tundish
