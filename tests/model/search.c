/* SPDX-License-Identifier: MIT */
/*
 * model/search.c - who decides: the tree, chance, or a recorded trail.
 *
 * Each choice among more than one goes on the trail.  The tree search takes
 * the first branch beyond the trail's end, then backs up to the last choice
 * with a branch left.  Random runs alternate between uniform choice and PCT
 * (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t
mc_rand(void)
{
    uint64_t z = (K->rng += 0x9E3779B97F4A7C15ull); /* splitmix64 */

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

static int
push(int choice, int n)
{
    if (K->trail_pos == TRAIL)
        mc_fail(MC_LIMIT, "too many choices in one execution");
    K->chosen[K->trail_pos] = (uint8_t)choice;
    K->width[K->trail_pos++] = (uint8_t)n;
    return choice;
}

/* True if the trail or the tree has decided. */
static bool
decided(int n, int *choice)
{
    if (K->mode == SEARCH_RANDOM || K->mode == SEARCH_PCT)
        return false;
    *choice = 0;
    if (K->trail_pos < K->trail_len) {
        *choice = K->chosen[K->trail_pos];
        if (*choice >= n)
            mc_fail(MC_LIMIT, "the trail does not fit this program");
    }
    push(*choice, n);
    return true;
}

int
mc_pick(int n)
{
    int choice;

    if (n == 1)
        return 0;
    if (decided(n, &choice))
        return choice;
    return push((int)(mc_rand() % (unsigned)n), n);
}

bool
mc_pick_rare(void)
{
    int choice;

    if (decided(2, &choice))
        return choice != 0;
    return push(mc_rand() % 32 == 0, 2) != 0;
}

int
mc_pick_read(int n)
{
    int choice;

    if (n == 1)
        return 0;
    if (decided(n, &choice))
        return choice;
    if (mc_rand() & 1)
        return push(0, n);
    return push((int)(mc_rand() % (unsigned)n), n);
}

static int
by_priority(const uint8_t *cand, int n)
{
    int best = 0;

    for (unsigned i = 0; i < 4; i++)
        if (K->change[i] == K->now.steps)
            K->th[K->cur].priority = -1 - (int)i;
    for (int i = 1; i < n; i++)
        if (cand[i] < 16 &&
            (cand[best] >= 16 ||
             K->th[cand[i]].priority > K->th[cand[best]].priority))
            best = i;
    return best;
}

int
mc_pick_thread(const uint8_t *cand, int n, bool first_is_current)
{
    int choice;

    if (n == 1)
        return 0;
    if (decided(n, &choice))
        return choice;
    (void)first_is_current;
    choice = (int)(mc_rand() % (unsigned)n);
    /* Time-outs and spurious returns are not as likely as steps. */
    if (cand[choice] >= 16 && mc_rand() % 8)
        choice = 0;
    if (K->mode == SEARCH_PCT && cand[choice] < 16)
        choice = by_priority(cand, n);
    return push(choice, n);
}

bool
mc_next(void)
{
    uint32_t n = K->trail_pos;

    while (n > 0 && K->chosen[n - 1] + 1 >= K->width[n - 1])
        n--;
    K->trail_len = n;
    if (n == 0)
        return false;
    K->chosen[n - 1]++;
    return true;
}

int
mc_choose(int n)
{
    return mc_pick(n);
}

/* "2.2.1.2.1.0.2.0:01_12_2": the bounds, the choices, _n_ for n zeros. */
void
mc_encode(char *out, size_t bytes)
{
    static const char digit[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    size_t at = (size_t)snprintf(
        out, bytes, "%d.%d.%d.%d.%d.%d.%d.%d:", K->max.preempt, K->max.stale,
        K->max.spurious, K->max.timeouts, K->max.weak, K->max.nomem,
        K->max.stays, K->max.freezes);

    for (uint32_t i = 0; i < K->trail_pos && at + 16 < bytes;) {
        uint32_t zeros = 0;

        while (i + zeros < K->trail_pos && K->chosen[i + zeros] == 0)
            zeros++;
        if (zeros > 3) {
            at += (size_t)snprintf(out + at, bytes - at, "_%u_", zeros);
            i += zeros;
        } else {
            out[at++] = digit[K->chosen[i++] % 36];
        }
    }
    out[at] = 0;
}

bool
mc_decode(const char *text)
{
    struct bounds *b = &K->max;
    int n = 0;

    if (sscanf(text, "%d.%d.%d.%d.%d.%d.%d.%d:%n", &b->preempt, &b->stale,
               &b->spurious, &b->timeouts, &b->weak, &b->nomem, &b->stays,
               &b->freezes, &n) != 8 ||
        n == 0)
        return false;
    K->trail_len = 0;
    for (text += n; *text; text++) {
        long zeros = 0;

        if (*text == '_') {
            char *end;

            zeros = strtol(text + 1, &end, 10);
            if (*end != '_' || zeros < 0 || zeros > TRAIL)
                return false;
            text = end;
        }
        if (K->trail_len + (uint32_t)zeros + 1 >= TRAIL)
            return false;
        if (zeros) {
            memset(K->chosen + K->trail_len, 0, (size_t)zeros);
            K->trail_len += (uint32_t)zeros;
        } else if (*text >= '0' && *text <= '9') {
            K->chosen[K->trail_len++] = (uint8_t)(*text - '0');
        } else if (*text >= 'a' && *text <= 'z') {
            K->chosen[K->trail_len++] = (uint8_t)(*text - 'a' + 10);
        } else {
            return false;
        }
    }
    return true;
}
