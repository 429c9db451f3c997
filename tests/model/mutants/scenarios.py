# SPDX-License-Identifier: MIT
"""The scenario executables of a Meson build, and copies with edited files."""
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EXECUTABLES = re.compile(r'model_((?:base|chan|ring|park|select|sync)_\w+)$')
SMALL_FIRST = ['base_panic', 'park_lock', 'park_wait', 'park_pool',
               'ring_deque', 'ring_seqlock', 'ring_raw', 'ring_scq',
               'ring_batch', 'chan_rules', 'chan_orders', 'chan_ring',
               'chan_meet', 'chan_grow', 'chan_ring_long', 'sync_mutex',
               'sync_rwmutex',
               'sync_rw_asym', 'sync_event', 'select_event', 'chan_watch',
               'select_set', 'select_ring', 'select_meet']


class Broken(Exception):
    """A mutant that cannot be made or run: the table has rotted."""


def place(name):
    """Where an executable stands in the order of trial."""
    return (SMALL_FIRST.index(name) if name in SMALL_FIRST else 99, name)


class Build:
    """The scenario executables of a build, and what they are made of."""

    def __init__(self, path):
        self.path = Path(path).resolve()
        entries = json.loads((self.path / 'compile_commands.json').read_text())
        self.commands = {e['output']: shlex.split(e['command'])
                         for e in entries if '/model/' in e['output']}
        found = map(EXECUTABLES.match, os.listdir(self.path / 'tests/model'))
        self.names = sorted((m[1] for m in found if m), key=place)
        self.users = self.read_deps()
        self.linked_from = {}
        self.scenarios = {}  # name -> executable
        for name in self.names:
            for scenario in self.call(name, ['--list'])[0].split():
                self.scenarios[f'{name}/{scenario}'] = name

    def read_deps(self):
        """Which object reads which file of the tree."""
        text = subprocess.run(['ninja', '-t', 'deps'], cwd=self.path, text=True,
                              check=True, capture_output=True).stdout
        users, output = {}, None
        for line in text.splitlines():
            if line[:1] != ' ':
                output = line.split(':')[0]
            elif output in self.commands:
                file = (self.path / line.strip()).resolve()
                users.setdefault(file, []).append(output)
        return users

    def call(self, name, args, limit=60, folder=None):
        exe = (folder or self.path / 'tests/model') / f'model_{name}'
        run = subprocess.run([exe, *args], text=True, capture_output=True,
                             timeout=limit, errors='replace')
        return run.stdout, run.returncode

    def objects(self, name):
        """What an executable is linked from, archives resolved."""
        if name not in self.linked_from:
            own = f'tests/model/model_{name}.p/{name}.c.o'
            archives = sorted(f'tests/model/{p.name}' for p in
                              self.path.glob('tests/model/*.a'))
            run = subprocess.run(
                ['cc', '-no-pie', '-Wl,-t', '-o', os.devnull, own,
                 '-Wl,--start-group', *archives, '-Wl,--end-group'],
                cwd=self.path, text=True, check=True, capture_output=True)
            self.linked_from[name] = sorted(set(run.stdout.split()) &
                                            set(self.commands))
        return self.linked_from[name]

    def compile(self, output, folder, edited):
        """The object of `output` as it is with the edited files."""
        argv = self.commands[output]
        source = (self.path / argv[-1]).resolve()
        kept, skip = [], False
        for word in argv[1:-1]:
            if skip or word in ('-MD', '-Werror', '-c'):
                skip = False
            elif word in ('-MQ', '-MF', '-o'):
                skip = True
            else:
                kept.append(word)
        out = folder / output.replace('/', '_')
        over = [f'-I{folder}/{d}' for d in ('include', 'lockfree')]
        run = subprocess.run(
            [argv[0], *over, *kept, '-w', '-g0', '-o', out, '-c',
             edited.get(source, source)], cwd=self.path, text=True,
            stderr=subprocess.PIPE)
        if run.returncode:
            raise Broken('does not compile: ' + run.stderr[-400:])
        return out

    def link(self, name, folder, new):
        subprocess.run(
            ['cc', '-no-pie', '-o', folder / f'model_{name}',
             *[new.get(o, self.path / o) for o in self.objects(name)]],
            check=True)


class Copy:
    """The executables of one rule mutant, built when they are needed."""

    def __init__(self, build, mutant, folder):
        self.build, self.folder = build, Path(folder)
        self.new, self.linked, edited = {}, set(), {}
        for file, old, new in mutant.edits:
            text = edited.get(ROOT / file, ROOT / file).read_text()
            if text.count(old) != 1:
                raise Broken(f'stands {text.count(old)} times in {file}: '
                             + old.splitlines()[0].strip())
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(old, new))
            edited[ROOT / file] = path
        self.edited = edited
        self.stale = {o for f in edited for o in build.users.get(f, [])}
        if not self.stale:
            raise Broken('no scenario is built from it')

    def call(self, name, args, limit):
        if name not in self.linked:
            for output in self.build.objects(name):
                if output in self.stale and output not in self.new:
                    self.new[output] = self.build.compile(
                        output, self.folder, self.edited)
            self.build.link(name, self.folder, self.new)
            self.linked.add(name)
        return self.build.call(name, args, limit, self.folder)
