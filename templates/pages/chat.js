// chat.js: the web chat's page: who I am, which room, and what connects the parts. A tab is one person in one room; both
// stand in the address after '#', so that a tab can be reloaded and several can stand side by side.
import { $, avatar, make } from './chat-dom.js';
import { currentLanguage, fillWords, setLanguage, setOffset, words } from './chat-words.js';
import { Link, newId } from './chat-link.js';
import * as log from './chat-log.js';
import * as compose from './chat-compose.js';
import * as panel from './chat-events.js';

const NAME_MAX = 20;
const REFRESH_MS = 20000;
const OTHERS_SHOWN = 6;
const HOUSE_ROLES = ['building_head', 'micro_grid_worker'];
const THEMES = ['auto', 'light', 'dark'];
const link = new Link();
const here = { room: 'b4', me: '孙大姐', bot: '楼宝', groups: [], people: [], roles: new Map(), ids: new Map(), news: new Set(), entered: false, ready: false };

// ---- words for rooms ----

function roomName(name) {
  if (name === 'dm') return words.dm(here.bot);
  const group = here.groups.find((g) => g.name === name);
  if (group && group.building) return words.building(group.building);
  return name === 'work' ? words.work : name;
}

function roleName(name) {
  return words.roles[here.roles.get(name)] || '';
}

// ---- drawing ----

function drawRooms() {
  const rooms = [...here.groups.filter((g) => !g.building), { name: 'dm' }, ...here.groups.filter((g) => g.building)].map((g) => g.name);
  $('room-list').replaceChildren(...rooms.map((name) => {
    const button = make('button', { type: 'button', 'aria-current': name === here.room ? 'true' : null, 'data-room': name, class: here.news.has(name) ? 'news' : null }, roomName(name));
    button.addEventListener('click', () => {
      go(name, here.me);
      closeDrawers();
      $('text').focus();
    });
    return make('li', {}, button);
  }));
}

function drawMe() {
  $('person').value = here.me;
  $('me-avatar').replaceWith(Object.assign(avatar(here.me, false), { id: 'me-avatar' }));
}

// This building's own staff; elsewhere the people of the first of each kind.
function near() {
  const group = here.groups.find((g) => g.name === here.room);
  if (!group || !group.building) return here.people.filter((p) => /^\D+1?$/.test(p.name)).map((p) => p.name);
  const own = (p) => HOUSE_ROLES.includes(p.roles[0]) && p.name.replace(/^\D+/, '') === group.building;
  return here.people.filter(own).map((p) => p.name);
}

// Who else takes part here: who has spoken, who has an event, this building's staff.
function drawOthers() {
  const names = [...new Set([...log.namesHeard(), ...panel.namesShown(), ...near()])].filter((name) => name !== here.me).slice(0, OTHERS_SHOWN);
  if ($('others').dataset.names === [here.room, ...names].join()) return;
  $('others').dataset.names = [here.room, ...names].join();
  $('others').replaceChildren(...names.map((name) => make('a', { href: `#${encodeURIComponent(here.room)}/${encodeURIComponent(name)}`}, name)));
  $('others').hidden = $('others-label').hidden = !names.length;
}

function drawTitle() {
  $('room-title').textContent = words.title(roomName(here.room), here.me);
  $('log').setAttribute('aria-label', words.logOf(roomName(here.room)));
  $('text-label').textContent = words.textLabel(roomName(here.room));
  $('text').placeholder = words.placeholder;
  $('send').textContent = words.send;
  document.title = `${roomName(here.room)} · ${here.me} · ${here.bot}`;
}

function drawTry() {
  const samples = here.room === 'work' ? words.sampleWork : here.room === 'dm' ? words.sampleDm : words.samples;
  $('try').hidden = !here.entered || !log.isEmpty();
  $('try-list').replaceChildren(...samples.map((text) => {
    const button = make('button', { type: 'button' }, text);
    button.addEventListener('click', () => compose.setText(text));
    return button;
  }));
}

function drawLink(state) {
  $('link').textContent = words[state];
  $('link').className = `pill link ${state}`;
}

function say(text) {
  $('banner').textContent = text || '';
  $('banner').hidden = !text;
}

