#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page of a run, read back without a browser.

Goal: pages are well-formed, whole, small, and hold no script, no address of
another machine and nothing of a hostile file that was not escaped; missing
things never make one fail.
"""
import copy
import json
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'bench/tests')]

import example_file  # noqa: E402
from page import report, result, view  # noqa: E402

MOST = 2_000_000
VOID = {'meta', 'br', 'hr', 'img', 'input', 'link', 'wbr'}
SVG_EMPTY = {'path', 'rect', 'circle', 'image'}
BANNED = {'script', 'iframe', 'object', 'embed', 'link', 'base', 'form',
          'foreignobject', 'animate', 'set', 'use', 'a:href'}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'&\u202e'
tests = []


def test(function):
    tests.append(function)
    return function


class Reader(HTMLParser):
    """Checks nesting, tags and attributes; keeps the text of table rows."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.rows, self.ids = [], [], [], []
        self.row, self.links, self.count = None, [], {}

    def handle_starttag(self, tag, attrs):
        self.check(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == 'tr':
            self.row = []
        if tag in ('td', 'th') and self.row is not None:
            self.row.append('')

    def handle_startendtag(self, tag, attrs):
        self.check(tag, attrs)
        if tag not in VOID | SVG_EMPTY:
            self.wrong.append(f'<{tag}/> closes itself')

    def check(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        names = [k for k, _ in attrs]
        if tag in BANNED:
            self.wrong.append(f'<{tag}>')
        if len(set(names)) < len(names):
            self.wrong.append(f'<{tag}> has an attribute twice')
        for key, value in attrs:
            value = value or ''
            if key.startswith('on') or 'javascript:' in value:
                self.wrong.append(f'{tag} {key}={value[:40]}')
            if key in ('href', 'src', 'xlink:href') and not value.startswith(
                    ('#', 'data:image/png;base64,')):
                self.wrong.append(f'{tag} leads to {value[:40]}')
            if key == 'id':
                self.ids.append(value)
            if key == 'href' and value.startswith('#'):
                self.links.append(value[1:])

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f'</{tag}> at {self.getpos()}')
        if tag == 'tr':
            self.rows.append(self.row)
            self.row = None

    def handle_data(self, data):
        if self.row:
            self.row[-1] += data


def page_of(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'a.json'
        path.write_text(json.dumps(data), encoding='utf-8')
        return report.html_of(result.load(path), 'a.json')


def read(text, most=MOST):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.wrong, reader.wrong[:5]
    assert not reader.open, reader.open
    assert text.startswith('<!DOCTYPE html>') and text.endswith('</html>\n')
    assert not re.search(r'https?:|url\((?!#)|@import|</?script', text, re.I)
    assert len(text.encode('utf-8')) < most, len(text)
    doubles = [i for i in set(reader.ids) if reader.ids.count(i) > 1]
    assert set(doubles) <= {'hatch'}, doubles
    assert set(reader.links) <= set(reader.ids), reader.links
    assert not re.search(r'\b(nan|inf|None)\b', re.sub(
        r'<style>.*?</style>', '', text, flags=re.S)), 'a bare nan or None'
    return reader


def every_cell(reader, data):
    heads = [row[0] for row in reader.rows if len(row) == 1]
    rows = [row[0] for row in reader.rows if len(row) > 1]
    for cell in data['weir']['cells']:
        assert any(h.startswith(cell['name']) for h in heads), cell['name']
        for c in cell['results']:
            assert c['role'] == 'again' or c['impl'] in rows, c['impl']
    wanted = sum(c['role'] != 'again' for cell in data['weir']['cells']
                 for c in cell['results'])
    at = heads.index(heads[0])
    assert at == 0 and len(rows) >= wanted, (len(rows), wanted)


def machine_is_whole(name, small):
    data = example_file.make_file(name, small)
    text = page_of(data)
    reader = read(text)
    every_cell(reader, data)
    assert 'synthetic' in text.lower()
    return text, reader, data


@test
def one_cpu_has_a_page():
    text, reader, _ = machine_is_whole('one-cpu', False)
    assert reader.count['svg'] > 10 and 'id="distance"' not in text


@test
def a_machine_of_256_cpus_has_a_page():
    text, reader, data = machine_is_whole('wide', True)
    assert len(data['weir']['topology']['pus']) == 256
    assert reader.count['image'] == 2  # its maps are images
    assert text.count('class="pu"') == 256


@test
def a_hybrid_shows_kinds_and_forbidden_cpus():
    text, _, data = machine_is_whole('hybrid', False)
    assert text.count('class="pu q1"') == 7  # of eight one is forbidden
    assert text.count('class="pu off"') == 2
    pairs = len(data['weir']['core_to_core'])
    assert len(re.findall(r'class="h\d+"', text)) >= 4 * pairs


@test
def every_section_is_there_and_linked():
    text, reader, _ = machine_is_whole('two-cpus', False)
    for key, *_ in report.SECTIONS:
        assert f'id="{key}"' in text, key
        assert key in reader.links, key


@test
def the_same_file_makes_the_same_page():
    data = example_file.make_file('two-cpus', True)
    assert json.dumps(data) == json.dumps(
        example_file.make_file('two-cpus', True))
    assert page_of(data) == page_of(data)


@test
def losses_are_named():
    data = example_file.make_file('two-sockets', True)
    lost = [(c['name'], r['ratio']['median']) for c in data['weir']['cells']
            for r in c['results'] if r['role'] == 'weir' and
            r['verdict'] == 'slower']
    assert lost, 'the example has no loss'
    text = page_of(data)
    head = text[:text.index('<main>')]
    worst = max(lost, key=lambda row: row[1])[0]
    head = head.replace('<wbr>', '')
    assert 'Slower in' in head and worst in head
    table = text[text.index('id="losses"'):text.index('id="cells"')]
    table = table.replace('<wbr>', '')
    assert all(name in table for name, _ in lost)


def strings_of(value, change):
    """The same value with every free text changed."""
    if isinstance(value, dict):
        return {k: strings_of(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [strings_of(v, change) for v in value]
    return change(value) if isinstance(value, str) else value


class Unchecked:
    """A file as it is: what a page does when nobody has looked at it."""

    def __init__(self, data):
        self.context, self.weir = data['context'], data['weir']
        self.cells, self.rows = data['weir'].get('cells'), {}

    @staticmethod
    def samples(_cell, _impl):
        return {}


@test
def hostile_text_is_escaped():
    data = example_file.make_file('two-cpus', True)
    for word in (HOSTILE, '\ud800\x00\x1b[31m</style></title>',
                 'x' * 2000):
        for keep in (True, False):  # names as they are, or hostile, too
            bad = copy.deepcopy({k: data[k] for k in ('context', 'weir')})
            bad = strings_of(bad, lambda t: f'{t if keep else ""}{word}')
            text = report.html_of(Unchecked(bad), word)
            read(text, 8 * MOST)  # each text is cut, not the whole
            assert '\u202e' not in text and '\x1b' not in text
            assert 'onerror=alert' not in re.sub(r'&[^;]+;', '', text) or \
                '<img' not in text


def broken(value, seed, luck):
    """Some of the values of a file become what they must not be."""
    odd = (None, [], {}, '', -1, 0, 1e308, 10 ** 400, True, float('nan'),
           float('inf'), 'null', [None], {'median': None}, -1e-300)
    if luck.random() < seed:
        return luck.choice(odd)
    if isinstance(value, dict):
        return {k: broken(v, seed, luck) for k, v in value.items()
                if luck.random() > seed / 2}
    if isinstance(value, list):
        return [broken(v, seed, luck) for v in value]
    return value


@test
def broken_values_never_stop_a_page():
    import random
    data = example_file.make_file('two-cpus', True)
    for seed in range(8):
        luck = random.Random(seed)
        bad = broken({k: data[k] for k in ('context', 'weir')},
                     0.0002 * 3 ** seed, luck)
        for key in ('context', 'weir'):
            if not isinstance(bad, dict) or not isinstance(
                    bad.get(key), dict):
                bad = {**(bad if isinstance(bad, dict) else {}), key: {}}
        read(report.html_of(Unchecked(bad), 'a.json'))


@test
def missing_sections_are_left_out():
    data = example_file.make_file('two-cpus', True)
    for key in ('core_to_core', 'primitives', 'omitted', 'peers', 'warnings'):
        data['weir'].pop(key)
    data['weir']['cells'] = [c for c in data['weir']['cells']
                             if c['name'].startswith('chan/pair')]
    text = page_of(data)
    read(text)
    for key in ('distance', 'readers', 'latency', 'waits', 'openloop'):
        assert f'id="{key}"' not in text, key
    data['weir']['cells'] = []
    data['weir']['complete'] = False
    text = page_of(data)
    read(text)
    assert 'ended early' in text


@test
def percentiles_are_those_of_the_histogram():
    hist = {'ns_per_tick': 2.0, 'counts': '10:50,20:40,128:9,4223:1'}
    points = dict(view.percentiles(hist, per_decade=1))
    assert points[0] == 20.0 and points[0.9] == 40.0, points
    assert view.low_of(128) == 128 and view.low_of(256) == 256
    assert view.percentiles({'ns_per_tick': 1, 'counts': 'x:y,-1:4'}) == []


@test
def the_tool_writes_one_file_or_a_sentence():
    tool = str(ROOT / 'tools/report')

    def run(*args):
        return subprocess.run([sys.executable, tool, *args], text=True,
                              capture_output=True, timeout=60)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'a.json'
        path.write_text(json.dumps(example_file.make_file('one-cpu', True)))
        done = run(str(path))
        assert done.returncode == 0 and done.stdout == '', done.stderr
        assert done.stderr.count('\n') == 1
        assert sorted(p.name for p in Path(folder).iterdir()) == [
            'a.html', 'a.json']
        for args in ((str(path), '-o', str(path)), (folder + '/none.json',),
                     (str(path), '-o', folder + '/no/such/b.html')):
            done = run(*args)
            assert done.returncode == 2, done
            assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        path.write_text('[' * 100000)
        done = run(str(path))
        assert done.returncode == 2 and done.stderr.count('\n') == 1
        assert len(list(Path(folder).iterdir())) == 2


def main():
    failed = 0
    print(f'TAP version 13\n1..{len(tests)}')
    for number, function in enumerate(tests, 1):
        try:
            function()
            print(f'ok {number} - {function.__name__}', flush=True)
        except Exception as error:  # a page must not fail in any way
            failed += 1
            where = error.__traceback__
            while where.tb_next:
                where = where.tb_next
            print(f'# {type(error).__name__}: {str(error)[:1000]} '
                  f'({where.tb_frame.f_code.co_filename.rpartition("/")[2]}:'
                  f'{where.tb_lineno})')
            print(f'not ok {number} - {function.__name__}', flush=True)
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
