#include "heap_count.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>

namespace tundish::testing {
namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

int64_t heap_allocations() { return allocations.load(std::memory_order_relaxed); }

}  // namespace tundish::testing

#ifndef TUNDISH_SANITIZED
// glibc's own names of the functions that are replaced here; operator new calls malloc.
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* old, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* counted_malloc(size_t bytes) __asm__("malloc");
void* counted_calloc(size_t count, size_t bytes) __asm__("calloc");
void* counted_realloc(void* old, size_t bytes) __asm__("realloc");
void* counted_aligned_alloc(size_t alignment, size_t bytes) __asm__("aligned_alloc");

void* counted_malloc(size_t bytes) {
  tundish::testing::allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(bytes);
}
void* counted_calloc(size_t count, size_t bytes) {
  tundish::testing::allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, bytes);
}
void* counted_realloc(void* old, size_t bytes) {
  tundish::testing::allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(old, bytes);
}
void* counted_aligned_alloc(size_t alignment, size_t bytes) {
  tundish::testing::allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, bytes);
}
}

TEST(HeapCount, sees_allocations) {
  const int64_t before = tundish::testing::heap_allocations();
  const auto number = std::make_unique<int>(3);
  std::unique_ptr<char, void (*)(void*)> block(static_cast<char*>(std::aligned_alloc(64, 64)),
                                               std::free);
  ASSERT_NE(number, nullptr);
  ASSERT_NE(block, nullptr);
  EXPECT_GE(tundish::testing::heap_allocations(), before + 2);
}
#endif
