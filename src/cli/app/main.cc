#include <malloc.h>

#include <string>
#include <vector>

#include "cli/app/command.h"

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // A command lives for milliseconds: memory once taken from the system is used again, not handed
  // back and faulted in anew.
  constexpr int kKeptBytes = 64 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kKeptBytes);
  ::mallopt(M_TRIM_THRESHOLD, kKeptBytes);
#endif
  const std::vector<std::string> words(argv + 1, argv + argc);
  return tundish::run_tundish(words);
}
