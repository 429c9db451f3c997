/* SPDX-License-Identifier: MIT */
/* select/block.c - the block form: clauses are added, then one is run. */
#include "select/select.h"

void
weir_block_overflow_(void)
{
    wr_panic("select", "more than 16 cases; weir_selectv takes any number");
}

void
weir_block_limit_(weir_select_block *s, weir_limit limit)
{
    WR_CHECK(!s->limited_, "select", "two deadlines");
    s->limited_ = true;
    s->limit_ = limit;
}

void
weir_block_default_(weir_select_block *s)
{
    WR_CHECK(!s->default_, "select", "two defaults");
    s->default_ = true;
}

int
weir_block_run_(weir_select_block *s, int count)
{
    const size_t n = (size_t)count;
    int at;

    if (s->default_)
        at = weir_try_selectv(s->cases_, n, s->flags_);
    else
        at = weir_selectv_until(s->cases_, n, s->flags_,
                                s->limited_ ? s->limit_ : WEIR_FOREVER);
    WR_CHECK(at != WEIR_NOMEM, "select", "no memory to wait with");
    s->result_ = at >= 0 ? s->cases_[at].status : at;
    if (at >= 0)
        return at;
    return at == WEIR_AGAIN ? WEIR_BLOCK_DEFAULT_ : WEIR_BLOCK_LIMIT_;
}
