// SPDX-License-Identifier: MIT
/*
 * load/select.h - a select over receives from several channels.
 *
 * Ready    one thread sends into a channel drawn by lot and selects from all;
 *          one operation is both.  The plain load receives from that channel
 *          instead: what is between them is the price of the select
 * Default  nothing is ready, and the select says so
 * Parked   a thread sleeps in a select; another, after a pause in which it has
 *          fallen asleep, sends into a channel drawn by lot and waits for its
 *          answer, which comes through a channel of its own.  The figure is the
 *          middle time from the send to the answer
 *
 * Numbers of channels are powers of two, so that a lot is a mask.  What comes
 * must be what was sent, from where it was sent to.
 */
#ifndef BENCH_LOAD_SELECT_H
#define BENCH_LOAD_SELECT_H

#include "load/alone.h"

namespace bench
{

struct SelectShape {
    size_t cases;
    size_t capacity;
    size_t lots = 0; /**< draw from so many of them only; 0: from all */

    size_t draw(Random &dice) const
    {
        return dice.next() >> 32 & ((lots > 0 ? lots : cases) - 1);
    }
};

/* Longer than anybody polls before he sleeps. */
constexpr double select_pause_ns = 50000;

template <class Cases>
Sample
select_ready(const Topology &topology, const Place &place, SelectShape shape,
             int64_t window_ns)
{
    Object<Cases> chans(topology, place, shape.cases, shape.capacity);
    Random dice(1);

    return alone(topology, place, window_ns, [&](uint64_t first) {
        uint64_t wrong = 0;
        for (uint64_t n = first; n < first + alone_batch; n++) {
            const size_t at = shape.draw(dice);
            uint64_t message = 0;
            chans->send(at, n);
            wrong |= chans->wait(message) ^ at;
            wrong |= message ^ n;
        }
        return wrong == 0;
    });
}

template <class Cases>
Sample
select_plain(const Topology &topology, const Place &place, SelectShape shape,
             int64_t window_ns)
{
    Object<Cases> chans(topology, place, shape.cases, shape.capacity);
    Random dice(1);

    return alone(topology, place, window_ns, [&](uint64_t first) {
        uint64_t wrong = 0;
        for (uint64_t n = first; n < first + alone_batch; n++) {
            const size_t at = shape.draw(dice);
            chans->send(at, n);
            wrong |= chans->recv(at) ^ n;
        }
        return wrong == 0;
    });
}

template <class Cases>
Sample
select_default(const Topology &topology, const Place &place, SelectShape shape,
               int64_t window_ns)
{
    Object<Cases> chans(topology, place, shape.cases, shape.capacity);

    return alone(topology, place, window_ns, [&](uint64_t) {
        uint64_t message = 0, got = 0;
        for (uint64_t n = 0; n < alone_batch; n++)
            got += chans->poll(message);
        return got == 0;
    });
}

template <class Cases, class Reply>
void
wake_select(Worker &w, Cases &chans, Reply &back, SelectShape shape)
{
    const uint64_t pause =
        static_cast<uint64_t>(select_pause_ns / ns_per_tick());
    Random dice(1);
    uint64_t n = 0;

    w.start();
    uint64_t before = ticks();
    while (!w.stopped()) {
        while (ticks() - before < pause)
            weir_cpu_relax();
        before = ticks();
        chans.send(shape.draw(dice), n);
        if (back.recv() != n)
            w.wrong = true;
        const uint64_t now = ticks();
        w.hist->add(now - before);
        before = now;
        n++;
    }
    w.finish();
    w.ops = n;
    chans.send(0, end_mark);
}

template <class Cases, class Reply>
void
answer_select(Worker &w, Cases &chans, Reply &back)
{
    uint64_t message = 0;

    w.start();
    for (;;) {
        (void)chans.wait(message);
        if (message == end_mark)
            break;
        back.send(message);
    }
    w.finish();
}

template <class Cases>
Sample
select_parked(const Topology &topology, const Place &place, SelectShape shape,
              int64_t window_ns)
{
    Sample sample;
    Object<Cases> chans(topology, place, shape.cases, shape.capacity);
    Object<typename Cases::Reply> back(topology, place, shape.capacity);
    Team team(topology, place, 2);

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            wake_select(w, *chans, *back, shape);
        else
            answer_select(w, *chans, *back);
    });
    sample.ops = static_cast<double>(team.worker(0).ops);
    chans.tell(sample);
    finish_sample(sample, times, fits(place, 2));
    finish_latency(sample, team.merged());
    sample.ns = middle_ns(team.merged());
    return sample;
}

} // namespace bench

#endif
