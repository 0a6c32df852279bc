/* template_test.c: the Mustache subset: literal cases of our own, and the public
 * specification's data where that folder is at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "host/conf.h"
#include "host/mem.h"
#include "words/template.h"

static char *render(const char *text, const struct value *values, bool html, size_t max)
{
    struct faults *faults = faults_create();
    struct template *template = template_compile("test", text, strlen(text), faults);
    if (faults_count(faults))
        fail_msg("%s", faults_text(faults, 0));
    struct buf out;
    buf_init(&out, max);
    if (html)
        template_render_html(template, values, &out);
    else
        template_render(template, values, &out);
    char *result = xstrdup(buf_text(&out));
    buf_finish(&out);
    template_destroy(&template);
    faults_destroy(&faults);
    return result;
}

static void expect(const char *text, const struct value *values, const char *want)
{
    char *got = render(text, values, false, 1 << 16);
    assert_string_equal(got, want);
    free(got);
}

static const struct value items[] = {
    {.kind = VALUE_MAP,
     .items = (const struct value[]){{.key = "n", .kind = VALUE_TEXT, .text = "1"}},
     .count = 1},
    {.kind = VALUE_MAP,
     .items = (const struct value[]){{.key = "n", .kind = VALUE_TEXT, .text = "2"}},
     .count = 1}};
static const struct value fields[] = {
    {.key = "name", .kind = VALUE_TEXT, .text = "孙大姐 <b>{{x}}</b> & 'co'"},
    {.key = "yes", .kind = VALUE_TRUE},
    {.key = "no", .kind = VALUE_FALSE},
    {.key = "empty", .kind = VALUE_TEXT, .text = ""},
    {.key = "list", .kind = VALUE_LIST, .items = items, .count = 2},
};
static const struct value map = {.kind = VALUE_MAP, .items = fields, .count = 5};

static void text_from_chat_stays_as_it_is(void **state)
{
    expect("{{name}}!", &map, "孙大姐 <b>{{x}}</b> & 'co'!");
    expect("{{{name}}}", &map, "孙大姐 <b>{{x}}</b> & 'co'");
    expect("{{missing}}{{yes.deeper}}", &map, "");
}

static void pages_escape(void **state)
{
    char *got = render("{{name}}|{{{name}}}|{{&name}}", &map, true, 4096);
    assert_string_equal(got, "孙大姐 &lt;b&gt;{{x}}&lt;/b&gt; &amp; &#39;co&#39;|"
                             "孙大姐 <b>{{x}}</b> & 'co'|孙大姐 <b>{{x}}</b> & 'co'");
    free(got);
}

static void sections(void **state)
{
    expect("{{#yes}}a{{/yes}}{{#no}}b{{/no}}{{^no}}c{{/no}}{{^yes}}d{{/yes}}", &map, "ac");
    expect("{{#list}}[{{n}}{{#yes}}+{{/yes}}]{{/list}}", &map, "[1+][2+]");
    expect("{{#empty}}x{{/empty}}{{^empty}}none{{/empty}}", &map, "none");
    expect("a\n{{#yes}}\nb\n{{/yes}}\nc\n", &map, "a\nb\nc\n");
}

static void limit_of_the_buffer_holds(void **state)
{
    char *got = render("{{#list}}0123456789{{/list}}", &map, false, 15);
    assert_int_equal(strlen(got), 10);
    free(got);
}

static void faults_name_file_and_line(void **state)
{
    static const char *const bad[][2] = {
        {"a\nb {{name", "t:2: this tag is not closed"},
        {"{{#a}}x", "t:1: section \"a\" is not closed"},
        {"x{{/a}}", "t:1: {{/a}} closes"},
        {"{{#a}}{{/b}}", "t:1: {{/b}} closes"},
        {"\n\n{{>part}}", "t:3: \"{{>part}}\" is no tag"},
        {"{{=<% %>=}}", "t:1: "},
        {"{{}}", "t:1: "},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct faults *faults = faults_create();
        assert_null(template_compile("t", bad[i][0], strlen(bad[i][0]), faults));
        assert_int_equal(faults_count(faults), 1);
        if (!strstr(faults_text(faults, 0), bad[i][1]))
            fail_msg("\"%s\" does not contain \"%s\"", faults_text(faults, 0), bad[i][1]);
        faults_destroy(&faults);
    }
}

static void deep_nesting_is_refused(void **state)
{
    char text[2000] = "";
    for (int i = 0; i < 40; i++)
        strcat(text, "{{#a}}");
    for (int i = 0; i < 40; i++)
        strcat(text, "{{/a}}");
    struct faults *faults = faults_create();
    assert_null(template_compile("t", text, strlen(text), faults));
    faults_destroy(&faults);
}

static void collect(void *arg, const char *name)
{
    strcat(strcat(arg, name), " ");
}

static void names_are_listed(void **state)
{
    struct faults *faults = faults_create();
    const char *text = "{{a}} {{#b}}{{c.d}}{{/b}}{{! note }}";
    struct template *template = template_compile("t", text, strlen(text), faults);
    char names[100] = "";
    template_names(template, collect, names);
    assert_string_equal(names, "a b c.d ");
    template_destroy(&template);
    faults_destroy(&faults);
}

/* The specification's data as values; memory is the arena's. */
static struct value to_value(json_t *json, const char *key, struct arena *arena)
{
    struct value value = {.key = key};
    if (json_is_object(json)) {
        struct value *list = arena_alloc(arena, (json_object_size(json) + 1) * sizeof *list);
        const char *name;
        json_t *child;
        value.kind = VALUE_MAP;
        json_object_foreach(json, name, child) list[value.count++] =
            to_value(child, name, arena);
        value.items = list;
    } else if (json_is_array(json)) {
        struct value *list = arena_alloc(arena, (json_array_size(json) + 1) * sizeof *list);
        size_t i;
        json_t *child;
        value.kind = VALUE_LIST;
        json_array_foreach(json, i, child) list[value.count++] = to_value(child, NULL, arena);
        value.items = list;
    } else if (json_is_string(json)) {
        value.kind = VALUE_TEXT;
        value.text = json_string_value(json);
    } else if (json_is_number(json)) {
        value.kind = VALUE_TEXT;
        value.text = arena_printf(arena, "%.10g", json_number_value(json));
    } else if (json_is_boolean(json)) {
        value.kind = json_is_true(json) ? VALUE_TRUE : VALUE_FALSE;
    }
    return value;
}

