/* SPDX-License-Identifier: MIT */
/*
 * stress/select_stress.c - selects and plain calls, limits and cancels, parked.
 *
 * Producers offer each message once, by a select of one to six cases: sends to
 * random channels, among them receives, NULL and duplicates; of one case it is
 * the plain call.  Consumers receive, from one, some or all of the channels.
 * Each call waits for ever, not at all, until soon, or until a canceller fires.
 * Afterwards: what was taken was received once, on the channel that took it,
 * and what was not never; each party saw what one sender sent on one channel
 * in its order.  A lost wake-up is a party that waits for ever: it hangs.
 *
 * Linked with --wrap: the waits that really slept are counted (syscall), as
 * `parks` in the output; and in a child nobody polls before it parks, as there
 * the library finds one CPU (sched_getaffinity) and yields for nothing
 * (sched_yield).  Ten million of them, in some minutes:
 *
 *     WEIR_TEST_PERCENT=32000 WEIR_TEST_WATCHDOG=0 \
 *         select_stress --only nobody_polls
 */
#include "test.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <weir/select.h>

#include "park/cancel.h"

enum {
    CHANNELS_MAX = 4,
    PRODUCERS_MAX = 16,
    CONSUMERS_MAX = 16,
    PARTIES_MAX = PRODUCERS_MAX + CONSUMERS_MAX,
    CASES_MAX = 6,
    EACH_MAX = 400,
    SOON_NS = 60000,
    EXITS_FINE = 42
};

enum how { FOREVER, TRY, SOON, CANCEL };

/* --- parks ---------------------------------------------------------------- */

static struct {
    WEIR_ATOMIC(uint64_t) woken;
    WEIR_ATOMIC(uint64_t) timed_out;
} parks;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static bool
has_passed(const struct timespec *moment)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > moment->tv_sec ||
           (now.tv_sec == moment->tv_sec && now.tv_nsec >= moment->tv_nsec);
}

/* A waiter's word has ASLEEP when its party sleeps on it; a lock's has not. */
static bool
is_park(long number, const long *args)
{
    return number == SYS_futex &&
           (args[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
           (args[2] & WAITER_ASLEEP) != 0;
}

/* Takes all six, as syscall() itself does; with fewer the last lies in the
 * caller's frame, which AddressSanitizer would not have. */
__attribute__((no_sanitize("address"))) long
__wrap_syscall(long number, ...)
{
    long args[6];
    va_list list;
    bool counts;
    long result;

    va_start(list, number);
    for (int i = 0; i < 6; i++)
        args[i] = va_arg(list, long);
    va_end(list);
    counts = is_park(number, args);
    if (counts && args[3] != 0 && has_passed((const struct timespec *)args[3]))
        counts = false; /* it will not sleep */
    result = __real_syscall(number, args[0], args[1], args[2], args[3], args[4],
                            args[5]);
    if (counts && result == 0)
        (void)weir_fetch_add_rlx(&parks.woken, 1u);
    else if (counts && errno == ETIMEDOUT)
        (void)weir_fetch_add_rlx(&parks.timed_out, 1u);
    return result;
}

/* --- polls ---------------------------------------------------------------- */

static bool hasty; /* nobody polls; set while there is one thread */

int __real_sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t *set);
int __wrap_sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t *set);
int __real_sched_yield(void);
int __wrap_sched_yield(void);

int
__wrap_sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t *set)
{
    if (!hasty)
        return __real_sched_getaffinity(pid, bytes, set);
    CPU_ZERO_S(bytes, set);
    CPU_SET_S(0, bytes, set);
    return 0;
}

int
__wrap_sched_yield(void)
{
    return hasty ? 0 : __real_sched_yield();
}

/* --- one run -------------------------------------------------------------- */

struct run;

struct party {
    struct run *run;
    unsigned index;
    uint64_t dice;
    struct weir_cancel *sources; /* each for one call */
    uint32_t used;               /* of the sources */
    WEIR_ATOMIC(uint32_t) fires; /* the source in use, + 1; 0: none */
    int64_t in[CASES_MAX];
    int64_t out[CASES_MAX];
    int from[CASES_MAX]; /* the channel of each case */
    /* The last message of each sender on each channel. */
    int64_t last[PRODUCERS_MAX][CHANNELS_MAX];
    bool closed[CHANNELS_MAX]; /* as this party knows */
};

