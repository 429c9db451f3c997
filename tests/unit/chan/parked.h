/* SPDX-License-Identifier: MIT */
/*
 * chan/parked.h - a send or receive that another thread waits in.
 */
#ifndef TEST_CHAN_PARKED_H
#define TEST_CHAN_PARKED_H

#include "test.h"

#include <weir/chan.h>

struct call {
    weir_chan *ch;
    int64_t msg;
    int status;
    weir_limit limit;
    struct test_thread thread;
};

static inline void
call_send(void *arg)
{
    struct call *c = arg;

    c->status = weir_chan_send_until(c->ch, &c->msg, c->limit);
}

static inline void
call_recv(void *arg)
{
    struct call *c = arg;

    c->status = weir_chan_recv_until(c->ch, &c->msg, c->limit);
}

/* Until it sleeps.  run: call_send or call_recv. */
static inline void
park(struct call *c, weir_chan *ch, void (*run)(void *arg), int64_t msg,
     weir_limit limit)
{
    *c = (struct call){ .ch = ch, .msg = msg, .limit = limit };
    test_thread_start(&c->thread, run, c);
    test_thread_await_asleep(&c->thread);
}

#endif
