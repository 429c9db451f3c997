// SPDX-License-Identifier: MIT
/*
 * bars/call.cc - the price of a call: an empty function behind a pointer, as a
 * function of a shared library is behind its table.
 */
#include "bars/bars.h"

namespace bench
{

static int
nothing(void *, void *)
{
    return 0;
}

int (*volatile empty_call)(void *, void *) = nothing;

} // namespace bench
