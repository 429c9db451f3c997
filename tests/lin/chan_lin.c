/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_lin.c - recorded histories of weir's channel are linearizable.
 *
 *     chan_lin [--seconds S] [--rounds N] [--seed N] [--scenario N]
 *
 * One test per capacity.  --scenario runs the scenario of a report over and
 * over: what the threads do is the same, when they do it is the machine's.
 */
#include <stdio.h>

#include <weir/chan.h>

#include "chan_drive.h"

static void *
make(size_t elem_bytes, size_t capacity)
{
    return weir_chan_make(elem_bytes, capacity);
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
};

enum { CAPACITIES = 5 }; /* 0 to 4 */

int
main(int argc, char **argv)
{
    struct lin_options options;
    unsigned failed = 0;

    if (!lin_options_parse(&options, argc, argv))
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("TAP version 13\n1..%d\n# seed %#jx\n", CAPACITIES,
           (uintmax_t)options.seed);
    options.seconds /= CAPACITIES;
    for (unsigned capacity = 0; capacity < CAPACITIES; capacity++) {
        struct chan_drive_result r =
            chan_drive(&ops, capacity, &options, stdout);

        printf("# %ju histories, %ju calls: %ju ok, %ju closed, %ju again, "
               "%ju timeout; %ju let go by a close\n",
               (uintmax_t)r.rounds, (uintmax_t)r.steps, (uintmax_t)r.ok,
               (uintmax_t)r.closed, (uintmax_t)r.again, (uintmax_t)r.timeout,
               (uintmax_t)r.rescues);
        printf("%s %u - channel_of_%u_is_linearizable\n",
               r.failed ? "not ok" : "ok", capacity + 1, capacity);
        failed += r.failed;
    }
    return failed != 0;
}
