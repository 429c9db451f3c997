/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_log.c - the recorder for fibers.
 */
#include "chan_log.h"

#include <stdlib.h>

struct chan_log {
    struct lin_history h;
    struct lin_model model;
    chan_log_clock *clock;
};

struct chan_log *
chan_log_open(unsigned capacity, chan_log_clock *clock)
{
    struct chan_log *log = aligned_alloc(128, sizeof(*log));

    if (!log)
        abort();
    lin_reset(&log->h, LIN_THREADS);
    chan_model_init(&log->model, capacity);
    log->clock = clock;
    return log;
}

bool
chan_log_judge(struct chan_log *log)
{
    struct lin_checker *ck = lin_checker_make();
    bool good;

    if (!ck)
        abort();
    good = lin_check(ck, &log->model, &log->h) == LIN_GOOD;
    if (!good)
        lin_explain(stdout, ck, &log->model, &log->h);
    lin_checker_free(ck);
    free(log);
    return good;
}

/* By happens-before: a lane's returns carry its clock, one tick on. */
static uint64_t
known(const struct chan_log *log, unsigned lane)
{
    uint64_t before = 0;

    for (unsigned u = 0; u < log->h.lanes; u++) {
        const struct lin_lane *list = &log->h.lane[u];
        uint64_t clock = log->clock(lane, u);
        uint64_t n = 0;

        while (n < list->count && (u == lane || list->op[n].ret <= clock))
            n++;
        before |= n << (8 * u);
    }
    return before;
}

static void
call(struct chan_log *log, unsigned lane, enum chan_code code, uint32_t value)
{
    struct lin_lane *list = &log->h.lane[lane];

    lin_call(&log->h, lane, code, value);
    if (log->clock && list->count < LIN_OPS)
        list->op[list->count].before = known(log, lane);
}

static int
returned(struct chan_log *log, unsigned lane, int status, uint32_t value)
{
    struct lin_lane *list = &log->h.lane[lane];

    if (log->clock && list->count < LIN_OPS)
        list->op[list->count].ret = log->clock(lane, lane) + 1;
    lin_return(&log->h, lane, status, value);
    return status;
}

/* A message that came, or the zeros of a closed channel. */
static int
received(struct chan_log *log, unsigned lane, int status, uint32_t value)
{
    bool filled = status == WEIR_OK || status == WEIR_CLOSED;

    return returned(log, lane, status, filled ? value : 0);
}

int
chan_log_send(struct chan_log *log, unsigned lane, weir_chan *ch,
              uint32_t value)
{
    call(log, lane, CHAN_SEND, value);
    return returned(log, lane, weir_chan_send(ch, &value), 0);
}

int
chan_log_try_send(struct chan_log *log, unsigned lane, weir_chan *ch,
                  uint32_t value)
{
    call(log, lane, CHAN_TRY_SEND, value);
    return returned(log, lane, weir_chan_try_send(ch, &value), 0);
}

int
chan_log_send_until(struct chan_log *log, unsigned lane, weir_chan *ch,
                    uint32_t value, weir_limit limit)
{
    call(log, lane, CHAN_SEND_UNTIL, value);
    return returned(log, lane, weir_chan_send_until(ch, &value, limit), 0);
}

int
chan_log_recv(struct chan_log *log, unsigned lane, weir_chan *ch,
              uint32_t *value)
{
    int status;

    call(log, lane, CHAN_RECV, 0);
    status = weir_chan_recv(ch, value);
    return received(log, lane, status, *value);
}

int
chan_log_try_recv(struct chan_log *log, unsigned lane, weir_chan *ch,
                  uint32_t *value)
{
    int status;

    call(log, lane, CHAN_TRY_RECV, 0);
    status = weir_chan_try_recv(ch, value);
    return received(log, lane, status, *value);
}

int
chan_log_recv_until(struct chan_log *log, unsigned lane, weir_chan *ch,
                    uint32_t *value, weir_limit limit)
{
    int status;

    call(log, lane, CHAN_RECV_UNTIL, 0);
    status = weir_chan_recv_until(ch, value, limit);
    return received(log, lane, status, *value);
}

int
chan_log_close(struct chan_log *log, unsigned lane, weir_chan *ch)
{
    call(log, lane, CHAN_CLOSE, 0);
    return returned(log, lane, weir_chan_close(ch), 0);
}

size_t
chan_log_len(struct chan_log *log, unsigned lane, weir_chan *ch)
{
    size_t length;

    call(log, lane, CHAN_LEN, 0);
    length = weir_chan_len(ch);
    (void)returned(log, lane, WEIR_OK, (uint32_t)length);
    return length;
}
