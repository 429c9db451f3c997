# SPDX-License-Identifier: MIT
"""Read a result file, or refuse it with one sentence.

load(path) gives a Result; Bad says which file and what is wrong with it.  A
file comes from a stranger: nothing of it is trusted.  Before it is parsed its
size, brackets and values are bounded, so that neither time nor memory can run
away; after that every value is checked against schema.py, names against a
narrow pattern, and text against control characters.  Whoever shows text of a
file escapes it all the same.
"""
import json
import math
import os
import re
import stat
from dataclasses import dataclass, field

from . import schema

MAX_BYTES = 64 << 20
MAX_BRACKETS = 600_000
MAX_VALUES = 4_000_000
MAX_TIME = 1e15    # ns: eleven days
MAX_NUMBER = 1e21
NAME = re.compile(r'[A-Za-z0-9][\w.%+=/@:,-]{0,199}', re.ASCII)
CONTROL = re.compile('[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e'
                     '\u2066-\u2069\ud800-\udfff]')


class Bad(Exception):
    """A file that is not what it should be; the text is one sentence."""


@dataclass
class Result:
    """A valid file.  Plain dicts and lists, as schema.py has them; a key that
    may be absent or null is read with .get()."""
    path: str
    context: dict
    weir: dict
    cells: list
    rows: dict = field(repr=False)  # run_name -> its iteration rows

    def samples(self, cell, impl):
        """The samples of a contender of a cell that count, by round."""
        rows = self.rows.get(f'{cell}/impl={impl}', [])
        return {row.get('repetition_index', at): row['real_time']
                for at, row in enumerate(rows) if counts(row)}


def counts(row):
    """A sample that is in the medians."""
    if row.get('error_occurred') or not row.get('real_time'):
        return False
    return row.get('counts', not row.get('moved'))


def shown(value, limit=60):
    """A piece of a file in a sentence: one line, printable, short."""
    text = ascii(value)
    return text if len(text) <= limit else text[:limit - 4] + '…' + text[-1:]


class Fault(Exception):
    """What is wrong, without the file's name."""


def read_bytes(path):
    try:
        with open(path, 'rb', opener=lambda name, flags: os.open(
                name, flags | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Fault('is not a file')
            if status.st_size > MAX_BYTES:
                raise Fault(f'is larger than {MAX_BYTES >> 20} MB: '
                            'not a result')
            data = file.read(max(status.st_size, 1 << 16) + 1)
    except IsADirectoryError:
        raise Fault('is a folder') from None
    except (OSError, ValueError) as error:
        why = getattr(error, 'strerror', None) or 'no such name'
        raise Fault(f'cannot be read: {why.lower()}') from None
    if not data.strip():
        raise Fault('is empty')
    if data.count(b'[') + data.count(b'{') > MAX_BRACKETS:
        raise Fault(f'has more than {MAX_BRACKETS} brackets: not a result')
    if data.count(b',') > MAX_VALUES:
        raise Fault(f'has more than {MAX_VALUES} values: not a result')
    return data


def whole(digits):
    if len(digits) > 20:
        raise Fault(f'holds the absurd number {shown(digits)[1:-1]}')
    return int(digits)


def real(digits):
    value = float(digits)
    if not math.isfinite(value):
        raise Fault(f'holds the absurd number {shown(digits)[1:-1]}')
    return value


def not_json(word):
    raise Fault(f'holds {word}, which is no number of JSON')


def no_twice(pairs):
    out = dict(pairs)
    if len(out) < len(pairs):
        seen = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))
        raise Fault(f'has the key {shown(twice)} twice in one object')
    return out


def parse(data):
    try:
        text = data.decode('utf-8')
    except UnicodeDecodeError as error:
        raise Fault(f'is not text: byte {error.start} is not UTF-8') from None
    try:
        return json.loads(text, parse_int=whole, parse_float=real,
                          parse_constant=not_json,
                          object_pairs_hook=no_twice)
    except RecursionError:
        raise Fault('is nested too deeply: not a result') from None
    except json.JSONDecodeError as error:
        near_end = error.pos >= len(text.rstrip()) - 12  # 'fals', '\u00', '1.'
        cut = 'Extra' not in error.msg and (
            near_end or 'Unterminated' in error.msg)
        if cut and text.lstrip()[0] in '{[':
            raise Fault('is cut off: its JSON ends too early') from None
        raise Fault(f'is not JSON from line {error.lineno} on') from None


def text_of(value, where, limit):
    if not isinstance(value, str):
        raise Fault(f'is damaged: {where} is not text')
    if len(value) > limit:
        raise Fault(f'is damaged: {where} is {len(value)} characters long')
    if found := CONTROL.search(value):
        raise Fault(f'is damaged: {where} holds the control character '
                    f'{shown(found.group())}')
    return value


def name_of(value, where):
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise Fault(f'is damaged: {where} is {shown(value)}, which is no name')


def number_of(value, where, low, high, integer=False):
    kinds = int if integer else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        what = 'a whole number' if integer else 'a number'
        raise Fault(f'is damaged: {where} is {shown(value)}, not {what}')
    if not low <= value <= high:
        raise Fault(f'is damaged: {where} is {shown(value)}, which cannot be')


def bool_of(value, where):
    if not isinstance(value, bool):
        raise Fault(f'is damaged: {where} is {shown(value)}, not true or false')


def bool_or_number(value, where):
    if not isinstance(value, bool):
        number_of(value, where, 0, MAX_NUMBER)


