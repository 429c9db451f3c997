// SPDX-License-Identifier: MIT
/*
 * impl/select_twin.h - the fair twin of several channels with a select: queues
 * that share one mutex and one condition variable for whoever selects.
 *
 * Fair means: it is what a careful programmer writes who knows beforehand which
 * channels are selected from together.  One lock covers all of them, so that a
 * select locks once, whatever the number of cases, and needs no enrolment; it
 * begins to look at a random queue, so that none starves; it is signalled only
 * when somebody waits, after the mutex is released.  Mutex, condition variables
 * and queues are on separate lines.
 * Unfair to weir: such queues cannot be selected from in other groups.  Unfair
 * to the twin: of several queues that are ready the one behind a gap is chosen
 * more often, which costs it nothing here.
 */
#ifndef BENCH_IMPL_SELECT_TWIN_H
#define BENCH_IMPL_SELECT_TWIN_H

#include "impl/chan_twin.h"
#include "measure/stats.h"

#include <vector>

namespace bench
{

class TwinCases
{
  public:
    using Reply = TwinQueue;

    TwinCases(size_t count, size_t capacity)
        : queues_(count), slots_(count * capacity), capacity_(capacity)
    {
    }
    ~TwinCases()
    {
        pthread_cond_destroy(&room_);
        pthread_cond_destroy(&ready_);
        pthread_mutex_destroy(&mutex_);
    }
    TwinCases(const TwinCases &) = delete;
    TwinCases &operator=(const TwinCases &) = delete;

    void send(size_t at, uint64_t message)
    {
        Queue &queue = queues_[at];

        pthread_mutex_lock(&mutex_);
        while (queue.length == capacity_) {
            senders_++;
            pthread_cond_wait(&room_, &mutex_);
        }
        slots_[at * capacity_ + queue.tail] = message;
        queue.tail = queue.tail + 1 == capacity_ ? 0 : queue.tail + 1;
        queue.length++;
        const bool wake = take_one(receivers_);
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_signal(&ready_);
    }

    size_t wait(uint64_t &message)
    {
        size_t at;

        pthread_mutex_lock(&mutex_);
        for (;;) {
            at = find_ready();
            if (at < queues_.size())
                break;
            receivers_++;
            pthread_cond_wait(&ready_, &mutex_);
        }
        message = take_and_unlock(at);
        return at;
    }

    bool poll(uint64_t &message)
    {
        pthread_mutex_lock(&mutex_);
        const size_t at = find_ready();
        if (at == queues_.size()) {
            pthread_mutex_unlock(&mutex_);
            return false;
        }
        message = take_and_unlock(at);
        return true;
    }

  private:
    struct Queue {
        size_t length = 0;
        size_t head = 0;
        size_t tail = 0;
    };

    /* The number of queues if none is ready. */
    size_t find_ready()
    {
        const size_t count = queues_.size();
        size_t at = dice_.next() >> 32 & (count - 1);

        for (size_t i = 0; i < count; i++) {
            if (queues_[at].length > 0)
                return at;
            at = at + 1 == count ? 0 : at + 1;
        }
        return count;
    }

    /* Who waits for room waits for that of one queue: wake all of them. */
    uint64_t take_and_unlock(size_t at)
    {
        Queue &queue = queues_[at];
        const uint64_t message = slots_[at * capacity_ + queue.head];

        queue.head = queue.head + 1 == capacity_ ? 0 : queue.head + 1;
        queue.length--;
        const bool wake = senders_ > 0;
        senders_ = 0;
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_broadcast(&room_);
        return message;
    }

    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    alignas(128) pthread_cond_t ready_ = PTHREAD_COND_INITIALIZER;
    alignas(128) pthread_cond_t room_ = PTHREAD_COND_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) std::vector<Queue> queues_;
    std::vector<uint64_t> slots_;
    size_t capacity_;
    unsigned senders_ = 0;
    unsigned receivers_ = 0;
    Random dice_{ 1 };
};

} // namespace bench

#endif
