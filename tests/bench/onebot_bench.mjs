// onebot_bench.mjs: chat lines and reports over OneBot, in one run: Loubot (every report a durable event with its answer),
// a bare application on the same C libraries, Hubot 14 (the two keep nothing) and Koishi 4 with its in-memory database. The
// load generator (onebot/load.c) is the same for all: as many lines a second as go through with 64 unanswered, then 1,000 a
// second. Then Loubot alone: answers at 1,000 lines a second beside the disk's own fdatasync (onebot/disk.c), and reports
// only, beside redis-benchmark which writes as many bytes with the same fsync policy and as many unanswered.
// Prints what was measured, and each figure that issue 7 wants as a ratio: figure, target, reached or not.
// SECONDS=5 is the length of a phase, APPS those that run. For what bound and what was done about it, see README.md here.
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
const latencySeconds = process.env.LATENCY_SECONDS ?? '30'
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'loubot-bench-'))
const freshData = () => mkdtempSync(join(folder, 'data-'))

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

// Runs one application against the generator; resolves to its phases. `meanwhile` runs beside them, `after` behind them.
async function measure(name, command, environment, { wanted = percents, length = seconds, meanwhile, after } = {}) {
  const load = spawn(generator, [length, ...wanted], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]()
  const { port } = JSON.parse((await lines.next()).value)
  const [program, ...rest] = command(port)
  const app = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...environment?.(port) } })
  const ended = new Promise((resolve) => app.once('exit', resolve))
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const phases = []
  load.stdin.write(`go ${family(app.pid).join(' ')}\n`)
  meanwhile?.()
  for await (const line of lines) {
    phases.push({ name, ...JSON.parse(line) })
    const count = wanted.reduce((sum, percent) => sum + (/^[fp]/.test(percent) ? 1 : 2), 0)
    if (phases.length === count) after?.()
  }
  app.kill('SIGTERM')
  await ended
  if (phases.length < wanted.length) throw new Error(`${name} broke off after ${phases.length} phases`)
  return phases
}

const rateOf = (p) => p.lines / p.seconds
const cpuOf = (p) => p.cpu.reduce((a, b) => a + b, 0) * 1e6 / p.lines
const phase = (phases, name, percent) => phases?.find((p) => p.phase === name && p.percent === percent)

// ---- Loubot alone

async function latency() {
  const data = freshData()
  const disk = spawn(diskProgram, [data, '3000', latencySeconds], { stdio: ['ignore', 'pipe', 'inherit'] })
  let measured = ''
  disk.stdout.on('data', (bytes) => (measured += bytes))
  const [p] = await measure('loubot', ...loubotOn(data), { wanted: ['p2'], length: latencySeconds })
  if (!measured) await new Promise((resolve) => disk.once('close', resolve))
  return { answer: p, disk: JSON.parse(measured) }
}

const redisCli = (socket, ...words) => execFileSync('redis-cli', ['-s', socket, ...words], { encoding: 'utf8' })
const aofSize = (socket) => Number(/aof_current_size:(\d+)/.exec(redisCli(socket, 'INFO', 'persistence'))[1])

