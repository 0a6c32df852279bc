/* reload_test.c: a running daemon reads its files anew at SIGUSR1, and stays as it is when
 * there is a fault in them. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "played.h"
#include "support.h"

#define WAIT_MS 60000

static char *folder;
static pid_t daemon_pid;
static char log_text[64 * 1024];

static void put(const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static size_t count_in_log(const char *what)
{
    char path[300];
    snprintf(path, sizeof path, "%s/log", folder);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, log_text, sizeof log_text - 1) : 0;
    log_text[n > 0 ? n : 0] = '\0';
    close(fd);
    size_t count = 0;
    for (const char *p = log_text; (p = strstr(p, what)); p++)
        count++;
    return count;
}

static void wait_for(const char *what, size_t times)
{
    for (int ms = 0; ms < WAIT_MS; ms += 50) {
        if (count_in_log(what) >= times)
            return;
        if (waitpid(daemon_pid, NULL, WNOHANG) == daemon_pid)
            fail_msg("it ended while \"%s\" was waited for:\n%s", what, log_text);
        usleep(50000);
    }
    fail_msg("no \"%s\" within a minute:\n%s", what, log_text);
}

static void start(void)
{
    char config[300], log[300];
    snprintf(config, sizeof config, "%s/loubot.yaml", folder);
    snprintf(log, sizeof log, "%s/log", folder);
    daemon_pid = fork();
    if (daemon_pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(fd, 1);
        dup2(fd, 2);
        unsetenv("LOUBOT_LOG");
        execl(played_binary(), "loubot", "run", "-c", config, (char *)NULL);
        _exit(127);
    }
}

#define TITLES "id,name,role,area,identities\n"
#define ANN "a,Ann,building_head,building:1,onebot:1\n"

static void files_are_read_anew_or_not_at_all(void **state)
{
    if (!played_binary())
        skip();
    folder = support_folder_create();
    put("loubot.yaml", "data: data\ncommunities: [.]\naccounts: {adapter: web, port: 0}\n");
    put("community.yaml", "id: x\nbuildings: {names: 1}\n");
    put("roster.csv", TITLES ANN);
    start();
    wait_for("core ready", 1);

    put("roster.csv", TITLES ANN "b,Ben,building_head,building:2,\n");
    kill(daemon_pid, SIGUSR1);
    wait_for("roster.csv:3: there is no building `2`", 1);
    wait_for("nothing is changed", 1);
    assert_int_equal(count_in_log("core ready"), 1);

    put("community.yaml", "id: x\nbuildings: {names: [1, 2]}\n");
    kill(daemon_pid, SIGUSR1);
    wait_for("the files are read anew", 1);
    wait_for("core ready", 2);

    int status;
    kill(daemon_pid, SIGTERM);
    assert_int_equal(waitpid(daemon_pid, &status, 0), daemon_pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    support_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files_are_read_anew_or_not_at_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
