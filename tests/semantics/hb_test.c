/* SPDX-License-Identifier: MIT */
/*
 * semantics/hb_test.c - small programs that must be clean: HB-01 to HB-17.
 *
 * Plain memory goes through a channel; ThreadSanitizer is the judge.  Those
 * that it must not find clean stand in hb_races.c, HB-22 and HB-23 in
 * chan_order_test.c, those of the locks in mutex_test.c and rwmutex_test.c.
 */
#include "cases.h"

enum { ROUNDS = 100, WRITTEN = 42 };

struct hb {
    weir_chan *ch;
    weir_chan *quiet;
    int plain;
    int also;
    WEIR_ATOMIC(int) flag;
};

static void
hb_run(size_t elem_bytes, size_t capacity, unsigned threads,
       void (*run)(void *arg, unsigned index))
{
    for (uint64_t i = test_rounds(ROUNDS); i > 0; i--) {
        struct hb h = { .ch = weir_chan_make(elem_bytes, capacity),
                        .quiet = weir_chan_make(sizeof(int64_t), 0) };

        test_threads(threads, run, &h);
        weir_chan_free(h.ch);
        weir_chan_free(h.quiet);
    }
}

/* By a plain call, or by a select that has another case. */
static int
send_by(struct hb *h, bool select)
{
    int64_t msg = 1;
    weir_case cases[] = { recv_from(h->quiet, &msg), send_to(h->ch, &msg) };

    if (!select)
        return weir_chan_send(h->ch, &msg);
    EXPECT_EQ(weir_selectv(cases, 2, 0), 1);
    return cases[1].status;
}

static int
recv_by(struct hb *h, bool select)
{
    int64_t msg;
    weir_case cases[] = { recv_from(h->quiet, &msg), recv_from(h->ch, &msg) };

    if (!select)
        return weir_chan_recv(h->ch, &msg);
    EXPECT_EQ(weir_selectv(cases, 2, 0), 1);
    return cases[1].status;
}

/* --- HB-01 to HB-03 ------------------------------------------------------- */

static void
send_publishes(struct hb *h, unsigned index, bool select)
{
    if (index == 0) {
        h->plain = WRITTEN;
        EXPECT_OK(send_by(h, select));
    } else {
        EXPECT_OK(recv_by(h, select));
        EXPECT_EQ(h->plain, WRITTEN);
    }
}

static void
plain_send_publishes(void *arg, unsigned index)
{
    send_publishes(arg, index, false);
}

static void
select_send_publishes(void *arg, unsigned index)
{
    send_publishes(arg, index, true);
}

static void
receive_publishes(struct hb *h, unsigned index, bool select)
{
    if (index == 0) {
        h->plain = WRITTEN;
        EXPECT_OK(recv_by(h, select));
    } else {
        EXPECT_OK(send_by(h, select));
        EXPECT_EQ(h->plain, WRITTEN);
    }
}

static void
plain_receive_publishes(void *arg, unsigned index)
{
    receive_publishes(arg, index, false);
}

static void
select_receive_publishes(void *arg, unsigned index)
{
    receive_publishes(arg, index, true);
}

TEST(hb_01_unbuffered_send_is_before_its_receive)
{
    hb_run(8, 0, 2, plain_send_publishes);
    hb_run(8, 0, 2, select_send_publishes);
}

TEST(hb_02_unbuffered_receive_is_before_the_return_of_its_send)
{
    hb_run(8, 0, 2, plain_receive_publishes);
    hb_run(8, 0, 2, select_receive_publishes);
}

TEST(hb_03_buffered_send_is_before_its_receive)
{
    hb_run(8, 1, 2, plain_send_publishes);
    hb_run(8, 10, 2, plain_send_publishes);
    hb_run(8, 1, 2, select_send_publishes);
    hb_run(8, 10, 2, select_send_publishes);
}

/* --- HB-04, HB-05: close -------------------------------------------------- */

static void
close_publishes(void *arg, unsigned index)
{
    struct hb *h = arg;
    int64_t msg;

    switch (index) {
    case 0:
        h->plain = WRITTEN;
        EXPECT_OK(weir_chan_close(h->ch));
        return;
    case 1:
        EXPECT_STATUS(weir_chan_recv(h->ch, &msg), WEIR_CLOSED);
        break;
    case 2:
        TEST_AWAIT(weir_chan_try_recv(h->ch, &msg) == WEIR_CLOSED);
        break;
    case 3:
        while (weir_chan_recv_until(h->ch, &msg, weir_limit_at(0)) !=
               WEIR_CLOSED)
            (void)sched_yield();
        break;
    default:
        EXPECT_STATUS(recv_by(h, true), WEIR_CLOSED);
    }
    EXPECT_EQ(h->plain, WRITTEN);
}

TEST(hb_04_close_is_before_every_receive_that_says_closed)
{
    hb_run(8, 0, 5, close_publishes);
    hb_run(8, 10, 5, close_publishes);
}

