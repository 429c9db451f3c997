# SPDX-License-Identifier: MIT
"""Charts as inline SVG: no script, colours by class, so that light, dark and
print are the style sheet's business (style.py; a page must include it).

    inks = Inks()                     colour and mark of each name, page-wide
    inks.beside(names)                names that meet in one chart
    inks.of(name, role='')            role weir, baseline, floor or anything
    Series(name, points, ink, kind)   kind: line, main, reference (dashed),
                                      step; points are Point(x, y, low, high,
                                      tip), gaps are points whose y is None
    line_chart(series, x, y, ...)     lines with bands of low..high, names at
                                      their ends; rules=[Rule('y', 1, 'text')]
    scatter(bubbles, x, y, ...)       Bubble(name, x, y, size 0..1, ink, tip)
    dot_plot(rows, x, ...)            Row(label, [Dot(value, low, high, ink,
                                      tip)], note); a row without dots is a
                                      heading; rules as above, by 'x'
    bars(rows, x, ...)                Bar(label, value, ink, note): from zero
    strips(rows, x, ...)              Strip(label, values, ink, note)
    maps.py has heat maps
    legend(inks)                      HTML; names and marks
    figure(title, body, note, sub=)   HTML around a chart

x and y are axes of axes.py.  Every chart takes size=(width, height) in CSS
pixels, at which it looks best; it shrinks and grows with its column.
"""
import math
from collections import Counter, namedtuple

from .axes import Axis
from .svg import clean, cut, esc, short, tag, width_of

Point = namedtuple('Point', 'x y low high tip', defaults=(None, None, ''))
Series = namedtuple('Series', 'name points ink kind', defaults=('line',))
Rule = namedtuple('Rule', 'axis value label', defaults=('',))
Bubble = namedtuple('Bubble', 'name x y size ink tip')
Dot = namedtuple('Dot', 'value low high ink tip', defaults=('',))
Row = namedtuple('Row', 'label dots note', defaults=('',))
Bar = namedtuple('Bar', 'label value ink note')
Strip = namedtuple('Strip', 'label values ink note')

SMALL, TEXT = 11, 12  # sizes of ticks and of names
GAP = 13              # between names, from base line to base line
INKS = 10


class Inks:
    """Ours are blue, the baseline is black, others as they come.  Names that
    never meet in a chart may share a colour: beside() says who meets."""

    def __init__(self):
        self.known, self.neighbours = {}, {}

    def beside(self, names):
        for name in names:
            self.neighbours.setdefault(name, set()).update(names)

    def of(self, name, role=''):
        if name in self.known:
            return self.known[name]
        near = self.neighbours.get(name, set(self.known))
        used = Counter(self.known[n] for n in near if n in self.known)
        wanted = {'weir': (0, 6), 'baseline': (1,)}.get(role, ())
        order = (*wanted, 2, 3, 4, 5, 7, 8, 9)
        self.known[name] = min(order, key=lambda ink: used[ink])
        return self.known[name]


MARKS = ('circle', 'square', 'up', 'diamond', 'down', 'hexagon', 'ring',
         'square', 'up', 'diamond')


def mark(ink, x, y, r=3.2, tip=''):
    kind = MARKS[ink % INKS]
    title = tag('title', esc(tip)) if tip else ''
    if kind in ('circle', 'ring'):
        return tag('circle', title, class_='pt ' + kind, cx=x, cy=y,
                   r=r * (0.9 if kind == 'ring' else 1))
    corners = {'square': (4, 45, 1.25), 'up': (3, -90, 1.35),
               'diamond': (4, 0, 1.35), 'down': (3, 90, 1.35),
               'hexagon': (6, 0, 1.15)}[kind]
    count, turn, times = corners
    points = [(x + times * r * math.cos(math.radians(turn + 360 * i / count)),
               y + times * r * math.sin(math.radians(turn + 360 * i / count)))
              for i in range(count)]
    return tag('path', title, class_='pt', d=path(points) + 'z')


def path(points):
    return 'M' + 'L'.join(f'{short(x)} {short(y)}' for x, y in points)


