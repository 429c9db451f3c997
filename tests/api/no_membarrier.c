/* SPDX-License-Identifier: MIT */
/*
 * no_membarrier.c - run a program with membarrier(2) refused.
 *
 *     no_membarrier PROGRAM [ARGUMENT ...]
 *
 * A seccomp filter answers ENOSYS, as old kernels and some containers do; the
 * program and its children inherit it.  Proves that it works before it runs
 * anything: ends with status 99 when membarrier is still to be had.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CANNOT = 99 };

static int
refuse_membarrier(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {
        (unsigned short)(sizeof(rules) / sizeof(rules[0])),
        rules,
    };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: no_membarrier PROGRAM [ARGUMENT ...]\n");
        return CANNOT;
    }
    if (refuse_membarrier() != 0) {
        fprintf(stderr, "no_membarrier: seccomp: %s\n", strerror(errno));
        return CANNOT;
    }
    if (syscall(__NR_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) != -1 ||
        errno != ENOSYS) {
        fprintf(stderr, "no_membarrier: membarrier is still there\n");
        return CANNOT;
    }
    execvp(argv[1], argv + 1);
    fprintf(stderr, "no_membarrier: %s: %s\n", argv[1], strerror(errno));
    return CANNOT;
}
