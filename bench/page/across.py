# SPDX-License-Identifier: MIT
"""Different machines side by side, by what can be compared at all.

Nanoseconds of two machines are never set against each other.  What is: ratios
to each machine's own baseline; costs in units of each machine's own primitives
(an owned fetch_add for one thread alone, a line's round trip for several);
scaling efficiency, throughput(k) / (k * throughput(1)); and the penalty of a
place, its time over the nearest place's time.
"""
import re

from . import facts, stats
from .charts import (Dot, Inks, Point, Row, Rule, Series, dot_plot, legend,
                     line_chart)
from .axes import log_spread, log2_spread, linear_spread
from .doc import SOFT, Chart, Section, Table
from .svg import plain

MOST = 30                     # rows of a table without --all
# Places of pairs, the nearest first; hybrids add ":PE" and the like.
NEAREST = ('same-core', 'same-l2', 'same-l3', 'same-die', 'same-node',
           'same-package', 'other-package')
COUNTS = ('threads', 'pairs')  # parameters that a series runs over


class Machine:
    """A run with its letter and an index of its cells."""

    def __init__(self, letter, result):
        self.letter = letter
        self.result = result
        self.cells = {cell['name']: cell for cell in result.cells}
        self.add = facts.fetch_add_of(result)

    def contender(self, name, impl):
        cell = self.cells.get(name) or {'results': ()}
        found = [r for r in cell['results'] if r['impl'] == impl]
        usable = found and found[0].get('ns') and \
            found[0].get('verdict') != 'void'
        return found[0] if usable else None

    def ns(self, name, impl):
        found = self.contender(name, impl)
        return found['ns']['median'] if found else None


def common(machines):
    """Names of the cells that all have, in the first one's order."""
    return [name for name in machines[0].cells
            if all(name in m.cells for m in machines[1:])]


def ours(machines, names, roles=('weir',)):
    """[(cell, impl)] of the roles that all machines measured."""
    return [(name, r['impl']) for name in names
            for r in machines[0].cells[name]['results'] if r['role'] in roles
            and all(m.contender(name, r['impl']) for m in machines)]


def wide_interval(machine, name, impl):
    """The ratio's interval, not narrower than the A/A spread of its cell."""
    ratio = (machine.contender(name, impl) or {}).get('ratio')
    if not ratio:
        return None
    spread = 1 + 3 * (machine.cells[name].get('spread') or 0)
    return (min(ratio['low'], ratio['median'] / spread),
            max(ratio['high'], ratio['median'] * spread))


def are_apart(machines, name, impl):
    ends = [wide_interval(m, name, impl) for m in machines]
    ends = [e for e in ends if e]
    return len(ends) > 1 and max(e[0] for e in ends) > min(e[1] for e in ends)


def spread_of(values):
    known = [v for v in values if v]
    return max(known) / min(known) if len(known) > 1 else 1.0


def table(machines, rows, every, unit, more=()):
    """rows: [(name, [value per machine], tone, *more)]; the furthest apart
    first, the rest for --all."""
    rows = sorted(rows, key=lambda row: -spread_of(row[1]))
    kept = rows if every else rows[:MOST]
    out = [Table(['', *(m.letter for m in machines), *more],
                 [[name, *(plain(v) + unit if v else '–' for v in values),
                   *extra] for name, values, _, *extra in kept],
                 [tone for _, _, tone, *_ in kept])]
    if len(kept) < len(rows):
        out.append(f'{len(rows) - len(kept)} more rows: --all.')
    return out


def ratio_rows(machines, pairs):
    for name, impl in pairs:
        known = [(m.contender(name, impl).get('ratio') or {}).get('median')
                 for m in machines]
        if all(known):
            far = are_apart(machines, name, impl)
            yield (f'{name}/impl={impl}', known, '' if far else SOFT,
                   'apart' if far else '~')


