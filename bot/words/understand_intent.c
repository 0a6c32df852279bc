/* understand_intent.c: answers and commands ("收到", "12 好了", "打错了，是5楼"), fragments,
 * and the last word on what a text is.
 *
 * An answer counts when the known words cover the whole text ("closed"), since the same words
 * stand in any chat; words of groups marked `anywhere`, and words beside an event's number,
 * count always. */
#include <string.h>

#include "words/location.h"
#include "words/understand_inner.h"

#define OPENING_MAX 40 /* glyphs of a first clause that is an answer */
#define SURE_WORD 4    /* weight of a word of answer that counts in any company */

static bool has_mark(const struct reading *reading, enum mark mark)
{
    return (reading->marks >> mark & 1) != 0;
}

static bool has_kind(const struct reading *reading, enum word_kind kind)
{
    return (reading->kinds >> kind & 1) != 0;
}

/* Words that may stand beside an answer: the owner of "转城管", the 不好意思 of
 * "不好意思看错了", the same answer once more. */
static bool goes_along(const struct hit *hit, const struct hit *say)
{
    const struct group_def *group = hit->group;
    return hit == say || group->kind == WORD_OWNER || group->mark == MARK_FILLER ||
           (group->kind == WORD_SAY && group->intent == say->group->intent);
}

/* Does it tell of work, between these glyphs? */
static bool tells_work(const struct reading *reading, uint32_t from, uint32_t to)
{
    static const char *const works[] = {"换", "修", "弄", "清", "通", "装",
                                        "接", "补", "焊", "查", "调", "处理"};
    for (uint32_t at = from; at < to; at++)
        for (size_t i = 0; i < sizeof works / sizeof *works; i++)
            if (reading_is(reading, at, works[i]))
                return true;
    return false;
}

/* "收到，马上安排", "修好了，谢谢师傅": a sure word of answer that makes, with what goes along,
 * the whole first clause. */
static bool opens(const struct reading *reading, const struct hit *say)
{
    bool told[OPENING_MAX] = {false};
    bool sure = say->group->weight >= SURE_WORD ||
                (say->group->intent == INTENT_DONE && reading->count <= 40 &&
                 tells_work(reading, say->to, reading->count)); /* "好了，换了块主板" */
    if (say->clause > 0 || !sure)
        return false;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        for (uint32_t at = hit->from; goes_along(hit, say) && at < hit->to; at++)
            if (at < OPENING_MAX)
                told[at] = true;
    }
    for (uint32_t i = 0; i < reading->count && !glyph_ends_clause(reading->glyphs[i].cp); i++)
        if (i >= OPENING_MAX || (!told[i] && !glyph_is_silent(reading->glyphs[i].cp)))
            return false;
    return true;
}

/* "换了个配件，好了": what was done, and behind it that it is done; "还是黑的，没修好". */
static bool concludes(const struct reading *reading, const struct hit *say)
{
    bool no = say->group->intent == INTENT_DENY && say->group->weight >= SURE_WORD;
    if ((say->group->intent != INTENT_DONE && !no) || say->clause != reading->clauses ||
        say->clause == 0 || reading->count > (no ? 20 : 40))
        return false;
    for (uint32_t i = reading->count; i-- > 0 && !glyph_ends_clause(reading->glyphs[i].cp);)
        if ((i < say->from || i >= say->to) && !glyph_is_silent(reading->glyphs[i].cp))
            return false;
    return no || tells_work(reading, 0, say->from);
}

/* The strongest word of answer or command; NULL: none. */
static const struct hit *say_of(const struct reading *reading, bool closed, bool numbered)
{
    const struct hit *best = NULL;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind != WORD_SAY || hit->inner)
            continue;
        if (!closed && !numbered && !hit->group->anywhere && !opens(reading, hit) &&
            !concludes(reading, hit))
            continue;
        if (best == NULL || hit->group->weight > best->group->weight)
            best = hit;
    }
    return best;
}

