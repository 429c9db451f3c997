#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Remove one rule of the library at a time and require that the checker sees.

    mutants.py BUILD [--full] [--only TEXT] [--write README.md] [--jobs N]

BUILD is a Meson build with the scenario executables.  Two kinds of mutants:

rules   rules.txt: a text is replaced in one file (it must stand there exactly
        once, so that the table cannot rot), what includes the file is compiled
        anew and linked with the objects of BUILD.
orders  each ordered access that some scenario executes (--sites), one half of
        its order taken away (--weaken); each wake left out (--skip-wake).
        orders.txt names who catches it, or why nobody need.

What survives by right is no rule: speed only, or equivalent, with its reason.
Without --full a mutant is run against the scenarios that its table names only,
and those that survive by right are left out.  With it a mutant that these miss
meets every scenario, in rounds of growing time.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from scenarios import ROOT, Broken, Build, Copy

HERE = Path(__file__).resolve().parent
NAMED = 400000          # executions of a scenario that the table names
ROUNDS = (4000, 60000)  # of all the others, with --full
PATIENCE = 300          # seconds for one scenario
SITE = re.compile(r'# site (\S+?):(\d+) (\S+) (\d+)')
RESULT = re.compile(r'^(not ok|ok) \d+ - (\S+) # (.*)$', re.M)
FOUND = re.compile(r'(.*) found after (\d+) executions')
ACCESS = re.compile('weir_(load|store|xchg|cas|fetch|fence)_|futex_wake')
WEAKER = {'acq': ['acq'], 'rel': ['rel'], 'acqrel': ['acq', 'rel'],
          'sc': ['sc']}
LEFT_BY = {'acq': 'rel', 'rel': 'acq', 'sc': 'acqrel'}


class Mutant:
    """A name, what it takes away, and who should catch it."""

    def __init__(self, name, what, named=(), survives=None):
        self.name, self.what = name, what
        self.named, self.survives = list(named), survives
        self.edits = []  # (file, old, new)
        self.args = []
        self.within = None  # executables; None: all


def fail(text):
    sys.exit(f'mutants: {text}')


def read_rules(path):
    """Blocks: "= name", "rule: why", "run: scenarios" or "survives: reason",
    then per edit "@ file", the lines "-old" and "+new"."""
    mutants = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        kind, rest = line[:1], line[2:].strip()
        if kind == '=':
            mutants.append(Mutant(rest, ''))
        elif kind == '@':
            mutants[-1].edits.append((rest, [], []))
        elif kind == '-':
            mutants[-1].edits[-1][1].append(line[1:])
        elif kind == '+':
            mutants[-1].edits[-1][2].append(line[1:])
        elif line.startswith('rule: '):
            mutants[-1].what = line[6:]
        elif line.startswith('run: '):
            mutants[-1].named = line[5:].split()
        elif line.startswith('survives: '):
            mutants[-1].survives = line[10:]
        elif line and kind != '#':
            fail(f'{path.name}:{number}: {line!r}')
    for m in mutants:
        m.edits = [(f, '\n'.join(old), '\n'.join(new))
                   for f, old, new in m.edits]
    return mutants


def read_orders(path):
    table = {}
    for line in path.read_text().splitlines():
        if line and line[0] != '#':
            key, _, value = line.partition(': ')
            if key in table:
                fail(f'{path.name}: {key} stands there twice')
            table[key] = value
    return table


def function_at(file, line):
    """The function around an access: names stand at column 0.  None: it is
    the scenario's own."""
    for folder in ('lockfree', 'include'):
        for path in ROOT.glob(f'{folder}/**/{file}'):
            lines = path.read_text().splitlines()[:line]
            if len(lines) == line and ACCESS.search(lines[-1]):
                names = re.findall(r'^(\w+)\(', '\n'.join(lines), re.M)
                return names[-1] if names else '?'
    return None


def order_mutants(build, table):
    """One per half of each ordered access, and per wake."""
    sites, mutants, seen = {}, [], {}
    for name in build.names:
        text, _ = build.call(name, ['--sites', '--executions', '500'], 600)
        for file, line, op, count in SITE.findall(text):
            if not op.endswith('.rlx'):
                users = sites.setdefault((file, int(line), op), [])
                users += [name] if int(count) else []
    for (file, line, op), users in sorted(sites.items()):
        function = function_at(file, line)
        if function is None:
            continue
        where = f'{file} {function} {op}'
        seen[where] = seen.get(where, 0) + 1
        if seen[where] > 1:
            where += f'#{seen[where]}'
        halves = ['skip'] if op == 'wake' else WEAKER[op.split('.')[1]]
        for half in halves:
            m = Mutant(f'{where} -{half}', f'{file}:{line}')
            at = f'{file}:{line}'
            m.args = (['--skip-wake', at] if half == 'skip' else
                      ['--weaken', f'{at}:{LEFT_BY[half]}'])
            entry = table.pop(m.name, '')
            if entry.startswith('survives '):
                m.survives = entry[9:]
            else:
                m.named = entry.split()
            m.within = users
            mutants.append(m)
    return mutants


