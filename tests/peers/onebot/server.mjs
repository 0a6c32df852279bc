// server.mjs: the implementation side of OneBot v11, after the text of the standard and the ways of the common
// implementations: a chat platform with groups and people, to which an application connects. It knows nothing of
// Loubot. Strict where the others are lenient: calls must be JSON, their parameters of the right types.
//
//   node server.mjs [--port N] [--address A] [--token T] [--self ID] [--http N] [--reverse URL] [--split]
//                   [--format array|string] [--heartbeat MS] [--refuse frame|status|cut] [--no-history]
//
// It prints what happens as JSON lines and takes these words on stdin:
//   say GROUP USER NAME TEXT…     somebody writes in a group ("-" as GROUP: in direct chat)
//   photo GROUP USER NAME TEXT…   the same with a picture
//   reply GROUP USER NAME MESSAGE TEXT…    the same, quoting a message ("last": the application's last one there)
//   react GROUP USER MESSAGE EMOJI_ID      somebody reacts
//   recall GROUP USER MESSAGE     somebody takes a message back
//   again                         the last event once more
//   raw JSON…                     any frame
//   cut [MS]                      cuts every connection and lets nobody in for MS
//   hang                          connections stay open and silent, nothing is read or answered
//   fail N [RETCODE] [WORDS…]     the next N sends fail
//   swallow N                     the next N sends are done, and never answered
//   delay MS                      answers come late
//   reorder N                     the next N answers are held and then come the other way round
//   mute GROUP SECONDS            the application may not speak there (0: it may again)
//   leave GROUP USER            somebody leaves a group
//   kick GROUP                    the application is thrown out
//   offline | online              the account is logged out, or in again
//   quit
import { createServer } from 'node:http'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { WebSocket, WebSocketServer } from 'ws'

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const same = (a, b) => {
  const digest = (text) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
const escapeText = (text) => text.replace(/&/g, '&amp;').replace(/\[/g, '&#91;').replace(/\]/g, '&#93;')
const toCQ = (segments) => segments.map(({ type, data }) => type === 'text' ? escapeText(data.text)
  : `[CQ:${[type, ...Object.entries(data).map(([k, v]) => `${k}=${escapeText(String(v)).replace(/,/g, '&#44;')}`)].join(',')}]`).join('')
const isId = (v) => Number.isSafeInteger(v) || (typeof v === 'string' && /^-?\d+$/.test(v))

class Refusal extends Error {
  constructor(retcode, words) {
    super(words)
    this.retcode = retcode
  }
}

export class OneBotServer extends EventEmitter {
  constructor(options = {}) {
    super()
    this.options = { port: 0, address: '127.0.0.1', token: '', self: 10001, format: 'array', heartbeat: 0,
      refuse: 'frame', history: true, interval: 300, ...options }
    this.self = Number(this.options.self)
    this.links = new Set()
    this.store = [] // every message ever, in order
    this.said = []  // what the application said, in order
    this.calls = []
    this.muted = new Map()
    this.kicked = new Set()
    this.faults = { fail: 0, swallow: 0, delay: 0, reorder: 0, held: [], closed: 0, hang: false }
    this.count = 0
    this.online = true
    this.stopped = false
  }

  // Starts listening (or connecting, with `reverse`); resolves to the port.
  async start() {
    this.http = createServer((request, response) => this.#onHttp(request, response))
    this.wss = new WebSocketServer({ noServer: true, maxPayload: 50 << 20 })
    this.http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head))
    await new Promise((resolve, reject) => this.http.once('error', reject)
      .listen(Number(this.options.port), this.options.address, resolve))
    this.port = this.http.address().port
    if (this.options.reverse)
      for (const role of this.options.split ? ['API', 'Event'] : ['Universal']) this.#reach(role)
    if (this.options.heartbeat)
      this.pulse = setInterval(() => this.#pulse(), Number(this.options.heartbeat))
    return this.port
  }

  async stop() {
    this.stopped = true
    clearInterval(this.pulse)
    for (const link of this.links) link.socket.terminate()
    this.http.closeAllConnections?.()
    await new Promise((resolve) => this.http.close(resolve))
  }

  get url() { return `ws://127.0.0.1:${this.port}` }
  get httpUrl() { return `http://127.0.0.1:${this.port}` }

  // ---- connections

  #tokenOf(request) {
    const query = new URL(request.url, 'http://x').searchParams.get('access_token')
    return query || /^(?:Bearer|Token) (.+)$/.exec(request.headers.authorization ?? '')?.[1] || ''
  }

  #authorized(request) {
    return !this.options.token || same(this.#tokenOf(request), this.options.token)
  }

  #onUpgrade(request, socket, head) {
    const path = new URL(request.url, 'http://x').pathname.replace(/(.)\/$/, '$1')
    const role = { '/': 'Universal', '/api': 'API', '/event': 'Event' }[path]
    const good = this.#authorized(request)
    this.emit('handshake', { path, role, good, headers: request.headers, url: request.url, at: Date.now() })
    if (Date.now() < this.faults.closed || this.stopped) return socket.destroy()
    if (!role) return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    if (!good && this.options.refuse === 'status')
      return socket.end(`HTTP/1.1 ${this.#tokenOf(request) ? 403 : 401} No\r\nContent-Length: 0\r\n\r\n`)
    this.wss.handleUpgrade(request, socket, head, (ws) => {
      if (!good && this.options.refuse === 'frame') {
        ws.send(JSON.stringify(this.#answer('failed', 1403, null, null, 'token验证失败')))
        ws.close()
      } else if (!good) {
        ws.terminate()
      } else {
        this.#adopt(ws, role)
      }
    })
  }

  #reach(role) {
    if (this.stopped) return
    const again = () => setTimeout(() => this.#reach(role), this.options.interval)
    if (Date.now() < this.faults.closed) return again()
    const headers = { 'X-Self-ID': String(this.self), 'X-Client-Role': role, 'User-Agent': 'OneBot/11',
      Authorization: `Bearer ${this.options.token}`.trim() }
    const ws = new WebSocket(this.options.reverse, { headers, perMessageDeflate: false, handshakeTimeout: 2000 })
    ws.on('open', () => this.#adopt(ws, role))
    ws.on('unexpected-response', (_, response) => {
      this.emit('refused', response.statusCode)
      ws.terminate()
    })
    ws.on('error', () => {})
    ws.on('close', (code, reason) => {
      this.emit('reverse-close', code, String(reason))
      again()
    })
  }

  #adopt(socket, role) {
    const link = { socket, role }
    this.links.add(link)
    socket.on('message', (bytes, binary) => this.#onFrame(link, bytes, binary))
    socket.on('close', (code) => {
      this.links.delete(link)
      this.emit('closed', { role, code })
    })
    socket.on('error', () => {})
    if (role !== 'API')
      this.#write(link, { ...this.#event('meta_event'), meta_event_type: 'lifecycle', sub_type: 'connect' })
    this.emit('open', link)
  }

  #write(link, frame) {
    if (!this.faults.hang && link.socket.readyState === WebSocket.OPEN)
      link.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  #pulse() {
    this.push({ ...this.#event('meta_event'), meta_event_type: 'heartbeat',
      status: { online: this.online, good: this.online }, interval: Number(this.options.heartbeat) })
  }

  // Gives an event to every link that hears events.
  push(frame) {
    this.last = frame
    for (const link of this.links) if (link.role !== 'API') this.#write(link, frame)
    this.emit('event', frame)
  }

  #event(post_type) {
    return { time: Math.floor(Date.now() / 1000), self_id: this.self, post_type }
  }

  // ---- calls

  #answer(status, retcode, data, echo, words = '') {
    return { status, retcode, data, message: words, wording: words, echo, stream: 'normal-action' }
  }

  #onFrame(link, bytes, binary) {
    if (this.faults.hang) return
    let call
    try {
      call = JSON.parse(String(bytes))
      if (binary || call === null || typeof call !== 'object' || Array.isArray(call)) throw new Error('no call')
    } catch {
      this.emit('bad', String(bytes))
      return this.#write(link, this.#answer('failed', 1400, null, null, 'json解析失败,请检查数据格式'))
    }
    if (link.role === 'Event')
      return this.#write(link, this.#answer('failed', 1404, null, call.echo ?? '', 'no calls on /event'))
    const answer = this.#perform(call)
    if (answer) this.#deliver(() => this.#write(link, answer))
  }

  // Answers go out at once, or late, or the other way round.
  #deliver(write) {
    const faults = this.faults
    if (faults.reorder > 0) {
      faults.held.unshift(write)
      if (--faults.reorder === 0) faults.held.splice(0).forEach((held) => held())
    } else if (faults.delay) {
      setTimeout(write, faults.delay)
    } else {
      write()
    }
  }

  // Carries a call out. Null: it was done and the answer is lost.
  #perform({ action, params = {}, echo = '' }, base = 1000) {
    this.calls.push({ action, params, echo })
    this.emit('call', { action, params, echo })
    const name = String(action).replace(/_(async|rate_limited)$/, '')
    try {
      if (!Object.hasOwn(actions, name)) throw new Refusal(404, `不支持的Api ${action}`)
      const sends = name.startsWith('send_')
      if (sends && this.faults.fail > 0) {
        this.faults.fail--
        throw new Refusal(this.faults.retcode ?? 200, this.faults.words ?? '发送失败')
      }
      const data = actions[name].call(this, params) ?? null
      if (sends && this.faults.swallow > 0) {
        this.faults.swallow--
        return null
      }
      return this.#answer('ok', 0, data, echo)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const retcode = base === 1000 ? 1000 + error.retcode : error.retcode === 404 ? 200 : error.retcode
      return this.#answer('failed', retcode, null, echo, error.message)
    }
  }

  #onHttp(request, response) {
    const url = new URL(request.url, 'http://x')
    const chunks = []
    const end = (status, body, type = 'application/json; charset=utf-8') => {
      response.writeHead(status, { 'Content-Type': type })
      response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
    }
    if (url.pathname.startsWith('/picture/')) return end(200, PNG, 'image/png')
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      if (Date.now() < this.faults.closed) return request.destroy()
      if (!this.#authorized(request)) return end(this.#tokenOf(request) ? 403 : 401, { message: 'token verify failed!' })
      let params
      try {
        params = chunks.length ? JSON.parse(Buffer.concat(chunks)) : Object.fromEntries(url.searchParams)
      } catch {
        return end(400, 'Invalid JSON', 'text/html; charset=utf-8')
      }
      const answer = this.#perform({ action: url.pathname.replaceAll('/', ''), params }, 0)
      if (answer) this.#deliver(() => end(200, answer))
    })
  }

  // ---- what people do

  #keep(message) {
    this.count++
    const id = Math.imul(this.count, 0x9E3779B1) | 0 // ids as the platforms give them: signed, in no order
    Object.assign(message, { message_id: id, message_seq: id, real_id: id, real_seq: String(this.count) })
    this.store.push(message)
    if (this.store.length > 60000) this.store.splice(0, 20000)
    return message
  }

  #shape(segments) {
    return this.options.format === 'string' ? toCQ(segments) : segments
  }

  // Somebody writes. Returns the event.
  say(group, user, name, segments, { silent = false } = {}) {
    const parts = typeof segments === 'string' ? [{ type: 'text', data: { text: segments } }] : segments
    const sender = { user_id: Number(user), nickname: name, card: group ? name : '', role: 'member', title: '' }
    const message = this.#keep({ ...this.#event('message'), user_id: Number(user),
      message_type: group ? 'group' : 'private', sub_type: group ? 'normal' : 'friend',
      sender, font: 14, raw_message: toCQ(parts), message: this.#shape(parts),
      message_format: this.options.format, ...(group && { group_id: Number(group) }) })
    if (silent) this.last = message
    else this.push(message)
    return message
  }

  picture(name = '1.png') {
    return { type: 'image', data: { file: name, sub_type: 0, url: `${this.httpUrl}/picture/${name}` } }
  }

  react(group, user, message, emoji) {
    this.push({ ...this.#event('notice'), group_id: Number(group), user_id: Number(user),
      notice_type: 'group_msg_emoji_like', message_id: Number(message),
      likes: [{ emoji_id: String(emoji), count: 1 }], is_add: true })
  }

  recall(group, user, message) {
    this.push({ ...this.#event('notice'), group_id: Number(group), user_id: Number(user),
      notice_type: 'group_recall', operator_id: Number(user), message_id: Number(message) })
  }

  mute(group, seconds) {
    if (seconds > 0) this.muted.set(String(group), Date.now() + seconds * 1000)
    else this.muted.delete(String(group))
    this.push({ ...this.#event('notice'), group_id: Number(group), user_id: this.self, operator_id: 1,
      notice_type: 'group_ban', sub_type: seconds > 0 ? 'ban' : 'lift_ban', duration: seconds })
  }

  leave(group, user, how = 'leave') {
    this.push({ ...this.#event('notice'), group_id: Number(group), user_id: Number(user), operator_id: Number(user),
      notice_type: 'group_decrease', sub_type: how })
  }

  kick(group) {
    this.kicked.add(String(group))
    this.push({ ...this.#event('notice'), group_id: Number(group), user_id: this.self, operator_id: 1,
      notice_type: 'group_decrease', sub_type: 'kick_me' })
  }

  // ---- faults

  cut(ms = 0) {
    this.faults.closed = Date.now() + Number(ms)
    for (const link of this.links) link.socket.terminate()
    this.http.closeIdleConnections?.()
  }

  // What the application said in a group ("-": direct chats), as text.
  heard(group) {
    return this.said.filter((said) => String(said.group_id ?? '-') === String(group))
  }

  speak(params, group, user) {
    const segments = check(params.message)
    if (group !== undefined && this.kicked.has(String(group))) throw new Refusal(200, '发送失败: 机器人不在群内')
    if ((this.muted.get(String(group)) ?? 0) > Date.now()) throw new Refusal(200, '发送失败: 被禁言')
    const message = this.#keep({ ...this.#event('message'), user_id: this.self, sender: { user_id: this.self,
      nickname: '楼宝', card: '' }, message_type: group === undefined ? 'private' : 'group', sub_type: 'normal',
    message: this.#shape(segments), raw_message: toCQ(segments), message_format: this.options.format,
    ...(group === undefined ? { target_id: Number(user) } : { group_id: Number(group) }) })
    const text = segments.filter((s) => s.type === 'text').map((s) => s.data.text).join('')
    const said = { group_id: message.group_id, user_id: user, message_id: message.message_id, segments, text }
    this.said.push(said)
    this.emit('said', said)
    return { message_id: message.message_id }
  }
}

