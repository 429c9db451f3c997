// SPDX-License-Identifier: MIT
/* measure/ranks.cc - tests by ranks and signs, and their correction. */
#include "measure/stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bench
{

/* Ranks from 1, doubled so that the mean rank of a tie is whole. */
static std::vector<int>
doubled_ranks(const Values &values)
{
    std::vector<size_t> order(values.size());
    std::vector<int> ranks(values.size());

    std::iota(order.begin(), order.end(), size_t(0));
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return values[a] < values[b]; });
    for (size_t i = 0; i < order.size();) {
        size_t end = i + 1;
        while (end < order.size() && !(values[order[i]] < values[order[end]]))
            end++;
        for (size_t at = i; at < end; at++)
            ranks[order[at]] = static_cast<int>(i + 1 + end);
        i = end;
    }
    return ranks;
}

/* Of all ways to give signs to these ranks, the part whose sum of one side is
 * at most `limit`: one rank after another joins the table of sums. */
static double
part_up_to(const std::vector<int> &ranks, int limit)
{
    const int all = std::accumulate(ranks.begin(), ranks.end(), 0);
    Values parts(static_cast<size_t>(all) + 1, 0);

    parts[0] = 1;
    for (int rank : ranks)
        for (int sum = all; sum >= 0; sum--) {
            const size_t at = static_cast<size_t>(sum);
            const double with =
                sum >= rank ? parts[at - static_cast<size_t>(rank)] : 0;
            parts[at] = (parts[at] + with) / 2;
        }
    return std::accumulate(parts.begin(), parts.begin() + limit + 1, 0.0);
}

double
signed_rank_p(const Values &differences)
{
    Values sizes;
    std::vector<bool> above;
    int up = 0, down = 0;

    for (double difference : differences)
        if (std::isfinite(difference) && difference != 0) {
            sizes.push_back(std::fabs(difference));
            above.push_back(difference > 0);
        }
    if (sizes.empty())
        return 1;
    const std::vector<int> ranks = doubled_ranks(sizes);
    for (size_t i = 0; i < ranks.size(); i++)
        (above[i] ? up : down) += ranks[i];
    return std::min(1.0, 2 * part_up_to(ranks, std::min(up, down)));
}

double
least_rank_p(int n)
{
    return std::min(1.0, std::pow(2.0, 1 - n));
}

double
paired_t_p(const Values &differences)
{
    const double n = static_cast<double>(differences.size());
    double sum = 0, squares = 0;

    if (n < 2)
        return 1;
    for (double one : differences)
        sum += one;
    const double mean = sum / n;
    for (double one : differences)
        squares += (one - mean) * (one - mean);
    const double error = std::sqrt(squares / (n - 1) / n);
    if (!(error > 0))
        return mean != 0 ? 1e-15 : 1;
    return student_p(mean / error, static_cast<int>(n) - 1);
}

Values
holm(const Values &p)
{
    std::vector<size_t> order(p.size());
    Values out(p.size());
    double least = 0;

    std::iota(order.begin(), order.end(), size_t(0));
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return p[a] < p[b]; });
    for (size_t i = 0; i < order.size(); i++) {
        const double left = static_cast<double>(order.size() - i);
        least = std::max(least, std::min(1.0, left * p[order[i]]));
        out[order[i]] = least;
    }
    return out;
}

/* Correlation of the ranks with 1, 2, 3, ... */
static double
rank_correlation(const std::vector<int> &ranks)
{
    const double n = static_cast<double>(ranks.size());
    double products = 0, squares = 0, steps = 0;

    for (size_t i = 0; i < ranks.size(); i++) {
        const double rank = ranks[i] / 2.0 - (n + 1) / 2;
        const double step = static_cast<double>(i + 1) - (n + 1) / 2;
        products += rank * step;
        squares += rank * rank;
        steps += step * step;
    }
    return squares > 0 ? products / std::sqrt(squares * steps) : 0;
}

/* The part of all orders that correlates at least as much. */
static double
permuted_p(std::vector<int> ranks, double rho)
{
    double all = 0, extreme = 0;

    std::sort(ranks.begin(), ranks.end());
    do {
        all++;
        extreme += std::fabs(rank_correlation(ranks)) >= std::fabs(rho) - 1e-9;
    } while (std::next_permutation(ranks.begin(), ranks.end()));
    return extreme / all;
}

Trend
trend_of(const Values &values)
{
    const int n = static_cast<int>(values.size());
    Trend out;

    if (n < 4)
        return out;
    const std::vector<int> ranks = doubled_ranks(values);
    out.rho = rank_correlation(ranks);
    const double rest = 1 - out.rho * out.rho;
    if (n <= 7)
        out.p = permuted_p(ranks, out.rho);
    else if (rest <= 0)
        out.p = 1e-15;
    else
        out.p = student_p(out.rho * std::sqrt((n - 2) / rest), n - 2);
    return out;
}

std::vector<int>
tukey_marks(const Values &values)
{
    const double low = quantile(values, 0.25), high = quantile(values, 0.75);
    const double range = high - low;
    std::vector<int> marks;

    for (double value : values) {
        const double off = std::max(low - value, value - high);
        marks.push_back(off > 3 * range ? 2 : off > 1.5 * range ? 1 : 0);
    }
    return marks;
}

} // namespace bench
