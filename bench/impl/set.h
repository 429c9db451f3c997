// SPDX-License-Identifier: MIT
/*
 * impl/set.h - weir's lasting select and its twin, queues under one mutex that
 * keep a list of those which hold something.
 *
 * Fair means: the list makes the twin's wait as independent of the number of
 * queues as weir's; otherwise it is as in impl/select_twin.h.
 */
#ifndef BENCH_IMPL_SET_H
#define BENCH_IMPL_SET_H

#include "impl/chan_twin.h"
#include "impl/chan_weir.h"

#include <weir/set.h>

#include <deque>
#include <vector>

namespace bench
{

/** Channels of 8-byte messages in a set; a wait takes one message. */
class WeirSet
{
  public:
    WeirSet(size_t count, size_t capacity) : set_(weir_set_make())
    {
        if (!set_)
            abort();
        for (size_t i = 0; i < count; i++) {
            chans_.emplace_back(capacity);
            if (weir_set_add(set_, chans_.back().get(), WEIR_CASE_RECV,
                             reinterpret_cast<void *>(i)) != WEIR_OK)
                abort();
        }
    }
    ~WeirSet()
    {
        weir_set_free(set_);
    }
    WeirSet(const WeirSet &) = delete;
    WeirSet &operator=(const WeirSet &) = delete;

    void send(size_t at, uint64_t message)
    {
        chans_[at].send(message);
    }

    /** Which channel it came from. */
    size_t wait(uint64_t &message)
    {
        weir_ready ready;
        size_t n;

        do {
            if (weir_set_wait(set_, &ready, 1, &n) != WEIR_OK)
                abort();
        } while (weir_chan_try_recv(ready.chan, &message) != WEIR_OK);
        return reinterpret_cast<size_t>(ready.tag);
    }

    const void *where() const
    {
        return chans_.front().where();
    }

  private:
    weir_set *set_;
    std::deque<WeirChan> chans_;
};

/** Each queue that holds something is once in the list, a ring of numbers. */
class TwinSet
{
  public:
    TwinSet(size_t count, size_t capacity)
        : queues_(count), slots_(count * capacity), list_(count),
          capacity_(capacity)
    {
    }
    ~TwinSet()
    {
        pthread_cond_destroy(&room_);
        pthread_cond_destroy(&ready_);
        pthread_mutex_destroy(&mutex_);
    }
    TwinSet(const TwinSet &) = delete;
    TwinSet &operator=(const TwinSet &) = delete;

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
        if (queue.length++ == 0)
            append(at);
        const bool wake = take_one(receivers_);
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_signal(&ready_);
    }

    size_t wait(uint64_t &message)
    {
        pthread_mutex_lock(&mutex_);
        while (listed_ == 0) {
            receivers_++;
            pthread_cond_wait(&ready_, &mutex_);
        }
        const size_t at = list_[first_];
        Queue &queue = queues_[at];
        first_ = first_ + 1 == list_.size() ? 0 : first_ + 1;
        listed_--;
        message = slots_[at * capacity_ + queue.head];
        queue.head = queue.head + 1 == capacity_ ? 0 : queue.head + 1;
        if (--queue.length > 0)
            append(at);
        const bool wake = senders_ > 0;
        senders_ = 0;
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_broadcast(&room_);
        return at;
    }

  private:
    struct Queue {
        size_t length = 0;
        size_t head = 0;
        size_t tail = 0;
    };

    void append(size_t at)
    {
        const size_t end = first_ + listed_++;

        list_[end < list_.size() ? end : end - list_.size()] = at;
    }

    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    alignas(128) pthread_cond_t ready_ = PTHREAD_COND_INITIALIZER;
    alignas(128) pthread_cond_t room_ = PTHREAD_COND_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) std::vector<Queue> queues_;
    std::vector<uint64_t> slots_;
    std::vector<size_t> list_;
    size_t first_ = 0;
    size_t listed_ = 0;
    size_t capacity_;
    unsigned senders_ = 0;
    unsigned receivers_ = 0;
};

} // namespace bench

#endif
