#!/usr/bin/env bash
# planted.sh: what `make planted` runs: does the judge of the walks (tests/unit/fair_rules.c) see, and do the walks go
# where it matters? Each fault below breaks one guard of the product, in a copy of the tree that is thrown away; the walk
# must find it: in the short form that `make test` takes, else in the long one, else on a real Redis. A fault that nothing
# finds, or whose place in the code is gone, fails. ONLY=word takes those with it in their name.
#
# When you write a new guard into a handler, plant its absence here too.
cd "$(dirname "$0")/.." || exit 2
copy=$(mktemp -d) || exit 2
trap 'rm -rf "$copy"' EXIT
git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$copy"
[ ! -d build ] || cp -a build "$copy/"
found=0 missed=0

build() { # PROGRAM
    make -s -C "$copy" B=build SAN= "build/tests/$1" >"$copy/log" 2>&1
}

# One form of the walk: how many steps it took, when it failed by a rule.
walk() { # PROGRAM SEED STEPS
    build "$1" || return
    (cd "$copy" && WALK_SEED=$2 WALK_STEPS=$3 timeout 600 "build/tests/$1" 2>&1) |
        sed -n 's/^ERROR: step \([0-9]*\),* *\(.*\)/\1 steps: \2/p' | head -1
}

hunt() {
    local how program seed steps told
    while read -r how program seed steps; do
        told=$(walk "$program" "$seed" "$steps")
        [ -z "$told" ] || break
    done <<-'END'
	short unit/event_walk_test 20260302 2000
	long unit/event_walk_test 7 20000
	long unit/event_walk_test 9 20000
	live live/event_walk_live_test 8 10000
	END
    echo "${told:+$how, $told}"
}

fault() { # NAME FILE SED
    local told
    case $1 in *"${ONLY:-}"*) ;; *) return ;; esac
    sed "$3" "$2" >"$copy/$2"
    if cmp -s "$2" "$copy/$2"; then
        told="its place in $2 is gone"
    elif ! build unit/event_walk_test; then
        told="does not build: $(grep -m1 error "$copy/log")"
    else
        told=$(hunt)
    fi
    cat "$2" >"$copy/$2"
    case $told in
    short* | long* | live*) found=$((found + 1)) ;;
    *) missed=$((missed + 1)) told="MISSED $told" ;;
    esac
    printf '%-48s %s\n' "$1" "$told"
}

# Nobody confirms his own work.
fault "deputies confirm their principal's work" handlers/guard.c 's/return member && member->deputy && is_same.*/return member \&\& false;/'
fault "a colleague of the worker confirms" handlers/guard.c 's/is_of_company(turn, workers\[i\], member) ||/(false \&\& is_of_company(turn, NULL, member)) ||/'
fault "who did the work is not noted" handlers/work.c '/event->handler_member = turn->sender->id;/d'
fault "who has it in hand settles it on the spot" handlers/close.c 's/return !commands(turn, "spot") ||/return true ||/'
fault "silence closes without a photo" handlers/verify.c 's/else if (event->photos_after)/else if (true)/'
fault "silence closes after a day" handlers/verify.c 's/event->checking_ms + SILENCE_MS/event->checking_ms + ASK_REPORTER_MS/'
fault "who confirmed it is told wrongly" handlers/verify.c 's/bool verifier = !is_reporter(turn, event);/bool verifier = is_reporter(turn, event);/'
fault "withdrawn over others' heads" handlers/correct.c 's/ || event->also_count)/)/'

