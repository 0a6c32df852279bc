// judge.mjs: what a chaos run must have left behind, read from the peers' logs and, by redis-cli, from Redis. Loubot
// itself is never asked.
import { spawnSync } from 'node:child_process';
import { answerMayBeLost } from './recorder.mjs';

export const AWAY = 'Redis is away';

export class Store {
    constructor(socket, community) {
        this.socket = socket;
        this.tag = `{${community}}`;
    }
    // The answers to many commands; throws when Redis is away.
    many(commands) {
        if (commands.length === 0) return [];
        const quoted = (arg) => `"${String(arg).replace(/(["\\])/g, '\\$1')}"`;
        const { stdout } = spawnSync('redis-cli', ['-s', this.socket, '--json'], {
            input: commands.map((c) => c.map(quoted).join(' ')).join('\n') + '\n', encoding: 'utf8',
            stdio: ['pipe', 'pipe', 'ignore'], maxBuffer: 1 << 30,
        });
        const lines = stdout.trimEnd().split('\n');
        if (lines.length !== commands.length || lines.some((line) => !line || /^(Error|Could|error:"LOADING)/.test(line))) throw new Error(AWAY);
        return lines.map((line) => JSON.parse(line));
    }
    cli(...args) {
        return this.many([args])[0];
    }
    isUp() {
        try {
            return this.cli('ping') === 'PONG';
        } catch {
            return false;
        }
    }
    // How many groups of an account have a mark; 0 while Redis is away.
    marks(account) {
        return this.isUp() ? this.cli('hlen', `{a:onebot:${account}}:mark`) : 0;
    }
    // The numbers of all events.
    numbers() {
        return this.cli('keys', `${this.tag}:e:*`).map((key) => Number(key.split(':').at(-1)));
    }
    // {event, trail} of each number; event is null where there is none.
    events(numbers) {
        const answers = this.many(numbers.flatMap((n) => [['hgetall', `${this.tag}:e:${n}`], ['lrange', `${this.tag}:t:${n}`, 0, -1]]));
        return new Map(numbers.map((n, i) => {
            const [row, trail] = answers.slice(2 * i);
            return [n, { event: row?.b ? { ...JSON.parse(row.b), text: row.x, acknowledged: row.a } : null, trail: trail.map((step) => JSON.parse(step)) }];
        }));
    }
    // Event number → the names of its timers.
    timers() {
        const of = new Map();
        for (const id of this.cli('zrange', `${this.tag}:timers`, 0, -1)) {
            const [, number, name] = id.match(/^e(\d+):(.*)$/) ?? [];
            if (number) of.set(Number(number), [...(of.get(Number(number)) ?? []), name].sort());
        }
        return of;
    }
    // How many events are archived and still here; of how many only figures are.
    archived() {
        return this.cli('zcard', `${this.tag}:old`);
    }
    past() {
        return this.many(this.cli('keys', `${this.tag}:past:*`).map((key) => ['hlen', key])).reduce((sum, n) => sum + n, 0);
    }
    // Rows that wait to be sent or were put aside, inputs that were put aside, half-written timers: [name, how many].
    leftovers(accounts) {
        const keys = accounts.flatMap((a) => [['hlen', `${this.tag}:out:onebot:${a}`], ['zcard', `${this.tag}:outq:onebot:${a}`],
            ['hlen', `${this.tag}:parked:onebot:${a}`]]).concat([['hlen', `${this.tag}:inputs`]]);
        return this.many(keys).map((n, i) => [keys[i][1], n]).filter(([, n]) => n > 0);
    }
}

// Sends with the same text to the same room about the same message are one outgoing; more than one of them is a repeat,
// which only a lost answer excuses.
export function repeats(sends) {
    const groups = new Map();
    for (const send of sends) {
        const key = JSON.stringify([send.account, send.room, send.text, send.quote, send.reaction]);
        groups.set(key, [...(groups.get(key) ?? []), send]);
    }
    const excused = [];
    const unexcused = [];
    for (const group of groups.values())
        for (let i = 1; i < group.length; i++) (answerMayBeLost(group[i - 1]) ? excused : unexcused).push(group[i]);
    return { excused, unexcused };
}

const EXPECTED = ['reported', 'dispatched', 'handling', 'checking', 'done', 'archived'];
const EMPTY = { event: null, trail: [] };

// Its steps: each state once, each from the one before; each household once; `usual`: and nothing else.
function judgeTrail(story, trail, usual) {
    const moves = trail.filter((step) => step.what === 'moved'), joined = trail.filter((step) => step.what === 'joined');
    const expected = EXPECTED.slice(0, EXPECTED.indexOf(story.reached) + 1);
    const went = moves.map((step) => step.to), torn = moves.find((step, i) => step.from !== moves[i - 1]?.to);
    const faults = [];
    if (!story.skipTrail && went.join() !== expected.join()) faults.push(`went ${went.join(' → ')}`);
    if (torn) faults.push(`has a step from ${torn.from} to ${torn.to} in the wrong place`);
    if (joined.length !== story.joined) faults.push(`has ${joined.length} steps of households that joined, not ${story.joined}`);
    if (usual && trail.length !== moves.length + joined.length) faults.push(`has other steps: ${JSON.stringify(trail)}`);
    return faults;
}

function judgeStory(story, { event, trail }, timers, usual, acks) {
    const faults = [];
    const numbers = new Set(acks.map((s) => s.text.match(/#(\d+)/)[1]));
    if (numbers.size !== 1) faults.push(`its acknowledgements name ${[...numbers].join(' and ') || 'no number'}`);
    if (!story.number) return faults;
    const name = `event ${story.number}`;
    if (!event) return [...faults, `${name} is not in Redis`];
    if (event.text !== story.text) faults.push(`${name} holds another text`);
    if (!event.acknowledged) faults.push(`${name} is not marked as acknowledged`);
    faults.push(...judgeTrail(story, trail, usual).map((fault) => `${name} ${fault}`));
    if (event.state !== story.reached) faults.push(`${name} is ${event.state}, not ${story.reached}`);
    const others = event.also?.length ?? 0;
    if (others !== story.joined) faults.push(`${name} has ${others} more households, not ${story.joined}`);
    if (usual?.[story.reached] && usual[story.reached] !== String(timers))
        faults.push(`${name} has the timers ${timers}, usual are ${usual[story.reached]}`);
    if (!['done', 'archived'].includes(event.state) && !timers.length) faults.push(`${name} has no timer`);
    return faults;
}

// Returns {passed, failed, lines, excused, again}: one verdict for each story, one each for the number of events, for what is
// left behind, for the repeats. `usual`: state → the timers of an event to which nothing bad has happened. `others`: events
// that are no stories. `parked`: outgoings that had to be put aside. `excused`: sends that were repeated because their answer
// was lost; `again`: those of them that are no reactions, so that somebody reads them twice.
export function judge({ stories, store, sends, usual, others = 0, parked = 0, accounts = [10001] }) {
    const lines = [];
    let passed = 0, verdicts = 0;
    const verdict = (name, faults) => {
        verdicts++;
        if (faults.length === 0) passed++;
        else lines.push(...faults.map((f) => `${name}: ${f}`));
    };
    const acks = new Map(); // account, room, quoted message → sends
    for (const send of sends) {
        if (!send.quote || !/#\d+/.test(send.text)) continue;
        const key = `${send.account} ${send.room} ${send.quote}`;
        acks.set(key, [...(acks.get(key) ?? []), send]);
    }
    const given = stories.map((story) => story.number).filter(Boolean).sort((a, b) => a - b);
    verdict('numbers', given.filter((n, i) => n === given[i - 1]).map((n) => `${n} was given twice`));
    const numbers = store.numbers(), timers = store.timers(), events = store.events(numbers);
    for (const story of stories)
        verdict(story.text, [...story.faults, ...judgeStory(story, events.get(story.number) ?? EMPTY,
            timers.get(story.number) ?? [], usual, acks.get(`${story.report.self_id} ${story.report.group_id} ${story.report.message_id}`) ?? [])]);
    verdict('events', numbers.length === stories.length + others ? [] : [`${numbers.length} in Redis of ${stories.length + others} reports`]);
    verdict('timers', [...timers.keys()].filter((n) => !events.get(n)?.event).map((n) => `of an event ${n} that is not there`));
    const left = store.leftovers(accounts), aside = left.filter(([key]) => key.includes(':parked:')).reduce((sum, [, n]) => sum + n, 0);
    verdict('left behind', left.filter(([key]) => !key.includes(':parked:')).map(([key, n]) => `${n} in ${key}`));
    verdict('put aside', aside === parked ? [] : [`${aside} outgoings, not ${parked}`]);
    const { excused, unexcused } = repeats(sends);
    verdict('repeats', unexcused.map((s) => `sent again without need: ${s.text || s.reaction}`));
    return { passed, failed: verdicts - passed, lines, excused: excused.length, again: excused.filter((s) => !s.reaction).length };
}
