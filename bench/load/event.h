// SPDX-License-Identifier: MIT
/*
 * load/event.h - threads that look at an event which is not set until the end.
 *
 * One operation is one look.  The first thread that is told to stop sets the
 * event, and all must see it.
 */
#ifndef BENCH_LOAD_EVENT_H
#define BENCH_LOAD_EVENT_H

#include "load/object.h"
#include "load/work.h"

namespace bench
{

constexpr uint64_t looks_per_turn = 64;

template <class Event>
void
poll_event(Worker &w, Event &event)
{
    uint64_t ops = 0, seen = 0;

    w.start();
    while (!w.stopped()) {
        for (uint64_t i = 0; i < looks_per_turn; i++)
            seen += event.is_set();
        ops += looks_per_turn;
    }
    w.finish();
    event.set();
    w.ops = ops;
    w.sum = seen;
    w.wrong = !event.is_set();
}

template <class Event>
Sample
event_poll(const Topology &topology, const Place &place, int pollers,
           int64_t window_ns)
{
    Sample sample;
    Object<Event> event(topology, place);
    Team team(topology, place, pollers);

    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { poll_event(w, *event); });
    settle_workers(team, 0, sample);
    event.tell(sample);
    finish_sample(sample, times, fits(place, pollers));
    return sample;
}

} // namespace bench

#endif
