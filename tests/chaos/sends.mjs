#!/usr/bin/env node
// sends.mjs [--long] [--seed N] [--stories N] [--keep]: a tenth of all sends fails, another is answered late, another never;
// the bot is thrown out of a group, let in again, thrown out of the work group; one account's platform is slow, then
// hangs. Nobody else waits, nothing is lost, nothing is said twice: what was said is looked for in the history. Last comes
// what the protocol cannot give back. Judged by the peers' logs and by Redis. The last line is `N passed, N failed`.
import { Stage, Verdict, conclude, options, sleep, until } from './stage.mjs';
import { judge } from './judge.mjs';
import { tell } from './story.mjs';

const given = options({ long: false, stories: 0 });
given.stories ||= given.long ? 120 : 10;
const AT_ONCE = given.long ? 4000 : 1500; // ms; who waits for the slow platform waits longer, whatever else the machine does

const verdict = new Verdict();
const stage = await Stage.begin({ seed: given.seed, second: true });
const { recorder, rng, store, stories, town, servers: [first, second] } = stage;
console.log(`seed ${given.seed}: ${given.stories} stories`);
await stage.start();

// What is done to each send: nothing, or with these odds.
let odds = {};
const base = new Map([[first, 0], [second, 0]]); // ms until an account's platform answers
const done = { failed: 0, late: 0, lost: 0 };
const ills = {
    failed: (server) => (server.faults.fail = 1),
    late: (server) => (server.faults.delay = rng.between(200, given.long && rng.next() < 0.1 ? 18000 : 1500)),
    lost: (server) => {
        server.faults.swallow = 1;
        if (!given.long || rng.next() < 0.7) setTimeout(() => server.cut(0), 200); // else it is waited for in vain
    },
};
for (const server of stage.servers)
    server.on('call', ({ action }) => {
        Object.assign(server.faults, { fail: 0, swallow: 0, delay: base.get(server) });
        if (!action.startsWith('send_')) return;
        let dice = rng.next();
        for (const [ill, chance] of Object.entries(odds)) {
            if ((dice -= chance) >= 0) continue;
            done[ill]++;
            ills[ill](server);
            break;
        }
    });
const many = async (count, how) => {
    const begun = stories.length;
    let left = count;
    await Promise.all(Array.from({ length: 6 }, async () => {
        while (left-- > 0) await tell(stage, { twice: 0, ...how });
    }));
    return stories.slice(begun).filter((story) => !how?.buildings || how.buildings.includes(story.building));
};
// Nothing is on its way: what is would be put aside, and whoever comes behind a send whose answer is lost waits for it.
const accounts = stage.servers.map((s) => s.self);
const calm = () => until(() => store.leftovers(accounts).every(([key]) => key.includes('parked')), 60000);
const odd = town.buildings.filter((b) => b % 2), even = town.buildings.filter((b) => b % 2 === 0);

// 1. A tenth fails, a tenth is late, of a tenth the answer is lost.
odds = { failed: 0.1, late: 0.1, lost: given.long ? 0.1 : 0.03 };
await many(given.stories);
odds = {};
await calm();

// 2. One platform is slow: those of the other do not wait for it.
base.set(second, given.long ? 6000 : 2500);
const [quick] = await Promise.all([many(given.stories, { buildings: odd, pause: 0 }), many(3, { buildings: even, until: 'dispatched' })]);
base.set(second, 0);
const waits = quick.map((story) => story.waited ?? Infinity).sort((a, b) => a - b);
verdict.check('beside a slow platform', waits.at(-1) < AT_ONCE ? [] : [`somebody waited ${Math.round(waits.at(-1))} ms for an answer`]);

// 3. It hangs, and is there again: what was said meanwhile is answered.
second.faults.hang = true;
const hung = many(2, { buildings: even, until: 'dispatched' });
const beside = await many(3, { buildings: odd, until: 'dispatched' });
verdict.check('beside a platform that hangs', beside.every((s) => s.waited < AT_ONCE) ? [] : ['somebody waited']);
await sleep(given.long ? 20000 : 500);
second.faults.hang = false;
second.cut(0);
await hung;
await calm();

// 4. Thrown out of a building's group while an event is under way. The others do not wait; what could not be said is put
// aside and stands in the trail; let in again, Loubot goes on.
const building = rng.pick(odd), group = town.group(`b${building}`);
await tell(stage, { buildings: [building], until: 'dispatched', joins: 0, twice: 0 });
const event = stories.at(-1), worker = town.repairer(building), work = town.group('work');
const state = () => store.events([event.number]).get(event.number);
await calm();
first.kick(group);
first.say(work, town.person(worker), worker, `收到 ${event.number}`);
verdict.check('thrown out', (await until(() => state().event.state === 'handling')) ? [] : [`the event is ${state().event.state}`]);
const others = await many(4, { buildings: odd.filter((b) => b !== building), pause: 0 });
verdict.check('thrown out', others.every((s) => s.waited < AT_ONCE) ? [] : ['others waited']);
const unsent = () => state().trail.filter((step) => step.what === 'unsent').length;
verdict.check('thrown out', (await until(() => unsent() === 1)) ? [] : [`${unsent()} steps say that it could not be said`]);
first.kicked.delete(String(group));
first.push({ time: Math.floor(Date.now() / 1000), self_id: first.self, post_type: 'notice', notice_type: 'group_increase',
    sub_type: 'invite', group_id: group, user_id: first.self, operator_id: 1 });
