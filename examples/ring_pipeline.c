/* SPDX-License-Identifier: MIT */
/* ring_pipeline.c - rings alone, no library: a reader hands lines of numbers to
 * workers through one ring, in place, and they hand sums to a collector through
 * another, which takes them by batches. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include <weir/mpsc.h>
#include <weir/spmc.h>

enum { LINES = 1000, WIDTH = 16, WORKERS = 3 };

struct line {
    long number[WIDTH]; /* none: the end */
    size_t count;
};

WEIR_SPMC(lines, struct line, 32);
WEIR_MPSC(sums, long, 32);

static lines read_lines;
static sums line_sums;

/* The reader fills each line where it will be read. */
static void
read_line(long first, size_t count)
{
    struct line *l;

    while ((l = lines_try_reserve(&read_lines)) == NULL)
        (void)sched_yield();
    l->count = count;
    for (size_t i = 0; i < count; i++)
        l->number[i] = first + (long)i;
    lines_commit(&read_lines, l);
}

static void *
work(void *arg)
{
    (void)arg;
    for (;;) {
        struct line *l = lines_try_peek(&read_lines);
        long sum = 0;
        size_t count;

        if (l == NULL) {
            (void)sched_yield();
            continue;
        }
        count = l->count;
        for (size_t i = 0; i < count; i++)
            sum += l->number[i];
        lines_release(&read_lines, l);
        if (count == 0)
            return NULL;
        while (!sums_try_push(&line_sums, sum))
            (void)sched_yield();
    }
}

static void *
collect(void *arg)
{
    long *total = (long *)arg;
    long sum[8];

    for (size_t got = 0; got < LINES;) {
        const size_t n = sums_try_pop_n(&line_sums, sum, 8);

        for (size_t i = 0; i < n; i++)
            *total += sum[i];
        if (n == 0)
            (void)sched_yield();
        got += n;
    }
    return NULL;
}

int
main(void)
{
    pthread_t worker[WORKERS], collector;
    long total = 0;

    lines_init(&read_lines);
    sums_init(&line_sums);
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&worker[i], NULL, work, NULL) != 0)
            return 1;
    if (pthread_create(&collector, NULL, collect, &total) != 0)
        return 1;
    for (long i = 0; i < LINES; i++)
        read_line(i * WIDTH, WIDTH);
    for (int i = 0; i < WORKERS; i++)
        read_line(0, 0);
    for (int i = 0; i < WORKERS; i++)
        (void)pthread_join(worker[i], NULL);
    (void)pthread_join(collector, NULL);
    printf("%d lines, sum %ld\n", LINES, total);
    return 0;
}
