// One hash over everything that decides a graph's answers.
#ifndef TUNDISH_API_STRUCTURE_DIGEST_H_
#define TUNDISH_API_STRUCTURE_DIGEST_H_

#include <string>

#include "ir/graph.h"

namespace tundish {

/// Digest128 over inputs, outputs, nodes (operators, attributes, wiring) and constants; names of
/// inner values and metadata do not count. Equal digests: the same computation, up to hash
/// collisions.
std::string structure_digest(const Graph& graph);

}  // namespace tundish

#endif  // TUNDISH_API_STRUCTURE_DIGEST_H_
