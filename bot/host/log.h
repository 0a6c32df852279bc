/* log.h: one line a fact, `level module key=value …`, to standard error (the journal keeps it).
 *
 * An error is logged exactly once, where it is handled. No secret and no message text above
 * debug. Values that may hold foreign text are passed with %s: control characters are written
 * as \xNN, so a log line stays one line.
 */
#ifndef LOUBOT_HOST_LOG_H
#define LOUBOT_HOST_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* The level is process-wide, set once at start (it is the one global that every file may use).
 */
void log_set_level(enum log_level level);
void log_line(enum log_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(module, ...) log_line(LOG_ERROR, module, __VA_ARGS__)
#define log_warn(module, ...) log_line(LOG_WARN, module, __VA_ARGS__)
#define log_info(module, ...) log_line(LOG_INFO, module, __VA_ARGS__)
#define log_debug(module, ...) log_line(LOG_DEBUG, module, __VA_ARGS__)

#endif
