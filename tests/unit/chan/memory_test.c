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
