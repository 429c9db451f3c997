/* SPDX-License-Identifier: MIT */
/*
 * lin/ref_chan.c - the reference channel.
 *
 * State       ring of messages under the mutex; `hint`, the count as it was
 *             when somebody last stored it, without the mutex: only wrong
 *             variants read it
 * Capacity 0  a send puts its message into the one slot and waits until
 *             `taken` has passed its number, or takes it back; it may put it
 *             there only if a receiver stands free for it.
 */
#include "ref_chan.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weir/base.h>

enum { REF_SLOTS = CHAN_MODEL_CAP_MAX + 1 };

struct ref_chan {
    pthread_mutex_t mutex;
    pthread_cond_t moved; /* anything changed: broadcast */
    size_t bytes;
    size_t capacity;
    size_t head, count;
    bool closed;
    size_t receivers; /* inside recv, without a message: capacity 0 */
    uint64_t sent;    /* messages put into the ring so far */
    uint64_t taken;
    WEIR_ATOMIC(uint32_t) hint;
    unsigned char slot[REF_SLOTS][DRIVE_MSG_MAX];
};

static enum ref_bug bug; /* set before the threads start */

static void
lock(struct ref_chan *ch)
{
    (void)pthread_mutex_lock(&ch->mutex);
}

static void
unlock(struct ref_chan *ch)
{
    uint32_t count = (uint32_t)ch->count;

    (void)pthread_cond_broadcast(&ch->moved);
    (void)pthread_mutex_unlock(&ch->mutex);
    if (bug == REF_STALE_EMPTY || bug == REF_STALE_FULL ||
        bug == REF_STALE_LEN) {
        (void)sched_yield();
        weir_store_rlx(&ch->hint, count);
    }
}

/* False: the deadline has passed. */
static bool
wait_moved(struct ref_chan *ch, int64_t wait_ns, int64_t end_ns)
{
    struct timespec end = { .tv_sec = end_ns / 1000000000,
                            .tv_nsec = end_ns % 1000000000 };

    if (wait_ns == DRIVE_FOREVER) {
        (void)pthread_cond_wait(&ch->moved, &ch->mutex);
        return true;
    }
    return wait_ns > 0 &&
           pthread_cond_timedwait(&ch->moved, &ch->mutex, &end) == 0;
}

static void *
ref_make(size_t bytes, size_t capacity)
{
    struct ref_chan *ch = calloc(1, sizeof(*ch));
    pthread_condattr_t attr;

    if (!ch)
        return NULL;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&ch->mutex, NULL);
    (void)pthread_cond_init(&ch->moved, &attr);
    (void)pthread_condattr_destroy(&attr);
    ch->bytes = bytes;
    ch->capacity = capacity + (bug == REF_ONE_MORE);
    return ch;
}

static void
ref_free(void *arg)
{
    struct ref_chan *ch = arg;

    (void)pthread_mutex_destroy(&ch->mutex);
    (void)pthread_cond_destroy(&ch->moved);
    free(ch);
}

static void
put(struct ref_chan *ch, const void *msg)
{
    memcpy(ch->slot[(ch->head + ch->count) % REF_SLOTS], msg, ch->bytes);
    ch->count += 1;
    ch->sent += 1;
}

static bool
has_room(const struct ref_chan *ch)
{
    if (ch->capacity > 0 || bug == REF_NO_RENDEZVOUS)
        return ch->count < (ch->capacity ? ch->capacity : 1);
    return ch->receivers > 0 && ch->count == 0;
}

/* Capacity 0: the message lies ready for a receiver that waits; stay until it
 * has been taken, whatever the deadline. */
static void
await_taken(struct ref_chan *ch)
{
    uint64_t mine = ch->sent;

    if (ch->capacity > 0 || bug == REF_NO_RENDEZVOUS)
        return;
    (void)pthread_cond_broadcast(&ch->moved);
    while (ch->taken < mine)
        (void)pthread_cond_wait(&ch->moved, &ch->mutex);
}

