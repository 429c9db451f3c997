/* SPDX-License-Identifier: MIT */
/*
 * model/base.c - putting the world back before an execution.
 *
 * The first execution of a scenario starts from the program's first state.
 * If its set-up made no choice, the later ones start from the state after it.
 */
#include "kernel.h"

#include <stdlib.h>

extern char __data_start[], _end[];

static void
panicked(const char *line)
{
    mc_fail(MC_PANIC, "%s", line);
}

/* Of the library, if it is linked in. */
void weir_set_panic_hook(void (*hook)(const char *)) __attribute__((weak));

void
mc_take_snapshot(void)
{
    if (weir_set_panic_hook)
        weir_set_panic_hook(panicked);
    K->data = __data_start;
    K->data_bytes = (size_t)(_end - __data_start);
    K->snapshot = malloc(K->data_bytes);
    K->base_data = malloc(K->data_bytes);
    if (!K->snapshot || !K->base_data)
        exit(2);
    memcpy(K->snapshot, K->data, K->data_bytes);
}

static void
clean_map(void)
{
    for (uint32_t i = 0; i < K->n_dirty; i++) {
        size_t at = (size_t)K->dirty[i] * MAP_LINE;

        memcpy(K->map + at, K->base_map + at, MAP_LINE);
        K->is_dirty[K->dirty[i]] = false;
    }
    K->n_dirty = 0;
}

void
mc_first_base(void)
{
    memset(K->base_map, 0, K->base.map_top);
    clean_map();
    memset(K->map, 0, K->base.map_top);
    memset(&K->base, 0, sizeof(K->base));
    K->base.now_ns = 1000000000;
    memcpy(K->base_data, K->snapshot, K->data_bytes);
    memset(K->base_self, 0, SELF_BYTES);
}

void
mc_keep_base(void)
{
    K->base = K->now;
    K->base.after_setup = true;
    memcpy(K->base_data, K->data, K->data_bytes);
    memcpy(K->base_blocks, K->blocks, K->now.n_blocks * sizeof(*K->blocks));
    memcpy(K->base_state, K->heap_state, K->now.heap_top / 16);
    memcpy(K->base_heap, K->heap, K->now.heap_top);
    memcpy(K->base_map, K->map, K->now.map_top);
    memcpy(K->base_self, K->self[0], SELF_BYTES);
    for (uint32_t i = 0; i < K->n_dirty; i++)
        K->is_dirty[K->dirty[i]] = false;
    K->n_dirty = 0;
}

/* The variables, without the sites, which are most of them and stay. */
static void
restore_data(void)
{
    size_t from = (size_t)((char *)__start_mc_sites - K->data);
    size_t to = (size_t)((char *)__stop_mc_sites - K->data);

    if (from > to || to > K->data_bytes)
        from = to = K->data_bytes;
    memcpy(K->data, K->base_data, from);
    memcpy(K->data + to, K->base_data + to, K->data_bytes - to);
}

void
mc_restore(void)
{
    const struct base *b = &K->base;

    restore_data();
    memset(K->heap_state, 0, (K->now.heap_top + 15) / 16);
    memcpy(K->heap_state, K->base_state, b->heap_top / 16);
    memcpy(K->heap, K->base_heap, b->heap_top);
    memcpy(K->blocks, K->base_blocks, b->n_blocks * sizeof(*K->blocks));
    clean_map();
    K->now = *b;
}
