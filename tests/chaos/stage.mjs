// stage.mjs: what the chaos programs stand on: a folder, a peer with its recorder, a town, a daemon and eyes on its Redis;
// their options, their verdicts and their last line. The judge never asks Loubot: it reads the peer's log and, by
// redis-cli, Redis.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Daemon } from './daemon.mjs';
import { OneBotServer } from '../peers/onebot/server.mjs';
import { Recorder } from './recorder.mjs';
import { Rng } from './rng.mjs';
import { AWAY, Store } from './judge.mjs';
import { Town } from './town.mjs';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Lets the peers read their sockets: redis-cli is waited for, and where many wait at once, timers alone would take turns
// for ever.
const breath = () => new Promise((done) => setImmediate(done));

// True as soon as `holds()` is, looked at every 20 ms; false after `ms`. While Redis is away nothing holds.
export async function until(holds, ms = 60000) {
    for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) {
        await breath();
        try {
            if (await holds()) return true;
        } catch (error) {
            if (error.message !== AWAY) throw error;
        }
    }
    return false;
}

// --seed N, --keep, and what the program adds: {name: default}. A flag is an option whose default is false.
export function options(more = {}) {
    const known = { seed: { type: 'string' }, keep: { type: 'boolean' } };
    for (const [name, value] of Object.entries(more)) known[name] = { type: typeof value === 'boolean' ? 'boolean' : 'string' };
    const { values } = parseArgs({ options: known });
    const read = (name, value) => typeof value === 'number' ? Number(values[name] ?? value) : values[name] ?? value;
    return {
        seed: Number(values.seed ?? Math.floor(Math.random() * 1e9)), keep: values.keep ?? false,
        ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, read(name, value)])),
    };
}

export class Verdict {
    constructor() {
        this.passed = 0;
        this.failed = 0;
        this.lines = [];
    }
    check(name, faults) {
        if (faults.length === 0) this.passed++;
        else this.failed++;
        this.lines.push(...faults.map((fault) => `${name}: ${fault}`));
    }
    add({ passed, failed, lines }) {
        this.passed += passed;
        this.failed += failed;
        this.lines.push(...lines);
    }
}

export class Stage {
    // `second`: a second account with a server of its own for half of the buildings. `config`: further lines of loubot.yaml.
    // `server`: options of the peers.
    static async begin({ seed, second = false, config, server = {}, prefix = 'loubot-chaos-' }) {
        const stage = new Stage();
        stage.folder = mkdtempSync(join(tmpdir(), prefix));
        stage.rng = new Rng(seed);
        stage.servers = [new OneBotServer({ token: 'chaos', ...server })];
        if (second) stage.servers.push(new OneBotServer({ token: 'chaos', self: 10002, ...server }));
        stage.server = stage.servers[0];
        stage.recorder = new Recorder(...stage.servers);
        const ports = await Promise.all(stage.servers.map((s) => s.start()));
        stage.town = new Town(stage.folder, ports[0], 'chaos', { second: ports[1], config: config?.(stage.folder) });
        stage.setClock(0);
        stage.daemon = new Daemon(stage.town.command(process.env.LOUBOT ?? 'build/loubot'), join(stage.folder, 'loubot.log'),
            { LOUBOT_CLOCK: stage.clock() });
        stage.store = new Store(stage.town.socket, stage.town.community);
        stage.stories = [];
        return stage;
    }
    clock() {
        return join(this.folder, 'clock');
    }
    // So far ahead is Loubot's clock, from now on (bot/host/clock.h).
    setClock(ms) {
        writeFileSync(this.clock(), String(ms).padEnd(20));
    }
    // The server through which a group hears.
    serverOf(room) {
        return this.town.account(room) === this.servers[0].self ? this.servers[0] : this.servers[1];
    }
    // Starts the daemon; what was said before it first listened is nobody's loss: it begins when the groups' marks are kept
    // and it hears what is not in the history either.
    async start() {
        this.daemon.start();
        await until(() => this.servers.every((s) => this.store.marks(s.self) > 0));
        return this.up();
    }
    // Is it at work again?
    up() {
        return until(() => this.servers.every((s) => s.links.size > 0), 10000);
    }
    async end(verdict) {
        await this.daemon.stop();
        verdict.check('loubot', this.daemon.deaths);
        for (const server of this.servers) await server.stop();
    }
    remove() {
        rmSync(this.folder, { recursive: true });
    }
}

// Prints what was found, keeps the folders if anything was, and ends the program.
export function conclude(verdict, stages, keep) {
    for (const line of verdict.lines.slice(0, 200)) console.log(line);
    for (const stage of stages) {
        if (verdict.failed || keep) console.log(`kept: ${stage.folder} (loubot.log, data)`);
        else stage.remove();
    }
    console.log(`${verdict.passed} passed, ${verdict.failed} failed`);
    process.exit(verdict.failed ? 1 : 0);
}
