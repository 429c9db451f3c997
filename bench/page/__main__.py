# SPDX-License-Identifier: MIT
"""python3 bench/page contribute RESULT.json: check and name a result
python3 bench/page index [FOLDER]:        make the index of results/ anew
python3 bench/page manual:                make docs/result-file.md anew"""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[0] = str(ROOT / 'bench')

from page import contribute, gallery, manual  # noqa: E402


def main(what='', *rest):
    if what == 'contribute':
        return contribute.main(list(rest))
    if what == 'index' and len(rest) < 2:
        gallery.write(Path(*rest) if rest else ROOT / 'results')
    elif what == 'manual' and not rest:
        manual.write(ROOT / 'docs/result-file.md')
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


sys.exit(main(*sys.argv[1:]))
