/* args.h: a growing list of arguments for a script. The texts are borrowed until the call is
 * made. */
#ifndef LOUBOT_TURN_ARGS_H
#define LOUBOT_TURN_ARGS_H

#include <stdint.h>

struct arena;

struct args {
    const char **values;
    int count, room;
};

void args_init(struct args *args);
void args_finish(struct args *args);
void args_add(struct args *args, const char *text); /* NULL counts as "" */
void args_add_number(struct args *args, struct arena *arena, int64_t number);
/* The operations of a turn as commit.lua wants them: how many arguments, how long the largest
 * is, and they themselves. Finishes `turn`. */
void args_add_turn(struct args *args, struct arena *arena, struct args *turn);

#endif
