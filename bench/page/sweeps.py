# SPDX-License-Identifier: MIT
"""Lines over one parameter: readers, threads, section lengths, rates."""
import math
import re

from . import charts
from .axes import Band, Logit, log2_spread, log_spread
from .svg import rate_text, ratio_text, tag, time_text, trimmed

NARROW, BROAD = (380, 280), (860, 360)


def per_second(ns):
    return 1e9 / ns if ns and ns > 0 else None


def rate_axis(values, label='operations per second, log'):
    return log_spread(values, label, lambda v: rate_text(v, trimmed))


def time_axis(values, label, hold=()):
    return log_spread(values, label, lambda v: time_text(v, trimmed),
                      hold=hold)


def ratio_axis(values, label):
    return log_spread(values, label, lambda v: trimmed(v) + '×', hold=[1])


def rate_point(x, cell, c, words):
    ns = c.ns
    if not ns or ns.median <= 0:
        return None
    low, high = per_second(ns.high), per_second(ns.low)
    tip = (f'{c.impl}, {words}: {rate_text(per_second(ns.median))} '
           f'({rate_text(low)} – {rate_text(high)}), '
           f'{time_text(ns.median)} each')
    return charts.Point(x, per_second(ns.median), low, high, tip)


def time_point(x, cell, c, words):
    ns = c.ns
    if not ns or ns.median <= 0:
        return None
    return charts.Point(x, ns.median, ns.low, ns.high,
                        f'{c.impl}, {words}: {cell.value_text(ns.median)}')


def ratio_point(x, cell, c, words):
    ratio = c.ratio
    if not ratio or ratio.median <= 0 or c.role == 'baseline':
        return None
    return charts.Point(x, ratio.median, ratio.low, ratio.high,
                        f'{c.impl}, {words}: {ratio_text(ratio.median)} the '
                        'baseline')


def series_over(view, cells, key, point_of, words=''):
    """A line for each contender over cells [(x, cell)]."""
    lines = {}
    for x, cell in sorted(cells, key=lambda item: item[0]):
        for c in cell.shown:
            point = point_of(x, cell, c, f'{trimmed(x)} {words or key}')
            if point:
                lines.setdefault(c.impl, (c.role, []))[1].append(point)
    return [charts.Series(impl, points, view.inks.of(impl),
                          'main' if role == 'weir' else 'line')
            for impl, (role, points) in lines.items()]


def values_of(series):
    return [v for s in series for p in s.points for v in (p.y, p.low, p.high)
            if v is not None]


def groups_over(cells, *keys):
    """Cells that differ in keys[0] only: {what they share: [(x, cell)]}; the
    other keys and the place may differ with it."""
    out = {}
    for cell in cells:
        x = cell.amount(keys[0])
        if x is not None and x > 0:
            out.setdefault(cell.rest(*keys), []).append((x, cell))
    return {k: v for k, v in out.items() if len({x for x, _ in v}) > 1}


def both(draw, title, note=''):
    """A figure in two widths; the style sheet shows the one that fits."""
    return charts.figure(title, tag('div', draw(BROAD), class_='broad') +
                         tag('div', draw(NARROW), class_='narrow'), note)


# Readers and writers.

def reads_text(share):
    return trimmed(100 * share) if share in (0, 1) else \
        f'{100 * share:.4f}'.rstrip('0').rstrip('.')


def read_share(cell):
    writes, reads = cell.amount('writes'), cell.amount('reads')
    if writes is not None and 0 <= writes <= 1:
        return round(1 - writes, 9)
    return reads if reads is not None and 0 <= reads <= 1 else None


def rw_cells(view):
    """Cells of the plain sweep: a share and threads, and no more."""
    out = {}
    for cell in view.cells:
        share, threads = read_share(cell), cell.amount('threads')
        if share is None or not threads or not cell.is_time:
            continue
        extra = {k for k in cell.params} - {'writes', 'reads', 'threads'}
        if not extra and cell.path == 'rw' and '/place=' not in cell.name:
            out.setdefault(share, []).append((threads, cell))
    return out


