// SPDX-License-Identifier: MIT
/* cells/memory.cc - bytes per channel and per lock, used once. */
#include "load/memory.h"
#include "cells/channels.h"
#include "cells/locks.h"

namespace bench
{

static Cell
memory_cell(const Topology &topology, const std::string &path,
            const Params &params, const char *title)
{
    Cell cell = make_cell(path, params, cores_place(topology, 1), 1);

    cell.family = "Memory";
    cell.title = title;
    cell.unit = "bytes/object";
    cell.priority = rank_first;
    cell.window_scale = 0;
    return cell;
}

static void
add_chan(const PlanInput &input, std::vector<Cell> &cells, size_t capacity)
{
    Cell cell = memory_cell(
        input.topology, "memory/chan", { { "cap", std::to_string(capacity) } },
        "Memory of one channel of 8-byte messages that was filled once.");

    add_queues(cell, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t) {
            return memory_of<Chan>(
                [](Chan &chan) {
                    uint64_t message = 0;
                    while (chan.try_send(1)) {
                    }
                    return chan.try_recv(message) && message == 1;
                },
                capacity);
        };
    });
    cells.push_back(std::move(cell));
}

template <class Lock>
static Measure
lock_memory()
{
    return [](int64_t) {
        return memory_of<Lock>([](Lock &lock) {
            typename Lock::Seat seat;
            lock.lock(seat);
            lock.unlock(seat);
            return true;
        });
    };
}

static void
add_mutex(const PlanInput &input, std::vector<Cell> &cells)
{
    Cell cell =
        memory_cell(input.topology, "memory/mutex", { { "used", "once" } },
                    "Memory of one mutex that was locked once.");

    add_mutexes(
        cell, [](auto type) { return lock_memory<type_of<decltype(type)>>(); });
    cells.push_back(std::move(cell));
}

static void
add_rwlock(const PlanInput &input, std::vector<Cell> &cells)
{
    Cell cell = memory_cell(
        input.topology, "memory/rwlock", { { "used", "once" } },
        "Memory of one reader-writer lock that was locked once for writing.");

    add_contender(cell, "weir-rwmutex", Role::weir, lock_memory<WeirRw>());
    add_contender(cell, "pthread-rwlock", Role::baseline,
                  lock_memory<PthreadRw>());
    add_contender(cell, "pthread-rwlock-again", Role::again,
                  lock_memory<PthreadRw>());
#if WEIR_BENCH_HAVE_CK
    add_contender(cell, "ck-rwlock", Role::peer, lock_memory<CkRw>());
    add_contender(cell, "ck-brlock", Role::peer, lock_memory<CkBr>());
#endif
    cells.push_back(std::move(cell));
}

void
add_memory_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    for (size_t capacity : { 1, 64, 1024 })
        add_chan(input, cells, capacity);
    add_mutex(input, cells);
    add_rwlock(input, cells);
}

} // namespace bench
