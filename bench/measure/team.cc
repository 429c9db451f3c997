// SPDX-License-Identifier: MIT
/* measure/team.cc - start line, binding and joining of a team. */
#include "measure/team.h"

#include "measure/clock.h"
#include "measure/layout.h"
#include "run/stop.h"

#include <alloca.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace bench
{

Team::Team(const Topology &topology, const Place &place, int workers)
    : topology_(topology), place_(place), bound_(fits(place, workers)),
      workers_(static_cast<size_t>(workers)),
      hists_(static_cast<size_t>(workers))
{
    for (int i = 0; i < workers; i++) {
        Worker &one = worker(i);
        one.index = i;
        one.team = this;
        one.hist = &hists_[static_cast<size_t>(i)];
    }
}

void
Team::bind(Worker &worker)
{
    const size_t i = static_cast<size_t>(worker.index);
    const std::vector<int> own(1, place_.pus[i % place_.pus.size()]);

    worker.unbound = place_.bind != Bind::none &&
                     !bind_to(topology_, bound_ ? own : place_.pus);
}

void
Team::check(Worker &worker)
{
    const int cpu = current_cpu(topology_);
    const size_t i = static_cast<size_t>(worker.index);
    bool home = false;

    if (bound_)
        home = topology_.pus[place_.pus[i]].os == cpu;
    else
        for (int pu : place_.pus)
            home = home || topology_.pus[pu].os == cpu;
    worker.stray = !home;
}

static void
futex(std::atomic<int> &word, int op, int value)
{
    (void)syscall(SYS_futex, &word, op | FUTEX_PRIVATE_FLAG, value, nullptr);
}

void
Team::arrive(Worker &)
{
    arrived_.fetch_add(1);
    while (start_tick_.load() == 0) {
        if (bound_)
            weir_cpu_relax();
        else
            futex(line_, FUTEX_WAIT, 0);
    }
    const uint64_t at = start_tick_.load();
    while (static_cast<int64_t>(ticks() - at) < 0)
        weir_cpu_relax();
}

/* "time on the CPU, time ready without it, turns" */
static int64_t
delay_of(int schedstat)
{
    char text[80];
    const ssize_t length =
        schedstat < 0 ? -1 : pread(schedstat, text, sizeof text - 1, 0);

    if (length <= 0)
        return -1;
    text[length] = '\0';
    const char *second = strchr(text, ' ');
    return second ? strtoll(second, nullptr, 10) : -1;
}

void
Worker::start()
{
    team->arrive(*this);
    begin_delay_ns = delay_of(schedstat);
    begin_cpu_ns = thread_cpu_ns();
    begin_tick = ticks();
}

void
Worker::finish()
{
    end_tick = ticks();
    end_cpu_ns = thread_cpu_ns();
    end_delay_ns = delay_of(schedstat);
}

/* Called when the whole team waits at the line: one future tick for all. */
void
Team::release()
{
    const double lead_ns = bound_ ? 20000 : 0;
    const uint64_t lead =
        static_cast<uint64_t>(lead_ns / std::max(ns_per_tick(), 0.01));

    start_tick_.store(ticks() + lead + 1);
    if (!bound_) {
        line_.store(1);
        futex(line_, FUTEX_WAKE, INT_MAX);
    }
}

/* The body, so much further down the stack. */
static void
run_lower(const std::function<void(Worker &)> &body, Worker &worker)
{
    void *const space = alloca(layout_stack(worker.index) + 16);

    /* What the compiler cannot see used it cannot leave out. */
    __asm__ volatile("" : : "r"(space) : "memory");
    body(worker);
}

void *
Team::enter(void *argument)
{
    Worker &worker = *static_cast<Worker *>(argument);
    Team &team = *worker.team;

    team.bind(worker);
    if (team.bound_)
        worker.schedstat =
            open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    run_lower((*team.body_), worker);
    if (worker.schedstat >= 0)
        close(worker.schedstat);
    team.check(worker);
    return nullptr;
}

static pthread_t
spawn(void *(*entry)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    if (pthread_create(&thread, &attributes, entry, argument) != 0)
        die(exit_failed, "no more threads can be started on this machine");
    pthread_attr_destroy(&attributes);
    return thread;
}

/* In steps, so that an interrupt is seen while a worker hangs. */
static void
join(pthread_t thread)
{
    timespec limit;

    clock_gettime(CLOCK_REALTIME, &limit);
    for (int step = 0; step < patience_s * 5; step++) {
        limit.tv_nsec += 200000000;
        limit.tv_sec += limit.tv_nsec / 1000000000;
        limit.tv_nsec %= 1000000000;
        if (pthread_timedjoin_np(thread, nullptr, &limit) == 0)
            return;
        leave_if_interrupted();
    }
    die(exit_failed,
        "%s: a worker did not end within %d s; a message or a "
        "wake was lost",
        current_cell(), patience_s);
}

TeamTimes
Team::run(int64_t window_ns, const std::function<void(Worker &)> &body)
{
    std::vector<pthread_t> threads;

    body_ = &body;
    for (Worker &worker : workers_)
        threads.push_back(spawn(enter, &worker));
    while (arrived_.load() < size())
        sleep_until_ns(now_ns() + 20000);
    release();
    if (window_ns > 0)
        sleep_until_ns(now_ns() + window_ns);
    if (window_ns > 0)
        stop_.store(true);
    for (pthread_t thread : threads)
        join(thread);
    return times();
}

TeamTimes
Team::times() const
{
    TeamTimes out;
    uint64_t first = UINT64_MAX, latest_begin = 0;
    uint64_t last = 0, earliest_end = UINT64_MAX;
    double delay_ns = 0;
    bool told = true;

    for (const Worker &w : workers_) {
        first = std::min(first, w.begin_tick);
        latest_begin = std::max(latest_begin, w.begin_tick);
        last = std::max(last, w.end_tick);
        earliest_end = std::min(earliest_end, w.end_tick);
        out.cpu_ns += static_cast<double>(w.end_cpu_ns - w.begin_cpu_ns);
        delay_ns += static_cast<double>(w.end_delay_ns - w.begin_delay_ns);
        told = told && w.begin_delay_ns >= 0;
        out.unbound = out.unbound || w.unbound;
        out.stray = out.stray || w.stray;
        out.wrong = out.wrong || w.wrong;
    }
    out.window_ns = ticks_to_ns(last - first);
    if (told && last > first)
        out.delay_part = std::min(1.0, delay_ns / out.window_ns / size());
    if (earliest_end > latest_begin && last > first)
        out.overlap = static_cast<double>(earliest_end - latest_begin) /
                      static_cast<double>(last - first);
    return out;
}

Hist
Team::merged() const
{
    Hist all;

    for (const Hist &hist : hists_)
        all.merge(hist);
    return all;
}

struct HomeCall {
    const Topology *topology;
    const Place *place;
    const std::function<void()> *f;
};

static void *
home_enter(void *argument)
{
    const HomeCall &call = *static_cast<HomeCall *>(argument);

    (void)bind_to(*call.topology, std::vector<int>(1, call.place->pus[0]));
    prefer_nodes(*call.topology, memory_nodes(*call.topology, *call.place));
    (*call.f)();
    return nullptr;
}

void
at_home(const Topology &topology, const Place &place,
        const std::function<void()> &f)
{
    HomeCall call = { &topology, &place, &f };

    if (place.memory == Memory::first_touch)
        f();
    else
        join(spawn(home_enter, &call));
}

} // namespace bench