struct run {
    weir_chan *chans[CHANNELS_MAX];
    int channels;
    unsigned producers;
    unsigned consumers;
    int64_t each;
    int64_t close_at; /* a producer closes a channel at this message; -1: no */
    WEIR_ATOMIC(unsigned) offering;
    WEIR_ATOMIC(unsigned) wrong;
    bool taken[PRODUCERS_MAX][EACH_MAX]; /* written by the sender */
    WEIR_ATOMIC(unsigned) seen[PRODUCERS_MAX][EACH_MAX];
    struct party parties[PARTIES_MAX];
};

static struct {
    WEIR_ATOMIC(uint64_t) done;
    WEIR_ATOMIC(uint64_t) closed;
    WEIR_ATOMIC(uint64_t) again;
    WEIR_ATOMIC(uint64_t) timed_out;
    WEIR_ATOMIC(uint64_t) canceled;
} calls;

static void
due(struct run *run, bool holds)
{
    if (!holds)
        (void)weir_fetch_add_rlx(&run->wrong, 1u);
}

static int throw(struct party * p, int sides)
{
    return (int)(test_rand(&p->dice) % (unsigned)sides);
}

/* Half of the calls wait for ever; cancels: it has a source left. */
static enum how
throw_how(struct party *p, bool cancels)
{
    static const enum how sides[] = { FOREVER, FOREVER, FOREVER, FOREVER,
                                      TRY,     SOON,    SOON,    CANCEL };

    return sides[throw(p, cancels ? 8 : 7)];
}

/* --- messages: sender, channel, number ------------------------------------ */

static int64_t
message(unsigned sender, int channel, int64_t number)
{
    return (int64_t)sender << 40 | (int64_t)channel << 32 | number;
}

static void
received(struct party *p, int channel, int64_t msg)
{
    struct run *run = p->run;
    const int64_t sender = msg >> 40;
    const int64_t number = msg & UINT32_MAX;

    if (!EXPECT_TRUE(sender >= 0 && sender < (int64_t)run->producers &&
                     number < run->each)) {
        due(run, false);
        return;
    }
    due(run, EXPECT_EQ(msg >> 32 & 0xff, channel));
    due(run, EXPECT_GT(number, p->last[sender][channel]));
    p->last[sender][channel] = number;
    (void)weir_fetch_add_rlx(&run->seen[sender][number], 1u);
}

/* --- one call ------------------------------------------------------------- */

static void
count(struct party *p, enum how how, int status)
{
    switch (status) {
    case WEIR_OK:
        (void)weir_fetch_add_rlx(&calls.done, 1u);
        break;
    case WEIR_CLOSED:
        (void)weir_fetch_add_rlx(&calls.closed, 1u);
        break;
    case WEIR_AGAIN:
        due(p->run, EXPECT_EQ(how, TRY));
        (void)weir_fetch_add_rlx(&calls.again, 1u);
        break;
    case WEIR_TIMEOUT:
        due(p->run, EXPECT_EQ(how, SOON));
        (void)weir_fetch_add_rlx(&calls.timed_out, 1u);
        break;
    case WEIR_CANCELED:
        due(p->run, EXPECT_EQ(how, CANCEL));
        (void)weir_fetch_add_rlx(&calls.canceled, 1u);
        break;
    default:
        due(p->run, EXPECT_OK(status));
    }
}

static int
call(struct party *p, weir_case *cases, int n, enum how how)
{
    const size_t count = (size_t)n;
    weir_limit limit = WEIR_FOREVER;
    int at;

    switch (how) {
    case TRY:
        return weir_try_selectv(cases, count, 0);
    case SOON:
        limit = weir_deadline(throw(p, SOON_NS) - 100);
        break;
    case CANCEL:
        limit.cancel = &p->sources[p->used++];
        /* The canceller finds the source made. */
        weir_store_rel(&p->fires, p->used);
        break;
    default:
        return weir_selectv(cases, count, 0);
    }
    at = weir_selectv_until(cases, count, 0, limit);
    weir_store_rlx(&p->fires, 0);
    return at;
}

