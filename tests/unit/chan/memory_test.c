/* SPDX-License-Identifier: MIT */
/*
 * chan/memory_test.c - what a channel costs, and out of memory.
 *
 * Linked with --wrap=malloc and --wrap=mmap: the library's calls come here.
 */
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <weir/chan.h>
#include <weir/select.h>

#include "park/thread.h"

static struct {
    bool fails;
    size_t bytes; /* of the last request */
} memory;

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_mmap(void *at, size_t bytes, int prot, int flags, int fd,
                  off_t offset);
void *__wrap_mmap64(void *at, size_t bytes, int prot, int flags, int fd,
                    off_t offset);

void *
__wrap_malloc(size_t bytes)
{
    memory.bytes = bytes;
    if (memory.fails) {
        errno = ENOMEM;
        return NULL;
    }
    return __real_malloc(bytes);
}

void *
__wrap_mmap(void *at, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    if (memory.fails) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, bytes, prot, flags, fd, offset);
}

void *
__wrap_mmap64(void *at, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    return __wrap_mmap(at, bytes, prot, flags, fd, offset);
}

/* First: no waiter has been made yet. */
TEST(wait_without_memory_says_so_and_changes_nothing)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        int64_t msg = 5;

        memory.fails = true;
        EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_NOMEM);
        EXPECT_STATUS(weir_chan_recv(NULL, &msg), WEIR_NOMEM);
        if (capacity == 1)
            EXPECT_OK(weir_chan_send(ch, &msg)); /* needs none */
        EXPECT_STATUS(weir_chan_send(ch, &msg), WEIR_NOMEM);
        EXPECT_STATUS(weir_chan_send(NULL, &msg), WEIR_NOMEM);
        EXPECT_STATUS(weir_chan_send_until(ch, &msg, weir_deadline(WEIR_S(9))),
                      WEIR_NOMEM);
        EXPECT_EQ(msg, 5);
        if (capacity == 1)
            EXPECT_OK(weir_chan_recv(ch, &msg));
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
        memory.fails = false;
        weir_chan_free(ch);
    }
}

TEST(wait_works_once_there_is_memory_again)
{
    weir_chan *ch = weir_chan_make(8, 0);
    int64_t msg;

    do /* until the limit has not passed before there was a waiter */
        EXPECT_STATUS(weir_chan_recv_until(ch, &msg, weir_deadline(10000)),
                      WEIR_TIMEOUT);
    while (wr_sys_self()->waiter == NULL);
    memory.fails = true; /* the thread keeps it */
    EXPECT_STATUS(weir_chan_recv_until(ch, &msg, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    memory.fails = false;
    weir_chan_free(ch);
}

TEST(make_without_memory_is_null_and_leaves_errno_alone)
{
    memory.fails = true;
    errno = 12345;
    EXPECT_NULL(weir_chan_make(8, 4));
    EXPECT_EQ(errno, 12345);
    memory.fails = false;
}

static void
count_drop(void *arg, const void *msg)
{
    (void)msg;
    ++*(unsigned *)arg;
}

/* The copy for the hook is made before anything is dropped. */
TEST(drop_without_memory_for_the_copy_drops_nothing)
{
    unsigned dropped = 0;
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .on_drop = count_drop,
                                  .drop_arg = &dropped };
    weir_chan *large = weir_chan_make_with(257, 1, &o);
    weir_chan *small = weir_chan_make_with(256, 1, &o);
    unsigned char msg[2 * 257] = { 1 };
    weir_case cases[] = { { large, msg, WEIR_CASE_SEND, 0 },
                          { NULL, NULL, WEIR_CASE_RECV, 0 } };
    size_t n;

    EXPECT_OK(weir_chan_send(large, msg));
    EXPECT_OK(weir_chan_send(small, msg));
    msg[0] = 2;
    memory.fails = true;
    EXPECT_STATUS(weir_chan_send(large, msg), WEIR_NOMEM);
    EXPECT_STATUS(weir_chan_try_send(large, msg), WEIR_NOMEM);
    EXPECT_STATUS(weir_chan_send_n(large, msg, 2, &n), WEIR_NOMEM);
    EXPECT_EQ(n, 0);
    EXPECT_EQ(weir_try_selectv(cases, 2, 0), 0);
    EXPECT_STATUS(cases[0].status, WEIR_NOMEM);
    EXPECT_EQ(dropped, 0);
    EXPECT_OK(weir_chan_send(small, msg)); /* on the stack */
    EXPECT_EQ(dropped, 1);
    memory.fails = false;
    EXPECT_OK(weir_chan_recv(large, msg));
    EXPECT_EQ(msg[0], 1);
    weir_chan_free(large);
    weir_chan_free(small);
}

/* Without memory to grow a send is refused, and nothing is lost. */
TEST(unbounded_channel_without_memory_keeps_what_it_has)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    int64_t msgs[600], sent = 0;
    size_t n;

    for (int64_t i = 0; i < 600; i++)
        msgs[i] = i;
    memory.fails = true;
    while (weir_chan_send(ch, &msgs[sent]) == WEIR_OK)
        sent++;
    EXPECT_GT(sent, 0);
    EXPECT_LT(sent, 600);
    EXPECT_STATUS(weir_chan_try_send(ch, &msgs[sent]), WEIR_NOMEM);
    EXPECT_STATUS(weir_chan_send_n(ch, &msgs[sent], 2, &n), WEIR_NOMEM);
    EXPECT_EQ(n, 0);
    EXPECT_EQ(weir_chan_len(ch), sent);
    memory.fails = false;
    EXPECT_OK(weir_chan_send_n(ch, &msgs[sent], 600 - (size_t)sent, &n));
    EXPECT_EQ(n, 600 - sent);
    for (int64_t i = 0, v; i < 600; i++) {
        EXPECT_OK(weir_chan_recv(ch, &v));
        EXPECT_EQ(v, i);
    }
    memory.fails = true; /* the segments are used again */
    for (int64_t i = 0; i < 600; i++)
        EXPECT_OK(weir_chan_send(ch, &msgs[i]));
    EXPECT_OK(weir_chan_send_n(ch, msgs, 600, &n));
    EXPECT_LT(n, 600);
    EXPECT_EQ(weir_chan_len(ch), 600 + n);
    memory.fails = false;
    weir_chan_free(ch);
    memory.fails = true;
    EXPECT_NULL(weir_chan_make(8, WEIR_UNBOUNDED));
    memory.fails = false;
}

