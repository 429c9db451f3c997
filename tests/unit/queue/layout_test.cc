/* SPDX-License-Identifier: MIT */
/*
 * queue/layout_test.cc - the rings as C++: the layout that C has, and a run.
 *
 * queue/mpmc_test.c holds the same for C: slots of WEIR_RING_STRIDE bytes after
 * two separated words; a file shared by both languages says it in one place.
 */
#include "layout.h"

#include <cstdio>
#include <thread>

WEIR_MPMC(numbers, long, 5);
WEIR_SPSC(line, long, 5);

static numbers pool;
static line queue;

enum { COUNT = 20000 };

static void
produce()
{
    for (long i = 1; i <= COUNT; i++) {
        while (!numbers_try_push(&pool, i))
            std::this_thread::yield();
        while (!line_try_push(&queue, i))
            std::this_thread::yield();
    }
}

static bool
stream()
{
    bool ordered = true;

    numbers_init(&pool);
    line_init(&queue);
    std::thread producer(produce);
    for (long i = 1; i <= COUNT; i++) {
        long a = 0;
        long b = 0;

        while (!numbers_try_pop(&pool, &a))
            std::this_thread::yield();
        while (!line_try_pop(&queue, &b))
            std::this_thread::yield();
        ordered = ordered && a == i && b == i;
    }
    producer.join();
    return ordered && !numbers_poll_pop(&pool, nullptr);
}

int
main()
{
    const bool right = stream();

    std::printf("TAP version 13\n1..2\nok 1 - the layout is that of C\n"
                "%sok 2 - a thread streams through both rings\n",
                right ? "" : "not ");
    return right ? 0 : 1;
}
