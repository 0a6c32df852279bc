/* redis_server_test.c: bot/store/redis_server*.c with the real redis-server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/mem.h"
#include "tests/live/support.h"

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static struct redis_server *start(struct loop *loop, const char *data, int wait_ms,
                                  const char **why)
{
    struct redis_server_config config = {.data = data, .fsync_always = true};
    return redis_server_start(loop, &config, wait_ms, why);
}

static char *ask(struct support *s, const char *word, const char *key, const char *value)
{
    return value ? support_ask(s, word, key, value, NULL) : support_ask(s, word, key, NULL);
}

static void expect(struct support *s, const char *word, const char *key, const char *value,
                   const char *answer)
{
    char *got = ask(s, word, key, value);
    assert_string_equal(got, answer);
    free(got);
}

static void it_keeps_everything_and_forks_nothing(void **state)
{
    struct support *s = support_start();
    static const char *const settings[][2] = {
        {"appendonly", "yes"},
        {"appendfsync", "always"},
        {"save", ""},
        {"port", "0"},
        {"aof-load-truncated", "no"},
        {"auto-aof-rewrite-percentage", "0"},
        {"unixsocketperm", "700"},
        {"hash-max-listpack-entries", "128"},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        char *want = xasprintf("%s %s", settings[i][0], settings[i][1]);
        expect(s, "CONFIG", "GET", settings[i][0], want);
        free(want);
    }
    assert_true(redis_server_has_room(support_server(s)));
    support_stop(&s);
}

/* The data of a stopped server is there at the next start, in a folder made on the way. */
static void start_stop_start_keeps_the_data(void **state)
{
    struct support *s = support_start();
    char *data = xasprintf("%s/a b/deeper", support_folder(s));
    const char *why = NULL;
    struct redis_server *server = start(support_loop(s), data, 0, &why);
    assert_non_null(server);
    struct stat st;
    assert_int_equal(stat(data, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    pid_t pid = redis_server_pid(server);
    redis_server_stop(&server);
    assert_null(server);
    redis_server_stop(&server);
    assert_int_equal(kill(pid, 0), -1);
    server = start(support_loop(s), data, 0, &why);
    assert_non_null(server);
    redis_server_stop(&server);
    free(data);
    support_stop(&s);
}

static void faults_are_sentences(void **state)
{
    struct loop *loop = loop_create();
    char *folder = support_folder_create();
    const char *why = NULL;
    struct redis_server_config config = {.data = folder, .binary = "/nowhere/redis-server"};
    assert_null(redis_server_start(loop, &config, 0, &why));
    assert_non_null(strstr(why, "/nowhere/redis-server cannot be started"));
    config.binary = "/bin/false";
    assert_null(redis_server_start(loop, &config, 0, &why));
    assert_non_null(strstr(why, "ended at once"));

    char *path = getenv("PATH");
    char *saved = xstrdup(path);
    setenv("PATH", folder, 1);
    config.binary = NULL;
    assert_null(redis_server_start(loop, &config, 0, &why));
    assert_non_null(strstr(why, "redis-server is not installed"));
    setenv("PATH", saved, 1);
    free(saved);

    char *longer = xasprintf("%s/%0100d", folder, 0);
    assert_null(start(loop, longer, 0, &why));
    assert_non_null(strstr(why, "too long by"));
    assert_null(start(loop, "/proc/loubot", 0, &why));
    assert_non_null(strstr(why, "cannot be made"));
    char *file = xasprintf("%s/file", folder);
    assert_int_equal(close(open(file, O_CREAT | O_WRONLY, 0600)), 0);
    assert_null(start(loop, file, 0, &why));
    assert_non_null(strstr(why, "no folder"));
    free(file);
    free(longer);
    support_folder_remove(&folder);
    loop_destroy(&loop);
}

/* Killed while it starts, twice: started once more; killed again and again: given up. */
static void a_server_killed_at_its_start_is_started_again(void **state)
{
    static const char *const script =
        "#!/bin/sh\n"
        "echo x >> \"$(dirname \"$0\")/starts\"\n"
        "[ $(wc -l < \"$(dirname \"$0\")/starts\") -gt %d ] || kill -9 $$\n"
        "exec redis-server \"$@\"\n";
    struct support *s = support_start();
    for (int kills = 2; kills <= 3; kills++) {
        char *folder = xasprintf("%s/%d", support_folder(s), kills);
        char *binary = xasprintf("%s/wrapped", folder), *data = xasprintf("%s/data", folder);
        assert_int_equal(mkdir(folder, 0700), 0);
        FILE *file = fopen(binary, "w");
        fprintf(file, script, kills);
        fclose(file);
        chmod(binary, 0700);
        const char *why = "";
        struct redis_server_config config = {
            .data = data, .binary = binary, .fsync_always = true};
        struct redis_server *server = redis_server_start(support_loop(s), &config, 2000, &why);
        assert_int_equal(server != NULL, kills == 2);
        if (!server)
            assert_non_null(strstr(why, "killed while it started"));
        redis_server_stop(&server);
        free(binary);
        free(data);
        free(folder);
    }
    support_stop(&s);
}

static void a_second_one_waits_for_the_lock(void **state)
{
    struct support *s = support_start();
    const char *why = NULL;
    int64_t before = now_ms();
    assert_null(start(support_loop(s), support_folder(s), 150, &why));
    assert_true(now_ms() - before >= 140);
    char *owner = xasprintf("(process %d)", (int)getpid());
    assert_non_null(strstr(why, owner));
    free(owner);
    expect(s, "SET", "k", "v", "OK");
    support_stop(&s);
}

/* A process that starts a server as Loubot does, says its pid, and waits to be killed. */
static pid_t start_elsewhere(const char *data, pid_t *ret_server)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const char *why = NULL;
        struct loop *loop = loop_create();
        struct redis_server *server = start(loop, data, 0, &why);
        int server_pid = server ? redis_server_pid(server) : 0;
        if (write(ends[1], &server_pid, sizeof server_pid) != sizeof server_pid)
            _exit(1);
        pause();
        _exit(0);
    }
    int server_pid = 0;
    assert_int_equal(read(ends[0], &server_pid, sizeof server_pid), sizeof server_pid);
    assert_true(server_pid > 0);
    close(ends[0]);
    close(ends[1]);
    *ret_server = server_pid;
    return pid;
}

