# Reading headers is most of a file's compile time: what nearly every file of a module reads is
# parsed once. clang-tidy and CMAKE_DISABLE_PRECOMPILE_HEADERS=ON read each file without, so that a
# file which leans on them by accident is found.
set(TUNDISH_STANDARD_HEADERS
    <algorithm> <array> <bit> <charconv> <cmath> <cstdint> <cstring> <functional> <limits> <memory>
    <optional> <span> <string> <string_view> <type_traits> <utility> <variant> <vector>)

# tundish_precompile(TARGET HEADERS...): the standard headers, and these.
function(tundish_precompile target)
  target_precompile_headers(${target} PRIVATE ${TUNDISH_STANDARD_HEADERS} ${ARGN})
endfunction()

# tundish_precompile_standard(TARGET [OPTION]): the standard headers alone, read once for all
# targets whose only option of their own is this one.
function(tundish_precompile_standard target)
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    return()
  endif()
  string(MAKE_C_IDENTIFIER "tundish_precompiled${ARGN}" shared)
  if(NOT TARGET ${shared})
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${shared}.cc CONTENT "" @ONLY)
    add_library(${shared} OBJECT ${CMAKE_BINARY_DIR}/generated/${shared}.cc)
    target_compile_options(${shared} PRIVATE ${ARGN})
    tundish_precompile(${shared})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${shared})
endfunction()

# tundish_compile_quickly(TARGET): a test's own code runs once and is compiled for each build, so it
# is not optimised, and has no symbols for a debugger (googletest says the line); what it tests is
# and has.
function(tundish_compile_quickly target)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O0 -g0)
  endif()
endfunction()

# tundish_precompile_test(TARGET): the standard headers and googletest's, shared by all test
# programs, compiled quickly.
function(tundish_precompile_test target)
  tundish_compile_quickly(${target})
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    return()
  endif()
  if(NOT TARGET tundish_precompiled_test)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/precompiled_test.cc CONTENT "" @ONLY)
    add_library(tundish_precompiled_test OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled_test.cc)
    target_link_libraries(tundish_precompiled_test PRIVATE GTest::gmock)
    tundish_compile_quickly(tundish_precompiled_test)
    tundish_precompile(tundish_precompiled_test <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  target_precompile_headers(${target} REUSE_FROM tundish_precompiled_test)
endfunction()

# tundish_no_precompile(FILES...): files whose flags are their own.
function(tundish_no_precompile)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
