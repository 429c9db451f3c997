/* SPDX-License-Identifier: MIT */
/*
 * model/chan_rules.c - the smallest races that single rules of the protocol
 * are there for; tests/model/mutants removes the rules one by one.
 */
#include "chan_play.h"

#include "chan/chan.h"
#include "park/thread.h"

#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c"

#define TWO(id, cap, a, b) PLAY_SCENARIO(id, cap, true, PLAY_THREADS_2, a, b)

/* A ticket is claimed and its stamp not moved; a later one is complete. */
TWO(try_recv_behind_claimed, 2, "s", "sq");
TWO(try_send_behind_claimed, 2, "r", "ssrp");
/* The opposite index has passed the own one, read before. */
TWO(try_send_overtaken, 2, "p", "sr");
TWO(length_overtaken, 2, "l", "srs");
TWO(send_after_close, 1, "cp", "S");
TWO(send_until_after_close, 1, "cS", "p");
TWO(close_beside_recv, 2, "ssc", "ul");

/* Three parties: schedules only, so that three preemptions end. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 2, .stale = -1, .spurious = -1, .timeouts = 1, .stays = 1,        \
    .hints = "policy.c"

#define THREE(id, cap, a, b, c)                                                \
    PLAY_SCENARIO(id, cap, true, PLAY_THREADS_3, a, b, c)

THREE(left_then_locked_send, 1, "S", "R", "qq");
THREE(left_then_locked_recv, 1, "SS", "R", "pp");
THREE(hand_in_and_try_recv, 1, "SS", "R", "qq");
THREE(hand_in_and_try_send, 1, "SS", "R", "p");
THREE(own_index_first, 2, "s", "srsr", "q");

#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .spurious = -1, .timeouts = -1, .stays = 2,       \
    .hints = "policy.c"

THREE(two_parked_senders, 1, "ss", "s", "rrr");
THREE(two_parked_receivers, 1, "r", "rr", "sss");

/* A failed enrolment stores the send word back: who reads the index from that
 * store sees what its claimers had seen (else the length is 2). */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = 4, .spurious = -1, .timeouts = -1, .stays = 1,        \
    .hints = "policy.c"

PLAY_SCENARIO(thawed_send_word, 2, false, PLAY_THREADS_3, "sRs", "R", "l");

/* Direct calls: what a history cannot tell. */
static weir_chan *ch;

static void
make(size_t capacity)
{
    ch = weir_chan_make(sizeof(uint64_t), capacity);
    wr_waiter_put(wr_waiter_get());
}

static void
make_meet(void)
{
    make(0);
}

static void
make_two(void)
{
    make(2);
}

static void
free_it(void)
{
    weir_chan_free(ch);
}

static void
recv_one(void)
{
    uint64_t v;

    mc_assert(weir_chan_recv(ch, &v) == WEIR_OK && v == 7);
}

static void
send_one(void)
{
    const uint64_t v = 7;

    mc_assert(weir_chan_send(ch, &v) == WEIR_OK);
}

/* A try meets a parked party in the end, and each of several. */
static void
try_send_one(void)
{
    const uint64_t v = 7;

    while (weir_chan_try_send(ch, &v) != WEIR_OK)
        mc_relax();
}

static void
try_send_two(void)
{
    try_send_one();
    try_send_one();
}

static void
try_recv_one(void)
{
    uint64_t v;

    while (weir_chan_try_recv(ch, &v) != WEIR_OK)
        mc_relax();
    mc_assert(v == 7);
}

static void
try_recv_two(void)
{
    try_recv_one();
    try_recv_one();
}

#define BOUND_1 .bound = 1, .stale = 1, .stays = 1, .spurious = -1

MC_SCENARIO(try_meets_receiver, .setup = make_meet, .check = free_it,
            .threads = { recv_one, try_send_one });
MC_SCENARIO(try_meets_sender, .setup = make_meet, .check = free_it,
            .threads = { send_one, try_recv_one });
MC_SCENARIO(try_meets_two_receivers, .setup = make_meet, .check = free_it,
            .threads = { recv_one, recv_one, try_send_two }, BOUND_1,
            .big = true);
MC_SCENARIO(try_meets_two_senders, .setup = make_meet, .check = free_it,
            .threads = { send_one, send_one, try_recv_two }, BOUND_1,
            .big = true);

/* Who was handed a message waits at another channel before the lock of the
 * first one is free. */
static weir_chan *other;

static void
make_two_meets(void)
{
    make(0);
    other = weir_chan_make(sizeof(uint64_t), 0);
}

static void
free_both(void)
{
    weir_chan_free(ch);
    weir_chan_free(other);
}

static void
recv_here_and_there(void)
{
    uint64_t v;

    recv_one();
    mc_assert(weir_chan_recv(other, &v) == WEIR_OK && v == 7);
}

static void
send_here_and_there(void)
{
    const uint64_t v = 7;

    send_one();
    mc_assert(weir_chan_send(other, &v) == WEIR_OK);
}

MC_SCENARIO(handed_over_waits_elsewhere, .setup = make_two_meets,
            .check = free_both,
            .threads = { recv_here_and_there, send_here_and_there }, BOUND_1,
            .hints = "policy.c");

