#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tools/compare, on synthetic files whose truth is known.

Goal: no change is called no change, a change of 6 % is found, what differs is
said first, machines are compared by ratios alone, and nothing of a file is ever
markup or a terminal's command.
"""
import contextlib
import copy
import functools
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'bench/tests')]

import synthetic  # noqa: E402
import tap  # noqa: E402
import watch  # noqa: E402
from page import compare  # noqa: E402

test = tap.test
PLANTED = 'mutex/threads=1/impl=weir'
STEADY = {'within': 0.006, 'between': 0.003}
EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'><a href=' \
    '"javascript:alert(3)">&lt;'


@functools.lru_cache(maxsize=None)
def built(machine, **how):
    return json.dumps(synthetic.make(machine, **how))


def made(machine='guest', change=None, context=None, **how):
    """A file's dict; change and context make it uncached."""
    if change or context:
        return synthetic.make(machine, change=change, context=context, **how)
    return json.loads(built(machine, **how))


def run(files, *options, status=0):
    """Standard output of tools/compare on these dicts."""
    with tempfile.TemporaryDirectory() as root:
        paths = []
        for at, data in enumerate(files):
            paths.append(Path(root) / f'{at}.json')
            paths[-1].write_text(json.dumps(data))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            got = compare.main([*map(str, paths), *options])
    assert got == status, (got, err.getvalue())
    if status:
        assert re.fullmatch('compare: [^\n]+\n', err.getvalue()), err.getvalue()
        assert out.getvalue() == '', out.getvalue()
        return err.getvalue()
    return out.getvalue()


def page_of(files, *options):
    with tempfile.TemporaryDirectory() as root:
        page = Path(root) / 'page.html'
        run(files, '--html', str(page), *options)
        assert [p.name for p in Path(root).iterdir()] == ['page.html']
        return page.read_text()


def share_of_same(text):
    return float(re.search(r'noise \(([\d.]+) %\)', text)[1])


@test
def two_runs_of_one_thing_are_the_same():
    for run_ in range(2, 6):
        text = run([made(run=1), made(run=run_)])
        assert share_of_same(text) >= 95, text
        assert 'in nothing that is recorded' in text
        assert 'Nothing that is recorded differs' in text


@test
def also_where_runs_differ_much_more_than_rounds():
    """As on a small guest: 1 % within a run, 15 % between runs."""
    judged = same = 0
    for run_ in range(2, 8):
        text = run([made(run=1, between=0.15), made(run=run_, between=0.15)])
        found = re.search(r'(\d+) of (\d+) figures', text)
        same, judged = same + int(found[1]), judged + int(found[2])
    assert same >= 0.95 * judged, (same, judged)


@test
def a_change_of_six_percent_is_found():
    for run_ in range(2, 7):
        text = run([made(run=1, **STEADY), made(
            run=run_, change={PLANTED: 1.06}, context={'weir_git': 'other'},
            **STEADY)])
        row = [x for x in text.splitlines() if x.startswith('  ' + PLANTED)]
        assert len(row) == 1 and row[0].endswith('worse'), text
        assert '0 better, 1 worse' in text, text
        assert 'they differ in: commit' in text
    text = run([made(run=1, **STEADY),
                made(run=2, change={PLANTED: 0.94}, **STEADY)])
    assert '1 better, 0 worse' in text, text


@test
def more_runs_find_smaller_changes():
    old = [made(run=i, **STEADY) for i in range(1, 5)]
    new = [made(run=i, change={PLANTED: 1.04}, context={'weir_git': 'other'},
                **STEADY) for i in range(5, 9)]
    text = run([*old, *new])
    assert 'E+F+G+H against A+B+C+D' in text, text
    assert '0 better, 1 worse' in ' '.join(text.split()), text
    assert re.search(rf'{PLANTED} .* worse', text), text
    assert 'from the runs of each side' in text


@test
def a_family_that_moves_as_one_is_said_to():
    text = run([made(run=1), made(run=2, change={'rw/': 1.0, 'weir': 1.2})])
    assert re.search(r'mutex +alone +\d+ +\+\d+\.\d %', text), text


@test
def another_placement_is_named_first():
    pinned = made(run=2)
    pinned['context'].update(cpuset='1 of 2 online CPUs', cpus='1 CPU')
    pinned['weir']['topology']['pus'] = pinned['weir']['topology']['pus'][:1]
    for cell in pinned['weir']['cells']:
        if cell['workers'] > 1:
            cell['place']['pus'], cell['bound'] = [0], False
    text = run([made(run=1), pinned])
    lead = text.split('\n\n')[0]
    assert 'runs of one machine' in lead, lead
    assert 'they differ in: CPUs allowed, CPUs seen, CPUs used' in \
        ' '.join(lead.split()), lead
    assert 'Not judged, placed elsewhere' in text
    assert '1 of 2 online CPUs' in text
    for line in text.splitlines():
        assert not line.endswith(('better', 'worse')), line


