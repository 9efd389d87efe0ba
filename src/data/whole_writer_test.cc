#include "data/whole_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "data/data_for_test.h"
#include "wire/npy/npz.h"

namespace tundish {
namespace {

using testing::HasSubstr;

TEST(WholeWriter, writes_arrays_of_any_rank) {
  const data_test::TestFile file("whole.npz", "");
  const Tensor scalar = Tensor::scalar(2.5);
  const Tensor grid = Tensor::allocate(DType::kInt64, Shape{2, 0, 3}).value();
  ASSERT_TRUE(write_whole_arrays(file.path(), {{"a", scalar.view()}, {"b", grid.view()}}, {}));
  const auto mapped = MappedFile::open(file.path()).value();
  const NpzFile npz = NpzFile::open(mapped->bytes(), mapped, {}).value();
  EXPECT_EQ(npz.array("a").value().shape().rank(), 0u);
  EXPECT_EQ(npz.array("a").value().data().size(), sizeof(double));
  EXPECT_EQ(npz.array("b").value().shape(), (Shape{2, 0, 3}));
}

TEST(WholeWriter, refuses_what_the_format_cannot_hold_and_what_is_in_the_way) {
  const data_test::TestFile file("whole.npy", "something");
  const Tensor scalar = Tensor::scalar(2.5);
  WriteOptions options;
  EXPECT_THAT(write_whole_arrays(file.path(), {{"a", scalar.view()}}, options).error().to_string(),
              HasSubstr("--force"));
  options.replace = ReplaceRule::kReplace;
  EXPECT_TRUE(write_whole_arrays(file.path(), {{"a", scalar.view()}}, options));
  EXPECT_THAT(write_whole_arrays(file.path(), {{"a", scalar.view()}, {"b", scalar.view()}}, options)
                  .error()
                  .to_string(),
              HasSubstr("holds one array, there are 2"));
}

}  // namespace
}  // namespace tundish
