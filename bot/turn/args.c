#include "turn/args.h"

#include <stdlib.h>
#include <string.h>

#include "host/mem.h"

void args_init(struct args *args)
{
    *args = (struct args){0};
}

void args_finish(struct args *args)
{
    free(args->values);
    args_init(args);
}

void args_add(struct args *args, const char *text)
{
    if (args->count == args->room) {
        args->room = args->room ? args->room * 2 : 96;
        args->values = xrealloc(args->values, (size_t)args->room * sizeof *args->values);
    }
    args->values[args->count++] = text ? text : "";
}

void args_add_number(struct args *args, struct arena *arena, int64_t number)
{
    args_add(args, arena_decimal(arena, number));
}

void args_add_turn(struct args *args, struct arena *arena, struct args *turn)
{
    size_t largest = 0;
    for (int i = 0; i < turn->count; i++) {
        size_t len = strlen(turn->values[i]);
        if (len > largest)
            largest = len;
    }
    args_add_number(args, arena, turn->count);
    args_add_number(args, arena, (int64_t)largest);
    for (int i = 0; i < turn->count; i++)
        args_add(args, turn->values[i]);
    args_finish(turn);
}
