/* SPDX-License-Identifier: MIT */
/* park/limit.h - whether a limit has been reached. */
#ifndef WR_PARK_LIMIT_H
#define WR_PARK_LIMIT_H

#include "park/cancel.h"

/* WEIR_OK while the wait may go on, else the status that ends it.  A cancel
 * comes before a deadline. */
static inline int
wr_limit_status(weir_limit limit)
{
    int status = WEIR_OK;

    if (limit.cancel != NULL)
        status = wr_cancel_status(limit.cancel);
    if (status == WEIR_OK && limit.at_ns != WR_NEVER &&
        wr_sys_now_ns() >= limit.at_ns)
        status = WEIR_TIMEOUT;
    return status;
}

#endif
