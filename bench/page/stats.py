# SPDX-License-Identifier: MIT
"""What a comparison computes; no randomness, so a file always says the same.

The bootstrap distribution of a median is known exactly: the median of a
resample is one of the samples (or the mean of two), with probabilities that
depend on their number alone.  So nothing is drawn; this is the limit of what
bench/measure/stats.cc does with resamples, with the same expanded percentiles.

Source   J. S. Maritz, R. G. Jarrett, "A Note on Estimating the Variance of the
         Sample Median" (1978): the exact distribution
         T. C. Hesterberg, "What Teachers Should Know About the Bootstrap"
         (2015): expanded percentiles for few samples
         H. B. Mann, D. R. Whitney, "On a Test of Whether One of Two Random
         Variables Is Stochastically Larger than the Other" (1947)
         S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure"
         (1979)
"""
from functools import lru_cache
from math import comb, exp, factorial, log, sqrt
from statistics import NormalDist

NORMAL = NormalDist()
T975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
        2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)


def median(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def quantile(values, part):
    """Linear between the two nearest ranks."""
    ordered = sorted(values)
    at = part * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def t975(freedom):
    """The 97.5 % point of Student's t."""
    if freedom <= len(T975):
        return T975[freedom - 1]
    return 1.96 + 2.4 / freedom


def expanded(n):
    """The lower percentile that makes an interval of n samples hold 95 %."""
    return NORMAL.cdf(-sqrt(n / (n - 1)) * t975(n - 1))


def middle_twice(i, n):
    """P(both middle ones of n = 2m draws are the i-th smallest, from 1)."""
    half, total = n // 2, 0
    for less in range(half):
        for same in range(half + 1 - less, n - less + 1):
            more = n - less - same
            ways = factorial(n) // (factorial(less) * factorial(same) *
                                    factorial(more))
            total += ways * (i - 1) ** less * (n - i) ** more
    return total / n ** n


@lru_cache(maxsize=None)
def atoms(n):
    """[(i, j, p)]: with probability p the median of a resample of n sorted
    samples is the mean of those at i and j."""
    half, out = (n + 1) // 2, []
    if n % 2:
        below = [sum(comb(n, k) * i ** k * (n - i) ** (n - k)
                     for k in range(half, n + 1)) for i in range(n + 1)]
        return [(i, i, (below[i + 1] - below[i]) / n ** n) for i in range(n)]
    for i in range(1, n + 1):
        out.append((i - 1, i - 1, middle_twice(i, n)))
        for j in range(i + 1, n + 1):
            ways = (i ** half - (i - 1) ** half) * (
                (n - j + 1) ** half - (n - j) ** half)
            out.append((i - 1, j - 1, comb(n, half) * ways / n ** n))
    return out


def median_spread(values):
    """[(value, probability)] of the median of a resample."""
    ordered = sorted(values)
    return [((ordered[i] + ordered[j]) / 2, p)
            for i, j, p in atoms(len(ordered))]


def ends(spread, tail):
    """Where tail and 1 - tail of [(value, probability)] lie."""
    spread.sort()
    low, high, seen = spread[0][0], spread[-1][0], 0.0
    for value, p in spread:
        if seen <= tail:
            low = value
        if seen <= 1 - tail:
            high = value
        seen += p
    return low, high


def interval(values):
    """The median with its 95 % bootstrap interval."""
    here = median(values)
    if len(values) < 2:
        return here, here, here
    low, high = ends(median_spread(values), expanded(len(values)))
    return here, min(low, here), max(high, here)


def shift(old, new):
    """median(new) - median(old) with its 95 % bootstrap interval."""
    here = median(new) - median(old)
    if len(old) < 3 or len(new) < 3:
        return here, float('-inf'), float('inf')
    tail = expanded(min(len(old), len(new)))
    before, after = median_spread(old), median_spread(new)
    low, high = ends([(b - a, p * q) for a, p in before for b, q in after],
                     tail)
    return here, min(low, here), max(high, here)


@lru_cache(maxsize=None)
def ways_to(u, n, m):
    """How many orders of n and m values without ties have the statistic u."""
    if u < 0 or u > n * m:
        return 0
    if n == 0 or m == 0:
        return int(u == 0)
    return ways_to(u - m, n - 1, m) + ways_to(u, n, m - 1)


def mann_whitney(old, new):
    """Two-sided p: exact for few values without ties, else by the normal."""
    n, m = len(old), len(new)
    if not n or not m:
        return 1.0
    u = sum((a > b) + (a == b) / 2 for a in old for b in new)
    u = min(u, n * m - u)
    values = [*old, *new]
    if len(set(values)) == n + m and n + m <= 40:
        below = sum(ways_to(k, n, m) for k in range(int(u) + 1))
        return min(1.0, 2 * below / comb(n + m, n))
    ties = sum(k ** 3 - k for k in map(values.count, set(values)))
    total = n + m
    sigma = sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    if sigma == 0:
        return 1.0
    return 2 * NORMAL.cdf(min(0.0, (u + 0.5 - n * m / 2) / sigma))


def smallest_p(n, m):
    """The p of two samples that do not overlap."""
    return 2 / comb(n + m, n) if n and m else 1.0


def holm(values):
    """p values corrected for the number of tests, in their order."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, highest = [0.0] * len(values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, values[at] * (len(values) - rank)))
        out[at] = highest
    return out


def scale(values):
    """Robust standard deviation about zero: what noise alone would show."""
    return 1.4826 * median([abs(v) for v in values]) if values else 0.0


def geometric_mean(values):
    return exp(sum(map(log, values)) / len(values))
