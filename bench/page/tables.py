# SPDX-License-Identifier: MIT
"""Everything as tables: every cell, the noise, what is missing, the words, and
how to run it again."""
import shlex

from .svg import (bytes_text, clean, esc, name_html, number, percent_text,
                  plain, range_text, rate_text, ratio_text, tag, time_text)
from .sweeps import per_second
from .view import array, table, word

HEADS = (('implementation', ''), ('per op', 'median of the rounds'),
         ('95 %', 'bootstrap interval of it'),
         ('× base', 'median of paired ratios to the baseline; below 1 is '
                    'faster'),
         ('95 %', 'bootstrap interval of the ratio'),
         ('verdict', ''), ('p', 'Holm-corrected over all cells'),
         ('n', 'rounds that count'), ('rate', 'all threads together'),
         ('p50', 'latency'), ('p99', 'latency'), ('p99.9', 'latency'),
         ('max', 'latency'), ('CPU/op', 'CPU time of all threads'),
         ('CPUs', 'kept busy'), ('share', 'slowest thread / fastest'),
         ('Gini', 'of the work of the threads'),
         ('gap', 'longest time without a turn'), ('bytes', 'memory'),
         ('void', 'samples that do not count'))


def range_of(interval, digits):
    if not interval:
        return '–'
    return range_text(interval.low, interval.high, digits)


def ns_range(cell, interval):
    """Both ends in one unit."""
    if not interval:
        return '–'
    if not cell.is_ns:
        return range_of(interval, plain)
    for factor, unit in ((1e9, 's'), (1e6, 'ms'), (1e3, 'µs'), (1, 'ns')):
        if interval.high >= 0.9995 * factor or factor == 1:
            return f'{plain(interval.low / factor)}–' \
                f'{plain(interval.high / factor)} {unit}'
    return '–'


def figures(cell, c):
    """The texts of a contender's row after its name."""
    base = c.role == 'baseline'
    return [
        cell.value_text(c.ns.median), ns_range(cell, c.ns),
        '1' if base else ratio_text(c.ratio and c.ratio.median),
        '' if base else range_of(c.ratio, plain),
        c.verdict or '–', '' if base else optional(c.p_holm, plain),
        optional(c.ns.n, str), rate_text(per_second(c.ns.median))
        if cell.is_time else '–', *(optional(v, time_text) for v in (
            c.p50_ns, c.p99_ns, c.p999_ns, c.max_ns, c.cpu_ns)),
        optional(c.cpus, plain), optional(c.share, plain),
        optional(c.gini, plain), optional(c.gap_ns, time_text),
        optional(c.bytes, bytes_text), str(c.voids or '')]


def optional(value, show):
    return '–' if value is None else show(value)


def used_columns(cells):
    """Columns that say something in these cells."""
    used = set(range(9))
    for cell in cells:
        for c in cell.shown:
            if c.ns:
                used |= {i for i, text in enumerate(figures(cell, c), 1)
                         if text not in ('–', '')}
            elif c.voids:
                used.add(len(HEADS) - 1)
    return sorted(used)


def contender_row(cell, c, columns):
    class_ = 'ours' if c.role == 'weir' else None
    tip = ', '.join(t for t in (c.role, c.version, c.flags) if t)
    name = tag('td', esc(c.impl), title=tip or None)
    if not c.ns:
        reason = f'void: {c.void_reason or "no round counts"}'
        count = f' ({c.voids} samples)' if c.voids else ''
        return tag('tr', name, tag('td', esc(reason + count), class_='void l',
                                   colspan=len(columns) - 1), class_=class_)
    texts = figures(cell, c)
    inside = []
    for i in columns[1:]:
        mark = c.verdict if HEADS[i][0] in ('× base', 'verdict') and \
            c.verdict in ('faster', 'slower') else None
        inside.append(tag('td', esc(texts[i - 1]), class_=mark))
    return tag('tr', name, *inside, class_=class_)


