#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The bundle of tools/bench --bundle, unpacked and run (TAP).

Goal: it runs where there is nothing but a kernel; it may be moved; nothing in
it names the system that made it; what cannot be a bundle is refused.
Usage: bundle_test.py BUILD, a build with the suite in it
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(sys.argv[1]).resolve()
FAST = ['--quick', '--only', 'chan/try-empty']
tests = []


class Skip(Exception):
    pass


def test(function):
    tests.append(function)
    return function


def run(*command, **more):
    return subprocess.run(list(map(str, command)), capture_output=True,
                          text=True, timeout=120, **more)


def bundle(*arguments):
    return run(ROOT / 'tools/bundle', *arguments)


def one_sentence(done, status, start):
    lines = done.stderr.strip().splitlines()
    assert done.returncode == status, (done.returncode, done.stderr)
    assert len(lines) == 1 and lines[0].startswith(start), lines


def elf(*arguments):
    return run('readelf', '-W', *arguments).stdout


class Made:
    """One bundle for all tests, packed and unpacked."""

    def __init__(self, place):
        self.place = Path(place)
        self.file = self.place / 'one.tar.xz'
        self.done = bundle(BUILD, self.file)
        assert self.done.returncode == 0, self.done.stderr
        with tarfile.open(self.file) as tar:
            self.members = tar.getmembers()
            tar.extractall(self.place)
        self.name = self.members[0].name.split('/')[0]
        self.folder = self.place / self.name

    def copy(self, name):
        """A copy elsewhere, under another name."""
        to = self.place / name
        shutil.copytree(self.folder, to)
        return to


@test
def the_same_bytes_come_out_twice(made):
    again = made.place / 'two.tar.xz'
    assert bundle(BUILD, again).returncode == 0
    assert again.read_bytes() == made.file.read_bytes()


@test
def the_archive_is_of_nobody_and_of_one_folder(made):
    for member in made.members:
        assert member.isfile() and member.name.startswith(made.name + '/')
        assert member.uid == member.gid == 0 and not member.uname
        assert member.mode in (0o644, 0o755)
    names = [m.name.removeprefix(made.name + '/') for m in made.members]
    assert names == sorted(names)
    for due in ('weir-bench', 'bin/weir-bench', 'lib/ld.so', 'README.txt',
                'LICENSE', 'licenses/libraries.txt'):
        assert due in names, due


@test
def it_needs_nothing_that_is_not_in_it(made):
    assert 'INTERP' not in elf('-l', made.folder / 'weir-bench')
    libs = made.folder / 'lib'
    have = {p.name for p in libs.iterdir()}
    have.add(re.search(r'SONAME.*\[(.*)\]', elf('-d', libs / 'ld.so'))[1])
    for file in [*libs.iterdir(), *(made.folder / 'bin').iterdir()]:
        dynamic = elf('-d', file)
        needed = set(re.findall(r'NEEDED.*\[(.*)\]', dynamic))
        assert needed <= have, (file.name, needed - have)
        for where in re.findall(r'(?:RPATH|RUNPATH).*\[(.*)\]', dynamic):
            assert where.startswith('$ORIGIN'), (file.name, where)


@test
def it_names_no_folder_of_this_system(made):
    for place in (ROOT, BUILD, made.place):
        for file in made.folder.rglob('*'):
            if file.is_file():
                assert f'{place}/'.encode() not in file.read_bytes(), file


@test
def every_library_has_its_licence(made):
    table = (made.folder / 'licenses/libraries.txt').read_text()
    for lib in (made.folder / 'lib').iterdir():
        assert re.search(rf'^{re.escape(lib.name)} ', table, re.M), lib.name
    if shutil.which('dpkg-query'):
        assert 'licence not found' not in table, table
        for package in re.findall(r'Debian (\S+) ', table):
            assert (made.folder / f'licenses/{package}.txt').stat().st_size


def inside(folder, mounts, *arguments):
    """The bundle as the whole root of a process."""
    if os.geteuid() != 0:
        raise Skip('chroot needs root')
    script = ''.join(
        f'mkdir -p "$1{m}" && mount --rbind {m} "$1{m}" || exit 99;'
        for m in mounts)
    done = run('unshare', '--mount', 'sh', '-c',
               script + 'root=$1; shift; exec chroot "$root" "$@"', 'sh',
               folder, '/weir-bench', *arguments, stdin=subprocess.DEVNULL)
    if done.returncode == 99 or 'unshare failed' in done.stderr:
        raise Skip('nothing can be mounted here')
    return done


def check_text(text):
    """One whole JSON document, of the cell that was asked for."""
    done = run(sys.executable, '-m', 'json.tool', '--compact', input=text)
    assert done.returncode == 0, done.stderr
    weir = json.loads(done.stdout)['weir']
    assert weir['complete'] and len(weir['cells']) == 1


def check_results(folder, number=1):
    files = list(folder.glob('*.json'))
    assert len(files) == number, list(folder.iterdir())
    assert not list(folder.glob('*.part'))
    for file in files:
        check_text(file.read_text())


@test
def it_runs_in_an_empty_root(made):
    root = made.copy('empty')
    done = inside(root, [], *FAST, '--json', '-')
    assert done.returncode == 0, done.stderr
    check_text(done.stdout)
    done = inside(root, [], *FAST)
    assert done.returncode == 0, done.stderr
    assert 'no page was made' in done.stderr, done.stderr
    check_results(root / 'results')


