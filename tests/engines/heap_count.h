// Counts heap allocations of this test program.
#ifndef TUNDISH_TESTS_ENGINES_HEAP_COUNT_H_
#define TUNDISH_TESTS_ENGINES_HEAP_COUNT_H_

#include <cstdint>

namespace tundish::testing {

/// Allocations so far by any thread: malloc and its kin, operator new. Always 0 under a sanitizer,
/// which has an allocator of its own.
int64_t heap_allocations();

}  // namespace tundish::testing

#endif  // TUNDISH_TESTS_ENGINES_HEAP_COUNT_H_
