/* SPDX-License-Identifier: MIT */
/* model/chan_play.c - see chan_play.h.  Its own state is ghost state. */
#include "chan_play.h"

#include "../lin/chan_model.h"

#include "chan/chan.h"
#include "park/cancel.h"

#include <stdio.h>
#include <stdlib.h>

/* A wait that was open when a call began. */
struct seen_wait {
    struct wr_waiter *waiter;
    uint64_t number;
};

static weir_chan *ch;
static const struct play *now_playing;
static unsigned sent[MC_MAX_THREADS];
static uint32_t dropped[MC_MAX_THREADS]; /* by this lane's call */
static struct weir_cancel source;
static bool started; /* put back before each execution; the history is not */

/* Made before the first snapshot; outside the variables that are put back. */
static struct lin_history *history;
static struct lin_checker *checker;

__attribute__((constructor)) MC_GHOST static void
play_start(void)
{
    history = malloc(sizeof(*history));
    checker = lin_checker_make();
    if (history == NULL || checker == NULL)
        abort();
}

/* By the thread that drops; a second one in the same call is alien. */
MC_GHOST static void
note_dropped(void *arg, const void *msg)
{
    uint32_t *told = &dropped[mc_thread() - 1];

    (void)arg;
    *told = *told == 0 ? (uint32_t) * (const uint64_t *)msg : CHAN_ALIEN;
}

static weir_chan *
make(unsigned param)
{
    const weir_chan_options options = {
        .on_full = param & CHAN_DROP_OLDEST   ? WEIR_FULL_DROP_OLDEST
                   : param & CHAN_DROP_NEWEST ? WEIR_FULL_DROP_NEWEST
                                              : WEIR_FULL_BLOCK,
        .on_drop = note_dropped,
        .stats = (param & PLAY_STATS) != 0,
        .quota = param & CHAN_QUOTA ? param & CHAN_MODEL_CAP : 0,
    };

    return weir_chan_make_with(
        sizeof(uint64_t),
        param & CHAN_QUOTA ? WEIR_UNBOUNDED : param & CHAN_MODEL_CAP, &options);
}

void
play_setup(const struct play *play)
{
    unsigned lanes = 0;

    while (lanes < MC_MAX_THREADS && play->script[lanes] != NULL)
        lanes++;
    now_playing = play;
    ch = make(play->capacity);
    wr_waiter_put(wr_waiter_get()); /* the pool grows here, unexplored */
    lin_reset(history, lanes);
}

/* By the kernel's own look: neither a step nor an access. */
MC_GHOST static unsigned
waits_of(const struct wr_list *list, struct seen_wait *seen)
{
    const struct wr_link *link = list->head;
    unsigned n = 0;

    while (link != NULL && n < MC_MAX_THREADS) {
        const struct wr_node *node = (const void *)link;
        struct wr_waiter *w = node->waiter;

        if ((w->word & WAITER_STATE) == WAITER_WAITING) {
            seen[n].waiter = w;
            seen[n].number = w->chain >> 32;
            n++;
        }
        link = link->next == link ? NULL : link->next;
    }
    return n;
}

MC_GHOST static void
nobody_overtaken(const struct seen_wait *seen, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct wr_waiter *w = seen[i].waiter;

        mc_assert((w->word & WAITER_STATE) != WAITER_WAITING ||
                  w->chain >> 32 != seen[i].number);
    }
}

static weir_limit
limit_of(char op)
{
    weir_limit limit = weir_limit_at(WR_NEVER);

    if (op == 'S' || op == 'R')
        return weir_deadline(WEIR_S(3600)); /* strikes when the checker says */
    if (op == 'K' || op == 'k')
        limit.cancel = &source;
    return limit;
}

static uint32_t
code_of(char op)
{
    switch (op) {
    case '2':
    case '3':
    case 's':
        return CHAN_SEND;
    case 'S':
    case 'k':
        return CHAN_SEND_UNTIL;
    case 'P':
    case 'p':
        return CHAN_TRY_SEND;
    case '4':
    case '5':
    case 'r':
    case 'u':
        return CHAN_RECV;
    case 'R':
    case 'K':
        return CHAN_RECV_UNTIL;
    case 'Q':
    case 'q':
        return CHAN_TRY_RECV;
    case 'c':
        return CHAN_CLOSE;
    default:
        return CHAN_LEN;
    }
}

/* Messages of a call of several; 1: a single one. */
static size_t
batch_of(char op)
{
    switch (op) {
    case '2':
    case 'P':
    case '4':
    case 'Q':
        return 2;
    case '3':
    case '5':
        return 3;
    default:
        return 1;
    }
}

static int
perform_batch(char op, uint64_t *msgs, size_t *moved)
{
    switch (op) {
    case 'P':
        return weir_chan_try_send_n(ch, msgs, batch_of(op), moved);
    case 'Q':
        return weir_chan_try_recv_n(ch, msgs, batch_of(op), moved);
    case '2':
    case '3':
        return weir_chan_send_n(ch, msgs, batch_of(op), moved);
    default:
        return weir_chan_recv_n(ch, msgs, batch_of(op), moved);
    }
}

