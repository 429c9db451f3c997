/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_memory_test.c - what selects leave behind: CH-36, SE-14.
 *
 * Linked with --wrap=malloc, --wrap=free and --wrap=mmap: the library's calls
 * are counted here.
 */
#include "cases.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    WEIR_ATOMIC(int64_t) live;  /* blocks */
    WEIR_ATOMIC(int64_t) taken; /* blocks and mappings */
} memory;

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void __real_free(void *block);
void __wrap_free(void *block);
void *__wrap_mmap(void *at, size_t bytes, int prot, int flags, int fd,
                  off_t offset);
void *__wrap_mmap64(void *at, size_t bytes, int prot, int flags, int fd,
                    off_t offset);

void *
__wrap_malloc(size_t bytes)
{
    (void)weir_fetch_add_rlx(&memory.live, 1);
    (void)weir_fetch_add_rlx(&memory.taken, 1);
    return __real_malloc(bytes);
}

void
__wrap_free(void *block)
{
    if (block != NULL)
        (void)weir_fetch_sub_rlx(&memory.live, 1);
    __real_free(block);
}

void *
__wrap_mmap(void *at, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    (void)weir_fetch_add_rlx(&memory.taken, 1);
    return (void *)syscall(SYS_mmap, at, bytes, prot, flags, fd, offset);
}

void *
__wrap_mmap64(void *at, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    return __wrap_mmap(at, bytes, prot, flags, fd, offset);
}

/* --- CH-36: Go's select2 -------------------------------------------------- */

struct busy {
    weir_chan *ch;
    weir_chan *quiet; /* never ready: 10^5 enrolments */
    uint64_t rounds;
};

static void
busy_member(void *arg, unsigned index)
{
    const struct busy *b = arg;
    int64_t msg = 1;

    for (uint64_t i = 0; i < b->rounds; i++) {
        weir_case cases[2];

        cases[0] = recv_from(b->quiet, &msg);
        cases[1] = index == 0 ? send_to(b->ch, &msg) : recv_from(b->ch, &msg);
        EXPECT_EQ(weir_selectv(cases, 2, 0), 1);
    }
}

TEST(ch_36_selects_beside_a_quiet_channel_take_no_memory)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        struct busy b = { weir_chan_make(sizeof(int64_t), capacity),
                          weir_chan_make(sizeof(int64_t), 0), 100 };
        int64_t before;

        test_threads(2, busy_member, &b); /* the waiters are made here */
        before = weir_load_rlx(&memory.taken);
        b.rounds = test_rounds(25000);
        test_threads(2, busy_member, &b);
        EXPECT_EQ(weir_load_rlx(&memory.taken), before);
        weir_chan_free(b.ch);
        weir_chan_free(b.quiet); /* nobody is left in its lists */
    }
}

TEST(ch_36_selects_that_time_out_take_no_memory)
{
    weir_chan *quiet = weir_chan_make(sizeof(int64_t), 0);
    weir_chan *full = chan_holding(1, 1);
    int64_t msg = 1;
    weir_case cases[] = { recv_from(quiet, &msg), send_to(full, &msg) };
    int64_t before = 0;

    for (uint64_t i = 0; i <= test_rounds(1000); i++) {
        EXPECT_STATUS(weir_selectv_until(cases, 2, 0, weir_deadline(20000)),
                      WEIR_TIMEOUT);
        if (i == 0)
            before = weir_load_rlx(&memory.taken);
    }
    EXPECT_EQ(weir_load_rlx(&memory.taken), before);
    weir_chan_free(quiet);
    weir_chan_free(full);
}

/* --- SE-14: long lists ---------------------------------------------------- */

enum { CASES_MAX = 65536 };

struct many {
    weir_chan *chans[CASES_MAX];
    weir_case cases[CASES_MAX];
    size_t n;
    int at;
};

static void
wait_for_many(void *arg)
{
    struct many *m = arg;

    m->at = weir_selectv(m->cases, m->n, 0);
}

/* One of n cases is ready: at once, then for a select that sleeps. */
static void
one_of_many(struct many *m, size_t ready)
{
    weir_chan *ch = m->chans[ready];
    const int64_t live = weir_load_rlx(&memory.live);
    struct test_thread thread;
    int64_t msg = 6;

    EXPECT_STATUS(weir_try_selectv(m->cases, m->n, 0), WEIR_AGAIN);
    EXPECT_STATUS(weir_selectv_until(m->cases, m->n, 0, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_EQ(weir_selectv(m->cases, m->n, 0), ready);
    test_thread_start(&thread, wait_for_many, m);
    test_thread_await_asleep(&thread);
    EXPECT_OK(weir_chan_send(ch, &msg));
    test_thread_join(&thread);
    EXPECT_EQ(m->at, ready);
    EXPECT_EQ(weir_load_rlx(&memory.live), live);
}

TEST(se_14_sixty_five_thousand_cases_and_the_caller_s_index)
{
    static const size_t sizes[] = { 17, 100, 1000, CASES_MAX };
    static struct many m;
    int64_t msg = 0;

    for (size_t i = 0; i < CASES_MAX; i++) {
        m.chans[i] = weir_chan_make(sizeof(int64_t), 1 + i % 2);
        m.cases[i] = recv_from(m.chans[i], &msg);
    }
    for (int i = 0; i < 4; i++) {
        m.n = sizes[i];
        one_of_many(&m, 0);
        one_of_many(&m, m.n / 2);
        one_of_many(&m, m.n - 1);
    }
    for (int i = 0; i < CASES_MAX; i++)
        weir_chan_free(m.chans[i]);
}
