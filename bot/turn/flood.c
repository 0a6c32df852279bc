/* flood.c: see flood.h. Windows of time by key, in a table with a cap: when it is full the old
 * ones go. */
#include "turn/flood.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"

#define KEYS_MAX 4096
#define WINDOW_MS 60000
#define LINES_A_MINUTE 40 /* for the bot, of one person in one group: nobody types that */
#define BOT_WINDOW_MS (10 * 60000)
#define BOT_LINES 10
#define SAID_AGAIN_MS 3600000
#define ECHOES_KEPT 8     /* texts a group */
#define ECHO_GROUPS 4000  /* that are remembered */
#define ECHO_MIN 24       /* bytes: shorter ones are people's words too */
#define ECHO_TEXT_MAX 600 /* bytes kept of a text */

struct window {
    char *key;
    int64_t until_ms;
    unsigned count;
    UT_hash_handle hh;
};

struct echoes { /* the last texts that were sent to a group */
    char *key;
    char *texts[ECHOES_KEPT];
    size_t next;
    UT_hash_handle hh;
};

struct flood {
    struct window *windows;
    struct echoes *echoes;
};

struct flood *flood_create(void)
{
    return xcalloc(1, sizeof(struct flood));
}

static void drop(struct flood *flood, int64_t over_ms)
{
    struct window *window, *next;
    HASH_ITER(hh, flood->windows, window, next)
    {
        if (window->until_ms > over_ms)
            continue;
        HASH_DEL(flood->windows, window);
        free(window->key);
        free(window);
    }
}

static void drop_echoes(struct flood *flood)
{
    struct echoes *echoes, *next;
    HASH_ITER(hh, flood->echoes, echoes, next)
    {
        HASH_DEL(flood->echoes, echoes);
        for (size_t i = 0; i < ECHOES_KEPT; i++)
            free(echoes->texts[i]);
        free(echoes->key);
        free(echoes);
    }
}

void flood_destroy(struct flood **flood)
{
    if (!*flood)
        return;
    drop(*flood, INT64_MAX);
    drop_echoes(*flood);
    free(*flood);
    *flood = NULL;
}

/* How often that key was counted since its window began, this time included. */
static unsigned count(const struct core *core, const char *key, int64_t window_ms)
{
    struct flood *flood = core->flood;
    int64_t now_ms = clock_now_ms(core->config.clock);
    struct window *window;
    HASH_FIND_STR(flood->windows, key, window);
    if (!window && HASH_COUNT(flood->windows) >= KEYS_MAX) {
        drop(flood, now_ms);
        if (HASH_COUNT(flood->windows) >= KEYS_MAX)
            drop(flood, INT64_MAX - 1);
    }
    if (!window) {
        window = xcalloc(1, sizeof *window);
        window->key = xstrdup(key);
        HASH_ADD_KEYPTR(hh, flood->windows, window->key, strlen(window->key), window);
    }
    if (window->until_ms <= now_ms) {
        window->until_ms = now_ms + window_ms;
        window->count = 0;
    }
    return ++window->count;
}

void flood_tell(const struct core *core, const char *cause, const char *line)
{
    char key[200];
    snprintf(key, sizeof key, "said|%s", cause);
    if (count(core, key, SAID_AGAIN_MS) == 1)
        log_warn("operator", "%s", line);
}

static void tell(const struct queue *queue, const char *who, const char *what)
{
    char cause[160], line[300];
    snprintf(cause, sizeof cause, "%s %s", queue->key, who);
    snprintf(line, sizeof line, "flood group=%s member=%s: %s", queue->key, who, what);
    flood_tell(queue->core, cause, line);
}

void flood_note_line(const struct queue *queue, const struct input *input)
{
    char key[200];
    const char *user = input->user ? input->user : "-";
    if (input->backfilled)
        return;
    snprintf(key, sizeof key, "line|%s|%s", queue->key, user);
    if (count(queue->core, key, WINDOW_MS) == LINES_A_MINUTE)
        tell(queue, user, "more lines for the bot than a person types");
}

void flood_note_bot(const struct queue *queue, const struct input *input)
{
    char key[200];
    if (!input_mentions_self(input) && !input_quoted(input))
        return;
    const char *user = input->user ? input->user : "-";
    snprintf(key, sizeof key, "bot|%s|%s", queue->key, user);
    if (count(queue->core, key, BOT_WINDOW_MS) == BOT_LINES)
        tell(queue, user, "another bot answers ours again and again; it gets no answer");
}

static struct echoes *echoes_of(const struct core *core, const struct home *home,
                                const char *group, bool make)
{
    char key[160];
    struct flood *flood = core->flood;
    struct echoes *echoes;
    snprintf(key, sizeof key, "%s %s", community_id(home->community), group);
    HASH_FIND_STR(flood->echoes, key, echoes);
    if (echoes || !make)
        return echoes;
    if (HASH_COUNT(flood->echoes) >= ECHO_GROUPS)
        drop_echoes(flood);
    echoes = xcalloc(1, sizeof *echoes);
    echoes->key = xstrdup(key);
    HASH_ADD_KEYPTR(hh, flood->echoes, echoes->key, strlen(echoes->key), echoes);
    return echoes;
}

void flood_note_sent(const struct core *core, const struct home *home, const char *group,
                     const char *text)
{
    size_t len = strlen(text);
    if (len < ECHO_MIN || len > ECHO_TEXT_MAX || strcmp(group, "dm") == 0)
        return;
    struct echoes *echoes = echoes_of(core, home, group, true);
    char **slot = &echoes->texts[echoes->next++ % ECHOES_KEPT];
    free(*slot);
    *slot = xstrdup(text);
}

/* The whole of what was said, or most of it. */
static bool is_of(const char *text, const char *sent)
{
    size_t len = strlen(text), sent_len = strlen(sent);
    return strstr(text, sent) || (len * 10 >= sent_len * 6 && strstr(sent, text));
}

bool flood_is_echo(const struct queue *queue, const struct input *input, const char *text)
{
    char key[200];
    struct echoes *echoes = echoes_of(queue->core, queue->home, queue->group->name, false);
    bool echo = false;
    if (!echoes || strlen(text) < ECHO_MIN)
        return false;
    for (size_t i = 0; i < ECHOES_KEPT && !echo; i++)
        echo = echoes->texts[i] && is_of(text, echoes->texts[i]);
    if (!echo)
        return false;
    const char *user = input->user ? input->user : "-";
    snprintf(key, sizeof key, "echo|%s|%s", queue->key, user);
    if (count(queue->core, key, BOT_WINDOW_MS) == BOT_LINES / 2)
        tell(queue, user, "our own messages come back; they get no answer");
    return true;
}