# Who grants, and why.
fault "the assignee grants himself a hold" handlers/suspend.c 's/guard_may(turn, event, RIGHT_GRANT) && stands_above(turn, event)/(true || stands_above(turn, event))/'
fault "a hold is granted from the same rung" handlers/suspend.c 's/return rung_of(turn, event, turn->sender) > rung_of_assignee(turn, event) &&/return rung_of(turn, event, turn->sender) >= rung_of_assignee(turn, event) \&\&/'
fault "who asked for a hold grants it" handlers/suspend.c '/!is_same(event->until_by, turn->sender->id) &&/d'
fault "two refusals and nobody above decides" handlers/transfer.c 's/event->refusals == 2/event->refusals == 99/'
fault "a refusal without reason is taken" handlers/transfer.c 's/return m->owner ? say_masked(turn, turn->text) : NULL;/return say_masked(turn, turn->text);/'
fault "rejected without reason" handlers/close.c 's/say_masked(turn, turn->meaning->reason) : NULL;/say_masked(turn, turn->meaning->reason) : turn->text;/'
fault "a hold refused without reason" handlers/suspend.c 's/} else if (why_not(turn, event)) {/} else if (!why_not(turn, event)) { refuse(turn, event, turn->text); } else if (why_not(turn, event)) {/'

# Clocks.
fault "a reopening resets the deadline" handlers/verify_ends.c 's/^    clocks_wait_finish(turn, event);/    event->due_finish_ms = turn->now_ms + 30 * DAY_MS;&/'
fault "a transfer moves the deadline later" handlers/transfer.c 's/^    event->owner = owner;/&event->due_finish_ms += DAY_MS;/'
fault "a correction moves the deadline later" handlers/correct.c 's/if (due_ms && (!event->due_finish_ms ||/if (due_ms \&\& false \&\& (!event->due_finish_ms ||/'
fault "a hold gives a day more" handlers/clocks.c 's/turn->now_ms - event->paused_ms);/turn->now_ms - event->paused_ms + 5 * DAY_MS);/'
fault "reopened after more than seven days" bot/event/event_table.c 's/now_ms - event->done_ms > REOPEN_MS/now_ms - event->done_ms > 9 * REOPEN_MS/'
fault "a hold for more than a year" handlers/suspend.c 's/turn->now_ms + YEAR_MS ? "far"/turn->now_ms + 9 * YEAR_MS ? "far"/'

# Nothing is dropped.
fault "merging drops a household" handlers/close.c 's/i <= event->also_count; i++)/i < event->also_count; i++)/'
fault "merging drops who joined" handlers/close.c 's/i <= event->also_count; i++)/i < 1; i++)/'
fault "merging drops a photo" handlers/close.c 's/size_t i = 0; i < event->photo_count/size_t i = 1; i < event->photo_count/'
fault "a correction drops the photos" handlers/correct.c 's/^    event->text = corrected_text(turn, event);/&event->photo_count = 0;/'
fault "a flat is counted twice" handlers/join.c 's/!is_counted(turn, event) && event_join/event_join/'
fault "a closed event keeps no outcome" bot/event/event_table.c 's/^        event->done_ms = now_ms;/&event->outcome = OUTCOME_NONE;/'

# Every open event waits for something.
fault "conferring never ends" handlers/suspend.c '/"resume", "suspend", meeting_over_ms(turn), NULL);/d; s/^static int64_t meeting_over_ms/__attribute__((unused)) &/'
fault "conferring lasts a month" handlers/suspend.c 's/calendar_from_local(turn->calendar, &day) + 2 \* DAY_MS/& * 15/'
fault "a hold never ends" handlers/suspend.c '/"resume", "suspend", event->until_ms, NULL);/d'
fault "after the last reminder no timer" handlers/ladder.c 's/turn_timer_set(turn, event, "finish", "ladder", a_day_later_ms(turn, event), NULL);/(void)a_day_later_ms(turn, event);/'
fault "after the last question no timer" handlers/verify.c 's/wait_check(turn, event, turn->now_ms + SILENCE_MS, "final");//'
fault "reopened without a clock" handlers/verify_ends.c '/^    clocks_wait_finish(turn, event);/d'
fault "what is done is never archived" handlers/clocks.c '/"archive", "rate", turn->now_ms + 7/d'
fault "a role taken back, its work stays" handlers/handover.c 's/return id && !is_there(turn, id);/return id \&\& strncmp(id, "r-", 2) != 0 \&\& !is_there(turn, id);/'
fault "on leave, the work stays" handlers/handover.c 's/return member && !member->away;/return member;/'

echo "$found passed, $missed failed"
[ "$missed" = 0 ]
