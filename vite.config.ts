import { randomBytes } from 'node:crypto'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Page and backend ship together: both carry the id of the build that made them. Vite reads this file once for each of them. */
const build = (process.env['QUARTERDECK_BUILD'] ??= randomBytes(6).toString('hex'))

/** Native modules stay outside the bundle; everything else is inside, so that a package needs no node_modules but these. */
const native = ['electron', 'node-pty']
const external = [...native, ...builtinModules, /^node:/]

export default defineConfig({
  root: here('./renderer'),
  base: './',
  publicDir: false,
  resolve: { alias: { '@contract': here('./preload/contract') } },
  define: { __BUILD__: JSON.stringify(build) },
  plugins: [react()],
  worker: { format: 'es' },
  build: { emptyOutDir: true, target: 'es2024', reportCompressedSize: false, chunkSizeWarningLimit: 8000 },
  environments: {
    client: {
      build: { outDir: here('./out/renderer'), rolldownOptions: { input: here('./renderer/index.html') } },
    },
    backend: {
      consumer: 'server',
      // CommonJS packages inside an ES module: write-file-atomic names its temporary files by it.
      define: {
        __BUILD__: JSON.stringify(build),
        __filename: 'import.meta.filename',
        __dirname: 'import.meta.dirname',
      },
      resolve: { noExternal: true, external: native, conditions: ['node', 'import', 'default'] },
      build: {
        outDir: here('./out/main'),
        ssr: true,
        minify: false,
        sourcemap: true,
        rolldownOptions: {
          input: {
            web: here('./main/web/main.ts'),
            cli: here('./main/cli/main.ts'),
            'pty-host': here('./main/pty/host-main.ts'),
            electron: here('./main/electron/main.ts'),
          },
          external,
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true, external: ['electron'] },
      build: {
        outDir: here('./out/preload'),
        ssr: true,
        minify: false,
        // A sandboxed preload script must be CommonJS.
        rolldownOptions: {
          input: { preload: here('./preload/preload.ts') },
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
  },
  builder: {
    buildApp: async (builder) => {
      for (const name of ['backend', 'preload', 'client']) {
        const environment = builder.environments[name]
        if (environment) await builder.build(environment)
      }
    },
  },
})
