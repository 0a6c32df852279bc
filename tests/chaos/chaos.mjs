#!/usr/bin/env node
// chaos.mjs [--long] [--seed N] [--kills N] [--streets N] [--at-once N] [--keep]: stories of reports over OneBot while
// Loubot, its redis-server, or both are killed at random moments, the link is cut, sends fail and answers are lost; in the
// long form they are killed once more at each point that the code names (core_kill_point). Then the peer's log and Redis
// are judged (judge.mjs), and in the long form what months make of a street (archive.mjs). Several streets, each with its
// own peer, daemon and data, share the kills. Prints its seed; the same seed gives the same stories, victims and pauses.
// The last line is `N passed, N failed`.
import { readdirSync, readFileSync } from 'node:fs';
import { archive } from './archive.mjs';
import { Stage, Verdict, conclude, options, sleep, until } from './stage.mjs';
import { judge } from './judge.mjs';
import { tell } from './story.mjs';

const given = options({ long: false, kills: 0, streets: 3, 'at-once': 5 });
given.kills ||= given.long ? 1000 : 12;
const HEART = new URL('../../bot/turn/', import.meta.url);
const POINTS = [...new Set(readdirSync(HEART).filter((name) => name.endsWith('.c')).flatMap((name) =>
    [...readFileSync(new URL(name, HEART), 'utf8').matchAll(/core_kill_point\([^"]*"(\w+)"\)/g)].map(([, point]) => point)))]
    .filter((point) => point !== 'archived'); // which comes after ninety days
const VICTIMS = ['loubot', 'redis', 'both'];

// Kills once at a named point. Another kill follows only when what was being decided has been settled: an input that is
// being decided at two crashes in a row is put aside, as it must be.
async function killAt(stage, point, victim, pass, whileDead) {
    const { daemon } = stage;
    await stage.up();
    await sleep(500);
    await daemon.kill();
    whileDead?.();
    daemon.start({ LOUBOT_KILL_AT: `${point}:${pass}:${victim}` });
    let first = null;
    const happened = await until(() => {
        if (victim !== 'redis') return daemon.isDead();
        const pid = daemon.redis();
        first ??= pid;
        return first && pid && pid !== first;
    }, 120000);
    if (daemon.isDead()) daemon.start();
    return happened ? [] : [`nothing was killed at ${point}`];
}

async function street(number, kills, points) {
    const seed = given.seed + number;
    const stage = await Stage.begin({ seed });
    const { server, recorder, daemon, rng, store } = stage;
    const verdict = new Verdict();
    await stage.start();

    // The timers that an event has in each state, learned in peace: each name that is there when it is reached.
    const usual = {};
    const learn = async ({ number, reached }) => {
        await sleep(300);
        usual[reached] = String(store.timers().get(number) ?? []);
    };
    await tell(stage, { joins: 0, reached: learn });

    let killing = true;
    const tellers = Array.from({ length: given['at-once'] }, async () => {
        while (killing) await tell(stage);
    });
    const done = {};
    const count = (what) => (done[what] = (done[what] ?? 0) + 1);
    const troubles = {
        cut: () => server.cut(rng.between(0, 500)),
        'failed send': () => (server.faults.fail = 1),
        'lost answer': () => (server.faults.swallow = 1),
    };
    const killers = {
        loubot: () => daemon.kill(),
        'redis-server': () => daemon.killRedis(),
        both: () => daemon.killRedis() && daemon.kill(),
    };
    for (let n = 0; n < kills; ) {
        // Mostly a while after it is back at work, sometimes while it is still starting.
        if (rng.next() < 0.75) await stage.up();
        const wait = rng.between(20, 1000);
        const trouble = rng.next() < 0.4 ? rng.pick(Object.keys(troubles)) : null;
        const victim = rng.pick(['loubot', 'loubot', 'redis-server', 'both']);
        const pause = rng.between(0, 200);
        await sleep(wait / 2);
        if (trouble) {
            troubles[trouble]();
            count(trouble);
        }
        await sleep(wait / 2);
        if (victim !== 'loubot') recorder.redisKilled.push(performance.now());
        if (!(await killers[victim]())) continue; // redis-server had not been started yet
        count(victim);
        n++;
        if (daemon.isDead()) {
            await sleep(pause);
            daemon.start();
        }
    }
    for (const [point, victim] of points) verdict.check(`killed at ${point}`, await killAt(stage, point, victim, rng.between(1, 5)));
    killing = false;
    await Promise.all(tellers);
    await until(() => store.leftovers([server.self]).length === 0);

    const judged = judge({ ...stage, sends: recorder.sends, usual });
    verdict.add(judged);
    verdict.check('said twice', judged.again ? [`${judged.again} messages, though there is a history`] : []);
    if (given.long && number === 0)
        await archive({ stage, verdict, victims: VICTIMS, kill: (victim, whileDead) => killAt(stage, 'archived', victim, 1, whileDead) });
    await stage.end(verdict);
    console.log(`street ${number}: ${JSON.stringify(done)}, ${points.length} at named points; ${stage.stories.length} reports, ` +
        `${recorder.sends.length} sends, ${judged.excused} repeated because their answer was lost, ${judged.again} of them no reactions`);
    return { stage, verdict };
}

console.log(`seed ${given.seed}: ${given.kills} kills in ${given.streets} streets, ${given['at-once']} stories at once in each`);
const points = given.long ? POINTS.flatMap((point) => VICTIMS.map((victim) => [point, victim])) : [];
const streets = await Promise.all(Array.from({ length: given.streets }, (_, i) =>
    street(i, Math.ceil((given.kills - i) / given.streets), points.filter((_, k) => k % given.streets === i))));
const verdict = new Verdict();
for (const { verdict: one } of streets) verdict.add(one);
conclude(verdict, streets.map(({ stage }) => stage), given.keep);
