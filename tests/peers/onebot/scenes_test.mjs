// scenes_test.mjs: scenes of a building's life over OneBot, against a real daemon: two languages, corrections, recalls,
// progress, an imposter, fixed and not fixed, pieces, chat, a group that nobody knows.
import { OneBotServer } from './server.mjs'
import { GROUPS, Loubot, PEOPLE } from './loubot.mjs'
import { check, finish, sleep, until } from './check.mjs'

if (!process.env.LOUBOT) {
  console.log('# LOUBOT names no binary')
  finish(1)
}
const server = new OneBotServer({ token: 'tk', format: 'string' })
await server.start()
const loubot = new Loubot(server, { env: { LOUBOT_LOG: 'info' } })
loubot.start()
await until(() => server.calls.some((call) => call.action === 'get_login_info'), 30000)
await sleep(500)

const say = (group, name, text) => server.say(GROUPS[group] ?? group, PEOPLE[name], name, text)
const mark = (group) => server.heard(GROUPS[group] ?? group).length
// Says something and resolves to the next thing heard in that group that matches.
async function ask(group, name, text, pattern = /./, ms = 10000) {
  const from = mark(group)
  const message = say(group, name, text)
  const said = await until(() => server.heard(GROUPS[group] ?? group).slice(from).find((s) => pattern.test(s.text)), ms)
  return { message, text: said?.text ?? '', said }
}
const event = async (id) => (await loubot.events()).find((e) => e.id === id) ?? {}
const eventually = (id, test, ms = 8000) => until(async () => test(await event(id)), ms)

console.log('# chat, and a group that nobody knows')
for (const line of ['昨天那个灯修得真快', '谁家的快递放门口了', '灯光秀真好看', '今晚停电了我们去你家吃饭吧哈哈']) say('b4', '王大爷', line)
say(123456, '路人', '4号楼二单元4楼的灯不亮')
await sleep(2500)
check('silence', server.said.length === 0, server.said)
check('the unknown group is told to the operator', loubot.log.includes('123456'), loubot.log)

console.log('# English, and a question')
const english = await ask('b9', 'Anna', 'the light on floor 4 is out')
check('answered in English with a question', /unit/i.test(english.text), english.text)
const unit = await ask('b9', 'Anna', '2')
check('the answer is taken', await eventually(1, (e) => e.unit === '2' && e.floor === 4 && e.building === '9'), [unit.text, await event(1)])

console.log('# a correction, and a recall')
const report = await ask('b4', '孙大姐', '4号楼二单元4楼的灯不亮', /#2\b/)
check('acknowledged', report.said, loubot.log)
say('b4', '孙大姐', '打错了，是5楼')
check('the floor is corrected', await eventually(2, (e) => e.floor === 5), await event(2))
const regretted = await ask('b4', '王大爷', '一单元电梯坏了', /#3\b/)
server.recall(GROUPS.b4, PEOPLE.王大爷, regretted.message.message_id)
check('a recalled report is withdrawn', await eventually(3, (e) => e.outcome === 'withdrawn'), await event(3))

console.log('# progress, and an imposter')
const progress = await ask('b4', '孙大姐', '#2 进度', /#2\b/) // the word about #3 may still be on its way
check('progress names the event', /2/.test(progress.text), progress.text)
const before = (await event(2)).state
say('b4', '路人', '完成 2')
say('b4', '路人', '确认 2')
await sleep(2500)
check('an imposter moves nothing', (await event(2)).state === before, await event(2))

console.log('# fixed, not fixed')
say('work', '李师傅', '收到 2')
check('accepted by number', await eventually(2, (e) => e.state === 'handling'), await event(2))
say('work', '李师傅', '完成 2')
check('the repairer says it is done', await eventually(2, (e) => e.state !== 'handling'), await event(2))
await sleep(1500)
say('b4', '孙大姐', '#2 修好了')
check('the reporter ends it', await eventually(2, (e) => e.state === 'done'), await event(2))
await sleep(1500)
say('b4', '孙大姐', '#2 还是不亮')
check('not fixed: it is opened again', await eventually(2, (e) => e.state === 'handling' || e.state === 'dispatched'), await event(2))

console.log('# in pieces')
for (const piece of ['3单元', '水管', '漏水了']) {
  say('b4', '王大爷', piece)
  await sleep(300)
}
const pieces = await until(async () => (await loubot.events()).find((e) => e.unit === '3' && e.category === 'water_supply'), 40000)
check('three pieces make one event', pieces, await loubot.events())

console.log('# all in one message, and half a report')
const tile = await ask('b9', '王大爷', '9号楼二单元大厅前地漏砖出现破损，麻烦社区帮忙协调处理', /#5\b/)
check('a whole report asks nothing', tile.said && !/几单元|哪/.test(tile.text), tile.text)
check('it has every slot', await eventually(5, (e) => e.category === 'public_facility' && e.owner === 'property' &&
  e.building === '9' && e.unit === '2'), await event(5))
const half = await ask('b4', '王大爷', '门禁坏了', /#6\b/)
check('half a report is asked for the rest, once', /单元/.test(half.text), half.text)
say('b4', '王大爷', '二单元')
check('and goes out with what was told', await eventually(6, (e) => e.unit === '2' && e.building === '4' && e.state !== 'draft'), await event(6))

check('it stops cleanly', await loubot.stop() === 0, loubot.log)
await server.stop()
loubot.remove()
finish()
