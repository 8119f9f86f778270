/** Bundles the pty host as the build does, once per test process, into an ignored folder where node-pty can be found. */
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
let built: Promise<string> | null = null

/** Path of a runnable `pty-host.js`. */
export function buildPtyHost(): Promise<string> {
  built ??= bundle()
  return built
}

async function bundle(): Promise<string> {
  const work = here('../.work')
  await mkdir(work, { recursive: true })
  const outDir = await mkdtemp(join(work, 'pty-host-'))
  process.once('exit', () => {
    void rm(outDir, { recursive: true, force: true })
  })
  await build({
    configFile: false,
    root: here('../..'),
    logLevel: 'error',
    resolve: { alias: { '@contract': here('../../preload/contract') }, conditions: ['node', 'import', 'default'] },
    ssr: { noExternal: true, external: ['node-pty'] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      minify: false,
      target: 'es2024',
      rolldownOptions: {
        input: {
          'pty-host': here('../../main/pty/host-main.ts'),
          'pty-client-process': here('./pty-client-process.ts'),
        },
        external: ['node-pty', ...builtinModules, /^node:/],
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  })
  return join(outDir, 'pty-host.js')
}
