// SPDX-License-Identifier: MIT
/*
 * measure/team.h - a team of bound threads with one start line.
 *
 *     team_run(topology, place, workers, window, [&](Worker &w) {
 *         ...private set-up...
 *         w.start();
 *         while (!w.stopped())
 *             w.ops += one_operation();
 *         w.finish();
 *     });
 *
 * Start    all workers arrive, then all begin at the same future tick.  A team
 *          that does not fit its place sleeps at the line instead of spinning:
 *          spinners would keep the late ones from arriving.
 * Stop     the caller raises one flag when the window is over; no counter is
 *          shared inside it.
 * Binding  a team that fits has one worker per PU, any other is left to the
 *          scheduler within the place.  Each worker compares its CPU with that
 *          at the end; one stray voids the sample.
 * Limits   a worker that does not come back within `patience` ends the program
 *          with a sentence: it cannot be killed.
 */
#ifndef BENCH_MEASURE_TEAM_H
#define BENCH_MEASURE_TEAM_H

#include "machine/place.h"
#include "measure/hist.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>

namespace bench
{

class Team;

struct alignas(128) Worker {
    int index = 0;
    Team *team = nullptr;

    /* Written by the worker, read after it has ended. */
    uint64_t ops = 0;
    uint64_t sum = 0;   /**< of the values that passed through it */
    uint64_t bits = 0;  /**< their exclusive or */
    bool wrong = false; /**< saw something that may not happen */
    uint64_t begin_tick = 0;
    uint64_t end_tick = 0;
    int64_t begin_cpu_ns = 0;
    int64_t end_cpu_ns = 0;
    int64_t begin_delay_ns = -1; /**< ready, but another had the CPU; -1: */
    int64_t end_delay_ns = -1;   /**< the kernel does not tell */
    int schedstat = -1;          /**< open file; of bound workers only */
    bool unbound = false;        /**< could not be bound */
    bool stray = false;          /**< ended on another CPU */
    Hist *hist = nullptr;        /**< for times; owned by the team */

    void start();
    void finish();
    bool stopped() const;
};

/** What a whole team came to. */
struct TeamTimes {
    double window_ns = 0;   /**< from the first start to the last end */
    double overlap = 0;     /**< part of it in which all were running */
    double cpu_ns = 0;      /**< CPU time of all workers together */
    double delay_part = -1; /**< of the workers' time: others had their CPUs */
    bool unbound = false;
    bool stray = false;
    bool wrong = false;
};

class Team
{
  public:
    Team(const Topology &topology, const Place &place, int workers);

    /** Run once; window 0 means that the body ends by itself. */
    TeamTimes run(int64_t window_ns, const std::function<void(Worker &)> &body);

    Worker &worker(int index)
    {
        return workers_[static_cast<size_t>(index)];
    }
    int size() const
    {
        return static_cast<int>(workers_.size());
    }
    const Topology &topology() const
    {
        return topology_;
    }
    Hist merged() const;

  private:
    friend struct Worker;

    static void *enter(void *worker);
    void arrive(Worker &worker);
    void release();
    void bind(Worker &worker);
    void check(Worker &worker);
    TeamTimes times() const;

    const Topology &topology_;
    const Place &place_;
    const bool bound_;
    const std::function<void(Worker &)> *body_ = nullptr;
    std::deque<Worker> workers_;
    std::deque<Hist> hists_;
    alignas(128) std::atomic<int> arrived_{ 0 };
    alignas(128) std::atomic<uint64_t> start_tick_{ 0 };
    alignas(128) std::atomic<bool> stop_{ false };
    alignas(128) std::atomic<int> line_{ 0 }; /**< futex of sleeping starters */
};

inline bool
Worker::stopped() const
{
    return team->stop_.load();
}

/**
 * Run f on a thread bound to the first PU of the place, whose new memory lies
 * where the place says; for first touch run it right here, as users do.
 */
void at_home(const Topology &topology, const Place &place,
             const std::function<void()> &f);

/** Seconds after which a worker that does not end is a failure. */
constexpr int patience_s = 60;

} // namespace bench

#endif
