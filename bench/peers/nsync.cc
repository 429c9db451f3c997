// SPDX-License-Identifier: MIT
/* peers/nsync.cc - nsync's mu, as mutex and reader-writer lock, and its cv. */
#include "peers/peer.h"
#include "peers/twin.h"

#include <nsync.h>

namespace bench
{

struct NsyncTools {
    using Mutex = nsync::nsync_mu;
    using Cond = nsync::nsync_cv;

    static void lock(Mutex &mutex)
    {
        nsync::nsync_mu_lock(&mutex);
    }
    static void unlock(Mutex &mutex)
    {
        nsync::nsync_mu_unlock(&mutex);
    }
    static void wait(Cond &cond, Mutex &mutex)
    {
        nsync::nsync_cv_wait(&cond, &mutex);
    }
    static void signal(Cond &cond)
    {
        nsync::nsync_cv_signal(&cond);
    }
};

class NsyncMu
{
  public:
    struct Seat {
    };

    void lock(Seat &)
    {
        nsync::nsync_mu_lock(&mutex_);
    }
    void unlock(Seat &)
    {
        nsync::nsync_mu_unlock(&mutex_);
    }
    void rlock(Seat &)
    {
        nsync::nsync_mu_rlock(&mutex_);
    }
    void runlock(Seat &)
    {
        nsync::nsync_mu_runlock(&mutex_);
    }

  private:
    nsync::nsync_mu mutex_{};
};

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(PEER_VERSION, PEER_FLAGS);

    program.add("nsync",
                "kinds=chan,pingpong,mutex,rw cap=1 "
                "note=\"channel: a twin of mu and cv\"",
                by_kind(any_chan<TwinOf<NsyncTools>>(), any_mutex<NsyncMu>(),
                        any_rw<NsyncMu>()));
    return program.serve();
}
