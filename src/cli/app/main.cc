#include <string>
#include <vector>

#include "cli/app/command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  return tundish::run_tundish(words);
}