static const char *owner_of(const struct reading *reading)
{
    const struct hit *best = NULL;
    for (size_t i = 0; i < reading->hit_count; i++)
        if (reading->hits[i].group->kind == WORD_OWNER && !reading->hits[i].inner)
            best = &reading->hits[i];
    return best != NULL ? best->group->name[0] : NULL;
}

/* What stands behind the command's words, numbers and owner, as a reason. */
static const char *reason_of(const struct reading *reading, const struct hit *say)
{
    uint32_t from = say->to > reading->numbers_to ? say->to : reading->numbers_to;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind == WORD_OWNER && hit->from <= from + 1 && hit->to > from)
            from = hit->to;
    }
    while (from < reading->count && glyph_is_silent(reading->glyphs[from].cp))
        from++;
    uint32_t to = reading->count;
    while (to > from && glyph_is_silent(reading->glyphs[to - 1].cp))
        to--;
    if (to <= from)
        return NULL;
    struct span span = reading_span(reading, from, to);
    return arena_strndup(reading->arena, reading->text + span.from, span.to - span.from);
}

/* "是物业的，水泵坏了", "归供电管": whose it is, said first. */
static bool names_owner_first(const struct reading *reading, const struct hit *owner)
{
    static const char *const heads[] = {"是", "归", "属于", "找", "应该是", "应该归"};
    if (owner->group->kind != WORD_OWNER || owner->inner)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (reading_is(reading, 0, heads[i]) && owner->from * 3 == strlen(heads[i]))
            return reading_is(reading, owner->to, "的") || reading_is(reading, owner->to, "管");
    return false;
}

/* "转城管 门口违建挡着": a report as it stands; from whoever has the work it hands that on. */
static void take_owner(const struct reading *reading, struct meaning *meaning)
{
    for (size_t i = 0; i < reading->hit_count; i++)
        if (names_owner_first(reading, &reading->hits[i]))
            meaning->owner = reading->hits[i].group->name[0];
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *say = &reading->hits[i];
        if (say->group->kind != WORD_SAY || say->group->intent != INTENT_TRANSFER ||
            say->from > 0 || say->inner)
            continue;
        for (size_t k = 0; k < reading->hit_count; k++) {
            const struct hit *owner = &reading->hits[k];
            if (owner->group->kind == WORD_OWNER && owner->from == say->to) {
                meaning->owner = owner->group->name[0];
                meaning->reason = reason_of(reading, say);
            }
        }
    }
}

/* "不用了，石头拿掉就好了". */
static bool is_fixed_behind(const struct reading *reading, const struct hit *say)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind == WORD_SAY && !hit->inner && hit->clause > say->clause &&
            (hit->group->intent == INTENT_DONE || hit->group->intent == INTENT_CONFIRM))
            return true;
    }
    return false;
}

static void take_say(struct reading *reading, struct meaning *meaning, const struct hit *say)
{
    meaning->intent = say->group->intent;
    meaning->rating = say->group->rating;
    meaning->command = say->group->value;
    if (say->group->intent == INTENT_WITHDRAW && meaning->command == NULL &&
        is_fixed_behind(reading, say))
        meaning->command = "fixed";
    meaning->intent_span = reading_span(reading, say->from, say->to);
    meaning->owner = owner_of(reading);
    meaning->reason = reason_of(reading, say);
    bool tells = meaning->fault.category != NULL && meaning->fault.symptom != NULL;
    meaning->report = say->group->intent == INTENT_REPORT && (meaning->report || tells);
    reading_explain(reading, say->from, say->to, 0, "says %s", intent_name(meaning->intent));
}

/* "又亮了，不用来了". */
static bool is_taken_back(const struct reading *reading)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind == WORD_SAY && hit->group->anywhere && !hit->inner &&
            hit->group->intent == INTENT_WITHDRAW && hit->group->value == NULL)
            return true;
    }
    return false;
}

