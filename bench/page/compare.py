# SPDX-License-Identifier: MIT
"""tools/compare: runs of one machine, of several machines, of two commits."""
import math
import os
import sys

from . import across, benchstat, doc, facts, judge, style
from .axes import linear_spread
from .charts import Strip, Rule, strips
from .doc import BAD, GOOD, SOFT, Chart, Section, Table
from .result import Bad, load

USAGE = """usage: tools/compare [options] A.json B.json ...

  --html FILE        write the comparison as one HTML page, too
  --all              list every figure, not only the headline
  --benchstat        print the files as Go benchmark lines, one file after the
                     other: with one file each, benchstat reads the outputs
  --help             this text

Runs of one machine that differ in nothing that is recorded are repeats; the
first file is compared with each other one.  Where something differs (commit,
compiler, CPUs allowed ...), runs that are alike form a side: more runs on each
side find smaller changes.  Different machines are compared by ratios.

Exit status: 0 compared, whatever was found; 2 bad option or file.
"""
LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'


class Usage(Exception):
    pass


class Run:
    def __init__(self, letter, result):
        self.letter = letter
        self.result = result


def options_of(arguments):
    """(files, {option: value})"""
    files, options, rest = [], {}, list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ('--all', '--benchstat', '--help', '-h'):
            options[word.lstrip('-')] = True
        elif word == '--html' or word.startswith('--html='):
            value = word[7:] if '=' in word else rest.pop(0) if rest else ''
            if not value:
                raise Usage("option '--html' needs a file name; see --help")
            options['html'] = value
        elif word.startswith('-') and word != '-':
            raise Usage(f'unknown option {ascii(word)}; see --help')
        else:
            files.append(word)
    return files, options


def check_count(files, options):
    least = 1 if 'benchstat' in options else 2
    if len(files) < least:
        raise Usage(f'{"one result file" if least == 1 else "two results"} at '
                    'least must be named; see --help')
    if len(files) > len(LETTERS):
        raise Usage(f'{len(files)} files are more than the {len(LETTERS)} '
                    'that can be told apart')


def sides_of(runs):
    """[[Run, ...]]: runs of one machine that are alike, in order.  Repeats of
    one thing alone are a side each: they are compared with one another."""
    sides = {}
    for run in runs:
        key = (facts.machine_of(run.result), facts.settings_of(run.result))
        sides.setdefault(key, []).append(run)
    if len(sides) == 1:
        return [[run] for run in runs]
    return list(sides.values())


def machines_of(sides):
    """[[side, ...]] by machine, in order."""
    out = {}
    for side in sides:
        out.setdefault(facts.machine_of(side[0].result), []).append(side)
    return list(out.values())


def label(side):
    return '+'.join(run.letter for run in side)


def runs_section(runs):
    rows = [[run.letter, facts.title_of(run.result),
             os.path.basename(run.result.path)] for run in runs]
    return Section('Runs', [Table(['', 'what', 'file'], rows, left=(0, 1, 2),
                                  wrap=True)])


def warned(runs):
    said = {}
    for run in runs:
        for words in run.result.weir.get('warnings') or ():
            said.setdefault(words, []).append(run.letter)
    out = [f'Warning of {", ".join(who)}: {words}.'
           for words, who in said.items()]
    dirty = [r.letter for r in runs
             if str(r.result.context['weir_git']).endswith('-dirty')]
    if dirty:
        out.append(f'{", ".join(dirty)}: built from a changed tree, so the '
                   'commit does not tell what was measured.')
    return out


def differences_section(runs):
    rows = facts.differences([run.result for run in runs])
    if not rows:
        said = ['Nothing that is recorded differs.']
    elif len(runs) <= 4:
        said = [Table(['', '', *(run.letter for run in runs)],
                      [[group, name, *values] for group, name, values in rows],
                      left=tuple(range(2 + len(runs))), wrap=True)]
    else:
        said = [Table(['', '', 'values'], [
            [group, name, by_value(runs, values)]
            for group, name, values in rows], left=(0, 1, 2), wrap=True)]
    return Section('What differs besides the figures', [*said, *warned(runs)])


