/* SPDX-License-Identifier: MIT */
/* park/thread.c - a thread's own waiter; see park/thread.h. */
#include "park/thread.h"
#include "park/pool.h"

struct wr_waiter *
wr_waiter_get(void)
{
    struct wr_thread *self = wr_sys_self();
    struct wr_waiter *w = self->waiter;

    if (w == NULL)
        return wr_pool_pop();
    self->waiter = NULL;
    return w;
}

void
wr_waiter_put(struct wr_waiter *w)
{
    struct wr_thread *self = wr_sys_self();

    if (self->exiting || self->waiter != NULL) {
        wr_pool_push(w);
        return;
    }
    self->waiter = w;
    wr_thread_register(self);
}

void
wr_thread_register(struct wr_thread *self)
{
    if (self->registered)
        return;
    self->registered = true;
    wr_sys_at_thread_exit(self);
}

void
wr_thread_exit(struct wr_thread *self)
{
    struct wr_waiter *w = self->waiter;

    self->exiting = true;
    self->waiter = NULL;
    if (self->hold_ops != NULL)
        self->hold_ops->at_exit(self);
    if (w != NULL)
        wr_pool_push(w);
}
