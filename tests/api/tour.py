#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The channel and select parts of the tour, by every standard (TAP).

    tour.py BUILD

Compiles tour_chan.c as C11, C17 and C2x with gcc and clang, without a warning,
against BUILD's libweir alone, and compares what it prints with
tour_chan.expected; at last on one CPU.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WARN = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion',
        '-Wstrict-prototypes', '-Werror']
DUE = (ROOT / 'tests/api/tour_chan.expected').read_text()


def run(command, **more):
    return subprocess.run(command, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **more)


def one_cpu():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def tour(binary, compiler, std, library, **more):
    done = run([compiler, f'-std={std}', *WARN, '-O2', f'-I{ROOT}/include',
                str(ROOT / 'tests/api/tour_chan.c'), '-o', binary,
                str(library / 'libweir.so'), f'-Wl,-rpath,{library}',
                '-pthread'])
    if done.returncode == 0:
        done = run([binary], **more)
    return done.returncode == 0 and done.stdout == DUE, done.stdout


def main(build):
    library = Path(build).resolve() / 'lockfree'
    jobs = [(c, s, {}) for c in ('gcc', 'clang') for s in ('c11', 'c17', 'c2x')]
    jobs.append(('gcc', 'c11', {'preexec_fn': one_cpu}))
    failed = 0
    print(f'TAP version 13\n1..{len(jobs)}')
    with tempfile.TemporaryDirectory() as scratch:
        for n, (compiler, std, more) in enumerate(jobs, 1):
            fine, out = tour(f'{scratch}/tour', compiler, std, library, **more)
            failed += not fine
            if not fine:
                print(*(f'# {line}' for line in out.splitlines()[:30]),
                      sep='\n')
            where = ' on one CPU' if more else ''
            print(f'{"" if fine else "not "}ok {n} - tour_chan, '
                  f'{compiler} {std}{where}')
    return failed > 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