first.say(work, town.person(worker), worker, `完成 ${event.number}`);
const asked = await recorder.heard((s) => s.room === group && s.text.includes(`#${event.number} `) && s.mentions.length > 0, 60000);
verdict.check('let in again', asked ? [] : ['nobody is asked whether it is fixed']);
event.reached = 'checking';

// What OneBot cannot give back, as the README says: a reaction and a recall while there is no connection, …
const away = async (server, act) => {
    await calm();
    server.cut(600);
    await until(() => server.links.size === 0);
    act();
    await until(() => server.links.size > 0);
    await sleep(700);
};
const lost = async (name, story, before, after, act) => {
    const now = () => store.events([story.number]).get(story.number).event?.state;
    await away(first, act);
    verdict.check(`${name} without a connection`, now() === before ? [] : [`the event is ${now()}`]);
    act();
    verdict.check(name, (await until(() => now() === after)) ? [] : [`the event is ${now()}`]);
    story.reached = after;
};
const thanked = await tell(stage, { buildings: odd, joins: 0, twice: 0 });
const notice = recorder.sends.findLast((s) => s.room === thanked.report.group_id && s.text.includes(`#${thanked.number} `));
await lost('a reaction', thanked, 'done', 'archived', () => first.react(notice.room, thanked.report.user_id, notice.message, 76));
const recalled = await tell(stage, { buildings: odd, until: 'dispatched', joins: 0, twice: 0 });
recalled.skipTrail = true;
await lost('a recall', recalled, 'dispatched', 'done', () =>
    first.recall(recalled.report.group_id, recalled.report.user_id, recalled.report.message_id));

// 5. Thrown out of the work group: whoever must act hears of it in a direct chat.
await calm();
first.kick(work);
const place = town.place(rng, [building]), resident = town.resident();
const report = first.say(group, resident, `居民${resident}`, place.text);
const taken = await recorder.heard((s) => s.room === group && s.quote === report.message_id && /#\d+/.test(s.text), 60000);
const number = Number(taken?.text.match(/#(\d+)/)[1]);
const ping = await recorder.heard((s) => s.room === `user ${town.person(worker)}` && s.text.includes(`#${number} `), 60000);
verdict.check('thrown out of the work group', ping ? [] : [`${worker} does not hear of ${place.text}`]);
stories.push({ text: place.text, report, number, reached: 'handling', joined: 0, faults: [], frames: [report] });

// 6. … direct chats while there is no connection …
const accept = () => first.say(undefined, town.person(worker), worker, `收到 ${number}`);
const its = () => store.events([number]).get(number).event?.state;
await away(first, accept);
verdict.check('direct chat without a connection', its() === 'dispatched' ? [] : [`the event is ${its()}`]);
accept();
verdict.check('direct chat', (await until(() => its() === 'handling')) ? [] : [`the event is ${its()}`]);

// … and everything where the implementation keeps no history; a message whose answer was lost is sent once more there.
const bare = await Stage.begin({ seed: given.seed + 1, server: { history: false } });
await bare.start();
const hear = (act) => {
    const from = bare.recorder.sends.length;
    act();
    return bare.recorder.heard((s) => s.quote && /#\d+/.test(s.text), 60000, from);
};
const tellBare = () => bare.server.say(bare.town.group('b4'), bare.town.resident(), '居民', bare.town.place(bare.rng, [4]).text);
await away(bare.server, tellBare);
verdict.check('no history', bare.store.numbers().length === 0 ? [] : ['what nobody could hear is an event']);
bare.server.faults.swallow = 1;
const once = await hear(tellBare);
const again = await hear(() => bare.server.cut(0));
verdict.check('no history', once && again && once.text === again.text ? [] : ['a message whose answer was lost is not sent again']);
await until(() => bare.store.leftovers([bare.server.self]).length === 0);
verdict.check('no history', bare.store.numbers().length === 1 ? [] : [`${bare.store.numbers().length} events`]);
await bare.end(verdict);

const parked = (await until(() => store.leftovers(accounts).every(([key]) => key.includes('parked')))) ? [] : store.leftovers(accounts).map(([key, n]) => `${n} in ${key}`);
verdict.check('left behind', parked);
const judged = judge({ ...stage, sends: recorder.sends, accounts, parked: 2 });
verdict.add(judged);
verdict.check('lost answers', judged.excused === 0 ? [] : [`${judged.excused} sends were repeated`]);
await stage.end(verdict);
console.log(`${stories.length} reports, ${recorder.sends.length} sends; ${JSON.stringify(done)}`);
conclude(verdict, [stage, bare], given.keep);
