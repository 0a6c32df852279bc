// story.mjs: one report from the first word to the completion notice, as its people would write it. Each step waits for
// what the bot says; a step that does not come in time is the story's fault and ends it.
const PATIENCE_MS = 90000;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Tells one story and adds it to `stories`: {text, report, number, reached, faults}.
export async function tell({ server, recorder, town, rng, stories }) {
    const place = town.place(rng);
    const group = town.group(`b${place.building}`);
    const resident = town.resident();
    const text = `${place.building}号楼${place.unit}单元${place.floor}楼的灯不亮`;
    const story = { text, number: null, reached: 'reported', faults: [] };
    stories.push(story);
    story.report = server.say(group, resident, `居民${resident}`, text);
    if (rng.next() < 0.1) server.push(story.report); // delivered twice

    const ack = await recorder.heard((s) => s.quote === story.report.message_id && /#\d+/.test(s.text), PATIENCE_MS);
    if (!ack) return void story.faults.push('no acknowledgement');
    story.number = Number(ack.text.match(/#(\d+)/)[1]);

    // What is said of this event in a room and was not said before; a repeat has the same text.
    const said = new Set([ack.text]);
    const next = async (room, reached, what) => {
        const mine = new RegExp(`#${story.number}(?!\\d)`);
        const send = await recorder.heard((s) => s.room === room && mine.test(s.text) && !said.has(s.text), PATIENCE_MS);
        if (send) said.add(send.text);
        else story.faults.push(what);
        if (send) story.reached = reached;
        return send !== null;
    };
    const write = async (room, who, words) => {
        await sleep(rng.between(0, 400));
        server.say(town.group(room), town.person(who), who, words);
    };
    const worker = town.repairer(place.building);
    const work = town.group('work');
    if (!(await next(work, 'dispatched', 'nobody was pinged'))) return;
    await write('work', worker, `收到 ${story.number}`);
    if (!(await next(group, 'handling', 'the group did not hear that somebody is on it'))) return;
    await write('work', worker, `完成 ${story.number}`);
    if (!(await next(group, 'checking', 'nobody was asked whether it is fixed'))) return;
    await write(`b${place.building}`, `楼长${place.building}`, `${story.number} 修好了`);
    await next(group, 'done', 'the group did not hear that it is done');
}
