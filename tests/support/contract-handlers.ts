/** Handlers for the contract suite: a few endpoints with a will of their own, all others refused. */
import { api } from '@contract/api.ts'
import { fail, succeed } from '@contract/result.ts'
import type { Handlers, StreamSink } from '../../main/rpc/serve.ts'

export interface ContractProbe {
  handlers: Handlers
  /** Notes as they came, with their tails. */
  notes: { name: string; params: unknown; tail: Uint8Array | undefined }[]
  /** Open `terminal.output` streams. */
  sinks: StreamSink<'terminal.output'>[]
  /** Streams that were ended, by either side. */
  ended: number
  /** Callers whose port closed. */
  gone: number
  /** Lets the waiting `host.status` call go on. */
  answerStatus(): void
}

export function createContractProbe(): ContractProbe {
  let answer: (() => void) | null = null
  const refused: Record<string, unknown> = {}
  for (const [name, endpoint] of Object.entries(api)) {
    if (endpoint.kind === 'method') refused[name] = () => fail('unsupported', 'Not in this suite.')
    else if (endpoint.kind === 'stream') {
      refused[name] = (_: unknown, sink: StreamSink<'host.state'>) => {
        sink.end(fail('unsupported', 'Not in this suite.').error)
        return () => {}
      }
    } else refused[name] = () => {}
  }
  const probe: ContractProbe = {
    handlers: {
      ...(refused as unknown as Handlers),
      'view.load': ({ key }) => succeed({ json: key }),
      'view.save': () => {
        throw new Error('secret text of a bug')
      },
      'host.browse': () => fail('not-found', 'No such folder.', { paths: ['/nowhere'] }),
      'host.status': (_, caller) => {
        caller.onClose(() => probe.gone++)
        return new Promise((resolve) => {
          answer = () =>
            resolve(succeed({ version: '1', pid: 1, ptyHostPid: null, address: null, sessions: { working: 2 } }))
        })
      },
      'terminal.output': (_, sink) => {
        probe.sinks.push(sink)
        sink.event(
          { kind: 'snapshot', cols: 80, rows: 24, total: 5, alive: true, exitCode: null, title: '标题' },
          new TextEncoder().encode('hello'),
        )
        return () => void probe.ended++
      },
      'worktree.list': () => {
        throw new Error('secret text of a bug')
      },
      'terminal.input': (params, _caller, tail) => {
        probe.notes.push({ name: 'terminal.input', params, tail })
      },
      'terminal.resize': (params, _caller, tail) => {
        probe.notes.push({ name: 'terminal.resize', params, tail })
      },
    },
    notes: [],
    sinks: [],
    ended: 0,
    gone: 0,
    answerStatus: () => answer?.(),
  }
  return probe
}
