# SPDX-License-Identifier: MIT
"""Charts of cells beside each other: channels, throughput against waits,
percentiles, placements, fairness, memory."""
import math

from . import charts, maps
from .axes import Linear, Nines, linear_spread
from .svg import (bytes_text, esc, number, plain, rate_text, ratio_text, tag,
                  time_text, trimmed)
from .sweeps import (band_figures, per_second, rate_axis, ratio_axis,
                     time_axis)
from .view import percentiles

ROWS_MOST = 36    # of one dot plot; more become a second one
PICKED_MOST = 6   # figures of a section that picks cells


def cut_into(rows, most):
    return [rows[i:i + most] for i in range(0, len(rows), most)]


# Channels.

def channel_rows(view, cells, figure_of):
    rows, path = [], None
    for cell in cells:
        dots = []
        for c in sorted(cell.shown, key=lambda c: c.role != 'weir'):
            dot = figure_of(cell, c)
            if dot:
                dots.append(charts.Dot(*dot, view.inks.of(c.impl),
                                       f'{c.impl}: {c_text(cell, c)}'))
        if not dots:
            continue
        if cell.path != path:
            path = cell.path
            rows.append(charts.Row(path.partition('/')[2] or path, []))
        rows.append(charts.Row(cell.label(path=False), dots,
                               note_of(cell, figure_of)))
    return rows


def c_text(cell, c):
    words = cell.value_text(c.ns and c.ns.median)
    if cell.is_time and c.ns:
        words += f', {rate_text(per_second(c.ns.median))}'
    if c.ratio and c.role != 'baseline':
        words += f', {ratio_text(c.ratio.median)} the baseline'
    return words


def ratio_dot(cell, c):
    if c.role == 'baseline' or not c.ratio or c.ratio.median <= 0:
        return None
    return c.ratio.median, c.ratio.low, c.ratio.high


def rate_dot(cell, c):
    if not c.ns or c.ns.median <= 0:
        return None
    return (per_second(c.ns.median), per_second(c.ns.high),
            per_second(c.ns.low))


def note_of(cell, figure_of):
    ours = next((c for c in cell.ours if c.ns), None)
    if not ours:
        return ''
    if figure_of is ratio_dot:
        return ratio_text(ours.ratio.median) if ours.ratio else ''
    return rate_text(per_second(ours.ns.median))


def dot_figures(view, title, cells, figure_of, axis_of, rules=(), note=''):
    rows = channel_rows(view, cells, figure_of)
    values = [v for r in rows for d in r.dots for v in d[:3] if v]
    if not values:
        return []
    axis = axis_of(values)
    parts = cut_into(rows, ROWS_MOST)
    return [charts.figure(title + (f' ({i} of {len(parts)})' if len(parts) > 1
                                   else ''),
                          charts.dot_plot(part, axis, title, 430, rules),
                          note)
            for i, part in enumerate(parts, 1)]


def legend_of(view, cells):
    names = {}
    for cell in cells:
        for c in cell.shown:
            if c.ns:
                names.setdefault(c.impl)
    return charts.legend([(n, view.inks.of(n)) for n in names])


def channels(view):
    cells = [c for c in view.cells if c.kind in ('chan', 'ring') and c.is_time]
    out = []
    for family, group in families_of(cells).items():
        ratios = dot_figures(
            view, 'Ratio to the baseline', group, ratio_dot,
            lambda v: ratio_axis(v, 'time / time of the baseline, log'),
            [charts.Rule('x', 1, '')])
        rates = dot_figures(view, 'Throughput', group, rate_dot, rate_axis)
        both = [f for pair in zip(ratios, rates) for f in pair] \
            if len(ratios) == len(rates) else ratios + rates
        if both:
            out.append(f'<h3>{esc(family)}</h3>' + title_of(group) +
                       legend_of(view, group) +
                       tag('div', *both, class_='pair'))
    sweeps = ''.join(band_figures(view, cells, key)
                     for key in ('size', 'elem', 'batch', 'burst'))
    if sweeps:
        out.append('<h3>Over the size and number of messages</h3>' + sweeps)
    return ''.join(out)


def families_of(cells):
    out = {}
    for cell in cells:
        out.setdefault(cell.family, []).append(cell)
    return out


def title_of(cells):
    titles = list(dict.fromkeys(c.title for c in cells if c.title))
    return f'<p class="foot">{esc(titles[0])}</p>' if titles else ''


# Cells that stand for their family where there is no room for all.

