// SPDX-License-Identifier: MIT
/*
 * load/hogs.h - threads that do nothing but take CPU time, beside a load.
 */
#ifndef BENCH_LOAD_HOGS_H
#define BENCH_LOAD_HOGS_H

#include "run/sample.h"

#include <pthread.h>

#include <atomic>
#include <functional>
#include <vector>

namespace bench
{

/** Unbound spinning threads from the constructor to the destructor. */
class Hogs
{
  public:
    explicit Hogs(int count);
    ~Hogs();
    Hogs(const Hogs &) = delete;
    Hogs &operator=(const Hogs &) = delete;

    int size() const
    {
        return static_cast<int>(threads_.size());
    }

  private:
    static void *spin(void *hogs);

    std::vector<pthread_t> threads_;
    alignas(128) std::atomic<bool> stop_{ false };
    std::atomic<int> running_{ 0 };
};

} // namespace bench

#endif
