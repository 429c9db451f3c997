# SPDX-License-Identifier: MIT
"""The page of one run: tools/report RESULT.json [-o PAGE.html].

One file, no script, nothing from a network.  Sections whose data the file does
not have are left out.  Everything of the file is escaped where it is written
(svg.py), whatever result.py has checked before.
"""
import argparse
import os
import sys
import tempfile
from pathlib import Path

from . import machine, spots, style, sweeps, tables, verdict
from .result import Bad, load
from .svg import clean, esc, number, percent_text, tag, time_text
from .view import View, word

NOISY = 0.05  # A/A spread above which a page says so first


def warnings(view):
    found = view.texts('warnings')
    if view.weir.get('complete') is False:
        found = ['this run was ended early: it holds what was finished by '
                 'then', *found]
    spread = verdict.noise_of(view)
    if spread is not None and spread > NOISY:
        found.append(f'the same code under two names differed by '
                     f'{percent_text(spread)} here: only large differences '
                     'can be told')
    if not found:
        return ''
    return tag('div', '<b>Read this first</b>', tag('ul', *(
        tag('li', esc(f[:1].upper() + f[1:])) for f in found)),
        class_='alert', id='warnings')


def run_line(view):
    date = view.fact('date')
    if len(date) == 16 and date[8] == 'T':
        date = f'{date[:4]}-{date[4:6]}-{date[6:8]} {date[9:11]}:' \
            f'{date[11:13]} UTC'
    rounds, window = (number(view.weir.get(k)) for k in ('rounds',
                                                         'window_ns'))
    parts = [date, word(view.weir.get('depth')) + ' run', f'{len(view.cells)} '
             'cells', f'{rounds:.0f} interleaved rounds' if rounds else '',
             f'windows of {time_text(window)}' if window else '',
             f'weir {view.fact("weir_version")} '
             f'({view.fact("weir_git") or "unknown commit"})']
    return ' · '.join(p for p in parts if p.strip())


def machine_section(view):
    card = tag('div', machine.card(view), class_='card')
    drawing = machine.drawing(view)
    if len(view.pus) > 32 or not drawing:
        return card + drawing
    return tag('div', card, drawing, class_='two')


SECTIONS = (
    ('machine', 'The machine', '', machine_section),
    ('distance', 'Core to core', '', machine.core_to_core),
    ('primitives', 'What the machine charges', '', machine.primitives),
    ('readers', 'Readers and writers', 'Throughput of all threads together, '
     'by share of reads: up is better. Bands are 95 % intervals; the dotted '
     'line is what perfect scaling of weir’s first point would give.',
     sweeps.readers),
    ('notes', 'RWMutex against Mutex over the number of readers',
     'One producer locks, unlocks and sleeps; every reader locks and unlocks '
     'once. Down is better. Beyond 256 the readers take turns on 256 '
     'threads.', sweeps.notes),
    ('channels', 'Channels', 'Left of 1× weir is faster than the same channel '
     'made of a mutex and condition variables. Whiskers are 95 % intervals; '
     'the figures at the right are weir’s.', spots.channels),
    ('threads', 'Throughput over threads', 'Up is better; one y axis for '
     'panels of a kind.', sweeps.over_threads),
    ('sections', 'Throughput over the length of the critical section',
     'The longer the section, the less the lock matters.',
     sweeps.over_sections),
    ('waits', 'Throughput against waits', 'Up and to the left is better. A '
     'lock that starves others scores high throughput and a long tail; the '
     'bubble’s area is the number of CPUs burnt. For each family the cell in '
     'which contenders differ most, whoever leads: with no more threads than '
     'CPUs, and with more.',
     spots.against_waits),
    ('latency', 'Latency by percentile', 'From merged histograms. Each step '
     'to the right is ten times rarer. Waits near the dashed line are the '
     'scheduler’s, not the lock’s; the line is Linux’s default slice for '
     'this number of CPUs, not a measurement.', spots.latencies),
    ('openloop', 'Latency under a given rate', 'Operations start on a '
     'schedule, and latency counts from when each was due, so that a stall '
     'is charged to all whom it delays.', sweeps.open_loop),
    ('survival', 'All cells at once', 'The share of cells in which weir '
     'takes at least so many times the other’s time: the further left a '
     'curve falls, the better.', verdict.survival_figure),
    ('places', 'Placements', '', spots.placements),
    ('fairness', 'Fairness', '', spots.fairness),
    ('memory', 'Memory', '', spots.memory),
    ('losses', 'Losses', 'Every comparison in which weir is slower than its '
     'baseline, largest first.', verdict.losses_section),
    ('cells', 'Every cell', 'Medians of interleaved rounds; columns that '
     'nobody filled are left out. Names of columns have tooltips.',
     tables.every_cell),
    ('noise', 'Noise', 'The baseline ran under two names in every cell. What '
     'differs between them is noise, and smaller differences are called '
     'none.', tables.noise),
    ('absent', 'What is not here', '',
     lambda view: tables.absent(view) + tables.peers(view)),
)


