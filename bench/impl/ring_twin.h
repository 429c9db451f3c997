// SPDX-License-Identifier: MIT
/*
 * impl/ring_twin.h - the twin of a raw ring: an array and a pthread mutex.
 *
 * Mutex, positions and slots are on separate lines, elements are copied by an
 * assignment, and neither call waits for room or for an element.
 */
#ifndef BENCH_IMPL_RING_TWIN_H
#define BENCH_IMPL_RING_TWIN_H

#include "impl/message.h"

#include <pthread.h>

namespace bench
{

template <size_t Bytes, size_t N> class TwinRing
{
  public:
    using Element = Message<Bytes>;

    bool push(const Element &message)
    {
        pthread_mutex_lock(&mutex_);
        const bool room = length_ < N;
        if (room) {
            slots_[tail_] = message;
            tail_ = tail_ + 1 == N ? 0 : tail_ + 1;
            length_++;
        }
        pthread_mutex_unlock(&mutex_);
        return room;
    }

    bool pop(Element &message)
    {
        pthread_mutex_lock(&mutex_);
        const bool some = length_ > 0;
        if (some) {
            message = slots_[head_];
            head_ = head_ + 1 == N ? 0 : head_ + 1;
            length_--;
        }
        pthread_mutex_unlock(&mutex_);
        return some;
    }

  private:
    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) size_t length_ = 0;
    size_t head_ = 0;
    size_t tail_ = 0;
    alignas(128) Element slots_[N];
};

} // namespace bench

#endif
