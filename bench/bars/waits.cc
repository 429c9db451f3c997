// SPDX-License-Identifier: MIT
/* bars/waits.cc - the CPU time of blocked receivers, and bytes of a channel. */
#include "bars/bars.h"

#include "impl/chan_weir.h"
#include "machine/place.h"
#include "measure/clock.h"
#include "measure/team.h"
#include "run/stop.h"

#include <linux/futex.h>
#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

namespace bench
{

constexpr int64_t first_wait_ns = 20000000;

/* CPU time of the one receive; the message must be the one that was sent. */
static double
timed_recv(Worker &w, weir_chan *chan, uint64_t due)
{
    uint64_t got = 0;

    const int64_t before = thread_cpu_ns();
    if (weir_chan_recv(chan, &got) != WEIR_OK || got != due)
        w.wrong = true;
    return static_cast<double>(thread_cpu_ns() - before);
}

WaitCost
cpu_of_message_wait(const Topology &topology, int64_t wait_ns)
{
    const Place place = cores_place(topology, 2);
    weir_chan *chan = weir_chan_make(sizeof(uint64_t), 1);
    Team team(topology, place, 2);
    WaitCost cost = { 0, 0 };

    const TeamTimes times = team.run(0, [&](Worker &w) {
        w.start();
        if (w.index == 0) {
            const int64_t start = now_ns();
            for (uint64_t message : { 1, 2 }) {
                sleep_until_ns(start + first_wait_ns +
                               (message == 2 ? wait_ns : 0));
                if (weir_chan_send(chan, &message) != WEIR_OK)
                    w.wrong = true;
            }
        } else {
            cost.first = timed_recv(w, chan, 1);
            cost.later = timed_recv(w, chan, 2);
        }
        w.finish();
    });
    if (times.wrong)
        die(exit_failed, "a blocked receiver got another message");
    weir_chan_free(chan);
    return cost;
}

double
cpu_of_expiring_wait(int64_t wait_ns)
{
    weir_chan *chan = weir_chan_make(sizeof(uint64_t), 1);
    uint64_t message = 0;

    const int64_t before = thread_cpu_ns();
    const int status =
        weir_chan_recv_until(chan, &message, weir_deadline(wait_ns));
    const int64_t after = thread_cpu_ns();
    if (status != WEIR_TIMEOUT)
        die(exit_failed, "a receive on an empty channel did not time out: %s",
            weir_strerror(status));
    weir_chan_free(chan);
    return static_cast<double>(after - before);
}

double
cpu_of_bare_wait(int64_t wait_ns)
{
    int word = 0;
    const int64_t until = now_ns() + wait_ns;
    const timespec at = { until / 1000000000, until % 1000000000 };

    const int64_t before = thread_cpu_ns();
    (void)syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &at, nullptr,
                  FUTEX_BITSET_MATCH_ANY);
    return static_cast<double>(thread_cpu_ns() - before);
}

/* What the allocator has handed out, its own headers included. */
double
bytes_per_channel()
{
    constexpr size_t channels = 2000;
    std::vector<weir_chan *> made;

    made.reserve(channels);
    weir_chan_free(weir_chan_make(sizeof(uint64_t), 1));
    const size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < channels; i++)
        made.push_back(weir_chan_make(sizeof(uint64_t), 1));
    const size_t after = mallinfo2().uordblks;
    for (weir_chan *chan : made)
        weir_chan_free(chan);
    return static_cast<double>(after - before) / channels;
}

} // namespace bench
