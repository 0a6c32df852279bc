/* handlers_life.h: the lamp of building 4, as far along as a test wants it. */
#ifndef LOUBOT_TESTS_HANDLERS_LIFE_H
#define LOUBOT_TESTS_HANDLERS_LIFE_H

#include "handlers_world.h"

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

extern struct world *world; /* a fresh one for each TEST */
int life_setup(void **state);
int life_teardown(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, life_setup, life_teardown)

#define SAY(group, name, text) world_say(world, group, name, text)
#define SAID(group, ...) assert_true(world_said(world, group, __VA_ARGS__, NULL))
#define SILENT(group) assert_int_equal(world_said_in(world, group), 0)

void expect_state(uint32_t id, enum state state);
void lamp(void);         /* reported, with all slots */
void lamp_in_hand(void); /* the repairer has it */
void lamp_checked(void); /* he says that it is done, with a photo */
void lamp_done(void);    /* the building head says so too */

#endif