def by_value(runs, values):
    groups = {}
    for run, value in zip(runs, values):
        groups.setdefault(value, []).append(run.letter)
    return '; '.join(f'{"".join(who)}: {what}' for what, who in groups.items())


def percent(d):
    return f'{100 * (math.exp(d) - 1):+.1f} %'


def least_change(threshold):
    """'5.9 %', or 'a factor of 3.1' where percents mean little."""
    if not math.isfinite(threshold):
        return 'unknown'
    factor = math.exp(threshold)
    return f'{100 * (factor - 1):.1f} %' if factor < 2 else \
        f'a factor of {factor:.3g}'


def figure_row(figure):
    olds, news = (math.exp(sum(r) / len(r)) if r else None
                  for r in figure.runs)
    ends = f'{percent(figure.low)} … {percent(figure.high)}' \
        if figure.verdict else ''
    return [figure.name, *(f'{x:.3g}×' if x else '–' for x in (olds, news)),
            percent(figure.d) if figure.verdict else '–', ends,
            figure.verdict or figure.why]


def figure_table(figures, old, new):
    tones = {'better': GOOD, 'worse': BAD}
    return Table(['', old, new, 'change', 'interval', ''],
                 [figure_row(f) for f in figures],
                 [tones.get(f.verdict, SOFT) for f in figures])


def summary(figures, name):
    judged = [f for f in figures if f.verdict]
    same = sum(f.verdict == 'same' for f in judged)
    if not judged:
        return f'{name}: no figure could be judged.'
    cells = len({f.cell for f in judged})
    better = sum(f.verdict == 'better' for f in judged)
    words = (f'{name}: {same} of {len(judged)} figures ({cells} cells) are the '
             f'same within noise ({100 * same / len(judged):.1f} %)')
    if better or same + better < len(judged):
        words += f', {better} better, {len(judged) - same - better} worse'
    if len(figures) > len(judged):
        words += f'; {len(figures) - len(judged)} were not judged'
    return words + '.'


def group_table(groups):
    rows = [[family, kind, str(group.size),
             percent(group.centre), least_change(group.threshold)]
            for (family, kind), group in groups.items()]
    return [Table(['family', 'kind', 'figures', 'moved together',
                   'least change told from noise'], rows, left=(0, 1))]


def noise_note(repeated):
    how = ('from the runs of each side' if repeated else
           'from this comparison itself, for there is one run on each side: '
           'most figures of a family did not change; several runs on each '
           'side find smaller changes')
    return ('Figures are times over the baseline of the same run. What runs '
            f'differ by without a change is learned {how}.')


def trip_range(values):
    low, high = f'{min(values):.0f}', f'{max(values):.0f}'
    return f'{low} ns' if low == high else f'{low}…{high} ns'


def unjudged(figures, every):
    reasons = {}
    for figure in figures:
        if not figure.verdict:
            reasons.setdefault(figure.why, []).append(figure)
    out = []
    for why, found in sorted(reasons.items()):
        shown = [f.name for f in (found if every else found[:4])]
        more = len(found) - len(shown)
        if why == judge.MOVED:
            why += ' from {} to {}'.format(*(
                trip_range([f.trips[side] for f in found]) for side in (0, 1)))
        out.append(f'Not judged, {why} ({len(found)}): {", ".join(shown)}' +
                   (f' and {more} more' if more else '') + '.')
    return out


def only_one(old, new, every):
    """Cells of one side alone."""
    out = []
    for side, other in ((old, new), (new, old)):
        have, lack = ({c['name'] for run in runs for c in run.result.cells}
                      for runs in (side, other))
        if names := sorted(have - lack):
            shown = names if every else names[:6]
            more = len(names) - len(shown)
            late = {n for run in other for n in run.result.weir.get('omitted')
                    or ()} & set(names)
            out.append(f'Only in {label(side)} ({len(names)} cells' +
                       (f', {len(late)} of them left out for time in '
                        f'{label(other)}' if late else '') +
                       f'): {", ".join(shown)}' +
                       (f' and {more} more' if more else '') + '.')
    return out