static void a_killed_parent_frees_the_folder(void **state)
{
    char *folder = support_folder_create();
    struct loop *loop = loop_create();
    for (int i = 0; i < 3; i++) {
        pid_t server_pid = 0;
        pid_t pid = start_elsewhere(folder, &server_pid);
        int64_t before = now_ms();
        if (i == 2)
            kill(server_pid, SIGSTOP); /* deaf to what can be asked of it */
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        const char *why = NULL;
        struct redis_server *server = start(loop, folder, 2000, &why);
        assert_non_null(server);
        print_message("started again %lld ms after SIGKILL\n", (long long)(now_ms() - before));
        assert_true(redis_server_pid(server) != server_pid);
        redis_server_stop(&server);
    }
    loop_destroy(&loop);
    support_folder_remove(&folder);
}

struct watched {
    struct support *s;
    int old_pid;
};

static bool is_another(void *arg)
{
    struct watched *w = arg;
    int pid = redis_server_pid(support_server(w->s));
    return pid && pid != w->old_pid && redis_is_up(support_redis(w->s));
}

static bool is_away(void *arg)
{
    return !redis_is_up(arg);
}

static void it_is_started_again(void **state)
{
    struct support *s = support_start();
    expect(s, "SET", "kept", "yes", "OK");
    for (int i = 0; i < 3; i++) {
        struct watched w = {s, redis_server_pid(support_server(s))};
        kill(w.old_pid, SIGKILL);
        assert_true(support_until(s, is_away, support_redis(s), 2000));
        assert_true(support_until(s, is_another, &w, 5000));
        expect(s, "GET", "kept", NULL, "yes");
    }
    support_stop(&s);
}

