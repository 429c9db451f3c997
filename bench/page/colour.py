# SPDX-License-Identifier: MIT
"""Palettes, made in OKLCH so that equal steps look equal; and a small PNG.

Lightness rises evenly along the sequential palette, so it reads in grey and
with any colour blindness.  The diverging one goes from blue (faster) through
the page's own grey to orange (slower), a pair that all can tell apart.

Source: Björn Ottosson, "A perceptual color space for image processing", 2020
(the two matrices).
"""
import base64
import math
import struct
import zlib

STEPS = 16   # of the sequential palette: classes h0 ... h15
SIDES = 5    # of the diverging one on either side: d0 ... d10


def rgb(lightness, chroma, hue):
    """OKLCH to three bytes."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    l, m, s = ((lightness + p * a + q * b) ** 3 for p, q in (
        (0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728),
        (-0.0894841775, -1.2914855480)))
    linear = (4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
              -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
              -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)
    return tuple(round(255 * gamma(min(max(c, 0.0), 1.0))) for c in linear)


def gamma(c):
    return 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055


def hexed(colour):
    return '#%02x%02x%02x' % colour


def sequential(part):
    """0: near, dark blue ... 1: far, pale yellow."""
    hue = 275 - 175 * part
    chroma = 0.10 + 0.055 * math.sin(math.pi * part)
    return rgb(0.28 + 0.64 * part, chroma, hue)


def diverging(part, dark):
    """-1: faster, blue ... 0: the page ... 1: slower, orange."""
    size = abs(part)
    hue = 255 if part < 0 else 55
    light = 0.27 + 0.26 * size if dark else 0.96 - 0.30 * size
    return rgb(light, 0.15 * size, hue)


def step_of(part):
    return min(int(min(max(part, 0.0), 1.0) * STEPS), STEPS - 1)


def side_of(part):
    """The class of a diverging value from -1 to 1."""
    return SIDES + round(min(max(part, -1.0), 1.0) * SIDES)


def is_pale(step):
    """A step of the sequential palette that wants dark text."""
    return step >= 0.45 * STEPS


def heat_css():
    """Fills of h0 ... and d0 ...; the dark theme's differ for d only."""
    css = [f'.h{i}{{fill:{hexed(sequential(i / (STEPS - 1)))}}}'
           for i in range(STEPS)]
    sides = [(i, i / SIDES - 1) for i in range(2 * SIDES + 1)]
    css += [f'.d{i}{{fill:{hexed(diverging(p, False))}}}' for i, p in sides]
    css += ['@media screen and (prefers-color-scheme:dark){',
            *(f'.d{i}{{fill:{hexed(diverging(p, True))}}}' for i, p in sides),
            '}']
    return '\n'.join(css)


def png(rows):
    """A data: address of an image; rows of steps 0 ... 15, or None (clear)."""
    height, width = len(rows), len(rows[0])
    palette = b''.join(bytes(sequential(i / (STEPS - 1)))
                       for i in range(STEPS)) + b'\x80\x80\x80'
    clear = bytes([255] * STEPS + [40])
    lines = b''.join(b'\0' + bytes(STEPS if v is None else v for v in row)
                     for row in rows)

    def chunk(kind, data):
        body = kind + data
        return struct.pack('>I', len(data)) + body + struct.pack(
            '>I', zlib.crc32(body))
    data = (b'\x89PNG\r\n\x1a\n' +
            chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 3, 0, 0,
                                       0)) +
            chunk(b'PLTE', palette) + chunk(b'tRNS', clear) +
            chunk(b'IDAT', zlib.compress(lines, 9)) + chunk(b'IEND', b''))
    return 'data:image/png;base64,' + base64.b64encode(data).decode()
