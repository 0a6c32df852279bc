// browser.mjs: what the browser test needs: a daemon with the web chat, Debian's Chromium, and a person at a page.
import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { until } from '../onebot/check.mjs'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SHOTS = process.env.LOGS || tmpdir()

export const hasChromium = () => existsSync(CHROMIUM)
export const startBrowser = () => chromium.launch({ executablePath: CHROMIUM, args: FLAGS })

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

// A daemon with its embedded defaults, but for the web chat's port.
export class Daemon {
  async prepare(port, more = '') {
    this.folder = mkdtempSync(join(tmpdir(), 'loubot-browser-'))
    this.port = port ?? await freePort()
    this.config = join(this.folder, 'loubot.yaml')
    writeFileSync(this.config, `accounts:\n  - adapter: web\n    port: ${this.port}\n${more}`)
    this.log = ''
    return this
  }

  // Starts it; resolves to the address that it prints, or to undefined when it ends before that.
  async start() {
    const from = this.log.length
    this.ended = false
    this.process = spawn(process.env.LOUBOT, ['run', '-c', this.config],
      { env: { ...process.env, XDG_STATE_HOME: this.folder }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (bytes) => { this.log += bytes })
    this.process.once('exit', (code) => Object.assign(this, { ended: true, code }))
    await until(() => this.ended || /core ready/.test(this.log.slice(from)), 30000)
    this.address = this.log.slice(from).match(/http:\/\/[^\s]+\?token=[0-9a-f]+/)?.[0]
    return this.ended ? undefined : this.address
  }

  async stop(signal = 'SIGTERM') {
    if (!this.ended) this.process.kill(signal)
    await until(() => this.ended, 15000)
    return this.code
  }

  // The events as `loubot events --json` tells them.
  events() {
    return new Promise((resolve) => execFile(process.env.LOUBOT, ['events', '--json', '-c', this.config],
      { env: { ...process.env, XDG_STATE_HOME: this.folder } }, (error, stdout) => {
        try {
          const text = stdout.trim()
          resolve(text.startsWith('[') ? JSON.parse(text) : text.split('\n').filter(Boolean).map((line) => JSON.parse(line)))
        } catch {
          resolve([])
        }
      }))
  }

  remove() { rmSync(this.folder, { recursive: true, force: true }) }
}

// Somebody in a tab of his own.
export class Person {
  constructor(page, name) {
    Object.assign(this, { page, name, troubles: [] })
    page.on('pageerror', (error) => this.troubles.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/WebSocket|Failed to load resource/.test(message.text())) this.troubles.push(message.text())
    })
  }

  static async enter(context, address, room, name) {
    const person = new Person(await context.newPage(), name)
    await person.page.goto(`${address}#${encodeURIComponent(room)}/${encodeURIComponent(name)}`)
    await person.page.waitForSelector('.link.up')
    return person
  }

  // What stands in the log: {who, text, mine, bot}.
  messages() {
    return this.page.$$eval('#log .message', (nodes) => nodes.map((node) => ({
      who: node.querySelector('.head b')?.textContent, text: node.querySelector('.bubble').textContent,
      mine: node.classList.contains('mine'), bot: node.classList.contains('bot'), waiting: node.classList.contains('waiting'),
    })))
  }

  // Waits for a message that matches; undefined when none comes.
  hears(pattern, ms = 10000) {
    return until(async () => (await this.messages()).find((m) => pattern.test(m.text) && !m.waiting), ms)
  }

  async say(text) {
    await this.page.fill('#text', text)
    await this.page.press('#text', 'Escape')
    await this.page.press('#text', 'Enter')
  }

  // The event's card: its text, its state, and the step it is at.
  card(number) {
    return this.page.$eval(`.event[data-number="${number}"]`, (node) => ({
      text: node.textContent, state: node.querySelector('.pill').textContent,
      step: node.querySelector('[aria-current="step"]')?.textContent || '', past: node.querySelectorAll('.steps .past').length,
    })).catch(() => undefined)
  }

  seesEvent(number, pattern, ms = 10000) {
    return until(async () => pattern.test((await this.card(number))?.text || ''), ms)
  }

  focused() { return this.page.evaluate(() => document.activeElement.id || document.activeElement.className) }

  async axe() {
    const result = await this.page.evaluate(`${AXE}; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})`)
    return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`)
  }

  shoot(name) { return this.page.screenshot({ path: join(SHOTS, `browser-${name}.png`) }) }
}
