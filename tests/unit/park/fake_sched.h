/* SPDX-License-Identifier: MIT */
/*
 * park/fake_sched.h - a second parker: cooperative tasks on one thread.
 *
 * Tasks run on the thread that calls fake_sched_run*(), one at a time, first
 * come first served; a task gives the thread up only where it waits (or
 * yields).  Other threads may wait on the same channels and wake tasks.
 * Channels know nothing of it: it sets wr_sys_self()->parker while tasks run.
 *
 * Race      a task parks while another thread wakes it
 *
 *     task                              granter
 *     ----                              -------
 *     word: + ASLEEP                    word: -> DONE
 *     lock; word == seen ? parked  (A)  lock; parked here ? ready  (B)
 *
 *   (A) first: (B) finds the task.  (B) first: (A) finds the word changed.
 *
 * One scheduler per process, used by one thread.
 */
#ifndef WEIR_TESTS_UNIT_PARK_FAKE_SCHED_H
#define WEIR_TESTS_UNIT_PARK_FAKE_SCHED_H

#include <stdbool.h>

/* Forget the tasks of before, all of which must have ended. */
void fake_sched_start(void);

/* A task, ready to run after those that are. */
void fake_task_start(void (*run)(void *arg), void *arg);

/* Run until no task is ready; the number of those that are parked. */
unsigned fake_sched_run_ready(void);

/* Run until every task has ended, sleeping while all are parked. */
void fake_sched_run(void);

/* From a task: let the other ready ones run. */
void fake_task_yield(void);

/* From now on every park returns once for no reason before it sleeps. */
void fake_sched_wake_spuriously(bool on);

/* Since fake_sched_start: tasks parked; wakes of a parked task. */
unsigned fake_sched_parks(void);
unsigned fake_sched_unparks(void);

#endif
