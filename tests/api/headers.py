#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Public headers as every standard and compiler sees them (TAP).

Each header of include/weir/ compiles alone, and twice, without a warning;
headers.c and rings.c build from headers alone and print what is due; and the
program in README.md compiles.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WARN = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion',
        '-Werror', f'-I{ROOT}/include', '-pthread']
DIALECTS = [(compiler, f'-std={std}', language, flags)
            for compilers, stds, language, flags in (
    (('gcc', 'clang'), ('c11', 'c17', 'c2x'), 'c', ['-Wstrict-prototypes']),
    (('g++', 'clang++'), ('c++11', 'c++14', 'c++17', 'c++20', 'c++2b'), 'c++',
     [])) for compiler in compilers for std in stds]
PROGRAMS = {'headers': 'ordered 1 sums 9999900000 9999900000 9999900000\n',
            'rings': ''}


def run(command, text=''):
    done = subprocess.run(command, input=text, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def alone(header, dialect):
    compiler, std, language, flags = dialect
    unit = f'#include <weir/{header}>\n' * 2 + 'extern int weir_unit;\n'
    status, out = run([compiler, std, *WARN, *flags, '-x', language,
                       '-fsyntax-only', '-'], unit)
    return status == 0, f'<weir/{header}> alone, {compiler} {std}', out


def program(directory, name, dialect):
    compiler, std, language, flags = dialect
    binary = f'{directory}/{name}{compiler}{std}'
    status, out = run([compiler, std, *WARN, *flags, '-O2', '-x', language,
                       str(ROOT / f'tests/api/{name}.c'), '-o', binary])
    return (status == 0, f'{name}, {compiler} {std}', out, binary,
            PROGRAMS[name])


def readme():
    program = re.search(r'^```c\n(.*?)^```', (ROOT / 'README.md').read_text(),
                        re.M | re.S).group(1)
    status, out = run(['gcc', '-std=c11', *WARN, '-Wno-unused-function', '-x',
                       'c', '-fsyntax-only', '-'], program)
    return status == 0, 'the program in README.md compiles', out


def main():
    lacking = [d[0] for d in DIALECTS if not shutil.which(d[0])]
    if lacking:
        sys.exit(f'headers: not installed: {" ".join(sorted(set(lacking)))}')
    headers = sorted(p.name for p in (ROOT / 'include/weir').glob('*.h'))
    failed = 0
    with tempfile.TemporaryDirectory() as d, ThreadPoolExecutor(2) as pool:
        programs = [pool.submit(program, d, name, x)
                    for name in PROGRAMS for x in DIALECTS]
        jobs = [pool.submit(alone, h, x) for h in headers for x in DIALECTS]
        jobs += [pool.submit(readme), *programs]
        print(f'TAP version 13\n1..{len(jobs)}')
        for n, job in enumerate(jobs, 1):
            passed, name, out, *built = job.result()
            if passed and built:
                # One at a time, when all is compiled: its two threads spin.
                status, out = run(built[:1])
                passed = status == 0 and out == built[1]
            failed += not passed
            if not passed:
                print(*(f'# {line}' for line in out.splitlines()[:30]),
                      sep='\n')
            print(f'{"" if passed else "not "}ok {n} - {name}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
