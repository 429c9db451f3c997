// SPDX-License-Identifier: MIT
/* measure/stats.cc - medians and their bootstrap intervals. */
#include "measure/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bench
{

/* Linear between the two nearest ranks; the median of two is their mean. */
double
quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    const double at = q * static_cast<double>(values.size() - 1);
    const size_t below = static_cast<size_t>(at);
    const size_t above = std::min(below + 1, values.size() - 1);
    const double part = at - static_cast<double>(below);
    return values[below] + (values[above] - values[below]) * part;
}

double
median(std::vector<double> values)
{
    return quantile(std::move(values), 0.5);
}

Interval
bootstrap(const std::vector<double> &values, int resamples)
{
    Interval out;
    Random random(12345);
    std::vector<double> medians;
    std::vector<double> draw(values.size());

    out.median = median(values);
    out.low = out.high = out.median;
    if (values.size() < 2)
        return out;
    for (int r = 0; r < resamples; r++) {
        for (double &value : draw)
            value = values[(random.next() >> 32) % values.size()];
        medians.push_back(median(draw));
    }
    out.low = quantile(medians, 0.025);
    out.high = quantile(medians, 0.975);
    return out;
}

} // namespace bench
