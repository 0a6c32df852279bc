// check.mjs: the little that the peers' tests need: named checks in TAP lines, waiting with a limit, a summary.
let passed = 0
let failed = 0

export function check(name, holds, detail) {
  if (holds) passed++
  else failed++
  console.log(`${holds ? 'ok' : 'not ok'} ${passed + failed} - ${name}`)
  if (!holds && detail !== undefined) console.log(`# ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`)
  return holds
}

// Resolves to what `probe` returns as soon as that is true, or to undefined after `ms`.
export async function until(probe, ms = 5000) {
  const end = Date.now() + ms
  for (;;) {
    const value = await probe()
    if (value || Date.now() > end) return value || undefined
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export function finish(skipped = 0) {
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  process.exit(failed || (!passed && !skipped) ? 1 : 0)
}
