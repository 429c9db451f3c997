#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The reader of result files, and the statistics of a comparison.

Goal: every file that is not a sound result of schema 2 is refused with one
sentence that names it, quickly and in bounded memory; sound ones are not.
"""
import copy
import itertools
import json
import os
import random
import resource
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'bench/tests')]

import synthetic  # noqa: E402
import tap  # noqa: E402
from page import result, schema, stats  # noqa: E402

test = tap.test
GOOD = synthetic.make('guest', only='1p1c/cap=64', rounds=6)


def refusal(data):
    """The sentence about a file of these bytes."""
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / 'stranger.json'
        path.write_bytes(data if isinstance(data, bytes) else
                         json.dumps(data).encode())
        try:
            result.load(path)
        except result.Bad as bad:
            return one_sentence(str(bad), path)
        raise AssertionError(f'was taken: {data[:80]!r}'
                             if isinstance(data, bytes) else 'was taken')


def one_sentence(text, path):
    assert text.startswith(str(path) + ' '), text
    assert text.isprintable() and len(text) < len(str(path)) + 300, text
    return text


def changed(change):
    """The sentence about a good file after a change."""
    data = copy.deepcopy(GOOD)
    change(data)
    return refusal(data)


@test
def a_sound_file_is_read():
    for machine in synthetic.MACHINES:
        with tempfile.TemporaryDirectory() as root:
            path = Path(root) / 'a.json'
            path.write_text(synthetic.text_of(synthetic.make(machine)))
            got = result.load(path)
            assert len(got.cells) > 15 and got.weir['schema'] == 2
            cell = got.cells[0]
            impl = cell['results'][0]['impl']
            assert len(got.samples(cell['name'], impl)) == 11


@test
def what_may_be_absent_may_be_null():
    data = copy.deepcopy(GOOD)
    cell = data['weir']['cells'][0]
    for key in ('again', 'drift', 'noise', 'line_trip_ns', 'place'):
        cell[key] = None
    cell['results'][3]['line_trips'] = {'median': None, 'low': None,
                                        'high': None, 'n': 0}
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / 'a.json'
        path.write_text(json.dumps(data))
        got = result.load(path)
    assert got.cells[0]['results'][3]['line_trips'] is None


@test
def every_cut_of_a_file_is_refused():
    whole = synthetic.text_of(GOOD).encode().rstrip()
    step = max(1, len(whole) // 150)
    for end in [*range(1, 40), *range(40, len(whole), step), len(whole) - 1]:
        assert 'cut off' in refusal(whole[:end]), whole[:end][-40:]


@test
def what_is_no_file_is_refused():
    with tempfile.TemporaryDirectory() as root:
        fifo = Path(root) / 'fifo'
        os.mkfifo(fifo)
        for path, what in ((root, 'folder'), (fifo, 'not a file'),
                           ('/dev/zero', 'not a file'),
                           (root + '/none', 'no such file'),
                           (root + '/a\0b', 'no such name')):
            try:
                result.load(path)
                raise AssertionError(f'{path} was taken')
            except result.Bad as bad:
                assert what in str(bad), bad


@test
def what_is_not_ours_is_refused():
    foreign = {'context': {'date': 'x'}, 'benchmarks': []}
    for data, what in (
            (b'', 'empty'), (b' \n', 'empty'), (b'\x7fELF\xff', 'not text'),
            (b'hello', 'not JSON'), (b'{} {}', 'not JSON'),
            (b'[1, 2]', 'no result'), (b'{"a": 1}', 'no result'),
            (b'null', 'no result'), (b'"text"', 'no result'),
            (foreign, 'Google Benchmark, but not of weir-bench'),
            ('\ufeff{}'.encode(), 'not JSON')):
        assert what in refusal(data), (data, refusal(data))


@test
def other_schemas_are_named():
    old = changed(lambda d: d['weir'].update(schema=1))
    assert 'schema 1, which an older weir-bench wrote' in old, old
    new = changed(lambda d: d['weir'].update(schema=3))
    assert 'schema 3, newer than the 2' in new and 'update' in new, new
    for odd in (True, '2', None, 2.0):
        assert 'weir.schema is missing' in changed(
            lambda d, odd=odd: d['weir'].update(schema=odd))


@test
def floods_are_refused_in_bounded_memory():
    assert 'brackets' in refusal(b'[' * 10_000_000)
    assert 'deeply' in refusal(b'[' * 500_000)
    assert 'deeply' in refusal(b'{"a":' * 500_000)
    assert 'brackets' in refusal(b'[' + b'[],' * 4_000_000 + b'1]')
    assert 'values' in refusal(b'[' + b'1,' * 10_000_000 + b'1]')
    assert 'larger than' in refusal(b' ' * (result.MAX_BYTES + 1))
    assert 'absurd' in refusal(b'{"a": ' + b'9' * 10_000_000 + b'}')
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert peak < 900_000, f'{peak} KiB'


@test
def numbers_that_cannot_be_are_refused():
    for word in (b'NaN', b'Infinity', b'-Infinity', b'1e999', b'-1e999'):
        assert 'holds' in refusal(b'{"context": ' + word + b'}')
    for bad in (-1, -0.5, 1e300, 10 ** 19, '12', True, [], {}):
        for change in (
                lambda d: d['benchmarks'][0].update(real_time=bad),
                lambda d: d['weir']['cells'][0]['results'][0]['ns'].update(
                    median=bad),
                lambda d: d['weir']['core_to_core'][0].update(p50_ns=bad)):
            assert 'is damaged' in changed(change), bad


@test
def every_wrong_type_is_refused():
    """Any needed field replaced by any other type, at every place."""
    places = {'context': lambda d: d['context'], 'weir': lambda d: d['weir'],
              'row': lambda d: d['benchmarks'][0],
              'topology': lambda d: d['weir']['topology'],
              'pu': lambda d: d['weir']['topology']['pus'][0],
              'trip': lambda d: d['weir']['core_to_core'][0],
              'cell': lambda d: d['weir']['cells'][0],
              'place': lambda d: d['weir']['cells'][0]['place'],
              'contender': lambda d: d['weir']['cells'][0]['results'][0],
              'interval': lambda d: d['weir']['cells'][0]['results'][0]['ns']}
    for kind, place in places.items():
        for key, inner, needed, _ in schema.OBJECTS[kind]:
            for wrong in ([[]], {'a': [{}]}, 'a\0b', -7, None):
                if wrong is None and not needed:
                    continue
                if (kind == 'interval' and wrong is None) or key == 'schema':
                    continue
                if inner in ('drift', 'noise') and isinstance(wrong, dict):
                    continue  # an unknown key is nobody's mistake
                text = changed(lambda d: place(d).update({key: wrong}))
                assert 'is damaged' in text, (kind, key, wrong, text)
            if needed and key != 'schema' and kind != 'interval':
                assert key in changed(lambda d: place(d).pop(key))


@test
def names_are_names():
    for name in ('<script>alert(1)</script>', 'a b', '', 'é', 'a\nb', '-x',
                 'x' * 300, "a'b", 'a"b', 'a&b', '../../x;y', '\u202ex'):
        for change in (
                lambda d: d['weir']['cells'][0].update(name=name),
                lambda d: d['weir']['cells'][0]['results'][0].update(
                    impl=name),
                lambda d: d['benchmarks'][0].update(run_name=name)):
            assert 'no name' in changed(change), name


@test
def keys_and_cells_stand_once():
    text = json.dumps(GOOD)
    assert "key 'context' twice" in refusal(
        ('{"context": 1, ' + text[1:]).encode())
    cells = GOOD['weir']['cells']
    assert 'cell twice' in changed(
        lambda d: d['weir']['cells'].append(copy.deepcopy(cells[0])))
    assert 'contender twice' in changed(
        lambda d: d['weir']['cells'][0]['results'].append(
            copy.deepcopy(cells[0]['results'][0])))
    assert 'baseline' in changed(
        lambda d: d['weir']['cells'][0].update(baseline='nobody'))
    assert 'no samples' in changed(lambda d: d.update(benchmarks=[]))


@test
def a_sentence_cannot_be_forged():
    """Escape codes and line ends of a file or its name stay what they are."""
    text = changed(lambda d: d['weir'].update(depth='\033[2J\nforged'))
    assert '\033' not in text and '\n' not in text
    try:
        result.load('no\n\033[31mfile')
    except result.Bad as bad:
        assert str(bad).isprintable(), bad


@test
def the_bootstrap_of_a_median_is_exact():
    for n in (3, 4, 5, 6):
        values = [2 ** i for i in range(n)]
        due = {}
        for draw in itertools.product(values, repeat=n):
            m = stats.median(draw)
            due[m] = due.get(m, 0) + 1 / n ** n
        got = {}
        for value, p in stats.median_spread(values):
            got[value] = got.get(value, 0) + p
        for m in due:
            assert abs(due[m] - got[m]) < 1e-12, (n, m)


@test
def an_interval_holds_the_truth_as_often_as_it_says():
    draw = random.Random(7)
    for n in (6, 11):
        hits = 0
        for _ in range(1000):
            a = [draw.gauss(0, 1) for _ in range(n)]
            b = [draw.gauss(3, 1) for _ in range(n)]
            _, low, high = stats.shift(a, b)
            hits += low <= 3 <= high
        assert hits >= 950, (n, hits)


def rank_sum(chosen):
    ranks = {v: r for r, v in enumerate([1, 2, 3, 4, 5, 6, 9, 15], 1)}
    return sum(ranks[v] for v in chosen)


@test
def rank_tests_are_right():
    assert abs(stats.mann_whitney([1, 2, 3], [4, 5, 6]) - 0.1) < 1e-12
    assert stats.mann_whitney([1, 1], [1, 1]) == 1
    values = [3, 1, 4, 15, 9, 2, 6, 5]
    due = sum(rank_sum(c) <= rank_sum(values[:3]) or
              rank_sum(c) >= 3 * 9 - rank_sum(values[:3])
              for c in itertools.combinations(sorted(values), 3)) / 56
    assert abs(stats.mann_whitney(values[:3], values[3:]) - due) < 1e-12
    assert stats.smallest_p(6, 6) == 2 / 924
    assert stats.holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]
    assert stats.holm([]) == []


sys.exit(tap.main())
