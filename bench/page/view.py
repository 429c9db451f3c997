# SPDX-License-Identifier: MIT
"""A result as the pages see it: cells and contenders with missing things as
None, names taken apart, histograms read.  Nothing here makes markup."""
import math
import re
from collections import namedtuple

from .charts import Inks
from .svg import number, plain, time_text

Interval = namedtuple('Interval', 'median low high n')
FIGURES = ('cpu_ns', 'cpus', 'share', 'overlap', 'p50_ns', 'p99_ns', 'p999_ns',
           'max_ns', 'bytes', 'gini', 'gap_ns', 'p', 'p_holm')
WORDS = ('impl', 'role', 'note', 'version', 'flags', 'verdict', 'void_reason')


def table(value):
    return value if isinstance(value, dict) else {}


def array(value):
    return value if isinstance(value, list) else []


def word(value):
    return value if isinstance(value, str) else ''


def whole(value):
    value = number(value)
    return None if value is None else int(value)


def interval(value):
    value = table(value)
    median = number(value.get('median'))
    if median is None:
        return None
    low, high = number(value.get('low')), number(value.get('high'))
    return Interval(median, median if low is None else low,
                    median if high is None else high, whole(value.get('n')))


def amount(text):
    """The number a parameter begins with, units applied; None if none."""
    match = re.fullmatch(r'(-?\d+(?:\.\d+)?)\s*(%|ns|us|µs|ms|s|k|M|G|x)?'
                         r'(?:/s)?', text)
    if not match:
        return None
    factor = {'%': 0.01, 'us': 1e3, 'µs': 1e3, 'ms': 1e6, 's': 1e9, 'k': 1e3,
              'M': 1e6, 'G': 1e9}.get(match.group(2), 1)
    return number(float(match.group(1)) * factor)


class Contender:
    def __init__(self, data):
        data = table(data)
        for key in WORDS:
            setattr(self, key, word(data.get(key)))
        for key in FIGURES:
            value = number(data.get(key))
            setattr(self, key, None if value is None or value < 0 else value)
        self.ns = interval(data.get('ns'))
        self.ratio = interval(data.get('ratio'))
        self.trips = interval(data.get('line_trips'))
        self.voids = whole(data.get('void_samples')) or 0
        self.hist = table(data.get('hist'))
        if not self.verdict:
            self.verdict = self.judged()

    def judged(self):
        """For a file that has no verdicts: what the interval alone says."""
        if self.role in ('baseline', 'floor'):
            return self.role
        if not self.ns:
            return 'void'
        if not self.ratio:
            return ''
        return 'faster' if self.ratio.high < 1 else \
            'slower' if self.ratio.low > 1 else 'same'


class Cell:
    def __init__(self, data):
        data = table(data)
        for key in ('name', 'family', 'title', 'unit', 'baseline'):
            setattr(self, key, word(data.get(key)))
        self.unit = self.unit or 'ns/op'
        self.params = {}  # those of the name; `told` has more
        for part in self.name.split('/'):
            key, mark, value = part.partition('=')
            if mark and key not in ('place', 'mem', 'memory'):
                self.params.setdefault(key, value)
        self.told = {str(k): v for k, v in table(data.get('params')).items()
                     if isinstance(v, str)}
        self.path = '/'.join(p for p in self.name.split('/') if '=' not in p)
        self.kind = self.path.partition('/')[0]
        self.family = self.family or self.kind or 'Cells'
        self.read_place(table(data.get('place')))
        for key in ('workers', 'rounds', 'counted', 'moved', 'noisy'):
            setattr(self, key, whole(data.get(key)))
        self.steady = data.get('steady') is not False
        self.bound = data.get('bound')
        self.trip = number(data.get('line_trip_ns')) or None
        self.again = interval(data.get('again'))
        self.spread = number(data.get('spread'))
        self.drift = table(data.get('drift'))
        self.noise = table(data.get('noise'))
        self.contenders = [Contender(r) for r in array(data.get('results'))]

    def read_place(self, place):
        named = re.search(r'(?:^|/)place=([^/]+)', self.name)
        self.place = word(place.get('name')) or (named.group(1) if named
                                                 else '')
        self.pus = [n for n in map(whole, array(place.get('pus')))
                    if n is not None]
        self.memory = word(place.get('memory'))

    @property
    def shown(self):
        return [c for c in self.contenders if c.role != 'again']

    @property
    def ours(self):
        return [c for c in self.contenders if c.role == 'weir']

    @property
    def is_time(self):
        return self.unit == 'ns/op'

    @property
    def is_ns(self):
        return self.unit.startswith('ns')

    def of(self, impl):
        return next((c for c in self.contenders if c.impl == impl), None)

    def amount(self, key):
        return amount(self.param(key))

    def param(self, key):
        return self.params.get(key) or self.told.get(key) or ''

    def rest(self, *but):
        """What the cell is apart from some parameters: for grouping."""
        params = tuple(sorted((k, v) for k, v in self.params.items()
                              if k not in but))
        place = '' if 'place' in but else self.place
        return (self.path, params, place, self.memory, self.unit)

    def label(self, *but, path=True, place=True):
        """Short words for the cell: "4p4c, cap 64, same-l3"."""
        words = self.path.split('/')[1:] if path else []
        words += [f'{k} {v}' for k, v in self.params.items() if k not in but]
        if place and self.place:
            words.append(self.place)
        return ', '.join(words) or self.path

    def value_text(self, value):
        if value is None:
            return '–'
        if self.is_ns:
            return time_text(value)
        return f'{plain(value)} {self.unit.partition("/")[0]}'


