#include "tests/unit/people_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dirent.h>
#include <cmocka.h>

#include "host/conf.h"
#include "people/community.h"

void people_write(const char *folder, const char *name, const char *bytes, size_t len)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

char *people_folder(const char *yaml, const char *roster, size_t roster_len)
{
    char *folder = strdup("/tmp/loubot-people-XXXXXX");
    assert_non_null(mkdtemp(folder));
    if (yaml)
        people_write(folder, "community.yaml", yaml, strlen(yaml));
    if (roster)
        people_write(folder, "roster.csv", roster, roster_len);
    return folder;
}

void people_remove(char **folder)
{
    DIR *dir = opendir(*folder);
    char path[600];
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        snprintf(path, sizeof path, "%s/%s", *folder, e->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(*folder);
    free(*folder);
    *folder = NULL;
}

struct community *people_load(const char *yaml, const char *roster, struct faults *faults)
{
    char *folder = people_folder(yaml, roster, strlen(roster));
    struct community *community = community_load(folder, faults);
    people_remove(&folder);
    return community;
}

void people_expect_fault(const struct faults *faults, const char *part)
{
    for (size_t i = 0; i < faults_count(faults); i++)
        if (strstr(faults_text(faults, i), part))
            return;
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("  %s\n", faults_text(faults, i));
    fail_msg("no fault says \"%s\"", part);
}

int people_run(int (*command)(int argc, char **argv), int argc, const char *const *words,
               char *output, size_t size)
{
    char *argv[8] = {NULL};
    for (int i = 0; i < argc; i++)
        argv[i] = (char *)words[i];
    char path[] = "/tmp/loubot-run-XXXXXX";
    int file = mkstemp(path), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    assert_true(file >= 0);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    int status = command(argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    ssize_t n = pread(file, output, size - 1, 0);
    output[n > 0 ? n : 0] = '\0';
    close(file);
    close(out);
    close(err);
    unlink(path);
    return status;
}
