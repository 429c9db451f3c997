/* SPDX-License-Identifier: MIT */
/*
 * stress/chan_stress.c - random mixes of every call on one channel.
 *
 * Each message is offered once, by one of send, try, until with a tiny
 * deadline, and their batches, and is either taken or refused.  Afterwards:
 * every message that was taken was received or dropped, once, every one that
 * was refused never; each receiver saw the messages of each sender in their
 * order; payloads are whole; the channel's own counts agree.
 *
 * Parties: senders; receivers; and both, who never block while they have
 * messages to offer, and then receive until the channel is closed.  The last
 * one to have offered all closes, or somebody does so half-way.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weir/atomic.h>
#include <weir/chan.h>

enum { PARTIES_MAX = 32, BYTES_MAX = 200, BATCH_MAX = 5, WAIT_MAX_NS = 30000 };

struct mix {
    weir_chan *ch;
    int on_full;
    size_t quota; /* unbounded: 0 is none */
    size_t bytes; /* of a message, >= 8 */
    uint32_t each;
    unsigned senders;
    unsigned both;
    unsigned receivers;
    uint32_t close_at; /* a sender closes at this message of its own; 0: no */
    uint64_t seed;
    WEIR_ATOMIC(unsigned) offering;
    WEIR_ATOMIC(unsigned) wrong;
    WEIR_ATOMIC(unsigned) *seen; /* by sender and number */
    bool *taken;                 /* the same, written by the sender */
};

static bool
due(struct mix *mix, bool holds)
{
    if (!holds)
        (void)weir_fetch_add_rlx(&mix->wrong, 1u);
    return holds;
}

/* --- messages ------------------------------------------------------------- */

static void
message_fill(const struct mix *mix, unsigned char *msg, uint32_t sender,
             uint32_t number)
{
    uint64_t state = (uint64_t)sender << 32 | number;

    memcpy(msg, &state, 8);
    for (size_t i = 8; i < mix->bytes; i++)
        msg[i] = (unsigned char)test_rand(&state);
}

/* Account for a message that somebody got, or was told of. */
static bool
message_account(struct mix *mix, const unsigned char *msg, uint32_t *sender,
                uint32_t *number)
{
    unsigned char whole[BYTES_MAX];
    uint64_t name;

    memcpy(&name, msg, 8);
    *sender = (uint32_t)(name >> 32);
    *number = (uint32_t)name;
    if (!due(mix, EXPECT_LT(*sender, mix->senders + mix->both) &&
                      EXPECT_LT(*number, mix->each)))
        return false;
    message_fill(mix, whole, *sender, *number);
    due(mix, EXPECT_MEMEQ(msg, whole, mix->bytes));
    (void)weir_fetch_add_rlx(&mix->seen[*sender * mix->each + *number], 1u);
    return true;
}

/* `next` is the receiver's own. */
static void
message_check(struct mix *mix, const unsigned char *msg, uint32_t *next)
{
    uint32_t sender;
    uint32_t number;

    if (!message_account(mix, msg, &sender, &number))
        return;
    due(mix, EXPECT_GE(number, next[sender]));
    next[sender] = number + 1;
}

static void
message_dropped(void *arg, const void *msg)
{
    uint32_t sender;
    uint32_t number;

    (void)message_account(arg, msg, &sender, &number);
}

/* --- parties -------------------------------------------------------------- */

static weir_limit
soon(uint64_t *state)
{
    return weir_deadline((int64_t)(test_rand(state) % WAIT_MAX_NS) - 100);
}

