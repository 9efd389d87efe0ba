// The damage check of files that tundish wrote: a digest in the last bytes of the file.
//
// The last entry of metadata_props is `tundish.digest` with the value
//   {"schema":"tundish.digest/1","digest":"<32 hexadecimal digits>"}
// and ends the file. The digest is Digest128 (base/hash.h) of the whole file with zeros in place of
// the 32 digits, so every byte counts: graph, initializers, metadata, and the entry itself. Because
// the entry is found at a fixed distance from the end, no parsing stands between a damaged byte and
// its discovery; a file whose entry is itself damaged still names tundish as its producer, which
// then is what gives it away.
#ifndef TUNDISH_WIRE_ONNX_DIGEST_H_
#define TUNDISH_WIRE_ONNX_DIGEST_H_

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tundish/result.h"
#include "wire/onnx/records.h"

namespace tundish {

inline constexpr std::string_view kDigestKey = "tundish.digest";
inline constexpr std::string_view kProducerName = "tundish";

/// The value to write before the digest is known.
std::string blank_digest_value();
/// Fills in the digest of a file whose last metadata entry has the blank value. kInternal when it
/// has not.
Status seal_digest(std::string& file);
/// For a file that ends in a digest entry: kInvalidModel if the digest does not hold. True when it
/// holds, false when there is no such entry. Looks at raw bytes only.
Result<bool> verify_digest(Bytes file);
/// Whether a parsed model claims to be ours: its producer's name begins like ours, or it has a
/// digest. Such a file must have passed verify_digest().
bool claims_digest(const OnnxModel& model);

}  // namespace tundish

#endif  // TUNDISH_WIRE_ONNX_DIGEST_H_
