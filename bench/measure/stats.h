// SPDX-License-Identifier: MIT
/*
 * measure/stats.h - what few, skewed, drifting samples can say.
 *
 * Results of locks and channels are not normal: everything published is a
 * median with a 95 % percentile-bootstrap interval, expanded for the few rounds
 * of a cell, and where that is still too narrow (11 and 19 values: 93 %) with
 * the interval of the sign test.  The bootstrap distribution of a median is
 * computed, not drawn, so one list of samples has one interval.
 *
 * Source   B. Efron, "Bootstrap Methods: Another Look at the Jackknife" (1979)
 *          T. Hesterberg, "What Teachers Should Know About the Bootstrap"
 *          (2015): the expanded percentile interval
 *          F. Wilcoxon, "Individual Comparisons by Ranking Methods" (1945)
 *          S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure"
 *          (1979)
 *          J. Tukey, "Exploratory Data Analysis" (1977): the fences
 */
#ifndef BENCH_MEASURE_STATS_H
#define BENCH_MEASURE_STATS_H

#include <cstdint>
#include <vector>

namespace bench
{

using Values = std::vector<double>;

struct Interval {
    double median = 0;
    double low = 0;
    double high = 0;
    int n = 0;
};

/** NaN of an empty list. */
double median(Values values);
double quantile(Values values, double q);

/** Median and its 95 % interval, see above. */
Interval bootstrap(Values values);

/** P(|T| > t) of Student's distribution; df >= 1. */
double student_p(double t, int df);
/** The t for which student_p is p. */
double student_quantile(double p, int df);

/*
 * Two-sided tests of "the differences are symmetric around 0": Wilcoxon's
 * signed ranks, exact for every n, whose p cannot be below least_rank_p, and
 * Student's t, which can.
 */
double signed_rank_p(const Values &differences);
double least_rank_p(int n);
double paired_t_p(const Values &differences);

/** Holm's step-down correction; the order is kept. */
Values holm(const Values &p);

struct Trend {
    double rho = 0;
    double p = 1;
};

/** Spearman's correlation of values with their order. */
Trend trend_of(const Values &values);

/** Tukey's fences: 0 inside, 1 beyond 1.5 quartile ranges, 2 beyond 3. */
std::vector<int> tukey_marks(const Values &values);

/** xorshift64*: cheap private randomness for workers and simulations. */
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

    /** In (0, 1). */
    double unit()
    {
        return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53;
    }

  private:
    uint64_t state_;
};

} // namespace bench

#endif
