# SPDX-License-Identifier: MIT
"""Result files of machines that are not here, the same for every call.

make('two-sockets', run=2, change={'mutex/': 1.05}) gives the dict of a file.
What is true of it is known: a cell's contender takes base(...) ns, times what
`change` says, times the luck of the run (`between`), of the round (shared by
its contenders) and of the sample (`within`).  Every file says in its model
name, its warnings and its commit that nobody measured it.
    synthetic.py MACHINE FILE      write one
"""
import json
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from page import stats  # noqa: E402

# sockets, L3s per socket, cores per L3, threads per core, trips by class,
# cost of an owned fetch_add, speed of a core
MACHINES = {
    'two-sockets': ('Synthetic Two-Socket 64-Core', 2, 1, 64, 1,
                    {'same-l3': 105, 'other-package': 330}, 5.1, 1.0),
    'chiplet': ('Synthetic Chiplet 8x8', 1, 8, 8, 1,
                {'same-l3': 48, 'same-package': 190}, 2.1, 0.8),
    'hybrid': ('Synthetic Hybrid 8P 8E', 1, 1, 16, 2,
               {'same-core': 16, 'same-l2': 88, 'same-l3': 72}, 3.9, 0.7),
    'guest': ('Synthetic Guest', 1, 2, 1, 1, {'same-package': 450}, 6.3, 1.2),
}
CHAN = (('weir', 'weir', 0.4), ('twin', 'baseline', 1.0),
        ('twin-again', 'again', 1.0), ('moody', 'peer', 0.7))
MUTEX = (('weir', 'weir', 0.8), ('pthread', 'baseline', 1.0),
         ('pthread-again', 'again', 1.0), ('ck-fas', 'peer', 0.9))
RW = (('weir-rwmutex', 'weir', 0.1), ('weir-mutex', 'weir', 0.9),
      ('pthread-rwlock', 'baseline', 1.0), ('pthread-rwlock-again', 'again', 1),
      ('urcu-memb', 'floor', 0.05))


def pus_of(machine):
    """The CPUs; the second half of a hybrid's cores are small, one thread
    each and four to an L2."""
    _, sockets, l3s, cores, smt, *_ = MACHINES[machine]
    out = []
    for core in range(sockets * l3s * cores):
        small = machine == 'hybrid' and core >= cores // 2
        for _ in range(1 if small else smt):
            out.append({'os': len(out), 'core': core,
                        'l2': 8 + core // 4 if small else core,
                        'l3': core // cores, 'die': core // cores,
                        'package': core // (l3s * cores),
                        'node': core // (l3s * cores),
                        'kind': int(not small) if machine == 'hybrid' else -1})
    return out


def class_of(a, b):
    for key, name in (('core', 'same-core'), ('l2', 'same-l2'),
                      ('l3', 'same-l3'), ('package', 'same-package')):
        if a[key] == b[key]:
            return name
    return 'other-package'


def luck(sigma, *key):
    """A log-normal factor that belongs to the key."""
    return math.exp(random.Random('/'.join(map(str, key))).gauss(0, sigma))


def trips_of(machine, pus, run):
    trips, out = MACHINES[machine][5], []
    for i, a in enumerate(pus):
        for b in pus[i + 1:]:
            near = class_of(a, b)
            p50 = trips[near] * luck(0.04, machine, run, a['os'], b['os'])
            out.append({'a': a['os'], 'b': b['os'], 'class': near,
                        'min_ns': round(p50 * 0.93, 1),
                        'p50_ns': round(p50, 1)})
    return out


def pairs_of(pus):
    pairs = {}
    for b in pus[1:]:
        pairs.setdefault(class_of(pus[0], b), [0, b['os']])
    if 'same-l2' not in pairs and pus[-1]['kind'] == 0:
        pairs['same-l2'] = [pus[-2]['os'], pus[-1]['os']]
    return pairs


def plan(machine, pus):
    """[(name, contenders, workers, place, CPUs, base ns, share of trips)]"""
    trips, add, speed = MACHINES[machine][5:]
    pairs, cells = pairs_of(pus), []
    powers = [2 ** k for k in range(1, 9) if 2 ** k <= 2 * len(pus)]
    for name, base in (('pair/cap=1024', 32), ('try-empty/cap=64', 14),
                       ('try-full/cap=64', 13), ('make-free/cap=1', 80)):
        cells.append((f'chan/{name}', CHAN, 1, 'compact', [0], base * speed, 0))
    for near, cpus in pairs.items():
        for cap, part in ((1, 3.0), (64, 0.6), (1024, 0.3)):
            cells.append((f'chan/1p1c/cap={cap}/place={near}', CHAN, 2, near,
                          cpus, 20 * speed, part))
        cells.append((f'chan/pingpong/cap=1/place={near}', CHAN, 2, near, cpus,
                      90 * speed, 4.0))
    wide = max(trips, key=trips.get)
    for n in powers:
        cpus = [p['os'] for p in pus[:n]]
        cells.append((f'chan/{n}p{n}c/cap=64/place=compact', CHAN, 2 * n,
                      'compact', cpus, 40 * speed, 0.5 + 0.1 * n))
        cells.append((f'mutex/threads={n}', MUTEX, n, 'compact', cpus,
                      3 * add, 0.4))
        for writes in ('0%', '1%', '10%'):
            cells.append((f'rw/writes={writes}/threads={n}', RW, n, 'compact',
                          cpus, 3 * add, 0.3))
    cells.append(('mutex/threads=1', MUTEX, 1, 'compact', [0], 3 * add, 0))
    return [(*cell, trips[wide]) for cell in cells]