def telling(view, value_of):
    """For each family the cell whose contenders differ most, whoever leads:
    one that fits the machine, and one with more threads than CPUs."""
    picked = []
    cpus = max(len(view.pus), 1)

    def contrast(cell):
        values = [v for v in map(value_of, cell.shown) if v]
        return max(values) / min(values) if len(values) > 1 else 0
    for cells in families_of(view.cells).values():
        for over in (False, True):
            good = [c for c in cells if contrast(c) and
                    ((c.workers or 1) > cpus) == over]
            if good:
                picked.append(max(good, key=contrast))
    order = {c.name: i for i, c in enumerate(view.cells)}
    picked.sort(key=lambda c: (order[c.name]))
    return picked[:PICKED_MOST]


def words_of(cell):
    workers = f', {cell.workers} threads' if cell.workers and 'threads' not \
        in cell.params and cell.workers > 1 else ''
    return cell.label() + workers


# Throughput against waits.

def against_waits(view):
    cells = [c for c in telling(view, lambda x: x.ns and x.p999_ns)
             if c.is_time]
    points = [(cell, c) for cell in cells for c in cell.shown
              if c.p999_ns and c.ns and c.ns.median > 0]
    if not points:
        return ''
    most = max((c.cpus or 0 for _, c in points), default=0) or 1
    out = []
    for cell in cells:
        kin = [c for of, c in points if of.family == cell.family]
        x = time_axis([c.p999_ns for c in kin], 'p99.9 of the wait, log')
        y = rate_axis([per_second(c.ns.median) for c in kin])
        bubbles = [charts.Bubble(
            c.impl, c.p999_ns, per_second(c.ns.median), (c.cpus or 0) / most,
            view.inks.of(c.impl), f'{c.impl}: {c_text(cell, c)}, p99.9 '
            f'{time_text(c.p999_ns)}' + (f', {plain(c.cpus)} CPUs' if c.cpus
                                         else ''))
            for of, c in points if of is cell]
        out.append(charts.figure(cell.family, charts.scatter(
            bubbles, x, y, cell.name, (380, 290)), sub=words_of(cell)))
    return tag('div', *out, class_='grid')


# Percentiles.

def slice_ns(view):
    """Linux's default slice (EEVDF): 0.75 ms, more with more CPUs."""
    cpus = number(view.context.get('num_cpus')) or len(view.pus) or 1
    return 0.75e6 * (1 + int(math.log2(max(1, min(cpus, 8)))))


def percentile_series(view, cell):
    out = []
    for c in cell.shown:
        points = percentiles(c.hist)
        if not points:
            continue
        drawn = [charts.Point(q, ns) for q, ns in points]
        out.append(charts.Series(c.impl, drawn, view.inks.of(c.impl), 'curve'))
    return out


def latencies(view):
    cells = telling(view, lambda x: x.hist and (x.p999_ns or x.p99_ns))
    found = [(cell, percentile_series(view, cell)) for cell in cells]
    found = [f for f in found if f[1]]
    if not found:
        return ''
    out = []
    for cell, series in found:
        points = [p for of, lines in found if of.family == cell.family
                  for s in lines for p in s.points]
        slice_ = slice_ns(view)
        rules = [charts.Rule('y', slice_, 'a time slice, '
                             f'{time_text(slice_, trimmed)}')] \
            if max(p.y for p in points) > slice_ / 4 else []
        y = time_axis([p.y for p in points], 'latency, log',
                      [r.value for r in rules])
        x = Nines(max(p.x for p in points), 'percentile')
        out.append(charts.figure(cell.family, charts.line_chart(
            series, x, y, cell.name, (380, 300), rules), sub=words_of(cell)))
    return tag('div', *out, class_='grid')


# Placements.

def placed(view):
    """{test: {place: cell}} of tests that ran at two places or more."""
    tests = {}
    for cell in view.cells:
        if cell.place:
            place = cell.place + (f', {cell.memory}' if cell.memory not in
                                  ('', 'local', 'first-touch') else '')
            tests.setdefault((cell.path, cell.rest('place')[1], cell.unit),
                             {})[place] = cell
    return {k: v for k, v in tests.items() if len(v) > 1}


NEAR = ('same-cpu', 'same-core', 'same-l2', 'same-l3', 'same-die',
        'same-package', 'other-node', 'other-package')


def place_order(tests):
    names = list(dict.fromkeys(p for cells in tests.values() for p in cells))
    return sorted(names, key=lambda n: (NEAR.index(n.partition(',')[0])
                                        if n.partition(',')[0] in NEAR else
                                        len(NEAR), ','in n, n))