/* One call that offers n messages; how many of them it took. */
static size_t
offer_call(struct mix *mix, const unsigned char *msgs, size_t n,
           uint64_t *state, bool may_block, int *status)
{
    const unsigned form = (unsigned)(test_rand(state) % (may_block ? 4 : 2));
    size_t sent = 0;

    if (form == 0) {
        *status = n > 1 ? weir_chan_try_send_n(mix->ch, msgs, n, &sent)
                        : weir_chan_try_send(mix->ch, msgs);
        due(mix, EXPECT_NE(*status, WEIR_TIMEOUT));
    } else if (form == 1) {
        *status =
            n > 1 ? weir_chan_send_n_until(mix->ch, msgs, n, &sent, soon(state))
                  : weir_chan_send_until(mix->ch, msgs, soon(state));
        due(mix, EXPECT_NE(*status, WEIR_AGAIN));
    } else {
        *status = n > 1 ? weir_chan_send_n(mix->ch, msgs, n, &sent)
                        : weir_chan_send(mix->ch, msgs);
        due(mix, EXPECT_TRUE(*status == WEIR_OK || *status == WEIR_CLOSED));
    }
    if (n == 1)
        return *status == WEIR_OK;
    due(mix, EXPECT_EQ(sent > 0, *status == WEIR_OK));
    return sent;
}

/* Offer some messages from *number on, which moves behind those that are done
 * with: taken, or a single one refused.  False: the channel is closed. */
static bool
offer(struct mix *mix, uint32_t self, uint32_t *number, uint64_t *state,
      bool may_block)
{
    unsigned char msgs[BATCH_MAX * BYTES_MAX];
    const uint32_t left = mix->each - *number;
    size_t n = test_rand(state) % 3 ? 1 : 1 + test_rand(state) % BATCH_MAX;
    size_t sent;
    int status;

    if (n > left)
        n = left;
    for (size_t i = 0; i < n; i++)
        message_fill(mix, msgs + i * mix->bytes, self, *number + (uint32_t)i);
    sent = offer_call(mix, msgs, n, state, may_block, &status);
    for (size_t i = 0; i < sent; i++)
        mix->taken[self * mix->each + (*number)++] = true;
    if (sent == 0)
        *number += 1; /* refused */
    return status != WEIR_CLOSED;
}

static int
receive_call(struct mix *mix, unsigned char *msgs, size_t n, size_t *got,
             uint64_t *state, bool may_block)
{
    const unsigned form = (unsigned)(test_rand(state) % (may_block ? 4 : 2));
    int status;

    if (form == 0)
        status = n > 1 ? weir_chan_try_recv_n(mix->ch, msgs, n, got)
                       : weir_chan_try_recv(mix->ch, msgs);
    else if (form == 1)
        status =
            n > 1 ? weir_chan_recv_n_until(mix->ch, msgs, n, got, soon(state))
                  : weir_chan_recv_until(mix->ch, msgs, soon(state));
    else
        status = n > 1 ? weir_chan_recv_n(mix->ch, msgs, n, got)
                       : weir_chan_recv(mix->ch, msgs);
    if (form > 1)
        due(mix, EXPECT_TRUE(status == WEIR_OK || status == WEIR_CLOSED));
    if (n == 1)
        *got = status == WEIR_OK;
    due(mix, EXPECT_EQ(*got > 0, status == WEIR_OK));
    return status;
}

/* Receive some messages; false: the channel is closed. */
static bool
receive(struct mix *mix, uint32_t *next, uint64_t *state, bool may_block)
{
    unsigned char msgs[BATCH_MAX * BYTES_MAX];
    const size_t n =
        test_rand(state) % 3 ? 1 : 1 + test_rand(state) % BATCH_MAX;
    size_t got = 0;
    int status;

    memset(msgs, 0xaa, sizeof(msgs));
    status = receive_call(mix, msgs, n, &got, state, may_block);
    for (size_t i = 0; i < got; i++)
        message_check(mix, msgs + i * mix->bytes, next);
    if (got < n)
        due(mix, EXPECT_EQ(msgs[got * mix->bytes],
                           status == WEIR_CLOSED ? 0 : 0xaa));
    return status != WEIR_CLOSED;
}

/* One party fewer has messages to offer. */
static void
offered_all(struct mix *mix)
{
    if (weir_fetch_sub_acqrel(&mix->offering, 1u) == 1)
        (void)weir_chan_close(mix->ch);
}

