// SPDX-License-Identifier: MIT
/*
 * peers/twin.h - the fair twin of impl/chan_twin.h over another library's
 * mutex and condition variable.
 *
 * The same rules: a signal only when somebody waits who has not been signalled
 * yet, after the mutex is released.  `Tools` has the types Mutex and Cond, and
 * lock, unlock, wait and signal for them.
 */
#ifndef BENCH_PEERS_TWIN_H
#define BENCH_PEERS_TWIN_H

#include "impl/chan_twin.h"

#include <memory>

namespace bench
{

template <class Tools> class TwinOf
{
  public:
    explicit TwinOf(size_t capacity)
        : slots_(new uint64_t[capacity]), capacity_(capacity)
    {
    }

    void send(uint64_t message)
    {
        Tools::lock(mutex_);
        while (length_ == capacity_) {
            senders_++;
            Tools::wait(not_full_, mutex_);
        }
        slots_[tail_] = message;
        tail_ = tail_ + 1 == capacity_ ? 0 : tail_ + 1;
        length_++;
        const bool wake = take_one(receivers_);
        Tools::unlock(mutex_);
        if (wake)
            Tools::signal(not_empty_);
    }

    uint64_t recv()
    {
        Tools::lock(mutex_);
        while (length_ == 0) {
            receivers_++;
            Tools::wait(not_empty_, mutex_);
        }
        const uint64_t message = slots_[head_];
        head_ = head_ + 1 == capacity_ ? 0 : head_ + 1;
        length_--;
        const bool wake = take_one(senders_);
        Tools::unlock(mutex_);
        if (wake)
            Tools::signal(not_full_);
        return message;
    }

  private:
    alignas(128) typename Tools::Mutex mutex_{};
    alignas(128) typename Tools::Cond not_empty_{};
    alignas(128) typename Tools::Cond not_full_{};
    /* All below is guarded by mutex_. */
    alignas(128) size_t length_ = 0;
    size_t head_ = 0;
    size_t tail_ = 0;
    unsigned senders_ = 0;
    unsigned receivers_ = 0;
    std::unique_ptr<uint64_t[]> slots_;
    size_t capacity_;
};

} // namespace bench

#endif
