// SPDX-License-Identifier: MIT
/*
 * impl/event.h - weir's event and its twin, a flag under a pthread mutex with a
 * condition variable for those who wait.
 *
 * The twin is looked at under its mutex, as POSIX wants it.  Who looks at an
 * atomic flag instead, and takes the mutex only to wait, has written weir's
 * event but for the select.
 */
#ifndef BENCH_IMPL_EVENT_H
#define BENCH_IMPL_EVENT_H

#include <weir/event.h>

#include <pthread.h>

#include <cstdlib>

namespace bench
{

class WeirEvent
{
  public:
    void set()
    {
        (void)weir_event_set(&event_);
    }

    bool is_set() const
    {
        return weir_event_is_set(&event_);
    }

    void wait()
    {
        if (weir_event_wait(&event_) != WEIR_OK)
            abort();
    }

  private:
    alignas(128) weir_event event_ = WEIR_EVENT_INIT;
};

class TwinEvent
{
  public:
    void set()
    {
        pthread_mutex_lock(&mutex_);
        set_ = true;
        pthread_mutex_unlock(&mutex_);
        pthread_cond_broadcast(&changed_);
    }

    bool is_set()
    {
        pthread_mutex_lock(&mutex_);
        const bool set = set_;
        pthread_mutex_unlock(&mutex_);
        return set;
    }

    void wait()
    {
        pthread_mutex_lock(&mutex_);
        while (!set_)
            pthread_cond_wait(&changed_, &mutex_);
        pthread_mutex_unlock(&mutex_);
    }

  private:
    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    alignas(128) pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
    alignas(128) bool set_ = false; /* guarded by mutex_ */
};

} // namespace bench

#endif
