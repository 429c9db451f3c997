// SPDX-License-Identifier: MIT
/*
 * run/sample.h - what one timed section of one contender came to.
 *
 * Figures are plain data: a contender that may hang is measured in a child
 * process, which writes them, and its histogram, into a pipe.
 */
#ifndef BENCH_RUN_SAMPLE_H
#define BENCH_RUN_SAMPLE_H

#include "measure/hist.h"

#include <cstdint>

namespace bench
{

enum class Void : int {
    none,
    unbound,   /**< a worker could not be bound */
    stray,     /**< a worker ended on another CPU */
    apart,     /**< the workers did not run at the same time */
    throttled, /**< the quota or the heat stopped the CPUs */
    timed_out, /**< a spinning lock did not come to an end in time */
    idle,      /**< no operation ended inside the window */
    refused,   /**< the machine did not grant what the load needs */
    elsewhere, /**< the object under test lay on another memory node */
    crashed,   /**< a peer's program ended */
    garbled,   /**< a peer's answer is none, or cannot be true */
    unable,    /**< a peer says that it cannot do this */
    lied,      /**< a peer's sums do not add up: its whole row is void */
};

const char *void_reason(Void reason);

/** Would another sample come to the same? */
inline bool
is_final(Void reason)
{
    return reason == Void::timed_out || reason >= Void::crashed;
}

/** Times in nanoseconds; negative where the contender has no such number. */
struct Figures {
    double ns = 0;         /**< wall time per operation, or the cell's unit */
    double cpu_ns = 0;     /**< CPU time of all workers per operation */
    double ops = 0;        /**< operations in the window */
    double window_ns = 0;  /**< from the first start to the last end */
    double cpus = 0;       /**< CPUs burnt: CPU time over window */
    double share = -1;     /**< slowest worker's operations over fastest's */
    double overlap = 0;    /**< part of the window in which all ran */
    double run_delay = -1; /**< part of the workers' time: others had the CPU */
    double p50_ns = -1;
    double p99_ns = -1;
    double p999_ns = -1;
    double max_ns = -1;
    double least_ns = -1; /**< per operation in the best of the chunks */
    double chunks = -1;   /**< how many there were */
    double gini = -1;     /**< of the workers' operations; 0: all alike */
    double gap_ns = -1;   /**< longest time that a worker had no turn */
    double bytes = -1;    /**< of memory per object under test */
    int node = -1;        /**< where the object under test lay, by OS number */
    bool elsewhere = false; /**< not where the place wants it */
    bool wrong = false;     /**< sums differ: a message or an update was lost */
    Void reason = Void::none;
};

struct Sample : Figures {
    SparseHist hist; /**< of single operations, in ticks; empty: none taken */
};

} // namespace bench

#endif
