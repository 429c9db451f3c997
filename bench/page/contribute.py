# SPDX-License-Identifier: MIT
"""tools/bench contribute FILE.json: put a result into results/, under the name
that its own record gives it, and make the index anew.

What is taken: a whole run of default depth or more, built from a commit, with
nothing in it that tells whose machine it was.  The rest is git's and yours.
"""
import os
import re
import sys
from pathlib import Path

from . import facts, gallery
from .result import Bad, load

USAGE = 'usage: tools/bench contribute RESULT.json\n'
FOLDER = Path(__file__).resolve().parents[2] / 'results'
MOST_BYTES = 8 << 20
NOISY = 0.2  # of the cells
PRIVATE = re.compile(
    r'/(?:home|Users|roo[t])/|[\w.+-]+@[\w-]+\.\w+|"(?:DMI\w*(?:Serial|UUID)|'
    r'HostName|LinuxCgroup|Address)\\?"', re.ASCII)


class Refused(Exception):
    """One sentence: why a sound file is not taken."""


def slug(text):
    """As bench/report/save.cc names files."""
    return re.sub(r'[^a-z0-9.]+', '-', text.lower()).strip('-')[:60].strip('-')


def name_of(result):
    """The canonical name, from what the file says."""
    pus = result.weir['topology']['pus']
    packages, cores = ({p[k] for p in pus} for k in ('package', 'core'))
    return (f'{slug(result.context["cpu_model"])}--{len(packages)}s'
            f'{len(cores)}c{len(pus)}t--{slug(result.context["date"]).upper()}'
            f'--{slug(result.context["weir_git"])}.json')


def spoilt(cell):
    void = all(r.get('verdict') == 'void' for r in cell['results'])
    return void or cell.get('steady') is False or \
        2 * (cell.get('noisy') or 0) > (cell.get('rounds') or 1)


def own_host():
    return os.uname().nodename


def check(result, text, host=''):
    weir, git = result.weir, str(result.context['weir_git'])
    if not weir['complete']:
        raise Refused('ended early: a whole run is wanted')
    if weir['depth'] not in ('default', 'full') or weir.get('only'):
        raise Refused('holds part of the suite: run tools/bench without '
                      '--quick and --only')
    if not result.cells:
        raise Refused('holds no cell')
    if 'dirty' in git:
        raise Refused(f'was built from a changed tree ({git}): measure a '
                      'commit, so that others can')
    noisy = sum(map(spoilt, result.cells))
    if noisy > NOISY * len(result.cells):
        raise Refused(f'is too noisy: {noisy} of {len(result.cells)} cells '
                      'are void, unsteady or disturbed; stop other programs '
                      'and measure again')
    if str(result.context['host_name']) != 'redacted':
        raise Refused('names its host: host_name is not "redacted"')
    if found := PRIVATE.search(text):
        raise Refused('holds what should stay private: '
                      f'{ascii(found.group())}')
    if len(host) > 4 and host != 'localhost' and re.search(
            rf'(?<![\w-]){re.escape(host)}(?![\w-])', text):
        raise Refused("holds this machine's host name")


def place(path, folder):
    """Check the file and copy it; its new path."""
    result = load(path)
    try:
        data = Path(path).read_bytes()
        if len(data) > MOST_BYTES:
            raise Refused(f'is larger than {MOST_BYTES >> 20} MB: too large '
                          'to be kept for ever')
        check(result, data.decode(), own_host())
        new = folder / name_of(result)
        if new.exists() and new.read_bytes() != data:
            raise Refused(f'is another run than {new.name}, which is there')
    except Refused as why:
        raise Refused(f'{ascii(str(path))[1:-1]} {why}') from None
    folder.mkdir(parents=True, exist_ok=True)
    part = new.with_suffix('.part')
    part.write_bytes(data)
    part.replace(new)
    return new


def contribute(path, folder=FOLDER):
    new = place(path, folder)
    index = gallery.write(folder)
    print(f'wrote {shown(new)}')
    print(f'check {facts.title_of(load(new))}')
    print('To share it, from the root of the repository:')
    print('  git add', *(shown(p) for p in (new, *index)))


def shown(path):
    root = FOLDER.parent
    return path.relative_to(root) if path.is_relative_to(root) else path


def main(arguments):
    if arguments in (['--help'], ['-h']):
        print(USAGE, end='')
        return 0
    if len(arguments) != 1 or arguments[0].startswith('-'):
        print('contribute: one result file must be named; see --help',
              file=sys.stderr)
        return 2
    try:
        contribute(arguments[0])
        return 0
    except Refused as why:
        print(f'contribute: {why}', file=sys.stderr)
        return 1
    except Bad as bad:
        print(f'contribute: {bad}', file=sys.stderr)
    except OSError as error:
        print(f'contribute: cannot write {ascii(str(error.filename))[1:-1]}: '
              f'{(error.strerror or "").lower()}', file=sys.stderr)
    return 2
