/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_pair_test.c - selects that meet calls and each other: SE-09,
 * SE-11, SE-12, SE-13.
 */
#include "cases.h"

/* --- SE-09: both directions of one channel -------------------------------- */

/* Abort, as is due, when a select of both directions sleeps. */
static void
sleeps_on_both(void)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), 0);
    struct chooser c;

    chooser_init(&c, 1);
    chooser_recv(&c, ch);
    chooser_send(&c, ch);
    chooser_park(&c);
    if (weir_load_acq(&c.returned) == 0)
        abort();
}

TEST(se_09_rendezvous_never_meets_itself)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), 0);
    int64_t in = -1;
    const int64_t out = 1;
    weir_case cases[] = { send_to(ch, &out), recv_from(ch, &in),
                          send_to(ch, &out), recv_from(ch, &in) };

    EXPECT_STATUS(weir_try_selectv(cases, 4, 0), WEIR_AGAIN);
    EXPECT_STATUS(weir_selectv_until(cases, 4, 0, weir_deadline(WEIR_US(50))),
                  WEIR_TIMEOUT);
    EXPECT_EQ(in, -1);
    EXPECT_ABORT(sleeps_on_both(), "");
    weir_chan_free(ch);
}

/* A buffer may do either, and what it cannot do it does not choose. */
TEST(se_09_buffer_serves_both_directions_of_one_select)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), 2);
    int64_t in = -1;
    const int64_t out = 1;
    weir_case cases[] = { send_to(ch, &out), recv_from(ch, &in) };
    int chosen[2] = { 0, 0 };

    for (int i = 0; i < 1000; i++) {
        const size_t len = weir_chan_len(ch);
        const int at = weir_selectv(cases, 2, 0);

        ASSERT_TRUE(at == 0 || at == 1);
        chosen[at]++;
        EXPECT_EQ(weir_chan_len(ch), at == 0 ? len + 1 : len - 1);
    }
    EXPECT_GT(chosen[0], 0);
    EXPECT_GT(chosen[1], 0);
    weir_chan_free(ch);
}

/* Parties that would send or receive pair up, each with another. */
struct dance {
    weir_chan *ch;
    unsigned selects; /* parties beyond send */
    uint64_t rounds;
    WEIR_ATOMIC(uint64_t) sent;
    WEIR_ATOMIC(uint64_t) received;
    WEIR_ATOMIC(uint64_t) sum; /* of what was sent, less what was received */
};

static void
dance_send_or_receive(struct dance *d, int64_t self)
{
    int64_t in = -1;
    weir_case cases[] = { recv_from(d->ch, &in), send_to(d->ch, &self) };

    if (weir_selectv(cases, 2, 0) == 1) {
        EXPECT_EQ(in, -1);
        (void)weir_fetch_add_rlx(&d->sent, 1u);
        (void)weir_fetch_add_rlx(&d->sum, (uint64_t)self);
    } else {
        EXPECT_NE(in, self);
        (void)weir_fetch_add_rlx(&d->received, 1u);
        (void)weir_fetch_sub_rlx(&d->sum, (uint64_t)in);
    }
}

static void
dance_member(void *arg, unsigned index)
{
    struct dance *d = arg;
    const int64_t self = (int64_t)index + 1;

    if (index < d->selects) {
        dance_send_or_receive(d, self);
        return;
    }
    EXPECT_OK(weir_chan_send(d->ch, &self));
    (void)weir_fetch_add_rlx(&d->sent, 1u);
    (void)weir_fetch_add_rlx(&d->sum, (uint64_t)self);
}

static void
dance(unsigned selects, unsigned sends)
{
    for (uint64_t i = test_rounds(20); i > 0; i--) {
        struct dance d = { .ch = weir_chan_make(sizeof(int64_t), 0),
                           .selects = selects };

        test_threads(selects + sends, dance_member, &d);
        EXPECT_EQ(weir_load_rlx(&d.sent), (selects + sends) / 2);
        EXPECT_EQ(weir_load_rlx(&d.received), (selects + sends) / 2);
        EXPECT_EQ(weir_load_rlx(&d.sum), 0);
        weir_chan_free(d.ch);
    }
}

TEST(se_09_forty_four_parties_pair_up_completely)
{
    dance(44, 0);
}

TEST(se_09_fifty_five_parties_and_one_more_send_leave_nobody)
{
    dance(55, 1);
}

/* --- SE-11: two wakers, one parked select --------------------------------- */

enum { LANES = 4 };

