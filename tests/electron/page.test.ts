import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPageHandler } from '../../main/electron/page.ts'
import { placeWindow, smallestWindow } from '../../main/electron/window-place.ts'

it("the page's scheme serves the page with a strict policy, and nothing beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qd-'))
  try {
    const page = join(folder, 'page')
    await mkdir(join(page, 'assets'), { recursive: true })
    await writeFile(join(page, 'index.html'), '<!doctype html>')
    await writeFile(join(page, 'assets', 'a b.js'), 'x')
    await writeFile(join(folder, 'secret.js'), 'secret')
    const answer = createPageHandler(page)
    const index = await answer({ url: 'app://quarterdeck/' })
    expect(index.status).toBe(200)
    expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(index.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect((await answer({ url: 'app://quarterdeck/assets/a%20b.js' })).status).toBe(200)
    for (const path of [
      '../secret.js',
      '%2e%2e/secret.js',
      '..%2fsecret.js',
      'assets/%2e%2e%2f..%2fsecret.js',
      '%',
      'x%00.js',
    ]) {
      const refused = await answer({ url: `app://quarterdeck/${path}` })
      expect(refused.status, path).toBeGreaterThanOrEqual(400)
      expect(await refused.text()).not.toContain('secret')
    }
    expect((await answer({ url: 'app://elsewhere/index.html' })).status).toBe(404)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

it('a window that was on a display which is gone opens where it can be seen', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1080 }
  expect(placeWindow(null, [display])).toEqual({ x: 240, y: 90, width: 1440, height: 900 })
  expect(placeWindow({ x: 50, y: 60, width: 800, height: 600, maximized: false }, [display])).toEqual({
    x: 50,
    y: 60,
    width: 800,
    height: 600,
  })
  expect(placeWindow({ x: 3000, y: 60, width: 800, height: 600, maximized: false }, [display])).toEqual({
    x: 560,
    y: 240,
    width: 800,
    height: 600,
  })
  const coordinate = fc.integer({ min: -5000, max: 5000 })
  const size = fc.integer({ min: 1, max: 5000 })
  fc.assert(
    fc.property(coordinate, coordinate, size, size, (x, y, width, height) => {
      const placed = placeWindow({ x, y, width, height, maximized: false }, [display])
      const seen = Math.min(placed.x + placed.width, 1920) - Math.max(placed.x, 0)
      expect(seen).toBeGreaterThanOrEqual(120)
      expect(placed.y).toBeGreaterThanOrEqual(-20)
      expect(placed.y).toBeLessThan(1080)
      if (x > 0 && y > 0) expect(placed.width).toBeGreaterThanOrEqual(Math.min(width, smallestWindow.width))
    }),
  )
})
