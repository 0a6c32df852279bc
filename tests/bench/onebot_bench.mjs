// onebot_bench.mjs: chat lines and reports over OneBot, in one run: Loubot (every report a durable event with its answer),
// a bare application on the same C libraries, and Hubot 14, the last two keeping nothing. The load generator
// (onebot/load.c) is the same for all: as many lines a second as go through with 64 unanswered, then 1,000 a second.
// SECONDS=5 is the length of a phase. For what is measured, see the head of load.c.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const build = join(here, '../..', process.env.B ?? 'build')
const loubot = process.env.LOUBOT ?? join(build, 'loubot')
const seconds = process.env.SECONDS ?? '5'
const percents = (process.env.PERCENTS ?? '0 2 30').split(' ')
const data = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'loubot-bench-'))

function compile(name, ...libraries) {
  const program = join(build, `tests/bench/onebot_${name}`)
  mkdirSync(join(build, 'tests/bench'), { recursive: true })
  execFileSync('gcc', ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-o', program, join(here, 'onebot', `${name}.c`), ...libraries],
    { stdio: 'inherit' })
  return program
}

// The process and its children (Loubot's redis-server).
function family(pid) {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      return readFileSync(`/proc/${name}/stat`, 'latin1').replace(/^.*\) /, '').split(' ')[1] === String(pid)
    } catch {
      return false
    }
  })
  return [pid, ...children.map(Number)]
}

// Runs one application against the generator; resolves to its phases.
async function measure(name, command, environment) {
  const load = spawn(generator, [seconds, ...percents], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]()
  const { port } = JSON.parse((await lines.next()).value)
  const [program, ...rest] = command(port)
  const app = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...environment?.(port) } })
  const ended = new Promise((resolve) => app.once('exit', resolve))
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const phases = []
  load.stdin.write(`go ${family(app.pid).join(' ')}\n`)
  for await (const line of lines) phases.push({ name, ...JSON.parse(line) })
  app.kill('SIGTERM')
  await ended
  if (phases.length !== 2 * percents.length) throw new Error(`${name} broke off after ${phases.length} phases`)
  return phases
}

function print(phases) {
  const pad = (value, width) => String(value).padStart(width)
  console.log('                  reports    msg/s   lost   CPU µs/msg        chat p50/p99 ms   report p50/p99 ms   RSS MB')
  for (const p of phases) {
    const rate = p.phase === 'fast' ? Math.round(p.lines / p.seconds) : 1000
    const cpu = p.cpu.map((used) => (used * 1e6 / p.lines).toFixed(1)).join('+')
    const times = (a, b) => `${a.toFixed(2)} / ${b.toFixed(2)}`
    console.log(p.name.padEnd(8), p.phase === 'fast' ? '64 open' : '1,000/s', pad(`${p.percent} %`, 8), pad(rate, 9), pad(p.lost, 6),
      pad(cpu, 12), pad(p.phase === 'fast' ? '' : times(p.chat_p50_ms, p.chat_p99_ms), 24),
      pad(p.reports ? times(p.p50_ms, p.p99_ms) : '', 19), pad(p.rss_kb.map((kb) => (kb / 1024).toFixed(1)).join('+'), 9))
  }
  const last = phases.at(-1)
  console.log(`${last.name}: ${last.all} messages in all\n`)
}

const generator = compile('load', '-lcrypto')
const echo = compile('echo', '-lwebsockets', '-ljansson', '-luv')
const apps = {
  echo: [(port) => [echo, String(port)]],
  hubot: [(port) => [process.execPath, join(here, 'onebot/hubot.mjs'), String(port)], () => ({ NODE_ENV: 'production' })],
  loubot: [() => [loubot, 'run', '-c', join(here, 'bench.yaml')], (port) => ({ LOUBOT_BENCH_DATA: data,
    ONEBOT_URL: `ws://127.0.0.1:${port}/`, ONEBOT_SELF_ID: '10001' })],
}
console.log(`phases of ${seconds} s; CPU is that of the application (Loubot: + its redis-server, fsync always); RSS after the phase`)
try {
  for (const name of (process.env.APPS ?? 'echo hubot loubot').split(' ')) print(await measure(name, ...apps[name]))
} finally {
  rmSync(data, { recursive: true, force: true })
}
