/* conf_test.c: YAML files as configuration: values, lines, faults, caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/conf.h"
#include "host/nearest.h"

static struct faults *faults;

static int setup(void **state)
{
    faults = faults_create();
    return 0;
}

static int teardown(void **state)
{
    faults_destroy(&faults);
    return 0;
}

static struct conf *read_text(const char *text)
{
    return conf_read_bytes("t.yaml", text, strlen(text), faults);
}

static void expect_fault(size_t index, const char *part)
{
    const char *text = faults_text(faults, index);
    assert_non_null(text);
    if (!strstr(text, part))
        fail_msg("fault %zu is \"%s\", expected \"%s\"", index, text, part);
}

static void refused(const char *yaml, const char *part)
{
    struct conf *conf = read_text(yaml);
    assert_null(conf);
    expect_fault(faults_count(faults) - 1, part);
}

static void values_are_read_by_name(void **state)
{
    struct conf *conf = read_text("name: 南风\nport: 8080\nquiet: yes\nwait: 5m\n"
                                  "list: [a, b]\none: x\nempty:\n");
    assert_non_null(conf);
    struct conf_node *root = conf_root(conf);
    assert_string_equal(conf_string(conf_get(root, "name"), "", faults), "南风");
    assert_int_equal(conf_int(conf_get(root, "port"), 1, 1, 65535, faults), 8080);
    assert_true(conf_bool(conf_get(root, "quiet"), false, faults));
    assert_int_equal(conf_span_ms(conf_get(root, "wait"), 0, faults), 300000);
    assert_int_equal(conf_length(conf_get(root, "list")), 2);
    assert_string_equal(conf_string(conf_item(conf_get(root, "list"), 1), "", faults), "b");
    assert_int_equal(conf_length(conf_get(root, "one")), 1);
    assert_int_equal(conf_length(conf_get(root, "empty")), 0);
    assert_string_equal(conf_string(conf_get(root, "empty"), "else", faults), "else");
    assert_string_equal(conf_string(conf_get(root, "absent"), "else", faults), "else");
    assert_null(conf_get(NULL, "x"));
    assert_int_equal(conf_line(conf_get(root, "wait")), 4);
    conf_report_unknown(root, faults);
    assert_int_equal(faults_count(faults), 0);
    conf_destroy(&conf);
    assert_null(conf);
    conf_destroy(&conf);
}

static void keys_come_in_file_order(void **state)
{
    struct conf *conf = read_text("z: 1\na: 2\n");
    struct conf_node *value;
    assert_int_equal(conf_keys(conf_root(conf)), 2);
    assert_string_equal(conf_key(conf_root(conf), 0, &value), "z");
    assert_string_equal(conf_key(conf_root(conf), 1, &value), "a");
    assert_int_equal(conf_int(value, 0, 0, 9, faults), 2);
    assert_null(conf_key(conf_root(conf), 2, &value));
    conf_destroy(&conf);
}

static void wrong_types_are_faults_with_their_line(void **state)
{
    struct conf *conf = read_text("a: [1]\nb: 70000\nc: maybe\nd: 5 minutes\ne: {x: 1}\n");
    struct conf_node *root = conf_root(conf);
    assert_string_equal(conf_string(conf_get(root, "a"), "d", faults), "d");
    assert_int_equal(conf_int(conf_get(root, "b"), 7, 1, 65535, faults), 7);
    assert_true(conf_bool(conf_get(root, "c"), true, faults));
    assert_int_equal(conf_span_ms(conf_get(root, "d"), 3, faults), 3);
    assert_int_equal(conf_int(conf_get(root, "e"), 4, 0, 9, faults), 4);
    assert_int_equal(faults_count(faults), 5);
    expect_fault(0, "t.yaml:1: `a` is a list; write one text");
    expect_fault(1, "t.yaml:2: `70000` is no whole number from 1 to 65535");
    expect_fault(2, "t.yaml:3: `c` is neither true nor false");
    expect_fault(3, "t.yaml:4: `d` is no time span");
    expect_fault(4, "t.yaml:5: `e` is a mapping; write a whole number");
    conf_destroy(&conf);
}

static void odd_numbers_are_refused(void **state)
{
    static const char *const bad[] = {"1.5", "0x10", "' 5'",
                                      "+5",  "5x",   "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char yaml[64];
        snprintf(yaml, sizeof yaml, "n: %s\n", bad[i]);
        struct conf *conf = read_text(yaml);
        struct conf_node *n = conf_get(conf_root(conf), "n");
        assert_int_equal(conf_int(n, 3, -100, 100, faults), 3);
        assert_int_equal(conf_span_ms(n, 4, faults), 4);
        conf_destroy(&conf);
    }
    assert_int_equal(faults_count(faults), 12);
}

static void environment_fills_in(void **state)
{
    setenv("LOUBOT_T", "secret", 1);
    unsetenv("LOUBOT_NONE");
    struct conf *conf = read_text("a: x${LOUBOT_T}y\nb: ${LOUBOT_NONE}\nc: $${LOUBOT_T}\n"
                                  "d: ${LOUBOT_NONE:-ws://h:1}\ne: '${LOUBOT_T'\n"
                                  "f: ${LOUBOT_T}\n");
    struct conf_node *root = conf_root(conf);
    assert_string_equal(conf_string(conf_get(root, "a"), "", faults), "xsecrety");
    assert_int_equal(faults_count(faults), 0);
    assert_string_equal(conf_string(conf_get(root, "b"), "-", faults), "");
    expect_fault(0, "t.yaml:2: the environment variable LOUBOT_NONE is not set");
    assert_string_equal(conf_string(conf_get(root, "c"), "", faults), "${LOUBOT_T}");
    assert_string_equal(conf_string(conf_get(root, "d"), "", faults), "ws://h:1");
    conf_string(conf_get(root, "e"), "", faults);
    expect_fault(1, "has `${` without `}`");
    conf_int(conf_get(root, "f"), 0, 0, 9, faults);
    expect_fault(2, "`${LOUBOT_T}` is no whole number");
    assert_null(strstr(faults_text(faults, 2), "secret"));
    conf_destroy(&conf);
}

static void unknown_keys_get_a_suggestion(void **state)
{
    struct conf *conf = read_text("nmae: x\nblue: 1\nsub:\n  buildngs: 2\nacc: {own: 1}\n");
    struct conf_node *root = conf_root(conf);
    conf_get(root, "name");
    conf_get(conf_get(root, "sub"), "buildings");
    conf_leave(conf_get(root, "acc"));
    conf_report_unknown(root, faults);
    assert_int_equal(faults_count(faults), 3);
    expect_fault(0, "t.yaml:1: `nmae` is not known here; did you mean `name`?");
    expect_fault(1, "t.yaml:2: `blue` is not known here; remove it");
    expect_fault(2, "t.yaml:4: `buildngs` is not known here; did you mean `buildings`?");
    conf_report_unknown(conf_get(root, "acc"), faults);
    expect_fault(3, "t.yaml:5: `own` is not known here");
    conf_destroy(&conf);
}

static void broken_files_are_refused_by_line(void **state)
{
    refused("a: 1\nb: [1, 2\nc: 3\n", "t.yaml:3: not YAML");
    refused("a: 1\n\tb: 2\n", "t.yaml:2: not YAML");
    refused("a: 1\nb: \xff\xfe\n", "t.yaml:2: not YAML");
    refused("a: 1\nb: 2\na: 3\n", "t.yaml:3: `a` stands here twice, first in line 1");
    refused("a: &x [1]\nb: *x\n", "t.yaml:1: anchors");
    refused("a: *x\n", "t.yaml:1: anchors");
    refused("a: !include other\n", "t.yaml:1: anchors, aliases and tags");
    refused("a: 1\n---\nb: 2\n", "t.yaml:2: a second document");
    refused("? [1, 2]\n: 3\n", "t.yaml:1: a key must be a plain word");
    refused("a: \"x\\0y\"\n", "t.yaml:1: a NUL character");
}

static void growth_is_capped(void **state)
{
    char deep[200] = "a: ";
    memset(deep + 3, '[', 100);
    refused(deep, "nested too deeply");
    size_t len = 600000;
    char *wide = malloc(len + 1);
    wide[0] = '[';
    for (size_t i = 1; i < len; i++)
        wide[i] = i % 2 ? '1' : ',';
    wide[len] = '\0';
    refused(wide, "too many values");
    free(wide);
    char *large = calloc(1, 2000000);
    memset(large, '#', 1999999);
    refused(large, "larger than 1 MB");
    free(large);
}

static void files_that_cannot_be_read_are_named(void **state)
{
    assert_null(conf_read_file("/nonexistent/x.yaml", faults));
    expect_fault(0, "/nonexistent/x.yaml:1: cannot be read: No such file");
    assert_null(conf_read_file("/", faults));
    expect_fault(1, "/:1: is no regular file");
}

static void an_empty_file_is_an_empty_mapping(void **state)
{
    struct conf *conf = read_text("# nothing\n");
    assert_non_null(conf);
    assert_null(conf_get(conf_root(conf), "a"));
    conf_report_unknown(conf_root(conf), faults);
    assert_int_equal(faults_count(faults), 0);
    conf_destroy(&conf);
}

static void faults_are_capped_and_one_line_each(void **state)
{
    faults_add(faults, "f", 0, "a\nb");
    assert_string_equal(faults_text(faults, 0), "f:1: a?b");
    for (int i = 0; i < 2000; i++)
        faults_add(faults, "f", i, "x");
    assert_int_equal(faults_count(faults), 1000);
    expect_fault(999, "there are more faults");
    assert_null(faults_text(faults, 1000));
}

static void nearest_counts_characters(void **state)
{
    static const char *const roles[] = {"grid_worker", "building_head", "网格员", "楼长"};
    assert_string_equal(nearest("grid_woker", roles, 4), "grid_worker");
    assert_string_equal(nearest("Grid_Worker", roles, 4), "grid_worker");
    assert_string_equal(nearest("网络员", roles, 4), "网格员");
    assert_string_equal(nearest("grid_wroker", roles, 4), "grid_worker");
    assert_string_equal(nearest("长楼", roles, 4), "楼长");
    assert_null(nearest("plumber", roles, 4));
    assert_null(nearest("", roles, 4));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(values_are_read_by_name),
        T(keys_come_in_file_order),
        T(wrong_types_are_faults_with_their_line),
        T(odd_numbers_are_refused),
        T(environment_fills_in),
        T(unknown_keys_get_a_suggestion),
        T(broken_files_are_refused_by_line),
        T(growth_is_capped),
        T(files_that_cannot_be_read_are_named),
        T(an_empty_file_is_an_empty_mapping),
        T(faults_are_capped_and_one_line_each),
        T(nearest_counts_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
