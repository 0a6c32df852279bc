/* handlers_life.c: see handlers_life.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_life.h"

struct world *world;

int life_setup(void **state)
{
    world = world_create();
    return 0;
}

int life_teardown(void **state)
{
    world_destroy(&world);
    return 0;
}

void expect_state(uint32_t id, enum state state)
{
    assert_string_equal(state_name(world_event(world, id)->state), state_name(state));
}

void lamp(void)
{
    SAY("b4", "孙大姐", "4号楼二单元4楼的灯不亮");
}

void lamp_in_hand(void)
{
    lamp();
    SAY("work", "物业1", "收到");
}

void lamp_checked(void)
{
    lamp_in_hand();
    SAY("work", "物业1", "[photo] 好了");
}

void lamp_done(void)
{
    lamp_checked();
    SAY("b4", "楼长4", "亮了");
}