static void
close_publishes_to_default(void *arg, unsigned index)
{
    struct hb *h = arg;
    int64_t msg;
    weir_case cases[] = { recv_from(h->quiet, &msg), recv_from(h->ch, &msg) };

    if (index == 0) {
        h->plain = WRITTEN;
        EXPECT_OK(weir_chan_close(h->ch));
        return;
    }
    TEST_AWAIT(weir_try_selectv(cases, 2, 0) == 1);
    EXPECT_STATUS(cases[1].status, WEIR_CLOSED);
    EXPECT_EQ(h->plain, WRITTEN);
}

TEST(hb_05_close_is_before_a_select_with_default_that_finds_it)
{
    hb_run(8, 0, 3, close_publishes_to_default);
    hb_run(8, 1, 3, close_publishes_to_default);
}

/* --- HB-06, HB-07: a buffer as a lock, as a group ------------------------- */

static void
locks(struct hb *h, bool select)
{
    for (int i = 0; i < 10; i++) {
        EXPECT_OK(send_by(h, select));
        h->plain++;
        EXPECT_OK(recv_by(h, select));
    }
}

static void
plain_locks(void *arg, unsigned index)
{
    (void)index;
    locks(arg, false);
}

static void
select_locks(void *arg, unsigned index)
{
    (void)index;
    locks(arg, true);
}

TEST(hb_06_buffer_of_one_is_a_mutex)
{
    hb_run(8, 1, 3, plain_locks);
    hb_run(8, 1, 3, select_locks);
}

enum { GROUP = 4 };

struct group {
    weir_chan *ch;
    int data[GROUP];
};

/* All but the last write and receive; the last sends for all of them, and then
 * as many as fit: by then all have received. */
static void
group_member(void *arg, unsigned index)
{
    struct group *g = arg;
    int64_t msg = 0;

    if (index < GROUP) {
        g->data[index] = WRITTEN;
        EXPECT_OK(weir_chan_recv(g->ch, &msg));
        return;
    }
    for (size_t i = 0; i < GROUP + weir_chan_cap(g->ch); i++)
        EXPECT_OK(weir_chan_send(g->ch, &msg));
    for (int i = 0; i < GROUP; i++)
        EXPECT_EQ(g->data[i], WRITTEN);
}

TEST(hb_07_buffer_that_is_full_again_is_a_waitgroup)
{
    for (uint64_t i = test_rounds(ROUNDS); i > 0; i--) {
        struct group g = { .ch = weir_chan_make(8, GROUP / 2) };

        test_threads(GROUP + 1, group_member, &g);
        weir_chan_free(g.ch);
    }
}

/* --- HB-08, HB-09 --------------------------------------------------------- */

struct writer {
    struct hb *h;
    bool select;
};

static void
write_and_send(void *arg)
{
    struct writer *w = arg;

    w->h->plain = WRITTEN;
    EXPECT_OK(send_by(w->h, w->select));
}

static void
write_and_park(bool select)
{
    struct hb h = { .ch = chan_holding(1, 1),
                    .quiet = weir_chan_make(sizeof(int64_t), 0) };
    struct writer w = { &h, select };
    struct test_thread thread;
    int64_t msg;

    test_thread_start(&thread, write_and_send, &w);
    test_thread_await_asleep(&thread); /* orders nothing */
    EXPECT_OK(weir_chan_recv(h.ch, &msg));
    EXPECT_OK(weir_chan_recv(h.ch, &msg)); /* by way of the buffer */
    EXPECT_EQ(h.plain, WRITTEN);
    test_thread_join(&thread);
    weir_chan_free(h.ch);
    weir_chan_free(h.quiet);
}

TEST(hb_08_parked_send_is_before_its_receive_through_the_buffer)
{
    for (int i = 0; i < 20; i++)
        write_and_park(i % 2);
}

/* Two receives free what the third and fourth send take. */
static void
no_element(void *arg, unsigned index)
{
    struct hb *h = arg;

    switch (index) {
    case 0:
        h->plain++;
        EXPECT_OK(weir_chan_recv(h->ch, NULL));
        break;
    case 1:
        h->also++;
        EXPECT_OK(weir_chan_recv(h->ch, NULL));
        break;
    default:
        for (int i = 0; i < 4; i++)
            EXPECT_OK(weir_chan_send(h->ch, NULL));
        h->plain++;
        h->also++;
    }
}

TEST(hb_09_elements_of_no_bytes_order_like_any_other)
{
    hb_run(0, 2, 3, no_element);
}

/* --- HB-17 ---------------------------------------------------------------- */

static void
flag_publishes(void *arg, unsigned index)
{
    struct hb *h = arg;

    if (index == 0) {
        h->plain = WRITTEN;
        weir_store_rel(&h->flag, 1);
    } else {
        TEST_AWAIT(weir_load_acq(&h->flag) == 1);
        EXPECT_EQ(h->plain, WRITTEN);
    }
}

TEST(hb_17_release_is_before_the_acquire_that_reads_it)
{
    hb_run(8, 1, 2, flag_publishes);
}
