// story_test.mjs: the web chat in a real Chromium: the story of the lamp by three people in three tabs, by mouse and by
// keyboard alone; a kill in the middle; hostile text; both languages, both themes, a phone; axe on each.
import http from 'node:http'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import WebSocket from 'ws'
import { check, finish, sleep, until } from '../onebot/check.mjs'
import { Daemon, hasChromium, Person, startBrowser } from './browser.mjs'

if (!process.env.LOUBOT) {
  console.log('# LOUBOT names no binary')
  finish(1)
}
if (!hasChromium()) {
  console.log('# there is no /usr/bin/chromium')
  finish(1)
}

const daemon = await new Daemon().prepare()
const address = await daemon.start()
check('run prints the address with its token', address, daemon.log)

// ---- who may come in ----

const base = `http://127.0.0.1:${daemon.port}`
const token = new URL(address).searchParams.get('token')
const status = (path, headers = {}, method = 'GET') => new Promise((resolve) => {
  const request = http.request(base + path, { method, headers }, (answer) => {
    answer.resume()
    answer.on('end', () => resolve(answer))
  })
  request.on('error', () => resolve({ statusCode: 0 }))
  request.end()
})
const knock = (query, headers) => new Promise((resolve) => {
  const socket = new WebSocket(`ws://127.0.0.1:${daemon.port}/ws${query}`, { headers })
  socket.on('open', () => { socket.close(); resolve(101) })
  socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode))
  socket.on('error', () => resolve(0))
})
check('without the token: 401', (await status('/')).statusCode === 401)
check('with a wrong token: 401', (await status(`/?token=${token.replace(/./g, '0')}`)).statusCode === 401)
check('under another host name: 403', (await status(`/?token=${token}`, { Host: 'evil.example' })).statusCode === 403)
check('from another site: 403', (await status(`/?token=${token}`, { Origin: 'http://evil.example' })).statusCode === 403)
check('a picture from another site: 403', (await status(`/media?token=${token}`, { Origin: 'http://evil.example', 'Content-Length': 0 }, 'POST')).statusCode === 403)
check('no such page: 404', (await status(`/../../etc/passwd?token=${token}`)).statusCode === 404)
check('WebSocket without the token: 401', await knock('', {}) === 401)
check('WebSocket from another site: 403', await knock(`?token=${token}`, { Origin: 'http://evil.example' }) === 403)
const page = await status(`/?token=${token}`)
check('the page forbids scripts from elsewhere', /default-src 'none'/.test(page.headers['content-security-policy']) && !/unsafe/.test(page.headers['content-security-policy']))
check('the cookie is for this site and not for scripts', /HttpOnly; SameSite=Strict/.test(page.headers['set-cookie']?.[0]))

// ---- the story ----

async function clean(name) {
  const found = await sun.axe()
  check(name, found.length === 0, found)
}

const browser = await startBrowser()
const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'zh-CN' })
const sun = await Person.enter(context, address, 'b4', '孙大姐')
const wu = await Person.enter(context, address, 'work', '物业1')
const lou = await Person.enter(context, address, 'b4', '楼长4')
check('an empty room offers something to try', await sun.page.isVisible('#try-list button'))
await sun.shoot('empty')