def text(x, y, words, class_='', anchor=None, **more):
    return tag('text', esc(words), x=float(x), y=float(y),
               class_=class_ or None, text_anchor=anchor, **more)


def line(x1, y1, x2, y2, class_):
    return tag('path', class_=class_, d=path([(x1, y1), (x2, y2)]))


def svg(width, height, title, *inside, class_='chart'):
    return (f'<svg class="{class_}" viewBox="0 0 {short(width)} '
            f'{short(height)}" style="max-width:{short(width * 1.2)}px" '
            f'role="img" aria-label="{esc(title)}">' + ''.join(inside) +
            '</svg>')


def apart(wanted, low, high, gap):
    """Positions near the wanted ones, in their order, `gap` apart."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places, last = {}, low - gap
    for i in order:
        places[i] = last = max(wanted[i], last + gap)
    limit = high
    for i in reversed(order):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    return [places[i] for i in range(len(wanted))]


class Frame:
    """The plot's rectangle, its grid, ticks and labels."""

    def __init__(self, x, y, size, right=14, left=None):
        self.x, self.y = x, y
        self.width, self.height = size
        self.top, self.bottom = 26, self.height - 40
        room = max(2, int((self.bottom - self.top) / 26))
        self.y_ticks = y.ticks(room) if isinstance(y, Axis) else []
        widest = max((width_of(t, SMALL) for _, t in self.y_ticks), default=0)
        self.left = left if left is not None else widest + 12
        self.right = self.width - right
        self.x_ticks = self.fitting(x)

    def fitting(self, axis):
        """As many ticks as stand side by side."""
        most = max(2, int((self.right - self.left) / 26))
        for room in range(most, 1, -1):
            ticks = axis.ticks(room)
            if self.are_apart(ticks) and len(ticks) > 1:
                return ticks
        ticks, kept = axis.ticks(most), []
        for tick in ticks[:1] + ticks[:0:-1]:  # the ends matter most
            if self.are_apart([*kept, tick]):
                kept.append(tick)
        return kept

    def are_apart(self, ticks):
        ends = [(self.px(v), width_of(t, SMALL) / 2 + 4) for v, t in ticks]
        ends = sorted(e for e in ends if e[0] is not None)
        return all(b[0] - b[1] >= a[0] + a[1] for a, b in zip(ends, ends[1:]))

    def px(self, value):
        at = self.x.at(value)
        return None if at is None else \
            self.left + at * (self.right - self.left)

    def py(self, value):
        at = self.y.at(value)
        return None if at is None else \
            self.bottom - at * (self.bottom - self.top)

    def grid(self):
        out = []
        for value, label in self.y_ticks:
            y = self.py(value)
            if y is not None:
                out.append(line(self.left, y, self.right, y, 'grid'))
                out.append(text(self.left - 7, y + 4, label, 'tick', 'end'))
        for value, label in self.x_ticks:
            x = self.px(value)
            if x is not None:
                out.append(line(x, self.top, x, self.bottom, 'grid'))
                out.append(text(x, self.bottom + 16, label, 'tick', 'middle'))
        out += [self.broken(part) for part in getattr(self.x, 'breaks',
                                                      lambda: [])()]
        return ''.join([*out, self.labels()])

    def broken(self, part):
        x = self.left + part * (self.right - self.left)
        return (line(x - 4, self.bottom + 4, x, self.bottom - 4, 'axis') +
                line(x, self.bottom + 4, x + 4, self.bottom - 4, 'axis'))

    def labels(self):
        middle = (self.left + self.right) / 2
        half = width_of(self.x.label, SMALL) / 2
        middle = min(max(middle, half + 2), self.width - half - 2)
        out = [line(self.left, self.bottom, self.right, self.bottom, 'axis'),
               text(middle, self.height - 5, self.x.label, 'label', 'middle')]
        if isinstance(self.y, Axis):
            out.append(text(2, 12, self.y.label, 'label'))
        return ''.join(out)

    def rules(self, rules, ink=()):
        """Dashed lines; `ink` are places that their labels should not hide."""
        lines, labels = [], []
        for rule in rules:
            at = self.py(rule.value) if rule.axis == 'y' else \
                self.px(rule.value)
            if at is None:
                continue
            ends = (self.left, at, self.right, at) if rule.axis == 'y' else \
                (at, self.top, at, self.bottom)
            lines.append(line(*ends, 'rule'))
            if rule.label:
                x, y, anchor = self.quiet(rule, at, ink)
                labels.append(text(x, y, rule.label, 'ruled', anchor))
        return ''.join(lines), ''.join(labels)

    def quiet(self, rule, at, ink):
        """Where beside a rule the fewest lines run: (x, y, anchor)."""
        wide = width_of(rule.label, SMALL)
        if rule.axis == 'y':
            places = [(x, at + dy, anchor) for dy in (-4, 12)
                      for x, anchor in ((self.left + 4, 'start'),
                                        (self.right - 4, 'end'))]
        else:
            places = [(at + dx, y, anchor) for y in (self.top + 9,
                                                     self.bottom - 5)
                      for dx, anchor in ((4, 'start'), (-4, 'end'))]

        def cost(place):
            x, y, anchor = place
            left = x - (wide if anchor == 'end' else 0)
            outside = left < self.left or left + wide > self.right + 2 or \
                y > self.bottom or y < self.top
            return 1000 * outside + sum(
                left - 3 <= px <= left + wide + 3 and y - 11 <= py <= y + 4
                for px, py in ink)
        return min(places, key=cost)


