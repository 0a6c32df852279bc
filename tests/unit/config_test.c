/* config_test.c: the daemon's configuration: defaults, paths, accounts, faults by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/config.h"
#include "host/conf.h"
#include "tests/unit/people_files.h"

static struct faults *faults;

static int setup(void **state)
{
    faults = faults_create();
    setenv("HOME", "/home/zhou", 1);
    unsetenv("XDG_STATE_HOME");
    return 0;
}

static int teardown(void **state)
{
    faults_destroy(&faults);
    return 0;
}

static struct config *load(const char *yaml, char **ret_folder)
{
    *ret_folder = people_folder(NULL, NULL, 0);
    char path[300];
    people_write(*ret_folder, "loubot.yaml", yaml, strlen(yaml));
    snprintf(path, sizeof path, "%s/loubot.yaml", *ret_folder);
    return config_load(path, faults);
}

static void without_a_file_everything_has_a_default(void **state)
{
    struct config *c = config_load(NULL, faults);
    assert_non_null(c);
    assert_string_equal(c->data, "/home/zhou/.local/state/loubot");
    assert_true(c->embedded && c->fsync_always && c->paced);
    assert_int_equal(c->photo_days, 400);
    assert_int_equal(c->status_port, 0);
    assert_int_equal(c->community_count, 0);
    assert_int_equal(c->account_count, 1);
    assert_string_equal(c->accounts[0].adapter, "web");
    assert_string_equal(c->accounts[0].name, "web");
    assert_null(c->accounts[0].conf);
    assert_int_equal(c->log, LOG_INFO);
    assert_null(c->templates);
    config_destroy(&c);
    assert_null(c);
    setenv("XDG_STATE_HOME", "/var/state", 1);
    c = config_load(NULL, faults);
    assert_string_equal(c->data, "/var/state/loubot");
    config_destroy(&c);
}

static void without_a_home_the_data_need_a_place(void **state)
{
    unsetenv("HOME");
    assert_null(config_load(NULL, faults));
    people_expect_fault(faults, "neither XDG_STATE_HOME nor HOME is set");
}

static void paths_are_relative_to_the_file(void **state)
{
    char *folder, wanted[300];
    struct config *c = load("data: ~/d\ncommunities: [east, /srv/west]\nwords: own.txt\n"
                            "templates: t\nclasses: c.yaml\ncalendar: h.txt\nlog: debug\n"
                            "paced: false\nphoto_days: 90\nstatus: {port: 8601}\nredis: {fsync: everysec, "
                            "binary: /opt/redis-server}\n",
                            &folder);
    assert_non_null(c);
    assert_string_equal(c->data, "/home/zhou/d");
    assert_int_equal(c->community_count, 2);
    snprintf(wanted, sizeof wanted, "%s/east", folder);
    assert_string_equal(c->communities[0], wanted);
    assert_string_equal(c->communities[1], "/srv/west");
    snprintf(wanted, sizeof wanted, "%s/own.txt", folder);
    assert_string_equal(c->words[0], wanted);
    snprintf(wanted, sizeof wanted, "%s/h.txt", folder);
    assert_string_equal(c->calendar, wanted);
    assert_int_equal(c->log, LOG_DEBUG);
    assert_false(c->paced);
    assert_int_equal(c->photo_days, 90);
    assert_int_equal(c->status_port, 8601);
    assert_true(c->embedded);
    assert_false(c->fsync_always);
    assert_string_equal(c->redis_binary, "/opt/redis-server");
    config_destroy(&c);
    people_remove(&folder);
}

static void a_redis_of_ones_own(void **state)
{
    char *folder;
    struct config *c = load("redis: {host: 10.0.0.5, port: 7000, connections: 8}\n", &folder);
    assert_false(c->embedded);
    assert_string_equal(c->redis.host, "10.0.0.5");
    assert_int_equal(c->redis.port, 7000);
    assert_int_equal(c->redis.connections, 8);
    config_destroy(&c);
    people_remove(&folder);
    c = load("redis: {socket: /run/redis.sock}\n", &folder);
    assert_string_equal(c->redis.socket, "/run/redis.sock");
    assert_false(c->embedded);
    config_destroy(&c);
    people_remove(&folder);
    c = load("redis: embedded\n", &folder);
    assert_true(c->embedded);
    config_destroy(&c);
    people_remove(&folder);
}

static void accounts_keep_the_adapters_keys(void **state)
{
    char *folder;
    setenv("ONEBOT_URL_T", "ws://127.0.0.1:1", 1);
    struct config *c =
        load("accounts:\n  - {adapter: onebot, name: 10001, url: '${ONEBOT_URL_T}'}\n"
             "  - adapter: web\n",
             &folder);
    assert_non_null(c);
    assert_int_equal(c->account_count, 2);
    assert_string_equal(c->accounts[0].name, "10001");
    assert_string_equal(conf_string(conf_get(c->accounts[0].conf, "url"), "", faults),
                        "ws://127.0.0.1:1");
    conf_report_unknown(c->accounts[0].conf, faults);
    assert_int_equal(faults_count(faults), 0);
    assert_string_equal(c->accounts[1].name, "web");
    config_destroy(&c);
    people_remove(&folder);
}

static void faults_are_named_by_line(void **state)
{
    char *folder;
    struct config *c = load("comunities: [x]\nredis: {host: redis.lan, socket: /s}\nlog: loud\n"
                            "redsi: 1\naccounts:\n- {name: x}\n- {adapter: web}\n"
                            "- {adapter: web}\npaced: slowly\n",
                            &folder);
    assert_null(c);
    people_expect_fault(faults, ".yaml:1: `comunities` is not known here; did you mean "
                                "`communities`?");
    people_expect_fault(faults, ".yaml:2: redis has a `socket` and a `host`");
    people_expect_fault(faults, ".yaml:2: `redis.lan` is no IP address");
    people_expect_fault(faults, ".yaml:3: `loud` is not known here");
    people_expect_fault(faults, ".yaml:4: `redsi` is not known here; did you mean `redis`?");
    people_expect_fault(faults, ".yaml:6: an account without `adapter`");
    people_expect_fault(faults, ".yaml:8: account web of adapter web stands here twice");
    people_expect_fault(faults, ".yaml:9: `paced` is neither true nor false");
    assert_int_equal(faults_count(faults), 8);
    people_remove(&folder);
    assert_null(load("redis: embeded\n", &folder));
    people_expect_fault(faults, ".yaml:1: `embeded` is not known here; did you mean embedded");
    people_remove(&folder);
    assert_null(config_load("/nonexistent.yaml", faults));
    people_expect_fault(faults, "/nonexistent.yaml:1: cannot be read");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(without_a_file_everything_has_a_default), T(without_a_home_the_data_need_a_place),
        T(paths_are_relative_to_the_file),          T(a_redis_of_ones_own),
        T(accounts_keep_the_adapters_keys),         T(faults_are_named_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
