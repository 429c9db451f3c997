/* SPDX-License-Identifier: MIT */
/* sync/asym.c - into the ASYM mode and out of it; see sync/asym.h. */
#include "sync/asym.h"

/* How long a lock has to be quiet. */
static WEIR_ATOMIC(int64_t) quiet_ns = WR_ASYM_QUIET_MIN_NS;

WR_COLD void
wr_asym_fence(weir_rwmutex *rw)
{
    const int64_t start = wr_sys_now_ns();
    bool fenced;
    int64_t quiet;

    (void)weir_fetch_and_rlx(&rw->writers.word, ~(uint32_t)MUTEX_ASYM);
    fenced = wr_sys_fence_heavy();
    WR_CHECK(fenced, "rwmutex",
             "membarrier(2) was granted at first and is refused now");
    quiet = (wr_sys_now_ns() - start) * WR_ASYM_QUIET_PER_FENCE_NS;
    if (quiet < WR_ASYM_QUIET_MIN_NS)
        quiet = WR_ASYM_QUIET_MIN_NS;
    weir_store_rlx(&quiet_ns, quiet);
}

void
wr_asym_enter(weir_rwmutex *rw)
{
    if (wr_sys_has_heavy())
        /* relaxed: the last unlock's release goes on through it. */
        (void)weir_fetch_or_rlx(&rw->writers.word, MUTEX_ASYM);
}

WR_COLD void
wr_asym_sample(struct wr_quiet *q, weir_rwmutex *rw)
{
    const uint32_t word = weir_load_rlx(&rw->writers.word);
    const uint32_t writes = word / MUTEX_WRITES;
    const int64_t enough = weir_load_rlx(&quiet_ns);
    const int64_t now = wr_sys_now_ns();
    const int64_t past = now - q->since_ns;

    if (q->rw == rw && q->writes == writes) {
        if (past < enough)
            return;
        wr_asym_enter(rw);
        q->rw = NULL;
    } else if (q->rw == NULL || q->rw == rw || past / 2 > enough) {
        /* Another one is watched until it is ASYM or is no longer read. */
        *q = (struct wr_quiet){ rw, writes, now };
    }
}
