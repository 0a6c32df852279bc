#!/usr/bin/env node
// repeats.mjs [--long] [--seed N] [--stories N] [--keep]: every frame twice, at once and again an hour later, also after a
// kill and in another order; frames out of order; message ids that begin anew, live and in the history; Loubot's clock set
// back and forth (LOUBOT_CLOCK, bot/host/clock.h). Judged by the peer's log and by Redis. The last line is
// `N passed, N failed`.
import { Stage, Verdict, conclude, options, sleep, until } from './stage.mjs';
import { judge } from './judge.mjs';
import { tell } from './story.mjs';

const MINUTE = 60000, HOUR = 60 * MINUTE;
const given = options({ long: false, stories: 0 });
given.stories ||= given.long ? 60 : 6;

// The platform's clock, an hour later; timers of this process run on.
const real = Date.now;
let later = 0;
Date.now = () => real() + later;

const verdict = new Verdict();
const stage = await Stage.begin({ seed: given.seed });
const setClock = (ms) => stage.setClock(later + ms);
const { server, recorder, rng, store, stories, daemon, town } = stage;
console.log(`seed ${given.seed}: ${given.stories} stories a part`);
await stage.start();

const shuffled = (list) => {
    const all = [...list];
    for (let i = all.length; i > 1; i--) {
        const j = rng.between(0, i - 1);
        [all[i - 1], all[j]] = [all[j], all[i - 1]];
    }
    return all;
};
// Everything that Redis holds of the events, and how much was said; nothing of it may change by repeats.
const picture = () => JSON.stringify([...store.events(store.numbers().sort((a, b) => a - b)), recorder.sends.length, [...store.timers()].sort()]);
// Waits until all that was pushed has been dealt with: a report behind it in every group is answered.
async function settled() {
    const rooms = town.buildings;
    await Promise.all(shuffled(rooms).slice(0, 4).map((b) => tell(stage, { buildings: [b], until: 'dispatched', joins: 0, twice: 0, pause: 0 })));
    await sleep(300);
}
// The picture, as soon as Redis gives one.
async function seen() {
    let all = '';
    await until(() => (all = picture()));
    return all;
}
async function unchanged(name, act) {
    const before = await seen();
    await act();
    await until(() => store.isUp());
    await sleep(given.long ? 1500 : 700);
    const after = await seen();
    const same = before !== '' && after === before;
    verdict.check(name, same ? [] : [`it changed something: ${before.length} → ${after.length} bytes`]);
}
const everything = () => stories.flatMap((story) => story.frames);
const pushAll = async (frames) => {
    for (const frame of frames) {
        server.push(frame);
        if (rng.next() < 0.1) await sleep(1);
    }
};

// 1. Every frame twice, at once.
const states = ['dispatched', 'handling', 'checking', 'done'];
await Promise.all(Array.from({ length: given.stories }, (_, i) => tell(stage, { twice: 1, until: states[i % 4], joins: 0.5 })));

// The other kinds of input, each twice: what is said in a direct chat, a reaction, a recall.
const twice = (story, act) => {
    act();
    story.frames.push(server.last);
    server.push(server.last);
};
const otherKinds = [
    { until: 'dispatched', reached: 'handling', act: ({ number, building }) => {
        const worker = town.repairer(building);
        server.say(undefined, town.person(worker), worker, `收到 ${number}`);
    } },
    { until: 'done', reached: 'archived', act: ({ number, report }) => {
        const notice = recorder.sends.findLast((s) => s.room === report.group_id && s.text.includes(`#${number} `));
        server.react(report.group_id, report.user_id, notice.message, 76);
    } },
    { until: 'dispatched', reached: 'done', shortened: true, act: ({ report }) =>
        server.recall(report.group_id, report.user_id, report.message_id) },
];
await Promise.all(Array.from({ length: Math.max(3, given.stories / 4) }, async (_, i) => {
    const kind = otherKinds[i % 3];
    const story = await tell(stage, { twice: 1, until: kind.until, joins: 0 });
    if (story.faults.length) return;
    await until(() => store.leftovers([server.self]).length === 0); // nobody reacts to what is not said yet
    twice(story, () => kind.act(story));
    const state = () => store.events([story.number]).get(story.number).event.state;
    if (!(await until(() => state() === kind.reached))) story.faults.push(`the event is ${state()}, not ${kind.reached}`);
    Object.assign(story, { reached: kind.reached, skipTrail: kind.shortened });
}));

// 2. Every frame once more after an hour: in order, in another order, to a new daemon, and from the history.
await sleep(500);
later = HOUR;
setClock(0);
await unchanged('again after an hour', () => pushAll(everything()));
await unchanged('again in another order', () => pushAll(shuffled(everything())));
await unchanged('again after a kill', async () => {
    await daemon.kill();
    daemon.start();
    await stage.up();
    await pushAll(shuffled(everything()));
});
await unchanged('again, and a cut in the middle', async () => {
    const frames = everything();
    await pushAll(frames.slice(0, frames.length / 2));
    server.cut(100);
    await sleep(200);
    await stage.up();
    await pushAll(frames);
});