def one_run(target, mutant, scenario, name, executions):
    """What the scenario says: (kind, executions) or None; and: complete."""
    args = ['--only', '=' + scenario.split('/')[1],
            '--executions', str(executions)]
    try:
        text, status = target.call(name, args + mutant.args, PATIENCE)
    except subprocess.TimeoutExpired:
        return ('hangs', 0), False
    found = RESULT.search(text)
    if status < 0 or not found:
        if status == 2:
            raise Broken(f'{scenario} cannot be run')
        return (f'signal {-status}', 0), False
    if found[1] == 'not ok':
        kind = FOUND.match(found[3])
        return (kind[1], int(kind[2])) if kind else (found[3], 0), False
    return None, found[3].startswith('complete')


def hunt(build, target, mutant, full):
    """(scenario, kind, executions) of the first failure, or None."""
    for scenario in mutant.named:
        if scenario not in build.scenarios:
            raise Broken(f'no scenario {scenario}')
        bug, _ = one_run(target, mutant, scenario, build.scenarios[scenario],
                         NAMED)
        if bug:
            return scenario, *bug
    left = {s: name for s, name in build.scenarios.items() if full and
            (mutant.within is None or name in mutant.within)}
    for executions in ROUNDS[:1] if mutant.survives else ROUNDS:
        for scenario, name in list(left.items()):
            bug, complete = one_run(target, mutant, scenario, name, executions)
            if bug:
                return scenario, *bug
            if complete:
                del left[scenario]
    return None


def judge(build, mutant, full):
    """(passed, text, row of the table) of one mutant."""
    start = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix='mutant-') as folder:
            target = Copy(build, mutant, folder) if mutant.edits else build
            found = hunt(build, target, mutant, full)
    except (Broken, subprocess.SubprocessError) as error:
        return False, f'broken: {error}', None
    took = time.monotonic() - start
    if found:
        scenario, kind, executions = found
        text = f'{kind} in {scenario} after {executions} executions'
        if mutant.survives:
            return False, f'{text}, but the table says it survives', None
        text = f'{text}, {took:.1f} s'
        return True, text, ['killed', scenario, f'{kind}, {executions}']
    if mutant.survives:
        return True, f'survives: {mutant.survives}', ['survives', '',
                                                      mutant.survives]
    return False, f'SURVIVED, {took:.1f} s', ['**SURVIVED**', '', '']


def write_table(path, rows, command):
    head = ['<!-- Generated by', f'    {command}', '-->', '# Mutants', '']
    for title, kind in (('Rules', True), ('Orders and wakes', False)):
        these = [(m, row) for m, row in rows if bool(m.edits) == kind and row
                 and not m.survives]
        killed = sum(row[0] == 'killed' for _, row in these)
        head += [f'## {title}: {killed} of {len(these)} killed', '',
                 '| mutant | takes away | result | by, or why |',
                 '|---|---|---|---|']
        for m, (result, by, detail) in these:
            what = m.what if kind else ''
            head.append(f'| {m.name} | {what} | {result} | '
                        f'{by}{": " if by else ""}{detail} |')
        head.append('')
    head += ['## Not needed: speed only, or equivalent', '']
    head += [f'* {m.name} ({m.what}): {m.survives}' for m, row in rows
             if row and m.survives]
    head.append('')
    path.write_text('\n'.join(head))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('build')
    parser.add_argument('--full', action='store_true')
    parser.add_argument('--only', default='')
    parser.add_argument('--write', type=Path)
    parser.add_argument('--jobs', type=int,
                        default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    build = Build(args.build)
    table = read_orders(HERE / 'orders.txt')
    mutants = read_rules(HERE / 'rules.txt') + order_mutants(build, table)
    mutants = [m for m in mutants if re.search(args.only, m.name) and
               (args.full or not m.survives)]
    print(f'1..{len(mutants) + len(table)}', flush=True)
    lock, rows, bad = threading.Lock(), {}, len(table)
    for i, key in enumerate(table):
        print(f'not ok {i + 1} - {key}: no such access, orders.txt')
    done = len(table)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(judge, build, m, args.full): m for m in mutants}
        for future in concurrent.futures.as_completed(futures):
            m = futures[future]
            passed, text, row = future.result()
            with lock:
                done += 1
                bad += not passed
                rows[m.name] = row
                print(f'{"" if passed else "not "}ok {done} - {m.name} # '
                      f'{text}', flush=True)
    if args.write:
        write_table(args.write, [(m, rows[m.name]) for m in mutants],
                    'mutants.py BUILD --full --write README.md')
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
