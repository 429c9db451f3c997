# SPDX-License-Identifier: MIT
"""Two runs, or two sets of runs, of one machine: better, worse or the same?

A figure is a contender of a cell: its time over its baseline's time, paired by
round.  It moved by d = log(new / old).  Two things make d without any change:
the spread within a run, which the rounds show, and the spread between runs,
which they do not: where the hypervisor put the CPUs, where memory came to lie,
how a lock's waiters fell into step.  On small guests the second is up to ten
times the first, so a test on rounds alone finds "differences" everywhere.

The second is learned from the comparison.  Figures of one family and one kind
(alone on a CPU, sharing a line, crowded on too few CPUs) form a group.  With
several runs on a side, the runs of a side give the group's noise.  With one run
on each, the group itself does: most of its figures did not change, so the
robust scale of their d about zero is noise, and not below that of the A/A
contender.  Its price is said in the report: a change of more than half of a
group is taken for noise, and shows as "moved together".

Better or worse is said if all hold: |d| is above 2 %; above the group's noise
times a factor that keeps the whole matrix at 5 % false alarms; the interval
excludes 0; the rank test, corrected by Holm over the matrix, is below 0.05
where the number of rounds allows that at all.
"""
import math
from dataclasses import dataclass

from . import stats

LEAST = math.log(1.02)
ENOUGH = 6         # figures that make a group
TRIP_BAND = 1.5    # as bench/run/result.h: beyond it the line moved
MOVED = 'line round trip moved'
FEW = 3            # rounds that make a median


@dataclass
class Figure:
    cell: str
    impl: str
    role: str
    group: tuple
    old: list          # log ratios of the rounds, all runs of a side together
    new: list
    runs: tuple        # ([median per old run], [median per new run])
    why: str = ''      # not judged, and why
    d: float = 0.0
    low: float = 0.0
    high: float = 0.0
    noise: float = 0.0
    verdict: str = ''  # better, worse, same or ''
    trips: tuple = ()  # line round trips of the cell, old and new

    @property
    def name(self):
        return f'{self.cell}/impl={self.impl}'


@dataclass
class Group:
    """What is known of the noise of a group of figures."""
    size: int
    noise: float      # standard deviation of d without a change; None: unknown
    threshold: float  # |log ratio| from which on d is no noise
    centre: float     # median d: the group moved together


def log_ratios(result, cell, impl):
    base = result.samples(cell['name'], cell.get('baseline'))
    own = result.samples(cell['name'], impl)
    return [math.log(own[i] / base[i]) for i in sorted(own) if i in base]


def kind_of(cell):
    cpus = len((cell.get('place') or {}).get('pus') or ())
    if cell.get('workers', 1) <= 1:
        return 'alone'
    if cpus == 1:
        return 'one CPU'
    return 'crowded' if not cell.get('bound', True) else 'shared'


def measure_of(part):
    """Which CPUs a place has may change, not how many."""
    return len(part) if isinstance(part, list) else part


def not_comparable(old, new):
    """Why two cells of one name cannot be judged, or ''."""
    places = [c.get('place') or {} for c in (old, new)]
    if old.get('baseline') != new.get('baseline'):
        return 'other baseline'
    if kind_of(old) != kind_of(new) or any(
            measure_of(places[0].get(key)) != measure_of(places[1].get(key))
            for key in ('pus', 'memory')):
        return 'placed elsewhere'
    for cell, side in ((old, 'old'), (new, 'new')):
        if cell.get('steady') is False:
            return f'unsteady in the {side} run'
        if 2 * (cell.get('noisy') or 0) > (cell.get('rounds') or 1 << 60):
            return f'noisy in the {side} run'
    trips = [c.get('line_trip_ns') or 0 for c in (old, new)]
    if min(trips) > 0 and max(trips) > TRIP_BAND * min(trips):
        return MOVED
    return ''


def contenders(cells):
    """{impl: contender} that all cells have, without the baseline."""
    both = {r['impl']: r for r in cells[0]['results']}
    for cell in cells[1:]:
        names = {r['impl'] for r in cell['results']}
        both = {k: v for k, v in both.items() if k in names}
    return {k: v for k, v in both.items()
            if k != cells[0].get('baseline') and v['role'] != 'baseline'}


def is_void(cells, impl):
    return any(r.get('verdict') == 'void' for cell in cells
               for r in cell['results'] if r['impl'] == impl)


def figures_of_cell(name, old, new):
    """old, new: [(result, cell)] of the runs that have the cell."""
    cells = [cell for _, cell in (*old, *new)]
    why = ''
    for cell in cells[1:]:
        why = why or not_comparable(cells[0], cell)
    for impl, contender in contenders(cells).items():
        runs = [[log_ratios(r, c, impl) for r, c in side]
                for side in (old, new)]
        figure = Figure(
            name, impl, contender['role'], (cells[0]['family'],
                                            kind_of(cells[0])),
            sum(runs[0], []), sum(runs[1], []),
            tuple([stats.median(x) for x in side if len(x) >= FEW]
                  for side in runs), why)
        figure.trips = tuple(c.get('line_trip_ns') or 0
                             for c in (cells[0], cells[-1]))
        if not cells[0].get('baseline'):
            figure.why = 'has no baseline'
        elif is_void(cells, impl):
            figure.why = figure.why or 'void'
        elif not figure.why and not all(figure.runs):
            figure.why = 'too few rounds'
        yield figure


