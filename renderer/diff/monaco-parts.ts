/**
 * The editor as far as a diff needs it: core, find, hover, the list of suspicious characters, grammars that are loaded
 * one by one when a file asks for them. No language service, one worker (it computes the diffs).
 * Only monaco.ts imports this file, and only when the first diff is opened.
 */
import '@fontsource/jetbrains-mono/400.css'
import '@fontsource/jetbrains-mono/700.css'
import 'monaco-editor/features/bracketMatching/register.js'
import 'monaco-editor/features/clipboard/register.js'
import 'monaco-editor/features/codeEditor/register.js'
import 'monaco-editor/features/codicon/register.js'
import 'monaco-editor/features/diffEditor/register.js'
import 'monaco-editor/features/find/register.js'
import 'monaco-editor/features/gotoLine/register.js'
import 'monaco-editor/features/hover/register.js'
import 'monaco-editor/features/lineSelection/register.js'
import 'monaco-editor/features/longLinesHelper/register.js'
import 'monaco-editor/features/unicodeHighlighter/register.js'
import 'monaco-editor/features/wordOperations/register.js'
import 'monaco-editor/languages/definitions/register.all.js'
import * as monaco from 'monaco-editor/editor/editor.api.js'
// oxlint-disable-next-line import/default -- Vite makes a worker's class of it
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker'
import { jsonGrammar } from './json-grammar.ts'

globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() }

monaco.languages.register({ id: 'json', extensions: ['.json'], aliases: ['JSON'] })
monaco.languages.setMonarchTokensProvider('json', jsonGrammar)

export { monaco }
