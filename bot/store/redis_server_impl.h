/* redis_server_impl.h: what the files of the embedded server share; see redis_server.h.
 *
 *   redis_server.c         start, stop, starting again
 *   redis_server_folder.c  data folder, lock, free room
 *   redis_server_child.c   the child process: fork, exec, PING, its log
 *   redis_server_repair.c  a torn append-only file
 */
#ifndef LOUBOT_STORE_REDIS_SERVER_IMPL_H
#define LOUBOT_STORE_REDIS_SERVER_IMPL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* sizeof sun_path; the path's end included. */
#define REDIS_SERVER_SOCKET_MAX 108
#define REDIS_SERVER_SPARE ((int64_t)64 << 20)

/* A sentence for the operator. */
struct redis_server_why {
    char text[600];
};
/* Fills it and returns ERR_SYSTEM. */
int redis_server_fail(struct redis_server_why *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct redis_server_folder {
    char path[PATH_MAX]; /* absolute */
    char socket[REDIS_SERVER_SOCKET_MAX];
    int lock; /* descriptor; the child inherits it */
};

/* Makes the folder where it is missing, takes its lock within `wait_ms`. */
int redis_server_folder_open(struct redis_server_folder *folder, const char *data, int wait_ms,
                             struct redis_server_why *why);
/* Lets the lock go. */
void redis_server_folder_close(struct redis_server_folder *folder);
/* "<folder>/<name>", static memory, valid until the next call. */
const char *redis_server_folder_file(const struct redis_server_folder *folder,
                                     const char *name);
/* Bytes of the files in a folder (not deeper) that have `word` in their name (NULL: of all); 0
 * when there is none. */
int64_t redis_server_folder_size(const char *path, const char *word);
/* Bytes that are free; INT64_MAX when that cannot be asked: it must not stop the house. */
int64_t redis_server_folder_free(const struct redis_server_folder *folder);
bool redis_server_folder_has_room(const struct redis_server_folder *folder);

#define REDIS_SERVER_AOF_FOLDER "appendonlydir"
#define REDIS_SERVER_AOF_MANIFEST REDIS_SERVER_AOF_FOLDER "/appendonly.aof.manifest"
#define REDIS_SERVER_LOG "redis-server.log"

/* The process id, or a negative code. */
pid_t redis_server_child_start(const struct redis_server_folder *folder, const char *binary,
                               bool fsync_always, struct redis_server_why *why);
/* Waits until it answers a PING; an end of the process meanwhile is ERR_CLOSED, with what its
 * log says, or ERR_AWAY when it was killed. */
int redis_server_child_await(const struct redis_server_folder *folder, pid_t pid,
                             struct redis_server_why *why);
/* SIGTERM, 10 s, SIGKILL. */
void redis_server_child_end(pid_t pid);
/* The same for a server that answers: it is asked first, since it looks for signals only ten
 * times a second. */
void redis_server_child_shut(const struct redis_server_folder *folder, pid_t pid);
/* The last warning in the child's log, "" when there is none; static memory. */
const char *redis_server_child_last_words(const struct redis_server_folder *folder);

/* 1: it was torn, was copied aside and is whole again. 0: nothing to repair. Negative: it
 * cannot be repaired. Blocks while it reads the file. */
int redis_server_repair(const struct redis_server_folder *folder, const char *binary,
                        struct redis_server_why *why);

#endif
