// chat-log.js: the messages of the room. One tab stop: arrows move between messages, Enter opens a message's menu.
import { $, avatar, icon, make } from './chat-dom.js';
import { clockTime, dayName, sameDay, words } from './chat-words.js';

const TOGETHER_MS = 4 * 60000; // messages of one person within this time share a head
const EMOJIS = ['👍', '❤️', '😄', '🙏', '😢'];
const MORE = 'M12 5.500h.01M12 12h.01M12 18.500h.01';

const state = { me: '', bot: '', roles: new Map(), records: new Map(), nodes: new Map(), last: null, menuFor: null };
let actions = { reply() {}, react() {}, recall() {}, event() {} };

export function setActions(given) {
  actions = given;
}

export function setPeople(bot, roles) {
  state.bot = bot;
  state.roles = roles;
}

const author = (record) => record.from || state.bot;

export function plainText(record) {
  return (record.parts || []).map((part) => part.text ?? (part.at ? `@${part.name || part.at}` : part.image ? `[${words.photo}]` : '')).join('').trim();
}

// "#12" in a text leads to the event's card.
function withNumbers(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(/#(\d{1,7})/g)) {
    nodes.push(text.slice(at, found.index));
    const button = make('button', { type: 'button', class: 'ref', tabindex: '-1' }, found[0]);
    button.addEventListener('click', () => actions.event(Number(found[1])));
    nodes.push(button);
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== '');
}

function quote(number) {
  const quoted = state.records.get(Number(number));
  const button = make('button', { type: 'button', class: 'quote', tabindex: '-1' }, quoted ? `${author(quoted)}${words.colon}${plainText(quoted) || words.photo}` : words.quoteGone);
  button.addEventListener('click', () => callMessage(Number(number)));
  return button;
}

function picture(record, ref) {
  const url = `/media/${ref.replace('media:', '')}`;
  return make('a', { class: 'shot', href: url, target: '_blank', rel: 'noopener', tabindex: '-1' },
    make('img', { src: url, alt: words.photoFrom(author(record)), loading: 'lazy' }));
}

function bubble(record) {
  const node = make('div', { class: 'bubble' });
  for (const part of record.parts || []) {
    if (part.reply) node.prepend(quote(part.reply));
    else if (part.at) node.append(make('span', { class: 'mention' }, `@${part.name || part.at}`));
    else if (part.image) node.append(picture(record, part.image));
    else if (part.text) node.append(...withNumbers(part.text));
  }
  return node;
}

function head(record) {
  const role = record.from ? words.roles[state.roles.get(record.from)] : words.bot;
  return make('div', { class: 'head' }, make('b', {}, author(record)), role && role !== record.from?.replace(/\d+$/, '') ? make('span', { class: 'badge' }, role) : '',
    record.at ? make('time', { datetime: new Date(record.at).toISOString() }, clockTime(record.at)) : '');
}

function messageNode(record, waiting) {
  const mine = record.from === state.me;
  const last = state.last;
  const follows = last && last.kind === 'say' && last.from === record.from && (record.at || Date.now()) - last.at < TOGETHER_MS;
  const more = make('button', { type: 'button', class: 'more', tabindex: '-1', 'aria-label': words.more, 'aria-haspopup': 'menu', 'aria-expanded': 'false', title: words.more }, icon(MORE));
  const node = make('article', { class: `message${mine ? ' mine' : ''}${record.from ? '' : ' bot'}${follows ? ' follows' : ''}${waiting ? ' waiting' : ''}`, tabindex: '-1' },
    avatar(author(record), !record.from), make('div', { class: 'body' }, head(record), bubble(record),
      make('div', { class: 'reactions', hidden: true, 'aria-label': words.reactions, role: 'group' }), waiting ? make('span', { class: 'state' }, words.waiting) : ''),
    waiting ? '' : more);
  node.setAttribute('aria-label', `${author(record)}${words.colon}${plainText(record) || words.photo}`);
  more.addEventListener('click', () => openMenu(record, node));
  return node;
}

function daySeparator(record) {
  if (state.last && sameDay(state.last.at, record.at)) return;
  $('log').append(make('p', { class: 'day' }, dayName(record.at)));
  state.last = null;
}

