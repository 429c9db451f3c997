// SPDX-License-Identifier: MIT
/*
 * measure/stats.h - medians and their bootstrap intervals.
 *
 * Results of locks and channels are not normal: everything published is a
 * median with a 95 % percentile-bootstrap interval.  The resampling is seeded
 * by a constant, so one file of samples always gives the same interval.
 *
 * Source   B. Efron, "Bootstrap Methods: Another Look at the Jackknife" (1979)
 */
#ifndef BENCH_MEASURE_STATS_H
#define BENCH_MEASURE_STATS_H

#include <cstdint>
#include <vector>

namespace bench
{

struct Interval {
    double median = 0;
    double low = 0;
    double high = 0;
};

/** NaN of an empty list. */
double median(std::vector<double> values);
double quantile(std::vector<double> values, double q);
Interval bootstrap(const std::vector<double> &values, int resamples = 2000);

/** xorshift64*: cheap private randomness for workers and resampling. */
class Random
{
  public:
    explicit Random(uint64_t seed) : state_(seed * 2685821657736338717ull + 1)
    {
    }

    uint64_t next()
    {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 2685821657736338717ull;
    }

  private:
    uint64_t state_;
};

} // namespace bench

#endif