/* One party selects over the lanes, one plain party stands at each. */
struct lanes {
    weir_chan *lane[LANES];
    weir_chan *quiet;
    bool one_sends; /* the selecting party; else it receives */
    uint64_t count;
    WEIR_ATOMIC(uint8_t) *seen; /* how often, by value */
};

static void
lanes_note(struct lanes *l, int64_t value)
{
    ASSERT_TRUE(value >= 0 && (uint64_t)value < l->count);
    (void)weir_fetch_add_rlx(&l->seen[value], (uint8_t)1);
}

static void
lanes_select(struct lanes *l)
{
    for (uint64_t i = 0; i < l->count; i++) {
        int64_t msg = (int64_t)i;
        weir_case cases[LANES];
        int at;

        for (int c = 0; c < LANES; c++)
            cases[c] = l->one_sends ? send_to(l->lane[c], &msg)
                                    : recv_from(l->lane[c], &msg);
        at = weir_selectv(cases, LANES, 0);
        ASSERT_TRUE(at >= 0 && at < LANES);
        EXPECT_OK(cases[at].status);
        if (!l->one_sends)
            lanes_note(l, msg);
    }
    for (int c = 0; c < LANES && l->one_sends; c++)
        EXPECT_OK(weir_chan_close(l->lane[c]));
}

/* Lane c carries c, c + LANES, ...; every other party selects, too. */
static void
lanes_stand(struct lanes *l, unsigned c)
{
    int64_t msg = c;

    for (;;) {
        weir_case cases[2] = { recv_from(l->quiet, &msg) };
        int at = 1;
        int status;

        if (!l->one_sends && (uint64_t)msg >= l->count)
            return;
        cases[1] = l->one_sends ? recv_from(l->lane[c], &msg)
                                : send_to(l->lane[c], &msg);
        if (c % 2) {
            at = weir_selectv(cases, 2, 0);
            status = cases[1].status;
        } else {
            status = l->one_sends ? weir_chan_recv(l->lane[c], &msg)
                                  : weir_chan_send(l->lane[c], &msg);
        }
        ASSERT_EQ(at, 1);
        if (status != WEIR_OK)
            return;
        if (l->one_sends)
            lanes_note(l, msg);
        else
            msg += LANES;
    }
}

static void
lanes_member(void *arg, unsigned index)
{
    if (index < LANES)
        lanes_stand(arg, index);
    else
        lanes_select(arg);
}

static void
lanes_run(size_t capacity, bool one_sends, uint64_t count)
{
    struct lanes l = { .one_sends = one_sends, .count = test_rounds(count) };

    l.quiet = weir_chan_make(sizeof(int64_t), 0);
    for (int c = 0; c < LANES; c++)
        l.lane[c] = weir_chan_make(sizeof(int64_t), capacity);
    l.seen = calloc(l.count, sizeof(*l.seen));
    test_threads(LANES + 1, lanes_member, &l);
    for (uint64_t i = 0; i < l.count; i++)
        EXPECT_EQ(weir_load_rlx(&l.seen[i]), 1);
    for (int c = 0; c < LANES; c++)
        weir_chan_free(l.lane[c]);
    weir_chan_free(l.quiet);
    free((void *)l.seen);
}

TEST(se_11_select_is_served_once_by_many_receivers)
{
    lanes_run(0, true, 40000);
    lanes_run(1, true, 20000);
}

TEST(se_11_select_is_served_once_by_many_senders)
{
    lanes_run(0, false, 20000);
    lanes_run(1, false, 20000);
}

/* --- SE-12: every form with every other, first come first served ---------- */

enum form { PLAIN, WITH_NIL, WITH_QUIET, FORMS };

/* c makes one call of this form on ch: alone, or beside a case that is never
 * ready.  Which case is due. */
static int
chooser_form(struct chooser *c, enum form form, weir_chan *ch, weir_chan *quiet,
             bool sends)
{
    if (form == WITH_QUIET)
        chooser_recv(c, quiet);
    if (sends)
        chooser_send(c, ch);
    else
        chooser_recv(c, ch);
    if (form == WITH_NIL)
        chooser_recv(c, NULL);
    return form == WITH_QUIET;
}

