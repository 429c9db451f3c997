#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Peers: fakes that misbehave in every way, and each real one that was built.

Goal: whatever a peer does, the run ends well, its own rows say what happened,
and nobody else's suffer; the sums of real peers add up.
Usage: peer_test.py WEIR_BENCH FOLDER_OF_PEERS
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCH, BUILT = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).resolve()
CELL = 'chan/1p1c/cap=64/place=same-cpu'
results = []

# What a fake does is in its file's name; a hello, then one answer per request.
FAKE = r'''#!/usr/bin/env python3
import os, sys, time
me = os.path.basename(sys.argv[0])
def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()
def hello(name, more='kinds=chan cap=1'):
    say(f'weir-peer 1 name={name} version=9 lang=fake flags="-O9" {more}\n')
if me == 'mute':
    time.sleep(100)
if me == 'dies':
    os.abort()
if me == 'babbles':
    os.write(1, bytes(range(256)) * 100)
if me == 'later':
    say('weir-peer 2 name=later\nready\n')
hello(me)
if me == 'twice':
    hello(me)
if me == 'spsc':
    hello('rendezvous-less', 'kinds=chan cap=65')
    hello('two-sided', 'kinds=chan cap=1 sides=spsc note="says so"')
    hello('lockish', 'kinds=mutex,rw')
    hello('-bad')
say('ready\n')
asked = 0
for line in sys.stdin:
    asked += 1
    f = dict(w.split('=', 1) for w in line.split()[1:])
    assert f['shape'] == '1p1c' and f['cap'] == '64' and f['size'] == '8'
    began = time.monotonic_ns()
    time.sleep(int(f['window_ns']) * 1e-9)
    window = time.monotonic_ns() - began
    ops, tail, cpu = 100000, 'fault=none sum=ok', window
    if me == 'hangs' and asked == 3:
        open('pid', 'w').write(str(os.getpid()))
        time.sleep(100)
    if me == 'crashes' and asked == 3:
        os.abort()
    if me == 'lies' and asked == 3:
        tail = 'fault=none sum=wrong'
    if me == 'garbage' and asked == 3:
        os.write(1, b'\xff\x00ok ops=1\n')
        continue
    while me == 'floods' and asked == 3:
        say('ok ' * 1000)
    if me == 'chats':
        say('ok ops=1\n')
    if me == 'hurries':
        window //= 2
    if me == 'dawdles':
        window *= 50
    if me == 'burns':
        cpu *= 10000
    if me == 'nan':
        ops = 'nan'
    if me == 'idles':
        ops = 0
    if me == 'strays':
        tail = 'fault=stray sum=ok'
    if me == 'cannot':
        say('unsupported why="no"\n')
        continue
    say(f'ok ops={ops} window_ns={window} cpu_ns={cpu} overlap=1 {tail}\n')
'''
FINE = ['good', 'spsc', 'two-sided']
REASONS = {  # a part of the sentence of each row that does not count
    'lies': 'sums do not add up', 'chats': 'makes no sense',
    'hurries': 'makes no sense', 'dawdles': 'makes no sense',
    'burns': 'makes no sense', 'nan': 'makes no sense',
    'idles': 'nothing ended', 'strays': 'left its CPU', 'cannot': 'cannot do'}
SOMETIMES = {  # the third request: one sample counts, then none
    'hangs': 'did not end in time', 'crashes': 'crashed',
    'garbage': 'makes no sense', 'floods': 'makes no sense'}
MISSING = {
    'mute': 'said nothing', 'dies': 'ended by signal 6',
    'babbles': 'does not speak the protocol',
    'later': 'another version', 'absent': 'not built, needs lib-absent-dev',
    'broken': 'could not be started', 'twice': 'no name, or one that is taken'}


def test(function):
    results.append((function.__name__, function))
    return function


