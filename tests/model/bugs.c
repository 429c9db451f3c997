/* SPDX-License-Identifier: MIT */
/*
 * model/bugs.c - textbook bugs that the checker must report as what they are,
 * each beside its repaired form, which must pass completely.
 *
 * A scenario whose name ends in _ok is the repaired one.
 */
#include "mc.h"

#include "park/sys.h"

/*
 * 1. Lost wake-up: the sleeper looks at the flag, then reads the word that it
 * sleeps on.
 *     sleeper                     waker
 *     flag == 0
 *                                 flag = 1; word++; wake (nobody)
 *     seen = word (already new)
 *     wait(word == seen): for ever
 */
static WEIR_ATOMIC(uint32_t) word;
static WEIR_ATOMIC(int) flag;

static void
lost_sleeper(void)
{
    while (!weir_load_acq(&flag)) {
        uint32_t seen = weir_load_acq(&word);

        wr_sys_futex_wait(&word, seen, WR_NEVER);
    }
}

static void
good_sleeper(void)
{
    for (;;) {
        uint32_t seen = weir_load_acq(&word);

        if (weir_load_acq(&flag))
            return;
        wr_sys_futex_wait(&word, seen, WR_NEVER);
    }
}

static void
waker(void)
{
    weir_store_rel(&flag, 1);
    (void)weir_fetch_add_rel(&word, 1);
    wr_sys_futex_wake(&word, 1);
}

MC_SCENARIO(lost_wake, .threads = { lost_sleeper, waker },
            .expect_bug = MC_DEADLOCK);
MC_SCENARIO(lost_wake_ok, .threads = { good_sleeper, waker });

/*
 * 2. Publication without release: the pointer arrives before what it points
 * to.
 */
struct message {
    int value;
};

static WEIR_ATOMIC(struct message *) inbox;

static void
publish_rlx(void)
{
    struct message *m = wr_sys_alloc(sizeof(*m));

    m->value = 42;
    weir_store_rlx(&inbox, m);
}

static void
publish_rel(void)
{
    struct message *m = wr_sys_alloc(sizeof(*m));

    m->value = 42;
    weir_store_rel(&inbox, m);
}

static void
consume(void)
{
    struct message *m = weir_load_acq(&inbox);

    if (m) {
        mc_assert(m->value == 42);
        wr_sys_free(m);
        inbox = NULL;
    }
}

MC_SCENARIO(publish, .threads = { publish_rlx, consume },
            .expect_bug = MC_RACE);
MC_SCENARIO(publish_ok, .threads = { publish_rel, consume });

/*
 * 3. Dekker's entry with release and acquire only: both stores are still on
 * their way when the other side looks, and both enter.
 */
static WEIR_ATOMIC(int) want0, want1;
static int inside;

#define DEKKER(name, mine, other, FENCE)                                       \
    static void name(void)                                                     \
    {                                                                          \
        weir_store_rel(&mine, 1);                                              \
        FENCE;                                                                 \
        if (!weir_load_acq(&other)) {                                          \
            mc_assert(mc_ghost_add(0, 1) == 1);                                \
            weir_store_rlx(&flag, 1);                                          \
            mc_ghost_add(0, -1);                                               \
        }                                                                      \
        weir_store_rel(&mine, 0);                                              \
    }

DEKKER(dekker_0, want0, want1, (void)0)
DEKKER(dekker_1, want1, want0, (void)0)
DEKKER(dekker_ok_0, want0, want1, weir_fence_sc())
DEKKER(dekker_ok_1, want1, want0, weir_fence_sc())
MC_SCENARIO(dekker, .threads = { dekker_0, dekker_1 }, .expect_bug = MC_ASSERT);
MC_SCENARIO(dekker_ok, .threads = { dekker_ok_0, dekker_ok_1 });

/*
 * 4. A Treiber stack whose pop frees the node: the other pop has read head and
 * now reads node->next of freed memory.
 */
struct node {
    WEIR_ATOMIC(struct node *) next;
};

static WEIR_ATOMIC(struct node *) head;

static void
two_nodes(void)
{
    for (int i = 0; i < 2; i++) {
        struct node *n = wr_sys_alloc(sizeof(*n));

        n->next = head;
        head = n;
    }
}

static void
pop_free(void)
{
    struct node *n = weir_load_acq(&head);

    while (n && !weir_cas_acq(&head, &n, weir_load_rlx(&n->next)))
        ;
    wr_sys_free(n);
}

MC_SCENARIO(treiber, .setup = two_nodes, .threads = { pop_free, pop_free },
            .expect_bug = MC_UAF);

/* ABA: the node comes back while the other pop holds its old next. */
static struct node a, b;
static struct node *got[4];

