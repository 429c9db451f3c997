// SPDX-License-Identifier: MIT
/* peers/absl.cc - Abseil's Mutex, also as reader-writer lock, and CondVar. */
#include "peers/peer.h"
#include "peers/twin.h"

#include <absl/synchronization/mutex.h>

namespace bench
{

struct AbslTools {
    using Mutex = absl::Mutex;
    using Cond = absl::CondVar;

    static void lock(Mutex &mutex)
    {
        mutex.Lock();
    }
    static void unlock(Mutex &mutex)
    {
        mutex.Unlock();
    }
    static void wait(Cond &cond, Mutex &mutex)
    {
        cond.Wait(&mutex);
    }
    static void signal(Cond &cond)
    {
        cond.Signal();
    }
};

class AbslMutex
{
  public:
    struct Seat {
    };

    void lock(Seat &)
    {
        mutex_.Lock();
    }
    void unlock(Seat &)
    {
        mutex_.Unlock();
    }
    void rlock(Seat &)
    {
        mutex_.ReaderLock();
    }
    void runlock(Seat &)
    {
        mutex_.ReaderUnlock();
    }

  private:
    absl::Mutex mutex_;
};

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(PEER_VERSION, PEER_FLAGS);

    program.add("absl",
                "kinds=chan,pingpong,mutex,rw cap=1 "
                "note=\"channel: a twin of Mutex and CondVar\"",
                by_kind(any_chan<TwinOf<AbslTools>>(), any_mutex<AbslMutex>(),
                        any_rw<AbslMutex>()));
    return program.serve();
}
