/* SPDX-License-Identifier: MIT */
/* park/fake_fiber.h - telling the sanitizers about a change of stacks. */
#ifndef WEIR_TESTS_UNIT_PARK_FAKE_FIBER_H
#define WEIR_TESTS_UNIT_PARK_FAKE_FIBER_H

#include <stddef.h>

#if defined(__has_feature)
#define FAKE_FEATURE(x) __has_feature(x)
#else
#define FAKE_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || FAKE_FEATURE(address_sanitizer)
#define FAKE_ASAN 1
#else
#define FAKE_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || FAKE_FEATURE(thread_sanitizer)
#define FAKE_TSAN 1
#else
#define FAKE_TSAN 0
#endif

/* One stack, as the sanitizers see it. */
struct fake_fiber {
    const void *bottom;
    size_t bytes;
    void *asan; /* its fake stack while it is away */
    void *tsan;
};

#if FAKE_ASAN
void __sanitizer_start_switch_fiber(void **save, const void *bottom,
                                    size_t bytes);
void __sanitizer_finish_switch_fiber(void *save, const void **bottom,
                                     size_t *bytes);

/* `from` is about to go to `to`; for good, if it has ended. */
static inline void
fake_fiber_leave(struct fake_fiber *from, const struct fake_fiber *to,
                 int ended)
{
    __sanitizer_start_switch_fiber(ended ? NULL : &from->asan, to->bottom,
                                   to->bytes);
}

/* `own` runs again; `from` is what ran before. */
static inline void
fake_fiber_enter(struct fake_fiber *own, struct fake_fiber *from)
{
    __sanitizer_finish_switch_fiber(own->asan, &from->bottom, &from->bytes);
}
#else
static inline void
fake_fiber_leave(struct fake_fiber *from, const struct fake_fiber *to,
                 int ended)
{
    (void)from;
    (void)to;
    (void)ended;
}

static inline void
fake_fiber_enter(struct fake_fiber *own, struct fake_fiber *from)
{
    (void)own;
    (void)from;
}
#endif

#if FAKE_TSAN
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);

#define fake_tsan_current() __tsan_get_current_fiber()
#define fake_tsan_create() __tsan_create_fiber(0)
#define fake_tsan_destroy(f) __tsan_destroy_fiber(f)
#define fake_tsan_switch(f) __tsan_switch_to_fiber(f, 0)
#else
#define fake_tsan_current() NULL
#define fake_tsan_create() NULL
#define fake_tsan_destroy(f) ((void)(f))
#define fake_tsan_switch(f) ((void)(f))
#endif

#endif
