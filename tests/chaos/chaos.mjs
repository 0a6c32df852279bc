#!/usr/bin/env node
// chaos.mjs [--seed N] [--kills N] [--at-once N] [--keep]: stories of reports over OneBot while Loubot, its redis-server, or
// both are killed at random moments, the link is cut, sends fail and answers are lost; then the peer's log and Redis are judged (judge.mjs). Prints its seed; the same seed
// gives the same stories, victims and pauses. The last line is `N passed, N failed`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Daemon } from './daemon.mjs';
import { OneBotServer } from '../peers/onebot/server.mjs';
import { Recorder } from './recorder.mjs';
import { Rng } from './rng.mjs';
import { Store, judge } from './judge.mjs';
import { Town } from './town.mjs';
import { tell } from './story.mjs';

const { values: given } = parseArgs({
    options: { seed: { type: 'string' }, kills: { type: 'string' }, 'at-once': { type: 'string' }, keep: { type: 'boolean' } },
});
const seed = Number(given.seed ?? Math.floor(Math.random() * 1e9));
const kills = Number(given.kills ?? 1000);
const atOnce = Number(given['at-once'] ?? 6);
const rng = new Rng(seed);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const folder = mkdtempSync(join(tmpdir(), 'loubot-chaos-'));
console.log(`seed ${seed}: ${kills} kills, ${atOnce} stories at once`);

const server = new OneBotServer({ token: 'chaos' });
const recorder = new Recorder(server);
const town = new Town(folder, await server.start(), 'chaos');
const daemon = new Daemon(town.command(process.env.LOUBOT ?? 'build/loubot'), join(folder, 'loubot.log'));
const store = new Store(town.socket, town.community);
daemon.start();
// What was said before it first listened is nobody's loss: it begins when the groups' marks are kept.
while (store.marks(town.account) === 0) await sleep(50);

const stories = [];
let killing = true;
async function teller() {
    while (killing) await tell({ server, recorder, town, rng, stories });
}
const tellers = Array.from({ length: atOnce }, teller);

const done = {};
const troubles = {
    loubot: () => daemon.kill(),
    'redis-server': () => daemon.killRedis(),
    both: () => daemon.killRedis() && daemon.kill(),
    cut: () => (server.cut(rng.between(0, 800)), true),
    'failed send': () => (server.faults.fail = 1),
    'lost answer': () => (server.faults.swallow = 1),
};
const choice = ['loubot', 'loubot', 'redis-server', 'both', 'cut', 'failed send', 'lost answer'];
for (let n = 0; n < kills; ) {
    // Mostly a while after it is back at work, sometimes while it is still starting.
    if (rng.next() < 0.75) for (let i = 0; i < 500 && server.links.size === 0; i++) await sleep(20);
    await sleep(rng.between(20, 1500));
    const trouble = rng.pick(choice);
    const pause = rng.between(0, 300);
    if (!(await troubles[trouble]())) continue;
    done[trouble] = (done[trouble] ?? 0) + 1;
    if (['loubot', 'redis-server', 'both'].includes(trouble)) n++;
    if (daemon.isDead()) {
        await sleep(pause);
        daemon.start();
    }
}
killing = false;
await Promise.all(tellers);
await sleep(1000);

const verdict = judge({ stories, store, sends: recorder.sends });
await daemon.stop();
for (const death of daemon.deaths) verdict.lines.push(`loubot ${death}`);
verdict.failed += daemon.deaths.length;
await server.stop();
console.log(`done to it: ${JSON.stringify(done)}; ${stories.length} reports, ${recorder.sends.length} sends, ` +
    `${verdict.excused} repeated because their answer was lost`);
for (const line of verdict.lines) console.log(line);
if (verdict.failed || given.keep) console.log(`kept: ${folder} (loubot.log, data)`);
else rmSync(folder, { recursive: true });
console.log(`${verdict.passed} passed, ${verdict.failed} failed`);
process.exit(verdict.failed ? 1 : 0);
