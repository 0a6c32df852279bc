/* walk_aim.c: see walk_aim.h. Also the attempts that must fail stand here: nobody may notice
 * that a guard is gone if nobody tries. */
#include "walk_aim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "host/mem.h"
#include "walk_texts.h"

#define DAY_MS 86400000LL
#define LAST 60       /* of the newest events one is chosen */
#define CANDIDATES 10 /* that are looked at for what was tried least */

enum who {
    ASSIGNEE,
    WORKER, /* who said that it is done */
    COLLEAGUE,
    MANAGER,
    VERIFIER,
    REPORTER,
    RESIDENT,
    HEAD,
    GRID,
    LEADER, /* of the party group: on the grid worker's rung */
    ESTATE,
    ABOVE,
    ASKER /* who asked to suspend it: it may be another's since */
};

#define IN(state) (1u << STATE_##state)
#define WORK_STATES (IN(DISPATCHED) | IN(HANDLING))
#define TOLD_STATES (IN(DRAFT) | IN(REPORTED) | WORK_STATES)
#define OPEN_STATES (TOLD_STATES | IN(CONFERRING) | IN(SUSPENDED) | IN(CHECKING))
#define GIVEN_STATES (OPEN_STATES & ~IN(DRAFT)) /* somebody has it */
#define SHUT_STATES (IN(DONE) | IN(ARCHIVED))

enum { ASKED_HOLD = 1, UNRATED = 2, AGAIN = 4, RATED_BAD = 8 };

