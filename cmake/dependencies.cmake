# Libraries for everything that is not what Tundish exists for; each behind one .cc of ours.
# In a static build the archives are taken where the system has them.
function(tundish_library target)
  find_library(${target}_FOUND_AT NAMES ${ARGN} REQUIRED)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE ${${target}_FOUND_AT})
endfunction()

find_package(Threads REQUIRED)
tundish_library(dep_crypto crypto)
tundish_library(dep_zlib z)
tundish_library(dep_bzip2 bz2)
tundish_library(dep_lzma lzma)
tundish_library(dep_lz4 lz4)
tundish_library(dep_simdjson simdjson)
tundish_library(dep_fmt fmt)
tundish_library(dep_pcre2 pcre2-8)
target_link_libraries(dep_crypto INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
