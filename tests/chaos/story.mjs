// story.mjs: one report from the first word to the completion notice, as its people would write it. Each step waits for
// what the bot says; a step that does not come in time is the story's fault and ends it.
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Tells one story and adds it to `stage.stories`: {text, building, report, number, reached, joined, frames, waited, faults}.
// `until`: the state that it goes to. `reached(story)`: is called at each state. `twice`: how often a frame comes twice.
// Resolves to the story. `patience`: how long a step may take, in ms; much, since a busy machine loses nothing.
export async function tell(stage, { buildings, ...how } = {}) {
    const { text, building } = stage.town.place(stage.rng, buildings);
    const story = { text, building, number: null, reached: 'reported', joined: 0, faults: [], frames: [] };
    stage.stories.push(story);
    await live(stage, story, how);
    return story;
}

async function live(stage, story, { until = 'done', patience = 300000, pause = 400, twice = 0.1, joins = 0.25, reached }) {
    const { recorder, town, rng } = stage;
    const group = town.group(`b${story.building}`);
    const server = stage.serverOf(group);
    const resident = town.resident();
    const from = recorder.sends.length;
    const say = (room, who, name, words) => {
        const frame = stage.serverOf(room).say(room, who, name, words);
        story.frames.push(frame);
        if (rng.next() < twice) stage.serverOf(room).push(frame);
        return frame;
    };
    const began = performance.now();
    story.report = say(group, resident, `居民${resident}`, story.text);

    const quotes = (s) => s.account === server.self && s.quote === story.report.message_id && s.at >= began;
    const ack = await recorder.heard((s) => quotes(s) && /#\d+/.test(s.text), patience, from);
    story.waited = performance.now() - began;
    if (!ack) return void story.faults.push('no acknowledgement');
    story.number = Number(ack.text.match(/#(\d+)/)[1]);
    await reached?.(story);

    // What is said of this event in a room and was not said before; a repeat has the same text.
    const said = new Set([ack.text]);
    const next = async (room, state, what) => {
        const mine = new RegExp(`#${story.number}(?!\\d)`);
        const send = await recorder.heard((s) => s.room === room && mine.test(s.text) && !said.has(s.text), patience, from);
        if (!send) return void story.faults.push(what);
        said.add(send.text);
        story.reached = state;
        await reached?.(story);
        return state !== until;
    };
    const write = async (name, who, words) => {
        await sleep(rng.between(0, pause));
        say(town.group(name), town.person(who), who, words);
    };
    const worker = town.repairer(story.building);
    const work = town.group('work');
    if (!(await next(work, 'dispatched', 'nobody was pinged'))) return;
    if (rng.next() < joins) {
        const quote = { type: 'reply', data: { id: String(story.report.message_id) } };
        const neighbour = town.resident();
        say(group, neighbour, `居民${neighbour}`, [quote, { type: 'text', data: { text: '我家也是' } }]);
        story.joined++;
    }
    await write('work', worker, `收到 ${story.number}`);
    if (!(await next(group, 'handling', 'the group did not hear that somebody is on it'))) return;
    await write('work', worker, `完成 ${story.number}`);
    if (!(await next(group, 'checking', 'nobody was asked whether it is fixed'))) return;
    await write(`b${story.building}`, `楼长${story.building}`, `${story.number} 修好了`);
    await next(group, 'done', 'the group did not hear that it is done');
}
