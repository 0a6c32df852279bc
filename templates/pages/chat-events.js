// chat-events.js: the panel with the events: number, place, thing, the five steps, who has it, by when, the trail.
import { $, make } from './chat-dom.js';
import { words, dayAndTime } from './chat-words.js';

const STAGES = ['听', '办', '报', '验', '访'];
const STATE_STAGE = { draft: '听', reported: '听', dispatched: '办', handling: '办', conferring: '报', suspended: '报', checking: '验', done: '访', archived: '访' };
const OVER = new Set(['done', 'archived']);
const TONES = { draft: 'warn', reported: 'info', dispatched: 'info', handling: 'info', conferring: 'warn', suspended: 'warn', checking: 'warn', done: 'good', archived: '' };

const events = new Map(); // community and number → event
let names = new Map(); // member id → name
let bot = '';
let shows = () => true; // which events the room is about

export function setNames(map, botName) {
  names = map;
  bot = botName;
}

export function setFilter(filter) {
  shows = filter;
  renderEvents();
}

export function takeEvents(list) {
  for (const event of list) {
    const key = `${event.community}/${event.id}`;
    const known = events.get(key);
    if (!known || known.version <= event.version) events.set(key, event);
  }
  renderEvents();
}

function nameOf(member) {
  if (!member) return '';
  if (member === 'loubot') return bot;
  return names.get(member) || words.resident;
}

function title(event) {
  const both = [event.object, event.symptom].filter(Boolean);
  const thing = both.join(both.some((text) => /[a-z]/i.test(text)) ? ' ' : words.join);
  const category = words.categories[event.category] || event.category || '';
  return thing ? `${category} · ${thing}` : category;
}

function statePill(event) {
  const over = OVER.has(event.state);
  const text = over && event.outcome && event.outcome !== 'resolved' ? words.outcomes[event.outcome] : words.states[event.state];
  return make('span', { class: `pill ${event.urgency === 'emergency' && !over ? 'bad' : TONES[event.state] || ''}` }, text || event.state);
}

// A step is past when the event has been there; 报 is skipped when it never was needed.
function stepStates(event) {
  const seen = new Set();
  for (const step of event.trail || []) {
    if (step.to) seen.add(STATE_STAGE[step.to]);
    if (step.what === 'raised') seen.add('报');
  }
  const now = STAGES.indexOf(event.stage);
  return STAGES.map((stage, i) => {
    if (i === now) return OVER.has(event.state) ? 'past' : 'now';
    if (i > now) return 'next';
    return stage === '报' && !seen.has('报') ? 'skipped' : 'past';
  });
}

function steps(event) {
  const said = { past: words.stepPast, now: words.stepNow, skipped: words.stepSkipped, next: '' };
  const states = stepStates(event);
  return make('ol', { class: 'steps', 'aria-label': words.steps }, ...STAGES.map((stage, i) => make(
    'li', { class: states[i], 'aria-current': states[i] === 'now' ? 'step' : null },
    make('span', { class: 'dot', 'aria-hidden': 'true' }, states[i] === 'past' ? '✓' : words.stages[stage]),
    words.stageNames[stage], said[states[i]] ? make('span', { class: 'unseen' }, `（${said[states[i]]}）`) : '')));
}

function fact(list, term, value, late) {
  if (!value) return;
  list.append(make('dt', {}, term), make('dd', { class: late ? 'late' : null }, value));
}

function facts(event) {
  const list = make('dl', { class: 'facts' });
  const over = OVER.has(event.state);
  const waiting = event.state === 'dispatched' && event.due && event.due.accept;
  const due = waiting ? event.due.accept : event.due && event.due.finish;
  const late = due && !over && Date.parse(due) < Date.now();
  fact(list, words.who, [nameOf(event.assignee), words.owners[event.owner]].filter(Boolean).join(' · '));
  if (event.state === 'checking') fact(list, words.verifier, nameOf(event.verifier));
  if (due && !over) fact(list, waiting ? words.dueAccept : words.due, `${dayAndTime(Date.parse(due))}${late ? ` · ${words.late}` : ''}`, late);
  if (event.level >= 2) fact(list, words.level, words.levels[event.level]);
  if (event.households > 1) fact(list, words.households, words.householdsN(event.households));
  if (event.rating) fact(list, words.rating, words.ratings[event.rating]);
  return list;
}

function trailStep(step) {
  const what = step.to && step.to !== step.from ? words.states[step.to] : words.steps_[step.what] || step.note || step.what || '';
  const said = step.what === 'rated' ? words.ratings[step.note] : step.who === 'loubot' ? '' : step.note;
  const note = said && said !== what ? ` · ${said}` : '';
  return make('li', {}, make('time', { datetime: step.at }, dayAndTime(Date.parse(step.at))), `${nameOf(step.who)}${words.colon}${what}${note}`);
}

function trail(event, open) {
  if (!event.trail || !event.trail.length) return null;
  return make('details', { class: 'trail', open }, make('summary', {}, words.trail(event.trail.length)), make('ol', {}, ...event.trail.map(trailStep)));
}

function card(event, open) {
  const over = OVER.has(event.state);
  return make('li', { class: `event${over ? ' over' : ''}`, 'data-number': event.id, tabindex: '-1', 'aria-labelledby': `event-${event.id}` },
    make('div', { class: 'event-top' },
      make('h3', { id: `event-${event.id}` }, make('span', { class: 'number' }, `#${event.id}`), ` ${title(event)}`), statePill(event)),
    make('p', { class: 'place' }, words.place(event) || words.nowhere,
      event.urgency === 'urgent' || event.urgency === 'emergency' ? ` · ${words[event.urgency === 'urgent' ? 'urgent' : 'emergency']}` : ''),
    steps(event), facts(event), trail(event, open));
}

// Nodes of events that did not change stay, so that focus and opened trails stay with them.
export function renderEvents() {
  const list = $('event-list');
  const shown = [...events.values()].filter(shows);
  shown.sort((a, b) => OVER.has(a.state) - OVER.has(b.state) || b.id - a.id);
  const before = new Map([...list.children].map((node) => [node.dataset.number, node]));
  const nodes = shown.map((event) => {
    const old = before.get(String(event.id));
    const mark = JSON.stringify([event, words.steps, dayAndTime(0)]);
    if (old && old.mark === mark) return old;
    const focused = old && old.contains(document.activeElement);
    const node = card(event, Boolean(old && old.querySelector('details[open]')));
    node.mark = mark;
    if (focused) requestAnimationFrame(() => (node.querySelector('summary') || node).focus());
    return node;
  });
  list.replaceChildren(...nodes);
  $('events-none').hidden = shown.length > 0;
  const open = shown.filter((event) => !OVER.has(event.state)).length;
  $('events-count').textContent = open;
  $('events-count').hidden = !open;
}

// Who has to do with the events that are shown.
export function namesShown() {
  const members = [...events.values()].filter(shows).flatMap((e) => [e.assignee, e.verifier]);
  return [...new Set(members)].map((member) => names.get(member)).filter(Boolean);
}

// Brings an event's card into view; false: it is not there.
export function showEvent(number) {
  const node = $('event-list').querySelector(`[data-number="${number}"]`);
  if (!node) return false;
  node.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  node.focus({ preventScroll: true });
  node.classList.add('called');
  setTimeout(() => node.classList.remove('called'), 1600);
  return true;
}
