/* SPDX-License-Identifier: MIT */
/*
 * weir/base.h - statuses, limits of waits, and attributes.
 *
 * Every blocking call of weir exists in three forms: plain (waits for ever),
 * try_ (never waits), and _until (waits until a weir_limit says stop).
 * Outcomes are statuses: WEIR_OK or one small negative number, which is a
 * negative errno value.  weir neither sets nor reads errno.
 *
 * Argument order everywhere: object, outputs, inputs, a length after its
 * array, a function before its argument, the limit last.
 */
#ifndef WEIR_BASE_H
#define WEIR_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__linux__) || !defined(__LP64__)
#error "weir supports 64-bit Linux only"
#endif

#ifdef __cplusplus
#define WEIR_BEGIN_DECLS extern "C" {
#define WEIR_END_DECLS }
#else
#define WEIR_BEGIN_DECLS
#define WEIR_END_DECLS
#endif

#define WEIR_API __attribute__((visibility("default")))
#define WEIR_NODISCARD __attribute__((warn_unused_result))
#define WEIR_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#define WEIR_LIKELY_(c) __builtin_expect(!!(c), 1)

/** What a call came to.  Zero or a negative errno value. */
enum weir_status {
    WEIR_OK = 0,                /**< done */
    WEIR_CLOSED = -EPIPE,       /**< the channel is closed (and drained) */
    WEIR_AGAIN = -EAGAIN,       /**< a try_ call would have had to wait */
    WEIR_TIMEOUT = -ETIMEDOUT,  /**< the deadline of this limit passed */
    WEIR_DEADLINE = -ETIME,     /**< the deadline of the context passed */
    WEIR_CANCELED = -ECANCELED, /**< the context was cancelled */
    WEIR_NOMEM = -ENOMEM        /**< out of memory; nothing has changed */
};

#define WEIR_NS(n) ((int64_t)(n))
#define WEIR_US(n) ((int64_t)(n)*1000)
#define WEIR_MS(n) ((int64_t)(n)*1000000)
#define WEIR_S(n) ((int64_t)(n)*1000000000)

struct weir_cancel; /* a cancel source; contexts own one */

/**
 * When a wait ends: at a moment, or when a cancel source fires, whichever is
 * first.  Two words, passed by value; copy it freely.
 */
typedef struct weir_limit {
    int64_t at_ns;              /**< CLOCK_MONOTONIC; INT64_MAX: never */
    struct weir_cancel *cancel; /**< NULL: none */
} weir_limit;

WEIR_BEGIN_DECLS

/**
 * A limit that never ends a wait.
 */
#ifdef __cplusplus
#define WEIR_FOREVER (weir_limit_at(INT64_MAX))
#else
#define WEIR_FOREVER ((weir_limit){ INT64_MAX, NULL })
#endif

/**
 * A limit at an absolute moment.
 *
 * Params:   at_ns  nanoseconds of CLOCK_MONOTONIC; a moment that has passed
 *                  makes every wait that would block end at once
 * Returns:  the limit
 * Blocks:   never
 * Progress: wait-free
 * Order:    none
 * Callable: anywhere, signal handlers included
 */
static inline weir_limit
weir_limit_at(int64_t at_ns)
{
    weir_limit limit;

    limit.at_ns = at_ns;
    limit.cancel = NULL;
    return limit;
}

/**
 * A limit some time from now.
 *
 * Params:   wait_ns  nanoseconds from now; see WEIR_US, WEIR_MS, WEIR_S.  Zero
 *                    or less has passed already; a sum that overflows never
 *                    comes
 * Returns:  the limit
 * Blocks:   never
 * Progress: wait-free
 * Order:    none
 * Callable: anywhere, signal handlers included
 */
WEIR_API weir_limit weir_deadline(int64_t wait_ns);

/**
 * A status as a short English sentence without a full stop.
 *
 * Params:   status  one of enum weir_status
 * Returns:  a string that is never freed; "unknown status" for others
 * Blocks:   never
 * Progress: wait-free
 * Order:    none
 * Callable: anywhere, signal handlers included
 */
WEIR_API const char *weir_strerror(int status);

/**
 * Called once with the line that describes a misuse, before abort().
 * It may log the line or end the process another way; if it returns, the
 * process aborts.
 */
typedef void weir_panic_hook(const char *line);

/**
 * Set the function that sees the line of a misuse before the abort.
 *
 * Params:   hook  NULL: print the line on standard error (the default)
 * Returns:  nothing
 * Blocks:   never
 * Progress: wait-free
 * Order:    a call that returns happens before every later misuse [panic.hook]
 * Callable: any thread; not a signal handler
 */
WEIR_API void weir_set_panic_hook(weir_panic_hook *hook);

WEIR_END_DECLS

#endif
