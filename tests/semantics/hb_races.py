#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ThreadSanitizer must flag each wrong program of hb_races.c (TAP).

    hb_races.py PROGRAM

All but hb_00_control, which is right and shows that not everything is flagged.
"""
import os
import subprocess
import sys

FLAGGED = 66
NOT_BUILT_FOR_IT = 77


def main(program):
    env = {**os.environ, 'TSAN_OPTIONS': f'exitcode={FLAGGED}'}
    names = subprocess.run([program, '--list'], text=True, check=True,
                           capture_output=True).stdout.split()
    failed = 0
    print(f'TAP version 13\n1..{len(names)}')
    for n, name in enumerate(names, 1):
        done = subprocess.run([program, name], env=env, text=True, timeout=60,
                              capture_output=True)
        if done.returncode == NOT_BUILT_FOR_IT:
            print(f'ok {n} - {name} # SKIP not built with ThreadSanitizer')
            continue
        if name == 'hb_00_control':
            fine = done.returncode == 0
        else:
            fine = (done.returncode == FLAGGED and
                    'ThreadSanitizer: data race' in done.stderr)
        failed += not fine
        if not fine:
            print(*(f'# {line}' for line in
                    [f'status {done.returncode}',
                     *done.stderr.splitlines()[:40]]), sep='\n')
        print(f'{"" if fine else "not "}ok {n} - {name}')
    return failed > 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