KINDS = {
    'text': lambda v, w: text_of(v, w, 4096),
    'long text': lambda v, w: text_of(v, w, 16 << 20),
    'name': name_of,
    'bool': bool_of,
    'number or bool': bool_or_number,
    'number': lambda v, w: number_of(v, w, 0, MAX_NUMBER),
    'signed': lambda v, w: number_of(v, w, -1, MAX_NUMBER),
    'time': lambda v, w: number_of(v, w, 0, MAX_TIME),
    'count': lambda v, w: number_of(v, w, 0, (1 << 64) - 1, True),
    'cpu': lambda v, w: number_of(v, w, 0, 1 << 20, True),
    'index': lambda v, w: number_of(v, w, -1, 1 << 20, True),
}


def check(value, kind, where):
    """Check a value against a kind of schema.py, or raise Fault."""
    if kind.endswith('[]'):
        if not isinstance(value, list):
            raise Fault(f'is damaged: {where} is not an array')
        for at, item in enumerate(value):
            check(item, kind[:-2], f'{where}[{at}]')
    elif kind.endswith('{}'):
        object_of(value, where)
        for key, item in value.items():
            text_of(key, f'a key of {where}', 200)
            check(item, kind[:-2], f'{where}.{shown(key)[1:-1]}')
    elif kind in schema.OBJECTS:
        check_object(value, kind, where)
    elif kind in schema.WORDS:
        if value not in schema.WORDS[kind]:
            raise Fault(f'is damaged: {where} is {shown(value)}, not one of '
                        f'{", ".join(schema.WORDS[kind])}')
    else:
        KINDS[kind](value, where)


def object_of(value, where):
    if not isinstance(value, dict):
        raise Fault(f'is damaged: {where} is not an object')


def check_object(value, kind, where):
    object_of(value, where)
    for key, inner, needed, _ in schema.OBJECTS[kind]:
        item = value.get(key)
        if item is not None:
            check(item, inner, f'{where}.{key}')
        elif kind == 'interval' and key in value:
            value.update(median=None, low=None, high=None)
            return
        elif needed:
            raise Fault(f'is damaged: {where} has no {key}')
    if kind == 'interval' and value['low'] > value['high']:
        raise Fault(f'is damaged: {where} has its ends the wrong way round')


def drop_empty(contender):
    """An interval whose figures are null is no interval."""
    for key in ('ns', 'ratio', 'line_trips', 'again'):
        if key in contender and (contender[key] or {}).get('median') is None:
            contender[key] = None


def check_cell(cell):
    name = cell['name']
    impls = [r['impl'] for r in cell['results']]
    drop_empty(cell)
    for contender in cell['results']:
        drop_empty(contender)
    if len(set(impls)) < len(impls):
        raise Fault(f'is damaged: {name} has a contender twice')
    if cell.get('baseline') and cell['baseline'] not in impls:
        raise Fault(f'is damaged: {name} has not its baseline '
                    f'{cell["baseline"]} among its results')


def group_rows(benchmarks):
    rows = {}
    for row in benchmarks:
        if row['run_type'] == 'iteration':
            if row.get('real_time') is None and not row.get('error_occurred'):
                raise Fault('is damaged: a sample of '
                            f'{row["run_name"]} has no real_time')
            rows.setdefault(row['run_name'], []).append(row)
    return rows


def check_rows(cells, rows):
    for cell in cells:
        for contender in cell['results']:
            name = f'{cell["name"]}/impl={contender["impl"]}'
            if contender.get('ns') and name not in rows:
                raise Fault(f'is damaged: it has no samples of {name}')


def check_schema(data):
    """Whose file is this, and of which schema?"""
    if not isinstance(data, dict) or not isinstance(
            data.get('benchmarks'), list) or not isinstance(
                data.get('context'), dict):
        raise Fault('is JSON, but no result of weir-bench')
    weir = data.get('weir')
    if weir is None and 'weir_schema' not in data['context']:
        raise Fault('is a result of Google Benchmark, but not of weir-bench')
    found = weir.get('schema') if isinstance(weir, dict) else None
    if isinstance(found, bool) or not isinstance(found, int):
        raise Fault('is damaged: weir.schema is missing')
    if found < schema.VERSION:
        raise Fault(f'is of schema {shown(found)}, which an older weir-bench '
                    f'wrote; this reads schema {schema.VERSION}: measure again')
    if found > schema.VERSION:
        raise Fault(f'is of schema {shown(found)}, newer than the '
                    f'{schema.VERSION} that this reads: update weir')


def result_of(path, data):
    check_schema(data)
    check(data['context'], 'context', 'context')
    for key, value in data['context'].items():
        text_of(key, 'a key of context', 200)
        if isinstance(value, str):
            text_of(value, f'context.{shown(key)[1:-1]}', 4096)
    check(data['weir'], 'weir', 'weir')
    check(data['benchmarks'], 'row[]', 'benchmarks')
    cells = data['weir']['cells']
    for cell in cells:
        check_cell(cell)
    names = [cell['name'] for cell in cells]
    if len(set(names)) < len(names):
        raise Fault('is damaged: it has a cell twice')
    rows = group_rows(data['benchmarks'])
    check_rows(cells, rows)
    return Result(path, data['context'], data['weir'], cells, rows)


def load(path):
    """The valid result in a file; Bad with one sentence otherwise."""
    try:
        return result_of(str(path), parse(read_bytes(path)))
    except Fault as fault:
        raise Bad(f'{shown(str(path), 300)[1:-1]} {fault}') from None
