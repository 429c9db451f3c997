# SPDX-License-Identifier: MIT
"""The look of the pages: one style sheet, light, dark and print; page(...)
puts it around a body.  All sizes follow the reader's font and window."""
from .colour import heat_css
from .svg import esc

LIGHT = {
    'page': '#fcfcfb', 'card': '#ffffff', 'ink': '#1b1d21', 'soft': '#5b606a',
    'line': '#dfe1e5', 'grid': '#e9eaed', 'axis': '#9aa0aa',
    'accent': '#0b57d0', 'good': '#0b57d0', 'bad': '#b94a00',
    'same': '#8b919b', 'wash': '#f3f4f6', 'alert': '#fff4e5',
    'alertline': '#e0a458', 'k0': '#0b57d0', 'k1': '#2b2e33',
    'k2': '#c75b00', 'k3': '#00805e', 'k4': '#a0418a', 'k5': '#8a6d00',
    'k6': '#3b8fc4', 'k7': '#7a4b2a', 'k8': '#6564a3', 'k9': '#858b95',
}
DARK = {
    'page': '#131518', 'card': '#1a1d21', 'ink': '#e8eaed', 'soft': '#a4aab4',
    'line': '#31353b', 'grid': '#282c32', 'axis': '#6f7681',
    'accent': '#7ab3ff', 'good': '#7ab3ff', 'bad': '#ff9d57',
    'same': '#848b96', 'wash': '#20242a', 'alert': '#2e2616',
    'alertline': '#8a6a2c', 'k0': '#6aaaff', 'k1': '#e2e4e8',
    'k2': '#ff9a4d', 'k3': '#3fd0a4', 'k4': '#e58cc9', 'k5': '#e3c53d',
    'k6': '#a5dcf7', 'k7': '#d2a184', 'k8': '#aeaef0', 'k9': '#959ca8',
}

BASE = '''
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",
"Noto Sans","Liberation Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,header.top,footer{max-width:1200px;margin:0 auto;padding:0 20px}
a{color:var(--accent);text-underline-offset:.15em;
text-decoration-thickness:1px}
h1{font-size:clamp(1.6rem,1.1rem + 2vw,2.5rem);line-height:1.15;
letter-spacing:-.02em;margin:.2em 0 .3em;font-weight:680}
h2{font-size:1.45rem;line-height:1.25;letter-spacing:-.012em;
margin:3.2rem 0 .4rem;font-weight:650;scroll-margin-top:1rem}
h3{font-size:1.02rem;margin:1.8rem 0 .3rem;font-weight:640}
p{margin:.5em 0}
.lead{color:var(--soft);max-width:46em;margin:.2em 0 1.1em}
.soft{color:var(--soft)}
small,.foot,.legend{font-size:.84rem;color:var(--soft)}
code,kbd,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,
"DejaVu Sans Mono",monospace;font-size:.86em}
pre{background:var(--wash);border:1px solid var(--line);border-radius:8px;
padding:.8em 1em;overflow-x:auto;white-space:pre-wrap;
overflow-wrap:anywhere}
.grid{display:grid;gap:26px 30px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.pair{display:grid;gap:26px 30px;
grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}
.grid+.grid{margin-top:26px}
.card+figure{margin-top:1.4rem}
h3+.foot{margin-bottom:.8rem}
.losses{max-width:60em;font-size:.95rem}
.losses code{font-size:.92em}
figure{margin:0;min-width:0}
figcaption{font-weight:600;font-size:.95rem;margin:0 0 .35rem;
line-height:1.35}
figcaption small{display:block;font-weight:400}
.foot{margin:.3rem 0 0;line-height:1.45}
.legend{display:flex;flex-wrap:wrap;gap:.25em 1.1em;margin:.4rem 0 .8rem}
.entry{display:inline-flex;align-items:center;gap:.4em;color:var(--ink)}
nav{font-size:.88rem;margin:1.4rem 0 0;padding:.7rem 0;display:flex;
flex-wrap:wrap;gap:.2em 1.15em;border-top:1px solid var(--line);
border-bottom:1px solid var(--line)}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
footer{margin-top:4rem;padding-top:1rem;padding-bottom:3rem;
color:var(--soft);font-size:.85rem}
'''

