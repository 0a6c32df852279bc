/* understand_english_test.c: English answers, questions and emergencies in many wordings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/understand.h"

static struct lexicon *lexicon;
static struct arena *arena;
static struct meaning meaning;

static int setup(void **state)
{
    struct faults *faults = faults_create();
    lexicon = lexicon_create(NULL, 0, faults);
    arena = arena_create(1 << 20);
    faults_destroy(&faults);
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    lexicon_destroy(&lexicon);
    return 0;
}

static void hear(const char *text)
{
    understand(lexicon, text, strlen(text), NULL, arena, &meaning);
}

static const char *const said[][2] = {
    {"me_too", "me too"},
    {"me_too", "same here"},
    {"me_too", "ours as well"},
    {"me_too", "us too, 5B"},
    {"me_too", "same problem in unit 3"},
    {"me_too", "happening to us as well"},
    {"me_too", "we have the same issue"},
    {"me_too", "my flat too"},
    {"me_too", "same on our floor"},
    {"me_too", "yes ours is out too"},
    {"progress", "any news on #12"},
    {"progress", "any update on #12?"},
    {"progress", "what's happening with #12"},
    {"progress", "#12 status?"},
    {"progress", "when will #12 be fixed"},
    {"progress", "has #12 been fixed yet"},
    {"progress", "any progress?"},
    {"progress", "how's it going with #12"},
    {"progress", "what happened to my report"},
    {"progress", "is anyone coming?"},
    {"confirm", "it works now"},
    {"confirm", "yes it's working again"},
    {"confirm", "all good now"},
    {"confirm", "the light is on again"},
    {"deny", "still not working"},
    {"deny", "no it's still broken"},
    {"deny", "nope, still leaking"},
    {"deny", "not fixed"},
    {"deny", "nobody came"},
    {"deny", "#12 is still not fixed"},
    {"deny", "no one has been here"},
    {"accept", "on it"},
    {"accept", "I'm on it"},
    {"accept", "will do"},
    {"accept", "on my way"},
    {"accept", "got it, heading over now"},
    {"accept", "I'll take #12"},
    {"accept", "leave it with me"},
    {"accept", "be there in 20 minutes"},
    {"accept", "roger that"},
    {"done", "done"},
    {"done", "#12 done"},
    {"done", "all fixed"},
    {"done", "finished, replaced the bulb"},
    {"done", "job complete"},
    {"done", "completed 12 and 14"},
    {"transfer", "not ours, it's the gas company"},
    {"transfer", "#12 not ours, belongs to the power company"},
    {"transfer", "not my job"},
    {"transfer", "not mine"},
    {"transfer", "this is for the water company"},
    {"transfer", "transfer to property"},
    {"transfer", "#12 pass to the lift company"},
    {"transfer", "that's the heating company's responsibility"},
    {"raise", "escalate"},
    {"raise", "escalate #12"},
    {"raise", "raise #12"},
    {"raise", "please escalate this"},
    {"correct", "sorry, I meant unit 3"},
    {"correct", "typo, floor 5 not 4"},
    {"correct", "wrong floor, it's 6"},
    {"correct", "correction: building 7"},
    {"withdraw", "never mind"},
    {"withdraw", "cancel #12"},
    {"withdraw", "please cancel my report"},
    {"withdraw", "forget it, it's working"},
    {"withdraw", "false alarm, sorry"},
    {"withdraw", "no longer needed"},
    {"withdraw", "ignore that"},
    {"thanks", "thanks a lot"},
    {"thanks", "thank you so much!"},
    {"thanks", "cheers"},
    {"thanks", "much appreciated"},
    {"rate", "great job"},
    {"rate", "very satisfied"},
    {"rate", "terrible service"},
    {"rate", "5 stars"},
    {"rate", "not satisfied"},
    {"enquiry", "when does the office open?"},
    {"enquiry", "how do I pay the management fee?"},
    {"enquiry", "who do I call about a lost key?"},
    {"enquiry", "what are the office hours"},
    {"suggestion", "could we have more bike racks?"},
    {"suggestion", "I suggest we install a ramp"},
    {"suggestion", "it would be nice to have a bench by the lake"},
    {"suggestion", "how about adding a camera at the gate"},
    {"chat", "good night everyone"},
};

/* What people answer and ask in English, in many wordings. */
static void english_answers(void **state)
{
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        hear(said[i][1]);
        if (strcmp(intent_name(meaning.intent), said[i][0]) != 0)
            fail_msg("%s\n  want %s\n  got  %s", said[i][1], said[i][0],
                     intent_name(meaning.intent));
    }
    hear("refuse not collected"); /* rubbish, no refusal */
    assert_int_equal(meaning.intent, INTENT_REPORT);
    assert_string_equal(meaning.fault.category, "sanitation");
    hear("not mine, that's for the gas company");
    assert_int_equal(meaning.intent, INTENT_TRANSFER);
    assert_string_equal(meaning.owner, "gas");
}

/* However an emergency is told, it is heard as one; what only sounds like one is not. */
static void english_emergencies(void **state)
{
    static const char *const now[] = {
        "smell of gas in the stairwell",
        "whole landing reeks of gas",
        "gas leak in the kitchen!",
        "carbon monoxide alarm is going off",
        "the bins are on fire",
        "there's smoke coming from flat 12",
        "flames on the third floor balcony",
        "we're stuck in the lift",
        "someone is trapped in the elevator",
        "my kid is stuck inside the lift, please help",
        "a live wire is hanging over the path",
        "power line down across the drive, sparking",
        "sparks coming out of the socket",
        "huge explosion in the basement",
        "a man has collapsed in the lobby, not breathing",
        "neighbour is unconscious on the stairs",
        "someone is breaking into unit 3 right now",
        "a man with a knife is in the courtyard",
        "old lady fell in the lobby and can't get up",
    };
    for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
        hear(now[i]);
        if (meaning.intent != INTENT_EMERGENCY)
            fail_msg("%s\n  got  %s", now[i], intent_name(meaning.intent));
    }
    static const char *const none[] = {
        "that song is fire",
        "he got fired",
        "I was stuck in traffic",
        "what do you do if you get stuck in a lift",
        "the movie is about people trapped in an elevator",
        "there's a gas station near here",
        "I dreamt the house was on fire",
        "fire drill tomorrow at ten",
        "it isn't a gas leak, I only burned the eggs",
        "where there's smoke there's fire",
        "he had a heart attack last year",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        hear(none[i]);
        if (meaning.report)
            fail_msg("%s\n  got  %s", none[i], intent_name(meaning.intent));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_answers),
        cmocka_unit_test(english_emergencies),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
