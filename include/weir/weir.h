/* SPDX-License-Identifier: MIT */
/*
 * weir/weir.h - everything that libweir offers, in one include.
 *
 * The rings of <weir/mpmc.h> and <weir/spsc.h> need no library and are
 * included by themselves.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <weir/base.h>
#include <weir/chan.h>
#include <weir/event.h>
#include <weir/mutex.h>
#include <weir/rwmutex.h>
#include <weir/select.h>
#include <weir/set.h>

#endif