static char *find_incr(const char *folder)
{
    char *pattern = xasprintf("%s/appendonlydir/*.incr.aof", folder);
    glob_t found;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    char *path = xstrdup(found.gl_pathv[0]);
    globfree(&found);
    free(pattern);
    return path;
}

static void cut_file(const char *path, off_t bytes)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - bytes), 0);
}

static int count_copies(const char *folder)
{
    char *pattern = xasprintf("%s/appendonlydir.torn-*/*.incr.aof", folder);
    glob_t found;
    int count = glob(pattern, 0, NULL, &found) ? 0 : (int)found.gl_pathc;
    if (count)
        globfree(&found);
    free(pattern);
    return count;
}

static void torn_file_is_repaired_at_start(void **state)
{
    struct support *s = support_start();
    char *data = xasprintf("%s/inner", support_folder(s));
    const char *why = NULL;
    struct loop *loop = support_loop(s);
    struct redis_server *server = start(loop, data, 0, &why);
    assert_non_null(server);
    char *command = xasprintf("redis-cli -s %s set a 1 >/dev/null;"
                              "redis-cli -s %s set torn 2 >/dev/null",
                              redis_server_socket(server), redis_server_socket(server));
    assert_int_equal(system(command), 0);
    free(command);
    redis_server_stop(&server);
    char *incr = find_incr(data);
    cut_file(incr, 3);
    server = start(loop, data, 0, &why);
    if (!server)
        fail_msg("%s", why);
    assert_int_equal(count_copies(data), 1);
    command = xasprintf("test \"$(redis-cli -s %s mget a torn | tr '\\n' ,)\" = 1,,",
                        redis_server_socket(server));
    assert_int_equal(system(command), 0);
    free(command);
    redis_server_stop(&server);
    free(incr);
    free(data);
    support_stop(&s);
}

/* The server is killed, and its file is torn before it is started again: it gives up, the file
 * is repaired beside the loop, and all goes on. */
static void torn_file_is_repaired_while_running(void **state)
{
    struct support *s = support_start();
    expect(s, "SET", "a", "1", "OK");
    expect(s, "SET", "torn", "2", "OK");
    struct watched w = {s, redis_server_pid(support_server(s))};
    char *incr = find_incr(support_folder(s));
    kill(w.old_pid, SIGSTOP);
    assert_int_equal(waitpid(w.old_pid, NULL, WUNTRACED), w.old_pid);
    cut_file(incr, 3);
    kill(w.old_pid, SIGKILL);
    assert_true(support_until(s, is_away, support_redis(s), 2000));
    assert_true(support_until(s, is_another, &w, 10000));
    expect(s, "GET", "a", NULL, "1");
    expect(s, "GET", "torn", NULL, "(nil)");
    assert_int_equal(count_copies(support_folder(s)), 1);
    free(incr);
    support_stop(&s);
}

/* redis-check-aof would take such a manifest for an append-only file and empty it. */
static void a_damaged_manifest_is_left_alone(void **state)
{
    struct loop *loop = loop_create();
    char *data = support_folder_create();
    const char *why = NULL;
    struct redis_server *server = start(loop, data, 0, &why);
    assert_non_null(server);
    redis_server_stop(&server);
    char *manifest = xasprintf("%s/appendonlydir/appendonly.aof.manifest", data);
    FILE *file = fopen(manifest, "w");
    fputs("rubbish\n", file);
    fclose(file);
    assert_null(start(loop, data, 0, &why));
    assert_non_null(strstr(why, "manifest is damaged"));
    struct stat st;
    assert_int_equal(stat(manifest, &st), 0);
    assert_int_equal(st.st_size, 8);
    free(manifest);
    support_folder_remove(&data);
    loop_destroy(&loop);
}