@test
def a_machine_that_moved_is_said_to_have_moved():
    text = run([made(run=1), made(run=2, trips=0.25)])
    assert 'line round trip moved' in text, text
    other = made(run=2)
    for trip in other['weir']['core_to_core']:
        trip['p50_ns'] /= 3
    text = ' '.join(run([made(run=1), other]).split())
    assert 'The machine itself moved: a line\'s round trip' in text, text


@test
def what_cannot_be_judged_is_named():
    def spoil(data, change):
        change(data['weir']['cells'][0])
        return data
    for change, why in (
            (lambda c: c.update(steady=False), 'unsteady in the new run'),
            (lambda c: c.update(noisy=10), 'noisy in the new run'),
            (lambda c: c.update(baseline=c['results'][0]['impl']),
             'other baseline'),
            (lambda c: c['results'][0].update(verdict='void'), 'void')):
        data = spoil(made(run=2), change)
        text = run([made(run=1), data])
        assert f'Not judged, {why}' in text, (why, text)
    few = made(run=2)
    few['benchmarks'] = [r for r in few['benchmarks'] if
                         r.get('repetition_index', 0) < 2 or
                         'try-empty' not in r['name']]
    assert 'Not judged, too few rounds (2)' in run([made(run=1), few])


@test
def cells_of_one_file_alone_are_listed():
    text = run([made(run=1), made(run=2, only='mutex')], '--all')
    assert 'Only in A' in text and 'chan/pair/cap=1024' in text
    text = run([made(run=1, only='mutex'), made(run=2, only='rw')])
    assert 'no figure could be judged' in text


@test
def few_figures_are_not_judged():
    """One cell alone says nothing of what runs differ by."""
    text = run([made(run=1, only='mutex/threads=1'),
                made(run=2, only='mutex/threads=1')])
    assert 'run-to-run noise unknown' in text, text


@test
def machines_are_compared_by_ratios():
    files = [made('two-sockets'), made('chiplet'), made('hybrid')]
    text = run(files)
    assert '3 machines; they differ in: CPU' in text
    for title in ("Ratios to each machine's own baseline",
                  'Costs in owned fetch_adds', 'Costs in line round trips',
                  'Scaling efficiency', 'Penalty of a place'):
        assert title in text, title
    after = text.split('Ratios to each machine')[1]
    after = after.split('fetch_add on an owned line takes there:')
    assert not re.search(r'\d (ns|us|ms)\b', after[0]), after[0]
    assert 'better' not in text and 'worse' not in text
    assert 'Secondary: no verdict' in run(files, '--all')
    listed = ' '.join(text.split('cells that all have\n')[1].split())
    listed = listed.split('. A: ')[0]
    count = int(re.search(r'The (\d+) cells that', text)[1])
    assert len(listed.split(', ')) == count, listed


@test
def the_geometric_mean_is_that_of_the_listed_ratios():
    files = [made('two-sockets'), made('hybrid')]
    text = ' '.join(run(files, '--all').split())
    means = re.search(r'at the end\): A ([\d.]+)×, B ([\d.]+)×', text)
    names = [{c['name']: c for c in f['weir']['cells']} for f in files]
    for at, file in enumerate(names):
        product, count = 1.0, 0
        for name in names[0]:
            if name in names[1]:
                for r in file[name]['results']:
                    if r['role'] == 'weir':
                        product *= r['ratio']['median']
                        count += 1
        due = product ** (1 / count)
        assert abs(float(means[at + 1]) - due) < 0.01 * due, (means, due)


@test
def scaling_efficiency_is_throughput_by_count():
    data = made('two-sockets')
    ns = {c['name']: c['results'][0]['ns']['median']
          for c in data['weir']['cells']}
    due = ns['mutex/threads=1'] / (8 * ns['mutex/threads=8'])
    text = run([data, made('chiplet')], '--all')
    row = re.search(r'mutex/threads=8/impl=weir +(\S+)', text.split(
        'Scaling efficiency')[1])
    assert abs(float(row[1]) - due) < 0.001 + 0.05 * due, (row[0], due)


@test
def machines_and_commits_can_be_mixed():
    text = run([made(run=1), made('hybrid'),
                made(run=2, context={'weir_git': 'x'})])
    assert 'Same machine: C against A' in text
    assert "Ratios to each machine's own baseline" in text


