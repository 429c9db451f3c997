#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# installed.sh BUILD: what a user gets after the install (TAP).  Installs BUILD
# into a scratch folder, builds a program from there by pkg-config alone, in C
# and in C++, shared and static, and runs it.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

if ! DESTDIR=$scratch/root meson install -C "$build" --no-rebuild \
    >"$scratch/log" 2>&1; then
    printf 'TAP version 13\n1..1\n'
    sed 's/^/# /' "$scratch/log"
    printf 'not ok 1 - the build installs\n'
    exit 1
fi
found=$(find "$scratch/root" -name weir.pc)
export PKG_CONFIG_PATH=${found%/*} PKG_CONFIG_SYSROOT_DIR=$scratch/root
# A prefix below /usr counts as a system folder, which pkg-config leaves out.
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(pkg-config --variable=libdir weir)
case $LD_LIBRARY_PATH in
"$scratch"/*) ;;
*) LD_LIBRARY_PATH=$scratch/root$LD_LIBRARY_PATH ;;
esac

failed=0
number=0

# test NAME COMMAND...: one TAP line; the command's output when it fails
check()
{
    local name=$1 word=ok

    shift
    number=$((number + 1))
    if ! "$@" >"$scratch/log" 2>&1; then
        sed 's/^/# /' "$scratch/log"
        word='not ok'
        failed=1
    fi
    printf '%s %d - %s\n' "$word" "$number" "$name"
}

# build_and_run COMPILER LANGUAGE STANDARD [static]
build_and_run()
{
    local flags

    flags=$(pkg-config --cflags --libs ${4:+--static} weir) || return 1
    if [ "${4:-}" = static ]; then
        flags=${flags/-lweir/-l:libweir.a}
    fi
    # shellcheck disable=SC2086 # the flags are several words
    "$1" -x "$2" "-std=$3" -Wall -Wextra -Wpedantic -Werror \
        tests/api/installed.c -x none $flags -o "$scratch/program" &&
        "$scratch/program"
}

printf 'TAP version 13\n1..4\n'
check 'weir.pc has a version' pkg-config --modversion weir
check 'a C program, shared' build_and_run gcc c c11
check 'a C program, static' build_and_run gcc c c11 static
check 'a C++ program, shared' build_and_run g++ c++ c++11
exit $failed
