// SPDX-License-Identifier: MIT
/* load/rw_crowd.cc - threads that have come once and sleep. */
#include "load/rw_crowd.h"

#include <unistd.h>

#include <cstdio>

namespace bench
{

constexpr size_t crowd_stack_bytes = 64 * 1024;

void *
Crowd::enter(void *argument)
{
    Crowd &crowd = *static_cast<Crowd *>(argument);

    crowd.visit_([&] { crowd.sleep(); });
    return nullptr;
}

void
Crowd::sleep()
{
    std::unique_lock<std::mutex> hold(mutex_);

    asleep_++;
    changed_.notify_all();
    while (!dismissed_)
        changed_.wait(hold);
}

Crowd::Crowd(int size, std::function<void(const std::function<void()> &)> visit)
    : visit_(std::move(visit))
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, crowd_stack_bytes);
    while (this->size() < size &&
           pthread_create(&thread, &attributes, enter, this) == 0)
        threads_.push_back(thread);
    pthread_attr_destroy(&attributes);
    std::unique_lock<std::mutex> hold(mutex_);
    while (asleep_ < this->size())
        changed_.wait(hold);
}

Crowd::~Crowd()
{
    {
        std::lock_guard<std::mutex> hold(mutex_);
        dismissed_ = true;
    }
    changed_.notify_all();
    for (pthread_t thread : threads_)
        pthread_join(thread, nullptr);
}

double
resident_bytes()
{
    long all = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file && fscanf(file, "%ld %ld", &all, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return static_cast<double>(resident) *
           static_cast<double>(sysconf(_SC_PAGESIZE));
}

} // namespace bench
