/* SPDX-License-Identifier: MIT */
/*
 * chan/drop.c - sends that never wait for room; see chan/chan.h.
 *
 * Newest  a try; exactly full (or nobody there to meet): the message is gone.
 * Oldest  a try; exactly full: under the lock, with the receive word frozen,
 *         the ring still exactly full and its oldest message stored, the new
 *         one takes the slot: a hand-in by oneself.  So nothing is dropped that
 *         a receiver could have taken instead, and the drop and the send are
 *         one step for all others.
 *
 *     sender                               receiver
 *     ------                               --------
 *     fetch_or(receive.word, SLOW)  (A)    CAS receive.word: h -> h+1   (B)
 *          <-- ring.claim, one word -->
 *     t - h == capacity ?                  reads the message, frees the slot
 *
 *   (B) first: not full any more; the sender thaws, and waits for the slot.
 *   (A) first: the swap fails on the flag; the receiver takes the lock and
 *   finds the next message, which is the oldest now.
 *
 * Nobody is parked among the senders of such a channel, and no branch of a
 * select enrols there.
 *
 * Last touch: what is needed for on_drop is read before the message that
 * displaces another is stored; after that the channel may be gone.
 */
#include "chan/chan.h"

#define COPY_SMALL 256 /* bytes of a dropped message on the stack */

/* Whom to tell. */
struct teller {
    void (*on_drop)(void *arg, const void *msg);
    void *arg;
};

static struct teller
teller_of(const weir_chan *ch)
{
    const struct chan_extra *extra = chan_extra(ch);

    return (struct teller){ extra->on_drop, extra->drop_arg };
}

static int
drop_newest(weir_chan *ch, const void *msg)
{
    const struct teller teller = teller_of(ch);

    if (chan_keeps_stats(ch))
        wr_chan_note_dropped(ch);
    if (teller.on_drop != NULL)
        teller.on_drop(teller.arg, msg);
    return WEIR_OK;
}

/* The ring seems to be full.  waits: until it can be told whether it is. */
static int
displace(weir_chan *ch, const void *msg, bool waits, void *copy)
{
    struct chan_displaced d = { .to = copy };
    const struct teller teller = teller_of(ch);
    int status = WEIR_AGAIN;

    while (status == WEIR_AGAIN) {
        status = wr_bounded_displace(ch, msg, &d);
        if (status == CHAN_RETRY && waits) {
            wr_slot_await(d.slot, d.want);
            status = wr_bounded_try_send(ch, msg);
        }
    }
    if (d.done && copy != NULL)
        teller.on_drop(teller.arg, copy);
    return status;
}

/* The copy for on_drop is made room for before anything is dropped. */
static int
drop_oldest(weir_chan *ch, const void *msg, bool waits)
{
    _Alignas(16) unsigned char small[COPY_SMALL];
    void *copy;
    int status;

    if (chan_extra(ch)->on_drop == NULL)
        return displace(ch, msg, waits, NULL);
    if (ch->elem_bytes <= COPY_SMALL)
        return displace(ch, msg, waits, small);
    copy = wr_sys_alloc(ch->elem_bytes);
    if (copy == NULL)
        return WEIR_NOMEM;
    status = displace(ch, msg, waits, copy);
    wr_sys_free(copy);
    return status;
}

static int
full(weir_chan *ch, const void *msg, bool waits)
{
    if (ch->special & CHAN_DROPS_NEWEST)
        return drop_newest(ch, msg);
    return drop_oldest(ch, msg, waits);
}

int
wr_drop_send(weir_chan *ch, const void *msg)
{
    const int status = chan_is_rendezvous(ch) ? wr_rendezvous_try_send(ch, msg)
                                              : wr_bounded_try_send(ch, msg);

    return status == WEIR_AGAIN ? full(ch, msg, true) : status;
}

int
wr_drop_look_send(weir_chan *ch, const void *msg)
{
    const int status = chan_is_rendezvous(ch) ? wr_rendezvous_try_send(ch, msg)
                                              : wr_bounded_look_send(ch, msg);

    return status == WEIR_AGAIN ? full(ch, msg, false) : status;
}
