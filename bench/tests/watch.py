# SPDX-License-Identifier: MIT
"""What of a page could run, or fetch something."""
from html.parser import HTMLParser

BAD = ('script', 'iframe', 'object', 'embed', 'link', 'base', 'form', 'img',
       'foreignobject', 'animate', 'set')


class Watcher(HTMLParser):
    """Collects such elements; links to the files in `files` are none."""

    def __init__(self, files=()):
        super().__init__()
        self.files = files
        self.found = []

    def handle_starttag(self, tag, attrs):
        bad = tag in BAD
        for key, value in attrs:
            value = value or ''
            bad |= key.startswith('on')
            bad |= key in ('src', 'srcset', 'action', 'formaction', 'srcdoc')
            if key in ('href', 'xlink:href'):
                bad |= not value.startswith(('#', 'data:image/png;base64,')) \
                    and value not in self.files
            bad |= 'url(' in value and value != 'url(#hatch)'
        if bad:
            self.found.append((tag, attrs))

    handle_startendtag = handle_starttag


def found_in(page, files=()):
    watcher = Watcher(files)
    watcher.feed(page)
    return watcher.found
