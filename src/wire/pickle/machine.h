// The pickle machine: runs a pickle's opcodes over inert objects.
#ifndef TUNDISH_WIRE_PICKLE_MACHINE_H_
#define TUNDISH_WIRE_PICKLE_MACHINE_H_

#include <cstdint>

namespace tundish::pickle {

/// How to treat names that are not in the table of known classes.
enum class ReadMode : uint8_t {
  kStrict,   ///< an error: the graph that comes out holds known classes only
  kInspect,  ///< kept as opaque records and listed; never to be converted
};

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_MACHINE_H_
