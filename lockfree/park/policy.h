/* SPDX-License-Identifier: MIT */
/*
 * park/policy.h - how long to poll before sleeping.
 *
 * All budgets are times, never counts: a pause costs 10 to 22 ns and a yield
 * 0.16 to 1.8 us on machines seen so far.  Nobody spins where the process may
 * run on one CPU only.  The constants come from the measurements behind the
 * core protocol; how often to yield was measured anew, see docs/design/001.
 */
#ifndef WR_PARK_POLICY_H
#define WR_PARK_POLICY_H

#include "park/sys.h"

#define WR_LOCK_SPIN_NS 2000   /* a list lock is held for tens of ns */
#define WR_WAIT_SPIN_NS 3000   /* polling before one yield */
#define WR_BRIEF_NS 50000      /* a sleep that a spin could have saved ... */
#define WR_BRIEF_SPIN_NS 15000 /* ... and the polling after such a one */
#define WR_NAP_NS 50000        /* a step of a wait for an unpublished item */

/* A bounded spin: while (wr_spin_more(&s)) look; pauses between two looks. */
struct wr_spin {
    uint64_t start;
    uint64_t budget; /* cycles; 0: none */
};

static inline struct wr_spin
wr_spin_start(uint64_t ns)
{
    struct wr_spin spin = { 0, 0 };

    if (wr_sys_cpus() > 1) {
        spin.budget = wr_sys_cycles_of_ns(ns);
        spin.start = wr_sys_cycles();
    }
    return spin;
}

static inline bool
wr_spin_more(const struct wr_spin *spin)
{
    if (spin->budget == 0)
        return false;
    weir_cpu_relax();
    return wr_sys_cycles() - spin->start < spin->budget;
}

/* The spin of a party that waits for another's move. */
struct wr_spin wr_spin_for_party(void);

/* Give the CPU to another once; false: not now, since yields have lately lost a
 * whole time slice to somebody who had no part in it. */
bool wr_yield_for_party(void);

/* Busy for about ns nanoseconds, without touching shared memory. */
void wr_spin_away(uint64_t ns);

/*
 * What one side of a channel has learnt; stands beside its index and is
 * written relaxed, always *before* an attempt: after it the channel may be
 * gone.  Wrong values cost time only.
 */
struct wr_learned {
    WEIR_ATOMIC(uint64_t) ticket;  /* the index word at the last failure */
    WEIR_ATOMIC(uint32_t) gap_ns;  /* how long not to look after a failure */
    WEIR_ATOMIC(uint16_t) low;     /* waits with a low gap since a trial */
    WEIR_ATOMIC(uint16_t) trial;   /* a trial of the full gap every so many */
    WEIR_ATOMIC(uint8_t) spin_bad; /* spins in a row that found nothing */
    WEIR_ATOMIC(uint8_t) yield_bad;
    WEIR_ATOMIC(uint8_t) stuck; /* waits in a row that no stream led to */
};

void wr_learned_init(struct wr_learned *l);

/* The gap before the next look: `ticket` is the index word that failed (in
 * steps of `unit`), max_ns the largest gap that pays. */
uint64_t wr_learned_gap_ns(struct wr_learned *l, uint64_t ticket, uint64_t unit,
                           uint64_t max_ns);

/* Whether polling has paid lately; tried again now and then. */
bool wr_learned_spin(struct wr_learned *l);
void wr_learned_spin_paid(struct wr_learned *l);
/* Whether to yield once before sleeping. */
bool wr_learned_yield(struct wr_learned *l);
void wr_learned_yield_paid(struct wr_learned *l);

#endif
