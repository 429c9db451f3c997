#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tools_test.sh: what says yes or no can say no (TAP).  tools/check on tables of
# its own; tools/setup with a dpkg that knows no package; tools/bench with a
# script for a suite; the test harness on tests that fail.
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

# ---- tools/bench: nothing is installed or built, the suite is a script

# bare COMMAND...: on a system without build tools, packages and HOME
bare()
{
    env -i PATH="$scratch/bare" WEIR_BUILD="$scratch/fleet" "$@"
}

# bench_json: stdout of a run whose set-up speaks, as one JSON document
bench_json()
{
    bare tools/bench --no-install --json - 2>"$scratch/err" <&- |
        python3 -m json.tool --compact
    grep -qx 'bench: going on without them where that is possible' \
        "$scratch/err" || echo 'the set-up said nothing'
}

# bench_signal NUMBER: the status of tools/bench that gets it
bench_signal()
{
    local child

    rm -f "$scratch/pid"
    # Under nohup a hang-up is ignored, and so it would be in the child.
    env -i --default-signal PATH="$scratch/bare" WEIR_BUILD="$scratch/fleet" \
        tools/bench --no-install --seed 7 >"$scratch/pid" 2>/dev/null &
    child=$!
    while [ ! -s "$scratch/pid" ]; do sleep 0.02; done
    kill -"$1" "$child"
    wait "$child" 2>/dev/null
}

mkdir "$scratch/bare"
for tool in bash env dirname cat id sort awk sleep; do
    ln -s "$(command -v $tool)" "$scratch/bare/$tool"
done
for bad in --no-such --only 'contribute' '--bundle --quick' '--json' \
    "--bundle $scratch/no/such/file"; do
    # shellcheck disable=SC2086 # words
    bare tools/bench $bad >"$scratch/out" 2>"$scratch/err"
    printf '%s %s %s\n' $? "$(wc -l <"$scratch/out")" \
        "$(wc -l <"$scratch/err")" >>"$scratch/refused"
done
expect 'bench refuses bad options with one line on stderr' 0 '      6 2 0 1' \
    uniq -c "$scratch/refused"
expect 'bench names what it cannot build without' 1 \
    "bench: cannot build without meson, ninja, pkg-config, python3,\
 a C compiler, a C++ compiler, Google Benchmark" \
    bare tools/bench --no-install
expect 'bench says that it cannot install' 1 \
    'bench: the set-up failed, see above' bare tools/bench --list
mkdir -p "$scratch/fleet/bench/bench"
cat >"$scratch/fleet/bench/bench/weir-bench" <<'END'
#!/bin/bash
case "$*" in
'--json -') echo "{\"got\": \"$*\"}" ;;
*'--seed 7'*) echo $$ && exec sleep 20 ;;
*) echo "$*" && exit 7 ;;
esac
END
chmod +x "$scratch/fleet/bench/bench/weir-bench"
expect 'bench runs what was built before, and keeps its status' 7 \
    '--full --peers --replay a b.json --out=x y' \
    bare tools/bench --no-install --full --peers --replay 'a b.json' '--out=x y'
expect 'bench leaves stdout to the JSON document' 0 '{"got":"--json -"}' \
    bench_json
for signal in 1 15; do
    expect "bench passes on signal $signal" $((128 + signal)) '' \
        bench_signal $signal
done

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