/* A fault far from the end: the data stays as it is, and the operator decides. */
static void damage_in_the_middle_is_not_cut(void **state)
{
    struct support *s = support_start();
    char *data = xasprintf("%s/inner", support_folder(s));
    const char *why = NULL;
    struct loop *loop = support_loop(s);
    struct redis_server *server = start(loop, data, 0, &why);
    assert_non_null(server);
    redis_server_stop(&server);
    char *incr = find_incr(data);
    FILE *file = fopen(incr, "a");
    fputs("*1\r\n$4\r\nPING\r\nXXXX\r\n", file);
    for (int i = 0; i < 400000; i++)
        fputs("*1\r\n$4\r\nPING\r\n", file);
    fclose(file);
    struct stat before, after;
    assert_int_equal(stat(incr, &before), 0);
    assert_null(start(loop, data, 0, &why));
    assert_non_null(strstr(why, "damaged in the middle"));
    assert_int_equal(stat(incr, &after), 0);
    assert_int_equal(before.st_size, after.st_size);

    char *command = xasprintf("rm -r '%s/appendonlydir' && mv '%s/appendonlydir.cut-1' "
                              "'%s/appendonlydir'",
                              data, data, data);
    assert_int_equal(system(command), 0);
    free(command);
    server = start(loop, data, 0, &why);
    assert_non_null(server);
    redis_server_stop(&server);
    free(incr);
    free(data);
    support_stop(&s);
}

static void fill(const char *path, off_t bytes)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(fd >= 0);
    posix_fallocate(fd, 0, bytes);
    close(fd);
}

/* On a small disk of its own, which takes the right to mount one: else skipped. */
static void a_full_disk_is_waited_for(void **state)
{
    char *data = support_folder_create();
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", data, "tmpfs", 0, "size=80m")) {
        support_folder_remove(&data);
        skip();
    }
    struct loop *loop = loop_create();
    const char *why = NULL;
    struct redis_server *server = start(loop, data, 0, &why);
    assert_non_null(server);
    assert_true(redis_server_has_room(server));
    char *ballast = xasprintf("%s/ballast", data);
    fill(ballast, 30 << 20);
    assert_false(redis_server_has_room(server));
    fill(ballast, (80 << 20) - (1 << 20));
    char *command =
        xasprintf("redis-cli -s %s set kept 1 >/dev/null; head -c 2000000 /dev/zero |"
                  " redis-cli -s %s -x set big >/dev/null 2>&1",
                  redis_server_socket(server), redis_server_socket(server));
    int rc = system(command);
    free(command);
    print_message("the write that found no room: %d\n", rc);
    int64_t end = now_ms() + 600;
    while (now_ms() < end)
        loop_poll(loop, 20);
    assert_int_equal(redis_server_pid(server), 0);
    assert_int_equal(unlink(ballast), 0);
    end = now_ms() + 15000;
    while (!redis_server_pid(server) && now_ms() < end)
        loop_poll(loop, 20);
    assert_true(redis_server_pid(server) > 0);
    command = xasprintf("for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1; "
                        "test \"$(redis-cli -s %s get kept)\" = 1 && exit 0; done; exit 1",
                        redis_server_socket(server));
    assert_int_equal(system(command), 0);
    free(command);
    redis_server_stop(&server);

    fill(ballast, 30 << 20);
    assert_null(start(loop, data, 0, &why));
    assert_non_null(strstr(why, "Too little is free"));
    free(ballast);
    umount(data);
    support_folder_remove(&data);
    loop_destroy(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_keeps_everything_and_forks_nothing),
        cmocka_unit_test(start_stop_start_keeps_the_data),
        cmocka_unit_test(faults_are_sentences),
        cmocka_unit_test(a_server_killed_at_its_start_is_started_again),
        cmocka_unit_test(a_second_one_waits_for_the_lock),
        cmocka_unit_test(a_killed_parent_frees_the_folder),
        cmocka_unit_test(it_is_started_again),
        cmocka_unit_test(torn_file_is_repaired_at_start),
        cmocka_unit_test(torn_file_is_repaired_while_running),
        cmocka_unit_test(a_damaged_manifest_is_left_alone),
        cmocka_unit_test(damage_in_the_middle_is_not_cut),
        cmocka_unit_test(a_full_disk_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