def sections(view):
    out, links = [], []
    for key, title, lead, make in SECTIONS:
        body = make(view)
        if not body:
            continue
        text = f'<p class="lead">{esc(lead)}</p>' if lead else ''
        out.append(f'<section id="{key}"><h2>{esc(title)}</h2>{text}{body}'
                   '</section>')
        links.append((key, title))
    return out, links


def head_of(view):
    model, cpus = verdict.machine_words(view)
    synthetic = '<p class="alert"><b>Synthetic.</b> Nobody measured this: ' \
        'the file was made to look at pages with.</p>' \
        if view.synthetic else ''
    return (f'<header class="top"><p class="eyebrow">weir-bench'
            f'{" · synthetic example" if view.synthetic else ""}</p>'
            f'<h1>{esc(model)}</h1><p class="soft">'
            f'{esc(run_line(view))}</p>{synthetic}'
            f'<p class="verdict">{verdict.sentence(view)}</p>'
            f'{verdict.loss_sentence(view)}{verdict.tiles(view)}'
            f'{verdict.by_family(view)}</header>')


def body_of(view, source):
    parts, links = sections(view)
    parts += [f'<section id="terms"><h2>Words</h2>{tables.glossary()}'
              '</section>', '<section id="again"><h2>Do it again</h2>' +
              tables.reproduce(view, source) +
              tables.data_words(view, source) + '</section>']
    links += [('terms', 'Words'), ('again', 'Do it again')]
    nav = tag('nav', *(tag('a', esc(title), href='#' + key)
                       for key, title in links), aria_label='Contents')
    foot = ('<footer>Written by weir’s tools/report. Absolute times belong '
            'to this machine and to the moment; compare ratios.</footer>')
    return (head_of(view) + '<main>' + nav + warnings(view) + ''.join(parts) +
            '</main>' + foot)


def html_of(result, source):
    view = View(result)
    model = verdict.machine_words(view)[0]
    return style.page(f'weir on {clean(model, 80)}', body_of(view, source))


def write(path, text):
    """The whole file under its name, or nothing."""
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile(
            'w', encoding='utf-8', dir=folder, prefix='.' +
            os.path.basename(path)[:60], suffix='.part',
            delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def main(arguments):
    parser = argparse.ArgumentParser(
        prog='report', description='Make the page of one result file.')
    parser.add_argument('file', metavar='RESULT.json')
    parser.add_argument('-o', metavar='PAGE.html', dest='page',
                        help='default: beside the result')
    given = parser.parse_args(arguments)
    page = given.page or str(Path(given.file).with_suffix('.html'))
    if os.path.realpath(page) == os.path.realpath(given.file):
        print('report: the page would replace the result', file=sys.stderr)
        return 2
    try:
        write(page, html_of(load(given.file), os.path.basename(given.file)))
    except Bad as bad:
        print(f'report: {bad}', file=sys.stderr)
        return 2
    except OSError as error:
        print(f'report: cannot write {clean(page)}: '
              f'{(error.strerror or "failed").lower()}', file=sys.stderr)
        return 2
    print(f'wrote {page}', file=sys.stderr)
    return 0
