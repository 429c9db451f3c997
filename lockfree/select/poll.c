/* SPDX-License-Identifier: MIT */
/*
 * select/poll.c - looking at the cases, one after the other.
 *
 * "No case is ready" at one instant: a first pass finds none ready and notes,
 * before each look, a word that would have moved had the case become ready; a
 * second pass finds all these words unmoved.  So between the two passes no case
 * was ready.
 *
 *     receive   the send word: nobody has sent, or closed
 *     send      the receive word, and whether the channel is closed
 *     rendezvous  the number of enrolments, and whether it is closed
 *     event     whether it is set
 */
#include "park/thread.h"
#include "select/select.h"

/* xorshift64*: which case is looked at first is not a secret. */
static uint32_t
roll(uint64_t *state, uint32_t below)
{
    uint64_t x = *state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (uint32_t)(((x * 2685821657736338717ull >> 32) * below) >> 32);
}

/* The order of this pass: each as likely as any other (Fisher and Yates). */
static void
shuffle(struct select *s)
{
    struct wr_thread *self = wr_sys_self();
    uint64_t state = self->dice;

    if (state == 0)
        state = wr_sys_cycles() | 1;
    for (uint32_t i = 0; i < s->count; i++)
        s->all[i].turn = i;
    for (uint32_t i = s->count; i > 1 && !s->ordered; i--) {
        const uint32_t other = roll(&state, i);
        const uint32_t turn = s->all[other].turn;

        s->all[other].turn = s->all[i - 1].turn;
        s->all[i - 1].turn = turn;
    }
    self->dice = state;
}

/* A set event is pending until the waiters that it had are claimed. */
static int
look_event(weir_event *ev)
{
    const int status = wr_event_look(ev);

    return status == WEIR_CLOSED ? CHAN_RETRY : status;
}

static int
look(weir_case *c)
{
    if (c->on == NULL)
        return WEIR_AGAIN;
    if (c->op == WEIR_CASE_EVENT)
        return look_event(c->on);
    return c->op == WEIR_CASE_SEND ? wr_chan_look_send(c->on, c->msg)
                                   : wr_chan_look_recv(c->on, c->msg);
}

static uint64_t
evidence(const weir_case *c)
{
    if (c->on == NULL)
        return 0;
    if (c->op == WEIR_CASE_EVENT)
        return weir_event_is_set(c->on);
    return c->op == WEIR_CASE_SEND ? wr_chan_send_evidence(c->on)
                                   : wr_chan_recv_evidence(c->on);
}

int
wr_select_poll(struct select *s)
{
    int out = WEIR_AGAIN;

    shuffle(s);
    for (uint32_t i = 0; i < s->count; i++) {
        const uint32_t at = s->all[i].turn;
        weir_case *c = &s->cases[at];
        const int status = look(c);

        if (status == WEIR_OK || status == WEIR_CLOSED) {
            c->status = status;
            return (int)at;
        }
        if (status == CHAN_RETRY)
            out = SELECT_PENDING;
    }
    return out;
}

/* Did nothing move since the passes' words were noted? */
static bool
is_unmoved(const struct select *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (evidence(&s->cases[i]) != s->all[i].evidence)
            return false;
    return true;
}

int
wr_select_try(struct select *s)
{
    struct wr_spin spin = wr_spin_start(WR_WAIT_SPIN_NS);

    for (;;) {
        int out;

        for (uint32_t i = 0; i < s->count; i++)
            s->all[i].evidence = evidence(&s->cases[i]);
        out = wr_select_poll(s);
        if (out >= 0 || (out == WEIR_AGAIN && is_unmoved(s)))
            return out;
        /* Its party is running, or runnable; nobody would wake us. */
        if (out == SELECT_PENDING && !wr_spin_more(&spin))
            wr_sys_nap(WR_NAP_NS);
    }
}

static bool
hint(const weir_case *c)
{
    if (c->on == NULL)
        return false;
    if (c->op == WEIR_CASE_EVENT)
        return weir_event_is_set(c->on);
    return c->op == WEIR_CASE_SEND ? wr_chan_send_hint(c->on)
                                   : wr_chan_recv_hint(c->on);
}

bool
wr_select_hint(struct select *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (hint(&s->cases[i]))
            return true;
    return false;
}
