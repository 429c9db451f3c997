// SPDX-License-Identifier: MIT
/*
 * measure/noise.h - what else the machine did while we measured.
 *
 * Readings are taken around each round.  CPU time of others is that of all
 * CPUs less our own and our children's; the kernel counts it in ticks of 10 ms,
 * so a short round needs a margin.  The delay of a bound worker, the time for
 * which it was ready and another thread had its CPU, is exact (team.h).
 */
#ifndef BENCH_MEASURE_NOISE_H
#define BENCH_MEASURE_NOISE_H

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bench
{

/** Sums since the machine started; negative: not told. */
struct Reading {
    double at_ns = 0;
    double busy_ns = -1; /**< of all CPUs */
    double steal_ns = -1;
    double own_ns = 0; /**< of this process and its children */
    double pressure_ns = -1;
    double switches = 0; /**< of our threads, by force */
};

Reading read_noise();

/** Parts are of the time of all CPUs; negative: not told. */
struct Noise {
    double foreign_cpus = -1; /**< CPUs that others kept busy */
    double steal = -1;
    double pressure = -1;  /**< part of the time in which someone waited */
    double run_delay = -1; /**< part of the workers' time */
    double switches = 0;
    double mhz = -1; /**< of the first CPU, afterwards */
};

Noise noise_between(const Reading &before, const Reading &after);

/** How much of this round others took, beyond what ticks blur. */
double foreign_part(const Reading &before, const Reading &after);

/** A round in which others took more of a CPU than this is noisy. */
constexpr double noisy_part = 0.05;

/** A living child process whose CPU time is our own, until it is reaped. */
void own_child(pid_t child);
void child_reaped(pid_t child);

/** Current clock of a CPU by its OS number; negative: not told. */
double cpu_mhz(int os);

/** How often CPUs were stopped for their quota or their heat. */
class Throttling
{
  public:
    /** Files of one number, or of lines "name number": nr_throttled counts. */
    explicit Throttling(const std::vector<std::string> &files);
    ~Throttling();
    Throttling(const Throttling &) = delete;
    Throttling &operator=(const Throttling &) = delete;

    int64_t count() const;

  private:
    std::vector<int> files_;
};

/** Of the CPUs and groups of this process. */
const Throttling &throttling();

} // namespace bench

#endif
