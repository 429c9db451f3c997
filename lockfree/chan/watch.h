/* SPDX-License-Identifier: MIT */
/*
 * chan/watch.h - who is told that a channel became ready, and takes nothing.
 *
 * A watcher belongs to one channel and one direction.  It is armed, which says
 * whether the channel was ready at that instant; if not, the next that makes
 * it ready fires the watcher, once.  To be told again, arm it again.
 *
 * State
 *   armed[op]  those that wait for the receive (send) to become ready
 *   members    all, armed or not: a channel that has some is not freed
 *
 * Ready
 *   receive    a message is in the ring (its ticket is claimed), or closed
 *   send       a place is free (its ticket is), or closed; always, if it drops
 *   rendezvous a counterpart is enrolled, or closed.  Other watchers are none:
 *              two sets that watch the two ends never see each other
 *
 * Invariants
 *   A1  At every unlock of a buffered channel: a watcher of receives is armed
 *       => the send word is frozen and the ring exactly empty; of sends => the
 *       receive word is frozen and the ring exactly full.
 *   A2  So whoever ends that holds the lock, and fires them all before he
 *       unlocks.  A hand-over ends neither; a hand-in ends neither.
 *
 * Race: a watcher is armed against a claim: that of chan/chan.h, "a party
 * enrols", with "is armed" for "is enrolled".
 *
 * Firing is done under the channel's lock, after the message is stored; the
 * watcher may then take locks that are taken after a channel's (a set's).  Whom
 * it claims is granted after the unlock.
 *
 * Lifetime  a watcher is its owner's, who detaches it before the channel is
 *           freed.  What lies here is made with the first, and lives as long
 *           as the channel.
 * Source    weir's core protocol, section 5.
 */
#ifndef WR_CHAN_WATCH_H
#define WR_CHAN_WATCH_H

#include "park/waiter.h"

#include <weir/chan.h>

struct wr_watcher {
    struct wr_link armed; /* under the channel's lock, as all of it */
    struct wr_link member;
    int op; /* WEIR_CASE_RECV or WEIR_CASE_SEND */
    /* The claimed party that is to be granted, or NULL.  Holds: the channel's
     * lock; w is not armed any more. */
    struct wr_node *(*fire)(struct wr_watcher *w);
};

struct chan_eventfd; /* chan/eventfd.c */

struct chan_watch {
    struct wr_list armed[2];
    struct wr_list members;
    struct chan_eventfd *eventfd[2];
};

/* See that there is a place for watchers; false: out of memory. */
bool wr_watch_prepare(weir_chan *ch);

/* Attach a watcher, whose op and fire are set, to a prepared channel. */
void wr_watch_attach(weir_chan *ch, struct wr_watcher *w);
/* It is not fired any more, and the channel may go. */
void wr_watch_detach(weir_chan *ch, struct wr_watcher *w);

/* Arm w, which is attached.  False: ready, and not armed. */
bool wr_watch_arm(weir_chan *ch, struct wr_watcher *w);

/* Fire all that are armed for `op`.  Those to be granted with WEIR_OK after
 * the unlock, linked through link.next, before `woken`.  Holds: lock. */
struct wr_node *wr_watch_fire(struct chan_watch *watch, int op,
                              struct wr_node *woken);

/* At the end of a channel that nobody uses any more.  False: it has members. */
bool wr_watch_free(weir_chan *ch);

#endif