static struct node *
pop(void)
{
    struct node *n = weir_load_acq(&head);

    while (n && !weir_cas_acqrel(&head, &n, weir_load_rlx(&n->next)))
        ;
    return n;
}

static void
push(struct node *n)
{
    struct node *old = weir_load_rlx(&head);

    do
        weir_store_rlx(&n->next, old);
    while (!weir_cas_acqrel(&head, &old, n));
}

static void
a_then_b(void)
{
    a.next = &b;
    b.next = NULL;
    head = &a;
}

static void
aba_one(void)
{
    got[0] = pop();
}

static void
aba_other(void)
{
    struct node *first = pop();

    got[1] = pop();
    if (first)
        push(first);
}

static void
no_node_twice(void)
{
    got[2] = pop();
    got[3] = pop();
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            mc_assert(!got[i] || got[i] != got[j]);
}

MC_SCENARIO(aba, .setup = a_then_b, .threads = { aba_one, aba_other },
            .check = no_node_twice, .expect_bug = MC_ASSERT);

/*
 * 5. Double-checked initialisation whose first look is relaxed.
 */
static WEIR_ATOMIC(int) ready;
static WEIR_ATOMIC(int) lock;
static int table;

static void
take_lock(void)
{
    int zero = 0;

    while (!weir_cas_acq(&lock, &zero, 1)) {
        zero = 0;
        weir_cpu_relax();
    }
}

#define INIT(name, LOOK)                                                       \
    static void name(void)                                                     \
    {                                                                          \
        if (!LOOK(&ready)) {                                                   \
            take_lock();                                                       \
            if (!weir_load_rlx(&ready)) {                                      \
                table = 7;                                                     \
                weir_store_rel(&ready, 1);                                     \
            }                                                                  \
            weir_store_rel(&lock, 0);                                          \
        }                                                                      \
        mc_assert(table == 7);                                                 \
    }

INIT(init_rlx, weir_load_rlx)
INIT(init_acq, weir_load_acq)
MC_SCENARIO(double_check, .threads = { init_rlx, init_rlx },
            .expect_bug = MC_RACE);
MC_SCENARIO(double_check_ok, .threads = { init_acq, init_acq });

/*
 * 6. A ticket lock unlocked with a relaxed store: the next owner does not see
 * what the last one wrote.
 */
static WEIR_ATOMIC(unsigned) ticket, serving;

#define TICKET(name, UNLOCK)                                                   \
    static void name(void)                                                     \
    {                                                                          \
        unsigned mine = weir_fetch_add_rlx(&ticket, 1);                        \
                                                                               \
        while (weir_load_acq(&serving) != mine)                                \
            weir_cpu_relax();                                                  \
        inside++;                                                              \
        UNLOCK(&serving, mine + 1);                                            \
    }

static void
inside_is_2(void)
{
    mc_assert(inside == 2);
}

TICKET(ticket_rlx, weir_store_rlx)
TICKET(ticket_rel, weir_store_rel)
MC_SCENARIO(ticket_lock, .threads = { ticket_rlx, ticket_rlx },
            .check = inside_is_2, .expect_bug = MC_RACE);
MC_SCENARIO(ticket_lock_ok, .threads = { ticket_rel, ticket_rel },
            .check = inside_is_2);

/*
 * 7. A ring of one producer and one consumer: the slot is handed back with a
 * relaxed store, so the producer overwrites what is still being read.
 */
static WEIR_ATOMIC(unsigned) ring_head, ring_tail;
static int slot[1];

#define RING_POP(name, STORE)                                                  \
    static void name(void)                                                     \
    {                                                                          \
        for (unsigned i = 0; i < 2; i++) {                                     \
            while (weir_load_acq(&ring_tail) == i)                             \
                weir_cpu_relax();                                              \
            mc_assert(slot[0] == (int)i + 1);                                  \
            STORE(&ring_head, i + 1);                                          \
        }                                                                      \
    }

static void
ring_push(void)
{
    for (unsigned i = 0; i < 2; i++) {
        while (i - weir_load_acq(&ring_head) == 1)
            weir_cpu_relax();
        slot[0] = (int)i + 1;
        weir_store_rel(&ring_tail, i + 1);
    }
}

RING_POP(ring_pop_rlx, weir_store_rlx)
RING_POP(ring_pop_rel, weir_store_rel)
MC_SCENARIO(ring_index, .threads = { ring_push, ring_pop_rlx },
            .expect_bug = MC_RACE);
MC_SCENARIO(ring_index_ok, .threads = { ring_push, ring_pop_rel });

/*
 * 8. A futex wait whose return is taken for the event: it may return for no
 * reason, or because a signal came.
 */
static void
trusting_sleeper(void)
{
    if (!weir_load_acq(&word))
        wr_sys_futex_wait(&word, 0, WR_NEVER);
    mc_assert(weir_load_acq(&word) == 1);
}

