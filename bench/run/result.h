// SPDX-License-Identifier: MIT
/* run/result.h - what the rounds of a cell came to. */
#ifndef BENCH_RUN_RESULT_H
#define BENCH_RUN_RESULT_H

#include "measure/noise.h"
#include "measure/stats.h"
#include "run/google.h"

#include <deque>

namespace bench
{

/** One interleaved round; samples in the order of the cell's contenders. */
struct Round {
    std::vector<Sample> samples;
    std::vector<Row> rows;
    double trip_ns = 0; /**< line round trip beside it; 0: one CPU */
    double foreign = 0; /**< part of the CPUs' time that others took */
    bool moved = false; /**< the trip left its band: repeated, not counted */
    bool noisy = false; /**< others had the CPUs: repeated, or counted last */
    bool counts = true;
};

enum class Verdict { faster, slower, same, voided, floor, baseline };

const char *verdict_name(Verdict verdict);

struct Summary {
    int rounds = 0;    /**< that count */
    Interval ns;       /**< per operation */
    Interval ratio;    /**< to the baseline, paired by round */
    Interval per_trip; /**< in line round trips, paired by round */
    Values logs;       /**< of the ratios, in the order of the rounds */
    double p = -1;     /**< of "as fast as the baseline"; negative: no test */
    double p_holm = -1;
    Verdict verdict = Verdict::same;
    double cpu_ns = 0; /**< medians of the samples below */
    double cpus = 0;
    double share = -1;
    double overlap = 0;
    double gini = -1;
    double gap_ns = -1;
    double bytes = -1;
    double p50_ns = -1; /**< of the merged histogram, where there is one */
    double p99_ns = -1;
    double p999_ns = -1;
    double max_ns = -1;
    SparseHist hist;          /**< of all rounds that count */
    int voided = 0;           /**< samples that do not count */
    Void reason = Void::none; /**< of the last of them */
};

struct CellResult {
    const Cell *cell = nullptr;
    std::vector<Round> rounds;
    std::vector<Summary> summaries; /**< one per contender */
    Interval again;                 /**< the baseline against itself: A/A */
    double spread = 0;              /**< A/A spread: the family's or its own */
    Trend drift;                    /**< of the baseline's samples */
    double trip_ns = 0;             /**< median line round trip of the rounds */
    Noise noise;                    /**< over all rounds */
    int moved = 0;                  /**< rounds that were repeated */
    int counted = 0;                /**< rounds that count */
    int noisy = 0;                  /**< those of them that are noisy */
    bool steady = true;             /**< enough rounds count */
};

/** Fill summaries, again and drift from the rounds that count. */
void summarize(CellResult &result);

/** Spreads of the families, corrected p and verdicts, over all cells. */
void judge(std::deque<CellResult> &results);

/** An effect within this, or within 3 spreads, is none. */
constexpr double effect_min = 0.02;

/** A probe moved if it is further than this from the cell's median. */
constexpr double trip_band = 1.5;

/**
 * Mark the rounds that moved, those that are noisy, and those that count: all
 * quiet ones, and of the noisy ones the least noisy until there are `wanted`.
 * Returns how many are quiet.
 */
int mark_rounds(CellResult &result, int wanted);

} // namespace bench

#endif