def moved_note(old, new):
    """The machine itself: round trips of its lines, of another speed now."""
    return [f'The machine itself moved: a line\'s round trip, {near}, went '
            f'from {facts.ns_text(a)} in {old[0].letter} to '
            f'{facts.ns_text(b)} in {new[0].letter}.'
            for near, a, b in facts.moved_trips(old[0].result, new[0].result)]


def strip_chart(figures, groups):
    rows = []
    for family, kind in groups:
        values = [100 * (math.exp(f.d) - 1) for f in figures
                  if f.verdict and f.group == (family, kind)]
        rows.append(Strip(f'{family}, {kind}', values, 0, str(len(values))))
    every = [v for row in rows for v in row.values]
    if not every:
        return []
    axis = linear_spread(every, 'change of the ratio, %', low=min(0.0,
                                                                  *every))
    return [Chart('All changes, by family', strips(
        rows, axis, 'Changes by family', 900, rules=(Rule('x', 0.0, ''),)),
        'One line for each figure; its place is how much its ratio to the '
        'baseline changed.')]


def same_machine(old, new, every):
    """Sections of one side against another."""
    name = f'{label(new)} against {label(old)}'
    figures, groups = judge.judge([run.result for run in old],
                                  [run.result for run in new])
    repeated = len(old) > 1 or len(new) > 1
    found = sorted((f for f in figures if f.verdict in ('better', 'worse')),
                   key=lambda f: -abs(f.d))
    items = [noise_note(repeated)]
    shown = figures if every else found
    if shown:
        items.append(figure_table(shown, label(old), label(new)))
    items += [*group_table(groups), *strip_chart(figures, groups),
              *unjudged(figures, every), *only_one(old, new, every)]
    return summary(figures, name), Section(
        f'Same machine: {name}', items)


def lead_of(machines, runs):
    """How many of what, and in what they differ: first of all."""
    rows = facts.differences([run.result for run in runs])
    names = [name for group, name, _ in rows if group != 'state']
    many = 'one machine' if len(machines) == 1 else f'{len(machines)} machines'
    if not names:
        return (f'{len(runs)} runs of {many}; in nothing that is recorded of '
                'build, settings and placement do they differ.')
    return f'{len(runs)} runs of {many}; they differ in: {", ".join(names)}.'


def compare(runs, every):
    """(title, lead, sections)"""
    sides = sides_of(runs)
    machines = machines_of(sides)
    sections = [runs_section(runs), differences_section(runs)]
    lead = [lead_of(machines, runs)]
    for kinds in machines:
        for other in kinds[1:]:
            said, section = same_machine(kinds[0], other, every)
            lead += [said, *moved_note(kinds[0], other)]
            sections.append(section)
    if len(machines) > 1:
        sections += across.sections(
            [(kinds[0][0].letter, kinds[0][0].result) for kinds in machines],
            every)
    names = [kinds[0][0].result.context['cpu_model'] for kinds in machines]
    title = ' · '.join(names[:3]) + (' …' if len(names) > 3 else '')
    return title, lead, sections


def write_page(path, text):
    """Whole or not at all."""
    part = f'{path}.part'
    try:
        with open(part, 'w', encoding='utf-8') as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        raise Usage(f'cannot write {ascii(path)[1:-1]}: '
                    f'{error.strerror.lower()}') from None


def run(arguments):
    files, options = options_of(arguments)
    if {'help', 'h'} & set(options):
        print(USAGE, end='')
        return
    check_count(files, options)
    runs = [Run(LETTERS[at], load(path)) for at, path in enumerate(files)]
    if 'benchstat' in options:
        for one in runs:
            sys.stdout.write(benchstat.text_of(one.result))
        return
    title, lead, sections = compare(runs, 'all' in options)
    if 'html' in options:
        write_page(options['html'], style.page(
            title, doc.html_of(title, lead, sections), doc.STYLE))
    colour = sys.stdout.isatty() and 'NO_COLOR' not in os.environ
    sys.stdout.write(doc.text_of(title, lead, sections, colour))
    if 'html' in options:
        print(f'\nwrote {doc.safe(options["html"])}')


def main(arguments):
    try:
        run(arguments)
        sys.stdout.flush()
        return 0
    except (Usage, Bad) as error:
        print(f'compare: {error}', file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 2
