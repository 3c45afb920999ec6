# shellcheck shell=bash
# Sourced by the other tools: the toolchain, the one system package, and the one set of build flags.
# What is missing is said in one line, with the remedy, and ends the tool with status 69.

# One set of flags for the tool and the tests, so that everything is built once: kernels and sampling
# are too slow to test without optimisation. (Linked dynamically, since Swift Testing has no static form.)
# shellcheck disable=SC2034  # read by the tools that source this file
build_flags=(-c release -Xswiftc -enable-testing)

# absent WHAT REMEDY: says that something is missing and how to get it.
absent() {
  echo "dgflow needs $1: $2" >&2
  exit 69
}

require_swift() {
  local where="get it from https://www.swift.org/install/linux"
  command -v swift >/dev/null 2>&1 || absent "a Swift toolchain, 6.1 or later" "$where"
  local said version
  said=$(swift --version 2>&1) || true
  version=$(sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' <<<"$said")
  version=${version%%$'\n'*}
  # Other programs are called swift too, such as the client of an object store.
  [ -n "$version" ] ||
    absent "a Swift toolchain, 6.1 or later ($(command -v swift) says: ${said%%$'\n'*})" "$where"
  if [ "${version%%.*}" -lt 6 ] || { [ "${version%%.*}" -eq 6 ] && [ "${version##*.}" -lt 1 ]; }; then
    absent "Swift 6.1 or later, and found $version" "$where"
  fi
  command -v git >/dev/null 2>&1 ||
    absent "git, with which Swift fetches packages" "install it with your system's packages"
}

# Whether the header is where the compiler looks; CPATH is the compiler's own list of further folders.
has_utf8proc() {
  local folder folders
  IFS=: read -r -a folders <<<"${CPATH:-}"
  for folder in /usr/include /usr/local/include "${folders[@]}"; do
    if [ -f "$folder/utf8proc.h" ]; then return 0; fi
  done
  return 1
}

require_utf8proc() {
  if has_utf8proc; then return 0; fi
  command -v apt-get >/dev/null 2>&1 ||
    absent "utf8proc with its header utf8proc.h" \
      "install it with your system's packages (libutf8proc-dev on Debian and Ubuntu)"
  local remedy="sudo apt-get update && sudo apt-get install -y libutf8proc-dev"
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
      absent "the package libutf8proc-dev" "install it as root: ${remedy//sudo /}"
    # A password can be asked for only where there is a person to type it.
    if [ ! -t 0 ] && ! sudo -n true 2>/dev/null; then
      absent "the package libutf8proc-dev" "install it with: $remedy"
    fi
    as=(sudo)
  fi
  echo "installing libutf8proc-dev (${as[*]+${as[*]} }apt-get install libutf8proc-dev)" >&2
  # The lists of packages of a fresh machine are empty: refresh them when the first try fails.
  if ! "${as[@]}" apt-get install -y -q libutf8proc-dev >/dev/null 2>&1; then
    if ! { "${as[@]}" apt-get update -q && "${as[@]}" apt-get install -y -q libutf8proc-dev; } >&2; then
      absent "the package libutf8proc-dev, and apt-get could not install it" "try: $remedy"
    fi
  fi
  has_utf8proc || absent "utf8proc.h, which libutf8proc-dev did not bring" "reinstall the package"
}

require_prerequisites() {
  require_swift
  require_utf8proc
}