static void
word_to_1(void)
{
    weir_store_rel(&word, 1);
    wr_sys_futex_wake(&word, 1);
}

/* After a real wake the load might miss the store, too: stale reads are off, so
 * that only the spurious return is left. */
MC_SCENARIO(spurious, .threads = { trusting_sleeper, word_to_1 }, .stale = -1,
            .expect_bug = MC_ASSERT);

/*
 * 9. Wake-one where all must wake.
 */
static void
word_to_1_all(void)
{
    weir_store_rel(&word, 1);
    wr_sys_futex_wake(&word, INT32_MAX);
}

static void
wait_for_1(void)
{
    while (!weir_load_acq(&word))
        wr_sys_futex_wait(&word, 0, WR_NEVER);
}

MC_SCENARIO(wake_all, .threads = { wait_for_1, wait_for_1, word_to_1 },
            .expect_bug = MC_DEADLOCK);
MC_SCENARIO(wake_all_ok, .threads = { wait_for_1, wait_for_1, word_to_1_all });

/* 10. The small ones, each by its own name. */
static void
forget(void)
{
    (void)wr_sys_alloc(8);
}

static void
free_twice(void)
{
    struct message *m = wr_sys_alloc(sizeof(*m));

    wr_sys_free(m);
    wr_sys_free(m);
}

static void
spin_for_ever(void)
{
    while (!weir_load_acq(&flag))
        weir_cpu_relax();
}

static void
touch_null(void)
{
    weir_load_acq(&inbox)->value = 1;
}

MC_SCENARIO(leak, .threads = { forget }, .expect_bug = MC_LEAK);
MC_SCENARIO(double_free, .threads = { free_twice }, .expect_bug = MC_FREE);
MC_SCENARIO(livelock, .threads = { spin_for_ever, spin_for_ever },
            .expect_bug = MC_LIVELOCK);
MC_SCENARIO(crash, .threads = { touch_null }, .expect_bug = MC_CRASH);

/* A hand-over through the receiver's stack: the buffer is a shared cell. */
static WEIR_ATOMIC(int *) buffer;

#define GIVE(name, STORE)                                                      \
    static void name(void)                                                     \
    {                                                                          \
        int *to;                                                               \
                                                                               \
        while (!(to = weir_load_acq(&buffer)))                                 \
            weir_cpu_relax();                                                  \
        *to = 5;                                                               \
        STORE(&word, 1);                                                       \
    }

static void
receive(void)
{
    int value = 0;

    weir_store_rel(&buffer, &value);
    while (!weir_load_acq(&word))
        wr_sys_futex_wait(&word, 0, wr_sys_now_ns() + WEIR_S(1));
    mc_assert(value == 5);
}

GIVE(give_rlx, weir_store_rlx)
GIVE(give_rel, weir_store_rel)
MC_SCENARIO(hand_over, .threads = { receive, give_rlx }, .expect_bug = MC_RACE);
MC_SCENARIO(hand_over_ok, .threads = { receive, give_rel });

/* A thread that stops while it holds a lock keeps the others from ending, by
 * spinning or asleep; one that stops between the load and the swap of a
 * lock-free counter does not. */
static WEIR_ATOMIC(uint32_t) held;

static void
spin_and_count(void)
{
    uint32_t free = 0;

    while (!weir_cas_acq(&held, &free, 1)) {
        free = 0;
        weir_cpu_relax();
    }
    weir_store_rel(&held, 0);
}

static void
sleep_and_count(void)
{
    uint32_t free = 0;

    while (!weir_cas_acq(&held, &free, 1)) {
        wr_sys_futex_wait(&held, free, WR_NEVER);
        free = 0;
    }
    weir_store_rel(&held, 0);
    wr_sys_futex_wake(&held, 1);
}

static void
count_by_cas(void)
{
    uint32_t seen = weir_load_rlx(&word);

    while (!weir_cas_rlx(&word, &seen, seen + 1))
        ;
    mc_ghost_add(0, 1);
}

/* Each count that was told is there; the frozen one's may be, too. */
static void
counts_are_there(void)
{
    mc_assert(word >= (uint32_t)mc_ghost(0) && mc_ghost(0) >= 2);
}

MC_SCENARIO(frozen_spinner, .threads = { spin_and_count, spin_and_count },
            .freezes = 1, .expect_bug = MC_LIVELOCK);
MC_SCENARIO(frozen_sleeper, .threads = { sleep_and_count, sleep_and_count },
            .freezes = 1, .expect_bug = MC_DEADLOCK);
MC_SCENARIO(frozen_ok, .threads = { count_by_cas, count_by_cas, count_by_cas },
            .check = counts_are_there, .freezes = 1, .bound = 4);
MC_SCENARIO(frozen_never_ok,
            .threads = { spin_and_count, spin_and_count, count_by_cas });
