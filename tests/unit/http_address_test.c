/* http_address_test.c: which addresses count as public. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "host/http_address.h"

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return http_address_is_public((struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return http_address_is_public((struct sockaddr *)&v6);
}

static void test_public(void **state)
{
    static const char *const yes[] = {"8.8.8.8",       "1.1.1.1",      "172.15.255.255",
                                      "172.32.0.1",    "192.167.1.1",  "100.63.0.1",
                                      "223.255.255.1", "2400:3200::1", "::ffff:8.8.8.8"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!is_public(yes[i]))
            fail_msg("%s should be public", yes[i]);
}

static void test_not_public(void **state)
{
    static const char *const no[] = {"127.0.0.1",
                                     "127.8.8.8",
                                     "0.0.0.0",
                                     "10.0.0.1",
                                     "172.16.0.1",
                                     "192.168.1.1",
                                     "172.31.255.255",
                                     "169.254.169.254",
                                     "100.64.0.1",
                                     "224.0.0.1",
                                     "240.0.0.1",
                                     "255.255.255.255",
                                     "198.18.0.1",
                                     "::1",
                                     "::",
                                     "fe80::1",
                                     "fd00::1",
                                     "ff02::1",
                                     "2002:7f00:1::",
                                     "2001:db8::1",
                                     "2001::1",
                                     "64:ff9b::7f00:1",
                                     "::ffff:127.0.0.1",
                                     "::ffff:10.0.0.1",
                                     "::127.0.0.1"};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (is_public(no[i]))
            fail_msg("%s should not be public", no[i]);
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(http_address_is_public(&local));
}

static void test_parse(void **state)
{
    bool loopback;
    assert_true(http_address_parse("https://example.org/a?b", &loopback));
    assert_false(loopback);
    assert_true(http_address_parse("http://127.0.0.1:80/", &loopback));
    assert_true(loopback);
    assert_true(http_address_parse("http://[::1]/", &loopback));
    assert_true(loopback);
    assert_false(http_address_parse("file:///etc/passwd", &loopback));
    assert_false(http_address_parse("gopher://x/", &loopback));
    assert_false(http_address_parse("", &loopback));
    assert_false(http_address_parse("nonsense", &loopback));
    assert_false(http_address_parse(NULL, &loopback));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_public),
                                       cmocka_unit_test(test_not_public),
                                       cmocka_unit_test(test_parse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
