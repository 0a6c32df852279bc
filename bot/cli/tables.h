/* tables.h: the tables of bot/main.c, handed to every command that composes a daemon. */
#ifndef LOUBOT_CLI_TABLES_H
#define LOUBOT_CLI_TABLES_H

struct adapter;
struct handler;

struct tables {
    const struct handler *const *handlers; /* NULL-terminated, likewise below */
    const struct adapter *const *adapters;
};

#endif
