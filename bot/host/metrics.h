/* metrics.h: figures in the form that Prometheus reads (text format 0.0.4). Pure: whoever
 * counts keeps plain numbers of his own, and they are written out here when somebody asks. */
#ifndef LOUBOT_HOST_METRICS_H
#define LOUBOT_HOST_METRICS_H

struct buf;

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metric { METRIC_COUNTER, METRIC_GAUGE };

/* The head of a figure; its values follow. `help` is one line. */
void metrics_head(struct buf *out, const char *name, enum metric metric, const char *help);
/* One value of it. `label` NULL: there is only one; else `of` is the label's value, any text.
 */
void metrics_value(struct buf *out, const char *name, const char *label, const char *of,
                   double value);
/* Head and value of a figure that has only one. */
void metrics_one(struct buf *out, const char *name, enum metric metric, const char *help,
                 double value);

#endif