/* The one parks, the other comes. */
static void
meet(enum form sender, enum form receiver, bool sender_parks, size_t capacity)
{
    const bool fill = sender_parks && capacity > 0;
    weir_chan *ch = chan_holding(capacity, fill ? (int64_t)capacity : 0);
    weir_chan *quiet = weir_chan_make(sizeof(int64_t), 0);
    struct chooser s;
    struct chooser r;
    int s_due;
    int r_due;
    int64_t msg;

    chooser_init(&s, (int64_t)capacity + 1);
    chooser_init(&r, 0);
    s_due = chooser_form(&s, sender, ch, quiet, true);
    r_due = chooser_form(&r, receiver, ch, quiet, false);
    chooser_park(sender_parks ? &s : &r);
    chooser_run(sender_parks ? &r : &s);
    test_thread_join(sender_parks ? &s.thread : &r.thread);
    EXPECT_EQ(s.at, s_due);
    EXPECT_EQ(r.at, r_due);
    EXPECT_OK(s.cases[s_due].status);
    EXPECT_OK(r.cases[r_due].status);
    EXPECT_EQ(r.in, fill ? 1 : (int64_t)capacity + 1);
    for (int64_t due = 2; fill && due <= (int64_t)capacity + 1; due++) {
        EXPECT_OK(weir_chan_try_recv(ch, &msg));
        EXPECT_EQ(msg, due);
    }
    EXPECT_EQ(weir_chan_len(ch), 0);
    weir_chan_free(ch);
    weir_chan_free(quiet);
}

TEST(se_12_every_form_of_send_meets_every_form_of_receive)
{
    for (size_t capacity = 0; capacity <= 2; capacity++)
        for (int s = 0; s < FORMS; s++)
            for (int r = 0; r < FORMS; r++) {
                meet((enum form)s, (enum form)r, true, capacity);
                meet((enum form)s, (enum form)r, false, capacity);
            }
}

/* Plain calls and selects in one queue, each in the place where it came. */
static void
queue_up(size_t capacity, bool senders)
{
    enum { PARTIES = 9 };
    const int64_t held = senders ? (int64_t)capacity : 0;
    weir_chan *ch = chan_holding(capacity, held);
    weir_chan *quiet = weir_chan_make(sizeof(int64_t), 0);
    struct chooser parties[PARTIES];
    int64_t msg;

    for (int i = 0; i < PARTIES; i++) {
        chooser_init(&parties[i], held + 1 + i);
        (void)chooser_form(&parties[i], (enum form)(i % FORMS), ch, quiet,
                           senders);
        chooser_park(&parties[i]);
    }
    for (int64_t due = 1; due <= held + PARTIES; due++) {
        msg = due;
        if (!senders) {
            EXPECT_OK(weir_chan_send(ch, &msg));
            continue;
        }
        EXPECT_OK(weir_chan_recv(ch, &msg));
        EXPECT_EQ(msg, due);
    }
    for (int i = 0; i < PARTIES; i++) {
        chooser_ends(&parties[i], i % FORMS == WITH_QUIET, WEIR_OK);
        if (!senders)
            EXPECT_EQ(parties[i].in, i + 1);
    }
    weir_chan_free(ch);
    weir_chan_free(quiet);
}

TEST(se_12_selects_and_plain_calls_are_served_in_the_order_they_came)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        queue_up(capacity, false);
        queue_up(capacity, true);
    }
}

/* --- SE-13: opposite orders ----------------------------------------------- */

enum { ROADS = 6 };

struct roads {
    weir_chan *road[ROADS];
    uint64_t rounds;
    bool twice; /* each road is in each list twice */
};

/* Even parties send on even roads and receive on odd ones, in ascending order;
 * odd parties do the opposite, in descending order. */
static void
roads_member(void *arg, unsigned index)
{
    const struct roads *r = arg;
    const size_t n = r->twice ? 2 * ROADS : ROADS;
    const int64_t out = index;
    int64_t in;

    for (uint64_t i = 0; i < r->rounds; i++) {
        weir_case cases[2 * ROADS];

        for (size_t c = 0; c < n; c++) {
            const size_t at = index % 2 ? n - 1 - c : c;
            weir_chan *ch = r->road[at % ROADS];

            cases[c] =
                at % 2 == index % 2 ? send_to(ch, &out) : recv_from(ch, &in);
        }
        EXPECT_GE(weir_selectv(cases, n, 0), 0);
    }
}

static void
roads_run(unsigned parties, bool twice)
{
    struct roads r = { .rounds = test_rounds(2000), .twice = twice };

    for (int i = 0; i < ROADS; i++)
        r.road[i] = weir_chan_make(sizeof(int64_t), 0);
    test_threads(parties, roads_member, &r);
    for (int i = 0; i < ROADS; i++)
        weir_chan_free(r.road[i]);
}

/* A deadlock, or selects that disturb each other for ever, would not end. */
TEST(se_13_selects_in_opposite_orders_go_on)
{
    roads_run(2, false);
    roads_run(2, true);
    roads_run(6, false);
    roads_run(6, true);
}
