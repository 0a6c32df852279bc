// town.mjs: the community of a chaos run: the demo community's files, bound to groups and people of the OneBot servers,
// in a time zone where it is ten in the morning now (at night nobody would be pinged).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DEMO = new URL('../../bot/people/data/demo/', import.meta.url);
const SELF = 10001;
const SECOND = 10002; // a second account, in the groups of the buildings with an even number
const WORK = 9000;
const GROUPS = 8000;  // + building
const STAFF = 30000;  // + line of the roster
const RESIDENTS = 50000;
const FAULTS = ['灯不亮', '窗户坏了', '扶手松了'];

export class Town {
    // `second`: port of a second server. `config`: further lines of loubot.yaml.
    constructor(folder, port, token, { second, config = [] } = {}) {
        this.folder = folder;
        this.ports = [port, second];
        this.token = token;
        this.community = 'nanfeng';
        this.socket = join(folder, 'data', 'redis.sock');
        this.people = new Map(); // name → platform user id
        this.residents = 0;
        this.taken = new Set(); // places that have been reported
        this.buildings = [];
        this.gridOf = new Map();
        mkdirSync(join(folder, 'nanfeng'));
        this.#community();
        this.#roster();
        this.#config(config);
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
        const bind = (name, id) => `  - {name: ${name}, bindings: {"onebot:${this.account(id)}": "${id}"}}`;
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

    #config(more) {
        const account = (name, port) =>
            `  - {adapter: onebot, name: "${name}", url: "ws://127.0.0.1:${port}/", token: ${this.token}}`;
        writeFileSync(join(this.folder, 'loubot.yaml'), [
            'data: data', 'communities: [nanfeng]', 'paced: false', ...more, 'accounts:', account(SELF, this.ports[0]),
            ...(this.ports[1] ? [account(SECOND, this.ports[1])] : []), '',
        ].join('\n'));
    }

    // `loubot run` for this town.
    command(binary) {
        return [binary, 'run', '-c', join(this.folder, 'loubot.yaml')];
    }

    // The account that is in a group.
    account(room) {
        return this.ports[1] && room > GROUPS && room < WORK && room % 2 === 0 ? SECOND : SELF;
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
    // A fault where nothing was reported yet, with the words for it: no two stories may become one event. All of them are
    // for the property company, and ask nothing.
    place(rng, buildings = this.buildings) {
        for (;;) {
            const place = { building: rng.pick(buildings), unit: rng.between(1, 4), floor: rng.between(1, 33), fault: rng.pick(FAULTS) };
            const text = `${place.building}号楼${place.unit}单元${place.floor}楼的${place.fault}`;
            if (this.taken.has(text)) continue;
            this.taken.add(text);
            return { ...place, text };
        }
    }
}