/* "%u" is the event's number, "%o" another's, "%d" a day to come. */
static struct goal {
    unsigned states;
    enum who who;
    char where; /* work group, home, direct chat */
    const char *text;
    unsigned only;
    uint32_t tried[STATE_ARCHIVED + 1]; /* in each state */
} goals[] = {
    {IN(DISPATCHED), ASSIGNEE, 'w', "收到 %u"},
    {IN(DISPATCHED), ASSIGNEE, 'd', "收到 %u"},
    {IN(DISPATCHED), COLLEAGUE, 'w', "收到 %u"},
    {WORK_STATES, ASSIGNEE, 'w', "[photo] 完成 %u"},
    {WORK_STATES, ASSIGNEE, 'w', "完成 %u"},
    {WORK_STATES, COLLEAGUE, 'w', "[photo] 完成 %u"},
    {WORK_STATES, MANAGER, 'w', "完成 %u"},
    /* passing on */
    {WORK_STATES, ASSIGNEE, 'w', "%u 不归我管，是热力的事"},
    {WORK_STATES, ASSIGNEE, 'w', "%u 不归我管"},
    {WORK_STATES, ASSIGNEE, 'w', "%u 不归我管 是开发商留下的"},
    {WORK_STATES, GRID, 'w', "%u 转物业 我看过了"},
    {WORK_STATES, GRID, 'w', "%u 转供水 是主管道的事"},
    {WORK_STATES, ESTATE, 'w', "%u 转社区 网格员去看看"},
    {WORK_STATES | IN(REPORTED), GRID, 'w', "%u 报平台 T-55"},
    {WORK_STATES, ESTATE, 'w', "%u 报街道 T-56"},
    {IN(REPORTED), GRID, 'w', "%u 报平台 T-57"},
    {IN(REPORTED), ESTATE, 'w', "%u 报街道 T-58"},
    {WORK_STATES, COLLEAGUE, 'w', "%u 转物业"},
    /* on hold */
    {IN(HANDLING), ASSIGNEE, 'w', "%u 挂起到%d 等配件"},
    {IN(HANDLING), ASSIGNEE, 'w', "%u 挂起到%d 厂家那天来人"},
    {IN(HANDLING), ASSIGNEE, 'w', "%u 挂起到%d 住户那天在家"},
    {IN(HANDLING), ASSIGNEE, 'w', "%u 挂起到2035年3月1日 等规划"},
    {IN(HANDLING), ASSIGNEE, 'w', "%u 挂起到%d"},
    {IN(HANDLING), COLLEAGUE, 'w', "%u 挂起到%d 等配件"},
    {IN(HANDLING), ASSIGNEE, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), COLLEAGUE, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), ASKER, 'd', "我今天休假 网格员2代", ASKED_HOLD},
    {IN(HANDLING), ASKER, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), LEADER, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), GRID, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), ESTATE, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), ABOVE, 'w', "同意 %u", ASKED_HOLD},
    {IN(HANDLING), GRID, 'w', "%u 不同意 今天就有配件", ASKED_HOLD},
    {IN(HANDLING), ESTATE, 'w', "%u 不同意 今天就办", ASKED_HOLD},
    {IN(HANDLING), GRID, 'w', "不同意 %u", ASKED_HOLD},
    {IN(HANDLING), ESTATE, 'w', "不同意 %u", ASKED_HOLD},
    {WORK_STATES, ESTATE, 'w', "上会 %u 两家说不清"},
    {WORK_STATES, ABOVE, 'w', "上会 %u 钱从哪里来"},
    {WORK_STATES, ESTATE, 'w', "上会 %u"},
    {WORK_STATES, GRID, 'w', "上会 %u 两家说不清"},
    /* is it fixed */
    {IN(CHECKING), VERIFIER, 'h', "%u 修好了"},
    {IN(CHECKING), HEAD, 'h', "确认 %u"},
    {IN(CHECKING), REPORTER, 'h', "确认 %u"},
    {IN(CHECKING), VERIFIER, 'h', "%u 没修好"},
    {IN(CHECKING), REPORTER, 'h', "%u 还是不亮"},
    {IN(CHECKING), VERIFIER, 'h', "%u 没修好", AGAIN},
    {IN(CHECKING), WORKER, 'h', "确认 %u"},
    {IN(CHECKING), WORKER, 'd', "确认 %u"},
    {IN(CHECKING), WORKER, 'w', "%u 修好了"},
    {IN(CHECKING), COLLEAGUE, 'h', "确认 %u"},
    {IN(CHECKING), MANAGER, 'h', "确认 %u"},
    {IN(CHECKING), ASSIGNEE, 'h', "确认 %u"},
    {IN(CHECKING), RESIDENT, 'h', "确认 %u"},
    {IN(CHECKING), RESIDENT, 'h', "%u 没修好"},
    {TOLD_STATES | IN(SUSPENDED) | IN(CONFERRING), REPORTER, 'h', "%u 已经修好了"},
    {TOLD_STATES | IN(SUSPENDED) | IN(CONFERRING), REPORTER, 'h', "%u 不用修了，自己修好了"},
    {TOLD_STATES, REPORTER, 'h', "%u 不用修了"},
    {IN(DRAFT), REPORTER, 'h', "%u 不用修了"},
    {IN(REPORTED), REPORTER, 'h', "%u 已经修好了"},
    {IN(HANDLING) | IN(DISPATCHED), ASSIGNEE, 'h', "确认 %u"},
    {IN(HANDLING) | IN(DISPATCHED), ASSIGNEE, 'h', "%u 自己修好了"},
    /* ended by word */
    {IN(REPORTED) | IN(DISPATCHED), GRID, 'w', "%u 驳回 不在小区内"},
    {IN(REPORTED) | IN(DISPATCHED), ESTATE, 'w', "%u 已解释 居民认可"},
    {IN(REPORTED), ESTATE, 'w', "%u 已解释 居民认可"},
    {WORK_STATES | IN(REPORTED), GRID, 'w', "%u 当场解决 拧紧了灯泡"},
    {IN(REPORTED), ESTATE, 'w', "%u 当场解决 说过了"},
    {WORK_STATES, ASSIGNEE, 'w', "%u 当场解决 说过了"},
    {WORK_STATES | IN(CONFERRING) | IN(SUSPENDED), REPORTER, 'h', "%u 修好了"},
    {IN(REPORTED), GRID, 'w', "%u 驳回 不在小区内"},
    {IN(REPORTED) | IN(DISPATCHED), GRID, 'w', "驳回 %u"},
    {IN(REPORTED) | IN(DISPATCHED), ASSIGNEE, 'w', "%u 驳回 不想修"},
    {OPEN_STATES, GRID, 'w', "合并 %u %o"},
    {OPEN_STATES, ESTATE, 'w', "合并 %u %o"},
    {IN(DRAFT), ESTATE, 'w', "合并 %u %o"},
    {IN(REPORTED), ESTATE, 'w', "合并 %u %o"},
    {IN(CHECKING), ESTATE, 'w', "合并 %u %o"},
    {IN(SUSPENDED), ESTATE, 'w', "合并 %u %o"},
    {GIVEN_STATES, ASSIGNEE, 'w', "合并 %u %o"},
    /* more of it */
    {OPEN_STATES, RESIDENT, 'h', "#%u 我家也是"},
    {OPEN_STATES, RESIDENT, 'h', "[photo] #%u 我家也是"},
    {OPEN_STATES, REPORTER, 'h', "#%u 打错了，是8号楼2单元"},
    {OPEN_STATES, REPORTER, 'h', "#%u 打错了，是4号楼3单元"},
    {OPEN_STATES, GRID, 'h', "#%u 打错了，是5楼"},
    {IN(DRAFT), REPORTER, 'h', "2单元5楼"},
    {IN(DRAFT), REPORTER, 'h', "#%u 是3单元5楼的"},
    {WORK_STATES | IN(REPORTED), GRID, 'w', "上报 %u"},
    {WORK_STATES | IN(REPORTED), ASSIGNEE, 'w', "上报 %u"},
    {WORK_STATES | IN(REPORTED), HEAD, 'h', "上报 %u"},
    {OPEN_STATES, REPORTER, 'h', "%u 进度"},
    /* afterwards */
    {SHUT_STATES, REPORTER, 'h', "%u 满意", UNRATED},
    {SHUT_STATES, REPORTER, 'h', "%u 还行", UNRATED},
    {SHUT_STATES, REPORTER, 'h', "%u 不满意", UNRATED},
    {SHUT_STATES, REPORTER, 'h', "[reply %u] 👍", UNRATED},
    {IN(ARCHIVED), REPORTER, 'h', "来得太慢了", RATED_BAD},
    {SHUT_STATES, REPORTER, 'h', "#%u 又坏了"},
    {SHUT_STATES, REPORTER, 'h', "#%u 又坏了", AGAIN},
    {IN(ARCHIVED), REPORTER, 'h', "#%u 又坏了"},
    {IN(ARCHIVED), HEAD, 'h', "#%u 又坏了"},
    {SHUT_STATES, VERIFIER, 'h', "#%u 又坏了"},
    {SHUT_STATES, GRID, 'w', "%u 没修好"},
    {SHUT_STATES, RESIDENT, 'h', "#%u 又坏了"},
    /* who has it goes, or comes back */
    {GIVEN_STATES, ASSIGNEE, 'd', "我今天到后天休假 网格员2代"},
    {GIVEN_STATES, ASSIGNEE, 'd', "我今天休假 物业2代"},
    {GIVEN_STATES, ASSIGNEE, 'd', "我回来了"},
    {IN(CHECKING), VERIFIER, 'd', "我今天休假 楼长5代"},
};
#define GOALS (sizeof goals / sizeof *goals)

