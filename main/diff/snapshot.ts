/** A snapshot is what every diff is made from; landing takes one too, so it is made in `main/git`. */
export {
  defaultMaxUntrackedBytes,
  forgetSnapshots,
  snapshotTree,
  type Snapshot,
  type SnapshotRequest,
} from '../git/snapshot.ts'
