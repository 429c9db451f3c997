# SPDX-License-Identifier: MIT
"""The machine: its card, a drawing of its CPUs, how far they are from each
other, and what its primitives take."""
from . import charts, maps
from .axes import log_spread
from .svg import (bytes_text, clean, esc, number, plain, tag, time_text,
                  trimmed)
from .view import array, table, whole, word

# What the card shows first, and in which words; the rest follows.
FACTS = (('cpu_model', 'CPU'), ('cpus', 'has'), ('cpu_caches', 'caches'),
         ('numa_nodes', 'memory nodes'), ('tsc', 'cycle counter'),
         ('governor', 'governor'), ('hypervisor', 'hypervisor'),
         ('cpuset', 'may use'), ('cgroup_quota', 'CPU quota'),
         ('cgroup_verdict', 'limits'), ('noise', 'noise'), ('load', 'load'),
         ('kernel', 'kernel'), ('libc', 'C library'), ('compiler', 'compiler'),
         ('compiler_flags', 'flags'), ('weir_version', 'weir'),
         ('weir_git', 'commit'), ('libraries', 'libraries'))
MORE = ('cpu_stepping', 'microcode', 'machine', 'clocksource',
        'transparent_hugepages', 'numa_balancing', 'weir_build_type',
        'topology_source', 'preempt', 'hz', 'turbo', 'mitigations')
MAP_MOST = 48   # CPUs of a map with one shape for each pair
TEXT_MOST = 32  # CPUs of a map with figures in it
LEVELS = ('package', 'node', 'die', 'l3', 'l2', 'core')
NAMES = {'package': 'package', 'node': 'node', 'die': 'die', 'l3': 'L3',
         'l2': 'L2', 'core': 'core'}


def facts_of(view):
    known = [key for key, _ in FACTS]
    rest = [(k, k.replace('_', ' ')) for k in sorted(view.context)
            if k in MORE or (k not in known and isinstance(
                view.context[k], str) and not k.startswith('cost_') and
                k not in ('date', 'host_name', 'executable', 'weir_schema',
                          'library_build_type', 'library_version'))]
    return [(name, view.fact(key)) for key, name in (*FACTS, *rest)
            if view.fact(key) and view.fact(key) != 'unknown']


def card(view):
    def rows_of(facts):
        return tag('dl', *(tag('div', tag('dt', esc(n)), tag('dd', esc(v)))
                           for n, v in facts), class_='facts')
    facts = facts_of(view)
    main = [f for f in facts if f[0] in dict(FACTS).values()]
    more = [f for f in facts if f not in main]
    return rows_of(main) + (tag('details', tag('summary', 'More facts'),
                                rows_of(more)) if more else '')


# The drawing.  Boxes in boxes; a level that divides nothing, or that is the
# same as the one inside, adds its name to a box and no box of its own.

def ids_of(pus, level):
    return list(dict.fromkeys(whole(p.get(level)) for p in pus))


def box(pus, levels, view, labels=()):
    """One box of a level: what is in it, by the levels below."""
    levels = list(levels)
    while levels and len(ids_of(pus, levels[0])) == 1:
        one = ids_of(pus, levels[0])[0]
        small = levels[0] == 'l2' and len(view.pus) > 16 and \
            len(ids_of(pus, 'core')) == 1
        if one is not None and one >= 0 and levels[0] != 'core' and not small:
            labels = (*labels, f'{NAMES[levels[0]]} {one}')
        levels.pop(0)
    kind = 'core' if not levels or levels == ['core'] else 'group'
    if not levels:
        inside = ''.join(one_pu(p, view) for p in pus)
    else:
        groups = {}
        for p in pus:
            groups.setdefault(whole(p.get(levels[0])), []).append(p)
        named = levels[0] != 'core' and not (
            levels[0] == 'l2' and len(view.pus) > 16 and
            len(groups) == len(ids_of(pus, 'core')))
        inside = ''.join(box(group, levels[1:], view, (
            f'{NAMES[levels[0]]} {at}',) if named and at is not None and
            at >= 0 else ()) for at, group in groups.items())
    head = tag('span', esc(' · '.join(labels)), class_='where') if labels \
        else ''
    return tag('div', head, tag('div', inside, class_='in'),
               class_='box ' + kind)


