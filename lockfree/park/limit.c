/* SPDX-License-Identifier: MIT */
/* park/limit.c - moments from now; see <weir/base.h>. */
#include "park/limit.h"

weir_limit
weir_deadline(int64_t wait_ns)
{
    const int64_t now = wr_sys_now_ns();

    if (wait_ns > WR_NEVER - now)
        return weir_limit_at(WR_NEVER);
    return weir_limit_at(now + (wait_ns < 0 ? 0 : wait_ns));
}
