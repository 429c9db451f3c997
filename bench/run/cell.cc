// SPDX-License-Identifier: MIT
/* run/cell.cc - the roles of contenders, in words. */
#include "run/cell.h"

namespace bench
{

const char *
role_name(Role role)
{
    switch (role) {
    case Role::weir:
        return "weir";
    case Role::baseline:
        return "baseline";
    case Role::again:
        return "again";
    case Role::peer:
        return "peer";
    case Role::floor:
        return "floor";
    }
    return "unknown";
}

} // namespace bench