def ratios(machines, pairs, every):
    rows = list(ratio_rows(machines, pairs))
    if not rows:
        return []
    means = ', '.join(
        f'{m.letter} {plain(stats.geometric_mean([r[1][i] for r in rows]))}×'
        for i, m in enumerate(machines))
    far = sum(row[3] == 'apart' for row in rows)
    return [Section("Ratios to each machine's own baseline", [
        'Time of weir over the time of that machine\'s baseline in the same '
        'run: below 1 is faster. "~" where the intervals, not narrower than '
        'three A/A spreads, overlap.',
        f'{far} of {len(rows)} ratios are apart. Geometric mean over these '
        f'{len(rows)} ratios, which all have (listed at the end): {means}.',
        *table(machines, rows, every, '×', ('',)),
        ratio_chart(machines, rows)])]


def ratio_chart(machines, rows):
    inks, kept = Inks(), sorted(rows, key=lambda row: -spread_of(row[1]))[:24]
    dots = [Row(name.replace('/impl=', ' '), [
        Dot(value, None, None, inks.of(m.letter), f'{m.letter} {plain(value)}×')
        for m, value in zip(machines, values)]) for name, values, *_ in kept]
    axis = log_spread([v for _, values, *_ in kept for v in values] + [1.0],
                      'time over the own baseline, ×')
    return Chart('Ratios that are furthest apart', key(machines, inks) +
                 dot_plot(dots, axis, 'Ratios by machine', 900,
                          (Rule('x', 1.0, 'as the baseline'),)))


def key(machines, inks):
    return legend([(f'{m.letter}  {m.result.context["cpu_model"]}',
                    inks.of(m.letter)) for m in machines])


def is_time(cell):
    """Is the figure time per operation?  Else it is bytes, a delay ..."""
    return (cell.get('unit') or 'ns/op') == 'ns/op'


def figure_text(machine, name, impl):
    value = machine.ns(name, impl)
    unit = machine.cells[name].get('unit') or 'ns'
    if value is None or unit.startswith('ns'):
        return facts.ns_text(value)
    return f'{plain(value)} {unit}'


def in_units(machine, name, impl):
    """(cost in the machine's own unit, which unit)"""
    cell, ns = machine.cells[name], machine.ns(name, impl)
    if not is_time(cell):
        return None
    if (cell.get('workers') or 1) <= 1:
        return machine.add and ns / machine.add
    return cell.get('line_trip_ns') and ns / cell['line_trip_ns']


def costs(machines, pairs, every):
    out = []
    for alone, title, words in (
            (True, 'Costs in owned fetch_adds, one thread alone',
             'Time of one operation over the time that one fetch_add on an '
             'owned line takes there: '),
            (False, 'Costs in line round trips, several threads',
             'Time of one operation over the round trip of a cache line '
             'between the CPUs that did it. ')):
        rows = []
        for name, impl in pairs:
            if ((machines[0].cells[name].get('workers') or 1) <= 1) == alone:
                values = [in_units(m, name, impl) for m in machines]
                if all(values):
                    rows.append((f'{name}/impl={impl}', values, ''))
        if rows:
            if alone:
                words += ', '.join(f'{m.letter} {facts.ns_text(m.add)}'
                                   for m in machines) + '.'
            out.append(Section(title, [words, *table(machines, rows, every,
                                                     '')]))
    return out


def series_of(machines, names):
    """{name with k for the count: {k: cell}} of cells that differ only so."""
    out = {}
    for name in names:
        for key in COUNTS if is_time(machines[0].cells[name]) else ():
            value = (machines[0].cells[name].get('params') or {}).get(key, '')
            if re.fullmatch(r'[1-9]\d{0,6}', value):
                title = name.replace(f'{key}={value}', f'{key}=k', 1)
                out.setdefault(title, {})[int(value)] = name
    return {t: cells for t, cells in out.items() if 1 in cells and
            len(cells) > 1}


def efficiency(machine, cells, k, impl):
    one, many = machine.ns(cells[1], impl), machine.ns(cells[k], impl)
    return one / (k * many) if one and many else None


