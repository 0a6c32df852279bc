// calendar_test.mjs: bot/people/data/calendar-cn.txt, day by day, against the npm package chinese-days. Skipped without it.
import { readFileSync } from 'node:fs';

let peer;
try {
    peer = (await import('chinese-days')).default;
} catch {
    console.log('chinese-days is not installed\n0 passed, 0 failed, 1 skipped');
    process.exit(0);
}

const day = 86400000;
const name = (ms) => new Date(ms).toISOString().slice(0, 10);
const years = [];
const special = new Map();
const file = new URL('../../../bot/people/data/calendar-cn.txt', import.meta.url);
for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [kind, what] = line.trim().split(/\s+/);
    if (kind === 'year') years.push(Number(what));
    if (kind !== 'off' && kind !== 'work') continue;
    const [from, to = from] = what.split('..');
    for (let t = Date.parse(from); t <= Date.parse(to); t += day) special.set(name(t), kind === 'work');
}

let passed = 0, failed = 0;
for (const year of years) {
    const wrong = [];
    for (let t = Date.UTC(year, 0, 1); t < Date.UTC(year + 1, 0, 1); t += day) {
        const weekday = new Date(t).getUTCDay();
        const ours = special.get(name(t)) ?? (weekday >= 1 && weekday <= 5);
        if (ours !== peer.isWorkday(name(t))) wrong.push(name(t));
    }
    if (wrong.length) failed++;
    else passed++;
    console.log(`${year}: ${wrong.length ? 'differs on ' + wrong.join(', ') : 'agrees on every day'}`);
}
if (!years.length) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
