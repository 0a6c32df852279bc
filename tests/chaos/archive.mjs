// archive.mjs: what becomes of a street's events when months pass: seven days after its end each is archived, ninety days
// later it leaves Redis for a file. Loubot, its redis-server and both are killed in between (the kill point `archived`: the
// line is written, the event is still in Redis). Each event must be in one place at the end, with its text and its steps.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './stage.mjs';

const DAY = 24 * 3600 * 1000;

// Event number → its last line, of all months.
function lines(folder) {
    const of = new Map();
    for (const name of readdirSync(folder).filter((n) => n.endsWith('.jsonl')))
        for (const line of readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean)) {
            const event = JSON.parse(line);
            of.set(event.id, event);
        }
    return of;
}

function faultsOf(number, before, line) {
    if (!line) return [`event ${number} is in no file`];
    const kept = line.trail.map((step) => JSON.stringify(step));
    const missing = before.trail.filter((step) => !kept.includes(JSON.stringify(step)));
    return [
        ...(line.text === before.event.text ? [] : [`event ${number} has another text in its file`]),
        ...(line.event.state === 'archived' ? [] : [`event ${number} is ${line.event.state} in its file`]),
        ...missing.map((step) => `event ${number} lacks in its file ${JSON.stringify(step)}`),
    ];
}

// `kill(victim, whileDead)`: kills once at the point; resolves to faults. Months pass only meanwhile: some are left for the next.
export async function archive({ stage, verdict, victims, kill }) {
    const { store } = stage;
    const numbers = store.numbers(), events = store.events(numbers);
    stage.setClock(10 * DAY);
    const all = await until(() => store.archived() === numbers.length, 60000);
    verdict.check('a week later', all ? [] : [`${store.archived()} of ${numbers.length} events are archived`]);
    for (const victim of victims) {
        verdict.check('killed at archived', await kill(victim, () => stage.setClock(110 * DAY)));
        stage.setClock(10 * DAY);
    }
    stage.setClock(110 * DAY);
    const gone = await until(() => store.numbers().length === 0, 30000 + numbers.length * 100);
    verdict.check('months later', gone ? [] : [`${store.numbers().length} of ${numbers.length} events are still in Redis`]);
    verdict.check('months later', store.past() === numbers.length ? [] : [`figures of ${store.past()} events, not ${numbers.length}`]);
    const kept = lines(join(stage.folder, 'data', 'archive', stage.town.community));
    verdict.check('the archive', numbers.flatMap((n) => faultsOf(n, events.get(n), kept.get(n))));
}
