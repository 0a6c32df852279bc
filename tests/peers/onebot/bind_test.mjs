// bind_test.mjs: a newcomer is bound by a one-time code in a private chat over OneBot, also in a temporary session from a
// group, and then acts with the role; a code that is seen in a group is void; all of it outlives a restart.
import { execFile } from 'node:child_process'
import { appendFileSync } from 'node:fs'
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
appendFileSync(loubot.config.replace(/onebot\.yaml$/, 'roster.csv'), 'm-0099,老赵,owner,heating,,,\n')
const NEW = { 小周: 50001, 小吴: 50002, 小陈: 50003, 小赵: 50004 }
const say = (group, name, text) => server.say(GROUPS[group], PEOPLE[name] ?? NEW[name], name, text)
const whisper = (name, text) => server.say(undefined, NEW[name], name, text)
const privately = (name) => server.said.filter((s) => s.group_id === undefined && String(s.user_id) === String(NEW[name]))
const answered = (name, pattern, from = 0) => until(() => privately(name).slice(from).find((s) => pattern.test(s.text)), 15000)
const heard = (group, pattern, from = 0) => until(() => server.heard(GROUPS[group]).slice(from)
  .find((said) => pattern.test(said.text)), 15000)
const tell = (...words) => new Promise((resolve) => execFile(process.env.LOUBOT, [...words, '-c', loubot.config],
  { env: loubot.env }, (error, stdout, stderr) => resolve(stdout || stderr)))
const event = (test) => until(async () => (await loubot.events()).find(test), 15000)

loubot.start()
check('it connects', await until(() => server.calls.some((call) => call.action === 'get_login_info'), 30000), loubot.log)
await sleep(500)

console.log('# a newcomer without a code')
whisper('小周', '绑定')
check('is told how', await answered('小周', /K7M4-PX2D/), privately('小周'))

console.log('# a role')
const code = (await tell('code', '楼长', '4')).split('\n')[0]
check('the command prints a code', /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/.test(code), code)
whisper('小周', `绑定 ${code.toLowerCase()}`)
check('binds him', await answered('小周', /绑好了：4号楼楼长/), privately('小周'))
whisper('小吴', code)
check('works once', await answered('小吴', /用过了/), privately('小吴'))
check('the roster shows it', /building_head building:4 account=onebot:50001/.test(await tell('roster')), await tell('roster'))

console.log('# he acts with it')
say('b4', '孙大姐', '4号楼二单元4楼的灯不亮')
check('a report', await heard('b4', /#1\b/), loubot.log)
say('work', '李师傅', '好了')
const asked = await heard('b4', /修好了/)
check('he is the one who is asked', asked?.segments.some((s) => s.type === 'at' && s.data.qq === String(NEW.小周)), asked ?? loubot.log)
say('b4', '小周', '亮了，谢谢')
check('and who confirms', await event((e) => e.id === 1 && e.state === 'done'), await loubot.events())

console.log('# a code seen in a group')
const leaked = (await tell('code', '4-1-101')).split('\n')[0]
const before = server.heard(GROUPS.b4).length
say('b4', '小陈', `我的码是 ${leaked}`)
check('is void, told to its writer alone', await answered('小陈', /作废/), privately('小陈'))
check('not a word in the group', server.heard(GROUPS.b4).length === before, server.heard(GROUPS.b4).slice(before))

console.log('# a home, in a temporary session from the group, after a restart')
check('it stops cleanly', await loubot.stop() === 0, loubot.log)
loubot.start()
await until(() => server.links.size, 30000)
await sleep(1000)
const home = (await tell('code', '4-1-101')).split('\n')[0]
const message = server.say(undefined, NEW.小陈, '小陈', home, { silent: true })
Object.assign(message, { sub_type: 'group', sender: { ...message.sender, group_id: GROUPS.b4 } })
server.push(message)
check('binds the home', await answered('小陈', /4号楼1单元101/), [privately('小陈'), loubot.log])
check('no group reads the flat', server.said.every((s) => s.group_id === undefined || !/101/.test(s.text)), server.said)
check('the head is still bound', /onebot:50001/.test(await tell('roster')), await tell('roster'))

console.log('# taken back, beside the running daemon')
const number = /^(\d+) .*building_head/m.exec(await tell('roster'))?.[1]
check('a change is taken back', /taken back/.test(await tell('roster', '--undo', number)), await tell('roster'))
check('once only', /There is no such change/.test(await tell('roster', '--undo', number)))
say('b4', '孙大姐', '4号楼一单元3楼的灯不亮')
check('another report', await heard('b4', /#2\b/), loubot.log)
say('work', '李师傅', '好了 2')
const again = await heard('b4', /#2 .*修好了/)
check('the former head is asked again', again?.segments.some((s) => s.type === 'at' && s.data.qq === String(PEOPLE.楼长4)), again ?? loubot.log)
const audit = await tell('audit')
check('the audit knows who did what', /"what":"issue","by":"console"/.test(audit) && /"what":"use","by":"r-/.test(audit) &&
  /"what":"drop","by":"console"/.test(audit), audit)
check('in ids, without names', !/小周|50001/.test(audit), audit)
check('wrong words are told', /there is no such role|this role wants/.test(await tell('code', '市长', '4')))

console.log('# a row of the roster waits for somebody: what he said before is his, and goes with him')
say('b4', '小赵', '4号楼三单元2楼的灯不亮')
check('a third report', await heard('b4', /#3\b/), loubot.log)
whisper('小赵', (await tell('code', '热力')).split('\n')[0])
check('he is bound to the row', await answered('小赵', /绑好了/), privately('小赵'))
check('his words are there', /三单元2楼的灯不亮/.test(await tell('event', '3', '--json')), await tell('event', '3', '--json'))
const gone = await tell('forget', 'm-0099', '--yes')
check('he is forgotten', /Done/.test(gone), gone)
check('and so is what he wrote before', !/三单元2楼的灯不亮/.test(await tell('event', '3', '--json')), await tell('event', '3', '--json'))

console.log('# who leaves the group of a building')
server.leave(GROUPS.b9, NEW.小陈)
await sleep(700)
check('keeps what is of another building', /flat:4-1-101/.test(await tell('roster')), await tell('roster'))
server.leave(GROUPS.b4, NEW.小陈, 'kick')
check('has no home there any more', await until(async () => !/flat:4-1-101/.test(await tell('roster')), 15000), await tell('roster'))
server.leave(GROUPS.b4, PEOPLE.楼长4)
check('a role of the file is told to the operator', await until(() => /operator.*has left the group of building 4/.test(loubot.log), 15000), loubot.log)
check('and stands in the audit', /"what":"left".*"role":"building_head"/.test(await tell('audit')), await tell('audit'))

check('every frame was JSON', bad.length === 0, bad)
check('it stops cleanly', await loubot.stop() === 0, loubot.log)
await server.stop()
if (!process.exitCode) loubot.remove()
finish()
