// koishi.mjs: Koishi 4 as an OneBot application with its own adapter: every report becomes a row of its in-memory
// database, and is answered. Nothing is on the disk.
//   node koishi.mjs PORT
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../peers/', import.meta.url)) // koishi's loader is broken as an ES module
const { Context, Logger, h } = require('koishi')
const { default: http } = require('@koishijs/plugin-http')
const { default: memory } = require('@koishijs/plugin-database-memory')
const { default: onebot } = require('koishi-plugin-adapter-onebot')

Logger.levels.base = 0
// The generator sends many pings, which the library would take for a flood.
Object.defineProperty(require('ws').prototype, '_maxPendingAutoPongs', { get: () => 0, set() {} })
const app = new Context()
app.plugin(http)
app.plugin(memory)
app.plugin(onebot, { protocol: 'ws', selfId: '10001', token: '', endpoint: `ws://127.0.0.1:${process.argv[2]}/` })
app.inject(['database'], (ctx) => {
  ctx.model.extend('report', { id: 'unsigned', room: 'string', user: 'string', text: 'text', state: 'string', at: 'timestamp' },
    { autoInc: true })
  ctx.middleware(async (session, next) => {
    if (!session.content.includes('单元')) return next()
    const { id } = await ctx.database.create('report', { room: session.channelId, user: session.userId, text: session.content,
      state: 'reported', at: new Date() })
    return `${h.quote(session.messageId)}收到，#${id} 已登记。`
  })
})
await app.start()