static void
party(void *arg, unsigned index)
{
    struct mix *mix = arg;
    uint64_t state = mix->seed + index;
    uint32_t next[PARTIES_MAX] = { 0 };
    const bool sends = index < mix->senders + mix->both;
    const bool receives = index >= mix->senders;
    bool open = true;

    for (uint32_t i = 0; sends && open && i < mix->each;) {
        const bool before = i <= mix->close_at;

        open = offer(mix, index, &i, &state, !receives);
        if (receives && test_rand(&state) % 2)
            open = receive(mix, next, &state, false) && open;
        if (mix->close_at != 0 && before && i > mix->close_at)
            (void)weir_chan_close(mix->ch);
    }
    if (sends)
        offered_all(mix);
    while (receives && receive(mix, next, &state, true))
        ;
}

/* --- one run -------------------------------------------------------------- */

static void
mix_print(const struct mix *mix, size_t capacity)
{
    printf("# on_full %d, capacity %zu, quota %zu, %zu bytes, %u messages "
           "each, %u senders, %u both, %u receivers, close at %u\n",
           mix->on_full, capacity, mix->quota, mix->bytes, mix->each,
           mix->senders, mix->both, mix->receivers, mix->close_at);
}

/* Nothing is left, nobody waits. */
static void
counts_agree(struct mix *mix, size_t messages, size_t capacity)
{
    weir_chan_statistics stats;
    size_t taken = 0;

    for (size_t i = 0; i < messages; i++)
        taken += mix->taken[i];
    weir_chan_stats(mix->ch, &stats);
    due(mix, EXPECT_EQ(stats.sent, taken));
    due(mix, EXPECT_EQ(stats.received + stats.dropped, taken));
    due(mix, EXPECT_TRUE(stats.dropped == 0 || mix->on_full));
    due(mix, EXPECT_LE(stats.high_water, capacity));
    due(mix, EXPECT_TRUE(stats.send_waits == 0 || !mix->on_full));
}

static bool
mix_run(struct mix *mix, size_t capacity)
{
    const unsigned sources = mix->senders + mix->both;
    const size_t messages = (size_t)sources * mix->each;
    const weir_chan_options options = { .on_full = mix->on_full,
                                        .quota = mix->quota,
                                        .stats = mix->seed % 2 == 0,
                                        .on_drop = message_dropped,
                                        .drop_arg = mix };
    bool fine;

    mix->ch = weir_chan_make_with(mix->bytes, capacity, &options);
    mix->seen = calloc(messages, sizeof(*mix->seen));
    mix->taken = calloc(messages, sizeof(*mix->taken));
    weir_store_rlx(&mix->offering, sources);
    weir_store_rlx(&mix->wrong, 0u);
    test_threads(sources + mix->receivers, party, mix);
    for (size_t i = 0; i < messages; i++)
        due(mix, EXPECT_EQ(weir_load_rlx(&mix->seen[i]), mix->taken[i]));
    due(mix, EXPECT_EQ(weir_chan_len(mix->ch), 0));
    if (options.stats)
        counts_agree(mix, messages,
                     capacity != WEIR_UNBOUNDED ? capacity
                     : mix->quota != 0          ? mix->quota
                                                : messages);
    fine = weir_load_rlx(&mix->wrong) == 0;
    if (!fine)
        mix_print(mix, capacity);
    weir_chan_free(mix->ch);
    free((void *)mix->seen);
    free(mix->taken);
    return fine;
}

enum { GROWS = 16 }; /* instead of an on_full */

static bool
mix_random(uint64_t *state, bool close, int on_full)
{
    static const size_t sizes[] = { 8, 16, 40, BYTES_MAX };
    struct mix mix = { .on_full = on_full == GROWS ? WEIR_FULL_BLOCK : on_full,
                       .bytes = sizes[test_rand(state) % 4],
                       .each = 20 + (uint32_t)(test_rand(state) % 200),
                       .senders = (unsigned)(test_rand(state) % 4),
                       .both = (unsigned)(test_rand(state) % 3),
                       .receivers = (unsigned)(test_rand(state) % 3),
                       .seed = test_rand(state) };

    if (mix.senders + mix.both == 0)
        mix.senders = 1;
    if (mix.receivers + mix.both == 0)
        mix.receivers = 1;
    if (close)
        mix.close_at = 1 + (uint32_t)(test_rand(state) % mix.each);
    if (on_full == WEIR_FULL_DROP_OLDEST)
        return mix_run(&mix, 1 + test_rand(state) % 4);
    if (on_full == GROWS) {
        mix.quota = test_rand(state) % 3 ? test_rand(state) % 6 : 0;
        return mix_run(&mix, WEIR_UNBOUNDED);
    }
    return mix_run(&mix, test_rand(state) % 6);
}

