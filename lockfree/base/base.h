/* SPDX-License-Identifier: MIT */
/*
 * base/base.h - what every layer of libweir stands on.
 *
 * Assumptions: 64-bit Linux, 32-bit futex words, lock-free 32- and 64-bit
 * atomics, two's complement.
 */
#ifndef WR_BASE_BASE_H
#define WR_BASE_BASE_H

#include <weir/atomic.h>
#include <weir/base.h>
#include <weir/cpu.h>

#define wr_likely(c) WEIR_LIKELY_(c)
#define wr_unlikely(c) __builtin_expect(!!(c), 0)

/* As likely as not: a conditional move is better than a branch. */
#if defined(__clang__)
#define wr_unpredictable(c) __builtin_unpredictable(!!(c))
#else
#define wr_unpredictable(c) __builtin_expect_with_probability(!!(c), 1, 0.5)
#endif

/* A slow path: out of line, away from the code that it serves. */
#define WR_COLD __attribute__((noinline, cold))
#define WR_NOINLINE __attribute__((noinline))
#define WR_INLINE inline __attribute__((always_inline))

#define WR_STATIC_ASSERT(c, what) _Static_assert(c, what)

#define WR_ALIGNED(n) __attribute__((aligned(n)))

/* Between the two, ThreadSanitizer takes acquires of this thread for none: what
 * a call needs for itself and promises to nobody.  (The explorer and chaos have
 * another backend, and runtimes of their own.) */
#if defined(__has_feature)
#define WR_HAS_FEATURE(x) __has_feature(x)
#else
#define WR_HAS_FEATURE(x) 0
#endif
#if (defined(__SANITIZE_THREAD__) || WR_HAS_FEATURE(thread_sanitizer)) &&      \
    !defined(WEIR_ATOMIC_BACKEND)
void AnnotateIgnoreSyncBegin(const char *file, int line);
void AnnotateIgnoreSyncEnd(const char *file, int line);
#define WR_UNORDERED_BEGIN() AnnotateIgnoreSyncBegin(__FILE__, __LINE__)
#define WR_UNORDERED_END() AnnotateIgnoreSyncEnd(__FILE__, __LINE__)
#else
#define WR_UNORDERED_BEGIN() ((void)0)
#define WR_UNORDERED_END() ((void)0)
#endif

#define wr_container_of(p, type, member)                                       \
    ((type *)(void *)((char *)(p)-offsetof(type, member)))

/* One line on standard error (or the program's hook), then abort: a call broke
 * its contract.  `noun` is the object, `what` what was done to it. */
_Noreturn void wr_panic(const char *noun, const char *what);

/* Misuse that is seen in O(1) without new shared traffic: always checked. */
#define WR_CHECK(c, noun, what)                                                \
    do {                                                                       \
        if (wr_unlikely(!(c)))                                                 \
            wr_panic(noun, what);                                              \
    } while (0)

/* An internal invariant: checked in debug builds. */
#ifdef NDEBUG
#define WR_ASSERT(c) ((void)sizeof(c))
#else
#define WR_ASSERT(c)                                                           \
    do {                                                                       \
        if (wr_unlikely(!(c)))                                                 \
            wr_panic("internal", "assertion failed: " #c);                     \
    } while (0)
#endif

#endif