/* Make the call.  Whether `sent` (a case's out) went, if not NULL. */
static void
run_call(struct party *p, weir_case *cases, int n, enum how how, bool *went)
{
    const int at = call(p, cases, n, how);
    int status = at;

    if (at >= 0) {
        if (!EXPECT_LT(at, n)) {
            due(p->run, false);
            return;
        }
        status = cases[at].status;
        if (status == WEIR_CLOSED)
            p->closed[p->from[at]] = true;
        else if (cases[at].op == WEIR_CASE_RECV)
            received(p, p->from[at], p->in[at]);
        else
            *went = true;
        if (status == WEIR_CLOSED && cases[at].op == WEIR_CASE_RECV)
            due(p->run, EXPECT_EQ(p->in[at], 0));
    }
    count(p, how, status);
}

static weir_case
case_recv(struct party *p, int at, int channel, bool off)
{
    p->from[at] = channel;
    p->in[at] = -1;
    return (weir_case){ off ? NULL : p->run->chans[channel], &p->in[at],
                        WEIR_CASE_RECV, 0 };
}

static weir_case
case_send(struct party *p, int at, int channel, int64_t number)
{
    p->from[at] = channel;
    p->out[at] = message(p->index, channel, number);
    return (weir_case){ p->run->chans[channel], &p->out[at], WEIR_CASE_SEND,
                        0 };
}

/* --- parties -------------------------------------------------------------- */

static void
offer(struct party *p, int64_t number)
{
    const int channels = p->run->channels;
    const int n = 1 + (throw(p, 3) == 0 ? 0 : throw(p, CASES_MAX));
    const int sends = throw(p, n); /* this one does, others may */
    weir_case cases[CASES_MAX];

    for (int i = 0; i < n; i++) {
        const int channel = throw(p, channels);

        if (i == sends || throw(p, 2) == 0)
            cases[i] = case_send(p, i, channel, number);
        else
            cases[i] = case_recv(p, i, channel, throw(p, 4) == 0);
    }
    run_call(p, cases, n, throw_how(p, true), &p->run->taken[p->index][number]);
}

static void
produce(struct party *p)
{
    struct run *run = p->run;

    for (int64_t i = 0; i < run->each; i++) {
        offer(p, i);
        if (i == run->close_at && p->index == 0)
            (void)weir_chan_close(run->chans[throw(p, run->channels)]);
    }
    if (weir_fetch_sub_acqrel(&run->offering, 1u) == 1)
        for (int i = 0; i < run->channels; i++)
            (void)weir_chan_close(run->chans[i]);
}

/* From all channels that are open, if for ever; else from any. */
static void
consume_once(struct party *p)
{
    const int channels = p->run->channels;
    const enum how how = throw_how(p, p->used < EACH_MAX);
    const int n = how == FOREVER ? channels : 1 + throw(p, CASES_MAX);
    const int first = throw(p, channels);
    weir_case cases[CASES_MAX];
    bool went = false;

    for (int i = 0; i < n; i++) {
        const int channel =
            how == FOREVER ? (first + i) % channels : throw(p, channels);

        /* The canceller ends before the consumers: not from nil alone. */
        cases[i] =
            case_recv(p, i, channel, p->closed[channel] && how != CANCEL);
    }
    run_call(p, cases, n, how, &went);
}

static void
consume(struct party *p)
{
    int open;

    do {
        consume_once(p);
        open = 0;
        for (int i = 0; i < p->run->channels; i++)
            open += !p->closed[i];
    } while (open > 0);
}

static void
cancel(struct run *run, uint64_t dice)
{
    const unsigned parties = run->producers + run->consumers;

    while (weir_load_acq(&run->offering) > 0) {
        for (unsigned i = 0; i < parties; i++) {
            struct party *p = &run->parties[i];
            /* The source is made. */
            const uint32_t fires = weir_load_acq(&p->fires);

            if (fires > 0 && test_rand(&dice) % 2)
                wr_cancel_fire(&p->sources[fires - 1], WEIR_CANCELED);
        }
        for (uint64_t n = test_rand(&dice) % 400; n > 0; n--)
            weir_cpu_relax();
        (void)__real_sched_yield();
    }
}

static void
member(void *arg, unsigned index)
{
    struct run *run = arg;

    if (index < run->producers)
        produce(&run->parties[index]);
    else if (index < run->producers + run->consumers)
        consume(&run->parties[index]);
    else
        cancel(run, index);
}

/* --- runs ----------------------------------------------------------------- */

/* Many against few: nearly each call of the many parks. */
static void
run_parties(struct run *run, uint64_t *dice)
{
    const uint64_t kind = test_rand(dice) % 4;

    run->producers =
        1 + (unsigned)(test_rand(dice) % (kind == 0 ? 2 : PRODUCERS_MAX));
    run->consumers =
        1 + (unsigned)(test_rand(dice) % (kind == 1 ? 2 : CONSUMERS_MAX));
}

