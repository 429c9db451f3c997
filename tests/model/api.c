/* SPDX-License-Identifier: MIT */
/* model/api.c - mc.h's small functions. */
#include "kernel.h"

void
mc_assert_failed(const char *what, const char *file, int line)
{
    const char *slash = strrchr(file, '/');

    mc_fail(MC_ASSERT, "%s:%d: mc_assert(%s) failed in T%d",
            slash ? slash + 1 : file, line, what, K->cur);
}

int
mc_thread(void)
{
    return K->cur;
}

unsigned
mc_step(void)
{
    mc_touch(&K->now.steps, 1, TOUCH_WRITE);
    return ++K->now.steps;
}

uint64_t
mc_cycles(void)
{
    const uint64_t look = K->scenario ? K->scenario->look : 0;

    return K->now.cycles += look ? look : 1 << 24; /* beyond a spin's budget */
}

void
mc_tell(void)
{
    mc_touch(&K->told_hb, 1, TOUCH_WRITE);
    vc_join(&K->told_hb, &K->th[K->cur].hb);
    vc_join(&K->told_view, &K->th[K->cur].view);
}

void
mc_hear(void)
{
    mc_touch(&K->told_hb, 1, TOUCH_READ);
    vc_join(&K->th[K->cur].hb, &K->told_hb);
    vc_join(&K->th[K->cur].view, &K->told_view);
}

void
mc_note(const char *text, uint64_t value)
{
    struct event *e;

    if (!K->tracing)
        return;
    e = mc_event(EV_NOTE, NULL, 0, NULL);
    e->text = text;
    e->value = value;
}

void
mc_outcome(uint64_t value)
{
    const struct mc_scenario *s = K->scenario;

    if (s->allowed) {
        int i = 0;

        while (i < s->n_allowed && s->allowed[i] != value)
            i++;
        if (i == s->n_allowed)
            mc_fail(MC_ASSERT, "outcome %#lx is not allowed",
                    (unsigned long)value);
    }
    for (int i = 0; i < K->n_outcomes; i++)
        if (K->outcome[i] == value)
            return;
    if (K->n_outcomes == OUTCOMES)
        mc_fail(MC_LIMIT, "too many outcomes");
    K->outcome[K->n_outcomes++] = value;
}

int64_t
mc_ghost(int i)
{
    mc_touch(&K->now.ghost[i], 1, TOUCH_READ);
    return K->now.ghost[i];
}

void
mc_ghost_set(int i, int64_t value)
{
    mc_touch(&K->now.ghost[i], 1, TOUCH_WRITE);
    K->now.ghost[i] = value;
}

int64_t
mc_ghost_add(int i, int64_t delta)
{
    mc_touch(&K->now.ghost[i], 1, TOUCH_WRITE);
    return K->now.ghost[i] += delta;
}
