# SPDX-License-Identifier: MIT
"""Text, numbers and tags for the pages: everything a chart is made of.

All text that may come from a file passes esc() or tag(), which escape it, cut
it, and replace what a page must not hold (control and bidi characters, halves
of surrogates).  All numbers that may come from a file pass number().
"""
import html
import math
import re

BAD = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e'
                 '\u2066-\u2069\ud800-\udfff\ufffe\uffff]')
LONGEST = 400
EM = 0.58  # of a letter's width; sans-serif faces are at most this wide
EMPTY = ('path', 'rect', 'circle', 'image')  # HTML closes no others
SUPER = str.maketrans('0123456789-', '⁰¹²³⁴⁵⁶⁷⁸⁹⁻')


def clean(value, longest=LONGEST):
    """Text of anything, without what no page should show."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > longest:
        text = text[:longest - 1] + '…'
    return BAD.sub('\ufffd', text)


def esc(value, longest=LONGEST):
    return html.escape(clean(value, longest), quote=True)


def name_html(value):
    """A cell's name that may be broken after its slashes."""
    return esc(value).replace('/', '/<wbr>')


def number(value):
    """A finite float, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def tag(name, *inside, **attributes):
    """One element.  Attributes are escaped; `inside` is markup already.

    A trailing or inner underscore is a dash or vanishes: class_, text_anchor.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        if isinstance(value, float):
            value = short(value)
        key = key.rstrip('_').replace('_', '-')
        words.append(f'{key}="{esc(value, 20000)}"')
    if not inside and name in EMPTY:
        return f'<{" ".join(words)}/>'
    return f'<{" ".join(words)}>{"".join(inside)}</{name}>'


def short(value):
    """A coordinate: one digit after the point at most."""
    return f'{value:.1f}'.rstrip('0').rstrip('.') if value else '0'


def width_of(text, size):
    return len(text) * EM * size


def cut(text, room, size):
    """The text, shortened to a width."""
    most = max(3, int(room / (EM * size)))
    return text if len(text) <= most else text[:most - 1] + '…'


# Numbers as people read them: three digits that count.

def plain(value):
    """12.3, 0.123, 1 234 000 without an exponent where it is readable."""
    value = number(value)
    if value is None:
        return '–'
    size = abs(value)
    if size and (size < 0.0005 or size >= 1e15):
        return f'{value:.1e}'
    digits = 3 if size < 0.9995 else 2 if size < 9.995 else size < 99.95
    text = f'{value:.{int(digits)}f}'
    if size < 9999.5:
        return text
    return f'{float(f"{value:.3g}"):,.0f}'.replace(',', '\u202f')


def trimmed(value):
    """As plain, without zeros at the end: for ticks."""
    value = number(value)
    if value is not None and 1e-9 <= abs(value) < 0.0005:
        digits = 2 - math.floor(math.log10(abs(value)))
        text = f'{value:.{digits}f}'
    else:
        text = plain(value)
    return text.rstrip('0').rstrip('.') if '.' in text else text


def scaled(value, steps, digits=plain):
    """The number in the largest unit of steps [(factor, unit)] that fits."""
    value = number(value)
    if value is None:
        return '–'
    for factor, unit in steps:
        if abs(value) >= 0.9995 * factor:
            return f'{digits(value / factor)} {unit}'.rstrip()
    factor, unit = steps[-1]
    return f'{digits(value / factor)} {unit}'.rstrip()


TIMES = ((1e9, 's'), (1e6, 'ms'), (1e3, 'µs'), (1, 'ns'))
RATES = ((1e9, 'G/s'), (1e6, 'M/s'), (1e3, 'k/s'), (1, '/s'))
SIZES = ((2 ** 40, 'TiB'), (2 ** 30, 'GiB'), (2 ** 20, 'MiB'),
         (2 ** 10, 'KiB'), (1, 'B'))


def time_text(ns, digits=plain):
    return scaled(ns, TIMES, digits)


def rate_text(per_second, digits=plain):
    return scaled(per_second, RATES, digits)


def bytes_text(size, digits=trimmed):
    return scaled(size, SIZES, digits)


def ratio_text(value):
    value = number(value)
    return '–' if value is None else plain(value) + '×'


def percent_text(part, digits=None):
    value = number(part)
    if value is None:
        return '–'
    if digits is not None:
        return f'{100.0 * value:.{digits}f} %' if value < 1e9 else '–'
    return trimmed(100 * value) + ' %'


def range_text(low, high, digits=plain):
    return f'{digits(low)}–{digits(high)}'


def power_text(value, base=2):
    """2¹⁹ for powers above 9999, else the number."""
    if value < 10000:
        return trimmed(value)
    power = round(math.log(value, base))
    if abs(base ** power - value) < 1e-6 * value:
        return str(base) + str(power).translate(SUPER)
    return trimmed(value)
