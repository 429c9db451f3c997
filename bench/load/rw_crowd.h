// SPDX-License-Identifier: MIT
/*
 * load/rw_crowd.h - what a write costs when many threads have read once and
 * none of them reads now.
 *
 * A lock that keeps a line per reader has to look at all of them.  The crowd
 * sleeps for the whole window and stays registered; one bound worker writes.
 */
#ifndef BENCH_LOAD_RW_CROWD_H
#define BENCH_LOAD_RW_CROWD_H

#include "load/rw.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>

namespace bench
{

/** Threads that call `visit` once and sleep until the crowd is dismissed. */
class Crowd
{
  public:
    Crowd(int size, std::function<void(const std::function<void()> &)> visit);
    ~Crowd();
    Crowd(const Crowd &) = delete;
    Crowd &operator=(const Crowd &) = delete;

    /** The machine may refuse some. */
    int size() const
    {
        return static_cast<int>(threads_.size());
    }

  private:
    static void *enter(void *crowd);
    void sleep();

    std::function<void(const std::function<void()> &)> visit_;
    std::vector<pthread_t> threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int asleep_ = 0;
    bool dismissed_ = false;
};

/** Bytes of memory that this process has in use, resident. */
double resident_bytes();

template <class Shared>
void
write_always(Worker &w, Shared &shared)
{
    typename Shared::Seat seat;
    NoSection nothing(0);
    uint64_t writes = 0;

    w.start();
    while (!w.stopped()) {
        shared.write(seat, nothing);
        writes++;
    }
    w.finish();
    w.ops = writes;
    w.sum = writes;
}

/** bytes: resident memory per thread of the crowd, its stack included. */
template <class Shared>
Sample
crowd_load(const Topology &topology, const Place &place, int registered,
           int64_t window_ns)
{
    Sample sample;
    Object<Shared> shared(topology, place);
    std::atomic<int> torn{ 0 };
    const double before = resident_bytes();
    Crowd crowd(registered, [&](const std::function<void()> &sleep) {
        typename Shared::Seat seat;
        NoSection nothing(0);
        torn += !shared->read(seat, nothing);
        sleep();
    });
    Team team(topology, place, 1);

    sample.bytes = (resident_bytes() - before) / std::max(crowd.size(), 1);
    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { write_always(w, *shared); });
    sample.ops = static_cast<double>(team.worker(0).ops);
    sample.wrong = lost_writes(team, *shared) || torn.load() > 0;
    shared.tell(sample);
    finish_sample(sample, times, true);
    if (crowd.size() < registered)
        sample.reason = Void::refused;
    return sample;
}

} // namespace bench

#endif
