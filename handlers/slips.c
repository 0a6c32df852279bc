/* slips.c: slips of the pen and of voice-to-text in words that are repeated to everybody: the
 * acknowledgement says 楼道 where somebody wrote 楼到. What they mean is the lexicon's
 * business; when you add a slip there, add what it should have been here. */
#include "handlers/skills.h"

#include <string.h>

static const struct {
    const char *wrong, *right;
} slips[] = {
    {"楼到", "楼道"}, {"下水到", "下水道"}, {"过到", "过道"},     {"管到", "管道"},
    {"通到", "通道"}, {"单元们", "单元门"}, {"大们", "大门"},     {"门进", "门禁"},
    {"门襟", "门禁"}, {"电替", "电梯"},     {"点梯", "电梯"},     {"电提", "电梯"},
    {"电剃", "电梯"}, {"声空灯", "声控灯"}, {"感映灯", "感应灯"}, {"灯炮", "灯泡"},
    {"路登", "路灯"}, {"楼道登", "楼道灯"}, {"不两", "不亮"},     {"不量", "不亮"},
    {"赌了", "堵了"}, {"赌住", "堵住"},     {"漏谁", "漏水"},     {"停谁", "停水"},
    {"水官", "水管"}, {"井改", "井盖"},     {"对将", "对讲"},     {"暖器", "暖气"},
    {"坏啦", "坏了"}, {"坏叻", "坏了"},     {"瞒了", "满了"},     {"按扭", "按钮"},
    {"扶守", "扶手"}, {"栏干", "栏杆"},     {"垃级", "垃圾"},     {"充店", "充电"},
};

const char *slips_mended(const struct turn *turn, const char *words)
{
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        const char *at;
        while ((at = strstr(words, slips[i].wrong)))
            words = arena_printf(turn->arena, "%.*s%s%s", (int)(at - words), words,
                                 slips[i].right, at + strlen(slips[i].wrong));
    }
    return words;
}
