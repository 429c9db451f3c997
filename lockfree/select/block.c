/* SPDX-License-Identifier: MIT */
/* select/block.c - the block form: clauses are added, then one is run. */
#include "select/select.h"

void
weir_block_overflow_(void)
{
    WR_CHECK(false, "select",
             "more than 16 cases; weir_selectv takes any number");
}

void
weir_block_limit_(weir_select_block *s, weir_limit limit)
{
    WR_CHECK(s->limited_ < 0, "select", "two deadlines");
    s->limited_ = s->clause_++;
    s->limit_ = limit;
}

void
weir_block_default_(weir_select_block *s)
{
    WR_CHECK(s->default_ < 0, "select", "two defaults");
    s->default_ = s->clause_++;
}

void
weir_block_run_(weir_select_block *s)
{
    int at;

    if (s->default_ >= 0)
        at = weir_try_selectv(s->cases_, s->count_, s->flags_);
    else
        at = weir_selectv_until(s->cases_, s->count_, s->flags_,
                                s->limited_ < 0 ? WEIR_FOREVER : s->limit_);
    WR_CHECK(at != WEIR_NOMEM, "select", "no memory to wait with");
    s->result_ = at >= 0 ? s->cases_[at].status : at;
    if (at >= 0)
        s->chosen_ = s->clauses_[at];
    else
        s->chosen_ = at == WEIR_AGAIN ? s->default_ : s->limited_;
}