// 3. Out of order: reports of many groups, pushed in another order than they were said in; "完成" before "收到".
const silent = Array.from({ length: given.stories }, () => {
    const place = town.place(rng);
    const resident = town.resident();
    const report = server.say(town.group(`b${place.building}`), resident, `居民${resident}`, place.text, { silent: true });
    const story = { ...place, report, number: null, reached: 'dispatched', joined: 0, faults: [], frames: [report] };
    stories.push(story);
    return story;
});
await pushAll(shuffled(silent.map((story) => story.report)));
await until(() => silent.every((story) => recorder.sends.some((s) => s.quote === story.report.message_id)));
await sleep(500);
for (const story of silent) {
    const ack = recorder.sends.find((s) => s.quote === story.report.message_id && /#\d+/.test(s.text));
    story.number = ack ? Number(ack.text.match(/#(\d+)/)[1]) : null;
    if (!ack) story.faults.push('no acknowledgement');
}
const half = silent.filter((story) => story.number).slice(0, given.stories / 2);
const work = town.group('work');
const swapped = half.map((story) => {
    const worker = town.repairer(story.building);
    return ['收到', '完成'].map((word) => server.say(work, town.person(worker), worker, `${word} ${story.number}`, { silent: true }));
});
await pushAll(swapped.map(([, done]) => done));
await sleep(400);
await pushAll(swapped.map(([accepted]) => accepted));
const swappedEvents = () => [...store.events(half.map((story) => story.number)).values()];
await until(() => swappedEvents().every(({ event }) => event?.state === 'checking'));
for (const { event } of swappedEvents())
    verdict.check('done before accepted', event?.state === 'checking' ? [] : [`event is ${event?.state}`]);
for (const story of half) story.skipTrail = true, story.reached = 'checking';

// 4. Ids that begin anew with the first: live, and in the history that a starting Loubot reads.
const apart = new Set(); // answers to reports under ids that others had
async function sameIds(name, whileAway) {
    const building = rng.pick(town.buildings), group = town.group(`b${building}`);
    if (whileAway) await daemon.kill();
    const before = server.count, began = recorder.sends.length;
    const rounds = [0, 1].map(() => Array.from({ length: 3 }, () => town.place(rng, [building])));
    for (const [i, round] of rounds.entries()) {
        if (i) await sleep(1100); // the platform counts in seconds
        server.count = 0;
        for (const place of round) {
            const resident = town.resident();
            server.say(group, resident, `居民${resident}`, place.text);
        }
        if (!whileAway) await until(() => recorder.sends.slice(began).filter((s) => s.room === group && s.quote).length >= 3 * (i + 1));
    }
    server.count = before;
    if (whileAway) daemon.start();
    const acks = () => recorder.sends.slice(began).filter((s) => s.room === group && s.quote && /#\d+/.test(s.text));
    await until(() => acks().length >= 6);
    await sleep(700);
    for (const ack of acks()) apart.add(ack);
    const numbers = new Set(acks().map((s) => s.text.match(/#(\d+)/)[1]));
    verdict.check(name, acks().length === 6 && numbers.size === 6 ? [] : [`${acks().length} acknowledgements of ${numbers.size} events to 6 reports`]);
    const texts = [...store.events([...numbers].map(Number)).values()].map(({ event }) => event?.text).sort();
    verdict.check(name, String(texts) === String(rounds.flat().map((p) => p.text).sort()) ? [] : ['the events hold other texts']);
    others += numbers.size;
}
let others = 0; // events that are no stories
await sameIds('ids begin anew');
await sameIds('ids begin anew while Loubot is away', true);

// 5. Loubot's own clock is wrong: ahead, behind, right again; sometimes Loubot begins anew under it.
const shifts = [40 * MINUTE, 3 * HOUR, -3 * HOUR, -5 * MINUTE, 0];
for (const shift of given.long ? [...shifts, ...shuffled(shifts), ...shuffled(shifts), 0] : shifts) {
    setClock(shift);
    if (rng.next() < 0.4) {
        await daemon.kill();
        daemon.start();
        await stage.up();
        await sleep(1000); // what is read back would count as old where the clock is ahead
    }
    await Promise.all(Array.from({ length: Math.ceil(given.stories / 3) }, () => tell(stage, { twice: 0.3 })));
}
// What is read back under a clock that is far ahead counts as old: it is an event all the same, and the group hears of it.
await daemon.kill();
setClock(2 * HOUR);
const old = town.place(rng), oldFrom = recorder.sends.length;
const oldResident = town.resident();
server.say(town.group(`b${old.building}`), oldResident, `居民${oldResident}`, old.text);
daemon.start();
const findOld = () => [...store.events(store.numbers()).values()].filter(({ event }) => event?.text === old.text);
const told = !given.long || // the line comes some seconds later
    (await recorder.heard((s) => s.room === town.group(`b${old.building}`) && !s.quote, 60000, oldFrom));
await until(() => store.marks(server.self) && findOld().length);
await sleep(500);
const kept = findOld();
verdict.check('read back under a wrong clock', [...(told ? [] : ['the group hears nothing of it']), ...(kept.length === 1 ? [] : [`${kept.length} events`])]);
others++;
setClock(0);
await settled();

await until(() => store.leftovers([server.self]).length === 0);
const judged = judge({ ...stage, sends: recorder.sends.filter((s) => !apart.has(s) && (s.quote || /#\d/.test(s.text))), others });
verdict.add(judged);
await stage.end(verdict);
console.log(`${stories.length + others} reports, ${everything().length} frames, ${recorder.sends.length} sends`);
conclude(verdict, [stage], given.keep);
