# Compiler flags that every target shares.
# A warning stops the build with the compiler the tree is kept clean for (gcc 12, Debian 12);
# another compiler's new warning, or a false one of more optimisation, is only shown.
set(werror "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12
   AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13 AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  set(werror -Werror)
endif()
add_compile_options(-Wall -Wextra ${werror} -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False in gcc 12's std::string (its bug 105651), and shown when that is read precompiled.
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
else()
  # gcc's own: "#pragma GCC ivdep".
  add_compile_options(-Wno-unknown-pragmas)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # Operators are the same code for several types: gold folds equal functions into one.
  include(CheckLinkerFlag)
  check_linker_flag(CXX "-fuse-ld=gold;-Wl,--icf=safe" TUNDISH_FOLDS_FUNCTIONS)
  if(TUNDISH_FOLDS_FUNCTIONS)
    # Each operator's file has one small function that hands out its definition: all of them are
    # called at start, so they lie together instead of each bringing its surroundings into memory.
    add_link_options(-fuse-ld=gold -Wl,--icf=safe
                     -Wl,--section-ordering-file=${CMAKE_SOURCE_DIR}/cmake/section_order.txt)
  endif()
endif()
# Bits must not depend on the compiler: no fused multiply-add that the source does not ask for.
add_compile_options(-ffp-contract=off)
add_compile_options(-ffunction-sections -fdata-sections)
# Paths of the building machine stay out of the binary.
# (Only where it ships: the flag names the folder, which would keep a compiler cache from serving
# another checkout.)
add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.>)
add_link_options(-Wl,--gc-sections)

find_program(TUNDISH_CCACHE ccache)
if(TUNDISH_CCACHE)
  # The settings under which it serves files with precompiled headers; what a file reads is taken
  # from the compiler's own list, so that a new file is not preprocessed once more to be looked up.
  set(cache env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_DEPEND=1 ${TUNDISH_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${cache})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${cache})
endif()

if(TUNDISH_SANITIZE)
  add_compile_options(-fsanitize=${TUNDISH_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TUNDISH_SANITIZE})
  add_compile_definitions(TUNDISH_SANITIZED=1)
endif()
if(TUNDISH_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TUNDISH_STATIC)
  # Hidden: a library loaded at run time (a peer that is measured) brings a C++ runtime of its own,
  # and must not be given half of ours.
  add_link_options(-static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
endif()
