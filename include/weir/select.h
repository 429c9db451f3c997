/* SPDX-License-Identifier: MIT */
/*
 * weir/select.h - wait for the first of several sends, receives and events.
 *
 * The block form, typed:
 *
 *     weir_select(s) {
 *         weir_on_recv(s, in, &job)    { if (weir_ok(s)) ... }
 *         weir_on_send(s, out, &answer) { ... }
 *         weir_on_deadline(s, weir_deadline(WEIR_MS(5))) { ... }
 *     }
 *
 * Each case's operands are evaluated once, in order, before anything else, as
 * Go does it; then one case is chosen and its block alone runs.  `break` and
 * `continue` inside a block leave the select only.  A NULL channel switches its
 * case off.  Up to 16 cases; weir_selectv takes any number.
 */
#ifndef WEIR_SELECT_H
#define WEIR_SELECT_H

#include <weir/chan.h>
#include <weir/event.h>
#include <weir/typed.h>

enum { WEIR_CASE_EVENT = 2 }; /**< besides WEIR_CASE_RECV, WEIR_CASE_SEND */

/** One case of a select. */
typedef struct weir_case {
    void *on;   /**< a weir_chan, or a weir_event; NULL: never ready */
    void *msg;  /**< to send from (only read), or to receive into */
    int op;     /**< WEIR_CASE_RECV, WEIR_CASE_SEND, or WEIR_CASE_EVENT */
    int status; /**< of the chosen case: WEIR_OK or WEIR_CLOSED */
} weir_case;

enum {
    WEIR_SELECT_ORDERED = 1 /**< of several ready cases the first, not any */
};

WEIR_BEGIN_DECLS

/**
 * Wait until one of several cases can be done, and do it.
 *
 * Params:   cases  n cases; the chosen one's status says WEIR_OK or WEIR_CLOSED
 *                  (a send that was not taken, a receive that was zero-filled)
 *           n      number of cases; 0, or NULL ones only: waits for ever
 *           flags  0 or WEIR_SELECT_ORDERED
 * Returns:  the index of the chosen case; of several that are ready each is
 *           chosen with the same probability.  WEIR_NOMEM: it had to wait and
 *           there was no memory for that (not with 16 cases or fewer, once the
 *           thread has waited before)
 * Blocks:   while no case is ready
 * Progress: as the chosen operation; with waiting, one short lock per channel
 *           and direction
 * Order:    as the chosen operation; the others do nothing
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_selectv(weir_case *cases, size_t n,
                                         unsigned flags);

/**
 * As weir_selectv, but never waits: Go's default.
 *
 * Returns:  also WEIR_AGAIN: at one instant of the call no case was ready
 * Blocks:   never for a case; a ticket that is claimed and not yet stored is
 *           waited for
 */
WEIR_API WEIR_NODISCARD int weir_try_selectv(weir_case *cases, size_t n,
                                             unsigned flags);

/**
 * As weir_selectv, but stops waiting at a limit.
 *
 * Params:   limit  when; one that has passed already makes this a try
 * Returns:  also WEIR_TIMEOUT (the deadline of the limit), or the status that
 *           its context ended with; no case was done
 */
WEIR_API WEIR_NODISCARD int weir_selectv_until(weir_case *cases, size_t n,
                                               unsigned flags,
                                               weir_limit limit);

/* What stands behind the block form; its members are nobody's business. */
#define WEIR_BLOCK_CASES_ 16

/* Clauses that are no case, by number. */
enum { WEIR_BLOCK_DEFAULT_ = -1, WEIR_BLOCK_LIMIT_ = -2 };

typedef struct weir_select_block {
    int result_; /* status of the chosen clause */
    unsigned flags_;
    bool default_; /* there is a weir_on_default ... */
    bool limited_; /* ... a weir_on_deadline */
    weir_limit limit_;
    weir_case cases_[WEIR_BLOCK_CASES_];
} weir_select_block;

/** As weir_select, whose parts these are: a clause too many (aborts). */
WEIR_API void weir_block_overflow_(void) __attribute__((noreturn, cold));
/** As weir_select, which adds the clause of a limit. */
WEIR_API void weir_block_limit_(weir_select_block *s, weir_limit limit);
/** As weir_select, which adds the clause of a default. */
WEIR_API void weir_block_default_(weir_select_block *s);
/** As weir_select, which chooses the clause that runs, of `count` cases and
 * those two. */
WEIR_API int weir_block_run_(weir_select_block *s, int count);

WEIR_END_DECLS

/* The array of cases stays as it is: zeroing it would cost as much as the
 * select. */
static inline weir_select_block *
weir_block_begin_(weir_select_block *s, unsigned flags)
{
    s->flags_ = flags;
    s->default_ = false;
    s->limited_ = false;
    return s;
}

static inline void
weir_block_add_(weir_select_block *s, int number, void *on, void *msg, int op)
{
    if (number == WEIR_BLOCK_CASES_)
        weir_block_overflow_();
    s->cases_[number].on = on;
    s->cases_[number].msg = msg;
    s->cases_[number].op = op;
}

