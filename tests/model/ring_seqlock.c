/* SPDX-License-Identifier: MIT */
/*
 * model/ring_seqlock.c - the sequence lock: no read is torn, none goes back,
 * and writers exclude each other.
 */
#include "mc.h"

#include <weir/seqlock.h>

struct triple {
    uint64_t a, b;
    uint8_t c; /* the last word is not full */
};

WEIR_SEQLOCK(cell, struct triple);

static cell s;
static int payload[8]; /* written before the value that names it */

static struct triple
triple_of(uint64_t v)
{
    const struct triple t = { v, 3 * v, (uint8_t)(5 * v) };

    return t;
}

static void
setup(void)
{
    cell_init(&s, triple_of(0));
}

static uint64_t
checked(struct triple t)
{
    mc_assert(t.b == 3 * t.a && t.c == 5 * t.a);
    mc_assert(t.a == 0 || payload[t.a] == 1);
    return t.a;
}

static void
write_of(uint64_t v)
{
    payload[v] = 1;
    cell_write(&s, triple_of(v));
}

static void
write_two(void)
{
    write_of(1);
    write_of(2);
}

static void
write_three(void)
{
    write_of(3);
}

static void
read_two(void)
{
    struct triple t;
    uint64_t last = 0;

    for (int i = 0; i < 2; i++) {
        t = triple_of(7);
        if (cell_try_read(&s, &t)) {
            mc_assert(checked(t) >= last);
            last = t.a;
        } else {
            mc_assert(t.a == 7); /* untouched */
        }
    }
}

static void
read_one(void)
{
    struct triple t;

    cell_read(&s, &t);
    (void)checked(t);
}

static void
two_is_there(void)
{
    struct triple t;

    mc_assert(cell_try_read(&s, &t) && checked(t) == 2);
}

static void
some_value_is_there(void)
{
    struct triple t;

    mc_assert(cell_try_read(&s, &t) && (checked(t) == 2 || t.a == 3));
}

MC_SCENARIO(seqlock_read, .setup = setup, .threads = { write_two, read_two },
            .check = two_is_there, .stale = 3);
MC_SCENARIO(seqlock_read_waits, .setup = setup,
            .threads = { write_two, read_one }, .check = two_is_there);
MC_SCENARIO(seqlock_writers, .setup = setup,
            .threads = { write_two, write_three, read_one },
            .check = some_value_is_there, .bound = 1);
/* A writer that stops inside keeps read and write from ending, not try_read. */
MC_SCENARIO(seqlock_try_frozen, .setup = setup,
            .threads = { write_three, read_two, read_two }, .freezes = 1,
            .bound = 1);
