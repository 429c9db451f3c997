// SPDX-License-Identifier: MIT
/* machine/cost.cc - what this machine's primitives cost one thread alone. */
#include "machine/card.h"

#include "measure/clock.h"
#include "measure/stats.h"

#include <weir/atomic.h>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bench
{

/* Median over batches of the time of one call of f. */
template <class F>
static double
cost_of(int calls, F f)
{
    std::vector<double> batches;

    for (int batch = 0; batch < 21; batch++) {
        const uint64_t before = ticks();
        for (int i = 0; i < calls; i++)
            f();
        batches.push_back(ticks_to_ns(ticks() - before) / calls);
    }
    return median(batches);
}

static double
membarrier_cost()
{
    const int enter = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;

    if (syscall(SYS_membarrier, enter, 0, 0) != 0)
        return -1;
    return cost_of(100, [] {
        (void)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    });
}

static double
timed_wait_cost()
{
    int word = 0;
    const timespec moment = { 0, 1 };

    return cost_of(10, [&] {
        (void)syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &moment);
    });
}

std::vector<Cost>
measure_costs()
{
    std::vector<Cost> costs;
    WEIR_ATOMIC(uint64_t) word = 0;
    uint64_t sink = 0;

    costs.push_back({ "pause", cost_of(2000, [] { weir_cpu_relax(); }) });
    costs.push_back(
        { "cycle_counter", cost_of(2000, [&] { sink += ticks(); }) });
    costs.push_back({ "clock_gettime", cost_of(1000, [&] {
                          sink += static_cast<uint64_t>(now_ns());
                      }) });
    costs.push_back({ "fetch_add_owned", cost_of(2000, [&] {
                          weir_fetch_add_rlx(&word, uint64_t(1));
                      }) });
    costs.push_back(
        { "syscall", cost_of(200, [] { (void)syscall(SYS_getppid); }) });
    costs.push_back({ "futex_wake_nobody", cost_of(200, [&] {
                          (void)syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE,
                                        1);
                      }) });
    costs.push_back({ "futex_wait_1ns", timed_wait_cost() });
    costs.push_back({ "sched_yield", cost_of(200, [] { sched_yield(); }) });
    costs.push_back({ "membarrier_alone", membarrier_cost() });
    if (sink == 1)
        costs.push_back({ "", 0 });
    return costs;
}

} // namespace bench