def linear_from(series, counts):
    """What the first point would become with perfect scaling."""
    first = next((s.points[0] for s in series if s.kind == 'main'), None)
    if not first:
        return []
    top = max(values_of(series))
    points = [charts.Point(n, first.y * n / first.x) for n in counts
              if first.x <= n and first.y * n / first.x <= top * 1.6]
    return [charts.Series('linear', points, 9, 'reference')] \
        if len(points) > 1 else []


def reader_panels(view):
    shares = rw_cells(view)
    panels = {s: series_over(view, cells, 'threads', rate_point)
              for s, cells in sorted(shares.items(), reverse=True)}
    panels = {s: p for s, p in panels.items() if p}
    every = [v for p in panels.values() for v in values_of(p)]
    counts = sorted({n for cells in shares.values() for n, _ in cells})
    if not every:
        return ''
    x, y = log2_spread(counts, 'threads'), rate_axis(every)
    out = []
    for share, series in panels.items():
        cpus = len(view.pus)
        rules = [charts.Rule('x', cpus, f'{cpus} CPUs')] \
            if 1 < cpus < max(counts) else []
        out.append(charts.figure(
            f'{reads_text(share)} % reads',
            charts.line_chart([*linear_from(series, counts), *series], x, y,
                              f'{reads_text(share)} % reads', NARROW, rules)))
    return tag('div', *out, class_='grid')


def rivals(view, cells):
    """(reader-writer lock, mutex) pairs that all of the cells have."""
    common = None
    for cell in cells:
        names = {c.impl for c in cell.shown if c.ns}
        common = names if common is None else common & names
    pairs = (('weir-rwmutex', 'weir-mutex'), ('weir-rwmutex',
                                              'pthread-mutex'),
             ('pthread-rwlock', 'pthread-mutex'))
    return [p for p in pairs if set(p) <= (common or set())]


def crossing(points, up=False):
    """Between which shares a line falls below 1 (up: rises above it), and
    about where, straight on the logit axis: (low, high, share), or None.
    The share is None beside 0 and 1, which that axis does not reach."""
    points = [p._replace(y=1 / p.y) for p in points] if up else points
    for a, b in zip(points, points[1:]):
        if a.y >= 1 > b.y:
            if a.x <= 0 or b.x >= 1:
                return a.x, b.x, None
            x, y = Logit.raw(a.x), math.log(a.y)
            at = x + (Logit.raw(b.x) - x) * y / (y - math.log(b.y))
            return a.x, b.x, 1 / (1 + 10 ** -at)
    return None


def place_words(found):
    low, high, share = found
    if share is None:
        return f'between {reads_text(low)} and {reads_text(high)} % reads'
    return f'about {100 * share:.3g} % reads'


def cross_words(name, points):
    down, up = crossing(points), crossing(points, up=True)
    if down:
        return f'{name}: ahead from {place_words(down)} on'
    if all(p.y >= 1 for p in points):
        return f'{name}: behind at every share'
    return f'{name}: ahead ' + (f'only up to {place_words(up)}' if up else
                                'at every share')


def cross_panel(view, threads, cells, shares):
    series, words = [], []
    for lock, mutex in rivals(view, [c for _, c in cells]):
        points = []
        for share, cell in sorted(cells, key=lambda item: item[0]):
            times = view.ratio_between(cell, lock, mutex)
            if times and times > 0:
                points.append(charts.Point(
                    share, times, None, None, f'{lock} / {mutex} at '
                    f'{reads_text(share)} % reads: {ratio_text(times)}'))
        if len(points) < 2:
            continue
        name = f'/ {mutex}' if lock.startswith('weir') else \
            lock.split('-')[0] + ' rwlock'
        ink = {('weir-rwmutex', 'weir-mutex'): 0,
               ('weir-rwmutex', 'pthread-mutex'): 6}.get((lock, mutex), 1)
        series.append(charts.Series(name, points, ink, 'main' if ink == 0
                                    else 'line'))
        words.append(cross_words(f'{lock} / {mutex}', points))
    if not series:
        return None
    first = crossing(series[0].points)
    rules = [charts.Rule('y', 1, 'as fast as the mutex')]
    if first and first[2] is not None:
        rules.append(charts.Rule('x', first[2],
                                 f'about {100 * first[2]:.3g} %'))
    return threads, series, rules, '; '.join(words) + '.'


