#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Result files of machines that nobody has, to look at pages with.

    example_file.py MACHINE [-o FILE.json] [--small]

The same call writes the same file.  It says that it is synthetic in the CPU's
name, in weir.synthetic, in the commit and in a warning.  The models are crude:
curves have plausible shapes, and all kinds of things that a page must show are
in it (losses, void and noisy cells, missing figures, forbidden CPUs).  What
`compare` must be right about is made by synthetic.py, not here.
"""
import argparse
import json
import math
import random
import sys

# packages, nodes each, L3s each, cores each, threads each; round trips by class
MACHINES = {
    'one-cpu': ('one CPU', (1, 1, 1, 1, 1), {}),
    'two-cpus': ('2-CPU guest', (1, 1, 2, 1, 1), {'same-package': 420}),
    'hybrid': ('8P+8E hybrid', (1, 1, 1, 8, 2),
               {'same-core': 18, 'same-l2': 95, 'same-l3': 78}),
    'two-sockets': ('2 x 64 cores', (2, 1, 8, 8, 1),
                    {'same-l3': 52, 'same-package': 190,
                     'other-package': 410}),
    'wide': ('2 x 64 cores, 2 threads each', (2, 4, 2, 8, 2),
             {'same-core': 16, 'same-l3': 50, 'same-package': 130,
              'other-node': 190, 'other-package': 420}),
}
LOCKS = [('weir', 'weir', 1.0, 0.95), ('pthread', 'baseline', 1.3, 1.0),
         ('pthread-again', 'again', 1.3, 1.0),
         ('pthread-adaptive', 'peer', 1.35, 1.1), ('ck-fas', 'peer', 0.7, 1.5),
         ('ck-ticket', 'peer', 0.8, 1.9), ('nsync', 'peer', 1.8, 0.97)]
PAIRS = [('weir-rwmutex', 'weir', 0.9, 0.0), ('weir-mutex', 'weir', 1.0, 0.95),
         ('pthread-rwlock', 'baseline', 2.2, 1.25),
         ('pthread-rwlock-again', 'again', 2.2, 1.25),
         ('pthread-mutex', 'peer', 1.3, 1.0), ('ck-rwlock', 'peer', 1.4, 1.15),
         ('ck-brlock', 'peer', 0.8, 0.05), ('urcu-memb', 'floor', 0.3, 0.0)]
NOTES = [('weir-rwmutex', 'weir', 0.9, 0.0), ('weir-mutex', 'weir', 1.0, 0.9),
         ('pthread-rwlock', 'peer', 2.2, 1.25),
         ('pthread-mutex', 'baseline', 1.3, 1.0),
         ('pthread-mutex-again', 'again', 1.3, 1.0)]
CHANS = [('weir', 'weir', 1.0, 1.0), ('twin', 'baseline', 1.7, 2.6),
         ('twin-again', 'again', 1.7, 2.6), ('go', 'peer', 1.9, 2.2),
         ('crossbeam', 'peer', 0.9, 1.1), ('moodycamel', 'peer', 0.8, 0.8)]


def sig(value, digits=5):
    return float(f'{value:.{digits}g}')


def interval(values):
    values = sorted(values)
    cut = max(0, len(values) // 2 - 1 - int(math.sqrt(len(values))))
    return {'median': sig(values[len(values) // 2]), 'low': sig(values[cut]),
            'high': sig(values[-1 - cut]), 'n': len(values)}


def topology(machine):
    packages, nodes, l3s, cores, smt = MACHINES[machine][1]
    pus, core, l2 = [], 0, 0
    for group in range(packages * nodes * l3s):
        for _ in range(cores):
            pus += [{'core': core, 'l2': l2, 'l3': group, 'die': group // l3s,
                     'package': group // (nodes * l3s),
                     'node': group // l3s, 'kind': 0} for _ in range(smt)]
            core, l2 = core + 1, l2 + 1
    if machine == 'hybrid':
        for small in range(8):
            pus.append({'core': core + small, 'l2': l2 + small // 4, 'l3': 0,
                        'die': 0, 'package': 0, 'node': 0, 'kind': 1})
    for os, pu in enumerate(pus):
        pu['os'] = os
    members = {}
    for pu in pus:
        members.setdefault(pu['node'], []).append(pu['os'])
    if machine == 'hybrid':
        pus = [pu for pu in pus if pu['os'] not in (3, 21)]
    kinds = [{'name': 'performance', 'efficiency': 1},
             {'name': 'efficient', 'efficiency': 0}]
    return {'source': 'synthetic', 'pus': pus,
            'nodes': [{'os': n, 'pus': m, 'bytes': 64 << 30}
                      for n, m in members.items()],
            'kinds': kinds if machine == 'hybrid' else [], 'hwloc_xml': ''}


def near(a, b):
    for key, name in (('core', 'same-core'), ('l2', 'same-l2'),
                      ('l3', 'same-l3'), ('node', 'same-package'),
                      ('package', 'other-node')):
        if a[key] == b[key]:
            return name
    return 'other-package'


def trips(machine, pus, luck):
    cost, out = MACHINES[machine][2], []
    for i, a in enumerate(pus):
        for b in pus[i + 1:]:
            kind = near(a, b)
            least = cost[kind] * luck.uniform(0.93, 1.07)
            out.append({'a': a['os'], 'b': b['os'], 'class': kind,
                        'min_ns': sig(least, 4),
                        'p50_ns': sig(least * luck.uniform(1.02, 1.3), 4)})
    return out


def index_of(ticks):
    if ticks < 128:
        return int(ticks)
    top = int(ticks).bit_length() - 1
    return (top - 6) * 128 + ((int(ticks) >> (top - 7)) & 127)


def histogram(luck, middle, tail, samples=200000):
    """Three humps: quick ones, waits, and those who met the scheduler."""
    counts = {}
    parts = ((0.9, middle, 0.35, 300), (0.0985, middle * tail, 0.7, 150),
             (0.0015, 2e6, 0.6, 40))
    for share, centre, width, draws in parts:
        for _ in range(draws):
            ns = centre * math.exp(luck.gauss(0, width))
            at = min(index_of(ns), 4223)
            counts[at] = counts.get(at, 0) + int(share * samples / draws)
    counts = {k: v for k, v in sorted(counts.items()) if v}
    return {'ns_per_tick': 1.0,
            'counts': ','.join(f'{k}:{v}' for k, v in counts.items())}


class Maker:
    def __init__(self, machine, small):
        self.luck = random.Random(machine)
        self.machine, self.small = machine, small
        self.topology = topology(machine)
        self.pus = self.topology['pus']
        self.far = max(MACHINES[machine][2].values(), default=1100)
        self.cells, self.rows = [], []
        self.rounds = 6 if small else 11

    def add(self, name, workers, contenders, time_of, **more):
        """time_of(fast, slow) -> ns of a contender by its two constants."""
        place = more.get('place', 'compact')
        cell = {'name': name, 'family': more['family'],
                'title': more['title'], 'unit': more.get('unit', 'ns/op'),
                'params': dict(p.split('=', 1) for p in name.split('/')
                               if '=' in p and not p.startswith('place=')),
                'place': {'name': place, 'memory': 'local', 'node': -1,
                          'pus': [p['os'] for p in self.pus[:workers]]},
                'workers': workers, 'bound': workers <= len(self.pus),
                'rounds': self.rounds, 'counted': self.rounds,
                'moved': self.luck.choice((0, 0, 0, 1, 3)),
                'noisy': self.luck.choice((0, 0, 0, 0, 2)), 'steady': True,
                'line_trip_ns': self.far if workers > 1 else 0,
                'spread': 0.011, 'drift': {'rho': 0.1, 'p': 0.7},
                'noise': {'foreign_cpus': 0.01, 'steal': 0.0,
                          'run_delay': 0.002, 'throttled': 0}}
        samples = {c[0]: [time_of(c[2], c[3]) * math.exp(
            self.luck.gauss(0, 0.02)) for _ in range(self.rounds)]
            for c in contenders}
        base = next(c[0] for c in contenders if c[1] == 'baseline')
        cell['baseline'] = base
        cell['results'] = [self.contender(cell, c, samples, base, more)
                           for c in contenders]
        again = [r for r in cell['results'] if r['role'] == 'again']
        cell['again'] = again[0].get('ratio') if again else None
        self.cells.append(cell)

    def contender(self, cell, contender, samples, base, more):
        impl, role, _, slow = contender
        name, ns = f'{cell["name"]}/impl={impl}', samples[impl]
        for i, value in enumerate(ns):
            self.rows.append({
                'name': name, 'run_name': name, 'run_type': 'iteration',
                'repetition_index': i, 'iterations': 1, 'time_unit': 'ns',
                'real_time': sig(value), 'cpu_time': sig(value)})
        out = {'impl': impl, 'role': role, 'version': '0.0',
               'flags': '-O3', 'void_samples': 0}
        if role == 'floor':
            out['note'] = 'another contract: readers are never kept out'
        if self.luck.random() < 0.01 and role == 'peer':
            return {**out, 'void_samples': self.rounds, 'verdict': 'void',
                    'void_reason': 'its time limit of 2 s ran out'}
        ratio = interval([a / b for a, b in zip(ns, samples[base])])
        middle, threads = sorted(ns)[len(ns) // 2], cell['workers']
        out.update(ns=interval(ns), ratio=ratio, p=0.001, p_holm=0.03,
                   verdict=self.verdict(role, ratio),
                   cpus=sig(min(threads, len(self.pus)) * 0.97),
                   cpu_ns=sig(middle * min(threads, 64)), overlap=0.99,
                   share=sig(max(0.02, 1 - 0.12 * slow *
                                 math.log2(threads + 1) / 3)),
                   gini=sig(0.02 * slow * math.log2(threads + 1)))
        if 'bytes' in more:
            out['bytes'] = more['bytes'](impl)
        if more.get('waits'):
            self.waits(out, middle * max(1, threads * 0.4), 3 + 5 * slow)
        return out

    def waits(self, out, middle, tail):
        out.update(p50_ns=sig(middle), p99_ns=sig(middle * tail * 1.6),
                   p999_ns=sig(2.2e6 if tail > 9 else middle * tail * 4),
                   max_ns=sig(8e6))
        if not self.small:
            out['hist'] = histogram(self.luck, middle, tail)

    @staticmethod
    def verdict(role, ratio):
        if role in ('baseline', 'floor'):
            return role
        if role == 'again' or ratio['low'] <= 1 <= ratio['high'] or \
                abs(ratio['median'] - 1) < 0.033:
            return 'same'
        return 'faster' if ratio['median'] < 1 else 'slower'


def threads_of(count):
    out, n = [], 1
    while n < count:
        out.append(n)
        n *= 2
    return [*out, count, 4 * count]


def add_locks(make):
    cpus = len(make.pus)
    for threads in threads_of(cpus):
        over = max(1.0, threads / cpus)
        for cs in ('0ns', '100ns', '2000ns'):
            length = float(cs[:-2])
            if make.small and cs == '100ns':
                continue
            make.add(f'mutex/threads={threads}/cs={cs}', threads, LOCKS,
                     lambda fast, slow: 14 * fast + length + (
                         threads > 1) * make.far * 0.5 * (
                             0.6 + slow * math.log2(threads + 1) / 3 *
                             (1 + (slow > 1.4) * (over - 1) * 20)),
                     family='Mutex', waits=threads > 1,
                     title='Threads lock one mutex and hold it for a while; '
                           'one operation is one lock and unlock.')


def add_readers(make):
    cpus = len(make.pus)
    for writes in ('100', '50', '10', '1', '0.1', '0.01', '0'):
        if make.small and writes in ('100', '0.01'):
            continue
        w = float(writes) / 100
        for threads in threads_of(cpus):
            make.add(f'rw/writes={writes}%/threads={threads}', threads, PAIRS,
                     lambda fast, slow: 9 * fast / min(threads, cpus) + (
                         threads > 1) * make.far * (
                             slow * 0.4 + w ** 0.8 * (2.2 - slow) +
                             0.1 * slow * math.log2(threads)),
                     family='Readers and writers', waits=threads > 1,
                     title='Every thread reads two words under a lock, and '
                           'writes both in the given share of its operations.')


def add_notes(make):
    for power in range(0, 20, 3 if make.small else 1):
        readers = 2 ** power
        make.add(f'notes/readers={readers}', min(readers + 1, 257),
                 NOTES,
                 lambda fast, slow: 40000 + readers * (
                     60 * fast + 80 * slow + 700 / (readers ** 0.3)),
                 family='RWMutex against Mutex, the notes\' sweep',
                 unit='ns/test', title='One producer locks five times, every '
                                       'reader once; one operation is a test.')


def add_channels(make):
    kinds = MACHINES[make.machine][2]
    for what in ('pair/cap=1024', 'try-empty/cap=64', 'make-free/cap=1'):
        make.add(f'chan/{what}', 1, CHANS, lambda fast, slow: 18 * fast,
                 family='Channel, one thread',
                 title='One thread alone; one operation is one call or two.')
    places = list(kinds) + ['same-cpu']
    for place in places:
        cost = kinds.get(place, 2500)
        for cap in (0, 1, 64, 1024):
            make.add(f'chan/1p1c/cap={cap}/place={place}', 2, CHANS,
                     lambda fast, slow: 14 * fast + cost * slow * 3 / (
                         1 + cap) ** 0.6, place=place,
                     family='Channel, streams',
                     title='Producers send, consumers receive; one operation '
                           'is one message.')
        make.add(f'chan/pingpong/cap=1/place={place}', 2, CHANS,
                 lambda fast, slow: 80 + cost * (1 + slow), place=place,
                 family='Channel, ping-pong round trips', waits=True,
                 title='There and back through two channels.')
    side, sides = 1, []
    while side * 2 <= max(len(make.pus), 2):
        sides.append(side * 2)
        side *= 2
    for side in sides:
        for cap in (1, 64, 1024):
            make.add(f'chan/{side}p{side}c/cap={cap}/place=compact', 2 * side,
                     CHANS, lambda fast, slow: 16 * fast + make.far * slow *
                     0.3 * math.log2(side + 2) / (1 + cap) ** 0.2,
                     family='Channel, streams',
                     title='Producers send, consumers receive; one operation '
                           'is one message.')
    for size in (8, 64, 256, 1024):
        make.add(f'chan/2p2c/cap=64/size={size}/place=compact', 4, CHANS,
                 lambda fast, slow: 20 * fast + slow * (60 + size * 0.12),
                 family='Channel, element sizes',
                 title='As streams, with larger messages.')


def add_rest(make):
    for rate in (100000, 300000, 1000000, 2000000):
        make.add(f'chan/open/rate={rate}', 2, CHANS,
                 lambda fast, slow: (300 + 200 * slow) * (
                     1 + (rate / 2.4e6) ** 4 * 6 * slow), waits=True,
                 family='Channel, open loop', unit='ns p50',
                 title='Messages leave on a schedule; latency counts from '
                       'when each was due.')
    sizes = {'weir': 16, 'pthread': 40, 'pthread-adaptive': 40, 'ck-fas': 4,
             'ck-ticket': 8, 'nsync': 16, 'pthread-again': 40}
    make.add('memory/mutex', 1, LOCKS, lambda fast, slow: 30 * fast,
             family='Memory', unit='bytes/object', bytes=sizes.get,
             title='Bytes of one object.')


def context(machine, make):
    cpus = len(make.pus)
    return {
        'date': '20260101T000000Z', 'host_name': 'redacted',
        'executable': 'weir-bench', 'num_cpus': cpus, 'mhz_per_cpu': 3000,
        'json_schema_version': 1, 'weir_schema': '2',
        'cpu_model': f'Synthetic {MACHINES[machine][0]}',
        'cpus': f'{cpus} CPUs', 'kernel': '6.1.0-synthetic',
        'governor': 'powersave', 'hypervisor': 'none seen',
        'cpuset': f'{cpus} of {cpus} online CPUs', 'cgroup_quota': 'none',
        'compiler': 'gcc 12.2.0', 'compiler_flags': '-O3',
        'weir_version': '0.1.0', 'weir_git': 'synthetic',
        'libc': 'glibc 2.36', 'noise': '0.2 % of the time lost: quiet'}


def make_file(machine, small=False):
    make = Maker(machine, small)
    add_readers(make)
    add_notes(make)
    add_channels(make)
    add_locks(make)
    add_rest(make)
    absent = [c for c in ('same-core', 'same-l2', 'same-l3', 'other-node',
                          'other-package') if c not in MACHINES[machine][2]]
    return {
        'context': context(machine, make), 'benchmarks': make.rows,
        'weir': {
            'schema': 2, 'synthetic': True, 'complete': True,
            'depth': 'quick' if small else 'full', 'seed': 1,
            'rounds': make.rounds, 'window_ns': 30000000, 'took_s': 211.5,
            'command': '--seed 1', 'pairs': {}, 'topology': make.topology,
            'core_to_core': trips(machine, make.pus, make.luck),
            'primitives': [{'name': 'pause', 'ns': 14.2},
                           {'name': 'fetch_add_owned', 'ns': 5.1},
                           {'name': 'clock_gettime', 'ns': 21.0},
                           {'name': 'syscall', 'ns': 110.0},
                           {'name': 'futex_wake_nobody', 'ns': 160.0},
                           {'name': 'membarrier', 'ns': 2100.0}],
            'cells': make.cells,
            'omitted': ['chan/32p32c/cap=1/place=spread'],
            'not_applicable': [f'place={c}: this machine has no such pair'
                               for c in absent],
            'peers': [{'name': 'ck', 'version': '0.7.1', 'flags': '-O3'},
                      {'name': 'go', 'version': '1.22', 'flags': ''}],
            'missing': ['crossbeam: no cargo'],
            'warnings': ['synthetic: nobody measured these numbers',
                         "the CPU governor is 'powersave': set 'performance' "
                         'for steady clocks']}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('machine', choices=MACHINES)
    parser.add_argument('-o', metavar='FILE', default='-')
    parser.add_argument('--small', action='store_true')
    given = parser.parse_args()
    text = json.dumps(make_file(given.machine, given.small),
                      separators=(',', ':')) + '\n'
    if given.o == '-':
        sys.stdout.write(text)
    else:
        with open(given.o, 'w', encoding='utf-8') as file:
            file.write(text)


if __name__ == '__main__':
    main()
