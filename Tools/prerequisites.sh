# Sourced by the other tools: the toolchain, the one system package, and the one set of build flags.

# One set of flags for the tool and the tests, so that everything is built once: kernels and sampling
# are too slow to test without optimisation.
build_flags=(-c release -Xswiftc -enable-testing --static-swift-stdlib)

require_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    echo "dgflow needs a Swift toolchain, 6.1 or later: https://www.swift.org/install/linux" >&2
    exit 69
  fi
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  local major=${version%%.*} minor=${version##*.}
  if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 1 ]; }; then
    echo "dgflow needs Swift 6.1 or later, found ${version:-none}: https://www.swift.org/install/linux" >&2
    exit 69
  fi
}

require_utf8proc() {
  local folder
  for folder in /usr/include /usr/local/include; do
    [ -f "$folder/utf8proc.h" ] && return 0
  done
  local install="apt-get install -y libutf8proc-dev"
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "dgflow needs the package libutf8proc-dev; install it with: sudo $install" >&2
      exit 69
    fi
    as=(sudo)
  fi
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "dgflow needs utf8proc with its header (libutf8proc-dev on Debian and Ubuntu)" >&2
    exit 69
  fi
  echo "installing libutf8proc-dev" >&2
  "${as[@]}" apt-get install -y -q libutf8proc-dev >&2 ||
    { "${as[@]}" apt-get update -q >&2 && "${as[@]}" apt-get install -y -q libutf8proc-dev >&2; } ||
    { echo "could not install libutf8proc-dev; try: sudo apt-get update && sudo $install" >&2; exit 69; }
}

require_prerequisites() {
  require_swift
  require_utf8proc
}
