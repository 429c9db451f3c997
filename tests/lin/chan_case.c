/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_case.c - rolls one scenario of a channel.
 */
#include <string.h>

#include "chan_drive.h"

/* How often each call is drawn; a scenario draws one row for all its lanes,
 * or lets lanes be senders and receivers. */
struct weights {
    uint8_t of[CHAN_LEN + 1];
};

/* send try_send send_until recv try_recv recv_until close len */
static const struct weights table[] = {
    { { 0, 8, 0, 0, 8, 0, 0, 1 } }, /* nobody waits */
    { { 0, 4, 4, 0, 4, 4, 0, 1 } }, /* some wait for a time */
    { { 0, 1, 6, 0, 1, 6, 0, 0 } },
    { { 4, 2, 2, 4, 2, 2, 0, 1 } }, /* all forms */
    { { 6, 1, 1, 2, 4, 2, 0, 1 } }, /* often full */
    { { 2, 4, 2, 6, 1, 1, 0, 1 } }, /* often empty */
    { { 8, 0, 0, 8, 0, 0, 0, 0 } }, /* plain alone */
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

enum role { ROLE_ANY, ROLE_SENDER, ROLE_RECEIVER };

static bool
fits_role(enum role role, unsigned code)
{
    if (role == ROLE_SENDER)
        return !chan_code_receives(code);
    return role != ROLE_RECEIVER || !chan_code_sends(code);
}

static enum chan_code
roll_code(struct lin_dice *dice, const struct weights *row, enum role role)
{
    unsigned sum = 0, at;

    for (unsigned code = 0; code <= CHAN_LEN; code++)
        if (fits_role(role, code))
            sum += row->of[code];
    at = lin_below(dice, sum);
    for (unsigned code = 0; code < CHAN_LEN; code++) {
        unsigned weight = fits_role(role, code) ? row->of[code] : 0;

        if (at < weight)
            return (enum chan_code)code;
        at -= weight;
    }
    return CHAN_LEN;
}

static int64_t
roll_wait(struct lin_dice *dice, enum chan_code code)
{
    switch (code) {
    case CHAN_SEND:
    case CHAN_RECV:
        return DRIVE_FOREVER;
    case CHAN_SEND_UNTIL:
    case CHAN_RECV_UNTIL:
        break;
    default:
        return DRIVE_TRY;
    }
    switch (lin_below(dice, 8)) {
    case 0:
        return 0; /* a deadline that has passed */
    case 1:
        return lin_below(dice, 100000);
    default:
        return lin_below(dice, 10000);
    }
}

/* Operations of a lane: with the drain, the history stays below LIN_OPS. */
enum { LANE_OPS = DRIVE_STEPS_MAX + DRIVE_BATCH_MAX };

static uint32_t
roll_batch(struct lin_dice *dice, enum chan_code code, unsigned *spare)
{
    unsigned n = 1 + lin_below(dice, DRIVE_BATCH_MAX);

    if (!chan_code_sends(code) && !chan_code_receives(code))
        return 1;
    if (n - 1 > *spare || lin_below(dice, 3) != 0)
        return 1;
    *spare -= n - 1;
    return n;
}

static void
roll_lane(struct lin_dice *dice, struct chan_case *c, unsigned lane,
          const struct weights *row, enum role role)
{
    unsigned spare;

    c->steps[lane] = 4 + lin_below(dice, DRIVE_STEPS_MAX - 3);
    spare = c->batches ? LANE_OPS - c->steps[lane] : 0;
    for (unsigned i = 0; i < c->steps[lane]; i++) {
        struct chan_step *step = &c->step[lane][i];

        step->code = roll_code(dice, row, role);
        step->value = 1 + (lane * DRIVE_STEPS_MAX + i) * DRIVE_BATCH_MAX;
        step->batch = spare > 0 ? roll_batch(dice, step->code, &spare) : 1;
        step->wait_ns = roll_wait(dice, step->code);
        step->rest = lin_rest_roll(dice);
        c->may_wait |= step->wait_ns == DRIVE_FOREVER;
    }
}

static void
add_close(struct lin_dice *dice, struct chan_case *c)
{
    unsigned lane = lin_below(dice, c->lanes);
    unsigned i = lin_below(dice, c->steps[lane]);

    c->step[lane][i].code = CHAN_CLOSE;
}

void
chan_case_roll(struct chan_case *c, uint64_t seed, unsigned capacity,
               unsigned lanes, bool batches)
{
    static const uint16_t bytes[] = { 2, 4, 8, 8, 8, 24, DRIVE_MSG_MAX };
    struct lin_dice dice = { seed };
    const struct weights *row = &table[lin_below(&dice, ROWS)];
    bool roles = lin_below(&dice, 3) == 0;

    memset(c, 0, sizeof(*c));
    c->seed = seed;
    c->capacity = capacity;
    c->lanes = lanes;
    /* A hook does not tell which message of a batch dropped which. */
    c->batches = batches && !(capacity & CHAN_DROP) && lin_below(&dice, 2) == 0;
    c->elem_bytes = bytes[lin_below(&dice, sizeof(bytes) / sizeof(bytes[0]))];
    c->patience_ns = 10000 + lin_below(&dice, 50000);
    for (unsigned lane = 0; lane < lanes; lane++) {
        enum role role = ROLE_ANY;

        if (roles)
            role = lane & 1 ? ROLE_SENDER : ROLE_RECEIVER;
        roll_lane(&dice, c, lane, row, role);
    }
    if (lin_below(&dice, 10) == 0) {
        add_close(&dice, c);
        if (lin_below(&dice, 3) == 0)
            add_close(&dice, c);
    }
}