def scaling(machines, every):
    """Each machine has counts of its own: a series need not be common."""
    rows, charts, union = [], [], {}
    for m in machines:
        for title, cells in series_of([m], list(m.cells)).items():
            union.setdefault(title, {}).update(cells)
    for title, cells in union.items():
        for impl, role in roles_in(machines, cells[1]).items():
            values = {k: [efficiency(m, cells, k, impl) for m in machines]
                      for k in sorted(cells)[1:]}
            both = {k: v for k, v in values.items()
                    if sum(x is not None for x in v) > 1}
            rows += [(f'{cells[k]}/impl={impl}', v, '')
                     for k, v in both.items()]
            if both and role == 'weir':
                charts.append(scaling_chart(machines, title, cells, impl))
    if not rows:
        return []
    return [Section('Scaling efficiency', [
        'throughput(k) / (k · throughput(1)) of each machine: 1 is perfect. '
        'Only counts that two machines at least have.',
        *table(machines, rows, every, ''), *charts[:6]])]


def roles_in(machines, name):
    """{impl: role} of weir and the baseline in a cell of any machine."""
    return {r['impl']: r['role'] for m in machines if name in m.cells
            for r in m.cells[name]['results']
            if r['role'] in ('weir', 'baseline')}


def scaling_chart(machines, title, cells, impl):
    inks, lines = Inks(), []
    for m in machines:
        points = [Point(k, efficiency(m, cells, k, impl))
                  for k in sorted(cells)]
        lines.append(Series(m.letter, [p for p in points if p.y is not None],
                            inks.of(m.letter)))
    return Chart(f'{title} impl={impl}', key(machines, inks) + line_chart(
        lines, log2_spread(list(cells), 'threads'),
        linear_spread([0.0, 1.0], 'efficiency'), title, (560, 270)))


def distance(place):
    """For sorting places of pairs; None: no such place."""
    base = place.partition(':')[0]
    return (NEAREST.index(base), place) if base in NEAREST else None


def place_groups(machine):
    """{name without its place: {place: cell name}}, the nearest first."""
    out = {}
    for name in machine.cells:
        found = re.search(r'/place=([^/]+)', name)
        if found and distance(found[1]):
            title = name.replace(found[0], '', 1)
            out.setdefault(title, {})[found[1]] = name
    return {title: {p: places[p] for p in sorted(places, key=distance)}
            for title, places in out.items()}


def penalty(machine, places, place, impl):
    """Time at a place over the time at the machine's nearest, or None."""
    near = next(iter(places), None)
    if near in (None, place) or place not in places:
        return None
    a, b = (machine.ns(places[p], impl) for p in (near, place))
    return b / a if a and b else None


def penalties(machines, every):
    rows, groups = [], [place_groups(m) for m in machines]
    for title in {title: None for g in groups for title in g}:
        places = {p for g in groups for p in g.get(title, ())}
        for place in sorted(places, key=distance):
            name = next(g[title][place] for g in groups
                        if place in g.get(title, ()))
            for impl, role in roles_in(machines, name).items():
                values = [penalty(m, g.get(title, {}), place, impl)
                          for m, g in zip(machines, groups)]
                if role == 'weir' and any(values):
                    rows.append((f'{title} at {place}/impl={impl}', values,
                                 ''))
    if not rows:
        return []
    return [Section('Penalty of a place', [
        "weir's time at that place over its time at the nearest place that "
        'the machine has. "–": the machine has no such place.',
        *table(machines, rows, every, '×')])]


def times(machines, pairs):
    rows = [[f'{name}/impl={impl}', *(figure_text(m, name, impl)
                                      for m in machines)]
            for name, impl in pairs]
    return Section('Times, which belong to their machine', [
        'Secondary: no verdict follows from these.',
        Table(['', *(m.letter for m in machines)], rows)], folded=True)


def listed(machines, names):
    only = [f'{m.letter}: {len(m.cells) - len(names)} cells of its own'
            for m in machines if len(m.cells) > len(names)]
    return Section(f'The {len(names)} cells that all have', [
        ', '.join(names) + '.', *only], folded=True)


def sections(runs, every):
    """runs: [(letter, result)], one of each machine."""
    machines = [Machine(*run) for run in runs]
    names = common(machines)
    if not names:
        return [Section('Nothing in common', [
            'The files have no cell in common: nothing can be compared.'])]
    weir = ours(machines, names)
    both = ours(machines, names, ('weir', 'baseline'))
    out = [*ratios(machines, weir, every), *costs(machines, weir, every),
           *scaling(machines, every), *penalties(machines, every)]
    if every:
        out.append(times(machines, both))
    return [*out, listed(machines, names)]