CHART = '''
svg.chart{display:block;width:100%;height:auto;overflow:visible}
svg.swatch{width:12px;height:12px;flex:none}
svg.key{max-width:240px;margin:.3rem 0 .8rem}
svg text{font-size:12px;fill:var(--ink)}
svg .tick,svg .note,svg .ruled,svg .label{font-size:11px;fill:var(--soft)}
svg .note{fill:var(--ink)}
svg .heading{font-weight:640}
svg .strong{font-weight:680}
svg .grid{stroke:var(--grid);fill:none}
svg .axis{stroke:var(--axis);fill:none}
svg .rule{stroke:var(--soft);fill:none;stroke-dasharray:5 3}
svg .lead{stroke:var(--axis);fill:none;stroke-width:.75}
svg .ln{fill:none;stroke:var(--c);stroke-width:1.6;stroke-linejoin:round;
stroke-linecap:round}
svg .ln.main{stroke-width:2.8}
svg .ln.reference{stroke:var(--soft);stroke-width:1.2;
stroke-dasharray:2 4}
svg .ln.step{stroke-width:2.2}
svg .band{fill:var(--c);opacity:.16}
svg .pt{fill:var(--c);stroke:transparent;stroke-width:9px;
pointer-events:all}
svg .ring{fill:var(--card);stroke:var(--c);stroke-width:1.6px}
svg .bubble{fill:var(--c);fill-opacity:.45;stroke:var(--c)}
svg .whisker{stroke:var(--c);stroke-width:1.6;fill:none}
svg .bar{fill:var(--c);opacity:.85}
svg .strip{stroke:var(--c);stroke-width:1.6;fill:none}
svg .span{stroke:var(--c);stroke-width:1;opacity:.5;fill:none}
svg .name{fill:var(--c)}
svg .name,svg .ruled{paint-order:stroke;stroke:var(--page);
stroke-width:3px;stroke-linejoin:round}
svg .border{stroke:var(--page);fill:none}
svg .w1{stroke-width:1.5}svg .w2{stroke-width:3}svg .w3{stroke-width:5}
svg .none{fill:url(#hatch);stroke:var(--line)}
svg .blank{fill:var(--wash)}
svg .hatch{stroke:var(--axis);stroke-width:1;opacity:.55}
svg .v{pointer-events:none;font-size:inherit}
svg .pale{fill:#15171a}svg .deep{fill:#fff}svg .on{fill:var(--ink)}
svg .raster{image-rendering:pixelated}
'''

TABLE = '''
.wide{overflow-x:auto;margin:.4rem 0 1rem;
-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;font-size:.84rem;line-height:1.35}
th,td{padding:.28em .75em .28em 0;text-align:right;white-space:nowrap;
vertical-align:top}
th{font-weight:600;color:var(--soft);border-bottom:1px solid var(--axis)}
th:first-child,td:first-child,.l{text-align:left}
tbody tr+tr td{border-top:1px solid var(--grid)}
td.wrap{white-space:normal;min-width:16em}
tr.cell th{color:var(--ink);text-align:left;border-bottom:0;
padding-top:1.1em}
tr.cell span{position:sticky;left:0;display:inline-block;
max-width:min(76em,calc(100vw - 40px));white-space:normal}
tr.cell small{font-weight:400;display:block}
.pinned td:first-child{position:sticky;left:0;background:var(--page)}
tr.ours td{font-weight:620}
tr.foot td{white-space:normal;text-align:left;color:var(--soft);
font-size:.92em}
.faster{color:var(--good)}.slower{color:var(--bad)}
.void,.dim{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);
border-radius:12px;padding:18px 20px}
dl.facts{margin:0;font-size:.9rem;columns:26em}
dl.facts div{display:grid;grid-template-columns:8.2em 1fr;gap:1em;
padding:.1em 0;break-inside:avoid}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
dl.terms{max-width:52em}
dl.terms dt{font-weight:640;margin-top:.7em}
dl.terms dd{margin:0;color:var(--soft)}
ul.plain{padding-left:1.1em;margin:.4em 0}
ul.columns{columns:22em;font-size:.86rem}
details{border-top:1px solid var(--line);padding:.55rem 0}
details:last-of-type{border-bottom:1px solid var(--line)}
.card details{border:0;padding:.5rem 0 0;font-size:.9rem}
summary{cursor:pointer;font-weight:600}
summary small{font-weight:400;margin-left:.6em}
summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);
outline-offset:2px;border-radius:3px}
'''

