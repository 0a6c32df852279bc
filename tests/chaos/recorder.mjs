// recorder.mjs: keeps what a chaos run is judged by: every send that the OneBot servers took, on which link, when, and
// whether its answer may have been lost.
import { EventEmitter } from 'node:events';

// An answer that left so shortly before its link ended may not have been read, or not been committed.
const UNSURE_MS = /san/.test(process.env.LOUBOT) ? 1500 : 500;
// So long after redis-server was killed what was answered may not have been written down.
const REDIS_BACK_MS = 3000;

export class Recorder {
    constructor(...servers) {
        this.sends = []; // {at, account, room, text, quote, mentions, reaction, link, lost}
        this.news = new EventEmitter().setMaxListeners(0);
        for (const server of servers) this.#listen(server);
    }

    #listen(server) {
        let link = { closedAt: null };
        this.redisKilled ??= []; // when
        server.on('open', () => (link = { closedAt: null }));
        server.on('closed', () => (link.closedAt = performance.now()));
        server.on('said', ({ group_id, user_id, message_id, segments, text, about, reaction }) => {
            const lost = server.faults.swallow > 0; // its answer will be kept back
            const quote = segments.find((s) => s.type === 'reply')?.data.id ?? about;
            const mentions = segments.filter((s) => s.type === 'at').map((s) => s.data.qq);
            const room = group_id ? Number(group_id) : `user ${user_id}`;
            const send = { at: performance.now(), account: server.self, room, message: message_id, text,
                quote: quote && Number(quote), mentions, reaction, link, lost,
                redisKilled: this.redisKilled };
            this.sends.push(send);
            this.news.emit('send', send);
        });
    }

    // The first send that `matches`, said since the `from`-th already or coming within `patience` ms; else null.
    heard(matches, patience, from = 0) {
        for (let i = from; i < this.sends.length; i++) if (matches(this.sends[i])) return Promise.resolve(this.sends[i]);
        return new Promise((done) => {
            const end = (send) => {
                clearTimeout(timer);
                this.news.off('send', listen);
                done(send);
            };
            const listen = (send) => matches(send) && end(send);
            const timer = setTimeout(() => end(null), patience);
            this.news.on('send', listen);
        });
    }
}

export function answerMayBeLost(send) {
    const closed = send.link.closedAt;
    if (send.lost || closed === null) return send.lost;
    const unwritten = (killed) => killed < closed && closed - killed < REDIS_BACK_MS && send.at > killed - UNSURE_MS;
    return closed - send.at < UNSURE_MS || send.redisKilled.some(unwritten);
}
