// SPDX-License-Identifier: MIT
/*
 * impl/deque.h - weir's work-stealing deque and its twin, an array under a
 * pthread mutex: neither waits, elements are copied by an assignment, mutex,
 * positions and slots are on separate lines.
 */
#ifndef BENCH_IMPL_DEQUE_H
#define BENCH_IMPL_DEQUE_H

#include <weir/deque.h>

#include <pthread.h>

namespace bench
{

template <size_t N> class WeirDeque
{
  public:
    WeirDeque()
    {
        deque_init(&deque_);
    }

    bool push(uint64_t number)
    {
        return deque_try_push(&deque_, number);
    }

    bool pop(uint64_t &number)
    {
        return deque_try_pop(&deque_, &number);
    }

    bool steal(uint64_t &number)
    {
        return deque_try_steal(&deque_, &number);
    }

  private:
    WEIR_DEQUE(deque, uint64_t, N);

    deque deque_;
};

template <size_t N> class TwinDeque
{
  public:
    bool push(uint64_t number)
    {
        pthread_mutex_lock(&mutex_);
        const bool room = bottom_ - top_ < N;
        if (room)
            slots_[bottom_++ % N] = number;
        pthread_mutex_unlock(&mutex_);
        return room;
    }

    bool pop(uint64_t &number)
    {
        pthread_mutex_lock(&mutex_);
        const bool some = bottom_ != top_;
        if (some)
            number = slots_[--bottom_ % N];
        pthread_mutex_unlock(&mutex_);
        return some;
    }

    bool steal(uint64_t &number)
    {
        pthread_mutex_lock(&mutex_);
        const bool some = bottom_ != top_;
        if (some)
            number = slots_[top_++ % N];
        pthread_mutex_unlock(&mutex_);
        return some;
    }

  private:
    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) uint64_t top_ = 0;
    uint64_t bottom_ = 0;
    alignas(128) uint64_t slots_[N];
};

} // namespace bench

#endif