def truth(cell, factor, trips, machine, change, impl):
    name, _, workers, place, _, base, part, wide = cell
    trip = MACHINES[machine][5].get(place, wide) if workers > 1 else 0
    ns = (base + part * trip) * factor * luck(0.25, machine, name, impl)
    for pattern, times in change.items():
        if pattern in f'{name}/impl={impl}':
            ns *= times
    return ns, trip * trips


def interval_of(values):
    if not values:
        return None
    return dict(zip(('median', 'low', 'high'),
                    (float(f'{v:.6g}') for v in stats.interval(values))),
                n=len(values))


def rows_of(cell, times, cpu, line, machine):
    """The sample rows and the median row of a contender."""
    name, workers, n = times['run_name'], cell[2], len(times['ns'])
    shared = {'run_name': name, 'threads': workers, 'repetitions': n,
              'time_unit': 'ns'}
    rows = [{'name': name, **shared, 'run_type': 'iteration',
             'repetition_index': i, 'iterations': 1,
             'real_time': float(f'{ns:.6g}'),
             'cpu_time': float(f'{ns * cpu:.6g}'), 'cpus': cpu,
             'line_trip_ns': round(line, 1)}
            for i, ns in enumerate(times['ns'])]
    middle = float(f'{stats.median(times["ns"]):.6g}')
    return [*rows, {'name': name + '_median', **shared,
                    'run_type': 'aggregate', 'aggregate_name': 'median',
                    'aggregate_unit': 'time', 'iterations': n,
                    'real_time': middle,
                    'cpu_time': float(f'{middle * cpu:.6g}')}]


def verdict_of(role, ratio, spread):
    if role in ('baseline', 'floor'):
        return role
    least = max(0.02, 3 * spread)
    if role == 'again' or abs(ratio['median'] - 1) <= least or \
            ratio['low'] <= 1 <= ratio['high']:
        return 'same'
    return 'faster' if ratio['median'] < 1 else 'slower'


def measure(cell, how):
    """{impl: samples} of a cell, and its line trip."""
    name, contenders = cell[:2]
    out, line = {}, 0
    for impl, _, factor in contenders:
        own = impl.replace('-again', '')
        ns, line = truth(cell, factor, how['trips'], how['machine'],
                         how['change'], own)
        ns *= luck(how['between'], how['machine'], how['run'], name, own)
        key = (how['machine'], how['run'], name)
        out[impl] = [ns * luck(0.03, *key, i) *
                     luck(how['within'], *key, impl, i)
                     for i in range(how['rounds'])]
    return out, line


def write_cell(cell, how, rows):
    name, contenders, workers, place, cpus = cell[:5]
    times, line = measure(cell, how)
    base = next(i for i, role, _ in contenders if role == 'baseline')
    ratios = {i: [a / b for a, b in zip(v, times[base])]
              for i, v in times.items()}
    again = ratios.get(base + '-again')
    spread = abs(stats.median(again) - 1)
    results = []
    for impl, role, _ in contenders:
        full = f'{name}/impl={impl}'
        rows += rows_of(cell, {'run_name': full, 'ns': times[impl]},
                        min(workers, len(cpus)), line, how['machine'])
        ratio = interval_of(ratios[impl])
        middle = stats.median(times[impl])
        results.append({
            'impl': impl, 'role': role, 'ns': interval_of(times[impl]),
            'ratio': ratio, 'line_trips': interval_of(
                [v / line for v in times[impl]]) if line else None,
            'verdict': verdict_of(role, ratio, spread), 'p': 0.001,
            'p_holm': 0.01, 'cpu_ns': round(middle * workers, 3),
            'cpus': min(workers, len(cpus)), 'share': 0.9, 'overlap': 1,
            'p50_ns': round(middle, 2), 'p99_ns': round(middle * 6, 2),
            'p999_ns': round(middle * 40, 2), 'max_ns': round(middle * 900, 1),
            'void_samples': 0})
    return {'name': name, 'family': name.split('/')[0],
            'title': 'synthetic: nobody measured this', 'unit': 'ns/op',
            'params': dict(p.split('=') for p in name.split('/') if '=' in p),
            'place': {'name': place, 'pus': cpus, 'memory': 'local',
                      'node': 0},
            'workers': workers, 'bound': len(cpus) >= workers,
            'baseline': base, 'rounds': how['rounds'],
            'counted': how['rounds'], 'moved': 0, 'noisy': 0, 'steady': True,
            'line_trip_ns': round(line, 1), 'again': interval_of(again),
            'spread': float(f'{spread:.4g}'), 'drift': {'rho': 0.1, 'p': 0.7},
            'noise': {'foreign_cpus': 0.0, 'steal': 0.0, 'run_delay': 0.001,
                      'throttled': 0},
            'results': results}


