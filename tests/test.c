/* SPDX-License-Identifier: MIT */
/*
 * test.c - the harness behind test.h: registration, TAP, death tests, threads.
 *
 * The watchdog is a process of its own, forked before the first test: a
 * signal may never be delivered to a spinning thread under ThreadSanitizer,
 * and a watchdog thread would make every death test a multi-threaded fork.
 * Each test begins with a message to it; a test that sends no successor in
 * time is named and the process is aborted.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <weir/atomic.h>

enum { OUTPUT_MAX = 65536 };

static struct test_case *first;
static struct test_case **last = &first;

static struct test_case *current;
static WEIR_ATOMIC(unsigned) failures; /* of the current test */
static const char *skipped;            /* why, or NULL */

static uint64_t base_seed;
static uint64_t percent = 100;

static struct {
    pid_t pid;
    int to; /* the write end; -1: no watchdog */
} watchdog = { 0, -1 };

static struct {
    pid_t pid;
    int from; /* the child's standard error */
} death;

/* --- expectations --------------------------------------------------------- */

void
test_add(struct test_case *test)
{
    *last = test;
    last = &test->next;
}

void
test_skip(const char *why)
{
    skipped = why;
}

static bool
verdict(bool holds)
{
    if (!holds)
        (void)weir_fetch_add_rlx(&failures, 1u);
    return holds;
}

bool
test_true(const char *file, int line, const char *what, bool holds)
{
    if (!holds)
        printf("# %s:%d: does not hold: %s\n", file, line, what);
    return verdict(holds);
}

bool
test_compare(const char *file, int line, const char *a, const char *b,
             intmax_t left, enum test_relation relation, intmax_t right)
{
    static const char *const sign[] = { "==", "!=", "<", "<=", ">", ">=" };
    const bool holds[] = { left == right, left != right,
                           left<right, left <= right, left> right,
                           left >= right };

    if (!holds[relation])
        printf("# %s:%d: does not hold: %s %s %s (%jd, %jd)\n", file, line, a,
               sign[relation], b, left, right);
    return verdict(holds[relation]);
}

bool
test_string(const char *file, int line, const char *what, const char *got,
            const char *due)
{
    const bool same = got != NULL && due != NULL && strcmp(got, due) == 0;

    if (!same)
        printf("# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what,
               got != NULL ? got : "(null)", due != NULL ? due : "(null)");
    return verdict(same);
}

bool
test_bytes(const char *file, int line, const char *what, const void *a,
           const void *b, size_t bytes)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    size_t i = 0;

    while (i < bytes && left[i] == right[i])
        i++;
    if (i < bytes)
        printf("# %s:%d: does not hold: %s (byte %zu: %u, %u)\n", file, line,
               what, i, left[i], right[i]);
    return verdict(i == bytes);
}

static const char *
status_name(int status)
{
    switch (status) {
    case WEIR_OK:
        return "WEIR_OK";
    case WEIR_CLOSED:
        return "WEIR_CLOSED";
    case WEIR_AGAIN:
        return "WEIR_AGAIN";
    case WEIR_TIMEOUT:
        return "WEIR_TIMEOUT";
    case WEIR_DEADLINE:
        return "WEIR_DEADLINE";
    case WEIR_CANCELED:
        return "WEIR_CANCELED";
    case WEIR_NOMEM:
        return "WEIR_NOMEM";
    default:
        return "no status";
    }
}

bool
test_status(const char *file, int line, const char *what, int got, int due)
{
    if (got != due)
        printf("# %s:%d: %s is %s (%d), not %s (%d)\n", file, line, what,
               status_name(got), got, status_name(due), due);
    return verdict(got == due);
}

/* --- seeds and rounds ----------------------------------------------------- */

uint64_t
test_rand(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t
test_seed(void)
{
    uint64_t state = base_seed;

    for (const char *c = current->name; *c != '\0'; c++)
        state = test_rand(&state) ^ (unsigned char)*c;
    return test_rand(&state);
}

uint64_t
test_rounds(uint64_t full)
{
    const uint64_t rounds = full * percent / 100;

    return rounds > 0 ? rounds : 1;
}

/* A non-negative number from the environment; nonsense ends the run. */
static uint64_t
env_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    char *end;
    unsigned long long value;

    if (text == NULL || *text == '\0')
        return otherwise;
    value = strtoull(text, &end, 0);
    if (*end != '\0') {
        fprintf(stderr, "%s: not a number: %s\n", name, text);
        exit(2);
    }
    return value;
}