def fake_folder(root, names):
    folder = Path(root) / 'peers'
    folder.mkdir()
    for name in names:
        program = folder / name
        program.write_text(FAKE if name != 'broken' else '\x7fELFno')
        program.chmod(0o755)
    listed = '# comment\n\n' + '\n'.join(names) + '\nabsent lib-absent-dev\n'
    (folder / 'peers.txt').write_text(listed)
    return folder


def start(root, folder, *more):
    return subprocess.Popen(
        [BENCH, '--quick', '--peers', '--only', CELL, '--out', root, *more],
        env={**os.environ, 'WEIR_BENCH_PEERS': str(folder)}, cwd=root,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def check_row(row):
    name, why = row['impl'], row.get('void_reason') or ''
    assert row['role'] == 'peer' and row['version'] == '9', row
    assert row['flags'] == 'fake: -O9', row
    if name in FINE:
        assert row['verdict'] != 'void' and row['ns']['median'] > 0, row
    elif name in SOMETIMES:
        assert SOMETIMES[name] in why, row
    else:
        assert REASONS[name] in why and row['verdict'] == 'void', row
    if name == 'two-sided':
        assert row['note'] == 'says so', row


def whole_run(root):
    names = ['good', 'spsc', *REASONS, *SOMETIMES, *MISSING]
    names.remove('absent')
    child = start(root, fake_folder(root, names))
    out, err = child.communicate(timeout=200)
    assert child.returncode == 0, err
    files = list(Path(root).glob('*.json'))
    assert len(files) == 1, files
    weir = json.loads(files[0].read_text())['weir']
    names = [c['name'] for c in weir['cells']]
    assert weir['complete'] and names == [CELL], names
    return weir, out


@test
def a_peer_that_misbehaves_is_a_void_row_and_no_more():
    with tempfile.TemporaryDirectory() as root:
        weir, out = whole_run(root)
        rows = weir['cells'][0]['results']
        peers = {r['impl']: r for r in rows if r['role'] == 'peer'}
        wanted = {*FINE, *REASONS, *SOMETIMES, 'twice'}
        assert set(peers) == wanted, set(peers) ^ wanted
        FINE.append('twice')
        for row in peers.values():
            check_row(row)
        ours = [r for r in rows if r['role'] in ('weir', 'baseline')]
        assert len(ours) >= 2, ours
        assert all(r['ns']['median'] > 0 for r in ours), ours
        for name, why in MISSING.items():
            found = [m for m in weir['missing'] if m.startswith(name + ':')]
            assert len(found) == 1 and why in found[0], weir['missing']
        assert 'the peer cannot do this' in out, out


def is_alive(pid):
    try:
        state = Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return False
    return state.rsplit(')', 1)[1].split()[0] != 'Z'


@test
def an_interrupt_ends_a_hanging_peer_too():
    with tempfile.TemporaryDirectory() as root:
        child = start(root, fake_folder(root, ['hangs']))
        pid = Path(root) / 'pid'
        until = time.monotonic() + 60
        while not (pid.exists() and pid.read_text()):
            assert child.poll() is None and time.monotonic() < until
            time.sleep(.01)
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)
        assert child.returncode == 128 + signal.SIGTERM, (out, err)
        until = time.monotonic() + 10
        while is_alive(pid.read_text()):
            assert time.monotonic() < until, 'the peer lives on'
            time.sleep(.01)


@test
def without_any_peer_the_run_says_so():
    with tempfile.TemporaryDirectory() as root:
        child = start(root, Path(root) / 'no-such-folder', '--list')
        out, err = child.communicate(timeout=60)
        assert child.returncode == 0, err
        assert 'peers: none built' in out, out


def fields(line):
    return {k: v.strip('"') for k, v in
            re.findall(r'([\w]+)=("[^"]*"|\S*)', line)}


