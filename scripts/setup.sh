#!/usr/bin/env bash
# Installs by apt what is missing for the build (Debian 12, Ubuntu 22.04 and 24.04), as root or with sudo.
#
#   scripts/setup.sh [--tests] [--images] [--fuzz] [--neon] [--lint] [--peers] [--conformance]
#
# Without an option: what the binary needs. --tests: the test suite too, with the
# decoders of images. --images: those alone (for the preset full). --fuzz: clang and its runtime.
# --neon: the cross compiler and emulator for 64-bit ARM. --lint: clang-format, clang-tidy, lcov.
# --peers: Python with the libraries that golden files and comparisons are made with (in build/peers).
# --conformance: ONNX's published cases (in build/conformance).
# Nothing is downloaded when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build ccache python3
  libssl-dev zlib1g-dev libbz2-dev liblzma-dev liblz4-dev libsimdjson-dev libfmt-dev
  libpcre2-dev libcli11-dev nlohmann-json3-dev libprotozero-dev)
images=(libjpeg-dev libpng-dev libwebp-dev libtiff-dev libopenjp2-7-dev)
peers=no
conformance=no
for option in "$@"; do
  case "$option" in
    --tests) packages+=(libgtest-dev libgmock-dev "${images[@]}") ;;
    --images) packages+=("${images[@]}") ;;
    --fuzz) packages+=(clang llvm "?libclang-rt-dev libclang-rt-14-dev") ;;
    --neon) packages+=(g++-aarch64-linux-gnu qemu-user-static) ;;
    --lint) packages+=(clang-format clang-tidy lcov) ;;
    --conformance) packages+=(python3-pip) conformance=yes ;;
    --peers) packages+=(python3-venv python3-pip) peers=yes ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup.sh: unknown option $option (--tests --images --fuzz --neon --lint --peers --conformance)" >&2; exit 2 ;;
  esac
done

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo DEBIAN_FRONTEND=noninteractive "$@"
  else
    echo "setup.sh: run this as root: $*" >&2
    exit 1
  fi
}

# "?a b": the first of several names that is installed or that this release has.
choose() {
  local name
  for name in "$@"; do is_installed "$name" && return; done
  for name in "$@"; do
    if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; return; fi
  done
}

missing=()
choices=()
for package in "${packages[@]}"; do
  case "$package" in
    \?*) choices+=("${package#\?}") ;;
    *) is_installed "$package" || missing+=("$package") ;;
  esac
done
any_choice_open=no
for choice in "${choices[@]+"${choices[@]}"}"; do
  found=no
  for name in $choice; do if is_installed "$name"; then found=yes; fi; done
  [ "$found" = yes ] || any_choice_open=yes
done

if [ ${#missing[@]} -gt 0 ] || [ "$any_choice_open" = yes ]; then
  if ! command -v apt-get >/dev/null; then
    echo "setup.sh: no apt-get here; install by hand: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get -o Acquire::Retries=3 -qq update </dev/null
  for choice in "${choices[@]+"${choices[@]}"}"; do
    # shellcheck disable=SC2086
    missing+=($(choose $choice))
  done
  echo "setup.sh: installing ${missing[*]}" >&2
  as_root apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -qq install -y \
    --no-install-recommends "${missing[@]}" </dev/null >/dev/null
fi

if [ "$peers" = yes ] && [ ! -e build/peers/ready ]; then
  echo "setup.sh: installing the peers into build/peers: $(grep -v '^#' scripts/peers.txt | tr '\n' ' ')" >&2
  python3 -m venv build/peers
  build/peers/bin/pip install -q -r scripts/peers.txt
  touch build/peers/ready
fi

if [ "$conformance" = yes ]; then bash scripts/fetch_conformance.sh; fi
