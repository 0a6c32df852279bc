// story_test.mjs: the story of the lamp over OneBot, against a real daemon, with a failed send, a repeat, a send whose
// answer is cut off, and an outage in the middle: it must end in one event, and nobody reads anything twice.
import { OneBotServer } from './server.mjs'
import { GROUPS, Loubot, PEOPLE } from './loubot.mjs'
import { check, finish, sleep, until } from './check.mjs'

if (!process.env.LOUBOT) {
  console.log('# LOUBOT names no binary')
  finish(1)
}
const server = new OneBotServer({ token: 'tk', heartbeat: 2000 })
const bad = []
server.on('bad', (text) => bad.push(text))
await server.start()
const loubot = new Loubot(server)
const say = (group, name, text, options) => server.say(GROUPS[group], PEOPLE[name], name, text, options)
// The next thing heard in a group behind the first `from` that matches.
const heard = (group, pattern, from = 0, ms = 8000) => until(() => server.heard(GROUPS[group]).slice(from)
  .find((said) => pattern.test(said.text)), ms)
const event = (test, ms = 8000) => until(async () => (await loubot.events()).find(test), ms)

loubot.start()
check('it connects and asks who it is', await until(() => server.calls.some((call) => call.action === 'get_login_info'), 30000),
  loubot.log)
await sleep(500)

// A failed send: the first acknowledgement is refused for now, and comes all the same.
Object.assign(server.faults, { fail: 1, words: '发送失败' })
const report = say('b4', '孙大姐', '4号楼二单元4楼的灯不亮')
const ack = await heard('b4', /#1\b/, 0, 20000)
check('the report is acknowledged with its number, although the first send failed', ack, loubot.log)
check('the acknowledgement quotes the report',
  ack?.segments.some((s) => s.type === 'reply' && s.data.id === String(report.message_id)), ack)

// A repeat: the platform delivers the same message again.
server.push(report)

const ping = await heard('work', /#1\b/)
check('the repairer is pinged in the work group', ping?.segments.some((s) => s.type === 'at' && s.data.qq === String(PEOPLE.李师傅)),
  server.heard(GROUPS.work))

// An outage: what is said in it is read back.
server.cut(1500)
say('work', '李师傅', '收到', { silent: true })
check('"收到", said during an outage, is read back', await event((e) => e.id === 1 && e.state === 'handling', 15000), loubot.log)

// A cut that eats the answer of a send: the message is there and must not come twice.
let cuts = 0
const cutOnce = (said) => {
  if (said.group_id === GROUPS.b4 && cuts++ === 0) server.cut(500)
}
server.on('said', cutOnce)
say('work', '李师傅', [{ type: 'text', data: { text: '好了' } }, server.picture()])
const asked = await heard('b4', /./, server.heard(GROUPS.b4).length, 15000)
check('the building head is asked', asked?.segments.some((s) => s.type === 'at' && s.data.qq === String(PEOPLE.楼长4)), asked ?? loubot.log)
check('the picture is kept', await event((e) => e.photos?.length === 1), await loubot.events())
await until(() => server.links.size, 8000)
await sleep(4000)
server.off('said', cutOnce)

const before = server.heard(GROUPS.b4).length
say('b4', '楼长4', '亮了，谢谢')
check('the group reads that it is done', await heard('b4', /#1\b/, before), server.heard(GROUPS.b4).slice(before))
check('the event is done', await event((e) => e.state === 'done'), await loubot.events())
await sleep(3000)
const notice = server.heard(GROUPS.b4).at(-1)
server.react(GROUPS.b4, PEOPLE.孙大姐, notice.message_id, 76)
check('👍 from the reporter is a good rating', await event((e) => e.rating === 'good'), await loubot.events())

const events = await loubot.events()
check('there is one event', events.length === 1, events)
const said = server.said.filter((s) => s.text).map((s) => `${s.group_id} ${s.text}`)
check('nobody read anything twice', new Set(said).size === said.length, said)
check('every frame was JSON', bad.length === 0, bad)
check('it stops cleanly', await loubot.stop() === 0, loubot.log)
await server.stop()
if (!process.exitCode) loubot.remove()
finish()
