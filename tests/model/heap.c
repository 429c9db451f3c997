/* SPDX-License-Identifier: MIT */
/*
 * model/heap.c - memory of the scenarios.
 *
 * A free is no scheduling point: an access of another thread that is not
 * ordered before it is reported whichever came first.
 *
 * Blocks are never reused within an execution, so that a touch after a free
 * is seen whatever was allocated since, and no ABA hides a use after free.
 */
#include "kernel.h"

void *
mc_heap_alloc(size_t bytes, void *pc)
{
    struct block *b;
    size_t size = (bytes + 15) & ~(size_t)15;

    if (K->used.nomem < K->max.nomem && mc_pick(2)) {
        K->used.nomem++;
        return NULL;
    }
    if (size == 0)
        size = 16;
    if (K->now.n_blocks == BLOCKS || K->now.heap_top + size + 16 > HEAP_BYTES)
        mc_fail(MC_LIMIT, "the model's heap is full");
    b = &K->blocks[K->now.n_blocks++];
    *b = (struct block){ K->heap + K->now.heap_top, bytes, 1, false };
    memset(K->heap_state + K->now.heap_top / 16, 1, size / 16);
    memset(b->mem, 0xA5, size);
    K->now.heap_top += size + 16;
    if (K->tracing)
        mc_event(EV_ALLOC, b->mem, 0, pc)->value = bytes;
    return b->mem;
}

void
mc_heap_free(void *mem, void *pc)
{
    struct block *b = NULL;

    if (!mem)
        return;
    if (K->tracing)
        mc_event(EV_FREE, mem, 0, pc);
    for (uint32_t i = 0; i < K->now.n_blocks; i++)
        if (K->blocks[i].mem == mem)
            b = &K->blocks[i];
    if (!b)
        mc_fail(MC_FREE, "T%d frees %p, which was never allocated", K->cur,
                mem);
    if (b->state != 1)
        mc_fail(MC_FREE, "T%d frees a block a second time", K->cur);
    mc_check_free(mem, b->bytes);
    b->state = 2;
    memset(K->heap_state + (b->mem - K->heap) / 16, 2, (b->bytes + 15) / 16);
}

void *
mc_alloc(unsigned long bytes)
{
    return mc_heap_alloc(bytes, __builtin_return_address(0));
}

void
mc_free(void *mem)
{
    mc_heap_free(mem, __builtin_return_address(0));
}

/* Zeroed, page aligned, never freed, no leak. */
void *
mc_map(size_t bytes)
{
    char *mem = K->map + K->now.map_top;

    bytes = (bytes + 4095) & ~(size_t)4095;
    if (K->used.nomem < K->max.nomem && mc_pick(2)) {
        K->used.nomem++;
        return NULL;
    }
    if (K->now.map_top + bytes > MAP_BYTES)
        mc_fail(MC_LIMIT, "the model has no more memory to map");
    K->now.map_top += bytes;
    return mem;
}

static void
mark(const char *from, size_t bytes)
{
    const char *end = from + bytes;

    for (; from + sizeof(char *) <= end; from += sizeof(char *)) {
        const char *p;

        memcpy(&p, from, sizeof(p));
        if (p < K->heap || p >= K->heap + K->now.heap_top)
            continue;
        for (uint32_t i = 0; i < K->now.n_blocks; i++) {
            struct block *b = &K->blocks[i];

            if (b->state == 1 && !b->marked && p >= b->mem &&
                p < b->mem + b->bytes) {
                b->marked = true;
                mark(b->mem, b->bytes);
            }
        }
    }
}

/* What a variable or a thread's block still points to is no leak: a pool. */
void
mc_check_leaks(void)
{
    uint32_t live = 0;

    for (uint32_t i = 0; i < K->now.n_blocks; i++)
        live += K->blocks[i].state == 1;
    if (!live)
        return;
    mark(K->data, K->data_bytes);
    for (int i = 0; i <= K->n_threads; i++)
        mark(K->self[i], SELF_BYTES);
    mark(K->map, K->now.map_top);
    for (uint32_t i = 0; i < K->now.n_blocks; i++)
        if (K->blocks[i].state == 1 && !K->blocks[i].marked)
            mc_fail(MC_LEAK, "block A%u of %zu bytes is never freed", i,
                    K->blocks[i].bytes);
}
