#!/bin/sh
# SPDX-License-Identifier: MIT
# compare.sh PROGRAM EXPECTED: run it, compare what it prints, answer in TAP.
printf 'TAP version 13\n1..1\n'
if out=$("$1" 2>&1) && [ "$out" = "$(cat "$2")" ]; then
    printf 'ok 1 - %s prints what it should\n' "${1##*/}"
    exit 0
fi
printf '%s\n' "$out" | sed 's/^/# | /'
printf 'not ok 1 - %s prints what it should\n' "${1##*/}"
exit 1
