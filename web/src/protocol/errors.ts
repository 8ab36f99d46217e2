/**
 * Why a JSON-RPC call was refused. Mirrors the server's list; an unknown kind reads as `internal`.
 */
export type FailureKind =
  | 'invalid'
  | 'not_found'
  | 'conflict'
  | 'locked'
  | 'denied'
  | 'limit'
  | 'budget'
  | 'unavailable'
  | 'internal';

export interface RpcErrorObject {
  code: number;
  message: string;
  data?: { kind?: FailureKind; hint?: string };
}

/** RFC 9457 problem+json, with the server's `hint`: what to do about it. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  hint?: string;
}
