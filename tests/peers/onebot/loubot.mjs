// loubot.mjs: starts the daemon (the binary in $LOUBOT) with the sample configuration against a server, and looks into
// it with its own commands.
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SAMPLE = fileURLToPath(new URL('../../../adapters/onebot/sample/', import.meta.url))
// The commands that only look are run from the plain build where there is one: it starts five times as fast.
const PLAIN = fileURLToPath(new URL('../../../build/loubot', import.meta.url))
const LOOK = existsSync(PLAIN) ? PLAIN : process.env.LOUBOT
export const GROUPS = { work: 700100, b4: 700104, b9: 700109 }
export const PEOPLE = { 孙大姐: 40001, 王大爷: 40002, Anna: 40003, 路人: 40004, 楼长4: 30004, 楼长9: 30009, 网格员1: 30101, 李师傅: 30201 }

// The sample, moved to a time zone where it is about noon: at night nobody would be pinged. `accounts` (by name, in lines)
// replaces how implementations are reached; `edit` changes the community.
function sampleAtNoon(folder, accounts, edit = (text) => text) {
  cpSync(SAMPLE, folder, { recursive: true })
  const path = join(folder, 'community.yaml')
  const hours = 12 - new Date().getUTCHours()
  const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`
  writeFileSync(path, edit(readFileSync(path, 'utf8').replace(/^timezone: .*$/m, `timezone: "${zone}"`)))
  const config = join(folder, 'onebot.yaml')
  if (accounts)
    writeFileSync(config, `data: \${LOUBOT_DATA}\ncommunities: [.]\naccounts:\n${Object.entries(accounts).map(([name, lines]) =>
      `  - adapter: onebot\n    name: ${name}\n${lines.map((line) => `    ${line}\n`).join('')}`).join('')}`)
  return config
}

export class Loubot {
  constructor(server, { env = {}, accounts, edit } = {}) {
    this.data = mkdtempSync(join(tmpdir(), 'loubot-peer-'))
    this.config = sampleAtNoon(join(this.data, 'config'), accounts, edit)
    this.env = { ...process.env, LOUBOT_DATA: this.data, ONEBOT_URL: `${server.url}/`, ONEBOT_TOKEN: server.options.token,
      ONEBOT_SELF_ID: String(server.self), ONEBOT_MEDIA: server.httpUrl, ...env }
    this.log = ''
  }

  start() {
    this.ended = false
    this.process = spawn(process.env.LOUBOT, ['run', '-c', this.config], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on('data', (bytes) => { this.log = (this.log + bytes).slice(-200000) })
    this.process.once('exit', (code, signal) => Object.assign(this, { ended: true, code, signal }))
    this.process.once('error', (error) => { this.log += `${error}\n` })
  }

  // Resolves when it has ended, to its exit status.
  stop(signal = 'SIGTERM') {
    if (this.ended) return Promise.resolve(this.code)
    const end = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill(signal)
    return end
  }

  // The events as `loubot events --json` tells them; not asked more often than it takes a person to look.
  async events() {
    await new Promise((resolve) => setTimeout(resolve, 400))
    return new Promise((resolve) => execFile(LOOK, ['events', '--json', '-c', this.config], { env: this.env },
      (error, stdout) => {
        try {
          const text = stdout.trim()
          resolve(text.startsWith('[') ? JSON.parse(text) : text.split('\n').filter(Boolean).map((line) => JSON.parse(line)))
        } catch {
          resolve([])
        }
      }))
  }

  remove() { rmSync(this.data, { recursive: true, force: true }) }
}
