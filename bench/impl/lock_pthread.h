// SPDX-License-Identifier: MIT
/* impl/lock_pthread.h - the mutex and the reader-writer lock of pthreads. */
#ifndef BENCH_IMPL_LOCK_PTHREAD_H
#define BENCH_IMPL_LOCK_PTHREAD_H

#include <pthread.h>

#include <cstdint>
#include <ctime>

namespace bench
{

/** A lock that keeps nothing per thread. */
struct NoSeat {
};

/** As a program without a limit type writes it: now plus so long. */
inline bool
pthread_lock_for(pthread_mutex_t *mutex, int64_t ns)
{
    timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += ns;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &at) == 0;
}

/** The default mutex; as a reader-writer lock, its readers exclude all. */
class PthreadMutex
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        pthread_mutex_lock(&mutex_);
    }
    void unlock(Seat &)
    {
        pthread_mutex_unlock(&mutex_);
    }
    bool try_lock(Seat &)
    {
        return pthread_mutex_trylock(&mutex_) == 0;
    }
    bool lock_for(Seat &, int64_t ns)
    {
        return pthread_lock_for(&mutex_, ns);
    }
    void rlock(Seat &)
    {
        pthread_mutex_lock(&mutex_);
    }
    void runlock(Seat &)
    {
        pthread_mutex_unlock(&mutex_);
    }
    void observe(Seat &)
    {
        pthread_mutex_lock(&mutex_);
    }
    void unobserve(Seat &)
    {
        pthread_mutex_unlock(&mutex_);
    }

  private:
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

/** The mutex that spins a little before it sleeps. */
class PthreadAdaptive
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        pthread_mutex_lock(&mutex_);
    }
    void unlock(Seat &)
    {
        pthread_mutex_unlock(&mutex_);
    }
    bool try_lock(Seat &)
    {
        return pthread_mutex_trylock(&mutex_) == 0;
    }
    bool lock_for(Seat &, int64_t ns)
    {
        return pthread_lock_for(&mutex_, ns);
    }

  private:
    pthread_mutex_t mutex_ = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
};

/** As PthreadRw, but a writer that waits keeps new readers out. */
class PthreadRwWriters
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        pthread_rwlock_wrlock(&lock_);
    }
    void unlock(Seat &)
    {
        pthread_rwlock_unlock(&lock_);
    }
    void rlock(Seat &)
    {
        pthread_rwlock_rdlock(&lock_);
    }
    void runlock(Seat &)
    {
        pthread_rwlock_unlock(&lock_);
    }

  private:
    pthread_rwlock_t lock_ = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
};

class PthreadRw
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        pthread_rwlock_wrlock(&lock_);
    }
    void unlock(Seat &)
    {
        pthread_rwlock_unlock(&lock_);
    }
    void rlock(Seat &)
    {
        pthread_rwlock_rdlock(&lock_);
    }
    void runlock(Seat &)
    {
        pthread_rwlock_unlock(&lock_);
    }
    void observe(Seat &)
    {
        pthread_rwlock_rdlock(&lock_);
    }
    void unobserve(Seat &)
    {
        pthread_rwlock_unlock(&lock_);
    }

  private:
    pthread_rwlock_t lock_ = PTHREAD_RWLOCK_INITIALIZER;
};

} // namespace bench

#endif
