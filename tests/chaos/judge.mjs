// judge.mjs: what a chaos run must have left behind, read from the peer's log and, by redis-cli, from Redis. Loubot
// itself is never asked.
import { execFileSync } from 'node:child_process';
import { answerMayBeLost } from './recorder.mjs';

export class Store {
    constructor(socket, community) {
        this.socket = socket;
        this.tag = `{${community}}`;
    }
    cli(...args) {
        const out = execFileSync('redis-cli', ['-s', this.socket, '--json', ...args.map(String)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
        return JSON.parse(out);
    }
    // How many groups of an account have a mark; 0 while Redis is away.
    marks(account) {
        try {
            return this.cli('hlen', `{a:onebot:${account}}:mark`);
        } catch {
            return 0;
        }
    }
    count() {
        return this.cli('keys', `${this.tag}:e:*`).length;
    }
    event(id) {
        const row = this.cli('hgetall', `${this.tag}:e:${id}`);
        return row?.b ? { ...JSON.parse(row.b), text: row.x } : null;
    }
    trail(id) {
        return this.cli('lrange', `${this.tag}:t:${id}`, 0, -1).map((step) => JSON.parse(step));
    }
    timers() {
        return this.cli('zrange', `${this.tag}:timers`, 0, -1);
    }
}

// Sends with the same text to the same room about the same message are one outgoing; more than one of them is a repeat,
// which only a lost answer excuses.
function repeats(sends) {
    const groups = new Map();
    for (const send of sends) {
        const key = JSON.stringify([send.room, send.text, send.quote, send.reaction]);
        groups.set(key, [...(groups.get(key) ?? []), send]);
    }
    const excused = [];
    const unexcused = [];
    for (const group of groups.values())
        for (let i = 1; i < group.length; i++) (answerMayBeLost(group[i - 1]) ? excused : unexcused).push(group[i]);
    return { excused, unexcused };
}

const EXPECTED = ['reported', 'dispatched', 'handling', 'checking', 'done'];

function judgeStory(story, store, sends) {
    const faults = [];
    const acks = sends.filter((s) => s.quote === story.report.message_id && /#\d+/.test(s.text));
    const numbers = new Set(acks.map((s) => s.text.match(/#(\d+)/)[1]));
    if (numbers.size !== 1) faults.push(`its acknowledgements name ${[...numbers].join(' and ') || 'no number'}`);
    if (!story.number) return faults;
    const event = store.event(story.number);
    if (!event) return [...faults, `event ${story.number} is not in Redis`];
    if (event.text !== story.text) faults.push(`event ${story.number} holds another text`);
    const reached = store.trail(story.number).map((step) => step.to).filter((to, i, all) => to && to !== all[i - 1]);
    const expected = EXPECTED.slice(0, EXPECTED.indexOf(story.reached) + 1);
    if (reached.join() !== expected.join()) faults.push(`event ${story.number} went ${reached.join(' → ')}`);
    if (event.state !== story.reached) faults.push(`event ${story.number} is ${event.state}, not ${story.reached}`);
    if (event.state !== 'done' && !store.timers().some((t) => t.startsWith(`e${story.number}:`)))
        faults.push(`event ${story.number} has no timer`);
    return faults;
}

// Returns {passed, failed, lines}: one verdict for each story, one for the number of events, one for the repeats.
export function judge({ stories, store, sends }) {
    const lines = [];
    let passed = 0;
    const verdict = (name, faults) => {
        if (faults.length === 0) passed++;
        else lines.push(...faults.map((f) => `${name}: ${f}`));
    };
    for (const story of stories) verdict(story.text, [...story.faults, ...judgeStory(story, store, sends)]);
    const count = store.count();
    verdict('events', count === stories.length ? [] : [`${count} in Redis of ${stories.length} reports`]);
    const { excused, unexcused } = repeats(sends);
    verdict('repeats', unexcused.map((s) => `sent again without need: ${s.text}`));
    return { passed, failed: stories.length + 2 - passed, lines, excused: excused.length };
}
