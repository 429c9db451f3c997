/* SPDX-License-Identifier: MIT */
/*
 * park/list.h - a doubly linked list of links inside other structures.
 *
 * Every function is called under the lock that guards the list.  A link that
 * is in no list has next == NULL.  A list that is all zero is empty.
 */
#ifndef WR_PARK_LIST_H
#define WR_PARK_LIST_H

#include "base/base.h"

struct wr_link {
    struct wr_link *next; /* towards the tail; the last points to itself */
    struct wr_link *prev; /* NULL at the head */
};

struct wr_list {
    struct wr_link *head;
    struct wr_link *tail;
};

static inline bool
wr_list_is_empty(const struct wr_list *list)
{
    return list->head == NULL;
}

static inline bool
wr_link_is_linked(const struct wr_link *link)
{
    return link->next != NULL;
}

static inline void
wr_list_append(struct wr_list *list, struct wr_link *link)
{
    WR_ASSERT(!wr_link_is_linked(link));
    link->next = link;
    link->prev = list->tail;
    if (list->tail != NULL)
        list->tail->next = link;
    else
        list->head = link;
    list->tail = link;
}

static inline void
wr_list_prepend(struct wr_list *list, struct wr_link *link)
{
    WR_ASSERT(!wr_link_is_linked(link));
    link->next = list->head == NULL ? link : list->head;
    link->prev = NULL;
    if (list->head != NULL)
        list->head->prev = link;
    else
        list->tail = link;
    list->head = link;
}

static inline void
wr_list_unlink(struct wr_list *list, struct wr_link *link)
{
    struct wr_link *next = link->next == link ? NULL : link->next;

    WR_ASSERT(wr_link_is_linked(link));
    if (link->prev == NULL)
        list->head = next;
    else
        link->prev->next = next == NULL ? link->prev : next;
    if (next == NULL)
        list->tail = link->prev;
    else
        next->prev = link->prev;
    link->next = NULL;
}

#endif
