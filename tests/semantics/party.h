/* SPDX-License-Identifier: MIT */
/* semantics/party.h - a thread that makes one call, known to sleep in it. */
#ifndef WEIR_TESTS_SEMANTICS_PARTY_H
#define WEIR_TESTS_SEMANTICS_PARTY_H

#include "test.h"

#include <weir/atomic.h>
#include <weir/weir.h>

WEIR_CHAN(ints, int);

struct party {
    weir_chan *ch;
    int64_t msg;
    int status;
    WEIR_ATOMIC(int) returned;
    struct test_thread thread;
};

static inline void
party_sends(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_send(p->ch, &p->msg);
    weir_store_rel(&p->returned, 1);
}

static inline void
party_receives(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_recv(p->ch, &p->msg);
    weir_store_rel(&p->returned, 1);
}

/* Until it sleeps; parties that are parked in turn wait in that order. */
static inline void
party_park(struct party *p, weir_chan *ch, void (*run)(void *arg), int64_t msg)
{
    *p = (struct party){ .ch = ch, .msg = msg };
    test_thread_start(&p->thread, run, p);
    test_thread_await_asleep(&p->thread);
}

/* The next message. */
static inline int64_t
party_take(weir_chan *ch)
{
    int64_t msg = -1;

    EXPECT_OK(weir_chan_recv(ch, &msg));
    return msg;
}

#endif
