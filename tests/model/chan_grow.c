/* SPDX-License-Identifier: MIT */
/*
 * model/chan_grow.c - the unbounded channel: growing, using a segment again,
 * a quota.
 *
 * A segment has two slots here (CHAN_SEGMENT_BYTES), so the second message and
 * every other one behind it ends one.
 */
#include "chan_play.h"

#include "../lin/chan_model.h"

#include "chan/fast.h"

#include <weir/select.h>

#define FREE CHAN_QUOTA
#define QUOTA(n) (CHAN_QUOTA | (n))
#define STATS(kind) (PLAY_STATS | (kind))

#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c"

#define HEARD(id, cap, a, b) PLAY_SCENARIO(id, cap, true, PLAY_THREADS_2, a, b)
#define TWO(id, cap, a, b)                                                     \
    PLAY_SCENARIO(id, cap, false, PLAY_THREADS_2, a, b);                       \
    HEARD(id##_heard, cap, a, b)

/* Without a quota: the rule of every channel, and growing. */
TWO(grow_send_recv, FREE, "s", "r");
TWO(grow_over_the_end, FREE, "sss", "rq");
TWO(grow_two_senders, FREE, "ss", "ss");
TWO(grow_try, FREE, "ppp", "qq");
TWO(grow_timed, FREE, "s", "RR");
TWO(grow_close_after, FREE, "ssc", "u");
TWO(grow_close_against_send, FREE, "ss", "cq");
TWO(grow_close_parked, FREE, "c", "r");
TWO(grow_cancel, FREE, "sX", "KK");
TWO(grow_length, FREE, "sss", "lrl");
HEARD(grow_lag, FREE, "ss", "p");
HEARD(grow_behind_claimed, FREE, "s", "sq");
HEARD(grow_free_after_recv, FREE, "s", "rf");
HEARD(grow_free_after_the_end, FREE, "ss", "rrf");
HEARD(grow_free_after_close, FREE, "sc", "uf");

/* The first segment is used again: its messages are taken while, or before, the
 * fourth is sent. */
HEARD(reuse_recv, FREE, "srss", "qs");
HEARD(reuse_behind_recv, FREE, "sssq", "qqs");
HEARD(reuse_batch, FREE, "s2s", "4q");

/* Batches end where a segment does, and go on. */
HEARD(grow_batch, FREE, "3", "5q");
HEARD(grow_batch_try, FREE, "PP", "Qq");
HEARD(grow_batch_close, FREE, "3", "cQ");
HEARD(grow_batch_both, FREE, "2", "P");

/* A quota. */
HEARD(quota_sends_recvs, QUOTA(1), "ss", "rr");
HEARD(quota_timed, QUOTA(1), "SS", "R");
TWO(quota_try, QUOTA(1), "pp", "qq");
TWO(quota_close, QUOTA(1), "ss", "c");
HEARD(quota_cancel, QUOTA(1), "rX", "kk");
HEARD(quota_length, QUOTA(1), "ss", "lrl");
HEARD(quota_batch, QUOTA(2), "3", "rQ");
HEARD(quota_batch_one, QUOTA(1), "2", "rQ");
HEARD(grow_stats, STATS(FREE), "sc", "uf");

#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c", .big = true
HEARD(quota_over_the_end, QUOTA(2), "sss", "rrq");
HEARD(quota_try_timed, QUOTA(1), "sS", "Rq");
HEARD(quota_free, QUOTA(1), "ss", "rrf");
HEARD(quota_stats, STATS(QUOTA(1)), "ss", "rr");

/* Store buffering: each side says no behind its own claim. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 4, .hints = "policy.c"
TWO(quota_exact, QUOTA(2), "ppp", "qq");
HEARD(quota_exact_batch, QUOTA(2), "sPp", "Qq");

/* Longer ones. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 1, .hints = "policy.c"
HEARD(grow_sends_recvs, FREE, "sss", "rrr");
HEARD(reuse_sends_recvs, FREE, "ssss", "rqqq");
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 1, .hints = "policy.c", .big = true
HEARD(quota_reuse, QUOTA(2), "ssss", "rrr");
HEARD(quota_timed_both, QUOTA(1), "SS", "RR");

/* Three parties: schedules only. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .spurious = -1, .timeouts = 1, .stays = 1,        \
    .hints = "policy.c"
#define THREE(id, cap, a, b, c)                                                \
    PLAY_SCENARIO(id, cap, true, PLAY_THREADS_3, a, b, c)

THREE(grow_two_parked, FREE, "ss", "R", "R");
THREE(grow_three, FREE, "ss", "ss", "rr");
THREE(reuse_three, FREE, "sqs", "s", "qs");
THREE(reuse_two_receivers, FREE, "ssss", "qq", "q");
THREE(quota_two_parked, QUOTA(1), "ss", "s", "rrr");
THREE(quota_parked_over_the_end, QUOTA(2), "ssS", "S", "rr");
THREE(quota_two_receivers, QUOTA(2), "ssss", "rr", "q");
THREE(quota_hand_in_and_try, QUOTA(1), "ss", "p", "rr");
THREE(quota_try_recv_late, QUOTA(1), "ss", "q", "rq");
THREE(quota_parked_batch, QUOTA(1), "sS", "S", "5");

/* --- direct calls --------------------------------------------------------- */

static weir_chan *x, *y;

static weir_chan *
make(size_t quota, size_t fill)
{
    const weir_chan_options o = { .quota = quota };
    weir_chan *ch;

    wr_waiter_put(wr_waiter_get()); /* the pool grows here, unexplored */
    ch = weir_chan_make_with(sizeof(int64_t), WEIR_UNBOUNDED, &o);
    for (size_t i = 0; i < fill; i++)
        mc_assert(weir_chan_send(ch, &(int64_t){ 7 }) == WEIR_OK);
    return ch;
}

static void
open_free(void)
{
    x = make(0, 0);
}

static void
free_x(void)
{
    weir_chan_free(x);
}

/* Whoever has received the last message frees the channel. */
static void
send_three(void)
{
    const int64_t msgs[3] = { 6, 7, 8 };
    size_t sent;

    mc_assert(weir_chan_send_n(x, msgs, 3, &sent) == WEIR_OK && sent == 3);
}

static void
recv_eight_and_free(void)
{
    int64_t v = 0;

    while (v != 8)
        mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
    weir_chan_free(x);
}

MC_SCENARIO(grow_batch_is_the_last_touch, .setup = open_free,
            .threads = { send_three, recv_eight_and_free });

/* The first segment is used again for ticket 4, while somebody may still read
 * what was in it. */
static void
open_three(void)
{
    x = make(0, 3);
}

static void
recv_seven(void)
{
    int64_t v = 0;

    mc_assert(weir_chan_recv(x, &v) == WEIR_OK && v == 7);
}

MC_SCENARIO(reuse_beside_a_reader, .setup = open_three, .check = free_x,
            .threads = { recv_seven, recv_seven, send_three }, .bound = 2,
            .stale = 1, .hints = "policy.c");

/* What a receiver did before it made room is before the send that took it, also
 * by a bound that another sender noted. */
static long plain;

static void
open_quota_full(void)
{
    x = make(2, 2);
    plain = 0;
}

static void
write_and_recv_two(void)
{
    int64_t v;

    plain = 1;
    mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
    mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
}

static void
try_send_and_read(void)
{
    if (weir_chan_try_send(x, &(int64_t){ 8 }) == WEIR_OK)
        mc_assert(plain == 1);
}

#define ROOM_BOUNDS                                                            \
    .bound = 2, .stale = 1, .spurious = -1, .timeouts = 1, .stays = 1,         \
    .hints = "policy.c"

MC_SCENARIO(quota_room_is_ordered, .setup = open_quota_full, .check = free_x,
            .threads = { write_and_recv_two, try_send_and_read,
                         try_send_and_read },
            ROOM_BOUNDS);

/* So also if the receives were done under the lock, for a watcher; ... */
static void
open_watched_quota(void)
{
    open_quota_full();
    mc_assert(weir_chan_eventfd(x, WEIR_CASE_SEND) >= 0);
}

MC_SCENARIO(quota_locked_room_is_ordered, .setup = open_watched_quota,
            .check = free_x,
            .threads = { write_and_recv_two, try_send_and_read }, ROOM_BOUNDS);

/* ... and if somebody froze the receive word between the two, and thawed it. */
static void
send_eight(void)
{
    mc_assert(weir_chan_send(x, &(int64_t){ 8 }) == WEIR_OK);
}

MC_SCENARIO(quota_thawed_room_is_ordered, .setup = open_quota_full,
            .check = free_x,
            .threads = { write_and_recv_two, send_eight, try_send_and_read },
            .bound = 2, .stale = 2, .spurious = -1, .timeouts = 1, .stays = 1,
            .hints = "policy.c");

/* A segment is used again by one sender, for another. */
static void
recv_two_sevens(void)
{
    recv_seven();
    recv_seven();
}

static void
send_two(void)
{
    for (int64_t v = 1; v <= 2; v++)
        mc_assert(weir_chan_send(x, &v) == WEIR_OK);
}

MC_SCENARIO(reuse_for_another, .setup = open_three, .check = free_x,
            .threads = { recv_two_sevens, send_eight, send_two }, ROOM_BOUNDS);

/* A select: sends without a quota are ready; at a quota it waits. */
static void
open_two(void)
{
    x = make(1, 1);
    y = make(0, 0);
}

static void
free_two(void)
{
    int64_t v;

    while (weir_chan_try_recv(x, &v) == WEIR_OK)
        mc_ghost_add(0, v);
    while (weir_chan_try_recv(y, &v) == WEIR_OK)
        mc_ghost_add(0, v);
    mc_assert(mc_ghost(0) == 7 + mc_ghost(1));
    weir_chan_free(x);
    weir_chan_free(y);
}

/* Send 8 to x or receive from y. */
static void
select_x_or_y(void)
{
    int64_t out = 8, in = 0;
    weir_case cases[] = { { x, &out, WEIR_CASE_SEND, 0 },
                          { y, &in, WEIR_CASE_RECV, 0 } };
    const int at = weir_selectv(cases, 2, 0);

    mc_assert(cases[at].status == WEIR_OK);
    if (at == 0)
        mc_ghost_add(1, 8);
    else
        mc_ghost_add(0, in);
}

static void
recv_x(void)
{
    int64_t v;

    mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
    mc_ghost_add(0, v);
}

static void
send_y(void)
{
    mc_assert(weir_chan_send(y, &(int64_t){ 9 }) == WEIR_OK);
    mc_ghost_add(1, 9);
}

#define SELECT_BOUNDS .bound = 2, .stale = 1, .hints = "policy.c"
#define SELECT_BOUNDS_3                                                        \
    .bound = 1, .stale = -1, .spurious = -1, .timeouts = 1, .stays = 1,        \
    .hints = "policy.c"

MC_SCENARIO(select_at_the_quota, .setup = open_two, .check = free_two,
            .threads = { select_x_or_y, recv_x }, SELECT_BOUNDS);
MC_SCENARIO(select_a_receive, .setup = open_two, .check = free_two,
            .threads = { select_x_or_y, send_y }, SELECT_BOUNDS);
MC_SCENARIO(select_both, .setup = open_two, .check = free_two,
            .threads = { select_x_or_y, recv_x, send_y }, SELECT_BOUNDS_3);

/* A send without a quota never waits, whatever else is asked for. */
static void
select_a_free_send(void)
{
    int64_t out = 8, in;
    weir_case cases[] = { { y, &out, WEIR_CASE_SEND, 0 },
                          { y, &in, WEIR_CASE_RECV, 0 } };
    const int at = weir_selectv(cases, 2, WEIR_SELECT_ORDERED);

    mc_assert(at == 0 && cases[0].status == WEIR_OK);
    mc_ghost_add(1, 8);
}

MC_SCENARIO(select_a_send, .setup = open_two, .check = free_two,
            .threads = { select_a_free_send, send_y }, SELECT_BOUNDS);

/* Watchers: a loop that arms, and waits for its descriptor. */
static void
open_watched(void)
{
    x = make(0, 1); /* its second message ends a segment */
    mc_assert(weir_chan_try_recv(x, &(int64_t){ 0 }) == WEIR_OK);
    mc_assert(weir_chan_eventfd(x, WEIR_CASE_RECV) >= 0);
}

static void
loop_recv_two(void)
{
    const int fd = weir_chan_eventfd(x, WEIR_CASE_RECV);

    for (int n = 0; n < 2;) {
        int64_t v;

        if (weir_chan_try_recv(x, &v) == WEIR_OK) {
            n++;
            continue;
        }
        weir_chan_eventfd_arm(x, WEIR_CASE_RECV);
        mc_fd_wait(fd);
    }
}

MC_SCENARIO(watch_a_receive, .setup = open_watched, .check = free_x,
            .threads = { loop_recv_two, send_two }, SELECT_BOUNDS);

static void
open_watched_full(void)
{
    x = make(1, 1);
    mc_assert(weir_chan_eventfd(x, WEIR_CASE_SEND) >= 0);
}

static void
loop_send_two(void)
{
    const int fd = weir_chan_eventfd(x, WEIR_CASE_SEND);

    for (int n = 0; n < 2;) {
        if (weir_chan_try_send(x, &(int64_t){ 8 }) == WEIR_OK) {
            n++;
            continue;
        }
        weir_chan_eventfd_arm(x, WEIR_CASE_SEND);
        mc_fd_wait(fd);
    }
}

static void
recv_two(void)
{
    int64_t v;

    for (int n = 0; n < 2; n++)
        mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
}

MC_SCENARIO(watch_a_send, .setup = open_watched_full, .check = free_x,
            .threads = { loop_send_two, recv_two }, SELECT_BOUNDS);

/* Full at ticket 3, the last of its segment.  While somebody waits for room
 * another takes the ticket, and stops before he has moved the pointer on: a
 * hand-in to ticket 4 has to wait for him. */
static void
open_full_at_an_end(void)
{
    x = make(2, 2);
    mc_assert(weir_chan_try_recv(x, &(int64_t){ 0 }) == WEIR_OK);
    mc_assert(weir_chan_try_send(x, &(int64_t){ 7 }) == WEIR_OK);
    mc_ghost_set(0, 2);
}

static void
open_full(void)
{
    x = make(1, 1);
    mc_ghost_set(0, 1);
}

static void
send_one(void)
{
    mc_assert(weir_chan_send(x, &(int64_t){ 8 }) == WEIR_OK);
    mc_ghost_add(0, 1);
}

static void
try_send_one(void)
{
    if (weir_chan_try_send(x, &(int64_t){ 9 }) == WEIR_OK)
        mc_ghost_add(0, 1);
}

static void
recv_one_and_one(void)
{
    for (int n = 0; n < 2; n++) {
        mc_assert(weir_chan_recv(x, &(int64_t){ 0 }) == WEIR_OK);
        mc_ghost_add(0, -1);
    }
}

/* What was taken and not received is there. */
static void
drain_and_free(void)
{
    for (int64_t n = mc_ghost(0); n > 0; n--) {
        mc_assert(chan_recv_hint(x));
        mc_assert(weir_chan_try_recv(x, &(int64_t){ 0 }) == WEIR_OK);
    }
    mc_assert(weir_chan_len(x) == 0);
    weir_chan_free(x);
}

MC_SCENARIO(hand_in_behind_an_end, .setup = open_full_at_an_end,
            .check = drain_and_free,
            .threads = { send_one, try_send_one, recv_one_and_one }, .bound = 3,
            .stale = -1, .spurious = -1, .timeouts = 1, .stays = 1,
            .hints = "policy.c");
MC_SCENARIO(hand_in_beside_a_try, .setup = open_full, .check = drain_and_free,
            .threads = { send_one, try_send_one, recv_one_and_one },
            ROOM_BOUNDS, .big = true);
