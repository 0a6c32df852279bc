/* faults.c: the list of faults of conf.h, see there. */
#include "host/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/mem.h"

#define FAULTS_MAX 1000
#define FAULT_TEXT_MAX 1000

struct faults {
    char *texts[FAULTS_MAX];
    size_t count;
};

struct faults *faults_create(void)
{
    return xcalloc(1, sizeof(struct faults));
}

void faults_destroy(struct faults **faults)
{
    if (!*faults)
        return;
    for (size_t i = 0; i < (*faults)->count; i++)
        free((*faults)->texts[i]);
    free(*faults);
    *faults = NULL;
}

void faults_add(struct faults *faults, const char *file, int line, const char *format, ...)
{
    if (faults->count == FAULTS_MAX)
        return;
    char text[FAULT_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (faults->count == FAULTS_MAX - 1)
        snprintf(text, sizeof text, "there are more faults; mend these first");
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
    faults->texts[faults->count++] = xasprintf("%s:%d: %s", file, line > 0 ? line : 1, text);
}

size_t faults_count(const struct faults *faults)
{
    return faults->count;
}

const char *faults_text(const struct faults *faults, size_t index)
{
    return index < faults->count ? faults->texts[index] : NULL;
}

size_t faults_print(const struct faults *faults, FILE *file)
{
    for (size_t i = 0; i < faults_count(faults); i++)
        fprintf(file, "%s\n", faults_text(faults, i));
    return faults_count(faults);
}
