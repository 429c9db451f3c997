# SPDX-License-Identifier: MIT
"""A report as sections of paragraphs and tables, shown as text or as HTML.

What is compared is computed once; both outputs say the same.  All text is
escaped where it is written, so nothing of a file is ever markup.
"""
import textwrap
from dataclasses import dataclass, field

from .svg import esc

WIDTH = 100
FOLDED = 60  # longer tables are behind a click in HTML
GOOD, BAD, SAME, SOFT = 'faster', 'slower', 'same', 'dim'
STYLE = '<style>.said td{white-space:normal;text-align:left}</style>'
COLOURS = {GOOD: '\033[34m', BAD: '\033[33m', SOFT: '\033[2m'}


@dataclass
class Table:
    """Rows of strings; the first column is text, others are figures.  `tones`
    has a word of style.py for each row, or ''.  Where there is no room, `wrap`
    breaks cells into lines; else their middle is left out."""
    head: list
    rows: list
    tones: list = field(default_factory=list)
    left: tuple = (0,)  # columns aligned left
    wrap: bool = False


@dataclass
class Chart:
    """SVG of charts.py with its sentence; text output leaves it out."""
    title: str
    svg: str
    note: str = ''


@dataclass
class Section:
    title: str
    items: list
    folded: bool = False  # behind a click in HTML


def safe(value):
    """Text for a terminal: no control character of a file reaches it."""
    return ''.join(c if c.isprintable() else '?' for c in str(value))


def shorten(value, room):
    if len(value) <= room:
        return value
    half = (room - 1) // 2
    return value[:half] + '…' + value[len(value) - (room - 1 - half):]


def column_widths(table):
    rows = [table.head, *table.rows]
    wide = [max(len(safe(row[i])) for row in rows)
            for i in range(len(table.head))]
    while sum(wide) + 2 * (len(wide) - 1) > WIDTH - 2 and max(wide) > 14:
        wide[wide.index(max(wide))] -= 1
    return wide


def in_lines(table, row, wide):
    """The lines of a row, each a list of cells."""
    if not table.wrap:
        return [[shorten(safe(c), room) for c, room in zip(row, wide)]]
    cells = [textwrap.wrap(safe(c), room) or [''] for c, room in
             zip(row, wide)]
    height = max(map(len, cells))
    return [[c[i] if i < len(c) else '' for c in cells] for i in range(height)]


def text_rows(table, colour):
    wide = column_widths(table)
    tones = ['', *(table.tones or [''] * len(table.rows))]
    for tone, row in zip(tones, [table.head, *table.rows]):
        on = COLOURS.get(tone) if colour else None
        for cells in in_lines(table, row, wide):
            padded = [cell.ljust(room) if i in table.left else cell.rjust(room)
                      for i, (cell, room) in enumerate(zip(cells, wide))]
            line = '  ' + '  '.join(padded).rstrip()
            yield f'{on}{line}\033[0m' if on else line


def text_of(title, lead, sections, colour=False):
    """The report for a terminal of 100 columns."""
    out = [safe(title)]
    for words in lead:
        out += textwrap.wrap(safe(words), WIDTH)
    for section in sections:
        out += ['', safe(section.title)]
        for item in section.items:
            if isinstance(item, Table):
                out += text_rows(item, colour)
            elif not isinstance(item, Chart):
                out += textwrap.wrap(safe(item), WIDTH, initial_indent='  ',
                                     subsequent_indent='  ')
    return '\n'.join(out) + '\n'


def html_row(table, row, tone, mark):
    cells = ''.join(
        f'<{mark}{" class=l" if i in table.left else ""}>{esc(cell)}</{mark}>'
        for i, cell in enumerate(row))
    return f'<tr{f" class={tone}" if tone else ""}>{cells}</tr>'


def html_table(table):
    tones = table.tones or [''] * len(table.rows)
    rows = '\n'.join(html_row(table, row, tone, 'td')
                     for row, tone in zip(table.rows, tones))
    kind = ' class="said"' if table.wrap else ''
    body = (f'<div class="wide"><table{kind}><thead>'
            f'{html_row(table, table.head, "", "th")}</thead>\n<tbody>{rows}'
            '</tbody></table></div>\n')
    if len(table.rows) <= FOLDED:
        return body
    return (f'<details><summary>Table of {len(table.rows)} rows</summary>\n'
            f'{body}</details>\n')


def html_item(item):
    if isinstance(item, Table):
        return html_table(item)
    if isinstance(item, Chart):
        note = f'<p class="foot">{esc(item.note)}</p>' if item.note else ''
        return (f'<figure><figcaption>{esc(item.title)}</figcaption>'
                f'{item.svg}{note}</figure>\n')
    return f'<p>{esc(item)}</p>\n'


def html_section(section):
    body, title = ''.join(map(html_item, section.items)), esc(section.title)
    if section.folded:
        return f'<details><summary>{title}</summary>\n{body}</details>\n'
    return f'<section><h2>{title}</h2>\n{body}</section>\n'


def html_of(title, lead, sections):
    """The body of the page."""
    said = ''.join(f'<p{" class=verdict" if i == 0 else ""}>{esc(words)}</p>\n'
                   for i, words in enumerate(lead))
    return (f'<header class="top"><p class="eyebrow">weir-bench, compared</p>'
            f'<h1>{esc(title)}</h1>\n{said}</header>\n<main>\n'
            f'{"".join(map(html_section, sections))}</main>\n')
