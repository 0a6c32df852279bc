#include "people/csv.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "host/conf.h"
#include "host/mem.h"

/* Bytes up to the first that is not UTF-8. */
static size_t utf8_length(const char *bytes, size_t len)
{
    size_t at = 0;
    while (at < len) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at,
                                              (utf8proc_ssize_t)(len - at), &c);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    return at;
}

static int line_at(const char *bytes, size_t offset)
{
    int line = 1;
    for (size_t i = 0; i < offset; i++)
        line += bytes[i] == '\n';
    return line;
}

/* A copy in UTF-8 of GB18030 bytes; NULL: they are not that either. */
static char *from_gb18030(const char *bytes, size_t len)
{
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    if (cd == (iconv_t)-1)
        return NULL;
    size_t room = len * 3 + 1, left = room - 1;
    char *text = xmalloc(room), *out = text, *in = (char *)bytes;
    size_t failed = iconv(cd, &in, &len, &out, &left);
    iconv_close(cd);
    if (failed == (size_t)-1) {
        free(text);
        return NULL;
    }
    *out = '\0';
    return text;
}

bool csv_init(struct csv *csv, const char *name, const char *bytes, size_t len,
              struct faults *faults)
{
    *csv = (struct csv){.name = name, .line = 1};
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    const char *nul = memchr(bytes, '\0', len);
    if (nul) {
        faults_add(faults, name, line_at(bytes, (size_t)(nul - bytes)),
                   "holds a NUL byte; save the table as CSV in UTF-8");
        return false;
    }
    size_t good = utf8_length(bytes, len);
    csv->text = good == len ? xstrndup(bytes, len) : from_gb18030(bytes, len);
    csv->at = csv->text;
    if (!csv->text)
        faults_add(faults, name, line_at(bytes, good),
                   "neither UTF-8 nor GB18030; save the table as CSV in UTF-8");
    return csv->text;
}

void csv_finish(struct csv *csv)
{
    free(csv->text);
    *csv = (struct csv){.name = NULL};
}

static char *trim(char *text)
{
    size_t len = strlen(text);
    while (len && strchr(" \t\r", text[len - 1]))
        text[--len] = '\0';
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

/* Takes the field's quotes away in place; false: not closed, or something stands behind them.
 */
static bool unquote(struct csv *csv, char **end)
{
    char *out = csv->at, *in = csv->at + 1;
    for (; *in; in++) {
        if (*in == '"' && in[1] != '"')
            break;
        if (*in == '"')
            in++;
        csv->line += *in == '\n';
        *out++ = *in;
    }
    if (!*in)
        return false;
    in++;
    while (*in == ' ' || *in == '\t' || (*in == '\r' && in[1] == '\n'))
        in++;
    if (*in && *in != ',' && *in != '\n')
        return false;
    *end = in;
    char stop = *in;
    *out = '\0';
    if (out == in)
        *in = stop;
    return true;
}

/* Takes away the quote mark that keeps a spreadsheet from taking the cell for a formula. */
static char *unguard(char *text)
{
    return *text == '\'' && text[1] && strchr("=+-@\t", text[1]) ? text + 1 : text;
}

/* Reads one field at csv->at; the character behind it goes to *ret_stop. */
static char *field(struct csv *csv, char *ret_stop)
{
    csv->at += strspn(csv->at, " \t");
    char *start = csv->at, *end;
    if (*start == '"') {
        if (!unquote(csv, &end))
            return NULL;
    } else {
        end = start + strcspn(start, ",\n");
    }
    *ret_stop = *end;
    *end = '\0';
    csv->at = *ret_stop ? end + 1 : end;
    csv->line += *ret_stop == '\n';
    return unguard(trim(start));
}

static void skip_empty(struct csv *csv)
{
    for (;;) {
        size_t blank = strspn(csv->at, " \t\r");
        char c = csv->at[blank];
        if (c != '\n' && c != '#')
            return;
        char *end = strchr(csv->at, '\n');
        csv->at = end ? end + 1 : csv->at + strlen(csv->at);
        csv->line += end != NULL;
    }
}

bool csv_next(struct csv *csv, struct faults *faults)
{
    skip_empty(csv);
    csv->field_count = 0;
    csv->record_line = csv->line;
    if (!*csv->at)
        return false;
    char stop = ',';
    while (stop == ',') {
        char *text = field(csv, &stop);
        if (!text) {
            faults_add(faults, csv->name, csv->record_line,
                       "a quote \" is not closed, or text stands behind it; mend the line");
            csv->at += strlen(csv->at);
            return false;
        }
        if (csv->field_count < CSV_FIELDS_MAX)
            csv->fields[csv->field_count++] = text;
    }
    return true;
}