static const char *spec_folder(void)
{
    const char *folder = getenv("LOUBOT_SHARED");
    return folder ? folder : "../shared";
}

static int spec_file(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/mustache/%s.json", spec_folder(), name);
    json_t *root = json_load_file(path, 0, NULL);
    int count = 0;
    size_t i;
    json_t *test;
    json_array_foreach(json_object_get(root, "tests"), i, test)
    {
        struct arena *arena = arena_create(1 << 20);
        struct value data = to_value(json_object_get(test, "data"), NULL, arena);
        char *got =
            render(json_string_value(json_object_get(test, "template")), &data, true, 1 << 16);
        const char *want = json_string_value(json_object_get(test, "expected"));
        if (strcmp(got, want) != 0)
            fail_msg("%s: %s: got \"%s\", want \"%s\"", name,
                     json_string_value(json_object_get(test, "name")), got, want);
        free(got);
        arena_destroy(&arena);
        count++;
    }
    json_decref(root);
    return count;
}

static void specification(void **state)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/mustache/sections.json", spec_folder());
    if (access(path, R_OK) != 0)
        skip();
    int count = spec_file("interpolation") + spec_file("sections") + spec_file("inverted") +
                spec_file("comments");
    assert_true(count > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_from_chat_stays_as_it_is),
        cmocka_unit_test(pages_escape),
        cmocka_unit_test(sections),
        cmocka_unit_test(limit_of_the_buffer_holds),
        cmocka_unit_test(faults_name_file_and_line),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(names_are_listed),
        cmocka_unit_test(specification),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
