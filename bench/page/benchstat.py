# SPDX-License-Identifier: MIT
"""A result as Go benchmark lines, which benchstat and its kin read.

Source   "Proposal: Go Benchmark Data Format" (go.dev/design/14313)
"""
import re

ARCHITECTURES = {'x86_64': 'amd64', 'aarch64': 'arm64'}
FACTS = ('kernel', 'governor', 'compiler', 'compiler_flags', 'weir_version',
         'weir_git', 'cpuset', 'cgroup_quota', 'date')


def name_of(cell, impl):
    """chan/1p1c/cap=1 -> BenchmarkChan/1p1c/cap=1/impl=weir-2"""
    words = f'{cell["name"]}/impl={impl}'
    return (f'Benchmark{words[0].upper()}{words[1:]}'
            f'-{max(1, cell.get("workers") or 1)}')


def header(result):
    """benchstat sets files side by side only where all their keys are equal:
    what may differ between two runs of a machine is a remark."""
    arch = one_line(result.context.get('machine', 'unknown'))
    yield 'goos: linux'
    yield f'goarch: {ARCHITECTURES.get(arch, arch)}'
    yield 'pkg: weir-bench'
    yield f'cpu: {one_line(result.context["cpu_model"])}'
    for key in FACTS:
        if result.context.get(key):
            yield f'# {key}: {one_line(result.context[key])}'
    for unit in sorted({unit_of(cell) for cell in result.cells}):
        yield f'Unit {unit} better=lower'


def one_line(value):
    return re.sub(r'\s+', ' ', str(value)).strip()


def unit_of(cell):
    return one_line(cell.get('unit') or 'ns/op').replace(' ', '-') or 'ns/op'


def lines(result):
    for cell in result.cells:
        unit = unit_of(cell)
        for contender in cell['results']:
            if contender.get('verdict') == 'void':
                continue
            name = name_of(cell, contender['impl'])
            rows = result.samples(cell['name'], contender['impl'])
            for number in sorted(rows):
                yield f'{name} 1 {rows[number]:.6g} {unit}'


def text_of(result):
    return '\n'.join([*header(result), '', *lines(result)]) + '\n'