def runs(frame, series):
    """The points that can be drawn, in stretches without gaps."""
    stretch, out = [], []
    for point in series.points:
        x, y = frame.px(point.x), None
        if point.y is not None:
            y = frame.py(point.y)
        if x is None or y is None:
            out, stretch = out + [stretch] * bool(stretch), []
        else:
            stretch.append((x, y, point))
    return out + [stretch] * bool(stretch)


def band(frame, stretch):
    ends = []
    for x, y, point in stretch:
        low = frame.py(point.low) if point.low is not None else None
        high = frame.py(point.high) if point.high is not None else None
        ends.append((x, y if low is None else low, y if high is None else high))
    if len(ends) < 2 or all(low == high for _, low, high in ends):
        return ''
    outline = [(x, low) for x, low, _ in ends] + \
        [(x, high) for x, _, high in reversed(ends)]
    return tag('path', class_='band', d=path(outline) + 'z')


def one_line(frame, series):
    out = []
    for stretch in runs(frame, series):
        points = [(x, y) for x, y, _ in stretch]
        if series.kind == 'step':
            points = [p for (x, y), (after, _) in
                      zip(points, points[1:] + points[-1:])
                      for p in ((x, y), (after, y))]
        if series.kind == 'line' or series.kind == 'main':
            out.append(band(frame, stretch))
        out.append(tag('path', class_='ln ' + series.kind, d=path(points)))
        if series.kind in ('line', 'main'):
            size = 3.4 if series.kind == 'main' else 2.8
            out += [mark(series.ink, x, y, size, p.tip) for x, y, p in stretch]
    return tag('g', ''.join(out), class_=ink_class(series.ink))


def ink_class(ink):
    return f'k{ink % INKS}'


def name_room(names, width):
    widest = max((width_of(n, TEXT) for n in names), default=0)
    return min(widest + 20, 0.45 * width)


def along(frame, series):
    """Places on the lines, a few pixels apart."""
    out = []
    for one in series:
        for stretch in runs(frame, one):
            for (x0, y0, _), (x1, y1, _) in zip(stretch, stretch[1:]):
                steps = int(max(abs(x1 - x0), abs(y1 - y0)) / 4) + 1
                out += [(x0 + (x1 - x0) * i / steps,
                         y0 + (y1 - y0) * i / steps) for i in range(steps)]
            out += [(x, y) for x, y, _ in stretch]
    return out


def reference_name(frame, one):
    """A reference's name stands at its end, above it."""
    stretches = runs(frame, one)
    if not stretches or not one.name:
        return ''
    x, y, _ = stretches[-1][-1]
    return text(min(x, frame.right), max(y - 5, frame.top - 3), one.name,
                'ruled', 'end')


