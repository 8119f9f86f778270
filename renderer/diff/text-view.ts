/**
 * One place where text differences are drawn, outside React: it owns its editors and models, and follows a file that
 * changes on disk by editing its model, so that the reader's line, cursor and selection stay where they are.
 */
import type { editor } from 'monaco-editor/editor/editor.api.js'
import { computeLineEdits, lineEditsToTextEdits } from './line-edits.ts'
import { createPool, type Pool } from './model-pool.ts'
import type { LoadedMonaco, Monaco } from './monaco.ts'
import { inlineRemovedLimit, type SizeTier } from './size-tier.ts'
import { baseOptions, computeLimitMs, diffOptions, singleOptions, type TextViewOptions } from './text-options.ts'

export type { TextViewOptions } from './text-options.ts'

export interface TextContent {
  /** The same key: the same file, later. Another: another file. */
  key: string
  path: string
  oldPath: string | null
  old: string | null
  oldId: string | null
  new: string | null
  removed: number
  tier: SizeTier
}

/** How the comparison went: number of changed regions, and whether the time limit cut it short. */
export interface DiffOutcome {
  changes: number
  gaveUp: boolean
}

export interface TextView {
  show(content: TextContent): void
  setOptions(options: TextViewOptions): void
  goToChange(which: 'next' | 'previous'): void
  /** Line of the new side that the reader is at: the cursor where it is in sight, else the top line. */
  currentLine(): number
  focus(): void
  dispose(): void
}

const pools = new WeakMap<Monaco, Pool<editor.ITextModel>>()
let nextModel = 1

interface Hold {
  decorations: editor.IEditorDecorationsCollection
  offset: number
}