TOPO = '''
.topo{font-size:11px;line-height:1.2;display:flex;flex-direction:column;
gap:8px;align-items:flex-start}
.box .in{display:flex;flex-wrap:wrap;gap:6px}
.box.group{border:1px solid var(--line);border-radius:8px;
padding:5px 7px 7px;background:var(--card);flex:0 1 auto}
.box.group .box.group{background:var(--wash)}
.box.core{border-radius:5px;background:var(--line);padding:2px}
.box.core .in{gap:2px;flex-wrap:nowrap}
.where{display:block;color:var(--soft);margin:0 0 4px 1px;
white-space:nowrap}
.pu{display:inline-block;font-style:normal;min-width:26px;padding:3px 4px;
text-align:center;border-radius:4px;background:var(--k0);
color:var(--page);font-weight:600}
.q1{background:var(--k3)}.q2{background:var(--k2)}.q3{background:var(--k4)}
.off{background:repeating-linear-gradient(45deg,transparent 0 3px,
var(--line) 3px 5px);color:var(--soft);border:1px dashed var(--axis);
font-weight:400;text-decoration:line-through}
.key{min-width:14px;height:14px;padding:0}
.many .pu{min-width:21px;padding:1px 1px;font-size:9.5px;font-weight:500}
.many .in{gap:3px}.many .box.core{padding:1px;border-radius:3px}
.many .box.core .in{gap:1px}
.many .box.group{padding:4px 5px 5px}
.map svg{min-width:520px}
'''

PAGE = '''
.eyebrow{color:var(--soft);font-size:.88rem;margin:2.2rem 0 0;
letter-spacing:.01em}
.verdict{font-size:clamp(1.08rem,1rem + .5vw,1.3rem);line-height:1.5;
max-width:44em;margin:.6em 0 1em}
.verdict b{font-weight:660}
.tiles{display:grid;gap:12px;margin:1.4rem 0;
grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
.tile{background:var(--card);border:1px solid var(--line);
border-radius:12px;padding:12px 16px}
.tile b{display:block;font-size:1.7rem;line-height:1.2;
letter-spacing:-.02em;font-weight:660}
.tile span{font-size:.84rem;color:var(--soft);line-height:1.35;
display:block}
.stack{display:flex;height:12px;border-radius:6px;overflow:hidden;gap:2px;
margin:.3rem 0 .5rem;max-width:44em}
.stack i{display:block;min-width:3px}
.f{background:var(--good)}.e{background:var(--same)}
.s{background:var(--bad)}.n{background:var(--line)}
.alert{background:var(--alert);border:1px solid var(--alertline);
border-radius:10px;padding:.6em 1em;margin:.8em 0}
.alert ul{margin:.2em 0;padding-left:1.2em}
.narrow{display:none}
@media(max-width:700px){.named td:first-child{white-space:normal;
min-width:10.5em;overflow-wrap:anywhere}
.broad{display:none}.narrow{display:block}
main,header.top,footer{padding:0 16px}
h2{margin-top:2.6rem}
dl.facts div{grid-template-columns:6.6em 1fr}}
@media(min-width:900px){.two{display:grid;gap:26px;
grid-template-columns:minmax(0,5fr) minmax(0,6fr);align-items:start}
.two .card+figure{margin-top:0}}
@media print{body{font-size:10.5pt;background:#fff}
main,header.top,footer{max-width:none;padding:0}
nav{display:none}
figure,.tile,.card,tr{break-inside:avoid}
h2,h3,figcaption{break-after:avoid}
.grid{grid-template-columns:1fr 1fr}.pair{grid-template-columns:1fr 1fr}
.wide{overflow:visible}table{font-size:6.6pt}
th,td{padding-right:.55em}
details::details-content{content-visibility:visible;height:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
@page{margin:14mm 12mm}}
'''


def variables(values):
    return ''.join(f'--{name}:{value};' for name, value in values.items())


def css():
    inks = ''.join(f'.k{i}{{--c:var(--k{i})}}' for i in range(10))
    return (':root{color-scheme:light dark;' + variables(LIGHT) + '}\n'
            '@media screen and (prefers-color-scheme:dark){:root{' +
            variables(DARK) + '}}\n' + inks + BASE + CHART + TABLE + TOPO +
            PAGE + heat_css())


def page(title, body, head=''):
    """A whole document around the body (markup); the title is text."""
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>\n'
            '<meta name="viewport" content="width=device-width, '
            'initial-scale=1"/>\n<meta http-equiv="Content-Security-Policy" '
            'content="default-src \'none\'; img-src data:; style-src '
            '\'unsafe-inline\'"/>\n'
            f'<title>{esc(title)}</title>\n{head}<style>{css()}</style>'
            f'</head>\n<body>\n{body}\n</body></html>\n')
