/* conf_fuzz.c: any bytes as a configuration: every node is asked everything. Texts are also
 * read as moments. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/calendar.h"
#include "host/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct calendar *calendar;

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* A moment that was read is told and read again as itself. */
static void check_moment(const char *text)
{
    int64_t ms, again;
    char told[40];
    if (!calendar_parse(calendar, text, &ms))
        return;
    calendar_rfc3339(calendar, ms, told, sizeof told);
    check(calendar_parse(calendar, told, &again));
    check(again <= ms && ms - again < 1000);
    for (int clock = CLOCK_URGENT_HOUR; clock <= CLOCK_NATURAL_DAY; clock++)
        check(calendar_due_ms(calendar, (enum clock_kind)clock, 3, ms) > ms);
}

static void ask(struct conf_node *node, struct faults *faults, int depth)
{
    check(conf_line(node) > 0 && depth < 30);
    const char *text = conf_string(node, "", faults);
    check(text);
    check_moment(text);
    int64_t n = conf_int(node, 5, 1, 9, faults);
    check(n >= 1 && n <= 9);
    conf_bool(node, true, faults);
    check(conf_span_ms(node, 0, faults) >= 0);
    conf_get(node, "id");
    size_t keys = conf_keys(node);
    struct conf_node *child;
    for (size_t i = 0; i < keys; i++) {
        const char *key = conf_key(node, i, &child);
        check(key && conf_get(node, key) == child);
        ask(child, faults, depth + 1);
    }
    for (size_t i = 0; i < conf_length(node); i++) {
        child = conf_item(node, i);
        check(child);
        if (child != node)
            ask(child, faults, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct faults *faults = faults_create();
    if (!calendar)
        calendar = calendar_load(NULL, 28800, faults);
    struct conf *conf = conf_read_bytes("f", (const char *)bytes, len, faults);
    check(conf || faults_count(faults));
    if (conf && conf_root(conf)) {
        conf_report_unknown(conf_root(conf), faults);
        ask(conf_root(conf), faults, 0);
    }
    for (size_t i = 0; i < faults_count(faults); i++)
        check(strncmp(faults_text(faults, i), "f:", 2) == 0);
    conf_destroy(&conf);
    faults_destroy(&faults);
    return 0;
}