/* "还是不亮", "又坏了": about something that was reported before. */
static bool told_again(struct reading *reading, struct meaning *meaning, uint32_t open)
{
    bool still = has_mark(reading, MARK_STILL);
    if ((!still && !has_mark(reading, MARK_AGAIN)) || is_taken_back(reading))
        return false;
    if (!has_kind(reading, WORD_SYMPTOM) && !has_kind(reading, WORD_TROUBLE))
        return false;
    if (meaning->report)
        meaning->command = "again";
    if (meaning->report && reading->clauses > 0 && has_kind(reading, WORD_OBJECT))
        return false; /* a tale of its own: "the bins were missed, they are still on the kerb"
                       */
    if (open > 0 || (!still && (meaning->report || has_kind(reading, WORD_OBJECT))))
        return false; /* "怎么又停水了" is a report, "又坏了" alone is not */
    meaning->command = "again";
    meaning->intent = INTENT_DENY;
    meaning->report = false;
    return true;
}

/* "我也想坐电梯", "物业也不管": 也 goes with what somebody wants, or what nobody does. */
static bool wishes(const struct reading *reading)
{
    static const char *const wants[] = {"想", "要", "去", "爱",   "喜",   "买",   "吃",
                                        "玩", "觉", "该", "不管", "不理", "没人", "不来"};
    for (size_t i = 0; i < reading->hit_count; i++)
        for (size_t k = 0; k < sizeof wants / sizeof *wants; k++)
            if (reading->hits[i].group->mark == MARK_ALSO &&
                reading_is(reading, reading->hits[i].to, wants[k]))
                return true;
    return false;
}

/* "我家也没水", "五单元也是". */
static bool me_too(const struct reading *reading, struct meaning *meaning, uint32_t open)
{
    if (!has_mark(reading, MARK_ALSO) || open > 2 || wishes(reading))
        return false;
    const struct location *where = &reading->where;
    bool who = has_mark(reading, MARK_SELF) || where->building != NULL || where->unit != NULL ||
               where->room != NULL || where->floor != FLOOR_NONE;
    bool what = has_kind(reading, WORD_SYMPTOM) || has_kind(reading, WORD_TROUBLE) || open == 0;
    if (!who || !what)
        return false;
    meaning->intent = INTENT_ME_TOO; /* may be a whole report as well: "我家也停水了" */
    return true;
}

static void yes_or_no(const struct reading *reading, struct meaning *meaning)
{
    bool yes = false, no = false;
    for (size_t i = 0; i < reading->hit_count; i++) {
        yes |= reading->hits[i].group->yes && !reading->hits[i].inner;
        no |= reading->hits[i].group->no && !reading->hits[i].inner;
    }
    meaning->is_yes = yes && !no;
    meaning->is_no = no && !yes;
}

static bool is_fragment(const struct reading *reading, uint32_t open)
{
    if (open > 0 || reading->count > 24 || reading->points < 0)
        return false;
    return has_kind(reading, WORD_OBJECT) || has_kind(reading, WORD_SYMPTOM) ||
           !location_is_empty(&reading->where);
}

/* "不对，是3单元": a no that goes on with a place. */
static bool corrects(const struct reading *reading, const struct hit *say,
                     struct location *ret_where)
{
    bool denies = say->group->no || say->group->intent == INTENT_CORRECT;
    uint32_t from = reading_is(reading, say->from, "不是") ? say->from : say->to;
    if (!denies || say->group->value != NULL)
        return false;
    return reading_corrected_place(reading, from, ret_where) ||
           reading_corrected_place(reading, 0, ret_where);
}

/* "我家还没有": what it is, nothing tells. */
static bool tells_of_none(const struct hit *say)
{
    return say->group->value != NULL && strcmp(say->group->value, "none") == 0;
}