class View:
    """All of a result file that the page shows."""

    def __init__(self, result):
        self.result = result
        self.context = table(result.context)
        self.weir = table(result.weir)
        self.cells = [Cell(c) for c in array(result.cells)]
        self.topology = table(self.weir.get('topology'))
        self.pus = [p for p in map(table, array(self.topology.get('pus')))
                    if whole(p.get('os')) is not None]
        self.inks = Inks()
        for cell in self.cells:
            self.inks.beside([c.impl for c in cell.shown])
        for role in ('weir', 'baseline', 'peer', 'floor', ''):
            for cell in self.cells:
                for c in cell.shown:
                    if role in (c.role, ''):
                        self.inks.of(c.impl, c.role)

    def texts(self, key):
        return [t for t in array(self.weir.get(key)) if isinstance(t, str)]

    def fact(self, key):
        return word(self.context.get(key))

    @property
    def synthetic(self):
        return bool(self.weir.get('synthetic') or
                    self.context.get('synthetic'))

    def families(self):
        out = {}
        for cell in self.cells:
            out.setdefault(cell.family, []).append(cell)
        return out

    def ratio_between(self, cell, above, below):
        """Median of the paired ratios of two contenders, by round."""
        a = self.result.samples(cell.name, above)
        b = self.result.samples(cell.name, below)
        ratios = sorted(a[r] / b[r] for r in a.keys() & b.keys() if b[r] > 0)
        if not ratios:
            one, other = cell.of(above), cell.of(below)
            if not (one and other and one.ns and other.ns and
                    other.ns.median > 0):
                return None
            return one.ns.median / other.ns.median
        middle = len(ratios) // 2
        return ratios[middle] if len(ratios) % 2 else \
            math.sqrt(ratios[middle - 1] * ratios[middle])


# Histograms: as measure/hist.h has them, 128 buckets per power of two.

SUB = 7


def low_of(index):
    octave, sub = index >> SUB, index & ((1 << SUB) - 1)
    return sub if octave == 0 else ((1 << SUB) + sub) << (octave - 1)


def histogram(hist):
    """[(ns, count)] in order; empty if there is none, or it is damaged."""
    scale = number(hist.get('ns_per_tick'))
    text = hist.get('counts')
    if not scale or scale <= 0 or not isinstance(text, str):
        return []
    out = []
    for part in text.split(','):
        match = re.fullmatch(r'\s*(\d{1,4}):(\d{1,18})\s*', part)
        if match:
            index, count = int(match.group(1)), int(match.group(2))
            middle = (low_of(index) + low_of(index + 1) - 1) / 2
            out.append((max(middle, 0.5) * scale, count))
    return sorted(out)


def percentiles(hist, per_decade=10):
    """[(quantile, ns)], as far as there are samples behind them."""
    buckets = histogram(hist)
    total = sum(count for _, count in buckets)
    if total < 10:
        return []
    steps = int(per_decade * math.log10(total))
    wanted = [1 - 10 ** (-s / per_decade) for s in range(steps + 1)]
    out, seen, at = [], 0, 0
    for q in wanted:
        rank = max(1, math.ceil(q * total - 1e-9))
        while at < len(buckets) and seen + buckets[at][1] < rank:
            seen += buckets[at][1]
            at += 1
        out.append((q, buckets[min(at, len(buckets) - 1)][0]))
    return out
