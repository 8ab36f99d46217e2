import type { FailureKind, Problem, RpcErrorObject } from '../protocol/errors';

/** A call that was refused or could not be made; `hint` says what to do about it. */
export class Failure extends Error {
  constructor(
    readonly kind: FailureKind | 'unauthorized',
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

export function failureOfRpc(error: RpcErrorObject): Failure {
  return new Failure(error.data?.kind ?? 'internal', error.message, error.data?.hint);
}

const KIND_OF_STATUS: Record<number, Failure['kind']> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'denied',
  404: 'not_found',
  409: 'conflict',
  413: 'limit',
  422: 'invalid',
  429: 'limit',
  503: 'unavailable',
};

export function failureOfProblem(status: number, problem: Problem): Failure {
  const message = problem.detail ?? problem.title ?? `The server answered ${status}.`;
  return new Failure(KIND_OF_STATUS[status] ?? 'internal', message, problem.hint);
}

/** What anything thrown means to a person. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
