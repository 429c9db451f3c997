/* SPDX-License-Identifier: MIT */
/* chan/watch.c - attach, arm, fire, detach; see chan/watch.h. */
#include "chan/chan.h"
#include "chan/eventfd.h"

#include <string.h>

bool
wr_watch_prepare(weir_chan *ch)
{
    struct chan_watch *watch;
    struct chan_watch *spare;

    wr_lock_acquire(&ch->lock);
    watch = ch->watch;
    wr_lock_release(&ch->lock);
    if (watch != NULL)
        return true;
    spare = wr_sys_alloc(sizeof(*spare));
    if (spare == NULL)
        return false;
    memset(spare, 0, sizeof(*spare));
    wr_lock_acquire(&ch->lock);
    if (ch->watch == NULL) {
        ch->watch = spare;
        spare = NULL;
    }
    wr_lock_release(&ch->lock);
    wr_sys_free(spare);
    return true;
}

void
wr_watch_attach(weir_chan *ch, struct wr_watcher *w)
{
    w->armed.next = w->member.next = NULL;
    wr_lock_acquire(&ch->lock);
    wr_list_append(&ch->watch->members, &w->member);
    wr_lock_release(&ch->lock);
}

void
wr_watch_detach(weir_chan *ch, struct wr_watcher *w)
{
    wr_lock_acquire(&ch->lock);
    wr_list_unlink(&ch->watch->members, &w->member);
    if (wr_link_is_linked(&w->armed))
        wr_list_unlink(&ch->watch->armed[w->op], &w->armed);
    chan_thaw(ch, w->op == WEIR_CASE_SEND ? &ch->receive : &ch->send);
    wr_lock_release(&ch->lock);
}

/* Freeze what must stand still while a watcher is armed.  False: ready.
 * Holds: lock. */
static bool
freeze(weir_chan *ch, int op)
{
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_watch(ch, op);
    if (op == WEIR_CASE_SEND && chan_drops(ch))
        return false;
    return wr_bounded_watch(ch, op);
}

bool
wr_watch_arm(weir_chan *ch, struct wr_watcher *w)
{
    bool armed;

    wr_lock_acquire(&ch->lock);
    armed = freeze(ch, w->op);
    if (armed && !wr_link_is_linked(&w->armed))
        wr_list_append(&ch->watch->armed[w->op], &w->armed);
    wr_lock_release(&ch->lock);
    return armed;
}

struct wr_node *
wr_watch_fire(struct chan_watch *watch, int op, struct wr_node *woken)
{
    struct wr_list *list = &watch->armed[op];

    while (!wr_list_is_empty(list)) {
        struct wr_link *link = list->head;
        struct wr_watcher *w = wr_container_of(link, struct wr_watcher, armed);
        struct wr_node *node;

        wr_list_unlink(list, link);
        node = w->fire(w);
        if (node != NULL) {
            node->link.next = woken == NULL ? NULL : &woken->link;
            woken = node;
        }
    }
    return woken;
}

bool
wr_watch_free(weir_chan *ch)
{
    struct chan_watch *watch = ch->watch;

    if (watch == NULL)
        return true;
    wr_eventfd_free(watch->eventfd[WEIR_CASE_RECV]);
    wr_eventfd_free(watch->eventfd[WEIR_CASE_SEND]);
    if (!wr_list_is_empty(&watch->members))
        return false;
    ch->watch = NULL;
    wr_sys_free(watch);
    return true;
}
