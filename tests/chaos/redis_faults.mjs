#!/usr/bin/env node
// redis_faults.mjs [--long] [--seed N] [--keep]: Redis is slow (200 ms a command), loses answers, is away for a minute, has
// no memory left (a server of the test's own, behind proxy.mjs); its disk is full (RLIMIT_FSIZE), its append-only file is
// torn, it is killed while it rewrites that file (the embedded one). No acknowledged input is lost, no number given twice.
// Judged by the peers' logs and by Redis. The last line is `N passed, N failed`.
import { appendFileSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RedisProxy } from './proxy.mjs';
import { Stage, Verdict, conclude, options, sleep, until } from './stage.mjs';
import { judge } from './judge.mjs';
import { run } from './daemon.mjs';
import { tell } from './story.mjs';

const given = options({ long: false });
const verdict = new Verdict();
console.log(`seed ${given.seed}`);

const UNDER_WAY = "return redis.call('info', 'persistence'):match('aof_rewrite_in_progress:(%d)')";
const several = (stage, count, how) =>
    Promise.all(Array.from({ length: count }, () => tell(stage, { pause: 100, ...how })));
// Stories begin while `fault` holds; they end behind it. Nobody may be told a number that Redis does not hold.
async function during(stage, count, fault) {
    const told = several(stage, count, { twice: 0.3 });
    await fault();
    await told;
}
async function end(stage, name, what) {
    await until(() => stage.store.leftovers([10001]).length === 0);
    await until(() => stage.store.isUp());
    const judged = judge({ ...stage, sends: stage.recorder.sends });
    verdict.add({ ...judged, lines: judged.lines.map((line) => `${name}: ${line}`) });
    await stage.end(verdict);
    console.log(`${name}: ${stage.stories.length} reports, ${stage.recorder.sends.length} sends; ${what}`);
    return stage;
}

// A redis-server of our own, behind the proxy.
async function outside() {
    const socket = (folder) => join(folder, 'proxy.sock');
    const stage = await Stage.begin({ seed: given.seed, config: (folder) => [`redis: {socket: "${socket(folder)}"}`] });
    const { folder, store, rng, daemon } = stage;
    const data = join(folder, 'redis');
    mkdirSync(data);
    store.socket = join(data, 'redis.sock');
    let redis;
    const start = async () => {
        redis = run('redis-server', ['--port', '0', '--unixsocket', store.socket, '--dir', data, '--save', '', '--appendonly', 'yes',
            '--appendfsync', 'always', '--logfile', join(data, 'log')], { stdio: 'ignore' });
        await until(() => store.isUp(), 5000);
    };
    await start();
    const proxy = new RedisProxy(socket(folder), store.socket, rng);
    await proxy.start();
    await stage.start();
    await several(stage, 3);

    const waits = [];
    proxy.delay = 200;
    await several(stage, given.long ? 12 : 3, { until: given.long ? 'done' : 'dispatched' });
    if (given.long) { // it also starts, and finds work, while Redis is slow
        await daemon.kill();
        const meanwhile = several(stage, 6);
        daemon.start();
        await meanwhile;
    }
    proxy.delay = 0;

    proxy.loss = given.long ? 0.1 : 0.05;
    await several(stage, given.long ? 60 : 8);
    proxy.loss = 0;
    await sleep(300);

    await during(stage, given.long ? 20 : 5, async () => {
        await sleep(rng.between(0, 100));
        redis.kill('SIGKILL');
        await redis.gone;
        const more = several(stage, 3);
        await sleep(given.long ? 60000 : 1500);
        await start();
        waits.push(more);
    });
    await Promise.all(waits);

    await during(stage, given.long ? 20 : 5, async () => {
        await sleep(rng.between(0, 100));
        store.cli('config', 'set', 'maxmemory', 1);
        const more = several(stage, 3);
        await sleep(given.long ? 10000 : 1200);
        store.cli('config', 'set', 'maxmemory', 0);
        await more;
    });
    const done = await end(stage, 'outside', `${proxy.commands} commands, ${proxy.lost} answers lost`);
    await proxy.stop();
    redis.kill('SIGTERM');
    await redis.gone;
    return done;
}