TEST(every_message_is_received_once_or_refused)
{
    uint64_t state = test_seed();

    for (uint64_t i = test_rounds(400); i > 0; i--)
        if (!mix_random(&state, false, WEIR_FULL_BLOCK))
            return;
}

TEST(close_at_any_moment_loses_nothing_that_was_taken)
{
    uint64_t state = test_seed();

    for (uint64_t i = test_rounds(400); i > 0; i--)
        if (!mix_random(&state, true, WEIR_FULL_BLOCK))
            return;
}

TEST(an_unbounded_channel_loses_nothing_either)
{
    uint64_t state = test_seed();

    for (uint64_t i = test_rounds(400); i > 0; i--)
        if (!mix_random(&state, i % 3 == 0, GROWS))
            return;
}

TEST(what_was_taken_is_received_or_dropped_once)
{
    uint64_t state = test_seed();

    for (uint64_t i = test_rounds(400); i > 0; i--)
        if (!mix_random(&state, i % 3 == 0, 1 + (int)(i % 2)))
            return;
}

static bool
crowd(uint64_t *state, unsigned each_side, uint32_t each)
{
    static const size_t capacities[] = { 0, 1, 2, 64, WEIR_UNBOUNDED };
    bool fine = true;

    for (int i = 0; i < 6 && fine; i++) {
        struct mix mix = { .bytes = 16,
                           .each = each,
                           .senders = each_side,
                           .receivers = each_side,
                           .seed = test_rand(state) };

        mix.quota = i == 5 ? 3 : 0;
        fine = mix_run(&mix, capacities[i < 5 ? i : 4]);
    }
    return fine;
}

TEST(thirty_two_threads_share_a_channel)
{
    uint64_t state = test_seed();

    EXPECT_TRUE(crowd(&state, 16, (uint32_t)test_rounds(500)));
}

static void
on_one_cpu(cpu_set_t *before)
{
    cpu_set_t one;
    size_t cpu = 0;

    (void)sched_getaffinity(0, sizeof(*before), before);
    while (!CPU_ISSET(cpu, before))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    (void)sched_setaffinity(0, sizeof(one), &one);
}

/* The library has counted its CPUs already: it spins where it should not. */
TEST(one_cpu_unknown_to_the_library)
{
    uint64_t state = test_seed();
    cpu_set_t before;

    EXPECT_TRUE(crowd(&state, 1, 1)); /* it waits: it has counted */
    on_one_cpu(&before);
    EXPECT_TRUE(crowd(&state, 5, (uint32_t)test_rounds(300)));
    for (uint64_t i = test_rounds(50); i > 0; i--)
        EXPECT_TRUE(
            mix_random(&state, i % 2, i % 4 == 3 ? GROWS : (int)(i % 4)));
    (void)sched_setaffinity(0, sizeof(before), &before);
}

/* A child of fork counts anew. */
static void
stress_on_one_cpu(uint64_t seed)
{
    cpu_set_t before;
    bool fine;

    on_one_cpu(&before);
    fine = crowd(&seed, 5, (uint32_t)test_rounds(300));
    for (uint64_t i = test_rounds(50); i > 0 && fine; i--)
        fine = mix_random(&seed, i % 2, i % 4 == 3 ? GROWS : (int)(i % 4));
    _exit(fine ? 42 : 1);
}

TEST(one_cpu_known_to_the_library)
{
    EXPECT_EXIT(stress_on_one_cpu(test_seed()), 42, "");
}
