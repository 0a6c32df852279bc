// link_test.mjs: a real daemon and its connections: every way to reach an implementation, refused tokens, rude frames,
// silence, answers out of order, mutes.
import { createServer } from 'node:net'
import { OneBotServer } from './server.mjs'
import { GROUPS, Loubot, PEOPLE } from './loubot.mjs'
import { check, finish, sleep, until } from './check.mjs'

if (!process.env.LOUBOT) {
  console.log('# LOUBOT names no binary')
  finish(1)
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

// Runs `test` with a server and a daemon; `account` gives the lines of the account for the server.
async function together(options, account, test) {
  const server = new OneBotServer({ token: 'tk', ...options })
  await server.start()
  const loubot = new Loubot(server, { accounts: account && { qq: account(server) }, env: { LOUBOT_LOG: 'info' } })
  loubot.start()
  await test(server, loubot)
  check('  it stops cleanly', await loubot.stop() === 0, loubot.log)
  await server.stop()
  loubot.remove()
}

const up = (server) => until(() => server.calls.some((call) => call.action === 'get_login_info'), 30000)
let floor = 0
// Somebody reports something new; resolves to the acknowledgement.
async function report(server, ms = 20000) {
  const text = `4号楼二单元${++floor}楼的灯不亮`
  const { message_id } = server.say(GROUPS.b4, PEOPLE.孙大姐 + floor, `住户${floor}`, text)
  return until(() => server.heard(GROUPS.b4).find((said) => said.segments
    .some((s) => s.type === 'reply' && s.data.id === String(message_id))), ms)
}

console.log('# ways to reach it')
await together({}, (server) => [`url: ${server.url}`, 'token: tk', 'mode: split'], async (server, loubot) => {
  check('split roles: both connections are made', await until(() => server.links.size === 2, 30000), loubot.log)
  check('split roles: the report is acknowledged', await report(server), loubot.log)
})
await together({ format: 'string' }, (server) => [`url: ${server.url}/`, 'token: tk', 'token_in: query'], async (server, loubot) => {
  check('token in the query: it connects', await up(server), loubot.log)
  check('CQ strings: the report is acknowledged', await report(server), loubot.log)
})
await together({}, (server) => [`url: ${server.url}/event`, `http_api: ${server.httpUrl}`, 'token: tk'], async (server, loubot) => {
  check('calls over HTTP: it asks who it is', await up(server), loubot.log)
  check('calls over HTTP: the report is acknowledged', await report(server), loubot.log)
})
for (const split of [false, true]) {
  const name = split ? 'reverse, split roles' : 'reverse'
  const port = await freePort()
  await together({ reverse: `ws://127.0.0.1:${port}/ob`, split }, () => [`listen: {port: ${port}, path: /ob}`, 'token: tk', 'self_id: 10001'],
    async (server, loubot) => {
      check(`${name}: it asks who it is`, await up(server), loubot.log)
      check(`${name}: the report is acknowledged`, await report(server), loubot.log)
    })
}
{
  const port = await freePort()
  const statuses = []
  await together({ reverse: `ws://127.0.0.1:${port}/ob` }, () => [`listen: {port: ${port}, path: /ob}`, 'token: other'],
    async (server, loubot) => {
      server.on('refused', (status) => statuses.push(status))
      check('reverse with a wrong token: refused with 403', await until(() => statuses.includes(403), 30000), statuses)
      await sleep(1500)
      check('  said once', loubot.log.split('without the right token').length === 2, loubot.log)
    })
}

{
  const servers = [new OneBotServer({ token: 'a', self: 10001 }), new OneBotServer({ token: 'b', self: 10002 })]
  for (const server of servers) await server.start()
  const [qq, other] = servers
  const loubot = new Loubot(qq, { accounts: { qq: [`url: ${qq.url}`, 'token: a'], other: [`url: ${other.url}`, 'token: b'] },
    edit: (text) => text.replace('{name: b9, bindings: {"onebot:qq"', '{name: b9, bindings: {"onebot:other"') })
  loubot.start()
  await Promise.all(servers.map(up))
  check('two accounts: the first answers in its group', await report(qq), loubot.log)
  other.say(GROUPS.b9, PEOPLE.Anna, 'Anna', '9号楼二单元4楼的灯不亮')
  check('two accounts: the second answers in its own', await until(() => other.heard(GROUPS.b9).length, 20000), loubot.log)
  check('  and nothing goes the wrong way', !qq.heard(GROUPS.b9).length && !other.heard(GROUPS.b4).length)
  check('  it stops cleanly', await loubot.stop() === 0, loubot.log)
  for (const server of servers) await server.stop()
  loubot.remove()
}

console.log('# killed while messages are on their way')
await together({}, undefined, async (server, loubot) => {
  const greet = (user) => server.say(GROUPS.b4, user, `住户${user}`, [{ type: 'at', data: { qq: String(server.self) } },
    { type: 'text', data: { text: ' 在吗' } }]).message_id
  const answers = (message) => server.heard(GROUPS.b4).filter((said) => said.segments
    .some((s) => s.type === 'reply' && s.data.id === String(message))).length
  const again = async () => {
    await loubot.stop('SIGKILL')
    const calls = server.calls.length
    server.faults.fail = 0
    loubot.start()
    await until(() => server.calls.slice(calls).some((call) => call.action === 'get_login_info'), 30000)
  }
  await up(server)
  const first = greet(41001)
  check('somebody is greeted', await until(() => answers(first), 20000), loubot.log)
  server.faults.swallow = 1
  const swallowed = await report(server)
  check('a report is acknowledged, and the answer to that lost', swallowed, loubot.log)
  await again()
  await report(server)
  await sleep(2000)
  check('after a kill it is found in the history and not said again', server.heard(GROUPS.b4)
    .filter((said) => said.text === swallowed.text).length === 1, server.heard(GROUPS.b4))
  server.faults.fail = Infinity
  const greeting = greet(41002), calls = server.calls.length
  await until(() => server.calls.slice(calls).some((call) => call.action.startsWith('send_')), 20000)
  await again()
  check('what was never said is said after a kill, also where the same was said to others',
    await until(() => answers(greeting), 20000), loubot.log)
  await sleep(1500)
  check('  once', answers(greeting) === 1, server.heard(GROUPS.b4))
})

console.log('# refused tokens')
for (const refuse of ['frame', 'status', 'cut']) {
  const tries = []
  await together({ refuse }, (server) => [`url: ${server.url}/`, 'token: wrong'], async (server, loubot) => {
    server.on('handshake', ({ at }) => tries.push(at))
    await until(() => tries.length, 30000)
    await sleep(6000)
    check(`refused by ${refuse}: no tight loop`, tries.length <= (refuse === 'cut' ? 4 : 1), tries.length)
    if (refuse !== 'cut') check('  said once', loubot.log.split('token refused').length === 2, loubot.log)
  })
}

console.log('# rude frames and rough days')
await together({ heartbeat: 1000 }, undefined, async (server, loubot) => {
  check('it connects', await up(server), loubot.log)
  const opened = new Promise((resolve) => server.once('open', resolve))
  const socket = [...server.links][0].socket
  for (const frame of ['{bad', '[]', '5', '{"post_type":"new"}', `{"a":${'['.repeat(100000)}`, '{"post_type":"message"}',
    '{"status":"ok","retcode":0,"data":null,"echo":"lb-1"}', '{"post_type":"message","user_id":1.5,"message":"x"}'])
    for (let i = 0; i < 3; i++) server.push(frame)
  for (const piece of ['{"post_type"', ':"unknown', '"}']) socket.send(piece, { fin: piece === '"}' })
  check('rubbish: the connection is kept and the report acknowledged', await report(server) && server.links.size === 1, loubot.log)
  check('  each cause is logged once', loubot.log.split('not a JSON object').length === 2, loubot.log)
  socket.send(Buffer.from([0xff, 0xfe, 0x00]), { binary: true })
  check('a binary frame: it connects again', await Promise.race([opened, sleep(20000)]), loubot.log)
  check('  and goes on', await report(server), loubot.log)
  const again = new Promise((resolve) => server.once('open', resolve));
  [...server.links][0].socket.send(JSON.stringify({ post_type: 'message', message: 'x'.repeat(10 << 20) }))
  check('a frame of 10 MB: it connects again', await Promise.race([again, sleep(20000)]), loubot.log.slice(-2000))
  check('  and goes on', await report(server), loubot.log)

  server.faults.reorder = 2
  const both = await Promise.all([report(server), report(server)])
  check('answers the other way round: both are acknowledged once', both.every(Boolean)
    && new Set(server.heard(GROUPS.b4).map((s) => s.text)).size === server.heard(GROUPS.b4).length, server.heard(GROUPS.b4))
  server.faults.reorder = 0
  server.faults.held.splice(0).forEach((held) => held())
  server.faults.delay = 3000
  check('late answers: acknowledged once', await report(server), loubot.log)
  server.faults.delay = 0

  const third = new Promise((resolve) => server.once('open', resolve))
  server.faults.hang = true
  await sleep(4000)
  server.faults.hang = false
  check('a silent peer is given up and found again', await Promise.race([third, sleep(20000)]), loubot.log.slice(-2000))
  check('  and it goes on', await report(server), loubot.log)

  server.mute(GROUPS.b4, 3)
  const late = await report(server, 20000)
  check('a short mute is waited for', late, loubot.log)
  server.kick(GROUPS.b4)
  check('a removed bot is silent', !await report(server, 3000))
})
finish()
