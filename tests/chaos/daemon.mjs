// daemon.mjs: starts, kills and restarts `loubot run` and finds its redis-server. What it started does not outlive it.
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const running = new Set(); // child processes

process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
        console.log(`ended by ${signal}`);
        process.exit(1);
    });

// Like child_process.spawn; the child ends with us.
export function run(binary, args, given) {
    const child = spawn(binary, args, given);
    running.add(child);
    child.gone = new Promise((done) => child.once('exit', (code, signal) => {
        running.delete(child);
        done({ code, signal });
    }));
    return child;
}

export class Daemon {
    // `command`: the binary and its arguments; `log`: a file that gets everything it says.
    constructor(command, log, env = {}) {
        this.command = command;
        this.log = openSync(log, 'a');
        this.env = { ...process.env, ...env };
        this.child = null;
        this.deaths = []; // exits that nobody asked for
    }
    start(env = {}) {
        const [binary, ...args] = this.command;
        const child = run(binary, args, { stdio: ['ignore', this.log, this.log], env: { ...this.env, ...env } });
        child.gone.then(({ code, signal }) => {
            if (signal !== 'SIGKILL' && !child.stopping) this.deaths.push(`ended by itself: ${signal ?? code}`);
        });
        this.child = child;
    }
    redis() {
        const { pid } = this.child;
        const isServer = (child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'redis-server';
        try {
            const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
            return Number(children.find(isServer) ?? null) || null;
        } catch {
            return null; // one of them has just ended
        }
    }
    killRedis() {
        const pid = this.redis();
        try {
            if (pid) process.kill(pid, 'SIGKILL');
        } catch {
            return false; // ended meanwhile
        }
        return pid !== null;
    }
    async kill() {
        this.child.kill('SIGKILL');
        await this.child.gone;
        return true;
    }
    isDead() {
        return this.child.exitCode !== null || this.child.signalCode !== null;
    }
    async stop() {
        this.child.stopping = true;
        this.child.kill('SIGTERM');
        const ended = await Promise.race([this.child.gone, sleep(15000)]);
        if (!ended) {
            this.deaths.push('a clean stop did not end');
            await this.kill();
        } else if (ended.code !== 0) {
            this.deaths.push(`a clean stop ended with ${ended.signal ?? ended.code}`);
        }
    }
}