def some(panels, most=6):
    """The first, the last, and as many between as there is room for."""
    if len(panels) <= most:
        return panels
    keep = {round(i * (len(panels) - 1) / (most - 1)) for i in range(most)}
    return [p for i, p in enumerate(panels) if i in keep]


def crossovers(view):
    by_threads = {}
    for share, cells in rw_cells(view).items():
        for threads, cell in cells:
            by_threads.setdefault(threads, []).append((share, cell))
    shares = sorted(rw_cells(view))
    counts = [n for n, cells in sorted(by_threads.items()) if len(cells) > 1]
    panels = [p for p in (cross_panel(view, n, by_threads[n], shares)
                          for n in counts) if p]
    if not panels:
        return ''
    panels = some(panels)
    y = ratio_axis([v for _, s, _, _ in panels for v in values_of(s)],
                   'time of the rwlock / time of the mutex, log')
    x = Logit(shares, 'share of reads, % (logit)')
    return tag('div', *(charts.figure(
        f'{trimmed(n)} thread{"" if n == 1 else "s"}',
        charts.line_chart(series, x, y, f'{trimmed(n)} threads', NARROW,
                          rules), words)
        for n, series, rules, words in panels), class_='grid')


def readers(view):
    panels = reader_panels(view)
    if not panels:
        return ''
    second = crossovers(view)
    return (panels + (
        '<h3>From which share of reads on is the reader-writer lock worth '
        'it?</h3><p class="foot">Below 1 the reader-writer lock takes less '
        'time than the mutex, in the same cell and round.</p>' + second
        if second else ''))


# The notes' sweep.

def notes(view):
    cells = [(cell.amount('readers'), cell) for cell in view.cells
             if cell.kind == 'notes' and cell.amount('readers')]
    if len({x for x, _ in cells}) < 2:
        return ''
    times = series_over(view, cells, 'readers', time_point)
    ratios = series_over(view, cells, 'readers', ratio_point)
    x = log2_spread([n for n, _ in cells], 'readers, log')
    out = []
    if times:
        y = time_axis(values_of(times), 'time of the whole test, log')
        out.append(both(lambda size: charts.line_chart(
            times, x, y, 'time over readers', size), ''))
    if ratios:
        base = next((c.baseline for _, c in cells if c.baseline), 'baseline')
        z = ratio_axis(values_of(ratios), f'time / time of {base}, log')
        out.append(both(lambda size: charts.line_chart(
            ratios, x, z, 'ratio over readers', size,
            [charts.Rule('y', 1, base)]), ''))
    return ''.join(out)


# Any other parameter.

def sweep_figures(view, cells, keys, label, point_of, axis_of):
    """A small chart for each group of cells; the same y axis for all."""
    found = []
    for shared, group in groups_over(cells, *keys).items():
        series = series_over(view, group, keys[0], point_of, label)
        series = [s for s in series if len(s.points) > 1]
        if series:
            found.append((group[0][1].label(*keys, place='place' not in keys),
                          group, series))
    if not found:
        return ''
    y = axis_of([v for _, _, s in found for v in values_of(s)])
    out = []
    for title, group, series in found:
        x = log2_spread([n for n, _ in group], label)
        out.append(charts.figure(group[0][1].family, charts.line_chart(
            series, x, y, title, NARROW),
            sub='' if title == group[0][1].path else title))
    return tag('div', *out, class_='grid')


def plain_cells(view):
    """All but the two sweeps that have sections of their own."""
    return [c for c in view.cells if c.is_time and c.kind != 'notes' and
            (c.path != 'rw' or set(c.params) - {'writes', 'threads'})]


def over_threads(view):
    cells = plain_cells(view)
    first = sweep_figures(view, cells, ('threads', 'place'), 'threads',
                          rate_point, rate_axis)
    pairs = sweep_figures(view, cells, ('pairs', 'place'), 'private pairs',
                          rate_point, rate_axis)
    return first + over_teams(view, cells) + pairs