def end_names(frame, series):
    ends = []
    for one in series:
        stretches = runs(frame, one)
        if stretches and one.name:
            ends.append((one, *stretches[-1][-1][:2]))
    places = apart([y for _, _, y in ends], frame.top + 4, frame.bottom, GAP)
    out = []
    room = frame.width - frame.right - 16
    for (one, x, y), place in zip(ends, places):
        at = frame.right + 14
        if abs(place - y) > 3 or x < frame.right - 3:
            out.append(line(x + 4, y, at - 3, place, 'lead'))
        class_ = 'name ' + ('strong' if one.kind == 'main' else '')
        out.append(tag('g', text(at, place + 4, cut(clean(one.name), room,
                                                    TEXT), class_.strip()),
                       class_=ink_class(one.ink)))
    return ''.join(out)


def line_chart(series, x, y, title='', size=(380, 270), rules=()):
    """Lines; their names at the right ends, moved apart."""
    solid = [s for s in series if s.kind != 'reference']
    dotted = [s for s in series if s.kind == 'reference']
    names = [clean(s.name) for s in solid if s.name]
    height = max(size[1], 70 + GAP * len(names))
    frame = Frame(x, y, (size[0], height), name_room(names, size[0]))
    order = [*dotted, *sorted(solid, key=lambda s: s.kind == 'main')]
    lines, labels = frame.rules(rules, along(frame, solid))
    return svg(size[0], height, title, frame.grid(), lines,
               *(one_line(frame, s) for s in order), labels,
               *(reference_name(frame, s) for s in dotted),
               end_names(frame, solid))


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def beside(frame, x, y, r, words, taken):
    """A free place for a name near a bubble: (x, y, anchor) or None."""
    wide = width_of(words, TEXT)
    for anchor, dx, dy in (('start', r + 4, 4), ('end', -r - 4, 4),
                           ('middle', 0, -r - 5), ('middle', 0, r + 13),
                           ('start', r + 2, -r), ('end', -r - 2, -r),
                           ('start', r + 2, r + 8), ('end', -r - 2, r + 8),
                           ('end', r, -r - 5), ('end', r, r + 13),
                           ('start', -r, -r - 5), ('start', -r, r + 13),
                           ('middle', 0, -r - 18), ('middle', 0, r + 26),
                           ('end', r, -r - 18), ('end', r, r + 26),
                           ('start', -r, -r - 18), ('start', -r, r + 26),
                           ('middle', 0, -r - 31), ('middle', 0, r + 39),
                           ('end', r, -r - 31), ('start', -r, -r - 31)):
        left = x + dx - {'start': 0, 'middle': wide / 2, 'end': wide}[anchor]
        box = (left, y + dy - 10, left + wide, y + dy + 3)
        inside = box[0] >= frame.left and box[2] <= frame.width - 2 and \
            box[1] >= frame.top - 8 and box[3] <= frame.bottom
        if inside and not any(overlap(box, other) for other in taken):
            taken.append(box)
            return x + dx, y + dy, anchor
    return None


def scatter(bubbles, x, y, title='', size=(380, 300), rules=()):
    """Bubbles with names beside them where there is room, else in tooltips."""
    frame = Frame(x, y, size)
    placed = [(b, frame.px(b.x), frame.py(b.y), 3 + 9 * math.sqrt(b.size))
              for b in bubbles]
    placed = [p for p in placed if p[1] is not None and p[2] is not None]
    taken = [(x - r, y - r, x + r, y + r) for _, x, y, r in placed]
    out = [frame.grid(), *frame.rules(rules)]
    for b, px, py, r in sorted(placed, key=lambda p: -p[3]):
        inside = [tag('circle', tag('title', esc(b.tip)), class_='bubble',
                      cx=px, cy=py, r=r)]
        words = clean(b.name, 40)
        place = beside(frame, px, py, r, words, taken) if words else None
        if place:
            inside.append(text(place[0], place[1], words, 'name', place[2]))
        out.append(tag('g', *inside, class_=ink_class(b.ink)))
    return svg(*size, title, *out)


def label_room(rows, width, most=0.46):
    widest = max((width_of(clean(r.label), TEXT) for r in rows), default=0)
    return min(widest + 14, most * width)


