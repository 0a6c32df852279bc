/* leave_words.c: see leave_words.h. When you add a word, also add a line to
 * tests/unit/handlers_leave_test.c. */
#include "people/leave_words.h"

#include <string.h>
#include <strings.h>

static const char *const away[] = {
    "休假",     "请假",       "休息",        "年假",    "病假",    "事假",
    "产假",     "调休",       "轮休",        "出差",    "探亲",    "婚假",
    "on leave", "on holiday", "on vacation", "day off", "days off"};

const char *leave_word(const char *text, size_t *ret_len)
{
    const char *first = NULL;
    for (size_t i = 0; i < sizeof away / sizeof *away; i++) {
        const char *at = strcasestr(text, away[i]);
        if (!at || (first && at >= first))
            continue;
        first = at;
        *ret_len = strlen(away[i]);
    }
    return first;
}

static size_t trimmed(const char *text, size_t len)
{
    static const char *const tails[] = {" ", "。", "！", "!", ".", "～", "~", "啦", "了"};
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
            size_t tail = strlen(tails[i]);
            if (len >= tail && memcmp(text + len - tail, tails[i], tail) == 0) {
                len -= tail;
                again = true;
            }
        }
    }
    return len;
}

bool leave_is_over(const char *text, size_t *ret_len)
{
    static const char *const words[] = {
        "销假",     "休假回来", "休完假",    "我回来",  "回来上班",        "回岗",
        "i'm back", "i’m back", "i am back", "im back", "back from leave", "back at work"};
    size_t len = trimmed(text, strlen(text));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t word = strlen(words[i]);
        if (len < word || strncasecmp(text + len - word, words[i], word) != 0)
            continue;
        *ret_len = trimmed(text, len - word);
        return true;
    }
    return false;
}