function nearEnd() {
  const log = $('log');
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

function toEnd() {
  $('log').scrollTop = $('log').scrollHeight;
}

function showReaction(record) {
  const node = state.nodes.get(Number(record.to));
  if (!node) return;
  const row = node.querySelector('.reactions');
  const name = author(record);
  const mark = `${record.emoji} ${name}`;
  if ([...row.children].some((child) => child.textContent === mark)) return;
  row.append(make('span', {}, mark));
  row.hidden = false;
}

function showRecall(record) {
  const node = state.nodes.get(Number(record.to));
  if (!node) return;
  node.replaceWith(make('p', { class: 'note' }, words.recalled(author(record))));
  state.nodes.delete(Number(record.to));
  state.records.delete(Number(record.to));
}

// Adds one record; the same one again changes nothing.
export function addRecord(record) {
  if (state.records.has(record.n)) return;
  const stay = !nearEnd() && record.from !== state.me;
  state.records.set(record.n, record);
  if (record.kind === 'react') {
    showReaction(record);
  } else if (record.kind === 'recall') {
    showRecall(record);
  } else {
    const waiting = record.client && state.nodes.get(record.client);
    if (waiting) {
      waiting.remove();
      state.nodes.delete(record.client);
    }
    daySeparator(record);
    const node = messageNode(record, false);
    state.nodes.set(record.n, node);
    $('log').insertBefore(node, $('log').querySelector('.waiting'));
    state.last = record;
  }
  if (!stay) toEnd();
}

// A message that is on its way.
export function addWaiting(frame) {
  if (frame.op !== 'say' || state.nodes.has(frame.client)) return;
  const node = messageNode({ from: state.me, parts: frame.parts, kind: 'say' }, true);
  state.nodes.set(frame.client, node);
  $('log').append(node);
  toEnd();
}

export function dropWaiting(client) {
  const node = state.nodes.get(client);
  if (node && node.classList.contains('waiting')) node.remove();
  state.nodes.delete(client);
}

// Empties the log for a room and a person, and says nothing of the history to a screen reader.
export function beginRoom(me) {
  closeMenu(false);
  state.me = me;
  state.records.clear();
  state.nodes.clear();
  state.last = null;
  $('log').replaceChildren();
}

export function addHistory(records) {
  const log = $('log');
  log.setAttribute('aria-live', 'off');
  log.setAttribute('aria-busy', 'true');
  for (const record of records) addRecord(record);
  toEnd();
  requestAnimationFrame(() => {
    log.removeAttribute('aria-busy');
    log.setAttribute('aria-live', 'polite');
  });
}

// The community's time has become known.
export function renderTimes() {
  for (const node of $('log').querySelectorAll('time')) node.textContent = clockTime(Date.parse(node.dateTime));
}

export function lastNumber() {
  return Math.max(0, ...state.records.keys());
}

export function isEmpty() {
  return state.nodes.size === 0;
}

export function namesHeard() {
  return [...new Set([...state.records.values()].map((record) => record.from).filter(Boolean))];
}

export function recordOf(number) {
  return state.records.get(number);
}

export function callMessage(number) {
  const node = state.nodes.get(number);
  if (!node) return;
  node.scrollIntoView({ block: 'center', behavior: 'smooth' });
  node.focus({ preventScroll: true });
  node.classList.add('called');
  setTimeout(() => node.classList.remove('called'), 1600);
}

// ---- the menu of a message ----

function item(label, run, text = label) {
  const button = make('button', { type: 'button', role: 'menuitem', tabindex: '-1', 'aria-label': label }, text);
  button.addEventListener('click', () => {
    closeMenu(true);
    run();
  });
  return button;
}

function openMenu(record, node) {
  const menu = $('menu');
  const emojis = make('div', { class: 'emojis', role: 'presentation' }, ...EMOJIS.map((e) => item(words.react(e), () => actions.react(record, e), e)));
  menu.replaceChildren(emojis, item(words.reply, () => actions.reply(record)));
  if (record.from === state.me) menu.append(item(words.recall, () => actions.recall(record)));
  menu.setAttribute('aria-label', words.more);
  menu.hidden = false;
  state.menuFor = node;
  node.querySelector('.more').setAttribute('aria-expanded', 'true');
  const box = node.querySelector('.bubble').getBoundingClientRect();
  const top = Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8);
  const left = Math.min(Math.max(8, box.left), innerWidth - menu.offsetWidth - 8);
  menu.style.top = `${Math.max(8, top)}px`;
  menu.style.left = `${left}px`;
  menu.querySelector('button').focus();
}

function closeMenu(focusBack) {
  const node = state.menuFor;
  if (!node) return;
  $('menu').hidden = true;
  node.querySelector('.more').setAttribute('aria-expanded', 'false');
  state.menuFor = null;
  if (focusBack) node.focus();
}

function menuKey(event) {
  const items = [...$('menu').querySelectorAll('button')];
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step) items[(at + step + items.length) % items.length].focus();
  else if (event.key === 'Home') items[0].focus();
  else if (event.key === 'End') items[items.length - 1].focus();
  else if (event.key === 'Escape' || event.key === 'Tab') closeMenu(true);
  else return;
  event.preventDefault();
}

function logKey(event) {
  const messages = [...$('log').querySelectorAll('.message')];
  const current = document.activeElement.closest('.message');
  const at = messages.indexOf(current);
  const target = { ArrowUp: at < 0 ? messages.length - 1 : at - 1, ArrowDown: at + 1, Home: 0, End: messages.length - 1 }[event.key];
  if (target !== undefined && messages[target] && (at >= 0 || event.key !== 'ArrowDown')) {
    messages[target].focus();
    event.preventDefault();
  } else if (event.key === 'Enter' && current && document.activeElement === current) {
    current.querySelector('.more')?.click();
    event.preventDefault();
  }
}

export function listenToLog() {
  $('log').addEventListener('keydown', logKey);
  $('menu').addEventListener('keydown', menuKey);
  document.addEventListener('pointerdown', (event) => {
    if (state.menuFor && !$('menu').contains(event.target) && !event.target.closest('.more')) closeMenu(false);
  });
}
