/* say.h: how an event is told: where, to whom, in whose words; and when nobody is to be
 * disturbed (say.c). Comes with skills.h. */
#ifndef LOUBOT_HANDLERS_SAY_H
#define LOUBOT_HANDLERS_SAY_H

#include "bot/handler.h"

bool is_same(const char *a, const char *b); /* NULL is like nothing */
bool is_quiet(const struct turn *turn);
/* `at_ms`, or the end of the quiet hours when it falls into them. */
int64_t after_quiet(const struct turn *turn, int64_t at_ms);
/* What concerns people or quarrels: no word of it in a group, the reporter is told alone. */
bool say_is_private(const struct turn *turn, const struct event *event);
/* And not in the staff's group either: but in an emergency they must know where to run. */
bool say_is_hidden(const struct turn *turn, const struct event *event);
/* The building group where the event's residents are: where it was reported, else the group of
 * its building; NULL: none, or not for a group. */
const char *say_home(const struct turn *turn, const struct event *event);
/* The group of its building, where its building head is; it may have been told elsewhere. */
const char *say_building(const struct turn *turn, const struct event *event);
/* Adds number, place, thing to an outgoing. In a building group no flat number is told. */
void say_event(const struct turn *turn, struct outgoing *out, const struct event *event);
/* What is private is told in direct chat only; in an emergency the staff's group must know
 * where to go and why. */
bool say_hides(const struct turn *turn, const struct outgoing *out, const struct event *event);
/* The term of its category; to residents of a private one "a private matter". */
const char *say_category(const struct turn *turn, const struct outgoing *out,
                         const struct event *event);
/* The thing and its trouble without the place: in the reporter's words, where that is the
 * language, else translated. */
const char *say_what(const struct turn *turn, const struct event *event, enum lang lang);
/* The place, under that key; no flat number in a building group. */
void say_place(const struct turn *turn, struct outgoing *out, const char *key,
               const struct event *event);
/* Object and symptom, under these keys. */
void say_thing(const struct turn *turn, struct outgoing *out, const struct event *event,
               const char *object_key, const char *symptom_key);
/* Moves the last outgoing to place `from`: the answer goes out before what follows from it. */
void say_first(struct turn *turn, size_t from);
/* A line to the residents of the event; NULL when no group of theirs is known, or when say_once
 * added it to an earlier line. */
struct outgoing *say_residents(struct turn *turn, const struct event *event,
                               const char *template);
/* Is something said in that group in this turn already? */
bool say_has(const struct turn *turn, const char *group);
/* Where the sender wrote (his own direct chat)? */
bool say_has_here(const struct turn *turn);
/* The message of that template to that group in this turn, or NULL. */
struct outgoing *say_find(const struct turn *turn, const char *group, const char *template);
/* "3单元2层灯坏了": enough to tell two events of one message apart; with its building where it
 * is not this one. */
const char *say_short(const struct turn *turn, const struct event *event, enum lang lang,
                      const char *building);
/* One more event at the end of a list ("，还有 #14 3单元2层灯坏了"). */
const char *say_also(const struct turn *turn, const char *list, const struct event *event,
                     enum lang lang);
/* A ping of that template went to the same group in this turn already: this event goes into it,
 * and `out`, the last one, is taken back. */
bool say_merged(struct turn *turn, struct outgoing *out, const struct event *event);
/* The same message to the same group again in one turn: adds the event to the list of numbers
 * of the first. Returns NULL when it did, else the new outgoing is for the caller to fill. */
struct outgoing *say_once(struct turn *turn, const char *group, const char *template,
                          const struct event *event, enum lang lang);
/* Likewise in one person's direct chat. */
struct outgoing *say_direct_once(struct turn *turn, const char *member, const char *template,
                                 const struct event *event);
/* An answer to the sender about the event, in his language. */
struct outgoing *say_answer(struct turn *turn, const struct event *event, const char *template);
/* A picture could not be had, and nothing is said here yet: asks for it once more. */
bool say_lost(struct turn *turn, const struct event *event);
/* In direct chat, where nobody sees the line in the building's group, a mark says that it was
 * heard. */
void say_heard(struct turn *turn);
/* Phone and identity numbers masked; in the arena. */
const char *say_masked(const struct turn *turn, const char *text);
/* The class's policy. */
const struct class_policy *policy_of(const struct turn *turn, const struct event *event);

#endif
