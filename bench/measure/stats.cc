// SPDX-License-Identifier: MIT
/* measure/stats.cc - medians, their intervals, and Student's distribution. */
#include "measure/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bench
{

/* Linear between the two nearest ranks; the median of two is their mean. */
static double
sorted_quantile(const Values &sorted, double q)
{
    if (sorted.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const double at = q * static_cast<double>(sorted.size() - 1);
    const size_t below = static_cast<size_t>(at);
    const size_t above = std::min(below + 1, sorted.size() - 1);
    const double part = at - static_cast<double>(below);
    return sorted[below] + (sorted[above] - sorted[below]) * part;
}

double
quantile(Values values, double q)
{
    std::sort(values.begin(), values.end());
    return sorted_quantile(values, q);
}

double
median(Values values)
{
    return quantile(std::move(values), 0.5);
}

/* Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 4:
 * finite sums for whole degrees of freedom. */
double
student_p(double t, int df)
{
    const double angle = std::atan(std::fabs(t) / std::sqrt(df));
    const double cosine = std::cos(angle);
    const bool odd = df % 2 == 1;
    double term = odd ? cosine : 1;
    double sum = 0;

    for (int k = odd ? 3 : 2; k <= df; k += 2) {
        sum += term;
        term *= cosine * cosine * (k - 1) / k;
    }
    const double inside = std::sin(angle) * sum;
    const double whole = odd ? 2 / M_PI * (angle + inside) : inside;
    return std::max(1e-15, 1 - whole);
}

double
student_quantile(double p, int df)
{
    double low = 0, high = 1e4;

    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        (student_p(middle, df) > p ? low : high) = middle;
    }
    return low;
}

/* The tail of the bootstrap distribution at which the interval ends: wider
 * than 2.5 % by what the t distribution and the divisor n cost a mean. */
static double
expanded_tail(int n)
{
    const double size = n;
    const double t = student_quantile(0.05, n - 1);

    return 0.5 * std::erfc(std::sqrt(size / (size - 1)) * t / M_SQRT2);
}

struct Mass {
    double value;
    double part;
};

static double
choose(int n, int k)
{
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) -
                    std::lgamma(n - k + 1));
}

/* P(at least k of n draws are among i of n values). */
static double
at_least(int n, int k, int i)
{
    const double part = static_cast<double>(i) / n;
    double sum = 0;

    for (int drawn = k; drawn <= n; drawn++)
        sum += choose(n, drawn) * std::pow(part, drawn) *
               std::pow(1 - part, n - drawn);
    return sum;
}

/*
 * The medians of all samples drawn from sorted values, with their masses.  The
 * two middle ranks k and k+1 of an even draw lie at i < j only if exactly k
 * draws are at or below i, one of them at i, and one of the others at j.
 */
static std::vector<Mass>
drawn_medians(const Values &sorted)
{
    const int n = static_cast<int>(sorted.size());
    const int k = (n + 1) / 2;
    const double size = n;
    std::vector<Mass> out;

    for (int i = 1; i <= n; i++) {
        double both = at_least(n, k, i) - at_least(n, k, i - 1);
        const double below =
            std::pow(i / size, k) - std::pow((i - 1) / size, k);
        for (int j = i + 1; n % 2 == 0 && j <= n; j++) {
            const double part =
                choose(n, k) * below *
                (std::pow((n - j + 1) / size, k) - std::pow((n - j) / size, k));
            out.push_back({ (sorted[i - 1] + sorted[j - 1]) / 2, part });
            both -= part;
        }
        out.push_back({ sorted[i - 1], both });
    }
    std::sort(out.begin(), out.end(),
              [](const Mass &a, const Mass &b) { return a.value < b.value; });
    return out;
}

Interval
bootstrap(Values values)
{
    Interval out;

    std::sort(values.begin(), values.end());
    out.n = static_cast<int>(values.size());
    out.median = out.low = out.high = sorted_quantile(values, 0.5);
    if (out.n < 2)
        return out;
    const double tail = expanded_tail(out.n);
    const std::vector<Mass> masses = drawn_medians(values);
    double sum = 0;
    size_t low = 0, high = masses.size() - 1;
    while (low < high && (sum += masses[low].part) < tail)
        low++;
    sum = 0;
    while (high > low && (sum += masses[high].part) < tail)
        high--;
    out.low = masses[low].value;
    out.high = masses[high].value;
    return out;
}

} // namespace bench