struct refused {
    weir_chan *ch;
    int status;
    struct test_thread thread;
};

static void
send_past_the_quota(void *arg)
{
    struct refused *r = arg;
    static const char msg[1 << 12] = { 5 };

    r->status = weir_chan_send(r->ch, msg);
}

/* At the end of a segment a receiver needs memory to let a sender in. */
TEST(parked_senders_are_refused_when_there_is_no_memory_for_them)
{
    const weir_chan_options o = { .quota = 3, .stats = true };
    weir_chan *ch = weir_chan_make_with(1 << 12, WEIR_UNBOUNDED, &o);
    static char msg[1 << 12]; /* two slots in a segment */
    struct refused r[2];
    weir_chan_statistics stats;

    for (int i = 0; i < 3; i++)
        EXPECT_OK(weir_chan_send(ch, msg));
    for (int i = 0; i < 2; i++) {
        r[i] = (struct refused){ .ch = ch };
        test_thread_start(&r[i].thread, send_past_the_quota, &r[i]);
        test_thread_await_asleep(&r[i].thread);
    }
    memory.fails = true;
    EXPECT_OK(weir_chan_recv(ch, msg));
    for (int i = 0; i < 2; i++) {
        test_thread_join(&r[i].thread);
        EXPECT_STATUS(r[i].status, WEIR_NOMEM);
    }
    EXPECT_EQ(weir_chan_len(ch), 2);
    EXPECT_STATUS(weir_chan_try_send(ch, msg), WEIR_NOMEM);
    memory.fails = false;
    EXPECT_OK(weir_chan_try_send(ch, msg));
    weir_chan_stats(ch, &stats);
    EXPECT_EQ(stats.sent, 4);
    EXPECT_EQ(stats.send_waits, 2);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(weir_chan_recv(ch, msg));
    weir_chan_free(ch);
}

TEST(small_channel_stays_under_640_bytes)
{
    for (size_t capacity = 0; capacity <= 4; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);

        EXPECT_GT(memory.bytes, 0);
        EXPECT_LE(memory.bytes, 640);
        weir_chan_free(ch);
    }
}

TEST(large_channel_costs_its_slots)
{
    weir_chan *ch = weir_chan_make(8, 1000);

    EXPECT_GE(memory.bytes, 16000);
    EXPECT_LE(memory.bytes, 16000 + 640);
    weir_chan_free(ch);
    ch = weir_chan_make(0, 1000);
    EXPECT_LE(memory.bytes, 16000 + 640);
    weir_chan_free(ch);
}
