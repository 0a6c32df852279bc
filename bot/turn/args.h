/* args.h: a growing list of arguments for a script. The texts are borrowed until the call is
 * made. */
#ifndef LOUBOT_TURN_ARGS_H
#define LOUBOT_TURN_ARGS_H

struct arena;

struct args {
    const char **values;
    int count, room;
};

void args_init(struct args *args);
void args_finish(struct args *args);
void args_add(struct args *args, const char *text); /* NULL counts as "" */
/* Formats into `arena`. */
void args_addf(struct args *args, struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The operations of a turn as commit.lua wants them: how many arguments, how long the largest
 * is, and they themselves. Finishes `turn`. */
void args_add_turn(struct args *args, struct arena *arena, struct args *turn);

#endif
