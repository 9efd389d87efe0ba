#include "engines/engine.h"

#include "base/strings.h"

namespace tundish {

#define TUNDISH_INDEX(stem) const EngineDef& engine_##stem();
#include "engines/index.inc"
#undef TUNDISH_INDEX

namespace {

// In the order of file names.
std::vector<const EngineDef*> all_engines() {
  return {
#define TUNDISH_INDEX(stem) &engine_##stem(),
#include "engines/index.inc"
#undef TUNDISH_INDEX
  };
}

}  // namespace

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const EngineDef* engine : all_engines()) names.emplace_back(engine->name);
  return names;
}

Result<std::unique_ptr<EngineSession>> create_engine_session(std::string_view engine,
                                                             std::shared_ptr<const Graph> graph,
                                                             const OpTable& ops,
                                                             const EngineOptions& options) {
  std::string names;
  for (const EngineDef* def : all_engines()) {
    if (def->name == engine) return def->create(std::move(graph), ops, options);
    names += cat(names.empty() ? "" : ", ", def->name);
  }
  return InvalidArgument(cat("engine ", quoted(engine), " is unknown; there are ", names));
}

}  // namespace tundish
