/* SPDX-License-Identifier: MIT */
/*
 * select/poll.c - looking at the cases, one after the other.
 *
 * "No case is ready" at one instant: a first pass finds none ready and notes,
 * before it looks at a case, a word that moves before the case becomes ready;
 * a second pass finds all these words unmoved.  So when the last look of the
 * first pass ended, no case was ready.
 *
 *     receive   the send word: nobody has sent, or closed
 *     send      the receive word, and whether the channel is closed
 *     rendezvous  the number of enrolments, and whether it is closed
 *     event     whether it is set
 */
#include "park/thread.h"
#include "select/now.h"

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

int
wr_select_look(weir_case *c)
{
    if (c->on == NULL)
        return WEIR_AGAIN;
    if (c->op == WEIR_CASE_EVENT)
        return weir_event_try_wait(c->on);
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

/* The number of the bit that is drawn from `mask`, which is not 0. */
static WR_NOINLINE uint32_t
draw(uint64_t mask)
{
    struct wr_thread *self = wr_sys_self();
    uint64_t state = self->dice;
    uint32_t skip;

    if (wr_unlikely(state == 0))
        state = wr_sys_cycles() | 1;
    skip = roll(&state, (uint32_t)__builtin_popcountll(mask));
    self->dice = state;
    while (skip-- > 0)
        mask &= mask - 1;
    return (uint32_t)__builtin_ctzll(mask);
}

static WR_NOINLINE uint64_t
same_as(const weir_case *cases, uint32_t n, uint32_t at)
{
    uint64_t same = 0;

    for (uint32_t i = 0; i < n; i++)
        same = same * 2 +
               (cases[i].on == cases[at].on && cases[i].op == cases[at].op);
    return same;
}

static bool
is_done(weir_case *c, int status)
{
    if (status == WEIR_AGAIN || status == CHAN_RETRY)
        return false;
    c->status = status;
    return true;
}

static inline uint32_t
pick(uint64_t mask, bool ordered)
{
    return ordered ? 63 - (uint32_t)__builtin_clzll(mask) : draw(mask);
}

int
wr_select_any(weir_case *cases, uint32_t n, uint64_t ready, bool ordered)
{
    while (ready != 0) {
        const uint64_t same =
            same_as(cases, n, select_case_of(pick(ready, ordered), n));
        const uint32_t at = select_case_of(pick(same, ordered), n);

        if (is_done(&cases[at], wr_select_look(&cases[at])))
            return (int)at;
        ready &= ~same;
    }
    return SELECT_PENDING;
}

/* The cases in an order that is drawn as it is needed (Fisher and Yates), so
 * that each is as likely to come first as any other. */
static int
poll(struct select *s, bool noting)
{
    struct wr_thread *self = wr_sys_self();
    uint64_t state = self->dice;
    int out = WEIR_AGAIN;

    if (wr_unlikely(state == 0))
        state = wr_sys_cycles() | 1;
    for (uint32_t i = 0; i < s->count; i++)
        s->turns[i] = i;
    for (uint32_t left = s->count; left > 0; left--) {
        const uint32_t pick = s->ordered ? s->count - left : roll(&state, left);
        const uint32_t at = s->turns[pick];
        weir_case *c = &s->cases[at];
        int status;

        if (!s->ordered)
            s->turns[pick] = s->turns[left - 1];
        if (noting)
            s->all[at].evidence = evidence(c);
        status = wr_select_look(c);
        /* Also WEIR_NOMEM, of a send that would drop a large message. */
        if (status != WEIR_AGAIN && status != CHAN_RETRY) {
            c->status = status;
            out = (int)at;
            break;
        }
        if (status == CHAN_RETRY)
            out = SELECT_PENDING;
        if (!s->ordered)
            s->turns[left - 1] = at; /* the order stays; select/enrol.c */
    }
    self->dice = state;
    return out;
}

int
wr_select_poll(struct select *s)
{
    return poll(s, false);
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
    int out = poll(s, true);
    struct wr_spin spin;

    if (out >= 0 || (out == WEIR_AGAIN && is_unmoved(s)))
        return out;
    spin = wr_spin_start(WR_WAIT_SPIN_NS);
    for (;;) {
        /* Its party is running, or runnable; nobody would wake us. */
        if (out == SELECT_PENDING && !wr_spin_more(&spin))
            wr_sys_nap(WR_NAP_NS);
        out = poll(s, true);
        if (out >= 0 || (out == WEIR_AGAIN && is_unmoved(s)))
            return out;
    }
}

bool
wr_select_hint(struct select *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (case_hint(&s->cases[i]))
            return true;
    return false;
}