/** Draws into `host`, which it fills. `onOutcome` follows each comparison; null for a file with one side only. */
export function createTextView(
  loaded: LoadedMonaco,
  host: HTMLElement,
  initial: TextViewOptions,
  onOutcome: (outcome: DiffOutcome | null) => void,
): TextView {
  const { monaco } = loaded
  const pool = pools.get(monaco) ?? createPool<editor.ITextModel>(8)
  pools.set(monaco, pool)
  let options = initial
  let content: TextContent | null = null
  let diff: editor.IStandaloneDiffEditor | null = null
  let single: editor.IStandaloneCodeEditor | null = null
  let marks: editor.IEditorDecorationsCollection | null = null
  let live: editor.ITextModel | null = null
  let oldKey: string | null = null
  let hold: Hold | null = null
  let fresh = false
  const states = new Map<string, editor.IDiffEditorViewState | editor.ICodeEditorViewState>()
  const diffHost = document.createElement('div')
  const singleHost = document.createElement('div')
  singleHost.dataset['side'] = 'only'
  for (const part of [diffHost, singleHost]) {
    part.style.cssText = 'position:absolute;inset:0'
    host.append(part)
  }

  const language = (path: string, tier: SizeTier): string => (tier === 'full' ? loaded.languageOf(path) : 'plaintext')

  const makeModel = (text: string, path: string, tier: SizeTier): editor.ITextModel =>
    monaco.editor.createModel(
      text,
      language(path, tier),
      monaco.Uri.from({ scheme: 'quarterdeck', path: `/${nextModel++}` }),
    )

  const reader = (): editor.ICodeEditor | null => (isSingle() ? single : (diff?.getModifiedEditor() ?? null))
  const isSingle = (): boolean => content !== null && (content.old === null || content.new === null)

  const ensureDiff = (): editor.IStandaloneDiffEditor => {
    if (diff) return diff
    diff = monaco.editor.createDiffEditor(diffHost, {
      ...baseOptions(loaded.fontFamily, options),
      ...diffOptions(options, 'full', false),
    })
    diff.onDidUpdateDiff(() => {
      settleHold()
      if (!diff || isSingle() || !content) return
      const changes = diff.getLineChanges()
      if (!changes) return
      onOutcome({ changes: changes.length, gaveUp: gaveUp(diff) })
      if (!fresh) return
      fresh = false
      // The first change of a file just opened, unless the reader has begun to scroll.
      if (diff.getModifiedEditor().getScrollTop() === 0) diff.revealFirstDiff()
    })
    return diff
  }

  const ensureSingle = (): editor.IStandaloneCodeEditor => {
    single ??= monaco.editor.create(singleHost, {
      ...baseOptions(loaded.fontFamily, options),
      ...singleOptions(options, 'full'),
      model: null,
    })
    return single
  }

  const dropHold = (): void => {
    hold?.decorations.clear()
    hold = null
  }

  /** Remembers which line is at the top, by a mark that moves with the edits. */
  const takeHold = (): void => {
    dropHold()
    const at = reader()
    const line = at?.getVisibleRanges()[0]?.startLineNumber
    if (!at || line === undefined) return
    hold = {
      decorations: at.createDecorationsCollection([
        { range: new monaco.Range(line, 1, line, 1), options: { stickiness: 1, description: 'reader' } as never },
      ]),
      offset: at.getScrollTop() - at.getTopForLineNumber(line),
    }
  }

  const restoreHold = (): void => {
    const at = reader()
    const line = hold?.decorations.getRange(0)?.startLineNumber
    if (!at || !hold || line === undefined) return
    at.setScrollTop(at.getTopForLineNumber(line) + hold.offset, 1)
  }
  /** Once more when the editor has laid out what changed, and then no longer. */
  const settleHold = (): void => {
    const settled = hold
    restoreHold()
    requestAnimationFrame(() => {
      if (hold !== settled) return
      restoreHold()
      dropHold()
    })
  }
  // What the reader does wins over what was remembered.
  const letGo = (): void => dropHold()
  host.addEventListener('wheel', letGo, { passive: true, capture: true })
  host.addEventListener('keydown', letGo, true)
  host.addEventListener('pointerdown', letGo, true)

  /**
   * A comparison that is under way goes on after the editor has let go of its models. Taken away sooner, they make its
   * worker answer "no diff result available", which nobody catches.
   */
  const releaseLater = (model: editor.ITextModel | null, key: string | null): void => {
    setTimeout(() => {
      model?.dispose()
      if (key !== null) pool.release(key)
    }, 2 * computeLimitMs)
  }

  const releaseModels = (): void => {
    releaseLater(live, oldKey)
    live = null
    oldKey = null
  }

  const rememberState = (): void => {
    if (!content) return
    const state = isSingle() ? single?.saveViewState() : diff?.saveViewState()
    if (!state) return
    states.delete(content.key)
    states.set(content.key, state)
    if (states.size > 100) states.delete(states.keys().next().value as string)
  }

  const acquireOld = (next: TextContent): editor.ITextModel => {
    const path = next.oldPath ?? next.path
    const key = `${next.oldId ?? `none:${next.key}`}:${language(path, next.tier)}`
    const model = pool.acquire(key, () => makeModel(next.old ?? '', path, next.tier))
    if (oldKey !== null) pool.release(oldKey)
    oldKey = key
    return model
  }

  /** Edits the open model until it reads `text`. */
  const follow = (model: editor.ITextModel, text: string): void => {
    const before = model.getLinesContent()
    const edits = computeLineEdits(before, text.split(/\r\n|\r|\n/))
    if (edits.length === 0) return
    takeHold()
    model.applyEdits(
      lineEditsToTextEdits(before, edits, model.getEOL()).map((edit) => ({
        range: new monaco.Range(edit.startLineNumber, edit.startColumn, edit.endLineNumber, edit.endColumn),
        text: edit.text,
      })),
    )
    restoreHold()
  }

  const showSingle = (next: TextContent, live: editor.ITextModel): void => {
    const at = ensureSingle()
    diffHost.hidden = true
    singleHost.hidden = false
    at.updateOptions(singleOptions(options, next.tier))
    if (at.getModel() !== live) at.setModel(live)
    const side = next.old === null ? 'added' : 'removed'
    marks ??= at.createDecorationsCollection()
    // What stands behind the last newline is no line of the file.
    const last = live.getLineCount()
    const end = last > 1 && live.getLineLength(last) === 0 ? last - 1 : last
    marks.set([
      {
        range: new monaco.Range(1, 1, end, 1),
        options: { isWholeLine: true, className: `qd-${side}-line`, linesDecorationsClassName: `qd-${side}-sign` },
      },
    ])
    onOutcome(null)
  }

  const replace = (next: TextContent): void => {
    rememberState()
    dropHold()
    const oldLive = live
    const oldHeld = oldKey
    oldKey = null
    live = makeModel(next.new ?? next.old ?? '', next.path, next.tier)
    content = next
    fresh = !states.has(next.key)
    const state = states.get(next.key)
    if (isSingle()) {
      diff?.setModel(null)
      showSingle(next, live)
      if (state) single?.restoreViewState(state as editor.ICodeEditorViewState)
      else single?.setScrollTop(0)
    } else {
      const at = ensureDiff()
      single?.setModel(null)
      singleHost.hidden = true
      diffHost.hidden = false
      // Away with the file before: new options would lay it out once more.
      at.setModel(null)
      at.updateOptions(diffOptions(options, next.tier, next.removed > inlineRemovedLimit))
      at.setModel({ original: acquireOld(next), modified: live })
      if (state) at.restoreViewState(state as editor.IDiffEditorViewState)
    }
    releaseLater(oldLive, oldHeld)
  }

  const update = (next: TextContent): void => {
    const before = content as TextContent
    const model = live as editor.ITextModel
    content = next
    if (isSingle()) {
      follow(model, next.new ?? next.old ?? '')
      showSingle(next, model)
      dropHold()
      return
    }
    if (next.oldId !== before.oldId) {
      takeHold()
      const state = diff?.saveViewState() ?? null
      diff?.setModel({ original: acquireOld(next), modified: model })
      diff?.restoreViewState(state)
    }
    follow(model, next.new ?? '')
  }

  return {
    show: (next) => {
      const same = content?.key === next.key && content.tier === next.tier && live !== null
      const sidesStay =
        same && (content?.old === null) === (next.old === null) && (content?.new === null) === (next.new === null)
      if (sidesStay) update(next)
      else replace(next)
    },
    setOptions: (next) => {
      options = next
      const tier = content?.tier ?? 'full'
      takeHold()
      diff?.updateOptions({
        ...baseOptions(loaded.fontFamily, options),
        ...diffOptions(options, tier, (content?.removed ?? 0) > inlineRemovedLimit),
      })
      single?.updateOptions({ ...baseOptions(loaded.fontFamily, options), ...singleOptions(options, tier) })
      settleHold()
    },
    goToChange: (which) => {
      if (!isSingle()) diff?.goToDiff(which)
    },
    currentLine: () => {
      const at = reader()
      if (!at || content?.new === null) return 1
      const visible = at.getVisibleRanges()
      const line = at.getPosition()?.lineNumber ?? 1
      const first = visible[0]?.startLineNumber ?? 1
      const last = visible.at(-1)?.endLineNumber ?? first
      return line >= first && line <= last ? line : first
    },
    focus: () => reader()?.focus(),
    dispose: () => {
      host.removeEventListener('wheel', letGo, { capture: true })
      host.removeEventListener('keydown', letGo, true)
      host.removeEventListener('pointerdown', letGo, true)
      dropHold()
      diff?.setModel(null)
      single?.setModel(null)
      diff?.dispose()
      single?.dispose()
      releaseModels()
      diffHost.remove()
      singleHost.remove()
    },
  }
}

/** The editor knows when it ran out of time, but its published type does not say so. */
function gaveUp(diff: editor.IStandaloneDiffEditor): boolean {
  const asked = (
    diff as { getDiffComputationResult?: () => { quitEarly?: boolean } | null }
  ).getDiffComputationResult?.call(diff)
  return asked?.quitEarly === true
}
