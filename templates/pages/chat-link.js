// chat-link.js: the connection. It comes back by itself; what was written meanwhile is kept here and sent again with the
// same id until the server confirms it, so nothing is lost and nothing is said twice.
const FIRST_DELAY = 400;
const LONGEST_DELAY = 8000;

export class Link extends EventTarget {
  #socket = null;
  #delay = FIRST_DELAY;
  #pending = new Map(); // client id → frame
  #entered = null; // the frame that enters the room

  get up() {
    return this.#socket !== null && this.#socket.readyState === WebSocket.OPEN;
  }

  connect() {
    const secure = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${secure}://${location.host}/ws`);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#delay = FIRST_DELAY;
      this.dispatchEvent(new Event('up'));
    });
    socket.addEventListener('message', (message) => {
      const frame = JSON.parse(message.data);
      if (frame.client && (frame.op === 'said' || frame.op === 'error')) this.#pending.delete(frame.client);
      this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
    });
    socket.addEventListener('close', () => this.#lost(socket));
  }

  async #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.dispatchEvent(new Event('down'));
    const wait = this.#delay * (0.75 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    setTimeout(() => this.connect(), wait);
    try {
      const answer = await fetch('/chat.css', { method: 'HEAD' });
      if (answer.status === 401) this.dispatchEvent(new Event('refused'));
    } catch {
      // the server is not there; the next attempt will tell
    }
  }

  #put(frame) {
    if (this.up) this.#socket.send(JSON.stringify(frame));
  }

  // Enters a room; what still waits belongs to the person and room it was written in, and is sent there first.
  enter(room, as, after) {
    this.#entered = { op: 'enter', room, as };
    this.#put({ ...this.#entered, after });
    for (const [, waiting] of this.#pending) if (waiting.room === room && waiting.as === as) this.#put(waiting.frame);
  }

  say(frame) {
    this.#pending.set(frame.client, { frame, room: this.#entered.room, as: this.#entered.as });
    this.#put(frame);
  }

  waiting(room, as) {
    return [...this.#pending.values()].filter((w) => w.room === room && w.as === as).map((w) => w.frame);
  }

  ask(frame) {
    this.#put(frame);
  }
}

export function newId() {
  return `c-${crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}