// Reports only, and what redis-benchmark does with as many bytes.
async function durable() {
  const data = freshData()
  const socket = join(data, 'redis.sock')
  let bytes = 0
  const [p] = await measure('loubot', ...loubotOn(data), { wanted: ['f100'], after: () => (bytes = aofSize(socket)) })
  const bytesEach = Math.round(bytes / p.reports)
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', join(folder, 'sets.sock'), '--dir', freshData(),
    '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--auto-aof-rewrite-percentage', '0'], { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const sets = execFileSync('redis-benchmark', ['-s', join(folder, 'sets.sock'), '-t', 'set', '-d', String(bytesEach), '-r',
    '1000000', '-n', '40000', '-c', String(CONNECTIONS), '-P', String(64 / CONNECTIONS), '--csv'], { encoding: 'utf8' })
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
  return { turns: p.reports / p.seconds, bytesEach, sets: Number(/"SET","([\d.]+)"/.exec(sets)[1]) }
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
const diskProgram = compile('disk')
const CONNECTIONS = 4 // of Loubot to its redis-server
// Where it is ten in the morning: at night nobody is pinged, and a report would be half of what it is by day.
const morning = () => {
  const hours = 10 - new Date().getUTCHours()
  const east = hours < -12 ? hours + 24 : hours
  return `${east < 0 ? '-' : '+'}${String(Math.abs(east)).padStart(2, '0')}:00`
}
const loubotOn = (data) => [() => [loubot, 'run', '-c', join(here, 'bench.yaml')], (port) => ({ LOUBOT_BENCH_DATA: data, LOUBOT_BENCH_ZONE: morning(),
  ONEBOT_URL: `ws://127.0.0.1:${port}/`, ONEBOT_SELF_ID: '10001' })]
const nodeOn = (name) => [(port) => [process.execPath, join(here, `onebot/${name}.mjs`), String(port)],
  () => ({ NODE_ENV: 'production' })]
const apps = {
  echo: [(port) => [echo, String(port)], () => ({})],
  hubot: nodeOn('hubot'),
  koishi: nodeOn('koishi'),
  loubot: loubotOn(freshData()),
}

// One line a figure: what it is, the figure, what it must be, and whether it is.
function judge(what, figure, sign, target, detail = '') {
  if (!Number.isFinite(figure)) return
  const reached = sign === '≤' ? figure <= target : figure >= target
  console.log(`${what.padEnd(78)} ${figure.toFixed(2).padStart(7)}  ${sign} ${String(target).padEnd(4)} ${reached ? 'yes' : 'no '}  ${detail}`)
}

function judgeAll(measured, answers, turns) {
  const of = (name, kind, percent) => phase(measured[name], kind, percent) ?? { lines: NaN, seconds: NaN, cpu: [NaN] }
  const ratio = (f, name, percent) => f(of('loubot', 'fast', percent)) / f(of(name, 'fast', percent))
  console.log('figure'.padEnd(86), 'target reached')
  judge('chat lines, CPU of the daemon a line against the bare C application', of('loubot', 'fast', 0).cpu[0] /
    of('loubot', 'fast', 0).lines * 1e6 / cpuOf(of('echo', 'fast', 0)), '≤', 1.5)
  judge('2 % reports, CPU a message with Redis against Hubot 14', ratio(cpuOf, 'hubot', 2), '≤', 0.5)
  judge('30 % reports, 64 unanswered, messages a second against Hubot 14', ratio(rateOf, 'hubot', 30), '≥', 0.25)
  judge('30 % reports, 64 unanswered, messages a second against Koishi', ratio(rateOf, 'koishi', 30), '≥', 10)
  if (turns)
    judge('durable turns a second against redis-benchmark with as many bytes', turns.turns / turns.sets, '≥', 0.5,
      `${Math.round(turns.turns)}/s of ${turns.bytesEach} bytes, SET ${Math.round(turns.sets)}/s`)
  if (answers)
    judge('answer at 1,000 lines a second, p99 less fdatasync p99, ms', answers.answer.p99_ms - answers.disk.p99_ms, '≤', 2,
      `p99 ${answers.answer.p99_ms} ms, fdatasync p99 ${answers.disk.p99_ms} ms (p50 ${answers.answer.p50_ms}, ${answers.disk.p50_ms})`)
}

console.log(`phases of ${seconds} s; CPU is that of the application (Loubot: + its redis-server, fsync always); RSS after the phase`)
try {
  const measured = {}
  for (const name of (process.env.APPS ?? 'echo hubot koishi loubot').split(' ')) {
    const wanted = name === 'koishi' ? percents.map((percent) => `f${percent}`) : percents // 1,000 a second are too many for it
    measured[name] = await measure(name, ...apps[name], { wanted })
    print(measured[name])
  }
  judgeAll(measured, measured.loubot && await latency(), measured.loubot && await durable())
} finally {
  rmSync(folder, { recursive: true, force: true })
}
