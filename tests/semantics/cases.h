/* SPDX-License-Identifier: MIT */
/* semantics/cases.h - cases of a select, and threads that sleep in one. */
#ifndef WEIR_TESTS_SEMANTICS_CASES_H
#define WEIR_TESTS_SEMANTICS_CASES_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <weir/atomic.h>
#include <weir/weir.h>

enum { UNTOUCHED = 77, CHOOSER_CASES = 8 };

static inline weir_case
recv_from(weir_chan *ch, int64_t *msg)
{
    return (weir_case){ ch, msg, WEIR_CASE_RECV, UNTOUCHED };
}

static inline weir_case
send_to(weir_chan *ch, const int64_t *msg)
{
    return (weir_case){ ch, (void *)(uintptr_t)msg, WEIR_CASE_SEND, UNTOUCHED };
}

/* A channel of numbers that holds 1, 2, ... `messages`. */
static inline weir_chan *
chan_holding(size_t capacity, int64_t messages)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), capacity);

    for (int64_t i = 1; i <= messages; i++)
        EXPECT_OK(weir_chan_try_send(ch, &i));
    return ch;
}

static inline weir_chan *
chan_closed(size_t capacity)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), capacity);

    EXPECT_OK(weir_chan_close(ch));
    return ch;
}

/* A thread that makes one select. */
struct chooser {
    weir_case cases[CHOOSER_CASES];
    size_t n;
    int64_t in;  /* where its receives go */
    int64_t out; /* what its sends carry */
    int at;      /* what the select returned */
    WEIR_ATOMIC(int) returned;
    struct test_thread thread;
};

static inline void
chooser_run(void *arg)
{
    struct chooser *c = arg;

    c->at = weir_selectv(c->cases, c->n, 0);
    weir_store_rel(&c->returned, 1);
}

static inline void
chooser_init(struct chooser *c, int64_t out)
{
    *c = (struct chooser){ .in = -1, .out = out, .at = INT32_MIN };
}

static inline void
chooser_recv(struct chooser *c, weir_chan *ch)
{
    c->cases[c->n++] = recv_from(ch, &c->in);
}

static inline void
chooser_send(struct chooser *c, weir_chan *ch)
{
    c->cases[c->n++] = send_to(ch, &c->out);
}

/* Until it sleeps; those that are parked in turn wait in that order. */
static inline void
chooser_park(struct chooser *c)
{
    test_thread_start(&c->thread, chooser_run, c);
    test_thread_await_asleep(&c->thread);
}

/* It has returned, or is about to: which case, and the case's status. */
static inline void
chooser_ends(struct chooser *c, int at, int status)
{
    test_thread_join(&c->thread);
    if (EXPECT_EQ(c->at, at))
        EXPECT_STATUS(c->cases[at].status, status);
}

#endif