def cell_facts(cell):
    out = []
    if cell.place:
        cpus = ', '.join(map(str, cell.pus[:16])) + (
            ' …' if len(cell.pus) > 16 else '')
        out.append(f'{cell.place}' + (f' (CPU {cpus})' if cpus else ''))
    if cell.workers:
        out.append(f'{cell.workers} thread{"s" * (cell.workers != 1)}' +
                   (' not bound' if cell.bound is False else ''))
    if cell.memory:
        out.append(f'memory {cell.memory}')
    if cell.counted is not None and cell.rounds is not None:
        out.append(f'{cell.counted} of {cell.rounds} rounds count')
    if cell.moved:
        out.append(f'{cell.moved} repeated: the machine moved')
    if cell.noisy:
        out.append(f'{cell.noisy} noisy')
    if not cell.steady:
        out.append('unsteady: too few rounds count')
    if cell.again:
        out.append(f'A/A {ratio_text(cell.again.median)} '
                   f'({range_of(cell.again, plain)})')
    if cell.trip:
        out.append(f'line round trip {time_text(cell.trip)}')
    p = number(cell.drift.get('p'))
    if p is not None and 0 <= p < 0.05:
        out.append(f'drifts (ρ {plain(cell.drift.get("rho"))}, p {plain(p)})')
    for key, name in (('steal', 'stolen'), ('run_delay', 'waiting for a CPU')):
        part = number(cell.noise.get(key))
        if part and part > 0.01:
            out.append(f'{percent_text(part, 1)} {name}')
    out += [f'{c.impl}: {c.note}' for c in cell.shown if c.note]
    return out


def cell_rows(cell, columns, titled):
    title = f' – {esc(cell.title)}' if titled and cell.title else ''
    unit = '' if cell.is_time else f' [{esc(cell.unit)}]'
    facts = tag('small', esc(' · '.join(cell_facts(cell)), 2000) + title)
    name = tag('span', name_html(cell.name) + unit + facts)
    head = tag('tr', tag('th', name, colspan=len(columns), scope='rowgroup'),
               class_='cell')
    return head + ''.join(contender_row(cell, c, columns) for c in cell.shown)


def family_table(family, cells, opened):
    columns = used_columns(cells)
    titles = {c.title for c in cells if c.title}
    head = tag('tr', *(tag('th', esc(HEADS[i][0]), title=HEADS[i][1] or None)
                       for i in columns))
    body = ''.join(cell_rows(c, columns, len(titles) > 1) for c in cells)
    text = f'<p class="foot">{esc(titles.pop())}</p>' \
        if len(titles) == 1 else ''
    count = f'{len(cells)} cell{"s" * (len(cells) != 1)}'
    return tag('details', tag('summary', esc(family) + tag('small', count)),
               text, tag('div', tag('table', tag('thead', head),
                                    tag('tbody', body), class_='pinned'),
                         class_='wide'),
               open='open' if opened else None)


def every_cell(view):
    families = view.families()
    return ''.join(family_table(family, cells, len(families) == 1)
                   for family, cells in families.items())


