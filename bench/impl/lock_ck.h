// SPDX-License-Identifier: MIT
/*
 * impl/lock_ck.h - locks of the Concurrency Kit, all of which spin.
 *
 * The two spin locks come from their own headers: the umbrella ck_spinlock.h
 * does not compile as C++.
 */
#ifndef BENCH_IMPL_LOCK_CK_H
#define BENCH_IMPL_LOCK_CK_H

#include "impl/lock_pthread.h"

extern "C" {
#include <ck_brlock.h>
#include <ck_rwlock.h>
#include <spinlock/fas.h>
#include <spinlock/ticket.h>
}

namespace bench
{

/** Test and set; unfair. */
class CkFas
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        ck_spinlock_fas_lock(&lock_);
    }
    void unlock(Seat &)
    {
        ck_spinlock_fas_unlock(&lock_);
    }
    bool try_lock(Seat &)
    {
        return ck_spinlock_fas_trylock(&lock_);
    }
    void rlock(Seat &seat)
    {
        lock(seat);
    }
    void runlock(Seat &seat)
    {
        unlock(seat);
    }

  private:
    ck_spinlock_fas_t lock_ = CK_SPINLOCK_FAS_INITIALIZER;
};

/** First come, first served. */
class CkTicket
{
  public:
    using Seat = NoSeat;

    CkTicket()
    {
        ck_spinlock_ticket_init(&lock_);
    }
    void lock(Seat &)
    {
        ck_spinlock_ticket_lock(&lock_);
    }
    void unlock(Seat &)
    {
        ck_spinlock_ticket_unlock(&lock_);
    }

  private:
    ck_spinlock_ticket_t lock_;
};

class CkRw
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        ck_rwlock_write_lock(&lock_);
    }
    void unlock(Seat &)
    {
        ck_rwlock_write_unlock(&lock_);
    }
    void rlock(Seat &)
    {
        ck_rwlock_read_lock(&lock_);
    }
    void runlock(Seat &)
    {
        ck_rwlock_read_unlock(&lock_);
    }

  private:
    ck_rwlock_t lock_ = CK_RWLOCK_INITIALIZER;
};

/** Big-reader lock: a reader writes its own line, a writer visits them all. */
class CkBr
{
  public:
    /* Registered at the first use, so that a seat needs no lock to be made. */
    struct Seat {
        alignas(128) ck_brlock_reader_t reader = {};
        ck_brlock_t *of = nullptr;

        ~Seat()
        {
            if (of)
                ck_brlock_read_unregister(of, &reader);
        }
    };

    CkBr()
    {
        ck_brlock_init(&lock_);
    }
    void lock(Seat &)
    {
        ck_brlock_write_lock(&lock_);
    }
    void unlock(Seat &)
    {
        ck_brlock_write_unlock(&lock_);
    }

    void rlock(Seat &seat)
    {
        if (__builtin_expect(!seat.of, 0)) {
            ck_brlock_read_register(&lock_, &seat.reader);
            seat.of = &lock_;
        }
        ck_brlock_read_lock(&lock_, &seat.reader);
    }

    void runlock(Seat &seat)
    {
        ck_brlock_read_unlock(&seat.reader);
    }

  private:
    ck_brlock_t lock_;
};

} // namespace bench

#endif
