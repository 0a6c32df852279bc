/* play_print.h: the transcript of `loubot play`: who said what when, and which line of the
 * script failed. */
#ifndef LOUBOT_CLI_PLAY_PRINT_H
#define LOUBOT_CLI_PLAY_PRINT_H

#include <stdbool.h>
#include <stdint.h>

struct play_print {
    const char *file;
    const char *bot_name;
    int utc_offset_s;
    int64_t day; /* the day that was named last */
    bool colour;
};

/* A person's line as it stands in the script, or (`person` NULL or `to` set) the bot's. */
void play_print_said(struct play_print *print, int64_t at_ms, const char *group,
                     const char *person, const char *to, const char *text);
/* What happens to the daemon: "restarted". */
void play_print_note(struct play_print *print, int64_t at_ms, const char *text);
/* A line that failed; `why` may have several lines. */
void play_print_failed(struct play_print *print, int line, const char *source, const char *why);

#endif