@test
def it_runs_in_a_root_with_proc_and_sys(made):
    root = made.copy('mounted')
    done = inside(root, ['/proc', '/sys'], *FAST, '--json', '-')
    assert done.returncode == 0, done.stderr
    assert 'hwloc/linux' not in done.stderr, done.stderr
    check_text(done.stdout)


@test
def equal_machines_that_share_a_folder_keep_all_results(made):
    out = made.place / 'shared'
    fleet = [subprocess.Popen(
        [made.folder / 'weir-bench', *FAST, '--out', out],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(3)]
    assert [child.wait(120) for child in fleet] == [0, 0, 0]
    check_results(out, 3)


@test
def a_moved_folder_with_spaces_runs_from_elsewhere(made):
    moved, here = made.copy('with  two spaces'), made.place / 'here'
    here.mkdir()
    link = made.place / 'link'
    link.symlink_to(moved / 'weir-bench')
    done = run(link, *FAST, cwd=here)
    assert done.returncode == 0, done.stderr
    check_results(here / 'results')
    relative = os.path.relpath(moved / 'weir-bench', here)
    assert run(relative, '--help', cwd=here).returncode == 0


@test
def a_read_only_folder_and_user_are_enough(made):
    if os.geteuid() != 0:
        raise Skip('becoming nobody needs root')
    there = made.copy('others')
    os.chmod(made.place, 0o755)
    out = made.place / 'out'
    out.mkdir()
    os.chown(out, 65534, 65534)
    more = {'user': 65534, 'group': 65534, 'extra_groups': [], 'cwd': there}
    one_sentence(run(there / 'weir-bench', *FAST, **more), 2,
                 "weir-bench: cannot make the folder 'results'")
    done = run(there / 'weir-bench', *FAST, '--out', out, env={}, **more)
    assert done.returncode == 0, done.stderr
    check_results(out)


@test
def children_run_by_the_same_loader(made):
    """With one CPU two threads' spinning locks are in child processes."""
    one = {min(os.sched_getaffinity(0))}
    out = made.place / 'apart'
    done = run(made.folder / 'weir-bench', '--quick', '--only',
               'mutex/threads=2', '--out', out,
               preexec_fn=lambda: os.sched_setaffinity(0, one))
    assert done.returncode == 0, done.stderr
    check_results(out)


@test
def peers_are_started_by_the_same_launcher(made):
    folder = made.copy('peered')
    (folder / 'peers').mkdir(exist_ok=True)
    shutil.copy(folder / 'weir-bench', folder / 'peers/weir-bench')
    assert run(folder / 'peers/weir-bench', '--help').returncode == 0


@test
def libraries_of_this_system_are_not_forced_on_it(made):
    done = run(made.folder / 'weir-bench', '--help',
               env={'LD_PRELOAD': '/no/such.so', 'LD_AUDIT': '/no/such.so'})
    assert done.returncode == 0 and not done.stderr, done.stderr


@test
def statuses_and_signals_come_through(made):
    program = made.folder / 'weir-bench'
    one_sentence(run(program, '--no-such'), 2, 'weir-bench: unknown option')
    child = subprocess.Popen([program, '--quick', '--out', made.place / 'cut'],
                             stdout=subprocess.DEVNULL, text=True,
                             stderr=subprocess.PIPE)
    for line in child.stderr:
        if line.startswith('[2/'):  # so one cell is finished
            break
    child.send_signal(signal.SIGTERM)
    rest = child.stderr.read()
    child.stderr.close()
    assert child.wait(60) == 128 + signal.SIGTERM, child.returncode
    assert 'interrupted by signal 15' in rest, rest
    partial = list((made.place / 'cut').glob('*--partial.json'))
    assert len(partial) == 1 and str(partial[0]) in rest, rest
    assert not json.loads(partial[0].read_text())['weir']['complete']


@test
def half_a_bundle_says_so(made):
    part = made.copy('part')
    shutil.rmtree(part / 'lib')
    one_sentence(run(part / 'weir-bench', '--help'), 1,
                 f"weir-bench: cannot run '{part}/lib/ld.so'")


@test
def what_cannot_be_a_bundle_is_refused(made):
    file = made.place / 'no.tar.xz'
    one_sentence(bundle(made.place, file), 1, 'bundle: ')
    build = made.place / 'build'
    shutil.copytree(BUILD / 'meson-info', build / 'meson-info')
    told = build / 'meson-info/intro-buildoptions.json'
    kept = told.read_text()
    one_sentence(bundle(build, file), 1, 'bundle: ')
    for name, value, words in (
            ('buildtype', 'debug', 'is a debug build'),
            ('c_args', ['-march=native'], 'for one CPU (-march=native)')):
        options = json.loads(kept)
        next(o for o in options if o['name'] == name)['value'] = value
        told.write_text(json.dumps(options))
        done = bundle(build, file)
        one_sentence(done, 1, 'bundle: ')
        assert words in done.stderr, done.stderr
    one_sentence(bundle(BUILD, made.place / 'no/such/file'), 1,
                 'bundle: cannot write')
    assert not file.exists()


def main():
    failed = 0
    print(f'TAP version 13\n1..{len(tests)}')
    with tempfile.TemporaryDirectory() as place:
        made = Made(place)
        for number, function in enumerate(tests, 1):
            name = f'{number} - {function.__name__}'
            try:
                function(made)
                print(f'ok {name}', flush=True)
            except Skip as why:
                print(f'ok {name} # SKIP {why}', flush=True)
            except (AssertionError, OSError,
                    subprocess.SubprocessError) as error:
                failed += 1
                print(f'# {type(error).__name__}: {str(error)[:2000]}')
                print(f'not ok {name}', flush=True)
    return failed > 0


sys.exit(main())
