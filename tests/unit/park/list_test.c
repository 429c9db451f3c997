/* SPDX-License-Identifier: MIT */
/* park/list_test.c - the intrusive list against a naive model. */
#include "test.h"

#include <string.h>

#include "park/list.h"

enum { LINKS = 12 };

struct model {
    struct wr_list list;
    struct wr_link links[LINKS];
    int order[LINKS]; /* what should be in the list, first to last */
    int count;
};

static int
index_in(const struct model *m, int link)
{
    for (int i = 0; i < m->count; i++)
        if (m->order[i] == link)
            return i;
    return -1;
}

static void
expect_same(const struct model *m)
{
    const struct wr_link *link = m->list.head;

    EXPECT_EQ(wr_list_is_empty(&m->list), m->count == 0);
    for (int i = 0; i < m->count; i++) {
        ASSERT_TRUE(link == &m->links[m->order[i]]);
        if (i + 1 == m->count) {
            EXPECT_PTR_EQ(link->next, link);
            EXPECT_PTR_EQ(m->list.tail, link);
        }
        link = link->next;
    }
    for (int i = 0; i < LINKS; i++)
        EXPECT_EQ(wr_link_is_linked(&m->links[i]), index_in(m, i) >= 0);
}

static void
model_append(struct model *m, int link)
{
    wr_list_append(&m->list, &m->links[link]);
    m->order[m->count++] = link;
}

static void
model_unlink(struct model *m, int link)
{
    const int at = index_in(m, link);

    wr_list_unlink(&m->list, &m->links[link]);
    m->count--;
    for (int i = at; i < m->count; i++)
        m->order[i] = m->order[i + 1];
}

TEST(zeroed_list_is_empty)
{
    struct model m = { 0 };

    expect_same(&m);
}

TEST(first_middle_and_last_can_be_unlinked)
{
    struct model m = { 0 };

    for (int i = 0; i < 5; i++)
        model_append(&m, i);
    expect_same(&m);
    model_unlink(&m, 2);
    expect_same(&m);
    model_unlink(&m, 0);
    expect_same(&m);
    model_unlink(&m, 4);
    expect_same(&m);
    model_unlink(&m, 1);
    model_unlink(&m, 3);
    expect_same(&m);
}

TEST(random_steps_agree_with_the_model)
{
    struct model m = { 0 };
    uint64_t state = test_seed();

    for (uint64_t i = test_rounds(20000); i > 0; i--) {
        const int link = (int)(test_rand(&state) % LINKS);

        if (index_in(&m, link) >= 0)
            model_unlink(&m, link);
        else
            model_append(&m, link);
        expect_same(&m);
    }
}