function drawTheme() {
  const theme = localStorage.getItem('theme') || 'auto';
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $('theme').setAttribute('aria-label', words.theme[theme]);
  $('theme').title = words.theme[theme];
}

function drawWords() {
  fillWords();
  $('brand').textContent = here.bot;
  $('language').textContent = words.otherShort;
  $('language').setAttribute('aria-label', `${words.otherShort}, ${words.other}`);
  $('language').title = words.other;
  $('language').lang = currentLanguage() === 'zh' ? 'en' : 'zh-CN';
  drawTheme();
  drawLink(link.up ? 'up' : 'trying');
  drawRooms();
  drawTitle();
  drawTry();
  drawOthers();
  panel.renderEvents();
}

// ---- going somewhere ----

function isRoom(name) {
  return name === 'dm' || here.groups.some((g) => g.name === name);
}

function readHash() {
  let hash = '';
  try {
    hash = decodeURIComponent(location.hash.slice(1));
  } catch {
    // somebody typed a lone '%': no room is named
  }
  const [room, me] = hash.split('/');
  return { room: room || sessionStorage.getItem('room'), me: me || sessionStorage.getItem('me') };
}

function remember() {
  sessionStorage.setItem('room', here.room);
  sessionStorage.setItem('me', here.me);
  history.replaceState(null, '', `#${encodeURIComponent(here.room)}/${encodeURIComponent(here.me)}`);
}

function isMine(event) {
  const id = here.ids.get(here.me);
  return id !== undefined && [event.assignee, event.reporter, event.verifier].includes(id);
}

function filterEvents() {
  const group = here.groups.find((g) => g.name === here.room);
  if (group && group.building) panel.setFilter((e) => e.group === here.room || e.building === group.building);
  else if (here.room === 'dm') panel.setFilter(isMine);
  else panel.setFilter(() => true);
}

function go(room, me) {
  here.room = room;
  here.me = me;
  here.entered = false;
  here.news.delete(room);
  remember();
  log.beginRoom(me);
  for (const frame of link.waiting(room, me)) log.addWaiting(frame);
  filterEvents();
  drawMe();
  drawRooms();
  drawTitle();
  drawTry();
  compose.showError('');
  if (here.ready) link.enter(room, me, 0);
}

function setPerson(event) {
  event.preventDefault();
  const name = $('person').value.trim();
  if (!name || [...name].length > NAME_MAX) return compose.showError(words.nameBad);
  if (name === here.me) return;
  go(here.room, name);
}

function closeDrawers() {
  for (const id of ['rooms', 'events']) {
    $(id).classList.remove('open');
    $(`open-${id}`).setAttribute('aria-expanded', 'false');
  }
}

function toggleDrawer(id) {
  const open = !$(id).classList.contains('open');
  closeDrawers();
  $(id).classList.toggle('open', open);
  $(`open-${id}`).setAttribute('aria-expanded', open ? 'true' : 'false');
  if (open) (id === 'rooms' ? $('person') : $('events-title')).focus();
}

// ---- what the server says ----

function takeHello(frame) {
  here.bot = frame.bot;
  here.groups = frame.communities.flatMap((c) => c.groups).filter((g) => g.kind !== 'direct');
  here.people = frame.communities.flatMap((c) => c.people);
  here.roles = new Map(here.people.map((p) => [p.name, p.roles[0]]));
  here.ids = new Map(here.people.map((p) => [p.name, p.id]));
  $('community').textContent = frame.communities.map((c) => c.name).join('、');
  $('people').replaceChildren(...here.people.map((p) => make('option', { value: p.name })));
  panel.setNames(new Map(here.people.map((p) => [p.id, p.name])), here.bot);
  log.setPeople(here.bot, here.roles);
  if (!isRoom(here.room)) here.room = here.groups[0]?.name || 'dm';
  const again = here.ready;
  here.ready = true;
  $('brand').textContent = here.bot;
  if (again) link.enter(here.room, here.me, log.lastNumber());
  else go(here.room, here.me);
}

function takeError(frame) {
  const known = { name: words.nameTaken, room: words.roomUnknown, disk: words.disk, gone: words.gone, 'not yours': words.notYours };
  if (frame.client) log.dropWaiting(frame.client);
  compose.showError(known[frame.why] || words.failed);
}