/* --- death tests ---------------------------------------------------------- */

static void
must(bool done, const char *what)
{
    if (!done) {
        perror(what);
        exit(2);
    }
}

bool
test_fork_begin(void)
{
    const struct rlimit no_core = { 0, 0 };
    int ends[2];

    (void)fflush(NULL);
    must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
    death.pid = fork();
    must(death.pid >= 0, "fork");
    if (death.pid != 0) {
        (void)close(ends[1]);
        death.from = ends[0];
        return false;
    }
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGABRT, SIG_DFL);
    (void)dup2(ends[1], STDERR_FILENO);
    return true;
}

/* In the child: the statement came back. */
void
test_fork_returned(void)
{
    (void)dprintf(STDERR_FILENO, "(the statement returned)\n");
    _exit(0);
}

static void
read_all(int from, char *text, size_t room)
{
    size_t used = 0;
    ssize_t got;

    do {
        got = read(from, text + used, room - 1 - used);
        if (got > 0)
            used += (size_t)got;
    } while ((got > 0 && used < room - 1) || (got < 0 && errno == EINTR));
    text[used] = '\0';
    (void)close(from);
}

static void
print_quoted(const char *text)
{
    while (*text != '\0') {
        const size_t line = strcspn(text, "\n");

        printf("#   | %.*s\n", (int)line, text);
        text += line + (text[line] == '\n');
    }
}

bool
test_fork_end(const char *file, int line, const char *what, int ending,
              const char *needle)
{
    static char said[OUTPUT_MAX];
    int status = 0;
    bool ended;

    read_all(death.from, said, sizeof(said));
    while (waitpid(death.pid, &status, 0) < 0)
        must(errno == EINTR, "waitpid");
    if (ending == TEST_ABORTS)
        ended = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    else
        ended = WIFEXITED(status) && WEXITSTATUS(status) == ending;
    if (ended && strstr(said, needle) != NULL)
        return true;
    printf("# %s:%d: %s: wait status %#x, due %s saying \"%s\"; it said\n",
           file, line, what, (unsigned)status,
           ending == TEST_ABORTS ? "an abort" : "an exit", needle);
    print_quoted(said);
    return verdict(false);
}

/* --- threads -------------------------------------------------------------- */

static void *
thread_main(void *arg)
{
    struct test_thread *thread = arg;

    thread->tid = (int)syscall(SYS_gettid);
    (void)pthread_barrier_wait(&thread->started);
    thread->run(thread->arg);
    return NULL;
}

void
test_thread_start(struct test_thread *thread, void (*run)(void *arg), void *arg)
{
    thread->run = run;
    thread->arg = arg;
    must(pthread_barrier_init(&thread->started, NULL, 2) == 0, "barrier");
    must(pthread_create(&thread->handle, NULL, thread_main, thread) == 0,
         "pthread_create");
    (void)pthread_barrier_wait(&thread->started);
}

void
test_thread_join(struct test_thread *thread)
{
    must(pthread_join(thread->handle, NULL) == 0, "pthread_join");
    (void)pthread_barrier_destroy(&thread->started);
}

void
test_thread_await_asleep(const struct test_thread *thread)
{
    char path[64];
    char stat[512];
    const char *state;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread->tid);
    do {
        (void)sched_yield();
        fd = open(path, O_RDONLY | O_CLOEXEC);
        must(fd >= 0, path);
        read_all(fd, stat, sizeof(stat));
        state = strrchr(stat, ')'); /* the name may contain anything */
    } while (state == NULL || strncmp(state, ") S", 3) != 0);
}

struct crew {
    void (*run)(void *arg, unsigned index);
    void *arg;
    pthread_barrier_t barrier;
};

struct member {
    struct crew *crew;
    unsigned index;
    pthread_t handle;
};

static void *
member_main(void *arg)
{
    const struct member *member = arg;

    (void)pthread_barrier_wait(&member->crew->barrier);
    member->crew->run(member->crew->arg, member->index);
    return NULL;
}

