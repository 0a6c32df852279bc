/* shown.c: pictures that came before the words about them: "[photo]", then "这个灯坏了
 * 3单元2楼". What a bare picture is of nobody knows, so the last few of a group wait in memory,
 * and go into their sender's next report within two minutes, as half-told text does. A daemon
 * that starts anew has forgotten them, but for what the platform tells once more. */
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

#define SHOWN_MAX 8 /* of one group */
#define SHOWN_MS (2LL * 60 * 1000)

struct picture {
    char *user, *text; /* text NULL: it could not be had */
    int64_t time_ms;
    char input[INPUT_ID_SIZE];
    char told[INPUT_ID_SIZE]; /* the input whose words it belongs to; "": none yet */
};

struct shown {
    struct picture pictures[SHOWN_MAX];
    size_t next; /* the oldest */
};

static void drop(struct picture *picture)
{
    free(picture->user);
    free(picture->text);
    *picture = (struct picture){0};
}

void shown_forget(struct queue *queue)
{
    for (size_t i = 0; queue->shown && i < SHOWN_MAX; i++)
        drop(&queue->shown->pictures[i]);
    free(queue->shown);
    queue->shown = NULL;
}

static bool is_noted(const struct shown *shown, const struct input *input)
{
    for (size_t i = 0; i < SHOWN_MAX; i++)
        if (strcmp(shown->pictures[i].input, input->id) == 0)
            return true;
    return false;
}

static void note(struct shown *shown, const struct input *input, const struct segment *segment)
{
    struct picture *picture = &shown->pictures[shown->next];
    shown->next = (shown->next + 1) % SHOWN_MAX;
    drop(picture);
    picture->user = xstrdup(input->user);
    picture->text = segment->text ? xstrdup(segment->text) : NULL;
    picture->time_ms = input->time_ms;
    memcpy(picture->input, input->id, sizeof picture->input);
}

void shown_note(struct queue *queue, const struct input *input, const char *text)
{
    size_t count = input_image_count(input) + input_lost_count(input);
    if (input->kind != INPUT_MESSAGE || !input->user || text[0] || !count)
        return;
    if (!queue->shown)
        queue->shown = xcalloc(1, sizeof *queue->shown);
    if (is_noted(queue->shown, input))
        return;
    for (size_t i = 0; i < input->segment_count; i++)
        if (input->segments[i].kind == SEGMENT_IMAGE)
            note(queue->shown, input, &input->segments[i]);
}

static bool belongs_to(const struct picture *picture, const struct input *input)
{
    int64_t age_ms = input->time_ms - picture->time_ms;
    bool free_yet = !picture->told[0] || strcmp(picture->told, input->id) == 0;
    return picture->user && input->user && strcmp(picture->user, input->user) == 0 &&
           free_yet && age_ms >= 0 && age_ms <= SHOWN_MS;
}

/* Words that a picture may be of. */
static bool tells_of_it(const struct meaning *meaning)
{
    return meaning->report || meaning->intent == INTENT_ME_TOO ||
           meaning->intent == INTENT_DONE;
}

const struct input *shown_join(struct queue *queue, const struct input *input,
                               const struct meaning *meaning, struct arena *arena)
{
    if (!queue->shown || input->kind != INPUT_MESSAGE || !tells_of_it(meaning))
        return input;
    size_t count = input->segment_count;
    struct segment *segments = arena_alloc(arena, (count + SHOWN_MAX) * sizeof *segments);
    if (count)
        memcpy(segments, input->segments, count * sizeof *segments);
    for (size_t i = 0; i < SHOWN_MAX; i++) {
        struct picture *picture = &queue->shown->pictures[(queue->shown->next + i) % SHOWN_MAX];
        if (!belongs_to(picture, input))
            continue;
        memcpy(picture->told, input->id, sizeof picture->told);
        segments[count++] =
            (struct segment){.kind = SEGMENT_IMAGE, .text = arena_strdup(arena, picture->text)};
    }
    struct input *joined = arena_alloc(arena, sizeof *joined);
    *joined = *input;
    joined->segments = segments;
    joined->segment_count = count;
    return joined;
}