static int
perform(char op, uint64_t *msg)
{
    switch (code_of(op)) {
    case CHAN_SEND:
        return weir_chan_send(ch, msg);
    case CHAN_SEND_UNTIL:
        return weir_chan_send_until(ch, msg, limit_of(op));
    case CHAN_TRY_SEND:
        return weir_chan_try_send(ch, msg);
    case CHAN_RECV:
        return weir_chan_recv(ch, msg);
    case CHAN_RECV_UNTIL:
        return weir_chan_recv_until(ch, msg, limit_of(op));
    case CHAN_TRY_RECV:
        return weir_chan_try_recv(ch, msg);
    case CHAN_CLOSE:
        return weir_chan_close(ch);
    default:
        *msg = weir_chan_len(ch);
        return WEIR_OK;
    }
}

MC_GHOST static void
note_call(unsigned lane, uint32_t code, uint32_t arg)
{
    uint64_t own;

    if (!started)
        lin_reset(history, history->lanes);
    started = true;
    own = (uint64_t)history->lane[lane].count << (8 * lane);
    lin_call(history, lane, code, arg);
    if (now_playing->heard)
        mc_hear();
    else
        history->lane[lane].op[history->lane[lane].count].before = own;
}

MC_GHOST static void
note_return(unsigned lane, int status, const uint64_t *value, size_t n)
{
    lin_return(history, lane, status == WEIR_CANCELED ? WEIR_TIMEOUT : status,
               (uint32_t)value[0]);
    for (size_t i = 1; i < n; i++)
        lin_more(history, lane, 0, (uint32_t)value[i]);
    if (now_playing->heard)
        mc_tell();
}

/* A send: its messages, and what the first dropped. */
MC_GHOST static void
note_sent(unsigned lane, int status, const uint64_t *msg, size_t n)
{
    lin_return(history, lane, status == WEIR_CANCELED ? WEIR_TIMEOUT : status,
               dropped[lane]);
    for (size_t i = 1; i < n; i++)
        lin_more(history, lane, (uint32_t)msg[i], 0);
    if (now_playing->heard)
        mc_tell();
}

enum { BATCH_MAX = 3 };

static int
play_op(unsigned lane, char op)
{
    const uint32_t code = code_of(op);
    const bool sends = chan_code_sends(code);
    const bool receives = chan_code_receives(code);
    struct seen_wait seen[MC_MAX_THREADS];
    uint64_t msgs[BATCH_MAX] = { 0 };
    size_t moved = 1;
    unsigned n = 0;
    int status;

    for (size_t i = 0; sends && i < batch_of(op); i++)
        msgs[i] = lane * 16 + ++sent[lane];
    dropped[lane] = 0;
    note_call(lane, code, (uint32_t)msgs[0]);
    if (sends || receives)
        n = waits_of(sends ? &ch->senders : &ch->receivers, seen);
    status =
        batch_of(op) > 1 ? perform_batch(op, msgs, &moved) : perform(op, msgs);
    mc_assert(batch_of(op) == 1 || (status == WEIR_OK) == (moved > 0));
    if (status == WEIR_OK)
        nobody_overtaken(seen, n);
    if (!receives && code != CHAN_LEN && code != CHAN_CLOSE)
        note_sent(lane, status, msgs, moved);
    else
        note_return(lane, status, msgs, moved);
    return status;
}

void
play_thread(void)
{
    const unsigned lane = (unsigned)mc_thread() - 1;
    const char *op = now_playing->script[lane];

    for (; *op != '\0'; op++) {
        if (*op == 'f')
            weir_chan_free(ch);
        else if (*op == 'X')
            wr_cancel_fire(&source, WEIR_CANCELED);
        else if (*op != 'u')
            (void)play_op(lane, *op);
        else
            while (play_op(lane, 'u') == WEIR_OK)
                ;
    }
}

static bool
was_freed(void)
{
    for (unsigned i = 0; i < MC_MAX_THREADS; i++)
        for (const char *op = now_playing->script[i]; op && *op; op++)
            if (*op == 'f')
                return true;
    return false;
}

/* Nobody counts beyond what the model can hold. */
static unsigned
model_param(unsigned capacity)
{
    capacity &= ~(unsigned)PLAY_STATS;
    return capacity == CHAN_QUOTA ? CHAN_QUOTA | CHAN_MODEL_CAP_MAX : capacity;
}

void
play_check(void)
{
    struct lin_model model;

    if (!was_freed()) {
        mc_assert(wr_list_is_empty(&ch->senders));
        mc_assert(wr_list_is_empty(&ch->receivers));
        /* Nobody is parked: the next call has its fast path. */
        mc_assert(!(weir_load_rlx(&ch->send.word) & CHAN_SLOW));
        mc_assert(!(weir_load_rlx(&ch->receive.word) & CHAN_SLOW));
        weir_chan_free(ch);
    }
    chan_model_init(&model, model_param(now_playing->capacity));
    if (lin_check(checker, &model, history) != LIN_GOOD) {
        lin_explain(stdout, checker, &model, history);
        mc_assert(!"the history is linearizable");
    }
}
