#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""results/, its index, contributions to it, and docs/result-file.md.

Goal: what is published is sound, whole, anonymous and made from the files.
Usage: results_test.py [WEIR_BENCH]   with it, a fresh file is checked as well
"""
import contextlib
import copy
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'bench/tests')]

import synthetic  # noqa: E402
import tap  # noqa: E402
import watch  # noqa: E402
from page import contribute, gallery, manual, result, schema  # noqa: E402

test = tap.test
BENCH = str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else None
RESULTS = ROOT / 'results'
GOOD = synthetic.make('guest')
EVIL = '<script>alert(1)</script> | [x](javascript:alert(2)) `'


def offer(change=None, name='offer.json'):
    """Contribute a changed file to an empty folder; (names, output)."""
    data = copy.deepcopy(GOOD)
    if change:
        change(data)
    with tempfile.TemporaryDirectory() as root:
        path, folder = Path(root) / name, Path(root) / 'results'
        path.write_text(json.dumps(data))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            contribute.contribute(str(path), folder)
        return sorted(p.name for p in folder.iterdir()), out.getvalue()


def refusal(change):
    """The sentence, after checking that nothing was written."""
    data = copy.deepcopy(GOOD)
    change(data)
    with tempfile.TemporaryDirectory() as root:
        path, folder = Path(root) / 'offer.json', Path(root) / 'results'
        path.write_text(json.dumps(data))
        try:
            contribute.contribute(str(path), folder)
        except contribute.Refused as why:
            assert not folder.exists()
            assert str(why).isprintable() and 'offer.json ' in str(why), why
            return str(why)
    raise AssertionError('was taken')


def unstyled(page):
    """The style sheet is no content: a new colour makes no index stale."""
    return re.sub(r'<style>.*?</style>', '', page, flags=re.S)


@test
def what_is_there_is_sound_and_the_index_is_fresh():
    names = [p.name for p in RESULTS.glob('*.json')
             if gallery.CANONICAL.fullmatch(p.name)]
    assert len(names) >= 2, names
    for name in names:
        got = result.load(RESULTS / name)
        assert contribute.name_of(got) == name, (name,
                                                 contribute.name_of(got))
        contribute.check(got, (RESULTS / name).read_text())
    for path, text in gallery.made(RESULTS).items():
        assert unstyled(path.read_text()) == unstyled(text), (
            f'{path.name} is stale: python3 bench/page index')


@test
def the_examples_are_what_the_generator_makes():
    found = 0
    for path in RESULTS.glob('synthetic-*.json'):
        for machine, (model, *_) in synthetic.MACHINES.items():
            if path.name.startswith(contribute.slug(model) + '--'):
                found += 1
                assert path.read_text() == synthetic.text_of(
                    synthetic.make(machine)), f'{path.name} is stale'
    assert found == 2, found


@test
def a_contribution_gets_its_name_and_an_index():
    names, out = offer()
    name = 'synthetic-guest--1s2c2t--20260101T000001Z--synthetic0.json'
    assert names == ['README.md', 'index.html', name], names
    assert 'git add ' in out and name in out


@test
def what_is_not_fit_to_be_shown_is_refused():
    def unsteady(data):
        for cell in data['weir']['cells'][:len(data['weir']['cells']) // 2]:
            cell['steady'] = False

    for change, why in (
            (lambda d: d['weir'].update(complete=False), 'ended early'),
            (lambda d: d['weir'].update(depth='quick'), 'part of the suite'),
            (lambda d: d['weir'].update(only='mutex'), 'part of the suite'),
            (lambda d: d['weir'].update(cells=[]), 'no cell'),
            (lambda d: d['context'].update(weir_git='abc-dirty'),
             'changed tree'),
            (unsteady, 'too noisy'),
            (lambda d: d['context'].update(host_name='box7'), 'host'),
            (lambda d: d['weir'].update(warnings=['see /ho' 'me/joe/x']),
             'private'),
            (lambda d: d['weir'].update(command='--out joe@box.org:x'),
             'private'),
            (lambda d: d['weir']['topology'].update(
                hwloc_xml='<info name="HostName" value="box7"/>'), 'private'),
            (lambda d: d['weir'].update(missing=['x box-seventeen y']),
             'host name')):
        with mock.patch.object(contribute, 'own_host',
                               lambda: 'box-seventeen'):
            assert why in refusal(change), (why, refusal(change))


@test
def an_own_run_of_the_suite_stays_out_of_git():
    if shutil.which('git') is None or not (ROOT / '.git').exists():
        return
    for name, ignored in (
            ('results/amd-epyc--2cpu--20260101T000000Z--abc123.json', True),
            ('results/amd-epyc--2cpu--20260101T000000Z--abc123.html', True),
            ('results/a--2cpu--20260101T000000Z--abc--partial.json', True),
            ('results/a-cpu--2s128c256t--20260101T000000Z--abc.json', False),
            ('results/README.md', False), ('results/index.html', False)):
        done = subprocess.run(['git', '-C', str(ROOT), 'check-ignore', '-q',
                               '--no-index', name], check=False)
        assert (done.returncode == 0) == ignored, name


@test
def the_same_file_may_come_twice_another_may_not():
    with tempfile.TemporaryDirectory() as root:
        path, folder = Path(root) / 'a.json', Path(root) / 'results'
        for change, taken in (({}, True), ({}, True), ({'seed': 2}, False)):
            data = copy.deepcopy(GOOD)
            data['weir'].update(change)
            path.write_text(json.dumps(data))
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    contribute.contribute(str(path), folder)
                assert taken
            except contribute.Refused as why:
                assert not taken and 'another run' in str(why), why


@test
def its_command_line_has_the_usual_statuses():
    def status(*arguments):
        done = subprocess.run(
            [sys.executable, str(ROOT / 'bench/page'), 'contribute',
             *arguments], capture_output=True, text=True, timeout=100)
        if done.returncode:
            assert done.stderr.startswith('contribute: '), done.stderr
            assert done.stderr.count('\n') == 1, done.stderr
        return done.returncode
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / 'a.json'
        path.write_text('[' * 1000)
        assert status() == status('--x') == status('a', 'b') == 2
        assert status(str(path)) == status(root + '/none') == 2
        quick = copy.deepcopy(GOOD)
        quick['weir']['depth'] = 'quick'
        path.write_text(json.dumps(quick))
        assert status(str(path)) == 1
        assert status('--help') == 0


@test
def nothing_of_a_file_is_markup_in_the_index():
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        data = copy.deepcopy(GOOD)
        data['context'].update(cpu_model=EVIL, kernel=EVIL, governor=EVIL,
                               weir_git=EVIL)
        name = 'evil--1s2c2t--20260101T000001Z--x.json'
        (folder / name).write_text(json.dumps(data))
        index = {p.name: t for p, t in gallery.made(folder).items()}
        found = watch.found_in(index['index.html'], (name,))
        assert not found and '&lt;script&gt;' in index['index.html'], found
        assert '<script' not in index['README.md']
        assert '[x](' not in index['README.md']
        row = next(x for x in index['README.md'].splitlines()
                   if x.startswith('| &lt;script'))
        bars = row.replace('\\|', '').count('|')
        assert bars == 2 + len(gallery.HEADLINES) + 5 - 1, row


@test
def an_empty_folder_has_an_index():
    with tempfile.TemporaryDirectory() as root:
        index = gallery.write(Path(root))
        assert all(p.read_text() for p in index)


@test
def the_manual_is_fresh():
    document = ROOT / 'docs/result-file.md'
    text = document.read_text()
    assert text == manual.renewed(text), (
        'stale: python3 bench/page manual')


FREE = {'context', 'row', 'params', 'pairs'}  # may hold keys of their own


def unknown_keys(value, kind, where):
    """Keys of a real file that schema.py does not know."""
    if kind.endswith('[]'):
        return [x for item in value for x in unknown_keys(item, kind[:-2],
                                                          where)]
    if not isinstance(value, dict) or kind not in schema.OBJECTS:
        return []
    known = {f[0]: f[1] for f in schema.OBJECTS[kind]}
    out = [f'{where}.{k}' for k in value if k not in known] \
        if kind not in FREE else []
    for key, item in value.items():
        if key in known and item is not None:
            out += unknown_keys(item, known[key], f'{where}.{key}')
    return out


@test
def the_manual_knows_every_field_of_a_real_file():
    with tempfile.TemporaryDirectory() as root:
        files = [p for p in RESULTS.glob('*.json')]
        if BENCH:
            subprocess.run([BENCH, '--quick', '--only', 'chan/try-empty',
                            '--out', root], check=True, timeout=200,
                           capture_output=True)
            files += Path(root).glob('*.json')
        assert len(files) >= 2 + bool(BENCH)
        for path in files:
            got = result.load(path)
            unknown = unknown_keys(got.weir, 'weir', 'weir')
            assert not unknown, sorted(set(unknown))


if __name__ == '__main__':
    sys.exit(tap.main())