static int
send_locked(struct ref_chan *ch, const void *msg, int64_t wait_ns,
            int64_t end_ns)
{
    bool waited = false;

    while (!(ch->closed && (!waited || bug != REF_CLOSED_LATE))) {
        if (bug == REF_TIMEOUT_BLIND && wait_ns == 0)
            return WEIR_TIMEOUT;
        if (has_room(ch)) {
            put(ch, msg);
            await_taken(ch);
            return WEIR_OK;
        }
        if (ch->closed)
            break;
        if (wait_ns == DRIVE_TRY)
            return WEIR_AGAIN;
        waited = true;
        if (!wait_moved(ch, wait_ns, end_ns) && !has_room(ch) && !ch->closed) {
            if (bug == REF_TIMEOUT_SENDS && ch->count < REF_SLOTS)
                put(ch, msg);
            return WEIR_TIMEOUT;
        }
    }
    return WEIR_CLOSED;
}

static int
ref_send(void *arg, const void *msg, int64_t wait_ns)
{
    struct ref_chan *ch = arg;
    int64_t end_ns = lin_now_ns() + wait_ns;
    int status;
    bool refuse = bug == REF_STALE_FULL && wait_ns == DRIVE_TRY &&
                  weir_load_rlx(&ch->hint) >= ch->capacity;

    lock(ch);
    if (refuse)
        status = ch->closed ? WEIR_CLOSED : WEIR_AGAIN;
    else
        status = send_locked(ch, msg, wait_ns, end_ns);
    unlock(ch);
    return status;
}

static void
take(struct ref_chan *ch, unsigned char *msg)
{
    size_t at = ch->head;

    if (bug == REF_LIFO && ch->count > 2)
        at = (ch->head + ch->count - 1) % REF_SLOTS;
    else
        ch->head = (ch->head + 1) % REF_SLOTS;
    if (bug == REF_TORN) {
        memcpy(msg, ch->slot[at], ch->bytes / 2);
        (void)pthread_mutex_unlock(&ch->mutex);
        (void)sched_yield();
        lock(ch);
        memcpy(msg + ch->bytes / 2, ch->slot[at] + ch->bytes / 2,
               ch->bytes - ch->bytes / 2);
    } else {
        memcpy(msg, ch->slot[at], ch->bytes);
    }
    ch->count -= 1;
    ch->taken += 1;
}

static bool
is_drained(const struct ref_chan *ch)
{
    return ch->closed && (ch->count == 0 || bug == REF_CLOSED_EARLY);
}

static int
recv_locked(struct ref_chan *ch, unsigned char *msg, int64_t wait_ns,
            int64_t end_ns)
{
    for (;;) {
        if (is_drained(ch)) {
            if (bug != REF_CLOSED_DIRTY)
                memset(msg, 0, ch->bytes);
            return WEIR_CLOSED;
        }
        if (bug == REF_TIMEOUT_BLIND && wait_ns == 0)
            return WEIR_TIMEOUT;
        if (ch->count > 0) {
            take(ch, msg);
            return WEIR_OK;
        }
        if (wait_ns == DRIVE_TRY)
            return WEIR_AGAIN;
        if (!wait_moved(ch, wait_ns, end_ns) && !is_drained(ch)) {
            if (ch->count == 0)
                return WEIR_TIMEOUT;
            if (bug == REF_TIMEOUT_TAKES) {
                take(ch, msg);
                return WEIR_TIMEOUT;
            }
        }
    }
}

/* REF_TWICE: between the look and the take another may look, too. */
static bool
look_then_take(struct ref_chan *ch, unsigned char *msg)
{
    bool found;

    lock(ch);
    found = ch->count > 0;
    if (found)
        memcpy(msg, ch->slot[ch->head], ch->bytes);
    (void)pthread_mutex_unlock(&ch->mutex);
    (void)sched_yield();
    lock(ch);
    if (found && ch->count > 0) {
        ch->head = (ch->head + 1) % REF_SLOTS;
        ch->count -= 1;
    }
    unlock(ch);
    return found;
}

