// hubot.mjs: Hubot 14 as an OneBot application, with the least adapter that does it and one listener; it keeps nothing.
//   node hubot.mjs PORT
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(new URL('../../peers/', import.meta.url))
const { Adapter, Robot, TextMessage, User } = await import(pathToFileURL(require.resolve('hubot')))
const { WebSocket } = require('ws')

class OneBot extends Adapter {
  async run() {
    this.echo = 0
    this.socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}/`,
      { perMessageDeflate: false, maxPendingAutoPongs: 0 }) // the generator sends many pings
    this.socket.on('message', (bytes) => {
      const event = JSON.parse(String(bytes))
      if (event.post_type !== 'message') return
      const text = event.message.filter((s) => s.type === 'text').map((s) => s.data.text).join('')
      const user = new User(String(event.user_id), { name: event.sender.nickname, room: String(event.group_id) })
      this.receive(new TextMessage(user, text, String(event.message_id)))
    })
    this.socket.on('close', () => process.exit(0))
    this.emit('connected')
  }

  async reply(envelope, ...strings) {
    for (const text of strings)
      this.socket.send(JSON.stringify({ action: 'send_group_msg', params: { group_id: Number(envelope.room),
        message: [{ type: 'reply', data: { id: envelope.message.id } }, { type: 'text', data: { text } }] }, echo: ++this.echo }))
  }

  async send(envelope, ...strings) { await this.reply(envelope, ...strings) }
}

process.env.HUBOT_LOG_LEVEL ??= 'error'
const robot = new Robot({ name: 'onebot', use: (it) => new OneBot(it) }, false, 'loubao')
await robot.loadAdapter()
robot.hear(/单元/, (response) => response.reply('收到，已登记。'))
await robot.run()
