// proxy.mjs: stands between Loubot and a redis-server, on a unix socket of its own: passes commands on, late if told so,
// or passes a command on and loses its answer with the connection, as a cut network does.
import { connect, createServer } from 'node:net';

const EOL = Buffer.from('\r\n');

// The length of the first whole command in `bytes` (an array of bulk strings), 0: it is not all there yet.
function commandLength(bytes) {
    let at = bytes.indexOf(EOL);
    if (at < 0) return 0;
    const count = Number(bytes.toString('latin1', 1, at));
    at += 2;
    for (let i = 0; i < count; i++) {
        const end = bytes.indexOf(EOL, at);
        if (end < 0) return 0;
        at = end + 2 + Number(bytes.toString('latin1', at + 1, end)) + 2;
    }
    return at <= bytes.length ? at : 0;
}

export class RedisProxy {
    constructor(path, server, rng) {
        Object.assign(this, { path, server, rng, delay: 0, loss: 0, lost: 0, commands: 0, pairs: new Set() });
    }
    start() {
        this.listener = createServer((client) => this.#adopt(client));
        return new Promise((done) => this.listener.listen(this.path, done));
    }
    stop() {
        for (const pair of this.pairs) pair.end();
        return new Promise((done) => this.listener.close(done));
    }

    #adopt(client) {
        const upstream = connect(this.server);
        const pair = { last: null, deaf: false, end: () => {
            client.destroy();
            upstream.destroy();
            this.pairs.delete(pair);
        } };
        this.pairs.add(pair);
        let held = Buffer.alloc(0);
        for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => pair.end());
        upstream.on('data', (bytes) => pair.deaf || client.write(bytes));
        client.on('data', (bytes) => {
            held = held.length ? Buffer.concat([held, bytes]) : bytes;
            for (let length; (length = held.length && commandLength(held)); held = held.subarray(length))
                this.#pass(pair, upstream, held.subarray(0, length));
        });
    }

    // One command after the other: each takes `delay` ms.
    #pass(pair, upstream, command) {
        this.commands++;
        const loses = this.rng.next() < this.loss, delay = this.delay;
        const before = pair.last;
        pair.last = (async () => {
            await before;
            if (delay) await new Promise((done) => setTimeout(done, delay));
            if (pair.deaf) return;
            upstream.write(command);
            if (!loses) return;
            this.lost++;
            pair.deaf = true; // it is carried out; nobody hears of it
            setTimeout(() => pair.end(), 20);
        })();
    }
}