/* ---- who ---- */

static const char *name_of(const struct walk_scene *scene, const char *id)
{
    const struct member *member = id ? community_member(scene->community, id) : NULL;
    if (member || !id)
        return member ? member->name : NULL;
    struct arena *arena = arena_create(1 << 16);
    const char *name, *found = NULL;
    for (size_t i = 0; !found && (name = walk_resident(i)); i++)
        if (strcmp(community_sender(scene->community, "play", scene->account, name, name, NULL,
                                    arena)
                       ->id,
                   id) == 0)
            found = name;
    arena_destroy(&arena);
    return found;
}

/* One of those who act for the same owner as the assignee. */
static const char *colleague(const struct walk_scene *scene, const struct event *event,
                             bool manager)
{
    const char *names[32];
    uint32_t count = 0;
    for (size_t i = 0; i < community_member_count(scene->community) && count < 32; i++) {
        const struct member *member = community_member_at(scene->community, i);
        if (!member_acts_for(member, event->owner) ||
            (event->assignee && strcmp(member->id, event->assignee) == 0))
            continue;
        bool manages =
            member_has_role(scene->community, member, ROLE_OWNER_MANAGER, NULL, NULL);
        if (manages == manager)
            names[count++] = member->name;
    }
    return count ? names[walk_dice(count)] : NULL;
}

static const char *holder(const struct walk_scene *scene, const struct event *event,
                          enum role role)
{
    const struct member *member =
        community_holder(scene->community, role, event->building, event->unit);
    return member ? member->name : NULL;
}