def by_name(results):
    out = {}
    for result in results:
        for cell in result.cells:
            out.setdefault(cell['name'], []).append((result, cell))
    return out


def figures(old, new):
    """All figures of the cells that both sides have."""
    before, after = by_name(old), by_name(new)
    return [figure for name in before if name in after
            for figure in figures_of_cell(name, before[name], after[name])]


def measure(figure):
    """d and its interval within the runs."""
    olds, news = figure.runs
    if len(olds) == 1 and len(news) == 1:
        figure.d, figure.low, figure.high = stats.shift(figure.old, figure.new)
        return
    figure.d = sum(news) / len(news) - sum(olds) / len(olds)
    figure.low = figure.high = figure.d


def inner_noise(figures_):
    """Standard deviation of a run's median, from the runs of each side."""
    gaps = []
    for figure in figures_:
        for runs in figure.runs:
            if len(runs) > 1:
                mean = sum(runs) / len(runs)
                worth = math.sqrt(len(runs) / (len(runs) - 1))
                gaps += [(x - mean) * worth for x in runs]
    return stats.scale(gaps) if len(gaps) >= ENOUGH else None


def noise_of(members, repeated):
    """(standard deviation of d, from how many differences) or (None, n)."""
    real = [f for f in members if f.role != 'again']
    if repeated:
        inner = inner_noise(members)
        sides = [1 / len(r) for r in members[0].runs]
        more = sum(len(r) - 1 for f in members for r in f.runs)
        return inner and inner * math.sqrt(sum(sides)), more
    if len(real) < ENOUGH:
        return None, len(real)
    again = [f.d for f in members if f.role == 'again']
    return max(stats.scale([f.d for f in real]), stats.scale(again)), len(real)


def widened(figures_, group, repeated):
    """(noise, from how many differences) of a group: its own, else that of its
    kind, else of all figures, but then not below that of the loudest kind."""
    for same in (lambda g: g == group, lambda g: g[1] == group[1]):
        members = [f for f in figures_ if same(f.group)]
        noise, size = noise_of(members, repeated)
        if noise is not None:
            return noise, size
    noise, size = noise_of(figures_, repeated)
    if noise is None:
        return None, size
    kinds = {f.group[1] for f in figures_}
    loud = [noise_of([f for f in figures_ if f.group[1] == kind], repeated)[0]
            for kind in kinds]
    return max(noise, *(n or 0 for n in loud)), size


def group_of(figures_, group, repeated, tests):
    members = [f for f in figures_ if f.group == group and f.role != 'again']
    centre = stats.median([f.d for f in members]) if members else 0.0
    noise, size = widened(figures_, group, repeated)
    if noise is None:
        return Group(len(members), None, math.inf, centre)
    sure = max(3.0, stats.NORMAL.inv_cdf(1 - 0.025 / max(1, tests)))
    few = stats.t975(max(2, int(0.4 * size))) / stats.t975(1000)
    return Group(len(members), noise, max(LEAST, sure * few * noise), centre)


def rank_p(judged):
    """Holm-corrected p of each figure, or None where rounds are too few."""
    usable = [f for f in judged if stats.smallest_p(len(f.old), len(f.new)) *
              len(judged) < 0.05]
    raw = [stats.mann_whitney(f.old, f.new) for f in usable]
    # The matrix is all that is judged: the rest counts as p = 1.
    corrected = stats.holm(raw + [1.0] * (len(judged) - len(usable)))
    return dict(zip(map(id, usable), corrected))


def decide(figure, group, p):
    figure.noise = group.noise or 0.0
    wide = 1.96 * figure.noise
    figure.low = min(figure.low, figure.d - wide)
    figure.high = max(figure.high, figure.d + wide)
    if group.noise is None:
        figure.why = 'run-to-run noise unknown'
        return
    real = abs(figure.d) > group.threshold and not \
        figure.low <= 0 <= figure.high and (p is None or p < 0.05)
    figure.verdict = 'same' if not real else \
        'better' if figure.d < 0 else 'worse'


def judge(old, new):
    """(figures, {group: Group}): each figure with its verdict, or why not.
    old and new are lists of results, one or more runs each."""
    found = figures(old, new)
    for figure in found:
        if all(figure.runs):
            measure(figure)
    repeated = len(old) > 1 or len(new) > 1
    usable = [f for f in found if not f.why]
    judged = [f for f in usable if f.role != 'again']
    p = rank_p(judged)
    groups = {g: group_of(usable, g, repeated, len(judged))
              for g in sorted({f.group for f in judged})}
    for figure in judged:
        decide(figure, groups[figure.group], p.get(id(figure)))
    return [f for f in found if f.role != 'again'], groups
