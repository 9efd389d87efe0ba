#!/usr/bin/env bash
# Objects compiled with the flags of an instruction set define no weak symbol: the linker could take a
# shared inline function from them, and a program on an older processor would meet an illegal
# instruction. scripts/check_weak_symbols.sh BUILD_FOLDER; 77 when there is no such object.
set -euo pipefail

mapfile -t objects < <(find "$1" -path '*kernels*' -name '*.o' \
  \( -path '*/avx2/*' -o -path '*/avx512/*' -o -path '*/avx512vbmi/*' -o -path '*/neon/*' \) ! -name '*_test.cc.o' | sort)
if [ ${#objects[@]} = 0 ]; then echo "check_weak_symbols.sh: no such object in $1"; exit 77; fi
faults=0
for object in "${objects[@]}"; do
  weak="$(nm -C "$object" | grep -E ' [WVu] ' | grep -vE '__(asan|ubsan|tsan|sanitizer|gcov)|DW\.ref' || true)"
  if [ -n "$weak" ]; then
    echo "$object: weak symbols"
    printf '%s\n' "$weak" | head -5
    faults=1
  fi
done
[ "$faults" = 0 ] && echo "weak symbols: none in ${#objects[@]} objects"
exit "$faults"
