/* SPDX-License-Identifier: MIT */
/*
 * weir/seqlock.h - a value that is read far more often than it is written, by
 * readers that write nothing.
 *
 * Header only; no library is needed.  A reader copies the value and looks
 * whether a writer came in between; if so it copies again.
 *
 * State     sequence: even: nobody writes; odd: a writer is inside.  Up by two
 *           for each value
 * Invariant a copy between two looks that saw the same even number is one value
 *
 * Race: a copy against a write
 *
 *     reader                                  writer
 *     ------                                  ------
 *     s = sequence, even                      sequence = s + 1
 *     words      <-- seqlock.word -->         words
 *     sequence == s ?                         sequence = s + 2
 *
 *   Whoever reads a word of the new value sees s + 1 or more afterwards: each
 *   word is stored after s + 1 (REL) and read before the second look (ACQ).
 *   Ordered words, not fences: ThreadSanitizer does not understand fences.
 *
 * Progress  a reader is kept from going on by writers that keep coming, or by
 *           one that stops inside; try_read never is.  Writers exclude each
 *           other by the sequence word, spinning
 * Limits    nothing to follow in it: a pointer read may be gone by then
 * Source    H.-J. Boehm, "Can Seqlocks Get Along With Programming Language
 *           Memory Models?" (2012)
 */
#ifndef WEIR_SEQLOCK_H
#define WEIR_SEQLOCK_H

#include <weir/mpmc.h>

#include <string.h>

#define WEIR_SEQLOCK_WORDS_(T) ((sizeof(T) + 7) / 8)

/* The even number under which a copy begins; odd: a writer is inside. */
static inline uint64_t
weir_seqlock_begin(WEIR_ATOMIC(uint64_t) *sequence)
{
    /* order(seqlock.value) ACQ: the words of this number, see
     * weir_seqlock_end_write(). */
    return weir_load_acq(sequence);
}

static inline void
weir_seqlock_load(WEIR_ATOMIC(uint64_t) *words, uint64_t *copy, size_t n)
{
    for (size_t i = 0; i < n; i++)
        /* order(seqlock.word) ACQ: a new word comes with a new number, see
         * weir_seqlock_store(). */
        copy[i] = weir_load_acq(&words[i]);
}

static inline bool
weir_seqlock_unchanged(WEIR_ATOMIC(uint64_t) *sequence, uint64_t before)
{
    /* Relaxed: weir_seqlock_load() has ordered it behind each word. */
    return weir_load_rlx(sequence) == before;
}

/* Keep other writers out; the odd number. */
static inline uint64_t
weir_seqlock_begin_write(WEIR_ATOMIC(uint64_t) *sequence)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;
    uint64_t s = weir_load_rlx(sequence);

    for (;;) {
        /* order(seqlock.value) ACQ: after the writer before, see
         * weir_seqlock_end_write(). */
        if ((s & 1) == 0 && weir_cas_acq(sequence, &s, s + 1))
            return s + 1;
        weir_backoff_pause(&backoff);
        s = weir_load_rlx(sequence);
    }
}

static inline void
weir_seqlock_store(WEIR_ATOMIC(uint64_t) *words, const uint64_t *copy, size_t n)
{
    for (size_t i = 0; i < n; i++)
        /* order(seqlock.word) REL: the odd number is there before any new
         * word, for weir_seqlock_load(). */
        weir_store_rel(&words[i], copy[i]);
}

static inline void
weir_seqlock_end_write(WEIR_ATOMIC(uint64_t) *sequence, uint64_t odd)
{
    /* order(seqlock.value) REL: all words, for weir_seqlock_begin() and
     * weir_seqlock_begin_write(). */
    weir_store_rel(sequence, odd + 1);
}

/**
 * Declare the type `name` that holds one value of type T, and its functions:
 *
 *     void name_init(name *q, T v);
 *     bool name_try_read(name *q, T *v);
 *     void name_read(name *q, T *v);
 *     void name_write(name *q, T v);
 *
 * Params:   q  the cell; v  the value, copied.  Writers share no line with a
 *           reader if the cell is put on lines of its own
 * Returns:  try_read: false: a writer was inside; *v is as it was
 * Blocks:   try_read: never; read: while writers come; write: while another
 *           writer is inside
 * Progress: try_read wait-free; the others not lock-free when a writer stops
 * Order:    what was done before a write happens before the return of a read
 *           that gets its value [seqlock.value]
 * Callable: any thread; not write from a signal handler that may interrupt a
 *           write, nor read from one
 */
#define WEIR_SEQLOCK(name, T)                                                  \
    WEIR_ASSERT_COPYABLE(T);                                                   \
    typedef struct name {                                                      \
        WEIR_ATOMIC(uint64_t) sequence;                                        \
        WEIR_ATOMIC(uint64_t) words[WEIR_SEQLOCK_WORDS_(T)];                   \
    } name;                                                                    \
                                                                               \
    __attribute__((unused)) static inline void name##_write(name *q, T v)      \
    {                                                                          \
        uint64_t copy[WEIR_SEQLOCK_WORDS_(T)] = { 0 };                         \
        uint64_t odd;                                                          \
                                                                               \
        memcpy(copy, &v, sizeof(T));                                           \
        odd = weir_seqlock_begin_write(&q->sequence);                          \
        weir_seqlock_store(q->words, copy, WEIR_SEQLOCK_WORDS_(T));            \
        weir_seqlock_end_write(&q->sequence, odd);                             \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_read(name *q, T *v)  \
    {                                                                          \
        uint64_t copy[WEIR_SEQLOCK_WORDS_(T)];                                 \
        const uint64_t before = weir_seqlock_begin(&q->sequence);              \
                                                                               \
        if (before & 1)                                                        \
            return false;                                                      \
        weir_seqlock_load(q->words, copy, WEIR_SEQLOCK_WORDS_(T));             \
        if (!weir_seqlock_unchanged(&q->sequence, before))                     \
            return false;                                                      \
        memcpy(v, copy, sizeof(T));                                            \
        return true;                                                           \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_read(name *q, T *v)      \
    {                                                                          \
        weir_backoff backoff = WEIR_BACKOFF_INIT;                              \
                                                                               \
        while (!name##_try_read(q, v))                                         \
            weir_backoff_pause(&backoff);                                      \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_init(name *q, T v)       \
    {                                                                          \
        weir_store_rlx(&q->sequence, 0);                                       \
        name##_write(q, v);                                                    \
    }                                                                          \
                                                                               \
    WEIR_ASSERT_STATIC(sizeof(T) <= sizeof(((name *)0)->words),                \
                       "the words hold the value")

#endif
