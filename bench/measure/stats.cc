// SPDX-License-Identifier: MIT
/* measure/stats.cc - medians, their intervals, and Student's distribution. */
#include "measure/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

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

namespace
{

/* The mean of the i-th and the j-th value, and how often it is the median. */
struct Drawn {
    size_t i;
    size_t j;
    double part;
};

} // namespace

/*
 * The medians of all samples drawn from n sorted values.  The two middle ranks
 * k and k+1 of an even draw lie at i < j only if exactly k draws are at or
 * below i, one of them at i, and one of the others at j.
 */
static std::vector<Drawn>
drawn_medians(int n)
{
    const int k = (n + 1) / 2;
    const double size = n;
    std::vector<Drawn> out;

    for (int i = 1; i <= n; i++) {
        const size_t at = static_cast<size_t>(i - 1);
        double both = at_least(n, k, i) - at_least(n, k, i - 1);
        const double below =
            std::pow(i / size, k) - std::pow((i - 1) / size, k);
        for (int j = i + 1; n % 2 == 0 && j <= n; j++) {
            const double part =
                choose(n, k) * below *
                (std::pow((n - j + 1) / size, k) - std::pow((n - j) / size, k));
            out.push_back({ at, static_cast<size_t>(j - 1), part });
            both -= part;
        }
        out.push_back({ at, at, both });
    }
    return out;
}

/* The rank from each end whose interval holds the median in 95 % of all lists,
 * whatever their distribution: too few of n coins fall on one side. */
static size_t
sign_rank(int n)
{
    double sum = 0;
    int rank = 0;

    while (2 * rank < n) {
        sum += choose(n, rank) * std::pow(0.5, n);
        if (sum > 0.025)
            break;
        rank++;
    }
    return static_cast<size_t>(std::max(rank, 1));
}

namespace
{

/* What depends on the number of values alone. */
struct Plan_of_n {
    std::vector<Drawn> medians;
    double tail = 0;
    size_t rank = 1;
};

} // namespace

static const Plan_of_n &
plan_of(int n)
{
    static std::map<int, Plan_of_n> plans;
    Plan_of_n &plan = plans[n];

    if (plan.medians.empty()) {
        plan.medians = drawn_medians(n);
        plan.tail = expanded_tail(n);
        plan.rank = sign_rank(n);
    }
    return plan;
}

/* The value up to which the masses, taken in their order, stay below a tail. */
static double
end_of(const std::vector<std::pair<double, double>> &masses, double tail)
{
    double sum = 0;

    for (const auto &mass : masses)
        if ((sum += mass.second) >= tail)
            return mass.first;
    return masses.back().first;
}

Interval
bootstrap(Values values)
{
    Interval out;
    std::vector<std::pair<double, double>> masses;

    std::sort(values.begin(), values.end());
    out.n = static_cast<int>(values.size());
    out.median = out.low = out.high = sorted_quantile(values, 0.5);
    if (out.n < 2)
        return out;
    const Plan_of_n &plan = plan_of(out.n);
    for (const Drawn &one : plan.medians)
        masses.emplace_back((values[one.i] + values[one.j]) / 2, one.part);
    std::sort(masses.begin(), masses.end());
    out.low = std::min(end_of(masses, plan.tail), values[plan.rank - 1]);
    std::reverse(masses.begin(), masses.end());
    out.high =
        std::max(end_of(masses, plan.tail), values[values.size() - plan.rank]);
    return out;
}

} // namespace bench
