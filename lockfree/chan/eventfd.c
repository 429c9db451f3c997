/* SPDX-License-Identifier: MIT */
/* chan/eventfd.c - to join a foreign event loop; see chan/eventfd.h. */
#include "chan/eventfd.h"
#include "chan/chan.h"
#include "park/policy.h"
#include "park/pool.h"

static void
write_and_let_go(struct wr_waiter *w)
{
    struct chan_eventfd *e = w->node.msg;

    wr_sys_eventfd_write(e->fd);
    /* order(eventfd.writing) REL: the write is before the close in
     * wr_eventfd_free() and the next firing in fire().  Last touch. */
    weir_store_rel(&e->writing, 0);
}

/* It is never parked, and hangs on nobody. */
static const struct wr_parker writer = { NULL, write_and_let_go, false };

static struct wr_node *
fire(struct wr_watcher *watcher)
{
    struct chan_eventfd *e =
        wr_container_of(watcher, struct chan_eventfd, watcher);
    struct wr_waiter *w = e->waiter;

    /* order(eventfd.writing) ACQ: see write_and_let_go(). */
    if (weir_load_acq(&e->writing)) {
        wr_sys_eventfd_write(e->fd);
        return NULL;
    }
    weir_store_rlx(&e->writing, 1); /* under the lock, which free takes */
    weir_store_rlx(&w->word, (uint32_t)WAITER_CLAIMED | WAITER_ASLEEP);
    return &w->node;
}

/* An eventfd that is attached and not armed.  NULL: no memory, or no fd. */
static struct chan_eventfd *
make(weir_chan *ch, int op)
{
    struct chan_eventfd *e = wr_sys_alloc(sizeof(*e));

    if (e == NULL)
        return NULL;
    e->ch = ch;
    e->watcher.op = op;
    e->watcher.fire = fire;
    e->watcher.armed.next = e->watcher.member.next = NULL;
    weir_store_rlx(&e->writing, 0);
    e->waiter = wr_pool_pop();
    e->fd = e->waiter == NULL ? -1 : wr_sys_eventfd_open();
    if (e->fd < 0) {
        if (e->waiter != NULL)
            wr_pool_push(e->waiter);
        wr_sys_free(e);
        return NULL;
    }
    e->waiter->parker = &writer;
    e->waiter->node.waiter = e->waiter;
    e->waiter->node.msg = e;
    e->waiter->node.behind = 0;
    return e;
}

void
wr_eventfd_free(struct chan_eventfd *e)
{
    if (e == NULL)
        return;
    /* order(eventfd.writing) ACQ: see write_and_let_go(). */
    while (weir_load_acq(&e->writing))
        wr_sys_nap(WR_NAP_NS); /* its writer is in a system call, or ran out */
    wr_sys_fd_close(e->fd);
    e->waiter->parker = NULL;
    wr_pool_push(e->waiter);
    wr_sys_free(e);
}

/* Clear and arm, or write because it is ready. */
static void
arm(weir_chan *ch, struct chan_eventfd *e)
{
    wr_sys_eventfd_clear(e->fd);
    if (!wr_watch_arm(ch, &e->watcher))
        wr_sys_eventfd_write(e->fd);
}

static struct chan_eventfd *
find(weir_chan *ch, int op)
{
    struct chan_eventfd *e = NULL;

    wr_lock_acquire(&ch->lock);
    if (ch->watch != NULL)
        e = ch->watch->eventfd[op];
    wr_lock_release(&ch->lock);
    return e;
}

static void
check(const weir_chan *ch, int op)
{
    WR_CHECK(ch != NULL, "channel", "eventfd of NULL");
    WR_CHECK(op == WEIR_CASE_RECV || op == WEIR_CASE_SEND, "channel",
             "eventfd of neither receive nor send");
    chan_check(ch);
}

int
weir_chan_eventfd(weir_chan *ch, int op)
{
    struct chan_eventfd *e;
    struct chan_eventfd *first;

    check(ch, op);
    e = find(ch, op);
    if (e != NULL)
        return e->fd;
    e = wr_watch_prepare(ch) ? make(ch, op) : NULL;
    if (e == NULL)
        return WEIR_NOMEM;
    wr_lock_acquire(&ch->lock);
    first = ch->watch->eventfd[op];
    if (first == NULL)
        ch->watch->eventfd[op] = e;
    wr_lock_release(&ch->lock);
    if (first != NULL) { /* another thread was faster */
        wr_eventfd_free(e);
        return first->fd;
    }
    arm(ch, e);
    return e->fd;
}

void
weir_chan_eventfd_arm(weir_chan *ch, int op)
{
    struct chan_eventfd *e;

    check(ch, op);
    e = find(ch, op);
    WR_CHECK(e != NULL, "channel", "arm of an eventfd that nobody asked for");
    arm(ch, e);
}
