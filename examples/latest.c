/* SPDX-License-Identifier: MIT */
/* latest.c - a slow reader of a fast source wants the latest value alone: a
 * channel of capacity 1 that drops its oldest message ("conflate").  The
 * source never waits. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

enum { READINGS = 10000 };

struct reading {
    int number;
    double value;
};

WEIR_CHAN(readings, struct reading);

static readings *latest;

static void *
measure(void *unused)
{
    for (int i = 1; i <= READINGS; i++) {
        const struct reading r = { i, i / 2.0 };

        if (weir_send(latest, r) != WEIR_OK)
            break;
    }
    weir_close(latest);
    return unused;
}

static void
count_missed(void *arg, const void *msg)
{
    const struct reading *r = msg;

    if (r->number > 0)
        ++*(int *)arg;
}

int
main(void)
{
    int missed = 0, seen = 0, last = 0, in_order = 1;
    const weir_chan_options conflate = { .on_full = WEIR_FULL_DROP_OLDEST,
                                         .on_drop = count_missed,
                                         .drop_arg = &missed };
    pthread_t source;
    struct reading r;

    latest = readings_make_with(1, &conflate);
    if (latest == NULL || pthread_create(&source, NULL, measure, NULL) != 0)
        return 1;
    weir_range(latest, &r) {
        in_order &= r.number > last;
        last = r.number;
        seen++;
    }
    pthread_join(source, NULL);
    printf("last reading %d, %s\n", last, in_order ? "in order" : "mixed up");
    printf("seen and missed: %d\n", seen + missed);
    readings_free(latest);
    return 0;
}
