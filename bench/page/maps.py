# SPDX-License-Identifier: MIT
"""Heat maps, as charts.py has charts.

    heat_map(names, columns, cells)   cells[row][column] = Heat(fill, text,
                                      tip), None (hatched: n/a) or '' (blank)
    sequential_heat(value, low, high, words, tip)   a Heat, by logarithm
    diverging_heat(ratio, words, tip, most=4)       blue below 1, orange above
    raster_map(rows, ...)             for maps with too many cells to write:
                                      rows of heat_of(value, low, high) or None
    heat_scale(low, high, text, label)    the key of a sequential map
    wide_enough(low, high)            ends that keep small differences small
"""
import math
from collections import namedtuple

from .charts import SMALL, TEXT, line, svg, text
from .colour import STEPS, is_pale, png, side_of, step_of
from .svg import clean, cut, esc, short, tag, width_of

Heat = namedtuple('Heat', 'fill text tip pale', defaults=('', False))

HATCH = ('<defs><pattern id="hatch" width="6" height="6" '
         'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
         '<path class="hatch" d="M0 0V6"/></pattern></defs>')


def one_heat(cell, x, y, wide, high, size):
    if cell == '':
        return tag('rect', class_='blank', x=x, y=y, width=wide, height=high)
    if cell is None:
        return tag('rect', class_='none', x=x, y=y, width=wide, height=high)
    rect = tag('rect', tag('title', esc(cell.tip)) if cell.tip else '',
               class_=cell.fill, x=x, y=y, width=wide, height=high)
    if not cell.text or width_of(cell.text, size) > wide:
        return rect
    kind = 'on' if cell.fill[0] == 'd' else 'pale' if cell.pale else 'deep'
    return rect + text(x + wide / 2, y + high / 2 + 0.36 * size, cell.text,
                       'v ' + kind, 'middle')


def column_names(columns, left, wide, top):
    """Upright where they fit, else turned."""
    room = wide - 4
    flat = all(width_of(clean(c), SMALL) <= room for c in columns)
    out = []
    for i, name in enumerate(columns):
        x = left + wide * (i + 0.5)
        if flat:
            out.append(text(x, top - 6, name, 'tick', 'middle'))
        else:
            out.append(text(x + 4, top - 6, cut(clean(name), 150, SMALL),
                            'tick', transform=f'rotate(-50 {short(x + 4)} '
                                              f'{short(top - 6)})'))
    return ''.join(out), flat


def heat_map(names, columns, cells, title='', width=380, borders=(),
             square=True, high=24, corner=''):
    """borders: (index, weight 1..3) lines before that row and column."""
    left = min(max((width_of(clean(n), SMALL) for n in names), default=0) + 10,
               0.4 * width)
    lean = min(max((width_of(clean(c), SMALL) for c in columns), default=0),
               150)
    right = 2 if square else min(0.64 * lean, 0.2 * width)
    wide = min((width - left - right) / max(len(columns), 1), 56)
    high = min(wide, 56) if square else high
    top = 22 if lean <= wide - 4 else 0.77 * lean + 16
    heads, _ = column_names(columns, left, wide, top)
    size = min(TEXT, max(6.5, wide / 3.6))
    out = [HATCH, heads, text(0, 12, corner, 'label')]
    for r, name in enumerate(names):
        y = top + r * high
        out.append(text(left - 6, y + high / 2 + 4, cut(
            clean(name), left - 8, SMALL), 'tick', 'end'))
        row = [one_heat(c, left + i * wide, y, wide, high, size)
               for i, c in enumerate(cells[r])]
        out.append(tag('g', *row, style=f'font-size:{short(size)}px'))
    across, down = left + wide * len(columns), top + high * len(names)
    for index, weight in borders:
        out.append(line(left, top + index * high, across, top + index * high,
                        f'border w{weight}'))
        out.append(line(left + index * wide, top, left + index * wide, down,
                        f'border w{weight}'))
    return svg(max(across + right, 120), down + 4, title, *out)


def raster_map(rows, title='', width=380, borders=(), corner=''):
    """A map as an image: rows of parts 0..1 or None, for hundreds of rows."""
    count = len(rows)
    side = width - 4
    image = png([[None if v is None else step_of(v) for v in row]
                 for row in rows])
    # The image's address is our own text: base64, far above what tag() cuts.
    out = [text(0, 12, corner, 'label'),
           f'<image x="2" y="18" width="{side}" height="{side}" '
           f'class="raster" href="{image}"/>']
    for index, weight in borders:
        at = 2 + side * index / count
        out += [line(2, 16 + at, 2 + side, 16 + at, f'border w{weight}'),
                line(at, 18, at, 18 + side, f'border w{weight}')]
    return svg(width, side + 22, title, *out)


def heat_scale(low, high, show, label, width=240):
    """The key of a sequential map: low and high are its ends."""
    side = width / STEPS
    out = [tag('rect', class_=f'h{i}', x=i * side, y=14.0, width=side + 0.5,
               height=10.0) for i in range(STEPS)]
    middle = math.sqrt(low * high) if low > 0 else (low + high) / 2
    out += [text(0, 10, label, 'label'), text(0, 37, show(low), 'tick'),
            text(width / 2, 37, show(middle), 'tick', 'middle'),
            text(width, 37, show(high), 'tick', 'end')]
    return svg(width, 42, label, *out, class_='chart key')


def heat_of(value, low, high):
    """0..1 along a logarithmic scale; 0.5 if there is no range."""
    if value <= 0 or low <= 0 or high <= low:
        return 0.5
    return math.log(value / low) / math.log(high / low)


def wide_enough(low, high, least=3.0):
    """Ends of a scale, so that small differences look small."""
    if high >= least * low:
        return low, high
    middle = math.sqrt(low * high)
    return middle / math.sqrt(least), middle * math.sqrt(least)


def diverging_heat(ratio, words, tip='', most=4):
    """Colours end at 1 / most and at most."""
    part = math.log(ratio) / math.log(most)
    return Heat(f'd{side_of(part)}', words, tip)


def sequential_heat(value, low, high, words, tip=''):
    step = step_of(heat_of(value, low, high))
    return Heat(f'h{step}', words, tip, is_pale(step))
