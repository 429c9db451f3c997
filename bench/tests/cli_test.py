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

BENCH = sys.argv[1]
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
    assert 'not applicable' in done.stdout


@test
def bad_options_are_refused():
    for args in (['--quik'], ['extra'], ['--only'], ['--out', ''],
                 ['--topology', 'pack:2 pu:2']):
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


@test
def an_interrupt_leaves_nothing():
    for number in (signal.SIGINT, signal.SIGTERM):
        with tempfile.TemporaryDirectory() as root:
            child = subprocess.Popen(
                [BENCH, '--quick', '--out', root + '/deep/results'], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for line in child.stderr:
                if line.startswith('[1/'):
                    break
            child.send_signal(number)
            rest = child.stderr.read()
            assert child.wait(60) == 128 + number, child.returncode
            assert rest.count('interrupted by signal') == 1, rest
            assert not (Path(root) / 'deep/results').exists()
            child.stdout.close()
            child.stderr.close()


def check_json(path, stdout):
    subprocess.run([sys.executable, '-m', 'json.tool', path], check=True,
                   stdout=subprocess.DEVNULL)

    def no_twice(pairs):
        assert len(dict(pairs)) == len(pairs), 'a key stands twice'
        return dict(pairs)
    data = json.loads(path.read_text(), object_pairs_hook=no_twice)
    context = data['context']
    assert context['weir_schema'] == '1'
    assert context['host_name'] == 'redacted'
    assert context['json_schema_version'] == 1
    words = re.split(r'[\\\\"\s]+', path.read_text())
    assert os.uname().nodename not in words and 'HostName' not in words
    rows = [r for r in data['benchmarks'] if r['run_type'] == 'iteration']
    names = {r['name'] for r in rows}
    assert names == {f'chan/try-empty/cap=64/impl={i}'
                     for i in ('weir', 'twin', 'twin-again')}, names
    for row in rows:
        assert row['time_unit'] == 'ns' and row['iterations'] == 1
        assert 'error_occurred' in row or row['real_time'] > 0 < row['ops']
    medians = [r for r in data['benchmarks'] if r['run_type'] == 'aggregate']
    assert len(medians) == 3 and all('ratio_low' in m for m in medians)
    assert len(rows) >= 3 * data['weir']['rounds'] >= 9
    assert data['weir']['topology']['pus']
    assert 'DEBUG' not in stdout and 'WARNING ***' not in stdout


def check_html(path):
    text = path.read_text()
    assert text.startswith('<!DOCTYPE html>') and text.endswith('</html>\n')
    assert not re.search(r'https?://|<script|src=', text)
    for tag in ('table', 'tr', 'td', 'div', 'svg', 'p', 'body'):
        opened = len(re.findall(rf'<{tag}[ >]', text))
        assert opened == text.count(f'</{tag}>'), tag
    assert 'chan/try-empty' in text


@test
def a_run_writes_one_json_and_one_page():
    with tempfile.TemporaryDirectory() as root:
        done = run(*FAST, '--out', root)
        assert done.returncode == 0, done.stderr
        files = sorted(Path(root).iterdir())
        assert [f.suffix for f in files] == ['.html', '.json'], files
        check_html(files[0])
        check_json(files[1], done.stdout)
        assert '\033' not in done.stderr and '\r' not in done.stderr
        assert 'A/A' in done.stdout


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
