# SPDX-License-Identifier: MIT
"""What is known of a run besides its figures, and in what two runs differ."""
import math
import re

from . import stats

# (heading, [(key of context, its name)]); the first group tells machines apart.
GROUPS = (
    ('machine', (('cpu_model', 'CPU'), ('cpu_stepping', 'stepping'),
                 ('microcode', 'microcode'), ('machine', 'architecture'),
                 ('hypervisor', 'hypervisor'))),
    ('build', (('weir_version', 'weir'), ('weir_git', 'commit'),
               ('compiler', 'compiler'), ('compiler_flags', 'flags'),
               ('weir_build_type', 'build'), ('libraries', 'libraries'),
               ('library_version', 'Google Benchmark'), ('libc', 'libc'))),
    ('system', (('kernel', 'kernel'), ('governor', 'governor'),
                ('turbo', 'turbo'), ('clocksource', 'clock'),
                ('transparent_hugepages', 'huge pages'),
                ('numa_balancing', 'NUMA balancing'),
                ('mitigations', 'mitigations'))),
    ('limits', (('cpuset', 'CPUs allowed'), ('cgroup_quota', 'cgroup quota'),
                ('cpus', 'CPUs seen'), ('cpu_caches', 'caches'),
                ('numa_nodes', 'memory nodes'),
                ('topology_source', 'topology by'))),
)
MACHINE = ('cpu_model', 'cpu_stepping', 'machine', 'hypervisor')
# Differ always, or are told in another way.
VOLATILE = re.compile('date|host_name|load.*|caches|cost_.*|noise|num_cpus|'
                      'mhz_per_cpu|executable|json_schema.*|weir_schema|tsc|'
                      'cgroup_verdict|psi.*|.*_before|.*_after|uptime.*')
KNOWN = {key for _, keys in GROUPS for key, _ in keys}
TRIP_MOVED = 1.25     # what is told of a machine's round trips
PRIMITIVE_MOVED = 1.1


def online(result):
    """CPUs of the machine, also where the run might use only some."""
    found = re.search(r'of (\d+) online', str(result.context.get('cpuset')))
    return int(found[1]) if found else len(result.weir['topology']['pus'])


def machine_of(result):
    """What two runs of one machine have in common."""
    known = [str(result.context.get(key, '')) for key in MACHINE]
    return (*known, online(result))


def cpus_of(result):
    return tuple(sorted(p['os'] for p in result.weir['topology']['pus']))


def settings_of(result):
    """All that must be equal for runs to be repeats of one another."""
    stated = tuple((key, str(result.context.get(key, '')))
                   for key in sorted(result.context)
                   if key in KNOWN or not VOLATILE.fullmatch(key))
    return (stated, cpus_of(result), result.weir['depth'],
            result.weir['window_ns'], peers_of(result))


def peers_of(result):
    return ', '.join(sorted(
        ' '.join(filter(None, (p['name'], p.get('version'), p.get('flags'))))
        for p in result.weir.get('peers') or ()))


def ranges(numbers):
    """(0, 1, 2, 5) -> '0-2,5'"""
    out = []
    for n in sorted(numbers):
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ','.join(f'{a}-{b}' if a < b else f'{a}' for a, b in out)


def trips_of(result):
    """{class: median round trip} over all pairs of CPUs."""
    by_class = {}
    for trip in result.weir.get('core_to_core') or ():
        by_class.setdefault(trip['class'], []).append(trip['p50_ns'])
    return {near: stats.median(ns) for near, ns in by_class.items()}


def primitives_of(result):
    return {p['name']: p['ns'] for p in result.weir.get('primitives') or ()}


def fetch_add_of(result):
    """What one owned read-modify-write costs, or None."""
    known = primitives_of(result)
    stated = result.context.get('cost_fetch_add_owned_ns', '')
    for value in (known.get('fetch_add_owned'), stated):
        try:
            if value and 0 < float(value) < 1e6:
                return float(value)
        except (TypeError, ValueError):
            pass
    return None


def options_of(result):
    """Without what differs between any two runs."""
    return re.sub(r'--(seed|out|json)[ =]\S+ ?', '',
                  result.weir.get('command') or '').strip()


def run_rows(results):
    """How the runs were made: always worth a line when it differs."""
    yield 'CPUs used', [ranges(cpus_of(r)) for r in results]
    yield 'depth', [r.weir['depth'] for r in results]
    yield 'options', [options_of(r) for r in results]
    yield 'rounds', [str(r.weir['rounds']) for r in results]
    yield 'window', [f'{r.weir["window_ns"] / 1e6:g} ms' for r in results]
    yield 'peers', [peers_of(r) for r in results]
    yield 'complete', ['yes' if r.weir['complete'] else 'no: ended early'
                       for r in results]
    classes = sorted({near for r in results for near in r.weir.get('pairs')
                      or ()})
    for near in classes:
        yield f'pair {near}', [
            ','.join(map(str, (r.weir.get('pairs') or {}).get(near, ['none'])))
            for r in results]


def state_rows(results):
    """What the machine did: told when the runs saw something else."""
    yield 'noise', [str(r.context.get('noise', 'unknown')) for r in results]
    yield 'load', [str(r.context.get('load', 'unknown')) for r in results]
    for near in sorted({n for r in results for n in trips_of(r)}):
        trips = [trips_of(r).get(near) for r in results]
        if apart(trips, TRIP_MOVED):
            yield f'line trip {near}', [ns_text(t) for t in trips]
    for name in sorted({n for r in results for n in primitives_of(r)}):
        costs = [primitives_of(r).get(name) for r in results]
        if apart(costs, PRIMITIVE_MOVED):
            yield name.replace('_', ' '), [ns_text(c) for c in costs]


def apart(values, factor):
    known = [v for v in values if v]
    return len(known) < len(values) or max(known) > factor * min(known)


def ns_text(ns):
    if ns is None:
        return 'unknown'
    for unit, size in (('s', 1e9), ('ms', 1e6), ('us', 1e3)):
        if ns >= size:
            return f'{ns / size:.3g} {unit}'
    return f'{ns:.3g} ns'


def differences(results):
    """[(group, name, [value per result])] of what differs, machine first."""
    out = []
    for group, keys in GROUPS:
        for key, name in keys:
            values = [str(r.context.get(key, 'unknown')) for r in results]
            out.append((group, name, values))
    others = sorted({k for r in results for k in r.context
                     if k not in KNOWN and not VOLATILE.fullmatch(k)})
    for key in others:
        out.append(('other', key.replace('_', ' '), [
            str(r.context.get(key, 'unknown')) for r in results]))
    out += [('run', *row) for row in run_rows(results)]
    out += [('state', *row) for row in state_rows(results)]
    return [row for row in out if len(set(row[2])) > 1]


def moved_trips(a, b):
    """[(class, before, after)] of round trips that are another machine's."""
    before, after = trips_of(a), trips_of(b)
    return [(near, before[near], after[near]) for near in sorted(before)
            if near in after and abs(math.log(after[near] / before[near])) >
            math.log(TRIP_MOVED)]


def day_of(result):
    """'2026-01-31', or what the file has."""
    date = result.context['date']
    return re.sub(r'(\d{4})(\d\d)(\d\d)T\d{6}Z', r'\1-\2-\3', date)


def title_of(result):
    """One line that tells a run from others."""
    model = result.context['cpu_model']
    when = re.sub(r'(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ',
                  r'\1-\2-\3 \4:\5', result.context['date'])
    return (f'{model}, {len(cpus_of(result))} of {online(result)} CPUs, '
            f'{result.weir["depth"]}, commit {result.context["weir_git"]}, '
            f'{when}')
