#include "cli/play_print.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void print_time(struct play_print *print, int64_t at_ms)
{
    static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
    struct tm tm;
    time_t local = (time_t)(at_ms / 1000 + print->utc_offset_s);
    gmtime_r(&local, &tm);
    if (local / 86400 != print->day) {
        print->day = local / 86400;
        printf("-- %s, %04d-%02d-%02d\n", days[tm.tm_wday], tm.tm_year + 1900, tm.tm_mon + 1,
               tm.tm_mday);
    }
    printf("%02d:%02d  ", tm.tm_hour, tm.tm_min);
}

/* Later lines stand under the first. */
static void print_text(const char *text, const char *indent)
{
    for (;;) {
        size_t len = strcspn(text, "\n");
        printf("%.*s\n", (int)len, text);
        if (!text[len])
            return;
        text += len + 1;
        printf("%s", indent);
    }
}

void play_print_said(struct play_print *print, int64_t at_ms, const char *group,
                     const char *person, const char *to, const char *text)
{
    print_time(print, at_ms);
    if (print->colour && !person)
        printf("\033[1m");
    printf("%-4s  %s", group, person ? person : print->bot_name);
    if (to)
        printf(" → %s", to);
    if (print->colour && !person)
        printf("\033[0m");
    printf(": ");
    print_text(text, "             ");
}

void play_print_note(struct play_print *print, int64_t at_ms, const char *text)
{
    print_time(print, at_ms);
    printf("(%s)\n", text);
}

void play_print_failed(struct play_print *print, int line, const char *source, const char *why)
{
    printf("%sFAILED %s:%d: %s%s\n", print->colour ? "\033[31m" : "", print->file, line, source,
           print->colour ? "\033[0m" : "");
    printf("       ");
    print_text(why, "       ");
}