static int
ref_recv(void *arg, void *msg, int64_t wait_ns)
{
    struct ref_chan *ch = arg;
    int64_t end_ns = lin_now_ns() + wait_ns;
    int status;

    if (bug == REF_STALE_EMPTY && wait_ns == DRIVE_TRY &&
        weir_load_rlx(&ch->hint) == 0)
        return WEIR_AGAIN;
    if (bug == REF_TWICE && wait_ns == DRIVE_TRY && look_then_take(ch, msg))
        return WEIR_OK;
    lock(ch);
    ch->receivers += 1;
    (void)pthread_cond_broadcast(&ch->moved);
    if (ch->capacity == 0 && ch->closed) {
        memset(msg, 0, ch->bytes); /* one in the slot is an earlier party's */
        status = WEIR_CLOSED;
    } else {
        status = recv_locked(ch, msg, wait_ns, end_ns);
    }
    ch->receivers -= 1;
    unlock(ch);
    return status;
}

static int
ref_close(void *arg)
{
    struct ref_chan *ch = arg;
    int status;

    lock(ch);
    status = ch->closed && bug != REF_CLOSE_TWICE ? WEIR_CLOSED : WEIR_OK;
    ch->closed = true;
    if (bug == REF_CLOSE_DROPS)
        ch->count = 0;
    unlock(ch);
    return status;
}

static size_t
ref_len(void *arg)
{
    struct ref_chan *ch = arg;
    size_t count;

    if (bug == REF_STALE_LEN)
        return weir_load_rlx(&ch->hint);
    lock(ch);
    count = ch->capacity ? ch->count : 0;
    unlock(ch);
    return count;
}

const struct chan_ops *
ref_chan_ops(enum ref_bug wanted)
{
    static struct chan_ops ops = {
        .make = ref_make,
        .free = ref_free,
        .send = ref_send,
        .recv = ref_recv,
        .close = ref_close,
        .len = ref_len,
    };

    bug = wanted;
    ops.name = ref_bug_name(wanted);
    return &ops;
}

static const struct {
    const char *name;
    unsigned capacity;
} bugs[REF_BUGS] = {
    [REF_RIGHT] = { "reference", 1 },
    [REF_STALE_EMPTY] = { "stale empty", 2 },
    [REF_STALE_FULL] = { "stale full", 1 },
    [REF_STALE_LEN] = { "stale length", 2 },
    [REF_LIFO] = { "last in, first out", 3 },
    [REF_TWICE] = { "received twice", 2 },
    [REF_TORN] = { "torn message", 1 },
    [REF_ONE_MORE] = { "capacity + 1", 2 },
    [REF_TIMEOUT_TAKES] = { "a timed out receive takes", 2 },
    [REF_TIMEOUT_SENDS] = { "a timed out send leaves its message", 2 },
    [REF_TIMEOUT_BLIND] = { "a past deadline does not look", 2 },
    [REF_CLOSED_EARLY] = { "CLOSED before drained", 2 },
    [REF_CLOSED_LATE] = { "a blocked send misses the close", 1 },
    [REF_CLOSE_DROPS] = { "close drops messages", 2 },
    [REF_CLOSE_TWICE] = { "two closes are OK", 1 },
    [REF_CLOSED_DIRTY] = { "CLOSED without zeros", 1 },
    [REF_NO_RENDEZVOUS] = { "capacity 0 holds one", 0 },
};

const char *
ref_bug_name(enum ref_bug wanted)
{
    return bugs[wanted].name;
}

unsigned
ref_bug_capacity(enum ref_bug wanted)
{
    return bugs[wanted].capacity;
}
