#include "host/metrics.h"

#include <math.h>

#include "host/buf.h"

void metrics_head(struct buf *out, const char *name, enum metric metric, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
               metric == METRIC_COUNTER ? "counter" : "gauge");
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            buf_puts(out, "\\n");
            continue;
        }
        if (*text == '\\' || *text == '"')
            buf_puts(out, "\\");
        buf_add(out, text, 1);
    }
}

void metrics_value(struct buf *out, const char *name, const char *label, const char *of,
                   double value)
{
    buf_puts(out, name);
    if (label) {
        buf_printf(out, "{%s=\"", label);
        add_escaped(out, of);
        buf_puts(out, "\"}");
    }
    if (value == floor(value) && fabs(value) < 1e15)
        buf_printf(out, " %.0f\n", value);
    else
        buf_printf(out, " %.6f\n", value);
}

void metrics_one(struct buf *out, const char *name, enum metric metric, const char *help,
                 double value)
{
    metrics_head(out, name, metric, help);
    metrics_value(out, name, NULL, NULL, value);
}