def requests(hello):
    """What is asked of a contender: all that it says it can."""
    kinds = hello['kinds'].split(',')
    one = {'spsc': (1, 1), 'mpsc': (4, 1), 'spmc': (1, 4)}
    producers, consumers = one.get(hello.get('sides'), (4, 4))
    least = hello.get('cap', '1')
    caps = [1024] if least == 'unbounded' else \
        [c for c in (0, 1, 64, 1024) if c >= int(least)]
    for cap in caps:
        if 'chan' in kinds:
            yield f'kind=chan shape=1p1c cap={cap}'
            yield f'kind=chan shape={producers}p{consumers}c cap={cap}'
        if 'pingpong' in kinds:
            yield f'kind=pingpong cap={cap}'
        if 'ring' in kinds:
            for sides in ('mpmc', 'spsc'):
                yield f'kind=ring shape=1p1c sides={sides} cap={cap}'
        if 'pair' in kinds and cap > 0:
            yield f'kind=pair cap={cap}'
        if 'try' in kinds and cap > 0:
            yield f'kind=try-empty cap={cap}'
            yield f'kind=try-full cap={cap}'
    if 'select' in kinds:
        for cases in (2, 8):
            for what in ('ready', 'default', 'parked'):
                yield f'kind=select-{what} cases={cases} cap=64'
    for threads in (1, 2, 5):
        if 'mutex' in kinds:
            yield f'kind=mutex threads={threads} outside=8'
        if 'rw' in kinds:
            yield f'kind=rw threads={threads} writes=0.1'


def check_chunks(request, said, where):
    """One thread alone tells its best chunk; a parked select its own time."""
    word = request.split()[0]
    alone = re.match('kind=(pair|try-|select-(ready|default))', word)
    if alone and float(said['ops']) > 0:
        assert 0 < float(said['least_ns']) and int(said['chunks']) > 0, where
    if word == 'kind=select-parked' and float(said['ops']) > 0:
        assert float(said['ns']) > 0, where


def talk(program):
    cpus = ','.join(str(c) for c in sorted(os.sched_getaffinity(0))[:2])
    child = subprocess.Popen([program], text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    hellos, asked = [], 0
    for line in child.stdout:
        if line == 'ready\n':
            break
        assert line.startswith('weir-peer 1 '), line
        hellos.append(fields(line))
    for hello in hellos:
        assert hello['version'] not in ('', 'unknown') and hello['flags']
        for request in requests(hello):
            child.stdin.write(f'run name={hello["name"]} {request} size=8 '
                              f'cpus={cpus} node=-1 window_ns=3000000 '
                              'tick_ns=0.5\n')
            child.stdin.flush()
            reply = child.stdout.readline()
            said = fields(reply)
            where = (hello['name'], request, reply)
            assert reply.startswith('ok ') and said['sum'] == 'ok', where
            assert said['fault'] in ('none', 'stray'), where
            assert float(said['ops']) >= 0, where
            check_chunks(request, said, where)
            asked += 1
    child.stdin.write('run name=nobody kind=chan cap=64 cpus=0\nnonsense\n')
    child.stdin.close()
    for _ in range(2):
        assert child.stdout.readline().split()[0] in ('unsupported', 'error')
    assert child.wait(30) == 0 and hellos and asked
    return len(hellos), asked


def real(program):
    def runs():
        contenders, asked = talk(program)
        print(f'# {contenders} contenders, {asked} answers')
    results.append((f'{program.name}_speaks_and_its_sums_add_up', runs))


def main():
    programs = sorted(p for p in BUILT.glob('weir-peer-*')
                      if p.is_file() and os.access(p, os.X_OK))
    for program in programs:
        real(program)
    skips = 0 if programs else 1
    failed = 0
    print(f'TAP version 13\n1..{len(results) + skips}')
    for number, (name, function) in enumerate(results, 1):
        try:
            function()
            print(f'ok {number} - {name}', flush=True)
        except (AssertionError, OSError, KeyError, ValueError,
                subprocess.SubprocessError) as error:
            failed += 1
            print(f'# {type(error).__name__}: {str(error)[:2000]}')
            print(f'not ok {number} - {name}', flush=True)
    if skips:
        print(f'ok {len(results) + 1} - real peers # SKIP none is built '
              '(-Dpeers=enabled)')
    return failed > 0


sys.exit(main())
