// SPDX-License-Identifier: MIT
/* load/hogs.cc - threads that do nothing but take CPU time. */
#include "load/hogs.h"

#include "run/stop.h"

#include <sched.h>

namespace bench
{

void *
Hogs::spin(void *argument)
{
    Hogs &hogs = *static_cast<Hogs *>(argument);
    uint64_t sum = 0;

    hogs.running_.fetch_add(1);
    while (!hogs.stop_.load())
        for (unsigned i = 0; i < 1000; i++)
            __asm__ volatile("" : "+r"(sum));
    return nullptr;
}

Hogs::Hogs(int count)
{
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, nullptr, spin, this) != 0)
            die(exit_failed, "no more threads can be started on this machine");
        threads_.push_back(thread);
    }
    while (running_.load() < count)
        sched_yield();
}

Hogs::~Hogs()
{
    stop_.store(true);
    for (pthread_t thread : threads_)
        pthread_join(thread, nullptr);
}

} // namespace bench