def poison(value, key=''):
    """EVIL in all text that need not be a name."""
    keep = ('name', 'run_name', 'impl', 'role', 'verdict', 'run_type', 'depth',
            'time_unit', 'baseline', 'date')
    if isinstance(value, dict):
        return {k: poison(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poison(v, key) for v in value]
    return EVIL if isinstance(value, str) and key not in keep else value


@test
def no_script_of_a_file_ever_runs():
    good, evil = made(run=1), poison(made(run=2))
    for cell in evil['weir']['cells']:
        cell['place']['name'] = EVIL
    evil['weir']['primitives'][0]['name'] = EVIL
    for files in ([good, evil], [evil, poison(made('hybrid'))], [evil, evil]):
        for options in ((), ('--all',)):
            page = page_of(files, *options)
            assert not watch.found_in(page), watch.found_in(page)
            assert '&lt;script&gt;' in page and '<script' not in page
            run(files, *options)


@test
def no_escape_code_of_a_file_reaches_a_terminal():
    odd = made(run=2)
    odd['context']['kernel'] = 'a\n\n\tb'
    odd['weir']['warnings'] = ['line\nbreak \u200f turned']
    text = run([made(run=1), odd], '--all')
    assert all(c == '\n' or c.isprintable() for c in text)


@test
def outputs_are_whole_and_always_the_same():
    files = [made(run=1), made(run=2, between=0.1)]
    assert run(files) == run(files)
    assert page_of(files) == page_of(files)
    wide = [x for x in run([made('two-sockets'), made('chiplet')]).splitlines()
            if len(x) > 100]
    assert not wide, wide
    page = page_of(files)
    assert page.startswith('<!DOCTYPE html>') and page.endswith('</html>\n')
    for tag in ('table', 'tr', 'td', 'th', 'section', 'svg', 'details', 'p'):
        opened = len(re.findall(rf'<{tag}[ >]', page))
        assert opened == page.count(f'</{tag}>'), tag


@test
def part_of_a_run_is_compared_and_said_to_be_part():
    part = made(run=2)
    part['weir'].update(complete=False)
    part['weir']['cells'] = part['weir']['cells'][:12]
    text = run([made(run=1), part])
    assert 'no: ended early' in text and 'Only in A' in text


@test
def bad_calls_are_refused():
    with tempfile.TemporaryDirectory() as root:
        good = Path(root) / 'a.json'
        good.write_text(json.dumps(made(run=1)))
        tool, name = str(ROOT / 'tools/compare'), str(good)
        for arguments in ([], [name], [name, name, '--quik'], [name, '-x'],
                          [name, name, '--html'], [name, name, '--html='],
                          [name, root], [name, root + '/none.json'],
                          ['--benchstat'], [name] * 27,
                          [name, name, '--html', root + '/no/page.html'],
                          [name, name, '--html', root]):
            done = subprocess.run([tool, *arguments], capture_output=True,
                                  text=True, timeout=100)
            assert done.returncode == 2, (arguments, done)
            assert re.fullmatch('compare: [^\n]+\n', done.stderr), done.stderr
            assert done.stdout == '', done.stdout
        assert [p.name for p in Path(root).iterdir()] == ['a.json']
        done = subprocess.run([tool, '--help'], capture_output=True, text=True)
        assert done.returncode == 0 and '--benchstat' in done.stdout


@test
def a_hostile_file_is_refused_by_the_tool():
    with tempfile.TemporaryDirectory() as root:
        flood = Path(root) / 'flood.json'
        flood.write_bytes(b'[' * 10_000_000)
        page = Path(root) / 'page.html'
        done = subprocess.run(
            [str(ROOT / 'tools/compare'), str(flood), str(flood), '--html',
             str(page)], capture_output=True, text=True, timeout=100)
        assert done.returncode == 2 and not page.exists()
        assert done.stderr.startswith(f'compare: {flood} has more than')


@test
def benchstat_can_read_it():
    """The grammar of Go's benchmark data format."""
    text = run([made(run=1)], '--benchstat')
    rows = 0
    for line in text.splitlines():
        if line.startswith('Benchmark'):
            assert re.fullmatch(r'Benchmark[A-Z]\S*/impl=\S+-\d+ [1-9]\d* '
                                r'\d+(\.\d+)?(e[+-]\d+)? ns/op', line), line
            rows += 1
        else:
            assert re.fullmatch(r'|# .*|[a-z][^\sA-Z:]*: \S.*|'
                                r'Unit \S+ better=(lower|higher)', line), line
    assert rows == sum(r['run_type'] == 'iteration'
                       for r in made(run=1)['benchmarks'])
    # What differs between runs must be no key: benchstat would set them apart.
    keys = [{x for x in run([made(run=i, context={'weir_git': f'g{i}'})],
                            '--benchstat').splitlines()
             if re.match(r'[a-z][^\sA-Z:]*: ', x)} for i in (1, 2)]
    assert keys[0] == keys[1] and len(keys[0]) == 4, keys


@test
def google_benchmarks_own_tool_finds_what_it_needs():
    """As gbench/report.py reads it: rows by name, in pairs, with times."""
    for row in copy.deepcopy(made(run=1))['benchmarks']:
        assert isinstance(row['real_time'], (int, float))
        assert isinstance(row['cpu_time'], (int, float))
        assert row['time_unit'] in ('s', 'ms', 'us', 'ns')
        assert row['run_type'] in ('iteration', 'aggregate')


if __name__ == '__main__':
    sys.exit(tap.main())
