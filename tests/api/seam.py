#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The seam costs nothing: its machine code is that of hand-written C11 (TAP).

Each compiler translates seam_weir.h (as C, and as C++, whose fields are plain)
and seam_plain.h; the disassembly must be the same, instruction by instruction.
The control is seam_plain.h with one order changed: the code must differ, or the
comparison would see nothing.  (No change shows on every CPU: x86 stores with
release as it does without order, aarch64 with seq_cst as with release.)
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
INCLUDE = f'-I{HERE.parent.parent}/include'
CONTROLS = ('seq_cst', 'relaxed')
COMPILERS = (('gcc', 'g++', 'objdump'), ('clang', 'clang++', 'objdump'),
             ('aarch64-linux-gnu-gcc', None, 'aarch64-linux-gnu-objdump'),
             ('riscv64-linux-gnu-gcc', None, 'riscv64-linux-gnu-objdump'))


def machine_code(directory, compiler, objdump, language, file, *flags):
    """{function: instructions}, with no addresses."""
    unit = f'{directory}/unit.o'
    source = ('extern "C" {\n' if language == 'c++' else '')
    headers = ('#include <stdint.h>\n#include <stddef.h>\n#include <string.h>\n'
               '#include <stdbool.h>\n')
    source = headers + source + f'#include "{HERE}/{file}"\n'
    source += '}\n' if language == 'c++' else ''
    subprocess.run([compiler, '-O2', INCLUDE, *flags, '-x', language, '-c', '-',
                    '-o', unit], input=source, text=True, check=True)
    text = subprocess.run([objdump, '-d', '--no-show-raw-insn', unit],
                          text=True, capture_output=True, check=True).stdout
    code, name = {}, None
    for line in text.splitlines():
        if m := re.match(r'[0-9a-f]+ <(\w+)>:', line):
            name, base = m.group(1), int(line.split()[0], 16)
            code[name] = []
        elif name and (m := re.match(r'\s*([0-9a-f]+):\s+(.*)', line)):
            # Jumps stay inside a function: count them from its start.
            code[name].append(re.sub(
                r'\b[0-9a-f]+ <\w+(\+0x[0-9a-f]+)?>',
                lambda x: f'to {int(x.group().split()[0], 16) - base:x}',
                m.group(2)))
    return code


def differences(a, b):
    if a == b and a and all(a.values()):
        return []
    return [f'{name}: {x} | {y}' for name in a
            for x, y in zip(a[name], b.get(name, [])) if x != y][:10] or [
                'the functions have not the same length']


def main():
    tests = []
    with tempfile.TemporaryDirectory() as d:
        for c, cxx, objdump in COMPILERS:
            if not shutil.which(c):
                tests.append((f'{c}: seam # SKIP not installed', []))
                continue
            plain = machine_code(d, c, objdump, 'c', 'seam_plain.h')
            weir = machine_code(d, c, objdump, 'c', 'seam_weir.h')
            tests.append((f'{c}: the seam is C11', differences(weir, plain)))
            if cxx:
                weir = machine_code(d, cxx, objdump, 'c++', 'seam_weir.h')
                tests.append((f'{cxx}: in C++, too', differences(weir, plain)))
            others = [machine_code(d, c, objdump, 'c', 'seam_plain.h',
                                   f'-DPUBLISH=memory_order_{order}')
                      for order in CONTROLS]
            tests.append((f'{c}: another order is seen', [
                'the controls have the same code'] * all(
                    other == plain for other in others)))
    print(f'TAP version 13\n1..{len(tests)}')
    for n, (name, found) in enumerate(tests, 1):
        for line in found:
            print(f'# {line}')
        print(f'{"not " if found else ""}ok {n} - {name}')
    return any(found for _, found in tests)


if __name__ == '__main__':
    sys.exit(main())