static void
run_setup(struct run *run, uint64_t *dice)
{
    memset(run, 0, sizeof(*run));
    run->channels = 1 + (int)(test_rand(dice) % CHANNELS_MAX);
    for (int i = 0; i < run->channels; i++)
        run->chans[i] = weir_chan_make(sizeof(int64_t), test_rand(dice) % 3);
    run_parties(run, dice);
    run->each = 50 + (int64_t)(test_rand(dice) % (EACH_MAX - 50));
    run->close_at =
        test_rand(dice) % 4 == 0 ? (int64_t)(test_rand(dice) % 50) : -1;
    weir_store_rlx(&run->offering, run->producers);
    for (unsigned i = 0; i < run->producers + run->consumers; i++) {
        struct party *p = &run->parties[i];

        p->run = run;
        p->index = i;
        p->dice = test_rand(dice);
        p->sources = calloc(EACH_MAX + 1, sizeof(*p->sources));
        memset(p->last, -1, sizeof(p->last));
    }
}

static bool
run_check(struct run *run)
{
    bool fine;

    for (unsigned s = 0; s < run->producers; s++)
        for (int64_t i = 0; i < run->each; i++)
            due(run,
                EXPECT_EQ(weir_load_rlx(&run->seen[s][i]), run->taken[s][i]));
    for (int i = 0; i < run->channels; i++)
        due(run, EXPECT_EQ(weir_chan_len(run->chans[i]), 0));
    fine = weir_load_rlx(&run->wrong) == 0;
    if (!fine)
        printf("# %d channels, %u producers of %jd, %u consumers, close %jd\n",
               run->channels, run->producers, (intmax_t)run->each,
               run->consumers, (intmax_t)run->close_at);
    return fine;
}

static bool
run_random(uint64_t *dice)
{
    static struct run run;
    bool fine;

    run_setup(&run, dice);
    test_threads(run.producers + run.consumers + 1, member, &run);
    fine = run_check(&run);
    for (unsigned i = 0; i < run.producers + run.consumers; i++)
        free(run.parties[i].sources);
    for (int i = 0; i < run.channels; i++)
        weir_chan_free(run.chans[i]);
    return fine;
}

static void
report(void)
{
    const uint64_t woken = weir_load_rlx(&parks.woken);
    const uint64_t timed_out = weir_load_rlx(&parks.timed_out);

    printf("# parks %ju: woken %ju, by a deadline %ju\n",
           (uintmax_t)(woken + timed_out), (uintmax_t)woken,
           (uintmax_t)timed_out);
    printf("# calls: done %ju, closed %ju, again %ju, timed out %ju, "
           "cancelled %ju\n",
           (uintmax_t)weir_load_rlx(&calls.done),
           (uintmax_t)weir_load_rlx(&calls.closed),
           (uintmax_t)weir_load_rlx(&calls.again),
           (uintmax_t)weir_load_rlx(&calls.timed_out),
           (uintmax_t)weir_load_rlx(&calls.canceled));
}

static bool
run_all(uint64_t rounds, uint64_t dice)
{
    bool fine = true;

    for (uint64_t i = 0; i < rounds && fine; i++)
        fine = run_random(&dice);
    report();
    fine = EXPECT_GT(weir_load_rlx(&parks.woken), rounds) && fine;
    fine = EXPECT_GT(weir_load_rlx(&calls.canceled), 0) && fine;
    return EXPECT_GT(weir_load_rlx(&calls.timed_out), 0) && fine;
}

TEST(nothing_is_lost_among_selects_limits_and_cancels)
{
    EXPECT_TRUE(run_all(test_rounds(30), test_seed()));
}

/* A child of fork counts its CPUs anew. */
static void
run_hasty(uint64_t rounds, uint64_t dice)
{
    bool fine;

    hasty = true;
    memset((void *)&parks, 0, sizeof(parks));
    memset((void *)&calls, 0, sizeof(calls));
    fine = run_all(rounds, dice);
    (void)fflush(stdout);
    _exit(fine ? EXITS_FINE : 1);
}

TEST(nothing_is_lost_where_nobody_polls_before_it_parks)
{
    EXPECT_EXIT(run_hasty(test_rounds(50), test_seed()), EXITS_FINE, "");
}
