#include "ops/support/conv_plain.h"

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

// float64 takes this way through Conv.
TEST(ConvPlain, computes_what_the_definition_says_for_any_number_of_threads) {
  const ConvCase c{{2, 4, 7, 21}, {6, 2, 3, 3}, 2, {2, 2}, {1, 1}, {0, 1, 2, 0}};
  const Tensor x = noise<double>(c.x, 1);
  const Tensor w = noise<double>(c.w, 2);
  OpCall call{"Conv",
              {x, w},
              {{"group", c.group},
               {"strides", ints(c.strides)},
               {"dilations", ints(c.dilations)},
               {"pads", ints(c.pads)}}};
  std::vector<double> want;
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t m = 0; m < 6; ++m) {
      std::vector<int64_t> out(2, 0);
      do {
        want.push_back(conv_at<double>(c, x, w, n, m, out));
      } while (advance(out, {4, 10}));
    }
  }
  const Result<Tensor> one = run_op(call);
  expect_near<double>(one, want, 1e-13);
  call.constant_from = 1;
  EXPECT_TRUE(same_bits(one.value(), run_op(call).value()));
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one.value(), run_op(call).value()));
}

}  // namespace
}  // namespace tundish