/* A limit that has passed is a try: it finds what is certainly there. */
static void
send_and_recv_in_time(void)
{
    uint64_t v = 7;

    send_one();
    mc_assert(weir_chan_recv_until(ch, &v, weir_limit_at(0)) == WEIR_OK);
}

MC_SCENARIO(passed_limit_recv, .setup = make_two, .check = free_it,
            .threads = { send_one, send_and_recv_in_time });

static void
fill(void)
{
    const uint64_t v = 7;

    make(2);
    for (int i = 0; i < 2; i++)
        mc_assert(weir_chan_send(ch, &v) == WEIR_OK);
}

static void
recv_and_send_in_time(void)
{
    const uint64_t v = 7;

    recv_one();
    mc_assert(weir_chan_send_until(ch, &v, weir_limit_at(0)) == WEIR_OK);
}

MC_SCENARIO(passed_limit_send, .setup = fill, .check = free_it,
            .threads = { recv_one, recv_and_send_in_time });

/* So also beside a parked party, which has flagged the word. */
static void
recv_in_time(void)
{
    uint64_t v;

    mc_assert(weir_chan_recv_until(ch, &v, weir_limit_at(0)) == WEIR_OK);
}

static void
send_in_time(void)
{
    const uint64_t v = 7;

    mc_assert(weir_chan_send_until(ch, &v, weir_limit_at(0)) == WEIR_OK);
}

MC_SCENARIO(passed_limit_recv_flagged, .setup = fill, .check = free_it,
            .threads = { send_one, recv_in_time });
MC_SCENARIO(passed_limit_send_flagged, .setup = make_two, .check = free_it,
            .threads = { recv_one, send_in_time });

/* What was done before a close is seen by who is told CLOSED. */
static int before_close; /* plain */

static void
write_and_close(void)
{
    before_close = 1;
    mc_assert(weir_chan_close(ch) == WEIR_OK);
}

static void
recv_closed(void)
{
    uint64_t v;

    if (weir_chan_recv(ch, &v) == WEIR_CLOSED)
        mc_assert(before_close == 1);
}

static void
try_recv_closed(void)
{
    uint64_t v;

    if (weir_chan_try_recv(ch, &v) == WEIR_CLOSED)
        mc_assert(before_close == 1);
}

MC_SCENARIO(close_publishes, .setup = make_two, .check = free_it,
            .threads = { write_and_close, recv_closed });
MC_SCENARIO(close_publishes_to_try, .setup = make_two, .check = free_it,
            .threads = { write_and_close, try_recv_closed });
MC_SCENARIO(close_publishes_meet, .setup = make_meet, .check = free_it,
            .threads = { write_and_close, try_recv_closed });

/* By the checker's own look: neither a step nor an access. */
MC_GHOST static bool
words_hold_q(void)
{
    const uint64_t t = ch->send.word & ~WEIR_RING_FLAGS;
    const uint64_t h = ch->receive.word & ~WEIR_RING_FLAGS;

    return h <= t && t - h <= weir_ring_lap(ch->shape);
}

MC_GHOST static bool
list_is_unlocked(void)
{
    return ch->lock.word == LOCK_FREE;
}

/* Q: a slot is free for the next lap only once the index says so.  The parked
 * sender has left, so that the receiver takes the message under the lock
 * without handing one in. */
static void
fill_one(void)
{
    make(1);
    send_one();
}

static void
send_or_leave(void)
{
    const uint64_t v = 7;
    int status;

    status = weir_chan_send_until(ch, &v, weir_deadline(WEIR_S(3600)));
    mc_assert(status != WEIR_AGAIN && status != WEIR_NOMEM);
}

static void
try_send_and_look(void)
{
    const uint64_t v = 7;

    if (weir_chan_try_send(ch, &v) == WEIR_OK)
        mc_assert(words_hold_q());
}

MC_SCENARIO(freed_after_the_index, .setup = fill_one, .check = free_it,
            .threads = { send_or_leave, recv_one, try_send_and_look },
            .stale = -1, .spurious = -1, .timeouts = 1, .stays = 1);

/* chan.h, Locks: nobody is woken under the list lock. */
static int
plain_park(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns)
{
    return wr_sys_futex_wait(&w->word, seen, deadline_ns);
}

static void
unlocked_unpark(struct wr_waiter *w)
{
    mc_assert(list_is_unlocked());
    wr_sys_futex_wake(&w->word, 1);
}

static const struct wr_parker unlocked_parker = { plain_park, unlocked_unpark,
                                                  false };

static void
recv_unlocked(void)
{
    uint64_t v;

    wr_sys_self()->parker = &unlocked_parker;
    mc_assert(weir_chan_recv(ch, &v) != WEIR_NOMEM);
}

static void
close_it(void)
{
    mc_assert(weir_chan_close(ch) == WEIR_OK);
}

MC_SCENARIO(close_wakes_unlocked, .setup = make_two, .check = free_it,
            .threads = { recv_unlocked, close_it });
MC_SCENARIO(send_wakes_unlocked, .setup = make_two, .check = free_it,
            .threads = { recv_unlocked, send_one });
