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

# Decoders of images, shared libraries in every build: what they stand on in turn is their own
# business.
if(TUNDISH_IMAGES)
  set(static_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
  set(CMAKE_FIND_LIBRARY_SUFFIXES .so .dylib)
  tundish_library(dep_jpeg jpeg)
  tundish_library(dep_png png)
  tundish_library(dep_webp webp)
  tundish_library(dep_tiff tiff)
  tundish_library(dep_openjpeg openjp2)
  set(CMAKE_FIND_LIBRARY_SUFFIXES ${static_suffixes})
  find_path(TUNDISH_OPENJPEG_INCLUDE openjpeg.h REQUIRED
            PATH_SUFFIXES openjpeg-2.5 openjpeg-2.4 openjpeg-2.3)
  target_include_directories(dep_openjpeg INTERFACE ${TUNDISH_OPENJPEG_INCLUDE})
endif()
