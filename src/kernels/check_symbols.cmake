# Fails where an object compiled for one instruction set defines a weak or unique symbol: the linker
# might then take that copy for code that runs on every processor.
# cmake -DNM=... -DOBJECTS=a.o,b.o -DPATTERN=regex -P check_symbols.cmake
string(REPLACE "," ";" objects "${OBJECTS}")
set(checked 0)
foreach(object ${objects})
  if(NOT object MATCHES "${PATTERN}")
    continue()
  endif()
  execute_process(COMMAND ${NM} --defined-only ${object} OUTPUT_VARIABLE symbols
                  RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "cannot read ${object}")
  endif()
  string(REGEX MATCHALL "[^\n]* [WVuwv] [^\n]*" weak "${symbols}")
  if(weak)
    message(FATAL_ERROR "${object} defines weak symbols:\n${weak}")
  endif()
  math(EXPR checked "${checked} + 1")
endforeach()
if(checked EQUAL 0)
  message(FATAL_ERROR "no object matches ${PATTERN}")
endif()
message(STATUS "${checked} objects define no weak symbol")
