# tundish_index(FOLDER FILE [LEFT_OUT]): generated/FILE holds TUNDISH_INDEX(stem) for each *.cc in
# the folder but tests and those whose path matches LEFT_OUT, in alphabetical order.
function(tundish_index folder file)
  file(GLOB indexed CONFIGURE_DEPENDS ${folder}/*.cc)
  list(FILTER indexed EXCLUDE REGEX "_(test|fuzzer)\\.cc$")
  if(ARGN)
    list(FILTER indexed EXCLUDE REGEX "${ARGN}")
  endif()
  set(lines "// Generated from file names.\n")
  foreach(path ${indexed})
    get_filename_component(stem ${path} NAME_WE)
    string(APPEND lines "TUNDISH_INDEX(${stem})\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${file} CONTENT "${lines}" @ONLY)
endfunction()

# tundish_module(NAME [HOT] [HOT_FILES stem...] [HEAVY_TESTS] DEPS module... [LIBS library...]
#                [INDEX prefix] [PRECOMPILE header...] [TEST_PRECOMPILE header...])
#
# Makes from src/NAME: the library tundish_NAME of all *.cc below it, the test binary NAME_test of
# all *_test.cc and what they share (testing.cc), and with INDEX a file NAME/index.inc that holds
# TUNDISH_INDEX(stem) for each *.cc that lies directly in the folder (but index.cc, registry.cc and
# pipeline.cc), in alphabetical order. So a new operator, pass or subcommand is found by its file
# name and no list is edited.
# A release is compiled for size but for modules that say HOT and the files in HOT_FILES (paths
# without .cc): those that see every row. Tests are
# not optimised but where HEAVY_TESTS says that they compare with plain loops over much data.
# PRECOMPILE and TEST_PRECOMPILE: our own headers that nearly every file, or test, of it reads.
# Folders that need compiler flags of their own (kernels/avx2, ...) are added by the module's own
# CMakeLists.
function(tundish_module name)
  cmake_parse_arguments(ARG "HOT;HEAVY_TESTS" "INDEX"
                        "DEPS;LIBS;EXCLUDE;HOT_FILES;TEST_LIBS;PRECOMPILE;TEST_PRECOMPILE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_(test|fuzzer|bench)|/testing)\\.cc$")
  list(FILTER tests INCLUDE REGEX "(_test|/testing)\\.cc$")
  foreach(pattern ${ARG_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX "${pattern}")
    list(FILTER tests EXCLUDE REGEX "${pattern}")
  endforeach()

  set(hot_option "")
  if(ARG_HOT AND CMAKE_BUILD_TYPE STREQUAL "Release")
    set(hot_option -O2)
  endif()

  # Options of a whole target, so that precompiled headers serve these files too.
  set(hot "")
  if(ARG_HOT_FILES AND CMAKE_BUILD_TYPE STREQUAL "Release")
    foreach(stem ${ARG_HOT_FILES})
      list(APPEND hot ${CMAKE_CURRENT_SOURCE_DIR}/${stem}.cc)
    endforeach()
    list(REMOVE_ITEM sources ${hot})
    add_library(tundish_${name}_hot OBJECT ${hot})
    target_compile_options(tundish_${name}_hot PRIVATE -O2)
    target_include_directories(tundish_${name}_hot PRIVATE ${CMAKE_SOURCE_DIR}/src
                               ${CMAKE_SOURCE_DIR}/include)
    list(LENGTH hot count)
    if(count GREATER 10)
      tundish_precompile(tundish_${name}_hot ${ARG_PRECOMPILE})
    else()
      tundish_precompile_standard(tundish_${name}_hot -O2)
    endif()
    set(hot $<TARGET_OBJECTS:tundish_${name}_hot>)
  endif()

  if(sources)
    add_library(tundish_${name} STATIC ${sources} ${hot})
    set(visibility PUBLIC)
    if(ARG_PRECOMPILE)
      tundish_precompile(tundish_${name} ${ARG_PRECOMPILE})
    else()
      tundish_precompile_standard(tundish_${name} ${hot_option})
    endif()
  else()
    add_library(tundish_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(tundish_${name} ${visibility} ${CMAKE_SOURCE_DIR}/src
                             ${CMAKE_SOURCE_DIR}/include)
  foreach(dep ${ARG_DEPS})
    target_link_libraries(tundish_${name} ${visibility} tundish_${dep})
  endforeach()
  target_link_libraries(tundish_${name} ${visibility} ${ARG_LIBS})
  if(hot_option)
    target_compile_options(tundish_${name} PRIVATE ${hot_option})
  endif()

  if(ARG_INDEX)
    tundish_index(${CMAKE_CURRENT_SOURCE_DIR} ${name}/index.inc "/(index|registry|pipeline)\\.cc$")
    target_include_directories(tundish_${name} PRIVATE ${CMAKE_BINARY_DIR}/generated)
  endif()

  if(TUNDISH_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE tundish_${name} ${ARG_TEST_LIBS} GTest::gmock
                          GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE TUNDISH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    if(ARG_HEAVY_TESTS)
      tundish_precompile(${name}_test <gmock/gmock.h> <gtest/gtest.h>)
    elseif(ARG_TEST_PRECOMPILE)
      tundish_compile_quickly(${name}_test)
      tundish_precompile(${name}_test <gmock/gmock.h> <gtest/gtest.h> ${ARG_TEST_PRECOMPILE})
    else()
      tundish_precompile_test(${name}_test)
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()

# tundish_fuzzer(NAME SOURCE LIBS...): a libFuzzer target when the fuzz preset is on. The target
# `fuzzers` builds all.
function(tundish_fuzzer name source)
  if(TUNDISH_FUZZERS)
    if(NOT TARGET fuzzers)
      add_custom_target(fuzzers)
    endif()
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${ARGN})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name})
  endif()
endfunction()
