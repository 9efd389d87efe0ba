// The parts of zlib that zip archives need; the only file of ours that includes it is deflate.cc.
#ifndef TUNDISH_WIRE_ZIP_DEFLATE_H_
#define TUNDISH_WIRE_ZIP_DEFLATE_H_

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "tundish/result.h"

namespace tundish {

/// CRC-32 (ISO 3309) continued over `bytes`; start from 0.
uint32_t crc32_update(uint32_t crc, Bytes bytes);

/// Inflates a raw deflate stream (RFC 1951) that must fill `out` exactly and use all of `packed`.
/// kInvalidModel otherwise.
Status inflate_exactly(Bytes packed, std::span<uint8_t> out);

}  // namespace tundish

#endif  // TUNDISH_WIRE_ZIP_DEFLATE_H_
