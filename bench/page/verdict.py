# SPDX-License-Identifier: MIT
"""What came out: one sentence with its intervals, losses by name, the ratios
of each family, and the survival curve over all cells."""
from collections import Counter, namedtuple

from . import charts
from .axes import Linear, log_spread
from .svg import (esc, name_html, percent_text, plain, range_text,
                  ratio_text, tag, trimmed)

NAMED_LOSSES = 5
Match = namedtuple('Match', 'cell contender')


def ratio_axis(values, label, **more):
    return log_spread(values, label, lambda v: trimmed(v) + '×', hold=[1],
                      **more)


def matches(view):
    """Every contender of ours against the baseline of its cell."""
    return [Match(cell, c) for cell in view.cells for c in cell.ours]


def losses(view):
    slower = [m for m in matches(view) if m.contender.verdict == 'slower']
    return sorted(slower, key=lambda m: -(m.contender.ratio.median
                                          if m.contender.ratio else 0))


def ratio_words(ratio):
    return f'{ratio_text(ratio.median)} ({range_text(ratio.low, ratio.high)})'


def best_peer(cell):
    """The fastest contender that is neither ours nor only a floor."""
    peers = [c for c in cell.contenders if c.role in ('peer', 'baseline') and
             c.ns and c.verdict != 'void']
    return min(peers, key=lambda c: c.ns.median, default=None)


def first_of_ours(cell):
    """The contender of ours that a cell is about: its first with a figure."""
    return next((c for c in cell.ours if c.ns), None)


def beaten(view):
    """[(cell, ours, peer, ours / peer)] where the intervals do not meet."""
    out = []
    for cell in view.cells:
        ours, peer = first_of_ours(cell), best_peer(cell)
        if ours and peer and peer.role == 'peer' and \
                peer.ns.high < ours.ns.low:
            times = view.ratio_between(cell, ours.impl, peer.impl)
            if times:
                out.append((cell, ours, peer, times))
    return sorted(out, key=lambda row: -row[3])