// A message parameter, as segments; a Refusal when it is none.
function check(message) {
  if (typeof message === 'string') return [{ type: 'text', data: { text: message } }]
  const segments = Array.isArray(message) ? message : [message]
  const bad = (words) => { throw new Refusal(400, `Schema compilation error: ${words}`) }
  if (segments.length === 0) bad('empty message')
  for (const { type, data } of segments) {
    if (typeof type !== 'string' || data === null || typeof data !== 'object') bad('no segment')
    if (type === 'text' && typeof data.text !== 'string') bad('text')
    if (type === 'at' && typeof data.qq !== 'string') bad('at')
    if (type === 'reply' && typeof data.id !== 'string') bad('reply')
    if (type === 'image' && !/^(base64|https?|file):\/\//.test(data.file)) bad('image')
  }
  return segments
}

function need(params, ...keys) {
  for (const key of keys)
    if (!isId(params[key])) throw new Refusal(400, `Schema compilation error: Expected ${key}`)
}

const actions = {
  get_login_info() { return { user_id: this.self, nickname: '楼宝' } },
  get_status() { return { online: this.online, good: this.online } },
  get_version_info() { return { app_name: 'peer', app_version: '1', protocol_version: 'v11' } },
  get_guild_service_profile() { return {} },
  get_group_list() {
    return [...new Set(this.store.map((m) => m.group_id).filter(Boolean))]
      .map((group_id) => ({ group_id, group_name: `${group_id}`, member_count: 200, max_member_count: 500 }))
  },
  get_group_info(params) {
    need(params, 'group_id')
    return { group_id: Number(params.group_id), group_name: 'g', member_count: 200, max_member_count: 500 }
  },
  get_group_member_info(params) {
    need(params, 'group_id', 'user_id')
    const known = this.store.findLast((m) => m.user_id === Number(params.user_id))
    return { group_id: Number(params.group_id), user_id: Number(params.user_id), card: '', role: 'member',
      nickname: known?.sender.nickname ?? '某人', level: '1', join_time: 1, last_sent_time: 2 }
  },
  get_group_member_list(params) {
    need(params, 'group_id')
    return []
  },
  get_msg(params) {
    need(params, 'message_id')
    const found = this.store.find((m) => m.message_id === Number(params.message_id))
    if (!found) throw new Refusal(200, 'msg not found')
    return found
  },
  get_group_msg_history(params) {
    need(params, 'group_id')
    if (!this.options.history) throw new Refusal(404, '不支持的Api get_group_msg_history')
    const all = this.store.filter((m) => m.group_id === Number(params.group_id))
    const last = params.message_seq === undefined ? all.length - 1
      : all.findLastIndex((m) => m.message_seq === Number(params.message_seq)) // ids may begin anew
    if (last < 0 && params.message_seq !== undefined) throw new Refusal(200, `消息${params.message_seq}不存在`)
    return { messages: all.slice(Math.max(0, last + 1 - (params.count ?? 20)), last + 1) }
  },
  send_group_msg(params) {
    need(params, 'group_id')
    return this.speak(params, params.group_id)
  },
  send_private_msg(params) {
    need(params, 'user_id')
    return this.speak(params, undefined, params.user_id)
  },
  send_msg(params) {
    return params.group_id ? actions.send_group_msg.call(this, params) : actions.send_private_msg.call(this, params)
  },
  delete_msg(params) { need(params, 'message_id') },
  set_msg_emoji_like(params) {
    need(params, 'message_id', 'emoji_id')
    const about = this.store.find((m) => m.message_id === Number(params.message_id))
    if (!about) throw new Refusal(200, 'msg not found')
    const said = { group_id: about.group_id, about: about.message_id, reaction: String(params.emoji_id), segments: [], text: '' }
    this.said.push(said)
    this.emit('said', said)
  },
  set_group_ban(params) { need(params, 'group_id', 'user_id') },
  set_group_add_request(params) { if (typeof params.flag !== 'string') throw new Refusal(400, 'Expected flag') },
}

// ---- the command line

function obey(server, line) {
  const [word, ...rest] = line.trim().split(/\s+/)
  const tail = (n) => rest.slice(n).join(' ')
  const group = rest[0] === '-' ? undefined : rest[0]
  const text = (words) => ({ type: 'text', data: { text: words } })
  const print = (fact) => console.log(JSON.stringify(fact))
  const commands = {
    say: () => print({ message: server.say(group, rest[1], rest[2], tail(3)).message_id }),
    photo: () => print({ message: server.say(group, rest[1], rest[2], [text(tail(3)), server.picture()]).message_id }),
    reply: () => {
      const id = rest[3] === 'last' ? server.heard(group ?? '-').at(-1)?.message_id : rest[3]
      server.say(group, rest[1], rest[2], [{ type: 'reply', data: { id: String(id) } }, text(tail(4))])
    },
    react: () => server.react(rest[0], rest[1], rest[2] === 'last' ? server.heard(rest[0]).at(-1)?.message_id : rest[2], rest[3]),
    recall: () => server.recall(rest[0], rest[1], rest[2]),
    again: () => server.last && server.push(server.last),
    raw: () => server.push(tail(0)),
    cut: () => server.cut(rest[0] ?? 0),
    hang: () => { server.faults.hang = true },
    fail: () => Object.assign(server.faults, { fail: Number(rest[0] ?? 1), retcode: Number(rest[1] ?? 200), words: tail(2) || '发送失败' }),
    swallow: () => { server.faults.swallow = Number(rest[0] ?? 1) },
    delay: () => { server.faults.delay = Number(rest[0] ?? 0) },
    reorder: () => { server.faults.reorder = Number(rest[0] ?? 2) },
    mute: () => server.mute(rest[0], Number(rest[1])),
    leave: () => server.leave(rest[0], rest[1]),
    kick: () => server.kick(rest[0]),
    offline: () => { server.online = false },
    online: () => { server.online = true },
    quit: () => process.exit(0),
  }
  if (Object.hasOwn(commands, word)) commands[word]()
  else if (word) console.log(JSON.stringify({ error: `unknown word ${word}; known: ${Object.keys(commands).join(' ')}` }))
}

async function main(argv) {
  const options = {}
  for (let i = 0; i < argv.length; i++) {
    const flag = argv[i].replace(/^--/, '')
    if (flag === 'split') options.split = true
    else if (flag === 'no-history') options.history = false
    else options[flag] = argv[++i]
  }
  const server = new OneBotServer(options)
  const print = (fact) => console.log(JSON.stringify(fact))
  server.on('open', ({ role }) => print({ open: role }))
  server.on('closed', (fact) => print({ closed: fact.role, code: fact.code }))
  server.on('call', (call) => call.action.startsWith('send_') || print({ call: call.action }))
  server.on('said', ({ group_id, user_id, message_id, text, reaction, segments }) => print({ said: text, group: group_id,
    user: user_id, message: message_id, reaction, at: segments.filter((s) => s.type === 'at').map((s) => s.data.qq) }))
  print({ listening: await server.start(), self: server.self })
  createInterface({ input: process.stdin }).on('line', (line) => obey(server, line))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2))
