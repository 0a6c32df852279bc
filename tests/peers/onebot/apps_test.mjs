// apps_test.mjs: other people's applications on the same server, to know that it speaks as they expect: koishi's adapter
// (forward and reverse) and node-napcat-ts.
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { NCWebsocket } from 'node-napcat-ts'
import { OneBotServer } from './server.mjs'
import { check, finish, sleep, until } from './check.mjs'

const require = createRequire(import.meta.url) // koishi's loader is broken as an ES module
const { Context, Logger } = require('koishi')
const { default: http } = require('@koishijs/plugin-http')
const { default: KoishiServer } = require('@koishijs/plugin-server')
const { default: onebot } = require('koishi-plugin-adapter-onebot')

Logger.levels.base = 0
const GROUP = 88001

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

// What an application makes of a message, and what the server makes of its answer.
async function converse(name, server, hear) {
  const asked = server.say(GROUP, 42, '张三', [{ type: 'at', data: { qq: String(server.self) } },
    { type: 'text', data: { text: ' 停水了吗 [a],b&c' } }])
  check(`${name}: hears the text`, await until(() => hear().some((text) => text.includes('停水了吗 [a],b&c')), 5000), hear())
  const answer = await until(() => server.heard(GROUP).find((said) => said.text.includes('今晚[恢复]')), 5000)
  check(`${name}: its answer arrives`, answer, server.said)
  check(`${name}: it quotes the message`,
    answer?.segments.some((s) => s.type === 'reply' && s.data.id === String(asked.message_id)), answer)
  check(`${name}: it mentions the sender`, answer?.segments.some((s) => s.type === 'at' && s.data.qq === '42'), answer)
  check(`${name}: a reaction arrives`, await until(() => server.said.find((said) => said.reaction === '76'), 5000))
  check(`${name}: no call was refused`, !server.refusals.length, server.refusals)
}

function watch(server) {
  server.refusals = []
  server.on('bad', (text) => server.refusals.push(text))
  return server
}

async function koishi(name, protocol, port) {
  const forward = protocol === 'ws'
  const options = { token: 'tk', self: 10001 }
  const app = new Context()
  const heard = []
  app.plugin(http)
  if (!forward) app.plugin(KoishiServer, { host: '127.0.0.1', port })
  const server = watch(new OneBotServer(forward ? options : { ...options, reverse: `ws://127.0.0.1:${port}/onebot` }))
  await server.start()
  app.plugin(onebot, forward ? { protocol, selfId: '10001', token: 'tk', endpoint: server.url }
    : { protocol, selfId: '10001', token: 'tk', path: '/onebot' })
  app.on('message', async (session) => {
    heard.push(session.content.replaceAll('&amp;', '&'))
    await session.send(`<quote id="${session.messageId}"/><at id="${session.userId}"/> 今晚[恢复]`)
    await session.onebot.setMsgEmojiLike?.(session.messageId, '76')
      ?? await session.bot.internal._request('set_msg_emoji_like', { message_id: Number(session.messageId), emoji_id: '76' })
  })
  await app.start()
  check(`${name}: connects`, await until(() => server.links.size, 5000))
  check(`${name}: asks who it is`, await until(() => server.calls.some((call) => call.action === 'get_login_info'), 5000))
  await sleep(200)
  await converse(name, server, () => heard)
  await server.stop() // koishi's own stop() throws; finish() ends it
}

async function napcat() {
  const server = watch(new OneBotServer({ token: 'tk', self: 10001 }))
  await server.start()
  const app = new NCWebsocket({ baseUrl: server.url, accessToken: 'tk', reconnection: { enable: false } })
  const heard = []
  app.on('message.group', async (context) => {
    heard.push(context.raw_message.replace('&#91;', '[').replace('&#93;', ']').replace('&amp;', '&'))
    await app.send_group_msg({ group_id: context.group_id, message: [
      { type: 'reply', data: { id: String(context.message_id) } }, { type: 'at', data: { qq: String(context.user_id) } },
      { type: 'text', data: { text: ' 今晚[恢复]' } }] })
    await app.set_msg_emoji_like({ message_id: context.message_id, emoji_id: '76', set: true })
  })
  await app.connect()
  check('node-napcat-ts: connects', await until(() => server.links.size, 5000))
  await converse('node-napcat-ts', server, () => heard)
  app.disconnect()
  await server.stop()
}

await koishi('koishi forward', 'ws')
await koishi('koishi reverse', 'ws-reverse', await freePort())
await napcat()
finish()
