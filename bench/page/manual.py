# SPDX-License-Identifier: MIT
"""The tables of docs/result-file.md, made from schema.py.

    python3 bench/page manual    write them anew, between the marks
"""
from . import schema

BEGIN = '<!-- tables: written by bench/page/manual.py; do not edit -->'
END = '<!-- end of tables -->'
TITLES = {
    'context': '`context`', 'row': 'an element of `benchmarks`',
    'weir': '`weir`', 'topology': '`weir.topology`',
    'interval': 'an interval',
}


def kind_text(kind):
    if kind.endswith('[]'):
        return f'array of {kind_text(kind[:-2])}'
    if kind.endswith('{}'):
        return f'object of {kind_text(kind[:-2])}'
    if kind in schema.OBJECTS:
        return f'[{kind}](#{anchor(kind)})'
    return kind


def title_of(kind):
    article = 'an' if kind[0] in 'aeiou' else 'a'
    return TITLES.get(kind, f'{article} {kind}')


def anchor(kind):
    """As GitHub makes them of headings."""
    kept = [c for c in title_of(kind).lower() if c.isalnum() or c in ' -']
    return ''.join(kept).replace(' ', '-')


def tables():
    out = [BEGIN]
    for kind, fields in schema.OBJECTS.items():
        out += ['', f'### {title_of(kind)}', '', '| key | value | what |',
                '| --- | --- | --- |']
        for key, inner, needed, what in fields:
            shown = kind_text(inner) + ('' if needed else ', optional')
            out.append(f'| `{key}` | {shown} | {what} |')
    out += ['', '### words', '', '| kind | one of |', '| --- | --- |']
    for kind, words in schema.WORDS.items():
        out.append(f'| {kind} | {", ".join(f"`{w}`" for w in words)} |')
    return '\n'.join([*out, '', END])


def renewed(text):
    """The document with its tables made anew."""
    head, _, rest = text.partition(BEGIN)
    return head + tables() + rest.partition(END)[2]


def write(path):
    path.write_text(renewed(path.read_text()))
