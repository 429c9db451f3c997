# SPDX-License-Identifier: MIT
"""The index of results/: README.md, a table, and index.html, a wall of cards.

Both are made from the files alone, so a test can tell when they are stale:
    python3 bench/page index    write them
"""
import html
import math
import re
from pathlib import Path

from . import across, facts, stats, style
from .charts import figure, line, svg
from .colour import png, step_of
from .result import load
from .svg import clean, esc, plain, tag, time_text

CANONICAL = re.compile(r'[\w.-]+--\d+s\d+c\d+t--[\w-]+--[\w.-]+\.json')
MADE = '<!-- made by bench/page/gallery.py; do not edit -->'
# What a machine is known by: (title, cells, contender's role and name)
HEADLINES = (
    ('channel, one thread', r'chan/pair/', ''),
    ('channel, two threads near', r'chan/1p1c/cap=64/.*place=NEAR', ''),
    ('channel, two threads far', r'chan/1p1c/cap=64/.*place=FAR', ''),
    ('mutex, two threads', r'mutex/threads=2(/|$)', ''),
    ('reads, two threads', r'rw/writes=0%/threads=2(/|$)', 'rwmutex'),
)


class Entry:
    """A contributed file."""

    def __init__(self, path):
        self.path = path
        self.result = load(path)
        self.machine = across.Machine('', self.result)
        self.trips = facts.trips_of(self.result)
        self.model = str(self.result.context['cpu_model'])
        self.synthetic = bool(self.result.weir.get('synthetic'))

    def shape(self):
        pus = self.result.weir['topology']['pus']
        parts = [(len({p['package'] for p in pus}), 'socket'),
                 (len({p['core'] for p in pus}), 'core'), (len(pus), 'CPU')]
        return ', '.join(f'{n} {word}{"s" * (n != 1)}' for n, word in parts)

    def places(self):
        """The nearest and the furthest place that pairs were measured at."""
        seen = {m[1] for name in self.machine.cells
                if (m := re.search(r'chan/1p1c/.*place=([^/]+)', name))}
        known = sorted(filter(across.distance, seen), key=across.distance)
        return (known[0], known[-1]) if known else ('', '')

    def headline(self, pattern, part):
        """weir's ratio in the first cell that fits, as an interval."""
        near, far = self.places()
        if 'FAR' in pattern and near == far:
            return None
        pattern = pattern.replace('NEAR', re.escape(near) + '(/|$)').replace(
            'FAR', re.escape(far) + '(/|$)')
        for cell in self.result.cells:
            if re.match(pattern, cell['name']):
                for r in cell['results']:
                    if r['role'] == 'weir' and part in r['impl'] and \
                            r.get('ratio') and r.get('verdict') != 'void':
                        return r['ratio']
        return None


def entries(folder):
    """The canonical files, by machine, newest run first."""
    found = [Entry(p) for p in sorted(Path(folder).glob('*.json'))
             if CANONICAL.fullmatch(p.name)]
    found.sort(key=lambda e: str(e.result.context['date']), reverse=True)
    found.sort(key=lambda e: (e.synthetic, e.model.lower(),
                              facts.online(e.result)))
    return found


def shared_ratios(found):
    """(names, {path: geometric mean}): over the cells that every file has;
    made-up machines count only where there is no other."""
    found = [e for e in found if not e.synthetic] or found
    if not found:
        return [], {}
    machines = [e.machine for e in found]
    pairs = [(name, impl) for name, impl in across.ours(
        machines, across.common(machines))
        if all((m.contender(name, impl).get('ratio') or {}).get('median')
               for m in machines)]
    means = {e.path: stats.geometric_mean(
        [e.machine.contender(n, i)['ratio']['median'] for n, i in pairs])
        for e in found} if pairs else {}
    return pairs, means


def ratio_text(ratio):
    return '–' if ratio is None else f'{plain(ratio["median"])}×'


def markdown(value):
    """Text that is only text in a Markdown table."""
    return html.escape(re.sub(r'([\\`*_{}\[\]()#+!|~])', r'\\\1',
                              clean(value)), quote=False)


def trip_range(entry):
    values = sorted(entry.trips.values())
    if not values:
        return '–'
    ends = [time_text(v) for v in (values[0], values[-1])]
    return ends[0] if ends[0] == ends[1] else f'{ends[0]} – {ends[1]}'


def readme(found):
    pairs, means = shared_ratios(found)
    titles = [title for title, *_ in HEADLINES]
    rows = ['| ' + ' | '.join(['CPU', 'what', 'line round trip', *titles,
                               'all', 'run']) + ' |',
            '| --- | --- |' + ' ---: |' * (len(titles) + 2) + ' --- |']
    for e in found:
        mark = ' (synthetic: nobody measured it)' if e.synthetic else ''
        ratios = [ratio_text(e.headline(*h[1:])) for h in HEADLINES]
        mean = f'{plain(means[e.path])}×' if e.path in means else '–'
        context = e.result.context
        run = (f'[{markdown(context["weir_git"])}]({e.path.name}), '
               f'{markdown(facts.day_of(e.result))}, '
               f'{e.result.weir["depth"]}')
        rows.append('| ' + ' | '.join(
            [markdown(e.model) + mark, markdown(e.shape()), trip_range(e),
             *ratios, mean, run]) + ' |')
    return f'''{MADE}
# Results

Runs of `tools/bench` on {count(found)}. A ratio is
weir's time over the time of a mutex and condition variables on the same machine
in the same run: below 1× is faster. "all" is the geometric mean over the
{len(pairs)} ratios listed below, which every measured file has. Times of two
machines say little about the machines: `tools/compare A.json B.json` says what
can be said.

Yours: `tools/bench`, then `tools/bench contribute results/FILE.json`; it checks
the file, gives it its name and makes this page and `index.html` anew. No file
names its host or user. [docs/result-file.md](../docs/result-file.md) describes
the format.

{chr(10).join(rows)}

<details><summary>The ratios that every measured file has</summary>

{', '.join(f'`{n}/impl={i}`' for n, i in pairs) or 'none'}

</details>
'''


