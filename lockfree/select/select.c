/* SPDX-License-Identifier: MIT */
/* select/select.c - poll, enrol, wait, settle; see select/select.h. */
#include "park/limit.h"
#include "select/now.h"

#include <string.h>

#define CASES_MAX ((size_t)1 << 24)

/* Look for a while before enrolling, as a single wait does: with nobody
 * enrolled the others need no lock. */
static bool
linger(struct select *s)
{
    struct wr_spin spin = wr_spin_for_party();

    do {
        if (wr_select_hint(s))
            return true;
    } while (wr_spin_more(&spin));
    return wr_yield_for_party() && wr_select_hint(s);
}

/* w is enrolled.  The index of the case that won, or the limit's status. */
static int
wait(struct select *s, struct wr_waiter *w, weir_limit limit)
{
    bool left;
    const int status = wr_waiter_wait(w, limit, false, &left);
    struct select_case *won = NULL;

    if (!left)
        won = wr_container_of(w->won, struct select_case, branch);
    wr_select_withdraw(s, won);
    if (left)
        return status;
    won->which->status = status;
    if (status == WEIR_CLOSED && won->which->op == WEIR_CASE_RECV &&
        won->elem_bytes > 0)
        memset(won->which->msg, 0, won->elem_bytes);
    return (int)(won->which - s->cases);
}

/* No case was ready.  The index of the case that was done in the end, or the
 * limit's status, or WEIR_NOMEM; SELECT_PENDING: a case seems to be ready. */
static int
park(struct select *s, weir_limit limit)
{
    struct wr_waiter *w = wr_waiter_get();
    int out = SELECT_PENDING;

    if (w == NULL)
        return WEIR_NOMEM;
    if (wr_select_enrol(s, w))
        out = wait(s, w, limit);
    wr_waiter_put(w);
    return out;
}

/* What a select comes to that may not wait, because of `status`. */
static int
unable(struct select *s, int status)
{
    const int out = wr_select_try(s);

    return out == WEIR_AGAIN ? status : out;
}

static int
run(struct select *s, weir_limit limit)
{
    struct wr_spin spin = wr_spin_start(WR_WAIT_SPIN_NS);
    const bool waits = limit.at_ns != WR_NEVER || limit.cancel != NULL;
    int out;

    while ((out = wr_select_poll(s)) < 0) {
        int status;

        if (out == SELECT_PENDING && !wr_spin_more(&spin))
            wr_sys_nap(WR_NAP_NS); /* its party has lost its CPU */
        status = waits ? wr_limit_status(limit) : WEIR_OK;
        if (status != WEIR_OK)
            return unable(s, status);
        if (out == SELECT_PENDING || linger(s))
            continue;
        out = park(s, limit);
        if (out == WEIR_NOMEM)
            return unable(s, WEIR_NOMEM);
        if (out != SELECT_PENDING)
            return out;
    }
    return out;
}

/* One case is the plain operation. */
static int
run_one(weir_case *c, weir_limit limit)
{
    int status;

    if (c->op == WEIR_CASE_SEND || c->on == NULL)
        status = weir_chan_send_until(c->on, c->msg, limit);
    else if (c->op == WEIR_CASE_RECV)
        status = weir_chan_recv_until(c->on, c->msg, limit);
    else
        status = weir_event_wait_until(c->on, limit);
    c->status = status;
    return status == WEIR_OK || status == WEIR_CLOSED ? 0 : status;
}

static int
try_one(weir_case *c)
{
    int status;

    if (c->op == WEIR_CASE_SEND || c->on == NULL)
        status = weir_chan_try_send(c->on, c->msg);
    else if (c->op == WEIR_CASE_RECV)
        status = weir_chan_try_recv(c->on, c->msg);
    else
        status = weir_event_try_wait(c->on);
    c->status = status;
    return status == WEIR_OK || status == WEIR_CLOSED ? 0 : status;
}

/* What a select needs besides its cases: on the stack of the caller, or on the
 * heap. */
struct room {
    struct select_case all[SELECT_SMALL];
    uint32_t turns[SELECT_SMALL];
};

static bool
prepare(struct select *s, weir_case *cases, size_t n, unsigned flags,
        struct room *small)
{
    WR_CHECK(n <= CASES_MAX, "select", "more than 2^24 cases");
    s->cases = cases;
    s->all = small->all;
    s->turns = small->turns;
    s->count = (uint32_t)n;
    s->enrolled = 0;
    s->ordered = (flags & WEIR_SELECT_ORDERED) != 0;
    if (wr_likely(n <= SELECT_SMALL))
        return true;
    s->all = wr_sys_alloc(n * (sizeof(s->all[0]) + sizeof(s->turns[0])));
    s->turns = (uint32_t *)(s->all + n);
    return s->all != NULL;
}

static void
dispose(struct select *s, struct room *small)
{
    if (wr_unlikely(s->all != small->all))
        wr_sys_free(s->all);
}

static WR_NOINLINE int
select_slow(weir_case *cases, size_t n, unsigned flags, weir_limit limit)
{
    struct room small;
    struct select s;
    int out;

    if (n == 1)
        return run_one(cases, limit);
    if (!prepare(&s, cases, n, flags, &small))
        return WEIR_NOMEM;
    out = run(&s, limit);
    dispose(&s, &small);
    return out;
}

int
weir_selectv(weir_case *cases, size_t n, unsigned flags)
{
    const int out = select_now(cases, n, flags);

    return wr_likely(out >= 0) ? out
                               : select_slow(cases, n, flags, WEIR_FOREVER);
}

int
weir_selectv_until(weir_case *cases, size_t n, unsigned flags, weir_limit limit)
{
    const int out = select_now(cases, n, flags);

    return wr_likely(out >= 0) ? out : select_slow(cases, n, flags, limit);
}

/* Without the glance: who does not wait mostly finds nothing. */
int
weir_try_selectv(weir_case *cases, size_t n, unsigned flags)
{
    struct room small;
    struct select s;
    int out;

    if (n == 1)
        return try_one(cases);
    if (!prepare(&s, cases, n, flags, &small))
        return WEIR_NOMEM;
    out = wr_select_try(&s);
    dispose(&s, &small);
    return out;
}
