#include "turn/args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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
        args->room = args->room ? args->room * 2 : 64;
        args->values = xrealloc(args->values, (size_t)args->room * sizeof *args->values);
    }
    args->values[args->count++] = text ? text : "";
}

void args_addf(struct args *args, struct arena *arena, const char *format, ...)
{
    va_list list;
    char text[512];
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    args_add(args, arena_strdup(arena, text));
}
