/* policy_test.c: the classes of trouble: owners, limits, what is asked; a community's own file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event/policy.h"
#include "host/conf.h"
#include "tests/unit/people_files.h"

static struct faults *faults;
static struct policy *policy;

static int setup(void **state)
{
    faults = faults_create();
    policy = policy_load(NULL, faults);
    return 0;
}

static int teardown(void **state)
{
    policy_destroy(&policy);
    assert_null(policy);
    faults_destroy(&faults);
    return 0;
}

static const struct class_policy *class(const char *code)
{
    const struct class_policy *c = policy_class(policy, code, NULL);
    assert_string_equal(c->code, code);
    return c;
}

static void limit(struct limit is, enum clock_kind clock, int amount)
{
    assert_int_equal(is.clock, clock);
    assert_int_equal(is.amount, amount);
}

static void the_carried_classes_have_no_faults(void **state)
{
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_int_equal(faults_count(faults), 0);
    assert_int_equal(policy_count(policy), 46);
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct class_policy *c = policy_at(policy, i);
        assert_true(*c->name_zh && *c->name_en && c->owner != OWNER_NONE && c->nature);
        assert_string_not_equal(c->name_zh, c->code);
        if (strcmp(c->code, "BZ01") != 0)
            assert_true(c->finish.amount > 0 && c->urgent.amount > 0 && c->accept.amount > 0);
    }
    assert_null(policy_at(policy, 46));
}

static void every_coarse_category_has_a_class(void **state)
{
    static const char *const categories[] = {
        "lighting",   "public_facility",   "water_supply",  "drainage", "power",
        "gas",        "heating",           "elevator",      "access",   "building_leak",
        "sanitation", "property_service",  "greening",      "pests",    "pets",
        "parking",    "fire_safety",       "noise",         "air",      "illegal_building",
        "road",       "neighbour_dispute", "public_safety", "network",  "elderly_care",
        "enquiry",    "suggestion",        "other"};
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        assert_string_equal(policy_class(policy, NULL, categories[i])->category, categories[i]);
    size_t count = 0;
    while (policy_category(policy, count))
        count++;
    assert_int_equal(count, sizeof categories / sizeof *categories);
    assert_string_equal(policy_class(policy, NULL, "nonsense")->code, "QT99");
    assert_string_equal(policy_class(policy, "XX99", "lighting")->code, "WY01");
    assert_string_equal(policy_class(policy, NULL, NULL)->code, "QT99");
}

static void limits_and_owners_are_those_of_the_table(void **state)
{
    limit(class("WY01")->finish, CLOCK_WORK_DAY, 1);
    limit(class("WY07")->finish, CLOCK_URGENT_HOUR, 24 * 60);
    limit(class("WY08")->finish, CLOCK_WORK_HOUR, 240);
    limit(class("HJ01")->finish, CLOCK_WORK_HOUR, 240);
    limit(class("AQ02")->finish, CLOCK_URGENT_HOUR, 120);
    limit(class("DL01")->finish, CLOCK_WORK_DAY, 5);
    assert_int_equal(class("WY01")->owner, OWNER_PROPERTY);
    assert_int_equal(class("WY08")->owner, OWNER_PROPERTY);
    assert_int_equal(class("WY06")->owner, OWNER_GAS);
    assert_int_equal(class("WY07")->owner, OWNER_HEATING);
    assert_int_equal(class("ZX04")->owner, OWNER_URBAN_MANAGEMENT);
    assert_int_equal(class("ZX02")->owner, OWNER_COMMUNITY);
    assert_int_equal(class("ZX05")->owner, OWNER_COMMUNITY);
    assert_int_equal(class("ZY01")->owner, OWNER_COMMUNITY);
    assert_int_equal(class("AQ03")->owner, OWNER_POLICE);
    assert_int_equal(class("JF01")->owner, OWNER_MEDIATION);
    assert_int_equal(class("QT99")->owner, OWNER_COMMUNITY);
    assert_string_equal(class("WY01")->nature, "request");
    assert_string_equal(class("ZX04")->nature, "accusation");
}

static void only_these_ask_and_only_these_want_a_photo(void **state)
{
    char asks[200] = "", photos[200] = "", secret[200] = "";
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct class_policy *c = policy_at(policy, i);
        if (c->ask_unit)
            strcat(strcat(strcat(asks, c->code), c->ask_floor ? "+floor" : ""), " ");
        else
            assert_false(c->ask_floor);
        if (c->ask_photo)
            strcat(strcat(photos, c->code), " ");
        if (c->is_private)
            strcat(strcat(secret, c->code), " ");
    }
    assert_string_equal(asks, "WY01+floor WY08 WY09 ");
    assert_string_equal(photos, "WY02 WY03 WY10 HJ02 ZX03 ZX04 AQ02 ");
    assert_string_equal(secret, "HJ08 ZX05 ZX06 ZY01 JF01 JF02 JF04 YL01 YL02 YL03 ");
}

static void urgency_shortens(void **state)
{
    const struct class_policy *lift = class("WY08"), *lamp = class("WY01");
    limit(policy_finish(lift, URGENCY_NORMAL), CLOCK_WORK_HOUR, 240);
    limit(policy_finish(lift, URGENCY_EMERGENCY), CLOCK_URGENT_HOUR, 30);
    limit(policy_finish(lamp, URGENCY_URGENT), CLOCK_WORK_DAY, 1);
    limit(policy_accept(lamp, URGENCY_NORMAL), CLOCK_WORK_HOUR, 120);
    limit(policy_accept(lamp, URGENCY_URGENT), CLOCK_WORK_HOUR, 120);
    limit(policy_accept(lamp, URGENCY_EMERGENCY), CLOCK_URGENT_HOUR, 5);
    limit(policy_accept(lift, URGENCY_URGENT), CLOCK_URGENT_HOUR, 15);
    limit(policy_accept(class("AQ02"), URGENCY_NORMAL), CLOCK_URGENT_HOUR, 15);
}

static struct policy *with_own(const char *yaml, struct faults *f)
{
    char *folder = people_folder(NULL, NULL, 0);
    char path[300];
    people_write(folder, "own.yaml", yaml, strlen(yaml));
    snprintf(path, sizeof path, "%s/own.yaml", folder);
    struct policy *p = policy_load(path, f);
    people_remove(&folder);
    return p;
}

static void a_community_overrides_what_it_names(void **state)
{
    struct policy *p =
        with_own("defaults: {sport: SP01, road: AQ02}\n"
                 "classes:\n"
                 "  WY01: {finish: 3 days}\n"
                 "  WY09: {finish: 2 hours, ask: []}\n"
                 "  SP01: {category: sport, zh: 运动, en: sports, owner: property,\n"
                 "         finish: 10 working days, accept: 1 working day}\n",
                 faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_int_equal(faults_count(faults), 0);
    const struct class_policy *c = policy_class(p, "WY01", NULL);
    limit(c->finish, CLOCK_NATURAL_DAY, 3);
    assert_string_equal(c->name_zh, "公共照明");
    assert_true(c->ask_floor);
    c = policy_class(p, "WY09", NULL);
    assert_false(c->ask_unit);
    limit(c->accept, CLOCK_URGENT_HOUR, 15);
    limit(policy_class(p, NULL, "sport")->accept, CLOCK_WORK_DAY, 1);
    assert_string_equal(policy_class(p, NULL, "road")->code, "AQ02");
    policy_destroy(&p);
}

static void faults_are_named_by_line(void **state)
{
    struct policy *p = with_own("defaults:\n  road: XX01\n"
                                "classes:\n"
                                "  WY01: {finish: soon}\n"
                                "  WY02: {finish: 0 hours}\n"
                                "  WY03: {owner: proprety}\n"
                                "  WY04: {ask: [colour]}\n"
                                "  lamp: {finish: 1 day}\n"
                                "  AB01: {finish: 1 day}\n"
                                "  WY05: {finsih: 1 day}\n"
                                "  WY06: {nature: angry}\n"
                                "  WY07: {photo: perhaps}\n"
                                "  WY08: {category: lifts}\n",
                                faults);
    people_expect_fault(faults, "own.yaml:2: there is no class `XX01` for `road`");
    people_expect_fault(faults, "own.yaml:4: `soon` is no limit");
    people_expect_fault(faults, "own.yaml:5: `0 hours` is no limit");
    people_expect_fault(faults,
                        "own.yaml:6: owner `proprety` is not known; did you mean property");
    people_expect_fault(faults, "own.yaml:7: `colour` cannot be asked for");
    people_expect_fault(faults, "own.yaml:8: `lamp` is no code of a class");
    people_expect_fault(faults, "own.yaml:9: class AB01 needs a `category`");
    people_expect_fault(faults,
                        "own.yaml:10: `finsih` is not known here; did you mean `finish`");
    people_expect_fault(faults, "own.yaml:11: nature `angry`");
    people_expect_fault(faults, "own.yaml:12: `photo` is neither true nor false");
    people_expect_fault(faults, "own.yaml:13: class WY08 needs a `category`");
    limit(policy_class(p, "WY01", NULL)->finish, CLOCK_WORK_DAY, 1);
    policy_destroy(&p);
    p = policy_load("/nonexistent.yaml", faults);
    people_expect_fault(faults, "/nonexistent.yaml:1: cannot be read");
    assert_string_equal(policy_class(p, NULL, "gas")->code, "WY06");
    policy_destroy(&p);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_carried_classes_have_no_faults),
        T(every_coarse_category_has_a_class),
        T(limits_and_owners_are_those_of_the_table),
        T(only_these_ask_and_only_these_want_a_photo),
        T(urgency_shortens),
        T(a_community_overrides_what_it_names),
        T(faults_are_named_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
