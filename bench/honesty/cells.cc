// SPDX-License-Identifier: MIT
/* honesty/cells.cc - real workloads under two names, and with delays. */
#include "honesty/honesty.h"

#include "impl/chan_twin.h"
#include "impl/chan_weir.h"
#include "impl/lock_pthread.h"
#include "impl/lock_weir.h"
#include "load/alone.h"
#include "load/lock.h"
#include "load/pingpong.h"
#include "load/rw.h"
#include "measure/clock.h"

#include <algorithm>

namespace bench
{

static double step_ns = 1;

/* A chain of dependent steps that the compiler can neither drop nor shorten. */
void
burn(uint64_t steps)
{
    uint64_t x = steps;

    for (uint64_t i = 0; i < steps; i++) {
        x ^= x << 13;
        __asm__ volatile("" : "+r"(x));
    }
}

void
calibrate_burn()
{
    constexpr uint64_t steps = 20000;
    double best = 1e9;

    for (int i = 0; i < 200; i++) {
        const uint64_t before = ticks();
        burn(steps);
        best = std::min(best, ticks_to_ns(ticks() - before) / steps);
    }
    step_ns = best;
}

uint64_t
burn_steps(double ns)
{
    return static_cast<uint64_t>(ns / step_ns + 0.5);
}

static void
add(Cell &cell, const char *name, Role role,
    std::function<Sample(int64_t)> measure)
{
    Contender one;

    one.name = name;
    one.role = role;
    one.measure = std::move(measure);
    cell.contenders.push_back(one);
    if (role == Role::baseline)
        cell.baseline = name;
    if (role == Role::again)
        cell.repeat = name;
}

template <class Load>
static void
add_twins(std::vector<Cell> &cells, const Topology &topology, const char *name,
          int workers, Load load)
{
    Cell cell;
    const Place place = cores_place(topology, workers);
    auto measure = [=](int64_t window_ns) { return load(place, window_ns); };

    cell.name = cell.family = name;
    cell.place = place;
    cell.workers = workers;
    add(cell, "one", Role::baseline, measure);
    add(cell, "two", Role::again, measure);
    cells.push_back(cell);
}

static void
add_channel_twins(std::vector<Cell> &cells, const Topology &topology)
{
    const Topology &t = topology;

    add_twins(cells, t, "weir: send and receive", 1,
              [&t](const Place &place, int64_t window_ns) {
                  return pair<WeirChan>(t, place, 1024, window_ns);
              });
    add_twins(cells, t, "twin: send and receive", 1,
              [&t](const Place &place, int64_t window_ns) {
                  return pair<TwinQueue>(t, place, 1024, window_ns);
              });
    add_twins(cells, t, "weir: stream", 2,
              [&t](const Place &place, int64_t window_ns) {
                  return stream<WeirChan>(t, place, { 1, 1, 64 }, window_ns);
              });
    add_twins(cells, t, "twin: stream", 2,
              [&t](const Place &place, int64_t window_ns) {
                  return stream<TwinQueue>(t, place, { 1, 1, 64 }, window_ns);
              });
    add_twins(cells, t, "weir: ping-pong", 2,
              [&t](const Place &place, int64_t window_ns) {
                  return pingpong<WeirChan>(t, place, 1, window_ns);
              });
}

static void
add_lock_twins(std::vector<Cell> &cells, const Topology &topology)
{
    const Topology &t = topology;

    RwShape readers;
    readers.workers = 2;
    readers.write_share = 0.01;

    for (int workers : { 1, 2 }) {
        LockShape shape;
        shape.workers = workers;
        add_twins(cells, t, workers == 1 ? "weir: mutex alone" : "weir: mutex",
                  workers, [&t, shape](const Place &place, int64_t ns) {
                      return lock_load<WeirMutex>(t, place, shape, ns);
                  });
        add_twins(cells, t,
                  workers == 1 ? "pthread: mutex alone" : "pthread: mutex",
                  workers, [&t, shape](const Place &place, int64_t ns) {
                      return lock_load<PthreadMutex>(t, place, shape, ns);
                  });
    }
    add_twins(cells, t, "weir: readers", 2,
              [&t, readers](const Place &place, int64_t ns) {
                  return rw_load<GuardedPair<WeirRw>>(t, place, readers, ns);
              });
}

std::vector<Cell>
twin_cells(const Topology &topology)
{
    std::vector<Cell> cells;

    add_channel_twins(cells, topology);
    add_lock_twins(cells, topology);
    return cells;
}

/* Pairs of send and receive on one thread, and a delay every 512 of them. */
static Sample
slowed_pairs(const Topology &topology, const Place &place, uint64_t steps,
             int64_t window_ns)
{
    Object<WeirChan> chan(topology, place, size_t(1024));

    return alone(topology, place, window_ns, [&](uint64_t first) {
        uint64_t sent = 0, got = 0;
        for (uint64_t n = first; n < first + alone_batch; n++) {
            chan->send(n);
            sent += n;
            got += chan->recv();
        }
        if (first % 512 == 0)
            burn(steps);
        return sent == got;
    });
}

/* Nanoseconds of one pair on a CPU of its own: CPU time, the least of ten. */
static double
pair_cost(const Topology &topology, const Place &place)
{
    double least = 1e9;

    for (int i = 0; i < 10; i++) {
        const Sample sample = slowed_pairs(topology, place, 0, 3000000);
        if (sample.ops > 0)
            least = std::min(least, sample.cpu_ns);
    }
    return least;
}

Cell
slowed_cell(const Topology &topology, double part)
{
    Cell cell;
    const Place place = cores_place(topology, 1);
    const Topology *t = &topology;
    const uint64_t steps = burn_steps(part * 512 * pair_cost(topology, place));
    auto plain = [=](int64_t window_ns) {
        return slowed_pairs(*t, place, 0, window_ns);
    };

    cell.name = cell.family = "planted delay";
    cell.place = place;
    add(cell, "plain", Role::baseline, plain);
    add(cell, "plain-again", Role::again, plain);
    add(cell, "slowed", Role::peer, [=](int64_t window_ns) {
        return slowed_pairs(*t, place, steps, window_ns);
    });
    return cell;
}

static uint64_t unlock_steps;

/* A lock whose unlock takes longer, inside. */
class SlowUnlock : public WeirMutex
{
  public:
    void unlock(Seat &seat)
    {
        burn(unlock_steps);
        WeirMutex::unlock(seat);
    }
};

Cell
slow_unlock_cell(const Topology &topology, int workers, double ns)
{
    Cell cell;
    const Place place = cores_place(topology, workers);
    const Topology *t = &topology;
    LockShape shape;
    shape.workers = workers;
    auto plain = [=](int64_t window_ns) {
        return lock_load<WeirMutex>(*t, place, shape, window_ns);
    };

    unlock_steps = burn_steps(ns);
    cell.name = cell.family = "planted unlock";
    cell.place = place;
    cell.workers = workers;
    add(cell, "plain", Role::baseline, plain);
    add(cell, "plain-again", Role::again, plain);
    add(cell, "slowed", Role::peer, [=](int64_t window_ns) {
        return lock_load<SlowUnlock>(*t, place, shape, window_ns);
    });
    return cell;
}

} // namespace bench
