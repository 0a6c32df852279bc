/* metrics_test.c: Prometheus' text format 0.0.4: heads, one value, values with a label. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/buf.h"
#include "host/metrics.h"

static void figures_are_written_as_prometheus_reads_them(void **state)
{
    struct buf out;
    buf_init(&out, 4096);
    metrics_one(&out, "a_total", METRIC_COUNTER, "How many.", 12345678901.0);
    metrics_one(&out, "b_seconds", METRIC_GAUGE, "How long.", 0.0015);
    assert_string_equal(buf_text(&out), "# HELP a_total How many.\n# TYPE a_total counter\n"
                                        "a_total 12345678901\n"
                                        "# HELP b_seconds How long.\n# TYPE b_seconds gauge\n"
                                        "b_seconds 0.001500\n");
    buf_finish(&out);
}

static void a_label_may_be_any_text(void **state)
{
    struct buf out;
    buf_init(&out, 4096);
    metrics_value(&out, "up", "account", "a\"b\\c\nd", 1);
    assert_string_equal(buf_text(&out), "up{account=\"a\\\"b\\\\c\\nd\"} 1\n");
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_written_as_prometheus_reads_them),
        cmocka_unit_test(a_label_may_be_any_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
