#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The suite's command line, by running it.

Goal: bad options, bad paths and interrupts end with one sentence, a status and
nothing half-written; a run's files are whole and valid.
Usage: cli_test.py WEIR_BENCH
"""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

BENCH = os.path.abspath(sys.argv[1])
FAST = ['--quick', '--only', 'chan/try-empty']
results = []


def test(function):
    results.append((function.__name__, function))
    return function


def run(*args, **more):
    return subprocess.run([BENCH, *args], capture_output=True, text=True,
                          timeout=100, **more)


def one_sentence(done, status):
    lines = done.stderr.strip().splitlines()
    assert done.returncode == status, (done.returncode, done.stderr)
    assert len(lines) == 1 and lines[0].startswith('weir-bench: '), lines


@test
def help_and_list_measure_nothing():
    done = run('--help')
    assert done.returncode == 0 and '--only PATTERN' in done.stdout
    done = run('--list')
    assert done.returncode == 0 and 'chan/pair/cap=1024' in done.stdout
    assert 'n/a (topology): ' in done.stdout


@test
def bad_options_are_refused():
    for args in (['--quik'], ['extra'], ['--only'], ['--out', ''],
                 ['--topology', 'pack:2 pu:2'], ['--quick', '--full'],
                 ['--json', ''], ['--json', '/tmp/'], ['--json'],
                 ['--seed', '0'], ['--seed', '-1'], ['--seed', '4294967296'],
                 ['--seed', '1x'], ['--seed', ''], ['--replay', '/no/such'],
                 ['--replay', '/']):
        one_sentence(run(*args), 2)
    one_sentence(run('--list', '--topology', 'no:thing'), 2)


@test
def a_pattern_without_a_match_is_refused():
    with tempfile.TemporaryDirectory() as root:
        one_sentence(run('--quick', '--only', 'no-such', '--out', root + '/r'),
                     2)
        assert os.listdir(root) == []


@test
def an_unwritable_path_is_refused_before_measuring():
    with tempfile.TemporaryDirectory() as root:
        blocker = Path(root) / 'file'
        blocker.write_text('')
        done = run(*FAST, '--out', str(blocker / 'results'))
        one_sentence(done, 2)
        assert done.stdout == ''
        done = run(*FAST, '--out', '/proc/no/such')
        one_sentence(done, 2)


def interrupted(number, cells, *args):
    """Run until so many cells are done, then send the signal."""
    child = subprocess.Popen([BENCH, '--quick', *args], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in child.stderr:
        if line.startswith(f'[{cells}/'):
            break
    child.send_signal(number)
    out, rest = child.communicate(timeout=60)
    assert child.returncode == 128 + number, (child.returncode, rest)
    assert rest.count('interrupted by signal') == 1, rest
    return out, rest


@test
def an_interrupt_keeps_the_finished_cells():
    for number in (signal.SIGINT, signal.SIGTERM):
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root) / 'deep/results'
            folder.mkdir(parents=True)
            (folder / 'old.json').write_text('{}')
            (folder / 'old--partial.json').write_text('{}')
            _, said = interrupted(number, 2, '--out', str(folder))
            assert (folder / 'old.json').read_text() == '{}'
            assert "the last complete result is '" in said and (
                "old.json'" in said), said
            new = [f for f in folder.iterdir() if 'old' not in f.name]
            assert len(new) == 1 and str(new[0]) in said, (new, said)
            assert new[0].name.endswith('--partial.json')
            data = json.loads(new[0].read_text())['weir']
            assert data['complete'] is False and len(data['cells']) >= 2


@test
def an_interrupt_before_the_first_cell_leaves_nothing():
    with tempfile.TemporaryDirectory() as root:
        child = subprocess.Popen([BENCH, '--out', root + '/new'], text=True,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        while not os.path.exists(root + '/new'):
            pass
        child.send_signal(signal.SIGHUP)
        _, said = child.communicate(timeout=60)
        assert child.returncode == 128 + signal.SIGHUP
        assert 'nothing was written' in said, said
        assert os.listdir(root) == []


@test
def an_interrupt_of_standard_output_writes_one_document():
    out, _ = interrupted(signal.SIGINT, 1, '--json', '-')
    assert json.loads(out)['weir']['complete'] is False


@test
def an_interrupt_beside_a_named_file_keeps_it():
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / 'mine.json'
        path.write_text('kept')
        interrupted(signal.SIGTERM, 1, '--json', str(path))
        assert path.read_text() == 'kept'
        assert sorted(os.listdir(root)) == ['mine--partial.json', 'mine.json']


def no_twice(pairs):
    assert len(dict(pairs)) == len(pairs), 'a key stands twice'
    return dict(pairs)


def check_context(text, data):
    context = data['context']
    assert context['weir_schema'] == '2'
    assert context['host_name'] == 'redacted'
    assert context['json_schema_version'] == 1
    words = re.split(r'[\\\\"\s]+', text)
    assert os.uname().nodename not in words and 'HostName' not in words
    assert not re.search(r'[ "=]/(home|root|tmp|usr)\b', text)


def check_rows(data):
    rows = [r for r in data['benchmarks'] if r['run_type'] == 'iteration']
    assert {r['run_name'] for r in rows} == {
        f'chan/try-empty/cap=64/impl={i}'
        for i in ('weir', 'twin', 'twin-again')}
    for row in rows:
        assert row['time_unit'] == 'ns' and row['iterations'] == 1
        assert 'error_occurred' in row or row['real_time'] > 0 < row['ops']
    medians = [r for r in data['benchmarks'] if r['run_type'] == 'aggregate']
    assert len(medians) == 3
    assert len(rows) >= 3 * data['weir']['rounds'] >= 9


def check_cell(weir):
    assert weir['schema'] == 2 and weir['complete'] is True
    assert weir['depth'] == 'quick' and weir['topology']['pus']
    assert str(weir['seed']) in weir['command']
    [cell] = weir['cells']
    assert cell['name'] == 'chan/try-empty/cap=64' and cell['title']
    assert cell['baseline'] == 'twin' and cell['spread'] >= 0
    results = {r['role']: r for r in cell['results']}
    assert set(results) == {'weir', 'baseline', 'again'}
    assert results['baseline']['verdict'] == 'baseline'
    for one in cell['results']:
        if one['verdict'] != 'void':
            ns = one['ns']
            assert ns['low'] <= ns['median'] <= ns['high'] and ns['n'] > 1


def check_file(text):
    data = json.loads(text, object_pairs_hook=no_twice)
    check_context(text, data)
    check_rows(data)
    check_cell(data['weir'])
    return data


@test
def a_run_writes_one_file():
    with tempfile.TemporaryDirectory() as root:
        done = run(*FAST, '--out', root)
        assert done.returncode == 0, done.stderr
        [file] = Path(root).iterdir()
        assert file.suffix == '.json' and str(file) in done.stdout
        check_file(file.read_text())
        assert '\033' not in done.stderr and '\r' not in done.stderr
        assert 'A/A' in done.stdout
        assert 'DEBUG' not in done.stdout and '***WARN' not in done.stdout


@test
def json_on_standard_output_is_one_document():
    with tempfile.TemporaryDirectory() as root:
        child = subprocess.Popen([BENCH, *FAST, '--json', '-'], cwd=root,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        tool = subprocess.run([sys.executable, '-m', 'json.tool'],
                              stdin=child.stdout, capture_output=True)
        said = child.stderr.read().decode()
        child.stdout.close()
        child.stderr.close()
        assert child.wait() == 0 and tool.returncode == 0, tool.stderr
        check_file(tool.stdout.decode())
        assert 'chan/try-empty' in said and os.listdir(root) == []


@test
def a_full_disk_fails_and_says_so():
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([BENCH, *FAST, '--json', '-'], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1, done.returncode
    assert 'cannot write the result' in done.stderr.splitlines()[-1]


@test
def a_result_file_replaces_files_alone():
    with tempfile.TemporaryDirectory() as root:
        one_sentence(run(*FAST, '--json', root), 2)
        one_sentence(run(*FAST, '--json', '/dev/null'), 2)
        one_sentence(run(*FAST, '--json', root + '/no/such.json'), 2)
        path = Path(root) / 'r.json'
        path.write_text('old')
        done = run(*FAST, '--json', str(path))
        assert done.returncode == 0, done.stderr
        check_file(path.read_text())
        assert os.listdir(root) == ['r.json']


@test
def a_replay_takes_seed_depth_and_pattern():
    with tempfile.TemporaryDirectory() as root:
        first, second = root + '/1.json', root + '/2.json'
        done = run(*FAST, '--seed', '77', '--json', first)
        assert done.returncode == 0, done.stderr
        done = run('--replay', first, '--json', second)
        assert done.returncode == 0, done.stderr
        old, new = (json.loads(Path(p).read_text())['weir']
                    for p in (first, second))
        for key in ('seed', 'depth', 'only', 'pairs', 'command'):
            assert old[key] == new[key], key
        done = run('--replay', first, '--seed', '78', '--json', second)
        assert json.loads(Path(second).read_text())['weir']['seed'] == 78


def weir_file(**more):
    return json.dumps({'weir': {'schema': 2, 'seed': 5, 'depth': 'quick',
                                'only': 'chan/try-empty', **more}})


@test
def a_hostile_replay_is_refused():
    other = json.dumps({'weir': {'schema': 1, 'seed': 5}})
    texts = ['', '{', 'null', '[' * 10_000_000, '{"weir":' * 1_000_000,
             '{}', other, weir_file(seed=-1), weir_file(seed=1.5),
             weir_file(seed=1e99), weir_file(depth='deepest'),
             weir_file(only='x' * 5000), weir_file() + 'x',
             weir_file(pairs={'same-l3': [0, 1, 2]}),
             weir_file(pairs={'same-l3': [-1, 0]}), '\0' * 1000,
             weir_file().replace('5', 'NaN')]
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / 'hostile.json'
        for text in texts:
            path.write_text(text)
            one_sentence(run('--replay', str(path), '--out', root + '/r'), 2)
            assert os.listdir(root) == ['hostile.json'], text[:40]


@test
def a_replay_of_another_machine_is_refused():
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / 'other.json'
        names = [line.split()[0] for line in run('--list').stdout.splitlines()
                 if line.startswith('  ') and line.endswith('pairs')]
        for cpus in ([99999, 0], [0, 0]):
            path.write_text(weir_file(
                pairs={name: cpus for name in names if name != 'same-cpu'}))
            done = run('--replay', str(path), '--json', root + '/x.json')
            if len(names) > 1:
                assert done.returncode == 2, done.stderr
                assert len(done.stderr.strip().splitlines()) == 1
            assert os.listdir(root) == ['other.json'] or len(names) == 1


@test
def a_terminal_sees_progress_and_time_left():
    with tempfile.TemporaryDirectory() as root:
        ours, theirs = pty.openpty()
        child = subprocess.Popen([BENCH, *FAST, '--out', root],
                                 stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        text = b''
        try:
            while piece := os.read(ours, 4096):
                text += piece
        except OSError:  # the other end is closed
            pass
        assert child.wait(60) == 0
        assert re.search(rb'\[1/1\] chan/try-empty/cap=64 +\(\d+s left\)',
                         text), text


def main():
    failed = 0
    print(f'TAP version 13\n1..{len(results)}')
    for number, (name, function) in enumerate(results, 1):
        try:
            function()
            print(f'ok {number} - {name}', flush=True)
        except (AssertionError, subprocess.SubprocessError) as error:
            failed += 1
            print(f'# {type(error).__name__}: {str(error)[:2000]}')
            print(f'not ok {number} - {name}', flush=True)
    return failed > 0


sys.exit(main())
