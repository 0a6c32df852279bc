/* csv.h: comma-separated tables as spreadsheets write them (RFC 4180), in UTF-8 with or without
 * BOM, or in GB18030. Blank lines and lines that begin with '#' are skipped. */
#ifndef LOUBOT_PEOPLE_CSV_H
#define LOUBOT_PEOPLE_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct faults;

#define CSV_FIELDS_MAX 32

struct csv {
    char *text, *at; /* owned: the rest that is not read yet */
    int line;        /* of `at` */
    const char *name;
    char *fields[CSV_FIELDS_MAX]; /* of the record read last, without surrounding blanks */
    size_t field_count;
    int record_line; /* where that record begins */
};

/* Copies the bytes, turned into UTF-8. False after adding a fault. */
bool csv_init(struct csv *csv, const char *name, const char *bytes, size_t len,
              struct faults *faults);
void csv_finish(struct csv *csv);
/* The next record. False: the end, or a fault was added (a quote that is not closed). */
bool csv_next(struct csv *csv, struct faults *faults);

#endif
