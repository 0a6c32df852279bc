// town.mjs: the community of a chaos run: the demo community's files, bound to groups and people of the OneBot server,
// in a time zone where it is ten in the morning now (at night nobody would be pinged).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DEMO = new URL('../../bot/people/data/demo/', import.meta.url);
const SELF = 10001;
const WORK = 9000;
const GROUPS = 8000;  // + building
const STAFF = 30000;  // + line of the roster
const RESIDENTS = 50000;

export class Town {
    constructor(folder, port, token) {
        this.folder = folder;
        this.port = port;
        this.token = token;
        this.community = 'nanfeng';
        this.account = SELF;
        this.socket = join(folder, 'data', 'redis.sock');
        this.people = new Map(); // name → platform user id
        this.residents = 0;
        this.taken = new Set(); // places that have been reported
        this.buildings = [];
        this.gridOf = new Map();
        mkdirSync(join(folder, 'nanfeng'));
        this.#community();
        this.#roster();
        this.#config();
    }

    #community() {
        const demo = readFileSync(new URL('community.yaml', DEMO), 'utf8');
        for (const [, from, to, grid] of demo.matchAll(/names: \[(\d+)(?:-(\d+))?\], grid: (\d+)/g))
            for (let b = Number(from); b <= Number(to ?? from); b++) {
                this.buildings.push(b);
                this.gridOf.set(b, Number(grid));
            }
        const hours = (10 - new Date().getUTCHours() + 24) % 24;
        const offset = hours > 14 ? `-${String(24 - hours).padStart(2, '0')}:00` : `+${String(hours).padStart(2, '0')}:00`;
        const bind = (name, id) => `  - {name: ${name}, bindings: {"onebot:${SELF}": "${id}"}}`;
        const groups = this.buildings.map((b) => bind(`b${b}`, GROUPS + b)).concat(bind('work', WORK));
        writeFileSync(join(this.folder, 'nanfeng', 'community.yaml'),
            `${demo.replace(/^timezone: .*$/m, `timezone: "${offset}"`)}\ngroups:\n${groups.join('\n')}\n`);
    }

    #roster() {
        const lines = readFileSync(new URL('roster.csv', DEMO), 'utf8').split('\n');
        const bound = lines.map((line, i) => line.replace(/\*:([^,\s]+)/, (_, name) => {
            this.people.set(name, STAFF + i);
            return `onebot:${STAFF + i}`;
        }));
        writeFileSync(join(this.folder, 'nanfeng', 'roster.csv'), bound.join('\n'));
    }

    #config() {
        writeFileSync(join(this.folder, 'loubot.yaml'), [
            'data: data', 'communities: [nanfeng]', 'paced: false', 'accounts:',
            `  - {adapter: onebot, name: "${SELF}", url: "ws://127.0.0.1:${this.port}/", token: ${this.token}}`, '',
        ].join('\n'));
    }

    // `loubot run` for this town.
    command(binary) {
        return [binary, 'run', '-c', join(this.folder, 'loubot.yaml')];
    }

    group(name) {
        return name === 'work' ? WORK : GROUPS + Number(name.slice(1));
    }
    person(name) {
        return this.people.get(name);
    }
    resident() {
        return RESIDENTS + this.residents++;
    }
    repairer(building) {
        return `物业${this.gridOf.get(building)}`;
    }
    // A place where nothing was reported yet: no two stories may become one event.
    place(rng) {
        for (;;) {
            const place = { building: rng.pick(this.buildings), unit: rng.between(1, 4), floor: rng.between(1, 33) };
            const key = Object.values(place).join('-');
            if (this.taken.has(key)) continue;
            this.taken.add(key);
            return place;
        }
    }
}
