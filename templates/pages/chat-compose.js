// chat-compose.js: writing: text, mentions, a picture, a reply.
import { $, avatar, make } from './chat-dom.js';
import { words } from './chat-words.js';

const PICTURE_MAX = 5 * 1024 * 1024;
const KINDS = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const OFFERED = 7;

const draft = { reply: null, image: null, choice: 0 };
let send = () => {};
let people = () => []; // names that can be mentioned, the likeliest first: {name, role}
let describe = (record) => '';

export function showError(text) {
  $('compose-error').textContent = text || '';
  $('compose-error').hidden = !text;
}

function grow() {
  const box = $('text');
  box.style.height = 'auto';
  box.style.height = `${Math.min(box.scrollHeight + 2, 168)}px`;
}

// ---- parts ----

// Splits "@楼宝 你好" into a mention and text; the longest known name wins.
export function splitMentions(text, names) {
  const known = [...names].sort((a, b) => b.length - a.length);
  const parts = [];
  let plain = '';
  for (let i = 0; i < text.length;) {
    const name = text[i] === '@' ? known.find((n) => text.startsWith(n, i + 1)) : undefined;
    if (name === undefined) {
      plain += text[i++];
      continue;
    }
    if (plain) parts.push({ text: plain });
    plain = '';
    parts.push({ at: name, name });
    i += 1 + name.length;
  }
  if (plain) parts.push({ text: plain });
  return parts;
}

function takeParts() {
  const text = $('text').value.trim();
  const parts = [];
  if (draft.reply) parts.push({ reply: String(draft.reply.n) });
  if (text) parts.push(...splitMentions(text, people().map((p) => p.name)));
  if (draft.image) parts.push({ image: draft.image });
  return parts;
}

function submit(event) {
  event?.preventDefault();
  const parts = takeParts();
  if (!parts.some((part) => !part.reply)) return;
  $('text').value = '';
  dropReply();
  dropPicture();
  closeMentions();
  grow();
  showError('');
  send(parts);
}

// ---- reply ----

export function replyTo(record) {
  draft.reply = record;
  $('quoting-text').textContent = describe(record);
  $('quoting').hidden = false;
  $('text').focus();
}

function dropReply() {
  draft.reply = null;
  $('quoting').hidden = true;
}

// ---- picture ----

function dropPicture() {
  draft.image = null;
  $('picture-line').hidden = true;
  if ($('picture').src) URL.revokeObjectURL($('picture').src);
  $('picture').removeAttribute('src');
  $('file').value = '';
}

async function takePicture(file) {
  if (!file) return;
  showError('');
  if (!KINDS.includes(file.type)) return showError(words.pictureKind);
  if (file.size > PICTURE_MAX) return showError(words.pictureBig);
  try {
    const answer = await fetch('/media', { method: 'POST', body: file, headers: { 'Content-Type': file.type } });
    if (answer.status === 415) return showError(words.pictureKind);
    if (answer.status === 413) return showError(words.pictureBig);
    if (!answer.ok) return showError(words.pictureFailed);
    draft.image = (await answer.json()).image;
  } catch {
    return showError(words.pictureFailed);
  }
  $('picture').src = URL.createObjectURL(file);
  $('picture-name').textContent = `${words.pictureReady}：${file.name || words.photo}`;
  $('picture-line').hidden = false;
  $('text').focus();
}

// ---- mentions ----

function wanted() {
  const box = $('text');
  const found = box.value.slice(0, box.selectionStart).match(/@([^\s@]{0,20})$/);
  return found ? found[1].toLowerCase() : null;
}

function closeMentions() {
  $('mentions').hidden = true;
  $('text').removeAttribute('aria-activedescendant');
}

function choose(name) {
  const box = $('text');
  const before = box.value.slice(0, box.selectionStart).replace(/@[^\s@]*$/, `@${name} `);
  box.value = before + box.value.slice(box.selectionStart);
  box.setSelectionRange(before.length, before.length);
  closeMentions();
  box.focus();
  grow();
}

function mark(index) {
  const items = [...$('mentions').children];
  draft.choice = (index + items.length) % items.length;
  items.forEach((item, i) => item.setAttribute('aria-selected', i === draft.choice ? 'true' : 'false'));
  items[draft.choice].scrollIntoView({ block: 'nearest' });
  $('text').setAttribute('aria-activedescendant', items[draft.choice].id);
}

function offerMentions() {
  const text = wanted();
  const offered = text === null ? [] : people().filter((p) => p.name.toLowerCase().includes(text)).slice(0, OFFERED);
  if (!offered.length) return closeMentions();
  $('mentions').replaceChildren(...offered.map((person, i) => {
    const item = make('li', { role: 'option', id: `mention-${i}`, 'aria-selected': 'false' }, avatar(person.name, person.isBot), person.name, person.role ? make('span', { class: 'badge' }, person.role) : '');
    item.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      choose(person.name);
    });
    item.dataset.name = person.name;
    return item;
  }));
  $('mentions').hidden = false;
  mark(0);
}

function mentionKey(event) {
  const name = $('mentions').children[draft.choice]?.dataset.name;
  if (event.key === 'ArrowDown') mark(draft.choice + 1);
  else if (event.key === 'ArrowUp') mark(draft.choice - 1);
  else if (event.key === 'Escape') closeMentions();
  else if ((event.key === 'Enter' || event.key === 'Tab') && name && !event.isComposing) choose(name);
  else return false;
  event.preventDefault();
  return true;
}

function textKey(event) {
  if (!$('mentions').hidden && mentionKey(event)) return;
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
  else if (event.key === 'Escape' && draft.reply) dropReply();
}

export function setText(text) {
  $('text').value = text;
  $('text').focus();
  grow();
}

export function listenToCompose(options) {
  ({ send, people, describe } = options);
  $('compose').addEventListener('submit', submit);
  $('text').addEventListener('keydown', textKey);
  $('text').addEventListener('input', () => {
    grow();
    offerMentions();
  });
  $('text').addEventListener('blur', closeMentions);
  $('text').addEventListener('paste', (event) => {
    const file = [...event.clipboardData.files].find((f) => f.type.startsWith('image/'));
    if (file) {
      event.preventDefault();
      takePicture(file);
    }
  });
  $('pick-picture').addEventListener('click', () => $('file').click());
  $('file').addEventListener('change', () => takePicture($('file').files[0]));
  $('picture-stop').addEventListener('click', () => {
    dropPicture();
    $('text').focus();
  });
  $('quoting-stop').addEventListener('click', () => {
    dropReply();
    $('text').focus();
  });
  $('pick-person').addEventListener('click', () => {
    const box = $('text');
    const at = box.selectionStart;
    const space = at > 0 && !/\s/.test(box.value[at - 1]) ? ' ' : '';
    box.setRangeText(`${space}@`, at, box.selectionEnd, 'end');
    box.focus();
    offerMentions();
  });
}
