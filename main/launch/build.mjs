/** `npm run build`: builds whether or not the sources changed. */
import { ensureBuilt, ensureInstalled } from './ensure.mjs'

const tell = (text) => process.stderr.write(`${text}\n`)
try {
  await ensureInstalled({ tell, output: 'stderr' })
  await ensureBuilt({ tell, output: 'stderr', force: true })
} catch (error) {
  tell(error.message)
  process.exitCode = 1
}
