# SPDX-License-Identifier: MIT
"""Axes: where a value stands between 0 and 1, and which ticks are labelled.

    Linear(low, high)            fair steps of 1, 2, 5
    Log(low, high, base=10)      base 2: powers of two, or the values given
    Logit(ends=(low, high))      shares from 0 to 1; exactly 0 and 1 stand one
                                 step outside, behind a break of the axis
    Nines(high)                  quantiles from 0 on: p90, p99, p99.9 ...
    Band(names)                  one place for each name

Each has at(value) -> 0..1 or None where the value cannot stand on it, and
ticks(room) -> [(value, label)], at most `room` of them; and `label`, the text
of the axis with its unit, and `text`, which shows one value in a tooltip.
spread(values, ...) makes the axis that fits some values.
"""
import math

from .svg import number, power_text, trimmed


class Axis:
    def __init__(self, label='', text=trimmed):
        self.label = label
        self.text = text

    def at(self, value):
        value = number(value)
        place = None if value is None else self.place(value)
        if place is None or not -1e-6 <= place <= 1 + 1e-6:
            return None
        return min(max(place, 0.0), 1.0)


class Linear(Axis):
    def __init__(self, low, high, label='', text=trimmed):
        super().__init__(label, text)
        self.low, self.high = low, high if high > low else low + 1

    def place(self, value):
        return (value - self.low) / (self.high - self.low)

    def ticks(self, room):
        span = self.high - self.low
        step = 10 ** math.floor(math.log10(span / max(room, 1)))
        for times in (1, 2, 5, 10, 20):
            if span / (step * times) <= room:
                step *= times
                break
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        values = [round(k * step, 12) for k in range(first, last + 1)]
        return [(v, self.text(v)) for v in values]


class Log(Axis):
    def __init__(self, low, high, label='', text=trimmed, base=10, at=()):
        super().__init__(label, text)
        self.low, self.high, self.base = low, high, base
        self.given = sorted(set(at))

    def place(self, value):
        if value <= 0:
            return None
        return math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self, room):
        show = power_text if self.base == 2 and self.text is trimmed \
            else self.text
        return [(v, show(v)) for v in self.values(max(room, 2))]

    def values(self, room):
        if 0 < len(self.given) <= room:
            return [v for v in self.given if self.at(v) is not None]
        if self.base == 2:
            return self.powers(2, room)
        for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3)):
            values = self.within(steps)
            if len(values) < 3:
                even = Linear(self.low, self.high).ticks(min(room, 5))
                return [v for v, _ in even]
            if len(values) <= room:
                return values
        powers = self.powers(10, room)
        return powers if len(powers) > 1 else self.within((1, 3))

    def within(self, steps):
        first = math.floor(math.log10(self.low))
        last = math.ceil(math.log10(self.high))
        values = [s * 10.0 ** e for e in range(first, last + 1) for s in steps]
        return [v for v in values if self.at(v) is not None]

    def powers(self, base, room):
        first = math.ceil(math.log(self.low, base) - 1e-9)
        last = math.floor(math.log(self.high, base) + 1e-9)
        step = max(1, math.ceil((last - first + 1) / room))
        return [float(base) ** e for e in range(first, last + 1, step)]


class Logit(Axis):
    POINTS = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)

    def __init__(self, shares, label='', text=None):
        super().__init__(label, text or self.name)
        inner = [self.raw(s) for s in shares if 0 < s < 1] or [0.0]
        self.first, self.last = min(inner), max(inner)
        self.zero = any(s <= 0 for s in shares)
        self.one = any(s >= 1 for s in shares)
        self.low = self.first - (0.9 if self.zero else 0.15)
        self.high = self.last + (0.9 if self.one else 0.15)
        self.shares = sorted(set(shares))

    @staticmethod
    def raw(share):
        return math.log10(share / (1 - share))

    @staticmethod
    def name(share):
        return f'{100 * share:.6f}'.rstrip('0').rstrip('.')

    def place(self, value):
        if not 0 <= value <= 1:
            return None
        if value in (0, 1):
            raw = self.last + 0.75 if value else self.first - 0.75
        else:
            raw = self.raw(value)
        return (raw - self.low) / (self.high - self.low)

    def breaks(self):
        """Where the axis is broken, between 0 and 1."""
        span = self.high - self.low
        ends = [self.first - 0.4] * self.zero + [self.last + 0.4] * self.one
        return [(e - self.low) / span for e in ends]

    def ticks(self, room):
        shares = self.shares
        if len(shares) > room:
            shares = [s for s in (0, *self.POINTS, 1)
                      if self.at(s) is not None]
        return [(s, self.name(s)) for s in shares]


class Nines(Axis):
    POINTS = (0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)

    def __init__(self, high=0.9999, label='', text=None):
        super().__init__(label, text or self.name)
        self.nines = self.raw(min(high, 0.9999999))

    @staticmethod
    def raw(quantile):
        return -math.log10(1 - quantile)

    @staticmethod
    def name(quantile):
        return f'{100 * quantile:.7f}'.rstrip('0').rstrip('.')

    def place(self, value):
        return self.raw(value) / self.nines if 0 <= value < 1 else None

    def ticks(self, room):
        return [(q, self.name(q)) for q in self.POINTS
                if self.at(q) is not None][:max(room, 2) + 1]


class Band(Axis):
    def __init__(self, names, label=''):
        super().__init__(label, str)
        self.names = list(names)

    def at(self, value):
        if value not in self.names:
            return None
        return (self.names.index(value) + 0.5) / len(self.names)

    def ticks(self, room):
        return [(name, str(name)) for name in self.names]


def finite(values):
    return [v for v in map(number, values) if v is not None]


def log_spread(values, label='', text=trimmed, pad=0.06, hold=(), **more):
    """A log axis around values above 0; `hold` values are in it, too."""
    good = [v for v in finite([*values, *hold]) if v > 0] or [1.0]
    low, high = max(min(good), 1e-12), min(max(good), 1e15)
    low = min(low, high)
    room = max(math.log(high / low) * pad, 0.02)
    if high / low < 1.5:
        room = max(room, (math.log(1.5) - math.log(high / low)) / 2)
    return Log(low / math.exp(room), high * math.exp(room), label, text,
               **more)


def log2_spread(values, label='', text=trimmed):
    """Counts: the axis begins and ends with them, and ticks are at them."""
    good = sorted({v for v in finite(values) if v > 0}) or [1.0]
    low, high = good[0], good[-1]
    if low == high:
        low, high = low / 2, high * 2
    return Log(low, high, label, text, base=2, at=good)


def linear_spread(values, label='', text=trimmed, low=0.0):
    """A linear axis from `low` to a fair number above all values."""
    good = finite(values) or [1.0]
    high = max(max(good), low + 1e-12)
    power = 10 ** math.floor(math.log10(high - low))
    for times in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if low + times * power >= high * (1 - 1e-9):
            return Linear(low, low + times * power, label, text)
    return Linear(low, high, label, text)