// The embedded one, started by a script that can limit its files.
async function embedded() {
    const wrapper = (folder) => join(folder, 'redis-server');
    const stage = await Stage.begin({ seed: given.seed + 1, config: (folder) => [`redis: {binary: "${wrapper(folder)}"}`] });
    const { folder, store, rng, daemon, server } = stage;
    const limit = join(folder, 'limit'), aof = join(folder, 'data', 'appendonlydir');
    writeFileSync(limit, 'unlimited');
    writeFileSync(wrapper(folder), `#!/bin/sh\ntrap '' XFSZ\nulimit -S -f "$(cat '${limit}')"\nexec redis-server "$@"\n`, { mode: 0o755 });
    const file = () => join(aof, readdirSync(aof).filter((name) => name.includes('.incr.')).sort().at(-1));
    await stage.start();
    await several(stage, 3);

    // The disk is full: writes fail as they do on a full disk, and what was begun is torn.
    let ends = 0;
    await during(stage, given.long ? 20 : 4, async () => {
        await sleep(rng.between(0, 100));
        writeFileSync(limit, String(Math.ceil(statSync(file()).size / 512) + rng.between(2, 10))); // blocks of 512 bytes
        const first = daemon.redis();
        daemon.killRedis();
        const more = several(stage, 3);
        await until(() => (daemon.redis() ?? first) !== first, 5000);
        const begun = performance.now(), lasts = () => performance.now() - begun;
        for (let pid = daemon.redis(); lasts() < (given.long ? 10000 : 750) || (!ends && lasts() < 30000); await sleep(10)) {
            const now = daemon.redis();
            if (now !== pid && now) ends++;
            pid = now ?? pid;
        }
        writeFileSync(limit, 'unlimited');
        await more;
    });
    verdict.check('disk full', ends > 0 ? [] : ['it was never full']);

    // Torn at a random byte behind the last thing that anybody was told of.
    for (let i = 0; i < (given.long ? 8 : 1); i++) {
        await until(() => store.leftovers([server.self]).length === 0, 60000);
        await sleep(2500); // marks are written
        await until(() => store.isUp());
        server.faults.fail = Infinity;
        const before = statSync(file()).size, events = store.numbers().length
        const told = several(stage, 4);
        await until(() => store.numbers().length === events + 4);
        daemon.killRedis();
        await daemon.kill();
        await sleep(100);
        const after = statSync(file()).size;
        truncateSync(file(), rng.between(before, after));
        if (rng.next() < 0.3) appendFileSync(file(), '*3\r\n$4\r\nHSET\r\n$1');
        server.faults.fail = 0;
        daemon.start();
        await told;
    }

    const copies = readdirSync(join(folder, 'data')).filter((name) => name.includes('.torn-')).length;
    verdict.check('torn', copies || !given.long ? [] : ['nothing was copied aside']);

    // Killed while the file is rewritten, which takes long.
    let rewrites = 0; // that were under way
    for (let i = 0; i < (given.long ? 12 : 1); i++) {
        const slow = () => store.cli('config', 'set', 'rdb-key-save-delay', Math.ceil(3e6 / store.cli('dbsize'))); // µs: three seconds
        await until(slow, 15000);
        await during(stage, 3, async () => {
            await until(() => store.cli('bgrewriteaof'), 5000);
            await sleep(rng.between(0, 700));
            await until(() => (rewrites += Number(store.cli('eval', UNDER_WAY, 0)), true), 5000);
            if (daemon.killRedis() && rng.next() < 0.5) {
                await daemon.kill();
                daemon.start();
            }
        });
    }
    verdict.check('rewrite', rewrites > 0 ? [] : ['none was under way']);
    return end(stage, 'embedded', `${ends} times ended by a full disk, ${copies} torn ends cut off, ${rewrites} times killed in a rewrite`);
}

conclude(verdict, await Promise.all([outside(), embedded()]), given.keep);