static inline void
weir_block_event_(weir_select_block *s, int number, weir_event *ev)
{
    weir_block_add_(s, number, ev, NULL, WEIR_CASE_EVENT);
}

/* The inner loop runs twice: clauses are added, then the chosen one runs; a
 * `break` in it ends the outer one, too.  Its counters are beside the block, so
 * that they stay in registers: the block's address is known elsewhere. */
#define WEIR_BLOCK_(s, flags)                                                  \
    for (weir_select_block s, *s##_at_ = weir_block_begin_(&s, flags);         \
         s##_at_ != NULL; s##_at_ = NULL)                                      \
        for (int s##_runs_ = 0, s##_clause_ = 0, s##_chosen_ = 0;              \
             s##_runs_ < 2;                                                    \
             s##_chosen_ = s##_runs_++ == 0                                    \
                               ? weir_block_run_(s##_at_, s##_clause_)         \
                               : s##_chosen_,                                  \
                 s##_clause_ = 0)
#define WEIR_CLAUSE_(s, add)                                                   \
    if (s##_runs_ == 1 ? s##_clause_++ == s##_chosen_                          \
                       : ((void)(add), s##_clause_++, false))
#define WEIR_OTHER_CLAUSE_(s, number, add)                                     \
    if (s##_runs_ == 1 ? s##_chosen_ == (number) : ((void)(add), false))

/**
 * As weir_selectv_until, over the cases of the block that follows; see above.
 *
 * Params:   s  a name for the select, used by its cases
 * Blocks:   unless it has weir_on_default; aborts if it had to wait and there
 *           was no memory for that
 */
#define weir_select(s) WEIR_BLOCK_(s, 0)

/** As weir_select, but of several ready cases it takes the first. */
#define weir_select_ordered(s) WEIR_BLOCK_(s, WEIR_SELECT_ORDERED)

/** As weir_select, with a clause that runs when the event is set; weir_ok(s)
 * is true.  ev is a weir_event *; NULL: off. */
#define weir_on_event(s, ev)                                                   \
    WEIR_CLAUSE_(s, weir_block_event_(&(s), s##_clause_, (ev)))

/** As weir_select, with a clause that runs when no case was ready at one
 * instant. */
#define weir_on_default(s)                                                     \
    WEIR_OTHER_CLAUSE_(s, WEIR_BLOCK_DEFAULT_, weir_block_default_(&(s)))

/** As weir_select, with a clause that runs when the limit ends the wait; one in
 * a select. */
#define weir_on_deadline(s, limit)                                             \
    WEIR_OTHER_CLAUSE_(s, WEIR_BLOCK_LIMIT_, weir_block_limit_(&(s), (limit)))

/** As weir_select, within: whether the chosen case was done (a message moved).
 * Else: closed. */
#define weir_ok(s) ((s).result_ == WEIR_OK)

/** As weir_select, within: the status of the chosen clause, WEIR_OK,
 * WEIR_CLOSED, WEIR_TIMEOUT ... */
#define weir_selected(s) ((s).result_)

#ifdef __cplusplus

template <class C>
inline void
weir_block_recv_(weir_select_block *s, int number, C *c,
                 typename weir_rx_of_<C>::type *msg)
{
    weir_block_add_(s, number, WEIR_UNTYPED_(c), msg, WEIR_CASE_RECV);
}

template <class C>
inline void
weir_block_send_(weir_select_block *s, int number, C *c,
                 const typename weir_tx_of_<C>::type *msg)
{
    weir_block_add_(s, number, WEIR_UNTYPED_(c),
                    const_cast<void *>(static_cast<const void *>(msg)),
                    WEIR_CASE_SEND);
}

#define weir_on_recv(s, c, p)                                                  \
    WEIR_CLAUSE_(s, weir_block_recv_(&(s), s##_clause_, c, p))
#define weir_on_send(s, c, p)                                                  \
    WEIR_CLAUSE_(s, weir_block_send_(&(s), s##_clause_, c, p))

#else

/**
 * As weir_select, with a clause that receives from a channel or receiver view.
 *
 * Params:   s  the select
 *           c  channel or view; NULL: off
 *           p  pointer to a variable of the channel's type; zeroed when closed
 */
#define weir_on_recv(s, c, p)                                                  \
    WEIR_CLAUSE_(s, weir_block_add_(&(s), s##_clause_, WEIR_UNTYPED_(c),       \
                                    WEIR_DEST_(c, p), WEIR_CASE_RECV))
/**
 * As weir_select, with a clause that sends to a channel or sender view.
 *
 * Params:   s  the select
 *           c  channel or view; NULL: off
 *           p  pointer to the message, which is copied if the case is chosen
 */
#define weir_on_send(s, c, p)                                                  \
    WEIR_CLAUSE_(s, weir_block_add_(&(s), s##_clause_, WEIR_UNTYPED_(c),       \
                                    (void *)(uintptr_t)WEIR_SRC_(c, p),        \
                                    WEIR_CASE_SEND))

#endif

#endif
