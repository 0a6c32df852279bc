/* people_files.h: communities written into temporary folders, for tests. */
#ifndef LOUBOT_TESTS_PEOPLE_FILES_H
#define LOUBOT_TESTS_PEOPLE_FILES_H

#include <stddef.h>

struct community;
struct faults;

/* A new folder in /tmp that holds the two files (NULL: left out); removed by people_remove().
 */
char *people_folder(const char *yaml, const char *roster, size_t roster_len);
void people_remove(char **folder);
/* Writes a file into the folder. */
void people_write(const char *folder, const char *name, const char *bytes, size_t len);
/* Loads such a folder and removes it. */
struct community *people_load(const char *yaml, const char *roster, struct faults *faults);
/* Fails the test unless some fault contains `part`. */
void people_expect_fault(const struct faults *faults, const char *part);

/* Runs a command of the command line; what it prints, to either stream, goes to `output`. */
int people_run(int (*command)(int argc, char **argv), int argc, const char *const *words,
               char *output, size_t size);

#endif