def row_frame(rows, x, width, high):
    """A frame for charts of rows: labels left, notes right."""
    notes = max((width_of(clean(r.note), SMALL) for r in rows if r.note),
                default=0)
    height = 12 + high * len(rows) + 40
    frame = Frame(x, None, (width, height), notes + 14 if notes else 14,
                  label_room(rows, width))
    frame.top = 8
    return frame


def dots_of(frame, row, y):
    out = []
    for dot in reversed(row.dots):
        x = frame.px(dot.value)
        if x is None:
            continue
        low = frame.px(dot.low) if dot.low is not None else None
        high = frame.px(dot.high) if dot.high is not None else None
        whisker = line(low, y, high, y, 'whisker') \
            if low is not None and high is not None else ''
        out.append(tag('g', whisker, mark(dot.ink, x, y, 3.8, dot.tip),
                       class_=ink_class(dot.ink)))
    return ''.join(out)


def dot_plot(rows, x, title='', width=380, rules=(), high=20):
    """One row a cell: dots of several names on one axis, with whiskers."""
    frame = row_frame(rows, x, width, high)
    out = [frame.grid(), *frame.rules(rules)]
    for i, row in enumerate(rows):
        y = frame.top + high * (i + 0.5) + 4
        if not row.dots and not row.note:
            out.append(text(0, y + 4, cut(clean(row.label), width, TEXT),
                            'heading'))
            continue
        label = cut(clean(row.label), frame.left - 10, TEXT)
        out += [line(frame.left, y, frame.right, y, 'grid'),
                text(frame.left - 8, y + 4, label, 'row', 'end'),
                dots_of(frame, row, y)]
        if row.note:
            out.append(text(width - 2, y + 4, row.note, 'note', 'end'))
    return svg(width, frame.height, title, *out)


def bars(rows, x, title='', width=380, high=20):
    """Bars from zero; for linear axes that begin there only."""
    frame = row_frame(rows, x, width, high)
    out = [frame.grid()]
    for i, row in enumerate(rows):
        y = frame.top + high * (i + 0.5) + 4
        end = frame.px(row.value)
        out.append(text(frame.left - 8, y + 4, cut(clean(row.label),
                                                   frame.left - 10, TEXT),
                        'row', 'end'))
        if end is not None:
            out.append(tag('g', tag('rect', x=frame.left, y=y - 5.5,
                                    width=max(end - frame.left, 0.5),
                                    height=11.0, class_='bar'),
                           class_=ink_class(row.ink)))
        out.append(text(width - 2, y + 4, row.note, 'note', 'end'))
    return svg(width, frame.height, title, *out)


def strips(rows, x, title='', width=380, high=20, rules=()):
    """One mark for each value: how even a few or many values are."""
    frame = row_frame(rows, x, width, high)
    out = [frame.grid(), *frame.rules(rules)]
    for i, row in enumerate(rows):
        y = frame.top + high * (i + 0.5) + 4
        ends = [p for p in map(frame.px, row.values) if p is not None]
        ticks = ''.join(f'M{short(p)} {short(y - 6)}v12' for p in ends)
        out.append(text(frame.left - 8, y + 4, cut(clean(row.label),
                                                   frame.left - 10, TEXT),
                        'row', 'end'))
        if ends:
            out.append(tag('g', line(min(ends), y, max(ends), y, 'span'),
                           tag('path', class_='strip', d=ticks),
                           class_=ink_class(row.ink)))
        out.append(text(width - 2, y + 4, row.note, 'note', 'end'))
    return svg(width, frame.height, title, *out)


def legend(entries):
    """entries: (name, ink)."""
    out = [tag('span', svg(12, 12, '', tag('g', mark(ink, 6, 6, 4),
                                           class_=ink_class(ink)),
                           class_='swatch'), esc(name), class_='entry')
           for name, ink in entries]
    return tag('p', *out, class_='legend') if out else ''


def figure(title, body, note='', class_='', sub=''):
    """A chart with its heading and a line below it; all but body are text."""
    small = tag('small', esc(sub)) if sub else ''
    head = tag('figcaption', esc(title), small) if title else ''
    foot = tag('p', esc(note), class_='foot') if note else ''
    return tag('figure', head, body, foot, class_=class_ or None)

