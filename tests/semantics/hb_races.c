/* SPDX-License-Identifier: MIT */
/*
 * semantics/hb_races.c - small programs that are wrong: HB-50 to HB-58.
 *
 *     hb_races NAME | --list
 *
 * Each has two parties that touch plain memory and take for an order what is
 * none; ThreadSanitizer must say so.  hb_races.py runs them.  Steps put the
 * parties in the order in which the race shows: relaxed, they order nothing.
 * Exit status 77: this is not built with ThreadSanitizer.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <weir/atomic.h>
#include <weir/weir.h>

#if defined(__has_feature)
#define HB_FEATURE(x) __has_feature(x)
#else
#define HB_FEATURE(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || HB_FEATURE(thread_sanitizer)
#define HB_TSAN 1
#else
#define HB_TSAN 0
#endif

WEIR_CHAN(ints, int);

static ints *ch;
static weir_mutex lock = WEIR_MUTEX_INIT;
static int plain;
static int ready;
static WEIR_ATOMIC(int) reached;
static WEIR_ATOMIC(int) wrong;

static void
step(int number)
{
    weir_store_rlx(&reached, number);
}

static void
await_step(int number)
{
    while (weir_load_rlx(&reached) < number)
        (void)sched_yield();
}

static void
expect(int status, int due)
{
    if (status != due)
        weir_store_rlx(&wrong, 1);
}

/* Nothing is wrong: the message carries it. */
static void
hb_00_control_1(void)
{
    plain = 1;
    expect(weir_send(ch, 1), WEIR_OK);
}

static void
hb_00_control_2(void)
{
    int v;

    expect(weir_recv(ch, &v), WEIR_OK);
    plain = 2;
}

/* "The send has returned, so the receiver has gone by." */
static void
hb_50_buffered_receive_1(void)
{
    expect(weir_send(ch, 1), WEIR_OK);
    step(1);
    plain = 1;
}

static void
hb_50_buffered_receive_2(void)
{
    int v;

    await_step(1);
    plain = 2;
    expect(weir_recv(ch, &v), WEIR_OK);
}

/* "The send was refused, so the closer is done." */
static void
hb_51_refused_send_1(void)
{
    expect(weir_close(ch), WEIR_OK);
    plain = 1;
    step(1);
}

static void
hb_51_refused_send_2(void)
{
    await_step(1);
    expect(weir_send(ch, 1), WEIR_CLOSED);
    plain = 2;
}

/* "There is a message, so its sender has been here." */
static void
hb_52_length_1(void)
{
    plain = 1;
    expect(weir_send(ch, 1), WEIR_OK);
}

static void
hb_52_length_2(void)
{
    while (weir_len(ch) == 0)
        (void)sched_yield();
    plain = 2;
}

/* "There is no message, so nobody has begun." */
static void
hb_53_default_1(void)
{
    int v;

    weir_select(s)
    {
        weir_on_recv(s, ch, &v) expect(1, 0);
        weir_on_default(s) plain = 1;
    }
    step(1);
}

static void
hb_53_default_2(void)
{
    await_step(1);
    plain = 2;
    expect(weir_send(ch, 1), WEIR_OK);
}

/* "The semaphore guards it"; it lets two in. */
static void
hb_54_semaphore_of_two_1(void)
{
    int v;

    expect(weir_send(ch, 1), WEIR_OK);
    plain = 1;
    step(1);
    await_step(2);
    expect(weir_recv(ch, &v), WEIR_OK);
}

static void
hb_54_semaphore_of_two_2(void)
{
    int v;

    await_step(1);
    expect(weir_send(ch, 1), WEIR_OK);
    plain = 2;
    step(2);
    expect(weir_recv(ch, &v), WEIR_OK);
}

/* "Each has its message"; both write. */
static void
hb_55_two_receivers_1(void)
{
    int v;

    expect(weir_send(ch, 1), WEIR_OK);
    expect(weir_send(ch, 2), WEIR_OK);
    step(1);
    await_step(2);
    expect(weir_recv(ch, &v), WEIR_OK);
    plain = 1;
}

static void
hb_55_two_receivers_2(void)
{
    int v;

    await_step(1);
    expect(weir_recv(ch, &v), WEIR_OK);
    plain = 2;
    step(2);
}

/* "It is ready, so no lock is needed." */
static void
hb_57_double_checked_1(void)
{
    weir_mutex_lock(&lock);
    plain = 1;
    ready = 1;
    weir_mutex_unlock(&lock);
    step(1);
}

static void
hb_57_double_checked_2(void)
{
    await_step(1);
    if (ready == 1)
        plain = 2;
}

/* "I have received, so the sender has been here"; it was another's. */
static void
hb_58_other_sender_1(void)
{
    await_step(1);
    plain = 1;
    expect(weir_send(ch, 2), WEIR_OK);
    step(2);
}

static void
hb_58_other_sender_2(void)
{
    int v = 0;

    expect(weir_send(ch, 1), WEIR_OK);
    step(1);
    await_step(2);
    expect(weir_recv(ch, &v), WEIR_OK);
    expect(v, 1);
    plain = 2;
}

#define PROGRAM(name, capacity)                                                \
    {                                                                          \
#name, capacity,                                                       \
        {                                                                      \
            name##_1, name##_2                                                 \
        }                                                                      \
    }

static const struct program {
    const char *name;
    size_t capacity;
    void (*party[2])(void);
} programs[] = {
    PROGRAM(hb_00_control, 1),       PROGRAM(hb_50_buffered_receive, 1),
    PROGRAM(hb_51_refused_send, 1),  PROGRAM(hb_52_length, 1),
    PROGRAM(hb_53_default, 1),       PROGRAM(hb_54_semaphore_of_two, 2),
    PROGRAM(hb_55_two_receivers, 2), PROGRAM(hb_57_double_checked, 1),
    PROGRAM(hb_58_other_sender, 2),
};

enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };

static const struct program *chosen;

static void *
party(void *index)
{
    chosen->party[*(const int *)index]();
    return NULL;
}

static int
run(void)
{
    static const int index[] = { 0, 1 };
    pthread_t threads[2];

    ch = ints_make(chosen->capacity);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, party,
                           (void *)(uintptr_t)&index[i]) != 0)
            return 2;
    for (int i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    ints_free(ch);
    /* What nobody reads the compiler would not write. */
    return plain > 0 ? weir_load_rlx(&wrong) : 2;
}

int
main(int argc, char **argv)
{
    const char *name = argc == 2 ? argv[1] : "";

    for (int i = 0; i < PROGRAMS; i++) {
        if (strcmp(name, "--list") == 0)
            puts(programs[i].name);
        else if (strcmp(name, programs[i].name) == 0)
            chosen = &programs[i];
    }
    if (strcmp(name, "--list") == 0)
        return 0;
    if (chosen == NULL) {
        fprintf(stderr, "usage: hb_races NAME | --list\n");
        return 2;
    }
    return HB_TSAN ? run() : 77;
}