def count(found):
    """'1 machine and 2 made-up ones'"""
    real, made_up = (len({facts.machine_of(e.result) for e in found
                          if e.synthetic == kind}) for kind in (False, True))
    if not real and made_up:
        return f'{made_up} made-up machine{"s" * (made_up != 1)}'
    words = f'{real} machine{"s" * (real != 1)}'
    return words + (f' and {made_up} made-up one{"s" * (made_up != 1)}'
                    if made_up else '')


def thumbnail(entry):
    """The core-to-core map, a pixel for each pair of CPUs."""
    trips = entry.result.weir.get('core_to_core') or ()
    pus = sorted(entry.result.weir['topology']['pus'], key=lambda p: (
        p['package'], p.get('l3') or 0, p['core'], p['os']))
    at = {p['os']: i for i, p in enumerate(pus)}
    values = [t['p50_ns'] for t in trips if t['p50_ns'] > 0]
    if not values or len(pus) > 512:
        return ''
    low, high = min(values), max(values)
    span = math.log(high / low) if high > 1.05 * low else None
    rows = [[None] * len(pus) for _ in pus]
    for t in trips:
        if t['a'] in at and t['b'] in at and t['p50_ns'] > 0:
            part = math.log(t['p50_ns'] / low) / span if span else 0.5
            rows[at[t['a']]][at[t['b']]] = step_of(part)
            rows[at[t['b']]][at[t['a']]] = step_of(part)
    image = (f'<image x="0" y="0" width="160" height="160" class="raster" '
             f'href="{png(rows)}"/>')
    return figure('', svg(160, 160, 'Line round trips between CPUs', image,
                          line(0, 0, 0, 0, 'axis')),
                  f'line round trips, {trip_range(entry)}', 'thumb')


def tiles(entry):
    out = []
    for title, *how in HEADLINES:
        ratio = entry.headline(*how)
        if ratio:
            out.append(tag('div', tag('b', esc(ratio_text(ratio))), tag(
                'span', esc(title)), tag('span', esc(
                    f'{plain(ratio["low"])} – {plain(ratio["high"])}')),
                class_='tile'))
    return tag('div', *out, class_='tiles') if out else ''


def card(runs):
    """A machine: its newest run, and links to all."""
    newest = runs[0]
    context = newest.result.context
    mark = tag('p', 'Synthetic: made up to show what a result of such a '
               'machine looks like. Nobody measured this.',
               class_='alert') if newest.synthetic else ''
    said = [newest.shape(), f'kernel {context.get("kernel", "unknown")}',
            f'governor {context.get("governor", "unknown")}',
            f'hypervisor {context.get("hypervisor", "unknown")}']
    links = tag('ul', *(tag('li', tag(
        'a', esc(f'commit {e.result.context["weir_git"]}, '
                 f'{facts.day_of(e.result)}, '
                 f'{e.result.weir["depth"]}'), href=e.path.name))
        for e in runs), class_='plain')
    return tag('section', tag('h2', esc(newest.model)), mark,
               tag('p', esc(' · '.join(said)), class_='soft'),
               tag('div', thumbnail(newest), tag('div', tiles(newest), links),
                   class_='beside'), class_='card')


STYLE = '''<style>
section.card{margin:1.2rem 0}section.card h2{margin-top:0}
.beside{display:grid;gap:20px;grid-template-columns:160px minmax(0,1fr)}
@media(max-width:520px){.beside{grid-template-columns:1fr}.thumb{width:160px}}
.beside .tiles{margin-top:0}
</style>'''


def page(found):
    by_machine = {}
    for e in found:
        by_machine.setdefault((e.synthetic, facts.machine_of(e.result)),
                              []).append(e)
    pairs, means = shared_ratios(found)
    lead = ("Ratios are weir's time over the time of a mutex and condition "
            'variables on the same machine, in the same run: below 1× is '
            'faster. Times of two machines are not compared.')
    rows = [tag('tr', tag('td', esc(e.model + ' (synthetic)' * e.synthetic)),
                tag('td', esc(f'{plain(means[e.path])}×')))
            for e in found if e.path in means]
    overall = tag('section', tag('h2', esc(
        f'Over the {len(pairs)} ratios that all have')), tag(
            'div', tag('table', *rows), class_='wide'), tag(
                'details', tag('summary', 'Which these are'), tag('p', esc(
                    ', '.join(f'{n}/impl={i}' for n, i in pairs), 100000))
    )) if rows else ''
    body = (tag('header', tag('p', 'weir-bench', class_='eyebrow'),
                tag('h1', esc(f'Results of {count(found)}')),
                tag('p', esc(lead), class_='lead'), class_='top') + tag(
                    'main', *map(card, by_machine.values()), overall) + tag(
                        'footer', tag('p', 'Made from the result files by '
                                      'bench/page/gallery.py.')))
    return style.page('weir-bench: results', body, STYLE)


def made(folder):
    """{path: text} of the index."""
    found = entries(folder)
    return {Path(folder) / 'README.md': readme(found),
            Path(folder) / 'index.html': page(found)}


def write(folder):
    """Write the index; its paths."""
    for path, text in made(folder).items():
        part = path.with_suffix('.part')
        part.write_text(text, encoding='utf-8')
        part.replace(path)
    return [Path(folder) / n for n in ('README.md', 'index.html')]