def one_pu(pu, view):
    kind = whole(pu.get('kind'))
    class_ = 'pu' + (f' q{kind % 4}' if kind is not None and kind > 0 else '')
    place = ', '.join(f'{NAMES[k]} {whole(pu.get(k))}' for k in LEVELS
                      if (at := whole(pu.get(k))) is not None and at >= 0)
    os = whole(pu.get('os'))
    return tag('i', esc(os), class_=class_, title=f'CPU {os}: {place}')


def forbidden(view):
    """CPUs that a memory node has, and this run could not use."""
    allowed = {whole(p.get('os')) for p in view.pus}
    known = {whole(n) for node in array(view.topology.get('nodes'))
             for n in array(table(node).get('pus'))}
    return sorted(n for n in known - allowed if n is not None)


def memory_line(view):
    parts = []
    for node in map(table, array(view.topology.get('nodes'))):
        size, cpus = number(node.get('bytes')), len(array(node.get('pus')))
        if whole(node.get('os')) is None:
            continue
        parts.append(f'node {whole(node.get("os"))}: '
                     f'{bytes_text(size) if size else "memory not told"}' +
                     ('' if cpus else ', no CPU of its own'))
    if len(parts) > 8:
        parts = [*parts[:8], f'and {len(parts) - 8} more nodes']
    return 'Memory – ' + '; '.join(parts) + '.' if parts else ''


def kinds_key(view):
    kinds = [clean(word(table(k).get('name')) or f'kind {i}', 30)
             for i, k in enumerate(array(view.topology.get('kinds')))]
    used = {whole(p.get('kind')) for p in view.pus}
    out = [tag('span', tag('i', class_='pu key' + (f' q{i % 4}' if i else '')),
               esc(name), class_='entry')
           for i, name in enumerate(kinds) if i in used]
    if len(out) < 2:
        out = []
    if forbidden(view):
        out.append(tag('span', tag('i', class_='pu key off'),
                       'not allowed to this run', class_='entry'))
    return tag('p', *out, class_='legend') if out else ''


def drawing(view):
    if not view.pus:
        return ''
    order = sorted(view.pus, key=lambda p: [whole(p.get(k)) or 0
                                            for k in (*LEVELS, 'os')])
    body = box(order, LEVELS, view)
    off = forbidden(view)
    if off:
        inside = ''.join(tag('i', esc(n), class_='pu off', title=f'CPU {n}: '
                             'not allowed') for n in off[:512])
        body += tag('div', tag('span', 'not allowed', class_='where'),
                    tag('div', inside, class_='in'), class_='box group')
    size = ' many' if len(view.pus) > 64 else ''
    source = word(view.topology.get('source'))
    return charts.figure(
        'Topology', kinds_key(view) + tag('div', body, class_='topo' + size),
        f'Each square is one CPU (hardware thread) by its Linux number; boxes '
        f'share what their label says. {memory_line(view)}' +
        (f' Source: {source}.' if source else ''))


# Core to core.

def ordered(view):
    """OS numbers in the order of the drawing, and where groups begin."""
    pus = sorted(view.pus, key=lambda p: [whole(p.get(k)) or 0
                                          for k in (*LEVELS, 'os')])
    borders = []
    for i, (a, b) in enumerate(zip(pus, pus[1:]), 1):
        differ = [k for k in LEVELS if a.get(k) != b.get(k)]
        if not differ:
            continue
        weight = {'package': 3, 'node': 2, 'die': 2, 'l3': 1}.get(differ[0])
        if weight:
            borders.append((i, weight))
    return [whole(p.get('os')) for p in pus], borders


def trips_of(view):
    """{(a, b): (min, p50, class)}, each pair both ways."""
    out = {}
    for trip in map(table, array(view.weir.get('core_to_core'))):
        a, b = whole(trip.get('a')), whole(trip.get('b'))
        least, middle = number(trip.get('min_ns')), number(trip.get('p50_ns'))
        if None not in (a, b, middle):
            value = (least, middle, word(trip.get('class')))
            out[a, b] = out[b, a] = value
    return out


