/* template_fuzz.c: any bytes as a template. What compiles renders, keeps to its buffer's limit,
 * and shows a value that looks like a template as it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "words/template.h"

#define OUT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct value inner[] = {{.key = "a", .kind = VALUE_TEXT, .text = "{{b}}"},
                                     {.key = "b", .kind = VALUE_FALSE}};
static const struct value items[] = {
    {.kind = VALUE_TEXT, .text = "<&>"},
    {.kind = VALUE_MAP, .items = inner, .count = sizeof inner / sizeof *inner}};
static const struct value top[] = {
    {.key = "a", .kind = VALUE_TEXT, .text = "{{{a}}}"},
    {.key = "b", .kind = VALUE_LIST, .items = items, .count = sizeof items / sizeof *items},
    {.key = "c", .kind = VALUE_TRUE},
    {.key = "d", .kind = VALUE_MAP, .items = inner, .count = sizeof inner / sizeof *inner}};
static const struct value all = {
    .kind = VALUE_MAP, .items = top, .count = sizeof top / sizeof *top};

static void count_name(void *arg, const char *name)
{
    *(size_t *)arg += strlen(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct faults *faults = faults_create();
    struct template *t = template_compile("t", (const char *)bytes, len, faults);
    if (!t && !faults_count(faults))
        abort();
    if (t) {
        struct buf out;
        size_t names = 0;
        buf_init(&out, OUT_MAX);
        template_render(t, &all, &out);
        buf_clear(&out);
        template_render_html(t, &all, &out);
        if (strlen(buf_text(&out)) > OUT_MAX)
            abort();
        buf_finish(&out);
        template_names(t, count_name, &names);
    }
    template_destroy(&t);
    faults_destroy(&faults);
    return 0;
}