static const char *actor(const struct walk_scene *scene, const struct event *event,
                         enum who who)
{
    switch (who) {
    case ASSIGNEE:
        return name_of(scene, event->assignee);
    case WORKER:
        return name_of(scene, event->handler_member);
    case COLLEAGUE:
    case MANAGER:
        return colleague(scene, event, who == MANAGER);
    case VERIFIER:
        return name_of(scene, event->verifier);
    case ASKER:
        return name_of(scene, event->until_by);
    case REPORTER:
        return name_of(scene, event->reporter);
    case HEAD:
        return holder(scene, event, ROLE_BUILDING_HEAD);
    case GRID:
        return holder(scene, event, ROLE_GRID_WORKER);
    case LEADER:
        return holder(scene, event, ROLE_PARTY_GROUP_LEADER);
    case ESTATE:
        return holder(scene, event, ROLE_ESTATE_GRID_HEAD);
    case ABOVE:
        return holder(scene, event, ROLE_COMMUNITY_GRID_HEAD);
    default:
        return walk_resident(walk_dice(6));
    }
}

/* ---- where, and what ---- */

static void take_group(const struct event *event, char where, struct walk_line *line)
{
    if (where == 'w')
        strcpy(line->group, "work");
    else if (where == 'd' || walk_dice(8) == 0)
        strcpy(line->group, "dm");
    else if (event->group && event->group[0] == 'b')
        snprintf(line->group, sizeof line->group, "%s", event->group);
    else
        snprintf(line->group, sizeof line->group, "b%s",
                 event->building ? event->building : "4");
}

static void put(char *text, size_t size, const char *mark, const char *value)
{
    char *at = strstr(text, mark), rest[160];
    if (!at)
        return;
    snprintf(rest, sizeof rest, "%s", at + strlen(mark));
    snprintf(at, size - (size_t)(at - text), "%s%s", value, rest);
}

/* Another open one, to be merged with; any number where there is none. */
static uint32_t other_open(const struct walk_scene *scene, const struct event *event)
{
    for (int i = 0; i < 12 && event->id > 1; i++) {
        uint32_t id = event->id - 1 - walk_dice(event->id < LAST ? event->id - 1 : LAST);
        const struct event *other = scene->find(scene->arg, id);
        if (other && event_is_open(other))
            return id;
    }
    return event->id + 1;
}

static void take_text(const struct walk_scene *scene, const struct event *event,
                      const char *format, struct walk_line *line)
{
    char number[16], other[16], day[24];
    time_t then = (time_t)((scene->now_ms + (1 + walk_dice(20)) * DAY_MS) / 1000 + 28800);
    struct tm tm;
    gmtime_r(&then, &tm);
    snprintf(number, sizeof number, "%u", event->id);
    snprintf(other, sizeof other, "%u", strstr(format, "%o") ? other_open(scene, event) : 0);
    snprintf(day, sizeof day, "%d月%d日", tm.tm_mon + 1, tm.tm_mday);
    snprintf(line->text, sizeof line->text, "%s", format);
    put(line->text, sizeof line->text, "%u", number);
    put(line->text, sizeof line->text, "%o", other);
    put(line->text, sizeof line->text, "%d", day);
}

static bool applies(const struct walk_scene *scene, const struct event *event,
                    const struct goal *goal)
{
    if (!(goal->states & (1u << event->state)))
        return false;
    if ((goal->only & ASKED_HOLD) && event->until_ms <= scene->now_ms)
        return false;
    if ((goal->only & UNRATED) && event->rating != RATING_NONE)
        return false;
    if ((goal->only & RATED_BAD) && event->rating != RATING_BAD)
        return false;
    if ((goal->only & AGAIN) && event->rework + event->reopened == 0)
        return false;
    return actor(scene, event, goal->who) != NULL;
}

/* What was tried least; now and then any. */
static struct goal *choose(const struct walk_scene *scene, const struct event *event)
{
    struct goal *best = NULL;
    bool any = walk_dice(4) == 0;
    uint32_t from = walk_dice(GOALS);
    for (size_t i = 0; i < GOALS; i++) {
        struct goal *goal = &goals[(from + i) % GOALS];
        if ((best && (any || goal->tried[event->state] >= best->tried[event->state])) ||
            !applies(scene, event, goal))
            continue;
        best = goal;
    }
    return best;
}

