/* SPDX-License-Identifier: MIT */
/* park/cancel.c - the cancel source; see park/cancel.h. */
#include "park/cancel.h"

void
wr_cancel_fire(struct weir_cancel *source, int status)
{
    struct wr_link *link;

    wr_lock_acquire(&source->lock);
    if (weir_load_rlx(&source->fired) == WEIR_OK) {
        /* order(cancel.fired) REL: what the canceller did before is seen by
         * those who find the flag in wr_cancel_status(). */
        weir_store_rel(&source->fired, status);
        while ((link = source->waiters.head) != NULL) {
            wr_list_unlink(&source->waiters, link);
            wr_waiter_expel(
                wr_container_of(link, struct wr_waiter, cancel_link), status);
        }
    }
    wr_lock_release(&source->lock);
}

int
wr_cancel_status(struct weir_cancel *source)
{
    /* order(cancel.fired) ACQ: see wr_cancel_fire(). */
    return weir_load_acq(&source->fired);
}

int
wr_cancel_enrol(struct weir_cancel *source, struct wr_waiter *w)
{
    int status;

    wr_lock_acquire(&source->lock);
    status = weir_load_rlx(&source->fired);
    if (status == WEIR_OK)
        wr_list_append(&source->waiters, &w->cancel_link);
    wr_lock_release(&source->lock);
    return status;
}

void
wr_cancel_withdraw(struct weir_cancel *source, struct wr_waiter *w)
{
    wr_lock_acquire(&source->lock);
    if (wr_link_is_linked(&w->cancel_link))
        wr_list_unlink(&source->waiters, &w->cancel_link);
    wr_lock_release(&source->lock);
}