function countUnseen() {
  if (!document.hidden) return;
  here.unseen = (here.unseen || 0) + 1;
  document.title = `(${here.unseen}) ${roomName(here.room)} · ${here.me}`;
}

function takeFrame(frame) {
  if (frame.op === 'hello') {
    takeHello(frame);
  } else if (frame.op === 'room' && frame.room === here.room) {
    here.entered = true;
    log.addHistory(frame.records);
    drawTry();
    drawOthers();
  } else if (frame.op === 'record' && frame.room === here.room) {
    log.addRecord(frame.record);
    drawTry();
    drawOthers();
    countUnseen();
  } else if (frame.op === 'news') {
    here.news.add(frame.room);
    drawRooms();
  } else if (frame.op === 'events') {
    if (frame.events.length && setOffset(frame.events[0].opened_at)) log.renderTimes();
    panel.takeEvents(frame.events);
    drawOthers();
  } else if (frame.op === 'error') {
    takeError(frame);
  }
}

// ---- what the person does ----

function put(frame) {
  const full = { ...frame, client: newId() };
  if (full.op === 'say') log.addWaiting(full);
  drawTry();
  link.say(full);
}

// Who can be mentioned here: the bot, who has spoken, this building's staff, then everybody.
function mentionable() {
  const names = [...new Set([here.bot, ...log.namesHeard(), ...panel.namesShown(), ...near(), ...here.people.map((p) => p.name)])].filter((n) => n !== here.me);
  return names.map((name) => ({ name, isBot: name === here.bot, role: name === here.bot ? words.bot : roleName(name) }));
}

function showEvent(number) {
  if (matchMedia('(max-width: 1120px)').matches && !$('events').classList.contains('open')) toggleDrawer('events');
  panel.showEvent(number);
}

function listen() {
  link.addEventListener('frame', (event) => takeFrame(event.detail));
  link.addEventListener('up', () => {
    drawLink('up');
    say('');
  });
  link.addEventListener('down', () => {
    drawLink('trying');
    say(words.lost);
  });
  link.addEventListener('refused', () => say(words.refused));
  $('who').addEventListener('submit', setPerson);
  $('person').addEventListener('change', setPerson);
  $('open-rooms').addEventListener('click', () => toggleDrawer('rooms'));
  $('open-events').addEventListener('click', () => toggleDrawer('events'));
  $('theme').addEventListener('click', () => {
    const now = localStorage.getItem('theme') || 'auto';
    localStorage.setItem('theme', THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
    drawTheme();
  });
  $('language').addEventListener('click', () => {
    setLanguage(currentLanguage() === 'zh' ? 'en' : 'zh');
    localStorage.setItem('language', currentLanguage());
    drawWords();
    if (here.ready) go(here.room, here.me);
  });
  document.addEventListener('keydown', (event) => {
    const open = ['rooms', 'events'].find((id) => $(id).classList.contains('open'));
    if (event.key !== 'Escape' || !open) return;
    closeDrawers();
    $(`open-${open}`).focus();
  });
  document.querySelector('.chat').addEventListener('pointerdown', closeDrawers);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    here.unseen = 0;
    drawTitle();
  });
  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    $('text').focus();
  });
  addEventListener('hashchange', () => {
    const { room, me } = readHash();
    if (isRoom(room) && me && (room !== here.room || me !== here.me)) go(room, me);
  });
  setInterval(() => link.ask({ op: 'events' }), REFRESH_MS);
}

function start() {
  setLanguage(localStorage.getItem('language') || (/^zh/i.test(navigator.language) ? 'zh' : 'en'));
  const { room, me } = readHash();
  here.room = room || here.room;
  here.me = me || here.me;
  log.setActions({
    reply: compose.replyTo,
    react: (record, emoji) => put({ op: 'react', to: String(record.n), emoji }),
    recall: (record) => put({ op: 'recall', to: String(record.n) }),
    event: showEvent,
  });
  log.listenToLog();
  compose.listenToCompose({
    send: (parts) => put({ op: 'say', parts }),
    people: mentionable,
    describe: (record) => words.replyTo(record.from || here.bot) + (log.plainText(record) || words.photo),
  });
  listen();
  drawMe();
  drawWords();
  link.connect();
}

start();
