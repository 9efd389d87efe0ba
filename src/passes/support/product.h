// A product written out: Mul, Div by a number and Pow with a small exponent, whatever their order.
#ifndef TUNDISH_PASSES_SUPPORT_PRODUCT_H_
#define TUNDISH_PASSES_SUPPORT_PRODUCT_H_

#include <vector>

#include "passes/support/rewriter.h"

namespace tundish {

/// factor * values[0] * values[1] * ...
struct Product {
  double factor = 1;
  std::vector<ValueId> values;     ///< sorted; equal ones stand beside each other
  std::vector<const Node*> nodes;  ///< that compute it
};

/// The product that a value is, taken apart as far as nobody else reads the parts. A value that is
/// no product is one of one value. `root` is the node that makes the value and may have any number
/// of readers; null: it may not.
Product product_of(const Rewriter& rewriter, ValueId value, const Node* root = nullptr);

/// Whether two numbers are the same but for rounding to float32 and a few digits left out.
bool is_about(double number, double wanted);

/// The value that is `value` + `number`, for an Add that nobody else reads; kNoValue otherwise.
/// Adds the node to `nodes`.
ValueId without_number(const Rewriter& rewriter, ValueId value, double number,
                       std::vector<const Node*>& nodes);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_PRODUCT_H_
