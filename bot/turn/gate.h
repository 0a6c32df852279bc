/* gate.h: when what is stored may be used; see gate.c. */
#ifndef LOUBOT_TURN_GATE_H
#define LOUBOT_TURN_GATE_H

#include <stdbool.h>
#include <stddef.h>

#define STORED_VERSION 1 /* of what lies in Redis; read gate.c before you raise it */

struct arena;
struct community;
struct core;
struct home;

void gate_ask(struct core *core); /* harmless when it is open or being asked */
void gate_shut(struct core *core);
/* Redis is told a digest; not the one of the roster in force, since amendments that were read
 * meanwhile mean something on this day: it must be told anew. */
bool gate_is_told(const struct home *home);
/* The part of the roster's version that its files, and the days of its rows, give. */
void gate_digest(const struct community *community, char *ret_digest, size_t size);
/* What commits must agree with: version of the stored data and digest of the roster. */
const char *gate_roster(const struct community *community, struct arena *arena);

#endif
