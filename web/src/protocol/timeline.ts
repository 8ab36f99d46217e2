import type { LockMode, TaskState } from './entities';

/** How much happened when. */
export interface Density {
  from: number;
  to: number;
  /** How many events of the log a bucket is. */
  width: number;
  to_ts: string;
  buckets: { from: number; ts: string; counts: Record<string, number> }[];
  /** How long nothing happened before an event. */
  gaps: { seq: number; ms: number }[];
}

export interface TimelineFile {
  path: string;
  version: number;
  hash: string;
  size: number;
}

/** The workspace as it was after an event. */
export interface TimelineAt {
  seq: number;
  files: TimelineFile[];
  agents: { name: string; state: string; task?: string }[];
  locks: { path: string; mode: LockMode; holder: string; token: number | string }[];
  tasks: { id: string; agent?: string; state: TaskState; priority: number }[];
  /** Where it is there, `files` are only those edited between that moment and this one. */
  since?: number;
  removed?: string[];
}

export interface CheckpointInfo {
  id: string;
  label: string;
  seq: number;
  ts: string;
  files: number;
  bytes: number;
  task?: string;
}
