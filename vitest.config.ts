import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const common = {
  resolve: { alias: { '@contract': here('./preload/contract') } },
  define: { __BUILD__: JSON.stringify('test') },
}
const clean = ['tests/support/scrub.ts']

export default defineConfig({
  test: {
    projects: [
      { ...common, test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'], setupFiles: clean } },
      {
        ...common,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.{ts,tsx}', 'tests/electron/**/*.test.ts'],
          setupFiles: clean,
          isolate: false,
          // Some ask git hundreds of times; a busy machine is no failure.
          testTimeout: 30_000,
        },
      },
      {
        ...common,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          setupFiles: clean,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 2,
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          setupFiles: clean,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        ...common,
        test: {
          name: 'agents',
          include: ['tests/agents/**/*.test.ts'],
          globalSetup: ['tests/agents/install.ts'],
          setupFiles: clean,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          pool: 'forks',
          maxWorkers: 2,
        },
      },
    ],
  },
})
