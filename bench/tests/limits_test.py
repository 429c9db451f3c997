#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""limits_test.py WEIR-BENCH - taskset and cgroup quotas, for real.

A run that may use fewer CPUs than there are plans for those and says so; a
run under a quota names the cells that keep more CPUs busy.  Making a cgroup
needs root and a mounted cpu controller; elsewhere that test is skipped.
"""
import json
import os
import subprocess
import sys
import tempfile

BENCH = os.path.abspath(sys.argv[1])
FAST = ['--quick', '--only', 'chan/1p1c/cap=64/place=same-']


class Skip(Exception):
    """Why this machine cannot show it."""


def allowed():
    return sorted(os.sched_getaffinity(0))


def run(*args, before=None):
    with tempfile.TemporaryDirectory() as root:
        done = subprocess.run([BENCH, *args], cwd=root, text=True, check=False,
                              capture_output=True, preexec_fn=before)
    assert done.returncode == 0, done.stderr
    return done.stdout


def measured(before):
    return json.loads(run(*FAST, '--json', '-', before=before))


def bound_to(cpu):
    return lambda: os.sched_setaffinity(0, {cpu})


def taskset_plans_for_what_is_left():
    if len(allowed()) < 2:
        raise Skip('one CPU')
    last = allowed()[-1]
    text = run('--list', before=bound_to(last))
    assert text.startswith('1 CPUs, 1 cores'), text.splitlines()[0]
    assert 'n/a (topology): same-core: one CPU' in text
    for line in text.splitlines():
        if ' s  on ' in line:
            cpus = line.split(' s  on ')[1].split(' shared')[0].split()
            assert cpus == [str(last)], line


def taskset_is_on_the_card():
    if len(allowed()) < 2:
        raise Skip('one CPU')
    last = allowed()[-1]
    result = measured(bound_to(last))
    assert result['context']['cpuset'].startswith('1 of ')
    assert result['context']['allowed_cpus'] == str(last)
    assert any('may be used' in one for one in result['weir']['warnings'])
    pus = result['weir']['topology']['pus']
    assert [pu['os'] for pu in pus] == [last]
    for cell in result['weir']['cells']:
        assert cell['place']['pus'] == [last], cell['name']


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def limit(folder, cpus):
    """Set a quota by the files of whichever version this is."""
    period = 100000
    if os.path.exists(folder + '/cpu.max'):
        write(folder + '/cpu.max', f'{int(cpus * period)} {period}')
    elif os.path.exists(folder + '/cpu.cfs_quota_us'):
        write(folder + '/cpu.cfs_quota_us', str(int(cpus * period)))
    else:
        raise Skip('no cpu controller in ' + folder)


def make_group(cpus):
    for top in ('/sys/fs/cgroup', '/sys/fs/cgroup/cpu',
                '/sys/fs/cgroup/cpu,cpuacct'):
        if not os.path.exists(top + '/cgroup.procs'):
            continue
        folder = f'{top}/weir-limits-{os.getpid()}'
        try:
            os.mkdir(folder)
        except OSError as error:
            raise Skip(f'no cgroup can be made: {error.strerror}') from error
        try:
            limit(folder, cpus)
        except (Skip, OSError):
            os.rmdir(folder)
            continue
        return folder
    raise Skip('no cpu controller of cgroups')


def a_quota_is_on_the_card_and_names_its_cells():
    if len(allowed()) < 2:
        raise Skip('one CPU')
    folder = make_group(1.5)
    try:
        enter = lambda: write(folder + '/cgroup.procs', str(os.getpid()))
        text = run('--list', before=enter)
        result = measured(enter)
    finally:
        os.rmdir(folder)
    assert 'OVER THE QUOTA of 1.50 CPUs' in text
    assert result['context']['cgroup_quota'] == '1.50 CPUs'
    assert result['context']['cgroup_verdict'] == 'throttled'
    assert any('quota' in one for one in result['weir']['warnings'])
    for cell in result['weir']['cells']:
        busy = min(cell['workers'], len(cell['place']['pus']))
        assert cell.get('over_quota', False) == (busy > 1.5), cell['name']


def main():
    tests = [taskset_plans_for_what_is_left, taskset_is_on_the_card,
             a_quota_is_on_the_card_and_names_its_cells]
    failed = 0
    print(f'TAP version 13\n1..{len(tests)}', flush=True)
    for number, test in enumerate(tests, 1):
        try:
            test()
            line = f'ok {number} - {test.__name__}'
        except Skip as skip:
            line = f'ok {number} - {test.__name__} # SKIP {skip}'
        except AssertionError as error:
            failed += 1
            line = f'# {error}\nnot ok {number} - {test.__name__}'
        print(line, flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
