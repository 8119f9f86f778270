import type { SessionId } from '@contract/ids.ts'
import { ReviewBody } from '../review/ReviewBody.tsx'
import { useReading } from '../review/reading.ts'

/** A session's changes inside a pane, beside or instead of its terminal: files and diff, without the deciding. */
export function DiffPane({ session }: { session: SessionId }) {
  return <OnePane key={session} session={session} />
}

function OnePane({ session }: { session: SessionId }) {
  return <ReviewBody reading={useReading(session)} />
}
