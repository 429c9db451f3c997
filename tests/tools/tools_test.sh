#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tools_test.sh: what says yes or no can say no (TAP).  tools/check on tables of
# its own; tools/setup with a dpkg that knows no package; the test harness on
# tests that fail.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
number=0

# expect NAME STATUS LAST-LINE COMMAND...: the command ends so
expect()
{
    local name=$1 status=$2 line=$3 got

    shift 3
    number=$((number + 1))
    "$@" >"$scratch/out" 2>&1
    got=$?
    if [ $got = "$status" ] && [ "$(tail -n 1 "$scratch/out")" = "$line" ]; then
        printf 'ok %d - %s\n' $number "$name"
        return
    fi
    sed 's/^/# /' "$scratch/out"
    printf '# status %d, due %d and the last line: %s\n' $got "$status" "$line"
    printf 'not ok %d - %s\n' $number "$name"
    failed=1
}

# check TABLE-LINE...: tools/check on a table of these suites
check()
{
    printf '%s\n' "$@" >"$scratch/table"
    WEIR_BUILD=$scratch/build tools/check full --table "$scratch/table"
}

tap='printf "1..2\nok 1 - a\nok 2 - b\n"'
expect 'check sums subtests' 0 '5 passed, 0 failed' check \
    "one full 1 $tap" "two quick 1 $tap" "plain quick 1 true"
expect 'check sees a failed subtest' 1 '1 passed, 1 failed' check \
    'one full 1 printf "1..2\nok 1 - a\nnot ok 2 - b\n"; exit 1'
expect 'check sees a bad status behind good tests' 1 '2 passed, 1 failed' \
    check "one full 1 $tap; exit 3"
expect 'check sees tests that did not run' 1 '1 passed, 1 failed' check \
    'one full 1 printf "1..2\nok 1 - a\n"'
expect 'check sees a failure of a suite without tests' 1 '0 passed, 1 failed' \
    check 'one full 1 false'
expect 'check does not count the skipped' 0 '1 passed, 0 failed' check \
    'one full 1 printf "1..2\nok 1 - a\nok 2 - b # SKIP no such CPU\n"'
expect 'check leaves out what is long' 0 '1 passed, 0 failed' check \
    'one full 1 true' 'two all 999 false'

mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/dpkg-query"
for tool in id sudo apt-get pkg-config; do
    printf '#!/bin/sh\necho 1000\nexit 1\n' >"$scratch/bin/$tool"
done
chmod +x "$scratch"/bin/*
expect 'setup names what is missing' 1 \
    'setup: not installed: libc6-dev' \
    env PATH="$scratch/bin:$PATH" tools/setup --no-install core
expect 'setup says what it cannot do' 1 \
    'setup: no rights to install packages; as root: apt-get install libc6-dev' \
    env PATH="$scratch/bin:$PATH" tools/setup core
expect 'setup refuses what it does not know' 1 \
    'setup: unknown argument: --nonsense (see the head of tools/setup)' \
    tools/setup --nonsense

harness()
{
    gcc -std=gnu11 -D_GNU_SOURCE -g -Iinclude -Itests tests/test.c \
        tests/tools/harness.c -pthread -o "$scratch/harness"
}

# The harness's TAP is what is due, word for word.
harness_says()
{
    WEIR_TEST_SEED=1 "$scratch/harness" | diff tests/tools/harness.expected - &&
        echo 'as expected'
}

hang()
{
    local said status

    said=$(HARNESS_HANGS=1 WEIR_TEST_WATCHDOG=1 exec "$scratch/harness" \
        --only z_hangs 2>&1)
    status=$?
    printf '%s\n' "$said"
    return $status
}

expect 'the harness compiles' 0 '' harness
expect 'the harness reports what fails, and only that' 0 'as expected' \
    harness_says
expect 'the harness ends a test that hangs' 134 \
    '# watchdog: z_hangs_when_asked has not ended in 1 s' hang

printf '1..%d\n' $number
exit $failed