/* "今天能修好吗", "fixed?": asks whether it is done. */
static bool is_asked(const struct reading *reading, const struct meaning *meaning)
{
    static const char *const words[] = {"吗",   "多久", "什么时候", "啥时候",
                                        "何时", "几点", "?"};
    if (meaning->intent != INTENT_DONE && meaning->intent != INTENT_CONFIRM)
        return false;
    for (uint32_t at = 0; at < reading->count; at++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (reading_is(reading, at, words[i]))
                return true;
    return false;
}

/* "不是4楼，是5楼": begins with what it was not. */
static bool begins_denying(const struct reading *reading)
{
    return reading->count <= 40 &&
           (reading_is(reading, 0, "不是") || reading_is(reading, 0, "not "));
}

/* Words that count only where no place and no thing is told beside them: "是4楼的" is no yes,
 * "你好，3单元" no mere greeting. */
static bool gives_way(const struct reading *reading, const struct hit *say)
{
    if (say->group->value == NULL && (say->group->yes || say->group->no))
        return !location_is_empty(&reading->where);
    return say->group->intent == INTENT_CHAT &&
           (!location_is_empty(&reading->where) || has_kind(reading, WORD_OBJECT) ||
            has_kind(reading, WORD_SYMPTOM));
}

/* "不好意思，3单元" puts something right, "不好意思" does not. */
static bool only_apologises(const struct hit *say)
{
    return say->group->intent == INTENT_CORRECT && say->group->weight < SURE_WORD;
}

/* "不用了，好像是被石头卡住，拿掉就好了": what stands behind tells why. */
static bool takes_back(const struct reading *reading, const struct hit *say)
{
    return say->group->intent == INTENT_WITHDRAW && opens(reading, say) &&
           location_is_empty(&reading->where);
}

/* Why it is taken back is no trouble. */
static void forget_fault(const struct reading *reading, struct meaning *meaning)
{
    meaning->fault = (struct fault_found){.where = reading->where};
    meaning->more_count = 0;
}

void reading_intent(struct reading *reading, struct meaning *meaning)
{
    uint32_t open = reading->residue;
    bool closed = open == 0 && reading->count > 0;
    const struct hit *say = say_of(reading, closed, meaning->number_count > 0);
    bool home = say != NULL && say->group->intent == INTENT_DENY && say->group->value != NULL;
    if (!home && (told_again(reading, meaning, open) || me_too(reading, meaning, open)))
        return;
    struct location right;
    if (!meaning->report && begins_denying(reading) && !location_is_empty(&reading->where)) {
        if (reading_corrected_place(reading, 0, &right)) {
            meaning->intent = INTENT_CORRECT;
            meaning->fault.where = right;
        }
        return;
    }
    bool correction = say != NULL && corrects(reading, say, &right);
    if (say != NULL && !correction && (gives_way(reading, say) || only_apologises(say)))
        say = NULL;
    bool sure = say != NULL && say->group->anywhere && say->group->intent != INTENT_WITHDRAW;
    bool strong = say != NULL && (!meaning->report || sure || meaning->number_count > 0 ||
                                  takes_back(reading, say));
    bool trouble = meaning->fault.symptom_span.to > 0;
    if (strong && ((trouble && takes_back(reading, say)) || tells_of_none(say)))
        forget_fault(reading, meaning);
    if (strong) {
        take_say(reading, meaning, say);
        if (is_asked(reading, meaning))
            meaning->intent = INTENT_PROGRESS;
        if (correction) {
            meaning->intent = INTENT_CORRECT;
            meaning->fault.where = right;
        } else if (closed && (say->group->yes || say->group->no))
            yes_or_no(reading, meaning);
    }
    if (!strong && meaning->report)
        take_owner(reading, meaning);
    if (strong || meaning->report)
        return;
    if (has_mark(reading, MARK_ENQUIRY))
        meaning->intent = INTENT_ENQUIRY;
    else if (has_mark(reading, MARK_SUGGESTION))
        meaning->intent = INTENT_SUGGESTION;
    else if (is_fragment(reading, open) || (closed && meaning->number_count > 0))
        meaning->intent = INTENT_FRAGMENT;
    if (meaning->intent == INTENT_CHAT || meaning->intent == INTENT_FRAGMENT)
        reading_help(reading, meaning);
}