bool walk_aim(const struct walk_scene *scene, struct walk_line *ret)
{
    struct goal *best = NULL;
    const struct event *about = NULL;
    uint32_t last = scene->event_count < LAST ? scene->event_count : LAST;
    for (int i = 0; last && i < CANDIDATES; i++) {
        const struct event *event =
            scene->find(scene->arg, scene->event_count - walk_dice(last));
        struct goal *goal = event ? choose(scene, event) : NULL;
        if (!goal || (best && goal->tried[event->state] >= best->tried[about->state]))
            continue;
        best = goal;
        about = event;
    }
    if (!best)
        return false;
    best->tried[about->state]++;
    take_group(about, best->where, ret);
    take_text(scene, about, best->text, ret);
    snprintf(ret->name, sizeof ret->name, "%s", actor(scene, about, best->who));
    return true;
}

size_t walk_aim_print(void)
{
    static const char *const names[] = {"assignee",    "worker",     "colleague",   "manager",
                                        "verifier",    "reporter",   "resident",    "head",
                                        "grid worker", "party lead", "estate head", "above",
                                        "asker"};
    uint32_t said = 0;
    size_t missing = 0;
    for (size_t i = 0; i < GOALS; i++)
        for (int state = STATE_DRAFT; state <= STATE_ARCHIVED; state++) {
            said += goals[i].tried[state] > 0;
            if (!(goals[i].states & (1u << state)) || goals[i].tried[state])
                continue;
            missing++;
            print_message("  never said while %s, by %s: %s\n", state_name((enum state)state),
                          names[goals[i].who], goals[i].text);
        }
    print_message("  %u of a state, a person and words were tried\n", said);
    return missing;
}

/* ---- reports ---- */

void walk_aim_report(struct walk_line *ret)
{
    /* In the groups of buildings 4 and 8; "%u" is a floor. */
    static const char *const troubles[] = {"2单元%u楼的灯不亮",
                                           "3单元%u楼的灯坏了",
                                           "1单元%u楼水管漏水",
                                           "%u楼暖气不热",
                                           "1单元电梯坏了",
                                           "3单元停水了",
                                           "单元门关不上，2单元",
                                           "%u楼楼道堆满了杂物",
                                           "下水道堵了",
                                           "3单元有煤气味！！",
                                           "楼上301天天半夜吵架",
                                           "楼道灯坏了",
                                           "代报：8号楼张大爷家水管漏水 301",
                                           "the light on floor %u in unit 2 is out"};
    static const char *const tellers[] = {"孙大姐",   "老李",  "小陈",       "Tom",  "阿芳",
                                          "物业1",    "物业2", "物业经理",   "热力", "网格员1",
                                          "电梯维保", "楼长4", "小区网格长", "燃气"};
    char floor[16];
    uint32_t resident = walk_dice(3);
    snprintf(ret->group, sizeof ret->group, "%s", walk_dice(3) ? "b4" : "b8");
    snprintf(ret->name, sizeof ret->name, "%s",
             tellers[walk_dice(resident ? 5 : sizeof tellers / sizeof *tellers)]);
    snprintf(ret->text, sizeof ret->text, "%s",
             troubles[walk_dice(sizeof troubles / sizeof *troubles)]);
    snprintf(floor, sizeof floor, "%u", 1 + walk_dice(30));
    put(ret->text, sizeof ret->text, "%u", floor);
}

const char *walk_aim_more(uint32_t kind, uint32_t round, struct walk_line *line)
{
    if (kind == 0 && round == 0)
        return "2单元5楼";
    if (kind != 1 || round > 3)
        return NULL;
    snprintf(line->name, sizeof line->name, "%s", walk_resident(round));
    return "我家也是";
}

void walk_aim_roster(struct walk_line *ret)
{
    static const char *const duties[] = {"物业 1", "楼长 4", "网格员 1",
                                         "热力",   "物业 2", "4-2-301"};
    static const char *told, *used, *user; /* the last code's duty; the last that was used */
    const char *duty = duties[walk_dice(sizeof duties / sizeof *duties)];
    uint32_t step = walk_dice(3);
    strcpy(ret->group, "dm");
    strcpy(ret->name, "小区网格长");
    if (step == 0 && walk_heard()) {
        user = walk_resident(walk_dice(6));
        strcpy(ret->name, user);
        strcpy(ret->text, walk_heard());
        used = told;
    } else if (step == 1) { /* what came to its holder meanwhile goes on with another */
        bool named = used && user && walk_dice(3); /* several may have it */
        snprintf(ret->text, sizeof ret->text, "收回 %s %s", used ? used : duty,
                 named ? user : "");
    } else {
        snprintf(ret->text, sizeof ret->text, "发码 %s", duty);
        told = duty;
    }
}
