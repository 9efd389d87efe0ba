// Arrays become the type that the contract states.
#ifndef TUNDISH_DATA_CONVERT_H_
#define TUNDISH_DATA_CONVERT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "data/contract.h"
#include "data/row_reader.h"
#include "tundish/value.h"

namespace tundish {

/// Whether arrays of `from` may feed an input of `to`: the same type, a wider one of the same kind,
/// bool into numbers, integers into floats (their values are looked at later); everything numeric
/// with CastRule::kAllow. kInvalidArgument that says what to do otherwise.
Status check_convertible(DType from, DType to, CastRule cast);

/// Hears of an element that cannot be converted or is not allowed, by its place in the tensor.
using ElementFault = std::function<void(int64_t element, const std::string& what)>;

/// `from` as `to`, element for element; the same storage when nothing is to be done. Integers go
/// into floats up to 2^53 (float64) or 2^24 (float32) unless cast is allowed; with it floats go
/// into integers only when they are whole. check_convertible() must hold.
Result<Tensor> convert_tensor(const Tensor& from, DType to, CastRule cast,
                              const ElementFault& fault);

/// Looks for NaN and infinities in floats (other types have none). Returns the count of NaN where
/// they are allowed, and their first place in `first_nan`; tells `fault` of those that are not.
int64_t check_values(const Tensor& tensor, AllowedValues allowed, const ElementFault& fault,
                     int64_t& first_nan);

}  // namespace tundish

#endif  // TUNDISH_DATA_CONVERT_H_