def trip_map(cpus, trips, which, scale, borders):
    names = [str(c) for c in cpus]
    title = ('Quickest batch', 'Median')[which] + ', ns there and back'
    if len(cpus) > MAP_MOST:
        rows = [[None if a == b or trips.get((a, b), (None,) * 2)[which] is None
                 else maps.heat_of(trips[a, b][which], *scale)
                 for b in cpus] for a in cpus]
        return maps.raster_map(rows, title, 560, borders)

    def cell(a, b):
        value = trips.get((a, b), (None, None, ''))[which]
        if a == b or value is None:
            return ''
        words = plain(float(f'{value:.3g}')) if value < 100 \
            else f'{value:.0f}'
        if len(words) > 3 and len(cpus) > 12:
            words = f'{value:.0f}'
        tip = f'{a} – {b}: {time_text(value)}, {trips[a, b][2]}' \
            if len(cpus) <= TEXT_MOST else ''
        return maps.sequential_heat(value, *scale, words if len(cpus) <=
                                      TEXT_MOST else '', tip)
    width = 300 if len(cpus) <= 4 else 420 if len(cpus) <= 12 else 560
    return maps.heat_map(names, names, [[cell(a, b) for b in cpus]
                                          for a in cpus], title, width,
                           borders)


def class_table(trips):
    classes = {}
    for (a, b), value in trips.items():
        if a < b:
            classes.setdefault(value[2] or '?', []).append(value)
    rows = []
    for name, values in sorted(classes.items(),
                               key=lambda kv: sorted(v[1] for v in kv[1])):
        least = [v[0] for v in values if v[0] is not None]
        middle = sorted(v[1] for v in values)
        texts = (name, f'{len(values)}', time_text(min(least)) if least
                 else '–', time_text(middle[len(middle) // 2]),
                 time_text(middle[-1]))
        rows.append(tag('tr', *(tag('td', esc(t)) for t in texts)))
    head = ''.join(tag('th', t) for t in ('the two share', 'pairs',
                                          'quickest', 'median', 'slowest'))
    return tag('div', tag('table', tag('thead', tag('tr', head)),
                          tag('tbody', *rows)), class_='wide')


def core_to_core(view):
    trips = trips_of(view)
    if not trips:
        return ''
    cpus, borders = ordered(view)
    met = {c for pair in trips for c in pair}
    measured, all_pairs = len(trips) // 2, len(cpus) * (len(cpus) - 1) // 2
    sparse = measured < 0.5 * all_pairs and len(cpus) > 12
    if sparse:  # too many CPUs to try all: those that were tried
        cpus = [c for c in cpus if c in met]
        borders = []
    values = [v for t in trips.values() for v in t[:2] if v and v > 0]
    scale = maps.wide_enough(min(values), max(values))
    wide = 'wide map' if 12 < len(cpus) <= MAP_MOST else None
    both = [charts.figure(name, tag('div', trip_map(
        cpus, trips, which, scale, borders), class_=wide))
        for which, name in enumerate(('Quickest batch', 'Median'))
        if any(t[which] for t in trips.values())]
    note = f'{measured} of {all_pairs} pairs were measured. ' \
        if measured < all_pairs else ''
    key = maps.heat_scale(*scale, time_text, 'round trip of a line, log') \
        if len(trips) > 2 else ''
    return (tag('p', 'Two threads pass one cache line to and fro: the round '
                'trip, by the CPUs that they are bound to. ' + note +
                'Heavier gaps divide what shares less.', class_='lead') +
            tag('div', *both, class_='pair') + key + class_table(trips))


def primitives(view):
    rows = []
    for one in map(table, array(view.weir.get('primitives'))):
        name, ns = word(one.get('name')), number(one.get('ns'))
        if name:
            rows.append((name.replace('_', ' '), ns))
    if not rows:
        return ''
    timed = [ns for _, ns in rows if ns is not None and ns > 0]
    axis = log_spread(timed, 'time of one, log',
                      lambda v: time_text(v, trimmed))
    dots = [charts.Row(name, [charts.Dot(ns, None, None, 0, f'{name}: '
                                         f'{time_text(ns)}')] if ns and ns > 0
                       else [], time_text(ns) if ns and ns > 0 else 'refused')
            for name, ns in sorted(rows, key=lambda r: r[1] or 0)]
    return charts.figure('', charts.dot_plot(dots, axis, 'primitives', 460),
                         'One thread alone. Costs elsewhere on this page are '
                         'made of these: read them first.')

