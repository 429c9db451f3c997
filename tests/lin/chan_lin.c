/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_lin.c - recorded histories of weir's channel are linearizable.
 *
 *     chan_lin [--seconds S] [--rounds N] [--seed N] [--scenario N]
 *
 * One test per capacity, way of dropping, and quota.  --scenario runs the
 * scenario of a report over and over: what the threads do is the same, when
 * they do it is the machine's.
 */
#include <stdio.h>

#include <weir/chan.h>

#include "chan_drive.h"

static void *
make(size_t elem_bytes, size_t capacity)
{
    const weir_chan_options options = {
        .on_full = capacity & CHAN_DROP_OLDEST   ? WEIR_FULL_DROP_OLDEST
                   : capacity & CHAN_DROP_NEWEST ? WEIR_FULL_DROP_NEWEST
                                                 : WEIR_FULL_BLOCK,
        .on_drop = drive_on_drop,
        .drop_arg = (void *)(uintptr_t)elem_bytes,
    };

    if (capacity & CHAN_QUOTA)
        return weir_chan_make_with(
            elem_bytes, WEIR_UNBOUNDED,
            &(weir_chan_options){ .quota = capacity & CHAN_MODEL_CAP });
    if (!(capacity & CHAN_DROP))
        return weir_chan_make(elem_bytes, capacity);
    return weir_chan_make_with(elem_bytes, capacity & CHAN_MODEL_CAP, &options);
}

static void
release(void *ch)
{
    weir_chan_free(ch);
}

static int
send_msg(void *ch, const void *msg, int64_t wait_ns)
{
    if (wait_ns == DRIVE_FOREVER)
        return weir_chan_send(ch, msg);
    if (wait_ns == DRIVE_TRY)
        return weir_chan_try_send(ch, msg);
    return weir_chan_send_until(ch, msg, weir_deadline(wait_ns));
}

static int
recv_msg(void *ch, void *msg, int64_t wait_ns)
{
    if (wait_ns == DRIVE_FOREVER)
        return weir_chan_recv(ch, msg);
    if (wait_ns == DRIVE_TRY)
        return weir_chan_try_recv(ch, msg);
    return weir_chan_recv_until(ch, msg, weir_deadline(wait_ns));
}

static int
send_batch(void *ch, const void *msgs, size_t n, size_t *moved, int64_t wait_ns)
{
    if (wait_ns == DRIVE_FOREVER)
        return weir_chan_send_n(ch, msgs, n, moved);
    if (wait_ns == DRIVE_TRY)
        return weir_chan_try_send_n(ch, msgs, n, moved);
    return weir_chan_send_n_until(ch, msgs, n, moved, weir_deadline(wait_ns));
}

static int
recv_batch(void *ch, void *msgs, size_t n, size_t *moved, int64_t wait_ns)
{
    if (wait_ns == DRIVE_FOREVER)
        return weir_chan_recv_n(ch, msgs, n, moved);
    if (wait_ns == DRIVE_TRY)
        return weir_chan_try_recv_n(ch, msgs, n, moved);
    return weir_chan_recv_n_until(ch, msgs, n, moved, weir_deadline(wait_ns));
}

static int
close_chan(void *ch)
{
    return weir_chan_close(ch);
}

static size_t
length(void *ch)
{
    return weir_chan_len(ch);
}

static const struct chan_ops ops = {
    .name = "weir_chan",
    .make = make,
    .free = release,
    .send = send_msg,
    .recv = recv_msg,
    .close = close_chan,
    .len = length,
    .send_n = send_batch,
    .recv_n = recv_batch,
};

static const struct {
    const char *name;
    unsigned param;
} kinds[] = {
    { "channel_of_0", 0 },
    { "channel_of_1", 1 },
    { "channel_of_2", 2 },
    { "channel_of_3", 3 },
    { "channel_of_4", 4 },
    { "channel_of_1_that_drops_the_oldest", 1 | CHAN_DROP_OLDEST },
    { "channel_of_2_that_drops_the_oldest", 2 | CHAN_DROP_OLDEST },
    { "channel_of_2_that_drops_the_newest", 2 | CHAN_DROP_NEWEST },
    { "channel_of_a_quota_of_1", 1 | CHAN_QUOTA },
    { "channel_of_a_quota_of_3", 3 | CHAN_QUOTA },
    { "channel_of_a_quota_of_8", 8 | CHAN_QUOTA },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

int
main(int argc, char **argv)
{
    struct lin_options options;
    unsigned failed = 0;

    if (!lin_options_parse(&options, argc, argv))
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("TAP version 13\n1..%d\n# seed %#jx\n", KINDS,
           (uintmax_t)options.seed);
    options.seconds /= KINDS;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct chan_drive_result r =
            chan_drive(&ops, kinds[kind].param, &options, stdout);

        printf("# %ju histories, %ju calls: %ju ok, %ju closed, %ju again, "
               "%ju timeout; %ju let go by a close\n",
               (uintmax_t)r.rounds, (uintmax_t)r.steps, (uintmax_t)r.ok,
               (uintmax_t)r.closed, (uintmax_t)r.again, (uintmax_t)r.timeout,
               (uintmax_t)r.rescues);
        printf("%s %u - %s_is_linearizable\n", r.failed ? "not ok" : "ok",
               kind + 1, kinds[kind].name);
        failed += r.failed;
    }
    return failed != 0;
}
