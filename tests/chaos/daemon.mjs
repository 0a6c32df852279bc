// daemon.mjs: starts, kills and restarts `loubot run` and finds its redis-server.
import { spawn, execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Daemon {
    // `command`: the binary and its arguments; `log`: a file that gets everything it says.
    constructor(command, log) {
        this.command = command;
        this.log = openSync(log, 'a');
        this.child = null;
        this.deaths = []; // exits that nobody asked for
    }
    start() {
        const [binary, ...args] = this.command;
        const child = spawn(binary, args, { stdio: ['ignore', this.log, this.log] });
        child.gone = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
        child.gone.then(({ code, signal }) => {
            if (signal !== 'SIGKILL' && !child.stopping) this.deaths.push(`ended by itself: ${signal ?? code}`);
        });
        this.child = child;
    }
    redis() {
        try {
            const out = execFileSync('pgrep', ['-P', String(this.child.pid), 'redis-server'], { encoding: 'utf8' });
            return Number(out.split('\n')[0]);
        } catch {
            return null; // not started yet
        }
    }
    killRedis() {
        const pid = this.redis();
        if (pid) process.kill(pid, 'SIGKILL');
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
        if (!ended) await this.kill();
        else if (ended.code !== 0) this.deaths.push(`a clean stop ended with ${ended.signal ?? ended.code}`);
    }
}