def noise(view):
    rows = []
    for family, cells in view.families().items():
        again = sorted(c.again.median for c in cells if c.again)
        if not again:
            continue
        inside = sum(c.again.low <= 1 <= c.again.high for c in cells
                     if c.again)
        spread = [c.spread for c in cells if c.spread is not None]
        rows.append(tag('tr', *(tag('td', esc(t)) for t in (
            family, str(len(again)), ratio_text(again[(len(again) - 1) // 2]),
            range_text(again[0], again[-1]),
            percent_text(min(spread)) if spread else '–',
            f'{inside} of {len(again)}',
            str(sum(c.moved or 0 for c in cells)),
            str(sum(c.noisy or 0 for c in cells))))))
    if not rows:
        return ''
    head = tag('tr', *(tag('th', t) for t in (
        'family', 'cells', 'A/A median', 'smallest–largest', 'spread',
        'interval holds 1', 'rounds moved', 'noisy rounds')))
    return tag('div', tag('table', tag('thead', head), tag('tbody', *rows)),
               class_='wide')


def names_list(title, names, note):
    if not names:
        return ''
    return (f'<h3>{esc(title)}</h3><p class="foot">{esc(note)}</p>' +
            tag('ul', *(tag('li', esc(n)) for n in names),
                class_='plain columns'))


def absent(view):
    return (names_list('Not applicable here', view.texts('not_applicable'),
                       'What this machine has not.') +
            names_list('Left out to keep the time', view.texts('omitted'),
                       'Run them with --only NAME, or all with --full.') +
            names_list('Not built in or not found', view.texts('missing'),
                       'Peers that this run could not compare with.'))


def peers(view):
    rows = []
    for peer in array(view.weir.get('peers')):
        name, version, flags = (word(table(peer).get(k)) for k in (
            'name', 'version', 'flags'))
        if name:
            rows.append(tag('tr', tag('td', esc(name)),
                            tag('td', esc(version or '–'), class_='l'),
                            tag('td', esc(flags), class_='l wrap')))
    if not rows:
        return ''
    head = tag('tr', tag('th', 'peer'), tag('th', 'version', class_='l'),
               tag('th', 'built with', class_='l'))
    return '<h3>Peers</h3>' + tag('div', tag('table', tag('thead', head),
                                             tag('tbody', *rows)),
                                  class_='wide')


TERMS = (
    ('cell', 'one test with all its parameters at one place; its name is '
             'family/key=value/…'),
    ('ratio, × base', 'the median, over rounds, of a contender’s time over '
                      'the baseline’s time in the same round. Below 1 is '
                      'faster.'),
    ('interval, 95 %', 'percentile bootstrap of that median, widened so that '
                       'it holds for few rounds.'),
    ('A/A', 'the baseline against itself under a second name: the size of '
            'noise. No difference below three times its spread, and none '
            'below 2 %, is called one.'),
    ('faster, slower, same', 'faster or slower if the interval excludes 1, '
                             'the effect is larger than the noise, and the '
                             'test holds after Holm’s correction over all '
                             'cells; else same.'),
    ('void', 'a worker ran elsewhere than planned, the workers did not run '
             'together, or a limit was hit: the sample does not count.'),
    ('moved', 'a round that was repeated, since the distance between the '
              'CPUs changed under it (guests’ CPUs wander).'),
    ('floor', 'a contender with a weaker contract (RCU readers are never '
              'kept out): what could be reached, not a rival.'),
    ('twin', 'the same object as a careful programmer writes it with a mutex '
             'and condition variables.'),
    ('p50, p99, p99.9', 'latency that half, 99 % and 99.9 % of operations '
                        'stay below: waits for locks, round trips for '
                        'ping-pong, time since due in open loop.'),
    ('CPU/op, CPUs', 'CPU time of all threads per operation; how many CPUs '
                     'were kept busy.'),
    ('share', 'work of the slowest thread over that of the fastest; 1 is '
              'even.'),
    ('Gini', '0 when all threads did the same work, near 1 when one did all.'),
    ('same-core … other-package', 'places: the nearest thing that two CPUs '
                                  'share.'),
    ('compact, spread', 'places: cores filled in order; dealt over caches, '
                        'nodes and packages.'),
    ('time slice', 'how long Linux lets a thread run before the next: waits '
                   'as long as that are preemption, not the lock.'),
)


def glossary():
    return tag('dl', *(tag('dt', t) + tag('dd', d) for t, d in TERMS),
               class_='terms')


def reproduce(view, source):
    commit = view.fact('weir_git')
    command = word(view.weir.get('command'))
    seed = number(view.weir.get('seed'))
    name = shlex.quote(clean(source, 200))
    lines = ['git clone …/weir && cd weir']
    if commit and commit != 'unknown':
        lines.append('git checkout ' + shlex.quote(commit.removesuffix(
            '-dirty')))
    if command.startswith('weir-bench') or command.startswith('tools/'):
        command = command.partition(' ')[2]
    if seed is not None and '--seed' not in command:
        command = f'{command} --seed {seed:.0f}'.strip()
    lines.append(f'tools/bench {command}'.strip() +
                 '    # the same plan and order')
    lines.append(f'tools/bench --replay {name}    # also the same CPUs')
    lines.append(f'tools/compare {name} NEW.json    # what differs')
    dirty = '<p class="foot">The tree had changes that are in no commit.</p>' \
        if commit.endswith('-dirty') else ''
    return tag('pre', esc('\n'.join(lines), 2000)) + dirty


def data_words(view, source):
    rows = sum(len(r) for r in getattr(view.result, 'rows', {}).values())
    took = number(view.weir.get('took_s'))
    return (f'<p>Every sample of every round is in <code>{esc(source)}</code>'
            f' ({rows:,} samples): Google Benchmark’s schema with the object '
            '<code>weir</code> beside it. Its compare.py and benchstat read '
            'the same file.' +
            (f' The run took {took:.0f} s.' if took else '') + '</p>')
