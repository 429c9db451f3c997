// SPDX-License-Identifier: MIT
/*
 * impl/chan_twin.h - the fair twin: a channel of one mutex and condition
 * variables, as a careful programmer writes it with pthreads.
 *
 * Fair means: mutex, positions and slots on separate lines; elements of a fixed
 * type, copied by an assignment; a signal only when somebody waits who has not
 * been signalled yet, sent after the mutex is released; and the suite keeps a
 * second thread alive, so that glibc's shortcut for programs without threads is
 * off.
 *
 * Capacity 0 is a rendezvous: a sender returns only when its message is taken.
 */
#ifndef BENCH_IMPL_CHAN_TWIN_H
#define BENCH_IMPL_CHAN_TWIN_H

#include "impl/message.h"

#include <pthread.h>

namespace bench
{

/** Take one waiter off the count: it is about to be signalled.  One that finds
 * nothing, or woke for no reason, counts itself again when it waits again. */
inline bool
take_one(unsigned &waiting)
{
    if (waiting == 0)
        return false;
    waiting--;
    return true;
}

/** A bounded queue, capacity from 1 up. */
template <size_t Bytes> class TwinQueueOf
{
  public:
    using Element = Message<Bytes>;

    explicit TwinQueueOf(size_t capacity)
        : slots_(new Element[capacity]), capacity_(capacity)
    {
    }
    ~TwinQueueOf()
    {
        pthread_cond_destroy(&not_full_);
        pthread_cond_destroy(&not_empty_);
        pthread_mutex_destroy(&mutex_);
        delete[] slots_;
    }
    TwinQueueOf(const TwinQueueOf &) = delete;
    TwinQueueOf &operator=(const TwinQueueOf &) = delete;

    void send(uint64_t number)
    {
        Element message;

        pack(message, number);
        pthread_mutex_lock(&mutex_);
        while (length_ == capacity_) {
            senders_++;
            pthread_cond_wait(&not_full_, &mutex_);
        }
        put_and_unlock(message);
    }

    uint64_t recv()
    {
        pthread_mutex_lock(&mutex_);
        while (length_ == 0) {
            receivers_++;
            pthread_cond_wait(&not_empty_, &mutex_);
        }
        return take_and_unlock();
    }

    bool try_send(uint64_t number)
    {
        Element message;

        pack(message, number);
        pthread_mutex_lock(&mutex_);
        if (length_ == capacity_) {
            pthread_mutex_unlock(&mutex_);
            return false;
        }
        put_and_unlock(message);
        return true;
    }

    bool try_recv(uint64_t &number)
    {
        pthread_mutex_lock(&mutex_);
        if (length_ == 0) {
            pthread_mutex_unlock(&mutex_);
            return false;
        }
        number = take_and_unlock();
        return true;
    }

    /** Up to n messages under one lock, at least one: how many. */
    size_t send_n(const Element *messages, size_t n)
    {
        pthread_mutex_lock(&mutex_);
        while (length_ == capacity_) {
            senders_++;
            pthread_cond_wait(&not_full_, &mutex_);
        }
        const size_t moved = n < capacity_ - length_ ? n : capacity_ - length_;
        for (size_t i = 0; i < moved; i++) {
            slots_[tail_] = messages[i];
            tail_ = tail_ + 1 == capacity_ ? 0 : tail_ + 1;
        }
        length_ += moved;
        wake_and_unlock(receivers_, moved, &not_empty_);
        return moved;
    }

    size_t recv_n(Element *messages, size_t n)
    {
        pthread_mutex_lock(&mutex_);
        while (length_ == 0) {
            receivers_++;
            pthread_cond_wait(&not_empty_, &mutex_);
        }
        const size_t moved = n < length_ ? n : length_;
        for (size_t i = 0; i < moved; i++) {
            messages[i] = slots_[head_];
            head_ = head_ + 1 == capacity_ ? 0 : head_ + 1;
        }
        length_ -= moved;
        wake_and_unlock(senders_, moved, &not_full_);
        return moved;
    }

    static TwinQueueOf *make(size_t capacity)
    {
        return new TwinQueueOf(capacity);
    }

    static void free(TwinQueueOf *queue)
    {
        delete queue;
    }

  private:
    /* One of those who wait for each message that moved, and each once. */
    void wake_and_unlock(unsigned &waiting, size_t moved, pthread_cond_t *cond)
    {
        size_t wakes = 0;

        while (wakes < moved && take_one(waiting))
            wakes++;
        pthread_mutex_unlock(&mutex_);
        for (; wakes > 0; wakes--)
            pthread_cond_signal(cond);
    }

    void put_and_unlock(const Element &message)
    {
        slots_[tail_] = message;
        tail_ = tail_ + 1 == capacity_ ? 0 : tail_ + 1;
        length_++;
        const bool wake = take_one(receivers_);
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_signal(&not_empty_);
    }

    uint64_t take_and_unlock()
    {
        const Element message = slots_[head_];
        head_ = head_ + 1 == capacity_ ? 0 : head_ + 1;
        length_--;
        const bool wake = take_one(senders_);
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_signal(&not_full_);
        return unpack(message);
    }

    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    alignas(128) pthread_cond_t not_empty_ = PTHREAD_COND_INITIALIZER;
    alignas(128) pthread_cond_t not_full_ = PTHREAD_COND_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) size_t length_ = 0;
    size_t head_ = 0;
    size_t tail_ = 0;
    unsigned senders_ = 0;
    unsigned receivers_ = 0;
    Element *slots_;
    size_t capacity_;
};

using TwinQueue = TwinQueueOf<8>;

/** Capacity 0: one message at a time; its sender waits until it is taken. */
class TwinMeeting
{
  public:
    explicit TwinMeeting(size_t)
    {
    }

    void send(uint64_t message)
    {
        pthread_mutex_lock(&mutex_);
        while (full_) {
            senders_++;
            pthread_cond_wait(&free_, &mutex_);
        }
        slot_ = message;
        full_ = true;
        const uint64_t ticket = ++put_;
        if (take_one(receivers_))
            pthread_cond_signal(&offered_);
        while (taken_ < ticket)
            pthread_cond_wait(&met_, &mutex_);
        pthread_mutex_unlock(&mutex_);
    }

    uint64_t recv()
    {
        pthread_mutex_lock(&mutex_);
        while (!full_) {
            receivers_++;
            pthread_cond_wait(&offered_, &mutex_);
        }
        const uint64_t message = slot_;
        full_ = false;
        taken_++;
        /* Under the mutex: one sender waits for it now; after the release a
         * second one might, and take the wake of the first. */
        pthread_cond_signal(&met_);
        const bool wake = take_one(senders_);
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_signal(&free_);
        return message;
    }

  private:
    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    alignas(128) pthread_cond_t offered_ = PTHREAD_COND_INITIALIZER;
    alignas(128) pthread_cond_t met_ = PTHREAD_COND_INITIALIZER;
    alignas(128) pthread_cond_t free_ = PTHREAD_COND_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) bool full_ = false;
    uint64_t slot_ = 0;
    uint64_t put_ = 0;
    uint64_t taken_ = 0;
    unsigned senders_ = 0;
    unsigned receivers_ = 0;
};

} // namespace bench

#endif