def typical(rows):
    """The match in the middle of some, by ratio."""
    rows = sorted((m for m in rows if m.contender.ratio),
                  key=lambda m: m.contender.ratio.median)
    return rows[(len(rows) - 1) // 2] if rows else None


def machine_words(view):
    cpus = len(view.pus)
    return view.fact('cpu_model') or 'this machine', \
        f'{cpus} CPU{"" if cpus == 1 else "s"}' if cpus else ''


def loss_words(rows):
    named = [f'<code>{name_html(m.cell.name)}</code> ' + (
        f'{esc(m.contender.impl)} ' if len(m.cell.ours) > 1 else '') +
        f'<b>{esc(ratio_words(m.contender.ratio))}</b>'
        for m in rows if m.contender.ratio]
    text = '; '.join(named[:NAMED_LOSSES])
    if len(named) > NAMED_LOSSES:
        text += (f'; and <a href="#losses">{len(named) - NAMED_LOSSES} '
                 'more</a>')
    return text


def sentence(view):
    rows = matches(view)
    count = Counter(m.contender.verdict for m in rows)
    model, cpus = machine_words(view)
    judged = count['faster'] + count['same'] + count['slower']
    out = [f'On {esc(model)}' + (f' ({esc(cpus)})' if cpus else '')]
    if not judged:
        return f'{out[0]}, nothing was compared with a baseline.'
    out[0] += (f', weir is faster than its baseline in <b>{count["faster"]} '
               f'of {judged}</b> comparisons, slower in '
               f'<b>{count["slower"]}</b>, and in {count["same"]} no '
               'difference stands out from the noise.')
    middle = typical(rows)
    ratio = middle.contender.ratio if middle else None
    if ratio:
        out.append('The comparison in the middle, '
                   f'<code>{esc(middle.cell.name)}</code>, takes '
                   f'<b>{esc(ratio_words(ratio))}</b> the baseline’s time.')
    ahead = beaten(view)
    if any(c.role == 'peer' for cell in view.cells for c in cell.contenders):
        out.append(f'Another library is ahead of weir in <a href="#losses">'
                   f'{len(ahead)} of {len(view.cells)} cells</a>.')
    return ' '.join(out)


def loss_sentence(view):
    lost = losses(view)
    words = f'<b>Slower in:</b> {loss_words(lost)}.' if lost else \
        'In no cell is weir slower than the baseline.'
    return tag('p', words, class_='losses')


def stacked(count):
    parts = ''.join(
        tag('i', '', class_=class_, style=f'flex:{count[word]}',
            title=f'{count[word]} {word}')
        for word, class_ in (('faster', 'f'), ('same', 'e'), ('slower', 's'),
                             ('void', 'n')) if count[word])
    return tag('div', parts, class_='stack', role='img', aria_label=', '.join(
        f'{count[w]} {w}' for w in ('faster', 'same', 'slower', 'void')))


def tile(figure, words, class_=None):
    return tag('div', tag('b', figure, class_=class_), tag('span', words),
               class_='tile')


def noise_of(view):
    """The A/A spread of the family in the middle; None if not told."""
    families = {}
    for cell in view.cells:
        if cell.spread is not None:
            families.setdefault(cell.family, []).append(cell.spread)
    spreads = sorted(min(s) for s in families.values())
    return spreads[len(spreads) // 2] if spreads else None


def tiles(view):
    count = Counter(m.contender.verdict for m in matches(view))
    judged = count['faster'] + count['same'] + count['slower']
    spread = noise_of(view)
    out = [tile(f'{count["faster"]} <small>of {judged}</small>',
                'comparisons faster than the baseline', 'faster'),
           tile(str(count['slower']), 'slower – <a href="#losses">listed'
                '</a>, never hidden', 'slower' if count['slower'] else None),
           tile(str(count['same']), 'no difference beyond the noise')]
    if count['void']:
        out.append(tile(str(count['void']), 'void: could not be measured'))
    if spread is not None:
        out.append(tile('± ' + esc(percent_text(spread)),
                        'noise: the baseline against itself (A/A), the '
                        'median family'))
    return tag('div', *out, class_='tiles') + stacked(count)


def families_chart(view, width):
    """One row a family: the ratio of each cell as a mark."""
    rows, values = [], []
    for family, cells in view.families().items():
        found = [m for m in matches_of(cells) if m.contender.ratio]
        if not found:
            continue
        ratios = [m.contender.ratio.median for m in found]
        values += ratios
        middle = typical(found).contender.ratio
        rows.append(charts.Strip(family, ratios, 0, ratio_words(middle)
                                 if width > 500 else
                                 ratio_text(middle.median)))
    if not rows:
        return ''
    axis = ratio_axis(values, 'time of weir / time of the baseline, log')
    return charts.strips(rows, axis, 'ratios by family', width,
                         rules=[charts.Rule('x', 1, '')])


def matches_of(cells):
    return [Match(cell, c) for cell in cells for c in cell.ours]


def by_family(view):
    broad = families_chart(view, 860)
    if not broad:
        return ''
    return charts.figure(
        'Ratio to the baseline, family by family',
        tag('div', broad, class_='broad') +
        tag('div', families_chart(view, 380), class_='narrow'),
        'One mark a cell; left of 1× weir is faster. At the right, the cell '
        'in the middle, where there is room with its 95 % interval.')


# Survival: how many cells are at least that bad.

def survival(ratios):
    ratios = sorted(ratios)
    count = len(ratios)
    points = [charts.Point(ratios[0], 1.0)]
    for i, ratio in enumerate(ratios):
        points.append(charts.Point(ratio, 1 - i / count))
    points.append(charts.Point(ratios[-1], 0.0))
    return points


def survival_lines(view):
    ours, best = [], []
    for cell in view.cells:
        mine = first_of_ours(cell)
        if not mine:
            continue
        if mine.ratio and mine.ratio.median > 0:
            ours.append(mine.ratio.median)
        peers = [c for c in cell.contenders if c.role == 'peer' and c.ns and
                 c.ns.median > 0 and c.verdict != 'void']
        if peers:
            peer = min(peers, key=lambda c: c.ns.median)
            times = view.ratio_between(cell, mine.impl, peer.impl)
            if times:
                best.append(times)
    return ours, best


def survival_chart(ours, best, size):
    axis = ratio_axis([*ours, *best], 'ratio of times, log')
    y = Linear(0, 1, 'share of cells with at least this ratio, %',
               lambda v: f'{100 * v:.0f}')
    series = [charts.Series(name, survival(values), ink, kind)
              for name, values, ink, kind in (
                  ('weir / baseline', ours, 0, 'line'),
                  ('weir / best peer', best, 2, 'line')) if values]
    steps = [s._replace(kind='step', points=s.points) for s in series]
    return charts.line_chart(steps, axis, y, 'survival of ratios', size,
                             [charts.Rule('x', 1, 'as fast')])


def survival_figure(view):
    ours, best = survival_lines(view)
    if len(ours) < 2:
        return ''

    def at_least(values):
        return f'{sum(v >= 1 for v in values)} of {len(values)} cells'
    words = f'At or above 1×, where weir is not faster: {at_least(ours)} ' \
        'against the baseline'
    if best:
        words += f', {at_least(best)} against the fastest peer of the cell'
    return charts.figure(
        '', tag('div', survival_chart(ours, best, (860, 340)), class_='broad')
        + tag('div', survival_chart(ours, best, (380, 300)), class_='narrow'),
        words + '.')


# Losses.

def row_of(*cells):
    return tag('tr', *(tag('td', c) for c in cells))


def head_of(*names):
    return tag('thead', tag('tr', *(tag('th', esc(n)) for n in names)))


def slower_table(view):
    rows = []
    for m in losses(view):
        c, base = m.contender, m.cell.of(m.cell.baseline)
        rows.append(row_of(
            name_html(m.cell.name),
            tag('b', esc(ratio_text(c.ratio.median)), class_='slower')
            if c.ratio else '–',
            esc(range_text(c.ratio.low, c.ratio.high)) if c.ratio else '–',
            esc(c.impl),
            esc(m.cell.value_text(c.ns and c.ns.median)),
            esc(m.cell.value_text(base.ns.median if base and base.ns
                                  else None)),
            esc(plain(c.p_holm) if c.p_holm is not None else '–')))
    if not rows:
        return '<p>Against its baselines weir lost nowhere in this run.</p>'
    return tag('div', tag('table', head_of(
        'cell', '× baseline', '95 %', 'ours', 'weir', 'baseline',
        'p (Holm)'), tag('tbody', *rows), class_='named'), class_='wide')


def beaten_table(view):
    rows = [row_of(name_html(cell.name), tag('b', esc(ratio_text(times))),
                   esc(peer.impl), esc(ours.impl),
                   esc(cell.value_text(ours.ns.median)),
                   esc(cell.value_text(peer.ns.median)))
            for cell, ours, peer, times in beaten(view)]
    if not rows:
        return ''
    return ('<h3>Where another library is ahead</h3><p class="foot">The '
            'fastest peer of the cell, where its interval and weir’s do not '
            'meet; floors, which promise less, are left out.</p>' +
            tag('div', tag('table', head_of(
                'cell', 'weir / it', 'fastest', 'ours', 'weir', 'it'),
                tag('tbody', *rows), class_='named'), class_='wide'))


def losses_section(view):
    return slower_table(view) + beaten_table(view)
