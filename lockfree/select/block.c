/* SPDX-License-Identifier: MIT */
/* select/block.c - the block form: clauses are added, then one is run. */
#include "select/now.h"

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

/* The index of the case that was done, or why none was. */
static int
choose(weir_select_block *s, size_t n)
{
    int at;

    if (s->default_)
        return weir_try_selectv(s->cases_, n, s->flags_);
    at = select_now(s->cases_, n, s->flags_);
    if (wr_likely(at >= 0))
        return at;
    return weir_selectv_until(s->cases_, n, s->flags_,
                              s->limited_ ? s->limit_ : WEIR_FOREVER);
}

int
weir_block_run_(weir_select_block *s, int count)
{
    const int at = choose(s, (size_t)count);

    WR_CHECK(at != WEIR_NOMEM, "select", "no memory to wait with");
    s->result_ = at >= 0 ? s->cases_[at].status : at;
    if (at >= 0)
        return at;
    return at == WEIR_AGAIN ? WEIR_BLOCK_DEFAULT_ : WEIR_BLOCK_LIMIT_;
}
