#include "host/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"

#define LOG_LINE_MAX 4096u

static enum log_level log_threshold = LOG_INFO;

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_set_level(enum log_level level)
{
    log_threshold = level;
}

static void add_escaped(struct buf *line, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            buf_printf(line, "\\x%02x", *p);
        else
            buf_add(line, p, 1);
    }
}

void log_line(enum log_level level, const char *module, const char *format, ...)
{
    if (level > log_threshold)
        return;
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        return;
    struct buf line;
    buf_init(&line, LOG_LINE_MAX);
    buf_printf(&line, "%s %s ", level_names[level], module);
    add_escaped(&line, text);
    free(text);
    fprintf(stderr, "%s\n", buf_text(&line));
    buf_finish(&line);
}