def count(number, noun):
    return f'{number} {noun}{"" if number == 1 else "s"}'


def context_of(machine, pus, run, more):
    add, speed = MACHINES[machine][6:]
    counts = [len({p[k] for p in pus}) for k in ('core', 'l3', 'package')]
    return {
        'date': f'20260101T0000{run:02}Z', 'host_name': 'redacted',
        'executable': 'weir-bench', 'num_cpus': len(pus),
        'mhz_per_cpu': round(3000 / speed), 'cpu_scaling_enabled': False,
        'caches': [], 'load_avg': [0.01, 0.02, 0.0],
        'library_build_type': 'release', 'library_version': '1.7.1',
        'json_schema_version': 1, 'weir_schema': '2',
        'cpu_model': MACHINES[machine][0], 'cpu_stepping': '1',
        'microcode': '0x1', 'cpus': f'{count(len(pus), "CPU")}, ' + ', '.join(
            count(n, x) for n, x in zip(counts, ('core', 'L3 cache',
                                                 'package'))),
        'numa_nodes': str(counts[2]), 'tsc': '3.000 GHz',
        'governor': 'performance', 'hypervisor': 'none seen',
        'kernel': '6.1.0-synthetic', 'machine': 'x86_64',
        'load': '0.01 0.02 0.00 1/100 1', 'cgroup_quota': 'none',
        'cpuset': f'{len(pus)} of {len(pus)} online CPUs',
        'cgroup_verdict': 'free to run', 'weir_version': '0.1.0',
        'weir_git': 'synthetic0', 'weir_build_type': 'release',
        'compiler': 'gcc 12.2.0', 'compiler_flags': '-O3',
        'libraries': 'benchmark 1.7.1, hwloc 2.9.0',
        'noise': '0.1 % of the time lost on the worst CPU: quiet',
        'cost_fetch_add_owned_ns': str(add), **more}


def make(machine='two-sockets', run=1, change=None, rounds=11, within=0.01,
         between=0.005, trips=1.0, only='', depth='default', context=None):
    """The dict of a result file."""
    pus = pus_of(machine)
    how = {'machine': machine, 'run': run, 'change': change or {},
           'rounds': rounds, 'within': within, 'between': between,
           'trips': trips}
    rows = []
    cells = [write_cell(cell, how, rows) for cell in plan(machine, pus)
             if only in cell[0]]
    add = MACHINES[machine][6]
    nodes = sorted({p['node'] for p in pus})
    return {
        'context': context_of(machine, pus, run, context or {}),
        'benchmarks': rows,
        'weir': {
            'schema': 2, 'complete': True, 'synthetic': True,
            'depth': depth, 'seed': 1,
            'rounds': rounds, 'window_ns': 50000000, 'took_s': 200.0,
            'command': '', 'pairs': pairs_of(pus),
            'topology': {
                'source': 'synthetic', 'pus': pus,
                'nodes': [{'os': n, 'bytes': 1 << 36, 'pus': [
                    p['os'] for p in pus if p['node'] == n]} for n in nodes],
                'kinds': [{'name': 'small', 'efficiency': 0},
                          {'name': 'big', 'efficiency': 1}]
                if machine == 'hybrid' else [], 'hwloc_xml': ''},
            'core_to_core': trips_of(machine, pus, run),
            'primitives': [{'name': 'fetch_add_owned', 'ns': add},
                           {'name': 'pause', 'ns': add * 4},
                           {'name': 'syscall', 'ns': 180.0}],
            'cells': cells, 'omitted': [], 'not_applicable': [],
            'peers': [{'name': 'ck', 'version': '0.7.1', 'flags': '-O2'}],
            'missing': [],
            'warnings': ['this file is synthetic: nobody measured it']}}


def text_of(data):
    """JSON with a line for each row, cell and CPU, as weir-bench writes it."""
    out = ['{']
    for key, part in data.items():
        if key == 'weir':
            inner = [f'    {json.dumps(k)}: {lines_of(v)}'
                     for k, v in part.items()]
            out.append(f'  "{key}": {{\n' + ',\n'.join(inner) + '\n  }')
        else:
            out.append(f'  "{key}": {lines_of(part)},')
    return '\n'.join([*out, '}', ''])


def lines_of(value):
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return '[\n      ' + ',\n      '.join(map(json.dumps, value)) + ']'
    return json.dumps(value)


if __name__ == '__main__':
    Path(sys.argv[2]).write_text(text_of(make(sys.argv[1])))