def over_teams(view, cells):
    """Streams with as many producers as consumers, as teams grow."""
    groups = {}
    for cell in cells:
        match = re.search(r'(?:^|/)(\d{1,4})p(\d{1,4})c(?:/|$)', cell.path)
        if match and match.group(1) == match.group(2) and \
                cell.place.partition(':')[0] in FILLED:
            n = 2 * int(match.group(1))
            key = (cell.family, tuple(sorted(cell.params.items())))
            groups.setdefault(key, []).append((n, cell))
    groups = {k: v for k, v in groups.items() if len({n for n, _ in v}) > 1}
    found = [(k, g, series_over(view, g, 'threads', rate_point))
             for k, g in groups.items()]
    found = [f for f in found if f[2]]
    if not found:
        return ''
    y = rate_axis([v for _, _, s in found for v in values_of(s)],
                  'messages per second, log')
    return tag('div', *(charts.figure(k[0], charts.line_chart(
        series, log2_spread([n for n, _ in group],
                            'threads, half of them producers'), y,
        k[0], NARROW), sub=', '.join(f'{p} {v}' for p, v in k[1]))
        for k, group, series in found), class_='grid')


FILLED = ('', 'compact', 'cores', 'over')  # cores in order, then more threads
SECTION_KEYS = ('cs', 'section', 'hold', 'inside', 'critical')


def over_sections(view):
    out = ''
    for key in SECTION_KEYS:
        cells = [c for c in plain_cells(view)]
        named = {c.param(key) for c in cells} - {''}
        if len(named) < 2:
            continue
        out += band_figures(view, cells, key)
    return out


def band_figures(view, cells, key):
    """Over a parameter that may be zero: one place for each value."""
    groups = {}
    for cell in cells:
        if cell.amount(key) is not None:
            groups.setdefault(cell.rest(key), []).append(cell)
    groups = [sorted(g, key=lambda c: c.amount(key)) for g in groups.values()
              if len({c.param(key) for c in g}) > 1]
    found = []
    for group in groups:
        series = {}
        for cell in group:
            for c in cell.shown:
                point = rate_point(cell.param(key), cell, c,
                                   f'{key} {cell.param(key)}')
                if point:
                    series.setdefault(c.impl, (c.role, []))[1].append(point)
        lines = [charts.Series(i, p, view.inks.of(i), 'main' if r == 'weir'
                               else 'line') for i, (r, p) in series.items()]
        found.append((group, lines))
    every = [v for _, lines in found for v in values_of(lines)]
    if not every:
        return ''
    y = rate_axis(every)
    found = some(sorted(found, key=lambda f: f[0][0].workers or 0))
    return tag('div', *(charts.figure(
        group[0].family, charts.line_chart(
            lines, Band([c.param(key) for c in group], LABELS.get(key, key)),
            y, key, NARROW), sub=group[0].label(key))
        for group, lines in found), class_='grid')


LABELS = {'cs': 'length of the section',
          'section': 'length of the section, ns',
          'size': 'bytes of one element', 'elem': 'bytes of one element',
          'burst': 'messages at once',
          'cap': 'capacity', 'batch': 'messages at once'}


# Open loop.

def open_loop(view):
    cells = [c for c in view.cells if c.amount('rate')]
    groups = {}
    for cell in cells:
        groups.setdefault(cell.rest('rate'), []).append(
            (cell.amount('rate'), cell))
    groups = [g for g in groups.values() if len({x for x, _ in g}) > 1]
    out = []
    for group in groups:
        panels = []
        for name, key in (('p50', 'p50_ns'), ('p99', 'p99_ns'),
                          ('p99.9', 'p999_ns')):
            def point(x, cell, c, words, key=key, name=name):
                value = getattr(c, key)
                return charts.Point(x, value, None, None, f'{c.impl}, {words}'
                                    f': {name} {time_text(value)}') \
                    if value else None
            series = series_over(view, group, 'rate', point, 'per second')
            if series:
                panels.append((name, series))
        if not panels:
            continue
        y = time_axis([v for _, s in panels for v in values_of(s)],
                      'latency from when each was due, log')
        x = log_spread([n for n, _ in group], 'offered, per second, log',
                       lambda v: rate_text(v, trimmed))
        title = group[0][1].label('rate')
        out += [charts.figure(name, charts.line_chart(
            series, x, y, f'{title} {name}', NARROW), sub=title)
            for name, series in panels]
    return tag('div', *out, class_='grid') if out else ''