def ratio_heat(ratio, tip):
    return maps.diverging_heat(ratio, trimmed(ratio), tip)


def placements(view):
    tests = placed(view)
    if not tests:
        return ''
    tests = dict(list(tests.items())[:18])
    places = place_order(tests)
    columns = [next(iter(cells.values())).label(place=False)
               for cells in tests.values()]
    against, moved = [], []
    for place in places:
        row, other = [], []
        for cells in tests.values():
            cell = cells.get(place)
            ours = next((c for c in cell.ours if c.ns), None) if cell else None
            row.append(ratio_heat(ours.ratio.median, f'{cell.name}: '
                       f'{ratio_text(ours.ratio.median)} the baseline')
                       if ours and ours.ratio and ours.ratio.median > 0
                       else None)
            other.append(moved_heat(cells, places, cell, ours))
        against.append(row)
        moved.append(other)
    width = min(560, 150 + 46 * len(columns))
    return tag('div', *(charts.figure(title, tag(
        'div', maps.heat_map(places, columns, rows, title, width,
                               square=False, high=26),
        class_='wide map' if len(columns) > 6 else None), note)
        for title, rows, note in (
            ('weir against the baseline of the same place', against,
             'Blue: weir takes less time. Hatched: not there, or left out.'),
            ('weir against itself at the nearest place', moved,
             'What the distance costs: time per operation over that at the '
             'first place of the column. Orange: slower.'))), class_='pair')


def moved_heat(cells, places, cell, ours):
    first = next((cells[p] for p in places if p in cells and p != 'same-cpu'),
                 None)
    base = next((c for c in first.ours if c.ns), None) if first else None
    if not ours or not base or base.ns.median <= 0 or ours.ns.median <= 0:
        return None
    ratio = ours.ns.median / base.ns.median
    return ratio_heat(ratio, f'{cell.name}: {cell.value_text(ours.ns.median)}'
                             f', {ratio_text(ratio)} of {first.place}')


# Fairness.

def fair_figure(view, family, cells, key, label, axis):
    rows, order = [], {}
    for cell in cells:
        for c in cell.shown:
            value = getattr(c, key)
            if value is not None and (cell.workers or 0) > 1:
                order.setdefault(c.impl, []).append(value)
    for impl, values in order.items():
        middle = sorted(values)[(len(values) - 1) // 2]
        rows.append(charts.Strip(impl, values, view.inks.of(impl),
                                 trimmed(middle)))
    if not rows:
        return ''
    axis.label = label
    return charts.figure(family, charts.strips(rows, axis, family, 380))


def fairness(view):
    shares, gini = [], []
    every = [c.gini for cell in view.cells for c in cell.shown
             if c.gini is not None and (cell.workers or 0) > 1]
    axis = linear_spread([*every, 0.01])
    for family, cells in families_of(view.cells).items():
        shares.append(fair_figure(
            view, family, cells, 'share',
            'work of the slowest thread / of the fastest', Linear(0, 1)))
        gini.append(fair_figure(view, family, cells, 'gini', 'Gini index',
                                axis))
    out = ''
    for title, figures, note in (
            ('Shares', shares, 'One mark a cell; 1 is even, 0 means that a '
                               'thread got nothing. At the right the cell in '
                               'the middle.'),
            ('Gini index', gini, 'One mark a cell; 0 is even.')):
        figures = [f for f in figures if f]
        if figures:
            out += (f'<h3>{title}</h3><p class="foot">{note}</p>' +
                    tag('div', *figures, class_='grid'))
    return out


# Memory.

def memory(view):
    cells = [c for c in view.cells if any(
        x.bytes is not None for x in c.contenders) or c.unit == 'bytes/object']
    out = []
    for cell in cells:
        rows = []
        for c in cell.shown:
            size = c.bytes if c.bytes is not None else c.ns.median \
                if cell.unit.startswith('bytes') and c.ns else None
            if size is not None:
                rows.append(charts.Bar(c.impl, size, view.inks.of(c.impl),
                                       bytes_text(size)))
        if rows:
            axis = linear_spread([r.value for r in rows], 'bytes',
                                 bytes_text)
            out.append(charts.figure(cell.family, charts.bars(
                rows, axis, cell.name, 380), cell.title, sub=words_of(cell)))
    resident = [(key.replace('_', ' '), view.context[key])
                for key in sorted(view.context)
                if 'rss' in key and view.context[key] not in ('', None)]
    text = ''.join(f'<p>{esc(k)}: {esc(v)}</p>' for k, v in resident)
    return (tag('div', *out, class_='grid') if out else '') + text
