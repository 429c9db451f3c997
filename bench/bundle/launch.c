/* SPDX-License-Identifier: MIT */
/*
 * bundle/launch.c - starts a program of the bundle by the bundle's own loader.
 *
 * Linked statically, so that it runs where there is no libc.  It is called as
 * FOLDER/NAME or FOLDER/peers/NAME and becomes FOLDER/bin/NAME with the
 * libraries of FOLDER/lib, wherever FOLDER is; nothing of this system but its
 * kernel is used.  Sites that put a library into every program do it by
 * LD_PRELOAD: it belongs to their libc, not to ours, and is dropped.
 *
 * Source      ld.so(8) on calling the loader directly
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* This program's own path; without /proc the one that it was called by. */
static int
find_self(char path[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

    if (length > 0) {
        path[length] = '\0';
        return 1;
    }
    const char *called = (const char *)getauxval(AT_EXECFN);
    return called && realpath(called, path);
}

static char *
join(const char *folder, const char *rest, const char *name)
{
    char *path;

    if (asprintf(&path, "%s%s%s", folder, rest, name) < 0)
        abort();
    return path;
}

static int
become(const char *folder, const char *name, int argc, char **argv)
{
    const char *loader = join(folder, "/lib/ld.so", "");
    const char *fixed[] = { loader, "--inhibit-cache", "--library-path",
                            join(folder, "/lib", ""),
                            join(folder, "/bin/", name) };
    const size_t count = sizeof fixed / sizeof *fixed;
    const char **all = calloc(count + (size_t)argc + 1, sizeof *all);

    if (!all)
        abort();
    memcpy(all, fixed, sizeof fixed);
    for (int i = 1; i < argc; i++)
        all[count + (size_t)i - 1] = argv[i];
    unsetenv("LD_PRELOAD");
    unsetenv("LD_AUDIT");
    setenv("WEIR_REPORT", join(folder, "/tools/report", ""), 0);
    setenv("WEIR_BENCH_PEERS", join(folder, "/peers", ""), 0);
    execv(loader, (char **)all);
    fprintf(stderr, "%s: cannot run '%s': %s; unpack the bundle whole\n", name,
            loader, strerror(errno));
    return 1;
}

int
main(int argc, char **argv)
{
    char self[PATH_MAX];

    if (!find_self(self)) {
        fputs("weir-bench: cannot find its own folder: there is no /proc; "
              "call it by its path\n",
              stderr);
        return 1;
    }
    char *name = strrchr(self, '/');
    *name++ = '\0';
    char *peers = strrchr(self, '/');
    if (peers && strcmp(peers, "/peers") == 0)
        *peers = '\0';
    return become(self, name, argc, argv);
}
