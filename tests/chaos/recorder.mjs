// recorder.mjs: keeps what a chaos run is judged by: every send that the OneBot server took, on which link, when, and
// whether its answer may have been lost.
import { EventEmitter } from 'node:events';

// An answer that left so shortly before its link ended may not have been read, or not been committed.
const UNSURE_MS = 300;

export class Recorder {
    constructor(server) {
        this.sends = []; // {at, room, text, quote, mentions, reaction, link, lost}
        this.news = new EventEmitter().setMaxListeners(0);
        let link = { closedAt: null };
        server.on('open', () => (link = { closedAt: null }));
        server.on('closed', () => (link.closedAt = Date.now()));
        server.on('said', ({ group_id, user_id, segments, text, about, reaction }) => {
            const lost = server.faults.swallow > 0; // its answer will be kept back
            const quote = segments.find((s) => s.type === 'reply')?.data.id ?? about;
            const mentions = segments.filter((s) => s.type === 'at').map((s) => s.data.qq);
            const room = group_id ? Number(group_id) : `user ${user_id}`;
            const send = { at: Date.now(), room, text, quote: quote && Number(quote), mentions, reaction, link, lost };
            this.sends.push(send);
            this.news.emit('send', send);
        });
    }

    // The first send that `matches`, said already or coming within `patience` ms; else null.
    heard(matches, patience) {
        const said = this.sends.find(matches);
        if (said) return Promise.resolve(said);
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
    return send.lost || (send.link.closedAt !== null && send.link.closedAt - send.at < UNSURE_MS);
}
