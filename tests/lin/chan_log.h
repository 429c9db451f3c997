/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_log.h - records a channel's calls from fibers of one OS thread, and
 * judges them at the end: for scenarios of the explorer (tests/model).
 *
 *     static struct chan_log *log;     // set-up and check are lane 0
 *
 *     set-up:    log = chan_log_open(capacity, NULL);
 *     thread:    unsigned me = (unsigned)mc_thread();
 *                chan_log_send(log, me, ch, 7);       // 7 is sent once, ever
 *                status = chan_log_try_recv(log, me, ch, &value);
 *     check:     mc_assert(chan_log_judge(log));      // closes it, too
 *
 * chan_log.c is compiled without the explorer's instrumentation, so that the
 * log takes no step of an execution, races with nobody and orders nothing.
 * The log is libc's memory, not the library's: an execution that ends in
 * another way than its check leaks it.
 *
 * Which order counts:
 *
 *   clock == NULL  the order of the execution's steps.  Strict; for searches
 *                  without stale reads (.stale = -1).  With them it condemns
 *                  what C11 allows: A sends and returns; B, whom nothing orders
 *                  after A, says "empty"
 *   clock          the explorer's happens-before: clock(t, u) is how far lane t
 *                  knows the clock of lane u, which moves at each access of u;
 *                  clock(t, t) is its own.  A call of u came before if an
 *                  access that u made after it returned happens before
 */
#ifndef WEIR_TESTS_CHAN_LOG_H
#define WEIR_TESTS_CHAN_LOG_H

#include <weir/chan.h>

#include "chan_model.h"

struct chan_log;

typedef uint64_t chan_log_clock(unsigned lane, unsigned other);

/* Channel elements are uint32_t.  Never NULL. */
struct chan_log *chan_log_open(unsigned capacity, chan_log_clock *clock);

/* True: linearizable.  False: the history is on standard output. */
bool chan_log_judge(struct chan_log *log);

/* As the call of weir_chan_ in the name, and recorded. */
int chan_log_send(struct chan_log *log, unsigned lane, weir_chan *ch,
                  uint32_t value);
int chan_log_try_send(struct chan_log *log, unsigned lane, weir_chan *ch,
                      uint32_t value);
int chan_log_send_until(struct chan_log *log, unsigned lane, weir_chan *ch,
                        uint32_t value, weir_limit limit);
int chan_log_recv(struct chan_log *log, unsigned lane, weir_chan *ch,
                  uint32_t *value);
int chan_log_try_recv(struct chan_log *log, unsigned lane, weir_chan *ch,
                      uint32_t *value);
int chan_log_recv_until(struct chan_log *log, unsigned lane, weir_chan *ch,
                        uint32_t *value, weir_limit limit);
int chan_log_close(struct chan_log *log, unsigned lane, weir_chan *ch);
size_t chan_log_len(struct chan_log *log, unsigned lane, weir_chan *ch);

#endif