void
test_threads(unsigned count, void (*run)(void *arg, unsigned index), void *arg)
{
    struct crew crew = { .run = run, .arg = arg };
    struct member *members = calloc(count, sizeof(*members));

    must(members != NULL, "calloc");
    must(pthread_barrier_init(&crew.barrier, NULL, count) == 0, "barrier");
    for (unsigned i = 0; i < count; i++) {
        members[i].crew = &crew;
        members[i].index = i;
        must(pthread_create(&members[i].handle, NULL, member_main,
                            &members[i]) == 0,
             "pthread_create");
    }
    for (unsigned i = 0; i < count; i++)
        must(pthread_join(members[i].handle, NULL) == 0, "pthread_join");
    (void)pthread_barrier_destroy(&crew.barrier);
    free(members);
}

/* --- watchdog ------------------------------------------------------------- */

static void
watchdog_main(int from, int seconds)
{
    const pid_t watched = getppid();
    struct test_case *test = NULL;

    for (;;) {
        struct pollfd ready = { from, POLLIN, 0 };
        const int n = poll(&ready, 1, seconds > 0 ? seconds * 1000 : -1);

        if (n == 0) {
            (void)dprintf(STDERR_FILENO,
                          "# watchdog: %s has not ended in %d s\n",
                          test != NULL ? test->name : "?", seconds);
            (void)kill(watched, SIGABRT);
            _exit(1);
        }
        /* The pointer holds here, too: the list was there before the fork. */
        if (n > 0 && read(from, &test, sizeof(test)) != sizeof(test))
            _exit(0); /* the other end is closed */
    }
}

static void
watchdog_start(void)
{
    const int seconds = (int)env_number("WEIR_TEST_WATCHDOG", 120);
    int ends[2];

    must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
    (void)fflush(NULL);
    watchdog.pid = fork();
    must(watchdog.pid >= 0, "fork");
    if (watchdog.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)close(ends[1]);
        watchdog_main(ends[0], seconds);
    }
    (void)close(ends[0]);
    watchdog.to = ends[1];
}

static void
watchdog_stop(void)
{
    (void)close(watchdog.to);
    (void)waitpid(watchdog.pid, NULL, 0);
}

/* --- the run -------------------------------------------------------------- */

static bool
chosen(const struct test_case *test, const char *only)
{
    if (only == NULL)
        return true;
    if (strpbrk(only, "*?[") != NULL)
        return fnmatch(only, test->name, 0) == 0;
    return strstr(test->name, only) != NULL;
}

static bool
run_one(struct test_case *test, unsigned number)
{
    unsigned failed;

    current = test;
    skipped = NULL;
    weir_store_rlx(&failures, 0u);
    must(write(watchdog.to, &test, sizeof(test)) == sizeof(test), "watchdog");
    test->run();
    failed = weir_load_rlx(&failures);
    if (failed == 0 && skipped != NULL)
        printf("ok %u - %s # SKIP %s\n", number, test->name, skipped);
    else
        printf("%s %u - %s\n", failed ? "not ok" : "ok", number, test->name);
    return failed == 0;
}

static int
run_all(const char *only)
{
    unsigned planned = 0;
    unsigned number = 0;
    unsigned failed = 0;

    for (struct test_case *test = first; test != NULL; test = test->next)
        planned += chosen(test, only);
    printf("TAP version 13\n1..%u\n# seed %#jx\n", planned,
           (uintmax_t)base_seed);
    if (percent != 100)
        printf("# rounds at %ju %%\n", (uintmax_t)percent);
    watchdog_start();
    for (struct test_case *test = first; test != NULL; test = test->next)
        if (chosen(test, only))
            failed += !run_one(test, ++number);
    watchdog_stop();
    return failed != 0;
}

static uint64_t
fresh_seed(void)
{
    struct timespec now;
    uint64_t state;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    state = (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 32;
    return test_rand(&state) & UINT32_MAX;
}

int
main(int argc, char **argv)
{
    const char *only = NULL;

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            for (struct test_case *test = first; test; test = test->next)
                puts(test->name);
            return 0;
        }
        if (strcmp(argv[i], "--only") != 0 || ++i == argc) {
            fprintf(stderr, "usage: %s [--list] [--only PATTERN]\n", argv[0]);
            return 2;
        }
        only = argv[i];
    }
    base_seed = env_number("WEIR_TEST_SEED", fresh_seed());
    percent = env_number("WEIR_TEST_PERCENT", 100);
    return run_all(only);
}