// 孙大姐 has no mouse: the first Tab leads to the way to the message box.
await sun.page.bringToFront()
await sun.page.keyboard.press('Tab')
check('the first Tab is the skip link', await sun.focused() === 'skip', await sun.focused())
await sun.page.keyboard.press('Enter')
check('it leads to the message box', await sun.focused() === 'text', await sun.focused())
await sun.page.keyboard.type('4号楼二单元4楼的灯不亮')
await sun.page.keyboard.press('Enter')
const ack = await sun.hears(/#1/)
check('the acknowledgement names number and place', ack?.bot && /4号楼2单元4/.test(ack.text), ack)
check('it quotes the report', /孙大姐：4号楼二单元4楼的灯不亮/.test(ack?.text), ack)
check('the event stands beside it', await sun.seesEvent(1, /4号楼2单元4楼/), await sun.card(1))
const hour = (new Date().getUTCHours() + 8) % 24
const night = hour >= 22 || hour < 7 || (hour === 21 && new Date().getUTCMinutes() > 50)
let skipped = 0

async function repaired() {
  check('the repairer is pinged in the work group', await wu.hears(/@物业1.*#1/), await wu.messages())
  check('the work group sees the event', await wu.seesEvent(1, /已派单/), await wu.card(1))
  check('others see that there is news in the work group', await sun.page.isVisible('#room-list .news[data-room="work"]'))
  await wu.say('收到')
  check('the building reads who has taken it', await sun.hears(/物业1.*接单/), await sun.messages())
  check('the event is at work', await sun.seesEvent(1, /处理中/), await sun.card(1))

  await wu.page.setInputFiles('#file', { name: 'lamp.png', mimeType: 'image/png', buffer: png() })
  await wu.page.waitForSelector('#picture-line:not([hidden])')
  await wu.say('好了')
  const asked = await lou.hears(/@楼长4.*#1/)
  check('the building head is asked', asked?.bot, await lou.messages())
  check('the picture is shown', await until(() => wu.page.$eval('.shot img', (i) => i.naturalWidth > 0).catch(() => false)))
  check('the event waits to be confirmed', await lou.seesEvent(1, /待确认/) && /验收/.test((await lou.card(1)).step), await lou.card(1))
  await lou.say('亮了，谢谢')
  const done = await sun.hears(/@孙大姐.*#1.*办好了/)
  check('the group reads that it is done', done?.bot, await sun.messages())
}

// By keyboard alone: up to the notice, its menu, the first emoji.
async function rated() {
  await sun.page.bringToFront()
  await sun.page.focus('#log')
  await sun.page.keyboard.press('ArrowUp')
  check('the arrow leads to the newest message', /办好了/.test(await sun.page.evaluate(() => document.activeElement.textContent)))
  await sun.page.keyboard.press('Enter')
  check('Enter opens its menu', await sun.page.isVisible('#menu'))
  await clean('axe finds nothing with the menu open')
  await sun.page.keyboard.press('Enter')
  check('the reaction stands below the notice', await until(() => sun.page.$eval('.reactions:not([hidden])', (n) => n.textContent === '👍 孙大姐').catch(() => false)))
  check('the rating is on the event', await sun.seesEvent(1, /满意/), await sun.card(1))
  check('the event went all its steps', (await sun.card(1)).past === 4, await sun.card(1))
  await sun.page.click('.trail summary')
  check('the trail tells who did what', await sun.seesEvent(1, /物业1：处理中/), await sun.card(1))
  await sun.shoot('done')
}

function png() {
  const crcTable = [...Array(256).keys()].map((n) => [...Array(8)].reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n))
  const crc = (bytes) => ~bytes.reduce((c, b) => crcTable[(c ^ b) & 255] ^ (c >>> 8), ~0) >>> 0
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const [width, height] = [160, 120]
  const rows = Buffer.concat([...Array(height)].map((_, y) => Buffer.concat([Buffer.from([0]), ...[...Array(width)].map((_, x) => {
    const light = Math.max(0, 255 - Math.hypot(x - 80, y - 40) * 3)
    return Buffer.from([40 + light * 0.8, 40 + light * 0.7, 60 + light * 0.3])
  })])))
  const head = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0])
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

if (night) {
  console.log('# it is night in the demo community: nobody is pinged before 07:00, so the story ends here')
  skipped = 2
} else {
  await repaired()
  await rated()
}

// ---- text is text ----

const nasty = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> &amp; [CQ:at,qq=all] \u202e'
await lou.say(nasty)
check('hostile text is shown as it was written', (await sun.hears(/onerror/))?.text.includes(nasty.slice(0, 60)), await sun.messages())
check('and does nothing', await sun.page.evaluate(() => window.hacked === undefined && !document.querySelector('#log img[src="x"], #log script')))
await sun.page.setInputFiles('#file', { name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload=alert(1)>') })
check('what is no picture is refused in words', await until(() => sun.page.isVisible('#compose-error')))

// ---- quoting, mentioning, recalling ----

await sun.page.bringToFront()
await sun.page.fill('#text', '')
await sun.page.locator('#text').pressSequentially('谢谢@')
check('@ offers people', await sun.page.isVisible('#mentions li'))
check('the bot first', (await sun.page.textContent('#mentions li')).includes('楼宝'))
await sun.page.keyboard.press('Enter')
await sun.page.keyboard.press('Enter')
check('a mention is marked as one', await until(() => lou.page.$$eval('.bubble .mention', (n) => n.some((m) => m.textContent === '@楼宝'))), await lou.messages())
await sun.page.focus('#log')
await sun.page.keyboard.press('ArrowUp')
await sun.page.keyboard.press('Enter')
await sun.page.keyboard.press('End')
await sun.page.keyboard.press('Enter')
check('a recalled message is gone, and everybody reads that', await until(() => lou.page.$$eval('#log .note', (n) => n.some((m) => m.textContent === '孙大姐撤回了一条消息'))))

// ---- a kill in the middle ----

await daemon.stop('SIGKILL')
check('the page says that the connection is lost', await until(() => sun.page.isVisible('#banner')))
await sun.say('这句是断线时写的，今天天气真好')
check('what is written now waits', await until(async () => (await sun.messages()).some((m) => m.waiting)))
check('the daemon starts again with the same address', await daemon.start() === address, daemon.log.slice(-2000))
check('the page comes back by itself', await until(() => sun.page.isVisible('.link.up'), 20000))
check('what was written is sent', await lou.hears(/断线时写的/, 20000), await lou.messages())
await sleep(500)
check('once', (await lou.messages()).filter((m) => /断线时写的/.test(m.text)).length === 1, await lou.messages())
check('the history is still there', (await lou.messages()).some((m) => /#1/.test(m.text)), await lou.messages())
await lou.page.reload()
check('also for a fresh page', await lou.hears(/#1/), await lou.messages())
check('and so is the event', await lou.seesEvent(1, /4号楼2单元4楼/), await lou.card(1))

// A page's repeat with the same id is one message; broken frames close nothing.
const raw = new WebSocket(`ws://127.0.0.1:${daemon.port}/ws?token=${token}`)
const frames = []
raw.on('message', (text) => frames.push(JSON.parse(text)))
await until(() => raw.readyState === WebSocket.OPEN)
raw.send('{"op":"enter","room":"b4","as":"王大爷"}')
for (const bad of ['{', '[]', '{"op":"say"}', `{"op":"enter","room":"no such room","as":"x"}`, '['.repeat(50000)]) raw.send(bad)
const once = JSON.stringify({ op: 'say', client: 'c-repeated-1', parts: [{ text: '大家好' }] })
raw.send(once)
raw.send(once)
await until(() => frames.filter((f) => f.op === 'said').length === 2)
check('a repeat is confirmed with the same number', new Set(frames.filter((f) => f.op === 'said').map((f) => f.n)).size === 1, frames.filter((f) => f.op === 'said'))
check('and shown once', frames.filter((f) => f.op === 'record' && f.record.client === 'c-repeated-1').length === 1)
check('broken frames are answered with an error', frames.filter((f) => f.op === 'error').length === 5, frames.filter((f) => f.op === 'error'))
raw.close()

// A report and a kill right after it was confirmed to the page: one event, one acknowledgement.
const enter = (from, room, at = daemon) => new Promise((resolve) => {
  const socket = new WebSocket(`ws://127.0.0.1:${at.port}/ws?token=${new URL(at.address).searchParams.get('token')}`)
  socket.heard = []
  socket.on('message', (text) => {
    const frame = JSON.parse(text)
    socket.heard.push(...(frame.op === 'room' ? frame.records : frame.op === 'record' ? [frame.record] : []))
    socket.emit(frame.op, frame)
  })
  socket.on('error', () => {})
  socket.on('room', () => resolve(socket))
  socket.on('open', () => socket.send(JSON.stringify({ op: 'enter', room, as: from })))
})
const zhang = await enter('张大爷', 'b9')
const confirmed = new Promise((resolve) => zhang.on('said', resolve))
zhang.send(JSON.stringify({ op: 'say', client: 'c-before-kill', parts: [{ text: '9号楼一单元下水道堵了' }] }))
await confirmed
await daemon.stop('SIGKILL')
await daemon.start()
const later = await enter('张大爷', 'b9')
check('a report confirmed just before a kill is acknowledged after it', await until(() => later.heard.some((r) => !r.from && r.parts?.some((p) => /#2/.test(p.text))), 20000), later.heard)
await sleep(1500)
check('once', later.heard.filter((r) => !r.from && r.kind === 'say').length === 1, later.heard)
later.close()
check('the pages are back, too', await until(() => sun.page.isVisible('.link.up'), 20000))

// ---- languages, themes, a phone ----

await clean('axe finds nothing: desktop, Chinese, light')
await sun.page.emulateMedia({ colorScheme: 'dark' })
await clean('axe finds nothing: dark')
await sun.shoot('dark')
await sun.page.emulateMedia({ colorScheme: 'light' })
await sun.page.click('#language')
check('English', await until(() => sun.page.$eval('#send', (n) => n.textContent === 'Send')))
check('the page says its language', await sun.page.$eval('html', (n) => n.lang === 'en'))
await clean('axe finds nothing: English')
await sun.shoot('english')
await sun.page.click('#language')
await sun.page.setViewportSize({ width: 360, height: 720 })
await sleep(300)
check('nothing is wider than a phone of 360 pixels', await sun.page.evaluate(() => document.documentElement.scrollWidth <= 360 && document.getElementById('log').scrollWidth <= document.getElementById('log').clientWidth))
const small = await sun.page.$$eval('button, input, textarea, #others a', (nodes) => nodes.filter((n) => n.checkVisibility({ visibilityProperty: true }) && !n.matches('.ref, .quote'))
  .map((n) => ({ box: n.getBoundingClientRect(), id: n.id || n.className })).filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5)).map(({ id, box }) => `${id} ${box.width}×${box.height}`))
check('what can be touched measures 44 pixels', small.length === 0, small)
await clean('axe finds nothing: phone')
await sun.shoot('phone')
await sun.page.click('#open-events')
await sleep(300)
await clean('axe finds nothing: events on a phone')
await sun.shoot('phone-events')
await sun.page.keyboard.press('Escape')
check('Escape closes them and goes back to their button', await sun.focused() === 'open-events' || (await sun.focused()).includes('icon'), await sun.focused())
await sun.page.click('#open-rooms')
await sleep(300)
await clean('axe finds nothing: rooms on a phone')
await sun.shoot('phone-rooms')

// ---- the end ----

for (const person of [sun, wu, lou]) check(`no error in the page of ${person.name}`, person.troubles.length === 0, person.troubles)
const second = await new Daemon().prepare(daemon.port)
await second.start()
check('a second daemon on the port says so in a sentence', second.ended && second.code === 1 && /port \d+ of 127\.0\.0\.1 is in use/.test(second.log), second.log)
second.remove()

// Outside the demo community a name gives no role: who writes as the building's head is a resident like any other.
const example = fileURLToPath(new URL('../../../bot/people/data/example', import.meta.url))
const real = await new Daemon().prepare(undefined, `communities: [${example}]\n`)
if (check('it serves a community of its own', await real.start(), real.log)) {
  const roster = readFileSync(`${example}/roster.csv`, 'utf8').split('\n').map((line) => line.split(',')).find((cells) => cells[2] === 'building_head')
  const building = roster[4].match(/building:(\w+)/)[1]
  const head = await enter(roster[1], `b${building}`, real)
  head.send(JSON.stringify({ op: 'say', client: 'c-not-the-head', parts: [{ text: `${building}号楼一单元2楼的灯不亮` }] }))
  const event = await until(async () => (await real.events())[0], 15000)
  check('a name gives no role there', /^r-/.test(event?.reporter), event ?? real.log)
  head.close()
}
await real.stop()
real.remove()
await browser.close()
check('it stops cleanly', await daemon.stop() === 0, daemon.log.slice(-3000))
if (!process.exitCode) daemon.remove()
finish(skipped)
