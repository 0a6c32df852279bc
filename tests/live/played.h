/* played.h: runs `loubot play` on a script given as text, for tests of the command and of
 * kills.
 */
#ifndef LOUBOT_TESTS_PLAYED_H
#define LOUBOT_TESTS_PLAYED_H

struct played {
    int status; /* exit status, -1 when it was killed */
    char *out, *err;
    int passed, failed; /* of the last line; -1 when there was none */
    int repeats;        /* messages that were sent again */
};

/* The binary under test ($LOUBOT, else build-san/loubot, else build/loubot), or NULL. */
const char *played_binary(void);
/* `kill_at` is put into LOUBOT_KILL_AT when it is not NULL. Freed by played_free(). */
struct played played_script(const char *script, const char *kill_at);
/* With arguments of its own; a NULL ends them. */
struct played played_run(const char *const *args, const char *kill_at);
void played_free(struct played *played);
/* What people saw, group by group (between groups there is no order): the transcript without
 * what tells of kills and file names. To be freed. */
char *played_seen(const struct played *played);

#endif
